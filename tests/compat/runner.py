r"""Play the requests of the applications beside this file under one framework, and print what came back as JSON.

Runs in a process and an environment of its own, with the standard library and the framework alone: ``python runner.py
FRAMEWORK NAME...``. An application is a file of ``applications/``; it imports the framework as ``framework`` and has

- ``REQUESTS``: text, a request a line: ``METHOD /path | Header: value | body: what is sent | peer: 10.0.0.1``. The line is
  the row's name in the comparison. ``{token}`` stands for the header ``X-Token`` of the last answer that had one, ``\r``,
  ``\n``, ``\xff`` and ``\u00e9`` for what they stand for in Python;
- ``application()``: makes the WSGI application, or several of them as a dict; then a request says ``| app: name``;
- ``COOKIES = True``: cookies are kept and sent from row to row.

Time stands still and randomness isn't random, so that nothing must be masked but the name of the framework.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib
import importlib.abc
import importlib.util
import json
import logging
import os
import random
import re
import sys
import time
import traceback
import warnings
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote_to_bytes

NOW = 1_700_000_000  # 2023-11-14T22:13:20Z
HERE = Path(__file__).parent
FRAMEWORK = "framework"


# --- A world that stands still -------------------------------------------------------------------------------------


class _Frozen(type(datetime.datetime)):
    def __instancecheck__(cls, value):
        return isinstance(value, datetime.datetime)


class FrozenDatetime(datetime.datetime, metaclass=_Frozen):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(NOW, tz or datetime.UTC).replace(tzinfo=tz)

    @classmethod
    def utcnow(cls):
        return cls.now()


def stand_still():
    """Stop the clock, and make what is random the same every time."""
    import webob.cookies
    import webob.datetime_utils
    import webob.response

    time.time = lambda: float(NOW)
    for module in (webob.cookies, webob.response):
        module.datetime = FrozenDatetime
    webob.datetime_utils._now = FrozenDatetime.now
    os.urandom = random._urandom = no_dice


def no_dice(size):
    """Return the same bytes each time; their beginning could be a UUID's of version 4, which many tokens are."""
    dice = bytearray(hashlib.shake_128(b"no dice").digest(max(size, 9)))
    dice[6] = dice[6] & 0x0F | 0x40
    dice[8] = dice[8] & 0x3F | 0x80
    return bytes(dice[:size])


# --- The framework, under the name `framework` ---------------------------------------------------------------------


class Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Make ``import framework.view`` hand out the framework's own module."""

    def __init__(self, real):
        self.real = real

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == FRAMEWORK:
            return importlib.util.spec_from_loader(name, self)
        return None

    def create_module(self, spec):
        module = importlib.import_module(self.real + spec.name[len(FRAMEWORK) :])
        self.kept = module.__spec__, module.__dict__.get("__loader__")
        return module

    def exec_module(self, module):
        module.__spec__, module.__loader__ = self.kept


# --- A strict little server ----------------------------------------------------------------------------------------


def parse(line):
    """Return what a line of ``REQUESTS`` asks for: the environment, and the words that aren't headers."""
    start, *fields = [each.strip() for each in line.split(" | ")]
    method, _, url = start.partition(" ")
    path, _, query = url.partition("?")
    said = dict(field.partition(": ")[::2] for field in fields)
    words = {name: said.pop(name) for name in ("body", "peer", "app", "script", "scheme") if name in said}
    body = _literal(words.get("body", ""))
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": words.get("script", ""),
        "PATH_INFO": unquote_to_bytes(_literal(path)).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost:80",
        "REMOTE_ADDR": words.get("peer", "127.0.0.1"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": words.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    for name, value in said.items():
        name = name.upper().replace("-", "_")
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH", "REMOTE_USER") else f"HTTP_{name}"
        environ[key] = _literal(value).decode("latin-1")
    return environ, words


def _literal(text):
    text = re.sub(r"[^\x00-\x7f]", lambda found: found[0].encode().decode("latin-1"), text)
    return re.sub(
        r"\\(r|n|x..|u....)",
        lambda found: (
            found[0].encode().decode("unicode_escape").encode().decode("latin-1")
            if found[1][0] == "u"
            else found[0].encode().decode("unicode_escape")
        ),
        text,
    ).encode("latin-1")


def play(app, environ):
    """Send one request, and return what came back as a dict that JSON understands."""
    started = {}

    def start_response(status, headers, exc_info=None):
        started.update(status=status, headers=headers)
        return lambda block: blocks.append(block)

    blocks = []
    try:
        answer = app(environ, start_response)
        try:
            blocks.extend(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
    except Exception as error:
        if os.environ.get("COMPAT_TRACEBACKS"):
            traceback.print_exc()
        return {"raised": [kind.__name__ for kind in type(error).__mro__]}
    return {
        "status": started["status"],
        "headers": [list(header) for header in started["headers"]],
        "body": b"".join(blocks).decode("utf-8", "backslashreplace"),
    }


class Jar:
    """A browser's cookies, without their scopes."""

    def __init__(self, cookies=()):
        self.cookies = dict(cookies)

    def fill(self, environ):
        kept = environ.get("HTTP_COOKIE")
        if kept is None and self.cookies:
            environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def keep(self, answer):
        for name, value in answer.get("headers", ()):
            if name.lower() == "set-cookie":
                for morsel in SimpleCookie(value).values():
                    if morsel["max-age"] == "0":
                        self.cookies.pop(morsel.key, None)
                    else:
                        self.cookies[morsel.key] = morsel.coded_value


def lines(text):
    """Return the rows of ``REQUESTS``; empty lines and those that begin with ``#`` are for people."""
    rows = [line.strip() for line in text.splitlines()]
    return [row for row in rows if row and not row.startswith("#")]


def row_names(text):
    """Return the names of the rows: the lines, numbered where one stands there again."""
    seen = {}
    names = []
    for line in lines(text):
        seen[line] = seen.get(line, 0) + 1
        names.append(line if seen[line] == 1 else f"{line} ({seen[line]})")
    return names


def run(module, cookies=()):
    """Play all requests of one application, in order."""
    try:
        apps = module.application()
    except Exception as error:
        traceback.print_exc()
        return {"": {"raised": [type(error).__name__]}}, {}
    apps = apps if isinstance(apps, dict) else {None: apps}
    jar = Jar(cookies)
    token = ""
    answers = {}
    for name, line in zip(row_names(module.REQUESTS), lines(module.REQUESTS), strict=True):
        environ, words = parse(line.replace("{token}", token))
        if getattr(module, "COOKIES", False):
            jar.fill(environ)
        answer = answers[name] = play(apps[words.get("app")], environ)
        jar.keep(answer)
        token = dict(answer.get("headers", ())).get("X-Token", token)
    return answers, jar.cookies


def main(framework, *names):
    """Play applications, and print their answers and the cookies that were left."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    stand_still()
    sys.meta_path.insert(0, Alias(framework))
    sys.path.insert(0, str(HERE / "applications"))
    given = json.loads(os.environ.get("COMPAT_COOKIES", "{}"))
    result = {"answers": {}, "cookies": {}}
    for name in names:
        module = importlib.import_module(name)
        result["answers"][name], result["cookies"][name] = run(module, given.get(name, {}))
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
