"""The command that serves: what is decided, said, and told to the application."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import threading
import urllib.request
from types import SimpleNamespace

import click
import pytest
import waitress
from click.testing import CliRunner

from goldilocks.cli import main, serve
from goldilocks.cli.requestlog import RequestLog
from goldilocks.cli.serve import (
    Serving,
    announcement,
    decide_debug,
    echo,
    listen,
    server_options,
    stop_on_signals,
    switch,
    url,
)
from goldilocks.cli.trouble import CommandError, ListenError
from goldilocks.config import Configurator
from goldilocks.response import Response

HELLO = """
from goldilocks.view import get
@get("/hello/{name}", renderer="json")
def hello(request):
    return {"hello": request.matchdict["name"]}
"""


def serving(**changes):
    facts = {
        "target": "hello.py",
        "host": "127.0.0.1",
        "port": 6543,
        "settings": {},
        "debug": True,
        "reload": False,
    }
    return Serving(**{**facts, **changes})


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    """Take the variables away that the command writes, and give them back."""
    for name in (serve.DEBUG_VARIABLE, serve.PRODUCTION_VARIABLE, serve.TEMPLATES_VARIABLE, "NO_COLOR"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def _signals():
    known = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in known.items():
        signal.signal(number, handler)


class Server:
    """Stands in for waitress: is ended as soon as it runs."""

    effective_port = 1234

    def __init__(self, app, channels, **options):
        Server.app, Server.options = app, options
        self._map, self.task_dispatcher = {}, SimpleNamespace(shutdown=None)

    def run(self):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.sigtimedwait([], 1)
        except SystemExit:
            os.kill(os.getpid(), signal.SIGTERM)  # a second one doesn't disturb the end


@pytest.fixture
def run(tmp_path, monkeypatch, _signals):
    """Run the command on hello.py with the stand-in server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serve, "create_server", Server)
    monkeypatch.setattr(logging, "basicConfig", lambda **options: None)
    (tmp_path / "hello.py").write_text(HELLO)

    def run(*arguments):
        monkeypatch.delitem(sys.modules, "hello", raising=False)
        result = CliRunner().invoke(main, ["serve", *arguments])
        sys.modules.pop("hello", None)
        return result

    return run


# --- The command ---------------------------------------------------------------------------------------------------


def test_serve(run):
    """The application is served on the port, and it is said where and how."""
    result = run("hello.py")
    assert result.exit_code == 0
    assert result.output == (
        "goldilocks serves what a scan of hello.py found\n"
        "  address  http://127.0.0.1:1234/\n"
        "  debug    on: error pages show tracebacks (--no-debug switches that off)\n"
        "  reload   off (--reload starts the server anew when a file changes)\n"
        "  Ctrl-C ends it.\n"
        "Stopped.\n"
    )
    assert (Server.options["host"], Server.options["port"]) == ("127.0.0.1", 6543)
    assert Server.app.app.explains_errors is True


def test_no_debug(run):
    """Without debugging the application hears so."""
    result = run("hello.py", "--no-debug", "--port", "0", "--host", "localhost")
    assert "debug    off" in result.output
    assert (Server.app.app.explains_errors, Server.options["port"]) == (False, 0)


def test_settings(run):
    """Settings reach the application."""
    run("hello.py", "--set", "a=b = c", "--set", " d = ")
    settings = Server.app.app.registry.settings
    assert (settings["a"], settings["d"]) == ("b = c", "")


@pytest.mark.parametrize("word", ["a", "=b", ""])
def test_no_setting(run, word):
    """A setting is key=value."""
    result = run("hello.py", "--set", word)
    assert (result.exit_code, f"{word!r} is no key=value" in result.output) == (2, True)


def test_errors_are_short(run):
    """What is wrong is said without a traceback."""
    result = run("helo.py")
    assert result.exit_code == 1
    assert result.output == "Error: there is no file helo.py; did you mean 'hello.py'?\n"


def test_child(run):
    """A child of the reloader says all at its first start, and one line at the others; it doesn't say goodbye."""
    first = run("hello.py", "--child", "first").output
    assert "reload   on: watching" in first
    assert "Stopped" not in first
    assert run("hello.py", "--child", "again").output == "started anew on http://127.0.0.1:1234/\n"


def test_reload(run, monkeypatch, tmp_path):
    """With --reload another process serves, with the same arguments."""
    seen = []

    def watch(command, folders):
        seen.append((command("first"), folders))
        return 0

    monkeypatch.setattr(serve, "serve_and_watch", watch)
    result = run("hello.py", "--reload", "--set", "a=b", "--port", "7000", "--no-debug")
    ((command, folders),) = seen
    assert (result.exit_code, result.output, folders) == (0, "Stopped.\n", [tmp_path.resolve()])
    assert command == [
        sys.executable, "-m", "goldilocks", "serve", "--child", "first", "--host", "127.0.0.1", "--port", "7000",
        "--no-debug", "--set", "a=b", "--", "hello.py",
    ]  # fmt: skip
    assert os.environ[serve.TEMPLATES_VARIABLE] == "true"


