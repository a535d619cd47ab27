"""Starlette, over a socket only: it speaks ASGI."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from benchmarks.contenders import Built


class Applications:
    def hello(self) -> Built:
        async def hello(request: Any) -> Any:
            return PlainTextResponse("Hello, world!")

        return Built(Starlette(routes=[Route("/", hello)]), "route /; PlainTextResponse")

    def json(self) -> Built:
        async def user(request: Any) -> Any:
            return JSONResponse({"id": request.path_params["id"], "name": "Baloo"})

        return Built(Starlette(routes=[Route("/users/{id}", user)]), "route /users/{id}; JSONResponse")
