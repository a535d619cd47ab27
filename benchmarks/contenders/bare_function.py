"""A WSGI function and nothing else: what calling and being called takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.contenders import Built


class Applications:
    def hello(self) -> Built:
        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            body = b"Hello, world!"
            start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
            return [body]

        return Built(application, "no routing", by_hand="all")

    def json(self) -> Built:
        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            number = environ["PATH_INFO"].rpartition("/")[2]
            body = json.dumps({"id": number, "name": "Baloo"}).encode()
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
            start_response("200 OK", headers)
            return [body]

        return Built(application, "the last segment of the path; json.dumps", by_hand="all")
