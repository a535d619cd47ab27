"""How an application is called: as a WSGI server would, with an environ as a browser's request makes it."""

from __future__ import annotations

import gc
import io
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.scenarios import Answer, Hit

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: What a browser sends, without what a cache would make of it.
BROWSER = {
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SERVER_SOFTWARE": "benchmarks",
    "REMOTE_ADDR": "127.0.0.1",
    "SCRIPT_NAME": "",
    "HTTP_HOST": "localhost",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.5",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
    "HTTP_CONNECTION": "keep-alive",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


class Caller:
    """Calls one application with one request, again and again.

    Args:
        application: that of a contender.
        hit: the request. What comes before it is asked here and now.
    """

    def __init__(self, application: Application, hit: Hit) -> None:
        self.application = application
        self.hit = hit
        self.body = hit.body
        self.cookie = ""
        if hit.before:
            self._ask_first(hit.before)
        self.environ = self._environ()

    def _ask_first(self, path: str) -> None:
        answer = call(self.application, _environ("GET", path, "", (), b""), b"")
        if answer.status != 200:
            raise AssertionError(f"{path} answers {answer.status}: {answer.body[:300]!r}")
        crumbs = [value.partition(";")[0] for name, value in answer.headers if name == "set-cookie"]
        self.cookie = "; ".join(dict.fromkeys(crumbs))
        self.body = self.body.replace(b"{token}", answer.body)
        time.sleep(self.hit.later_s)

    def _environ(self) -> dict[str, Any]:
        hit = self.hit
        environ = _environ(hit.method, hit.path, hit.query, hit.headers, self.body, hit.content_type)
        if self.cookie:
            environ["HTTP_COOKIE"] = self.cookie
        return environ

    def verify(self) -> Answer:
        """Ask twice, and return the answer; the second one must be right, too.

        Raises:
            AssertionError: an answer isn't what it must be.
        """
        for _ in range(2):
            answer = call(self.application, self.environ, self.body)
            if answer.status != self.hit.status or not self.hit.check(answer):
                raise AssertionError(f"{self.hit.path} answers {answer.status}: {answer.body[:300]!r}")
        return answer

    def time(self, count: int) -> float:
        """Return how many seconds of CPU one request takes, of ``count`` that are made.

        Raises:
            AssertionError: the last one was answered with another status than it must be.
        """
        application, environ, body = self.application, self.environ, self.body
        status = ""

        def start_response(line: str, headers: object, exc_info: object = None) -> None:
            nonlocal status
            status = line

        gc.collect(
            1
        )  # what was there before; all that a big application keeps isn't looked through for each timing
        start = time.process_time()
        for _ in range(count):
            request = environ.copy()
            request["wsgi.input"] = io.BytesIO(body)
            result = application(request, start_response)
            for _chunk in result:
                pass
            close = getattr(result, "close", None)
            if close is not None:
                close()
        spent = time.process_time() - start
        if int(status[:3]) != self.hit.status:
            raise AssertionError(f"{self.hit.path} answered {status} while it was timed")
        return spent / count

    def calibrate(self, while_s: float) -> int:
        """Warm up, and return how many requests take about ``while_s`` seconds."""
        count, each_s = 1, self.time(1)
        while each_s * count < while_s / 4:
            count *= 2
            each_s = self.time(count)
        return max(1, round(while_s / each_s))


def _environ(
    method: str,
    path: str,
    query: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    content_type: str = "",
) -> dict[str, Any]:
    environ: dict[str, Any] = dict(BROWSER, REQUEST_METHOD=method, PATH_INFO=path, QUERY_STRING=query)
    for name, value in headers:
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    if body:
        environ.update(CONTENT_TYPE=content_type, CONTENT_LENGTH=str(len(body)))
    return environ


def call(application: Application, environ: dict[str, Any], body: bytes) -> Answer:
    """Call an application once, and return all that it answers, names of headers in lower case."""
    started: list[Any] = []

    def start_response(line: str, headers: Any, exc_info: object = None) -> Callable[[bytes], None]:
        started[:] = [line, headers]
        return written.append

    written: list[bytes] = []
    result = application(dict(environ, **{"wsgi.input": io.BytesIO(body)}), start_response)
    written.extend(result)
    close = getattr(result, "close", None)
    if close is not None:
        close()
    line, headers = started
    return Answer(int(line[:3]), tuple((name.lower(), value) for name, value in headers), b"".join(written))
