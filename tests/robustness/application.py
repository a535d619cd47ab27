"""An application that counts what it opens and closes, for servers that are treated badly.

``application:short`` goes the short way, as most applications do; ``application:long`` has a tween with a transaction, a
listener and a session, so that every request goes all the way. Both answer the same.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import threading
import time
import weakref
from collections import Counter
from typing import Any

from goldilocks.config import Configurator
from goldilocks.events import NewRequest
from goldilocks.response import Response
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.threadlocal import get_current_request, manager

#: What was opened and closed; one lock, because ``+=`` of two threads may count once.
counts: Counter[str] = Counter()
lock = threading.Lock()
#: Every request that somebody has seen and that isn't gone.
alive: weakref.WeakSet[Any] = weakref.WeakSet()

#: What is opened, and what closes it.
PAIRS = (("begun", "finished"), ("transactions", "transactions closed"), ("streams", "streams closed"))

LINE = b"x" * 1023 + b"\n"
STREAMED_LINES = 2000


def count(what: str) -> None:
    with lock:
        counts[what] += 1


def note(request: Any) -> None:
    """Count a request as begun, and as finished when its callback is called."""
    alive.add(request)
    count("begun")
    request.add_finished_callback(finish)


def finish(request: Any) -> None:
    count("finished")
    if get_current_request() is not request:
        count("strangers")


class Stream:
    """A body that comes line by line, and is closed by somebody."""

    def __init__(self, lines: int, wait_s: float = 0) -> None:
        self.lines = lines
        self.wait_s = wait_s
        count("streams")

    def __iter__(self) -> Any:
        for _ in range(self.lines):
            time.sleep(self.wait_s)
            yield LINE

    def close(self) -> None:
        count("streams closed")


def echo(request: Any) -> Any:
    """Say what was said, in every place in which it can be."""
    note(request)
    said = request.matchdict["said"]
    time.sleep(0)  # another thread's turn
    is_mine = get_current_request() is request and request.params.get("said", said) == said
    return {"said": said, "header": request.headers.get("X-Said"), "is_mine": is_mine}


def form(request: Any) -> Any:
    """Read a whole form."""
    note(request)
    return {name: len(value) if isinstance(value, str) else -1 for name, value in request.POST.items()}


def stream(request: Any) -> Any:
    """Answer with more than a server keeps for a client."""
    note(request)
    times = int(request.params.get("times", "1"))
    return Response(app_iter=Stream(times * STREAMED_LINES), content_type="text/plain")


def slow(request: Any) -> Any:
    """Answer after a while, and say so at the beginning."""
    note(request)
    print("slowly...", flush=True)
    time.sleep(float(request.params.get("s", "0.5")))
    return Response(app_iter=Stream(20, 0.01), content_type="text/plain")


def recurse(request: Any) -> Any:
    return recurse(request)


class OfItsOwn(BaseException):
    """Nobody knows it."""


class Unspeakable(Exception):
    """Fails once more when it is written down."""

    def __str__(self) -> str:
        raise RuntimeError("not a word")

    __repr__ = __str__


class Nothing(Exception):
    """Counts as false, as an error that gathers others may."""

    def __len__(self) -> int:
        return 0


def nested(error: BaseException, times: int) -> BaseException:
    """Put an error into a group, that into another one, and so on."""
    for _ in range(times):
        error = BaseExceptionGroup("one", [error])
    return error


ERRORS: dict[str, Any] = {
    "error": LookupError("no such bear"),
    "exit of a generator": GeneratorExit(),
    "stop": StopIteration(),
    "memory": MemoryError(),
    "of its own": OfItsOwn(),
    "group": BaseExceptionGroup("two", [ValueError("one"), OfItsOwn()]),
    "groups in each other": nested(OfItsOwn(), 2000),
    "false": Nothing("nothing"),
    "unspeakable": Unspeakable(),
}


def fail(request: Any) -> Any:
    """Raise something."""
    note(request)
    name = request.matchdict["name"]
    if name == "recursion":
        return recurse(request)
    # a new one, whose traceback holds this request alone
    kind = ERRORS[name]
    raise type(kind)(*kind.args)


def tell(request: Any) -> Any:
    """Say what is open, once everything that can be let go of is."""
    gc.collect()
    with lock:
        said = Counter(counts)
    said["transactions"] -= hasattr(request, "has_transaction")  # this request's own
    return {
        "open": sum(said[opened] - said[closed] for opened, closed in PAIRS),
        **said,
        "alive": sum(1 for each in list(alive) if each is not request),
        "blocks": sys.getallocatedblocks(),
        "peak kB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "stack": len(manager.stack),
        "threads": threading.active_count(),
        "pid": os.getpid(),
    }


def app(config: Any) -> None:
    """Say routes and views."""
    for name, pattern, view, options in (
        ("echo", "/echo/{said}", echo, {"renderer": "json"}),
        ("form", "/form", form, {"renderer": "json"}),
        ("stream", "/stream", stream, {}),
        ("slow", "/slow", slow, {}),
        ("fail", "/fail/{name}", fail, {}),
        ("tell", "/tell", tell, {"renderer": "json"}),
    ):
        config.add_route(name, pattern)
        config.add_view(view, route_name=name, **options)


def transaction_tween(handler: Any, registry: Any) -> Any:
    """Open something around each request, and close it whatever happens."""

    def transact(request: Any) -> Any:
        count("transactions")
        request.has_transaction = True
        try:
            return handler(request)
        finally:
            count("transactions closed")

    return transact


def touch(event: Any) -> None:
    """Write into the session, so that each answer has a cookie."""
    alive.add(event.request)
    event.request.session["seen"] = 1


def make_short(**settings: Any) -> Any:
    """Make the application that goes the short way."""
    config = Configurator(settings=settings)
    app(config)
    return config.make_wsgi_app()


def make_long(**settings: Any) -> Any:
    """Make the application whose requests meet a tween, a listener and a session."""
    config = Configurator(settings=settings)
    config.set_session_factory(SignedCookieSessionFactory("a secret of more than thirty-two bytes"))
    config.add_tween(f"{__name__}.transaction_tween")
    config.add_subscriber(touch, NewRequest)
    app(config)
    return config.make_wsgi_app()


def __getattr__(name: str) -> Any:
    makers = {"short": make_short, "long": make_long}
    if name not in makers:
        raise AttributeError(name)
    made = globals()[name] = makers[name]()
    return made
