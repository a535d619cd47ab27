"""FastAPI, over a socket only: it speaks ASGI."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from benchmarks.contenders import Built


class Applications:
    def hello(self) -> Built:
        app = FastAPI()

        @app.get("/", response_class=PlainTextResponse)
        async def hello() -> str:
            return "Hello, world!"

        return Built(app, "route /; PlainTextResponse")

    def json(self) -> Built:
        app = FastAPI()

        @app.get("/users/{id}")
        async def user(id: str) -> Any:
            return {"id": id, "name": "Baloo"}

        return Built(app, "route /users/{id}; a dict")
