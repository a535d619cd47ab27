"""``goldilocks serve``: an application on a port of this machine, for development.

The story of a start: decide what is switched on, load the application, open the port, say on the terminal what is
going on, and serve until somebody ends it. With ``--reload`` all this happens in a child process, see `reloader`.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import time
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import click
from waitress import wasyncore
from waitress.server import create_server

from goldilocks import compat, templates
from goldilocks.cli.application import load, locate, set_up_logging, takes_target
from goldilocks.cli.reloader import on_ending, serve_and_watch, watched_folders
from goldilocks.cli.requestlog import RequestLog
from goldilocks.cli.trouble import CommandError, ListenError
from goldilocks.cli.wire import read_strictly
from goldilocks.exceptions import ConfigurationError
from goldilocks.hosts import PROXIES_SETTING
from goldilocks.limits import Limits
from goldilocks.names import DEBUG_SETTING, PRODUCTION_SETTING, PYRAMID
from goldilocks.settings import understand, yes_or_no

#: The variables by which an application hears what is switched on, also one that makes itself when it is imported.
DEBUG_VARIABLE = "GOLDILOCKS_DEBUG"
PRODUCTION_VARIABLE = "GOLDILOCKS_PRODUCTION"
TEMPLATES_VARIABLE = "GOLDILOCKS_RELOAD_TEMPLATES"

#: Hosts that only this machine can reach.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: Hosts that mean every address of this machine, and what to write for them into the address bar.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "::": "::1"}


#: What the server takes in where the application sets no limit, in bytes: a body, and a request line with all headers.
LARGEST_BODY = 2**30
LONGEST_HEAD = 2**18

#: How long a server that is to end may take to answer what it has taken in, in seconds.
FINISH_WITHIN_S = 10


@dataclass(frozen=True, slots=True)
class Serving:
    """What is to be served, and how.

    Attributes:
        target: what the user said.
        host: the address to listen on.
        port: 0 for any that is free.
        settings: from the command line.
        debug: whether the error pages explain.
        reload: whether the server is started anew when a file changes.
    """

    target: str
    host: str
    port: int
    settings: Mapping[str, str]
    debug: bool
    reload: bool

    def child_command(self, start: str) -> list[str]:
        """Return the command of the process that serves this under the reloader."""
        words = [sys.executable, "-m", "goldilocks", "serve", "--child", start]
        words += ["--host", self.host, "--port", str(self.port), "--debug" if self.debug else "--no-debug"]
        words += [f"--{PYRAMID}"] if compat.is_installed() else []
        for key, value in self.settings.items():
            words += ["--set", f"{key}={value}"]
        return [*words, "--", self.target]


@click.command("serve")
@takes_target
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=6543, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 for any."
)
@click.option("--reload", is_flag=True, help="Start anew when a file of the application changes.")
@click.option(
    "--debug/--no-debug",
    default=None,
    help="Let error pages explain themselves. On, unless this is production.",
)
@click.option("--child", type=click.Choice(["first", "again"]), hidden=True)
def command(
    target: str,
    host: str,
    port: int,
    reload: bool,
    debug: bool | None,
    settings: dict[str, str],
    child: str | None,
) -> None:
    """Serve an application, for development.

    TARGET is a file (hello.py), a module (shop), or a name in one (shop:make_app). Without a name, the first of these is
    taken: app or application, main(global_config, **settings), includeme; otherwise the module is scanned for
    views that decorators say. An ini file (development.ini, development.ini#shop) is served, too, where the extra
    goldilocks-framework[ini] is installed.
    """
    is_debugging = decide_debug(debug, settings, os.environ)
    serving = Serving(target, host, port, settings, is_debugging, reload or child is not None)
    switch(os.environ, serving)
    if reload:
        folders = watched_folders(locate(target))
        code = serve_and_watch(serving.child_command, folders)
        say_goodbye(code == 0)
        sys.exit(code)
    run(serving, is_restart=child == "again")


def decide_debug(said: bool | None, settings: Mapping[str, str], environ: Mapping[str, str]) -> bool:
    """Decide whether error pages explain: as it was said, and otherwise wherever this isn't production.

    Raises:
        CommandError: what was said can't be understood.
    """
    if said is not None:
        return said
    debugging = ((settings, DEBUG_SETTING), (environ, DEBUG_VARIABLE))
    production = ((environ, PRODUCTION_VARIABLE), (settings, PRODUCTION_SETTING))
    for places, is_on in ((debugging, True), (production, False)):
        for place, name in places:
            if name in place:
                try:
                    return bool(understand(name, yes_or_no, place[name])) is is_on
                except ConfigurationError as error:
                    raise CommandError(str(error)) from error
    return True


def switch(environ: MutableMapping[str, str], serving: Serving) -> None:
    """Tell the application what is switched on."""
    environ[DEBUG_VARIABLE] = "true" if serving.debug else "false"
    if serving.reload:
        environ.setdefault(TEMPLATES_VARIABLE, "true")


# --- Serving -------------------------------------------------------------------------------------------------------


def run(serving: Serving, is_restart: bool = False) -> None:
    """Load, listen, say so, and serve until somebody ends it.

    Raises:
        CommandError: the application can't be loaded, or the port can't be had.
    """
    target = load(serving.target, serving.settings)
    # behind the application, which may have set logging up in its own way
    set_up_logging(logging.INFO)
    server = listen(RequestLog(target.app, echo), serving.host, serving.port)
    address = url(serving.host, server)
    if is_restart:
        echo(f"started anew on {address}")
    else:
        for line in announcement(serving, target.taken, address):
            echo(line)
    stop_on_signals()
    templates.warm_in_background(getattr(target.app, "registry", None))
    finish_at_the_end(server)
    server.run()
    say_goodbye(not serving.reload)


def say_goodbye(is_wanted: bool) -> None:
    """Say that all is over, on a line of its own behind the ^C that a terminal shows."""
    if not is_wanted:
        return
    with suppress(OSError):  # the terminal may be what has ended
        echo("\nStopped." if sys.stdout.isatty() else "Stopped.")


def echo(line: str) -> None:
    """Write a line to the terminal; colours only where they can be seen and are wanted."""
    click.echo(line, color=False if os.environ.get("NO_COLOR") else None)


def listen(app: Any, host: str, port: int) -> Any:
    """Open the port and return the server behind it.

    Raises:
        ListenError: it can't be opened.
    """
    channels: dict[int, Any] = {}
    try:
        server = create_server(app, channels, host=host, port=port, ident=None, **server_options(app))
    except (OSError, ValueError) as error:
        raise ListenError(_no_port(host, port, error)) from error
    read_strictly(channels)
    return server


def server_options(app: Any) -> dict[str, Any]:
    """Return the server's own limits, and whether it takes out what proxies say.

    What the application would refuse, it needn't take in first. And where the application knows whom to believe, it must hear it.

    Args:
        app: an application of ours, a middleware around one, or any other.
    """
    while not hasattr(app, "registry") and hasattr(app, "app"):
        app = app.app
    settings = getattr(getattr(app, "registry", None), "settings", None)
    if settings is None:
        return {}
    limits = Limits.from_settings(settings)
    # an escape of a path takes three bytes for one; four headers may be as long as they can
    head_bytes = 3 * limits.path_bytes + limits.query_bytes + 4 * limits.header_bytes
    # what waitress calls the largest is the first that it refuses
    return {
        "max_request_body_size": min(limits.body_bytes, LARGEST_BODY) + 1,
        "max_request_header_size": min(head_bytes, LONGEST_HEAD) + 1,
        "clear_untrusted_proxy_headers": not settings.get(PROXIES_SETTING),
    }


def _no_port(host: str, port: int, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"port {port} of {host} is taken by another program; end that, or choose another port: --port {port + 1}"
    if number in (errno.EACCES, errno.EPERM):
        return f"you may not listen on port {port} of {host}; ports from 1024 on are free for everybody: --port 6543"
    return f"can't listen on port {port} of {host!r}: {error}; is that an address of this machine?"


def url(host: str, server: Any) -> str:
    """Return the address for people to open."""
    port = server.effective_listen[0][1] if hasattr(server, "effective_listen") else server.effective_port
    shown = EVERYWHERE.get(host, host)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def announcement(serving: Serving, taken: str, address: str) -> list[str]:
    """Return the lines that say what is going on."""
    lines = [f"goldilocks serves {taken}", f"  address  {click.style(address, bold=True)}"]
    if serving.debug:
        lines.append("  debug    on: error pages show tracebacks (--no-debug switches that off)")
    else:
        lines.append("  debug    off: error pages explain nothing")
    if serving.reload:
        folders = ", ".join(map(str, watched_folders(locate(serving.target))))
        lines.append(f"  reload   on: watching {folders}")
    else:
        lines.append("  reload   off (--reload starts the server anew when a file changes)")
    if serving.debug and serving.host not in LOOPBACK:
        warning = f"  Other machines may reach {serving.host}, and would see those tracebacks."
        lines.append(click.style(warning, fg="yellow"))
    return [*lines, "  Ctrl-C ends it."]


def stop_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and the end of the terminal end the server in good order: what runs is finished, and nothing is printed."""

    def stop(number: int, frame: Any) -> None:
        # the second Ctrl-C of an impatient user must not disturb the end; a function, because Python complains of a
        # signal that was on its way already when it came to be ignored
        on_ending(_take_no_notice)
        raise SystemExit(0)

    on_ending(stop)


def finish_at_the_end(server: Any) -> None:
    """Have a server, when it is to end, first answer what it has taken in; by itself it drops what waits for a thread."""
    dispatcher = server.task_dispatcher
    shut_down = dispatcher.shutdown
    open_sockets = server.map if hasattr(server, "map") else server._map

    def finish_and_shut_down() -> Any:
        for each in list(open_sockets.values()):
            if getattr(each, "accepting", False):
                each.del_channel(open_sockets)  # nobody else comes in
        end = time.monotonic() + FINISH_WITHIN_S
        while any(map(_is_busy, open_sockets.values())) and time.monotonic() < end:
            wasyncore.loop(timeout=0.1, map=open_sockets, count=1)
        return shut_down()

    dispatcher.shutdown = finish_and_shut_down


def _is_busy(channel: Any) -> bool:
    """Tell whether there is a request on a connection that isn't answered, or an answer that isn't sent."""
    return bool(getattr(channel, "requests", None) or getattr(channel, "total_outbufs_len", 0))


def _take_no_notice(number: int, frame: Any) -> None:
    """Let a signal pass."""
