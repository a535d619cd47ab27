"""``goldilocks request``: one request to an application, in this process, and what it answers."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import click

from goldilocks.cli.application import (
    gives_json,
    load,
    read_headers,
    set_up_logging,
    takes_target,
    whole_address,
)
from goldilocks.cli.tables import echo, echo_json, heading
from goldilocks.cli.trouble import told
from goldilocks.explanation import printable
from goldilocks.request import Request
from goldilocks.reticence import requested

#: What is wanted if nothing is said: text, because people read it; anything else, if there is no text.
ACCEPT = "text/plain;q=1.0, */*;q=0.1"


@click.command("request")
@takes_target
@click.argument("words", nargs=-1, required=True, metavar="[METHOD] PATH")
@click.option(
    "-H", "--header", "headers", multiple=True, metavar="NAME:VALUE", callback=read_headers,
    help="A header of the request; may be said several times.",
)  # fmt: skip
@click.option("-b", "--body", help="The body of the request.")
@click.option(
    "-f", "--file", "file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="A file with the body of the request; - for standard input.",
)  # fmt: skip
@click.option("-l", "--login", metavar="USER:PASSWORD", help="Log in by HTTP's basic authentication.")
@click.option("-q", "--quiet", is_flag=True, help="Write nothing but the body of the answer, byte by byte.")
@gives_json
def command(
    target: str,
    settings: dict[str, str],
    words: tuple[str, ...],
    headers: dict[str, str],
    body: str | None,
    file: str | None,
    login: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Send one request through an application, without a server, and show its answer.

    PATH may have a query: /search?q=x. METHOD is GET if it isn't said, or POST where there is a body. The application
    finds paste.command_request in the WSGI environment. TARGET is what `goldilocks serve` takes.
    """
    method, path = read_words(words, has_body=body is not None or file is not None)
    if body is not None and file is not None:
        raise click.UsageError("say --body or --file, not both")
    if login is not None:
        headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode('ascii')}"
    content = read_file(file) if file is not None else (body or "").encode()
    set_up_logging()
    app = load(target, settings, "prequest").app
    response = send(app, make_request(method, path, headers, content))
    if as_json:
        echo_json(as_values(response))
    elif quiet:
        sys.stdout.buffer.write(response.body)
    else:
        tell(response)


def read_words(words: tuple[str, ...], has_body: bool) -> tuple[str, str]:
    """Return method and path.

    >>> read_words(("/",), has_body=False), read_words(("put", "pages/1"), has_body=True)
    (('GET', '/'), ('PUT', '/pages/1'))

    Raises:
        click.UsageError: there are too many words.
    """
    if len(words) > 2:
        raise click.UsageError(f"say a method and a path, not {' '.join(words)}")
    method = words[0] if len(words) == 2 else ("POST" if has_body else "GET")
    path = words[-1]
    return method.upper(), whole_address(path)


def read_file(file: str) -> bytes:
    """Return what is in a file, or comes from standard input."""
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def make_request(method: str, path: str, headers: dict[str, str], content: bytes) -> Request:
    """Make a request for the application.

    Raises:
        CommandError: there can be no such request.
    """
    known = {"Accept": ACCEPT}
    if content:
        known["Content-Type"] = "application/json" if content[:1] in b"[{" else "text/plain"
    said = {name.title(): value for name, value in headers.items()}
    environ: Any = {"paste.command_request": True, "REMOTE_ADDR": "127.0.0.1", "wsgi.run_once": True}
    with told(f"there can be no request {method} {path}"):
        request: Request = Request.blank(path, environ=environ, method=method, headers={**known, **said})
        request.body = content
    return request


def send(app: Any, request: Request) -> Any:
    """Return what an application answers.

    Raises:
        CommandError: it raised an error instead.
    """
    with told(f"{printable(' '.join(requested(request.environ)))} was not answered"):
        response: Any = request.send(app)
        response.app_iter = [response.body]  # reads it all, and closes it
        return response


def tell(response: Any) -> None:
    """Write an answer for people."""
    echo(heading(printable(response.status)))
    for name, value in response.headerlist:
        echo(f"{printable(name)}: {printable(value)}")
    echo()
    text = as_text(response)
    if text is None:
        echo(f"({len(response.body)} bytes that are no text; --quiet writes them)")
    elif text:
        click.echo(text, nl=not text.endswith("\n"))


def as_text(response: Any) -> str | None:
    """Return the body of an answer as text, or ``None`` if it is none."""
    try:
        text = str(response.body, response.charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return None
    return None if "\0" in text else text


def as_values(response: Any) -> dict[str, Any]:
    """Return an answer for programs; a body that is no text is in base64."""
    text = as_text(response)
    values = {"status": response.status_int, "reason": response.status.partition(" ")[2]}
    values["headers"] = [list(each) for each in response.headerlist]
    if text is None:
        return {**values, "body_base64": base64.b64encode(response.body).decode("ascii")}
    return {**values, "body": text}
