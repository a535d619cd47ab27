"""WebOb's Request and Response without a framework: what goldilocks and Pyramid can't be faster than, if they use them whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from webob import Request, Response

from benchmarks.contenders import Built


class Applications:
    def hello(self) -> Built:
        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            request = Request(environ)
            response = Response("Hello, world!" if request.path_info == "/" else "Who?")
            return response(environ, start_response)

        return Built(application, "no routing; Request and Response", by_hand="routing")

    def json(self) -> Built:
        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            request = Request(environ)
            number = request.path_info.rpartition("/")[2]
            response = Response(json_body={"id": number, "name": "Baloo"}, content_type="application/json")
            return response(environ, start_response)

        return Built(application, "the last segment of the path; Request and Response", by_hand="routing")