def test_reload_without_hope(run, monkeypatch):
    """The exit code of the server is that of the command."""
    monkeypatch.setattr(serve, "serve_and_watch", lambda command, folders: 3)
    result = run("hello.py", "--reload")
    assert (result.exit_code, result.output) == (3, "")


# --- Decisions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "settings", "environ", "decision"),
    [
        (None, {}, {}, True),
        (False, {"goldilocks.debug": "true"}, {serve.DEBUG_VARIABLE: "true"}, False),
        (True, {"goldilocks.production": "true"}, {}, True),
        (None, {"goldilocks.debug": "false"}, {serve.DEBUG_VARIABLE: "true"}, False),
        (None, {}, {serve.DEBUG_VARIABLE: "0"}, False),
        (None, {"goldilocks.production": "true"}, {}, False),
        (None, {"goldilocks.production": "true"}, {serve.PRODUCTION_VARIABLE: "no"}, True),
    ],
)
def test_decide_debug(said, settings, environ, decision):
    """Debugging is what was said, and otherwise on, unless this is production."""
    assert decide_debug(said, settings, environ) is decision


@pytest.mark.parametrize(
    ("settings", "environ"),
    [({"goldilocks.production": "ture"}, {}), ({}, {serve.DEBUG_VARIABLE: "ture"})],
)
def test_nothing_is_decided_by_a_slip_of_the_pen(settings, environ):
    """What is neither true nor false doesn't decide what everybody is shown."""
    with pytest.raises(CommandError, match="can't be 'ture': write true or false"):
        decide_debug(None, settings, environ)


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ({}, {}, {serve.DEBUG_VARIABLE: "true"}),
        ({"debug": False}, {serve.DEBUG_VARIABLE: "1"}, {serve.DEBUG_VARIABLE: "false"}),
        ({"reload": True}, {}, {serve.DEBUG_VARIABLE: "true", serve.TEMPLATES_VARIABLE: "true"}),
        (
            {"reload": True},
            {serve.TEMPLATES_VARIABLE: "0"},
            {serve.DEBUG_VARIABLE: "true", serve.TEMPLATES_VARIABLE: "0"},
        ),
    ],
)
def test_switch(changes, before, after):
    """An application hears by its environment what is switched on."""
    environ = dict(before)
    switch(environ, serving(**changes))
    assert environ == after


# --- The port ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EADDRINUSE, "x"), "port 80 of here is taken by another program; .*: --port 81"),
        (OSError(errno.EACCES, "x"), "you may not listen on port 80 of here; ports from 1024 on"),
        (OSError(errno.EPERM, "x"), "you may not listen"),
        (ValueError("Invalid host"), "can't listen on port 80 of 'here': Invalid host; is that an address"),
    ],
)
def test_port_that_cannot_be_had(monkeypatch, error, words):
    """It is told why the port can't be had, and what to do about it."""

    def fail(app, channels, **options):
        raise error

    monkeypatch.setattr(serve, "create_server", fail)
    with pytest.raises(ListenError, match=words):
        listen(None, "here", 80)


def test_server_has_the_limits_of_the_application():
    """What the application would refuse, the server doesn't take in first; what isn't ours has the server's own limits."""
    config = Configurator(
        settings={"goldilocks.limit_body_bytes": "1000", "goldilocks.limit_header_bytes": "10"}
    )
    app = config.make_wsgi_app()
    small = {
        "max_request_body_size": 1001,
        "max_request_header_size": 3 * 8000 + 16_000 + 41,
        "clear_untrusted_proxy_headers": True,
    }
    assert server_options(app) == server_options(RequestLog(app)) == small
    assert server_options(object()) == {}


def test_server_always_has_limits():
    """An application that has none, as old ones have, is served with the server's."""
    app = Configurator(settings={"goldilocks.defaults": "pyramid"}).make_wsgi_app()
    options = server_options(app)
    assert (options["max_request_body_size"], options["max_request_header_size"]) == (2**30 + 1, 2**18 + 1)


@pytest.mark.parametrize(("trusted", "scheme"), [("127.0.0.1", "https"), ("192.0.2.1", "http"), ("", "http")])
def test_application_hears_what_proxies_say(trusted, scheme):
    """If it says whom to believe; the server doesn't take it out before."""
    config = Configurator(settings={"goldilocks.trusted_proxies": trusted})
    config.add_view(lambda request: Response(f"{request.scheme} {request.headers.get('X-Forwarded-Proto')}"))
    server = listen(config.make_wsgi_app(), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        asked = urllib.request.Request(url("127.0.0.1", server), headers={"X-Forwarded-Proto": "https"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.read().decode() == f"{scheme} {'https' if scheme == 'https' else None}"
    finally:
        server.task_dispatcher.shutdown()  # first: whoever has answered still tells the server so
        server.trigger.pull_trigger(server.close)
        thread.join()


@pytest.mark.parametrize(
    ("host", "server", "address"),
    [
        ("127.0.0.1", SimpleNamespace(effective_port=1), "http://127.0.0.1:1/"),
        ("0.0.0.0", SimpleNamespace(effective_port=1), "http://127.0.0.1:1/"),
        ("::1", SimpleNamespace(effective_port=1), "http://[::1]:1/"),
        (
            "localhost",
            SimpleNamespace(effective_listen=[("::1", 2), ("127.0.0.1", 2)]),
            "http://localhost:2/",
        ),
    ],
)
def test_url(host, server, address):
    """The address can be opened."""
    assert url(host, server) == address


# --- Words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "debug", "is_warned"), [("0.0.0.0", True, True), ("0.0.0.0", False, False), ("::1", True, False)]
)
def test_warning(host, debug, is_warned):
    """Tracebacks that other machines could see are worth a warning."""
    lines = announcement(serving(host=host, debug=debug), "x", "http://x/")
    assert any("Other machines" in line for line in lines) is is_warned


@pytest.mark.parametrize(("variable", "shown"), [("", "\x1b"), ("1", "plain")])
def test_no_color(monkeypatch, variable, shown):
    """Colours can be switched off as everywhere."""
    monkeypatch.setenv("NO_COLOR", variable)
    written = []
    monkeypatch.setattr(
        click, "echo", lambda line, color: written.append(click.unstyle(line) if color is False else line)
    )
    echo(click.style("plain", fg="red"))
    assert written[0].startswith(shown)


@pytest.mark.parametrize(("is_terminal", "words"), [(True, "\nStopped.\n"), (False, "Stopped.\n")])
def test_goodbye(monkeypatch, capsys, is_terminal, words):
    """On a terminal, the last word stands below the ^C."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal, raising=False)
    serve.say_goodbye(True)
    assert capsys.readouterr().out == words


@pytest.mark.usefixtures("_signals")
def test_signals():
    """A signal ends the server, and further ones are not heard."""
    stop_on_signals()
    with pytest.raises(SystemExit):
        signal.raise_signal(signal.SIGINT)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.raise_signal(number)


@pytest.mark.usefixtures("_signals")
def test_server_may_outlive_its_terminal():
    """Who has the end of the terminal ignored, as nohup does, is heard."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop_on_signals()
    signal.raise_signal(signal.SIGHUP)


def test_goodbye_to_nobody(monkeypatch):
    """A terminal that is closed hears no last word."""

    def write(line):
        raise OSError

    monkeypatch.setattr(serve, "echo", write)
    serve.say_goodbye(True)


@pytest.mark.parametrize("addresses", ["127.0.0.1:0", "127.0.0.1:0 127.0.0.1:0"])
def test_server_finishes_what_it_has_taken_in(addresses, monkeypatch):
    """On one address or several: nobody else comes in, what is there is finished, and only then the threads are ended."""
    steps = []
    server = waitress.server.create_server(lambda *said: [], listen=addresses)
    sockets = server.map if hasattr(server, "map") else server._map
    server.task_dispatcher.shutdown()  # the threads of this test's own
    server.task_dispatcher.shutdown = lambda: steps.append("shut down")
    listening = [each for each in sockets.values() if getattr(each, "accepting", False)]
    busy = SimpleNamespace(requests=["a request"])
    sockets[-1] = busy

    def loop(timeout, map, count):
        steps.append(sum(getattr(each, "accepting", False) for each in map.values()))
        busy.requests = []
        busy.total_outbufs_len = 3 - len(steps)

    monkeypatch.setattr(serve.wasyncore, "loop", loop)
    serve.finish_at_the_end(server)
    try:
        server.task_dispatcher.shutdown()
        assert steps == [0, 0, 0, "shut down"]
    finally:
        for each in listening:
            each.close()


def test_server_doesnt_wait_forever(monkeypatch):
    """What isn't finished after a while is given up."""
    steps = []
    server = SimpleNamespace(_map={1: SimpleNamespace(requests=["stuck"])}, task_dispatcher=SimpleNamespace())
    server.task_dispatcher.shutdown = lambda: steps.append("shut down")
    monkeypatch.setattr(serve, "FINISH_WITHIN_S", 0)
    serve.finish_at_the_end(server)
    server.task_dispatcher.shutdown()
    assert steps == ["shut down"]
