"""Thirty-two threads that configure, render templates for the first time and look up views, all at once: everything is right.

Nothing is warm when they begin; they wait for each other at a barrier and then all want the same things.
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from goldilocks.config import Configurator
from goldilocks.events import BeforeRender, NewRequest
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.threadlocal import get_current_registry, get_current_request, manager
from tests.robustness.servers import IS_SOAK

THREADS = 32
ROUNDS = 20 if IS_SOAK else 2
COMMITS = 1000 if IS_SOAK else 20
KINDS = 12

LAYOUT = '<b metal:define-macro="main"><i metal:define-slot="body"/></b>'
PAGE = '<a metal:use-macro="load: layout.pt"><u metal:fill-slot="body">{number} ${{said}} ${{request.marker}}</u></a>'


@pytest.fixture(autouse=True)
def restless():
    """Let threads take turns in the middle of everything, and not each five milliseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def at_once(work):
    """Have each thread do its work, all at the same time; return what they return."""
    start = threading.Barrier(THREADS)

    def waiting(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(waiting, range(THREADS)))


def ask(app, path, **headers):
    return Request.blank(path, headers=headers).get_response(app)


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Makes an application of which nothing was used yet: types of contexts, views for them, templates, sessions."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GOLDILOCKS_TEMPLATE_CACHE", "true")
    (tmp_path / "layout.pt").write_text(LAYOUT)
    for number in range(KINDS):
        (tmp_path / f"page{number}.pt").write_text(PAGE.format(number=number))

    def make():
        base = type("Base", (), {})
        kinds = [type(f"Kind{number}", (base,), {}) for number in range(KINDS)]

        def root(request):
            made = kinds[int(request.params.get("kind", 0))]()
            return {"thing": made}

        config = Configurator(root_factory=root)
        config.set_session_factory(SignedCookieSessionFactory("a secret of more than thirty-two bytes"))
        config.add_request_method(lambda request: request.params["said"], "marker", reify=True)
        for number, kind in enumerate(kinds):
            for method in ("GET", "POST"):
                config.add_view(
                    lambda request, number=number, method=method: Response(f"{number} {method}"),
                    context=kind, request_method=method,
                )  # fmt: skip
            if number % 2:
                config.add_view(
                    lambda request, number=number: Response(f"{number} own"), context=kind, name="other"
                )
            config.add_route(f"page{number}", f"/page{number}/{{said}}")
            config.add_view(
                lambda request: {"said": request.matchdict["said"]},
                route_name=f"page{number}", renderer=str(tmp_path / f"page{number}.pt"),
            )  # fmt: skip
        config.add_view(lambda request: Response("inherited"), context=base, name="other")
        config.add_exception_view(lambda error, request: Response("none"), context=HTTPNotFound)
        return config.make_wsgi_app()

    return make


def test_all_at_once(fresh, tmp_path):
    """Each thread configures an application of its own while all look up views and render templates of one that is new."""

    def configure(number):
        config = Configurator(settings={"number": number}, package="tests.robustness")
        config.add_route("home", "/{name}")
        for method in ("GET", "POST"):
            config.add_view(
                lambda request, method=method: {"is": f"{number} {method} {request.registry.settings['number']}"},
                route_name="home", renderer="json", request_method=method,
            )  # fmt: skip
        config.include(lambda inner: inner.add_route("inner", "/in/{a}"), route_prefix=f"p{number}")
        return config.make_wsgi_app()

    def work(number):
        trouble = []
        for turn in range(KINDS):
            kind = (number + turn) % KINDS
            said = f"s{number}x{turn}"
            for path, expected in (
                (f"/thing?kind={kind}", f"{kind} GET"),
                (f"/thing/other?kind={kind}", f"{kind} own" if kind % 2 else "inherited"),
                (f"/thing/nothing{number}?kind={kind}", "none"),
                (f"/page{kind}/{said}?said={said}", f"<b><u>{kind} {said} {said}</u></b>"),
            ):
                text = ask(app, path).text
                if text != expected:
                    trouble.append((path, text))
            if turn % 4 == 0:
                own = configure(number)
                found = ask(own, "/x").json, len(own.routes_mapper.get_routes())
                if found[0] != {"is": f"{number} GET {number}"} or found[1] != 2:
                    trouble.append((number, found))
        return trouble

    for _ in range(ROUNDS // 2):
        for file in tmp_path.glob("*.pt"):
            file.touch()  # what was compiled counts as old
        app = fresh()
        assert [each for each in at_once(work) if each] == []


class Place:
    """A context of which each version of a view is found by another walk of the tables."""


def numbered(config, topic, number):
    """Say something anew; what answers tells which time it was."""
    said = f"{topic} {number}"
    if topic == "route":
        config.add_route("moving", f"/moving/{number}")
        config.add_view(lambda request: Response(said), route_name="moving")
    elif topic == "view":
        config.add_view(lambda request: Response(said), name="view", context=Place)
    elif topic == "method":
        config.add_view(lambda request: Response(said), route_name="place", request_method="POST")
    elif topic == "error":
        config.add_exception_view(lambda error, request: Response(said), context=LookupError)
    else:
        config.add_request_method(lambda request: said, "said", property=True)
    config.commit()


@pytest.mark.parametrize("is_heard", [False, True])
def test_configured_while_requests_come(is_heard):
    """What is committed holds for each request that begins afterwards, and none fails while it is being committed."""

    def fail(request):
        raise LookupError

    config = Configurator(root_factory=lambda request: Place())
    for name, view in (("error", fail), ("said", lambda request: Response(request.said))):
        config.add_route(name, f"/{name}")
        config.add_view(view, route_name=name)
    config.add_route("place", "/place")
    config.add_view(lambda request: Response("read"), route_name="place", request_method="GET")
    if is_heard:
        config.add_subscriber(lambda event: None, NewRequest)
    paths = {"view": "/view", "method": "/place", "error": "/error", "said": "/said", "route": "/moving/{}"}
    begun, committed = dict.fromkeys(paths, 0), dict.fromkeys(paths, 0)
    for topic in paths:
        numbered(config, topic, 0)
    app = config.make_wsgi_app()
    is_over = threading.Event()

    def configure():
        for number in range(1, COMMITS):
            for topic in paths:
                begun[topic] = number
                numbered(config, topic, number)
                committed[topic] = number
        is_over.set()

    def work(number):
        if number == 0:
            return configure()
        trouble, topics = [], list(paths)
        while not is_over.is_set():
            time.sleep(0.005)  # who configures has a turn, too
            topic = topics[number % len(topics)]
            number += 1
            earliest = committed[topic]
            path = paths[topic].format(earliest)
            text = Request.blank(path, method="POST" if topic == "method" else "GET").get_response(app).text
            latest = begun[topic]
            has_moved = topic == "route" and latest > earliest
            if not has_moved and text not in [f"{topic} {each}" for each in range(earliest, latest + 1)]:
                trouble.append((topic, earliest, latest, text))
        return trouble

    assert [each for each in at_once(work) if each] == []


# --- Nothing of one request is in another ------------------------------------------------------------------------------

#: What an application itself may keep for the time of a request.
own = contextvars.ContextVar("own", default=None)


def whose(request):
    """Say whose everything is that is found here."""
    manager_says = get_current_request()
    return {
        "param": request.params["who"],
        "current": manager_says.params["who"],
        "session": request.session.get("who"),
        "reified": request.who,
        "match": request.matchdict["who"],
        "event": request.seen,
        "registry": get_current_registry() is request.registry,
    }


@pytest.fixture
def app():
    """An application that keeps something of each request in every place in which something can be kept."""

    def note(event):
        event.request.seen = event.request.params["who"]

    def put_in(event):
        event["rendering"] = event["request"].params["who"]

    def keep(request):
        before = request.session.get("who")
        request.session["who"] = request.params["who"]
        return before

    config = Configurator()
    config.set_session_factory(SignedCookieSessionFactory("a secret of more than thirty-two bytes"))
    config.add_request_method(lambda request: request.params["who"], "who", reify=True)
    config.add_subscriber(note, NewRequest)
    config.add_subscriber(put_in, BeforeRender)
    config.add_route("keep", "/keep/{who}")
    config.add_view(keep, route_name="keep", renderer="json")
    config.add_route("whose", "/whose/{who}")
    config.add_view(whose, route_name="whose", renderer="json")
    return config.make_wsgi_app()


def visit(app, who):
    """Ask as one visitor, several times; return what was somebody else's."""
    cookie, trouble = "", []
    for turn in range(10):
        me = f"{who}-{turn}"
        kept = ask(app, f"/keep/{me}?who={me}", Cookie=cookie)
        if kept.json != (f"{who}-{turn - 1}" if turn else None):
            trouble.append(kept.json)
        cookie = kept.headers["Set-Cookie"].partition(";")[0]
        found = ask(app, f"/whose/{me}?who={me}", Cookie=cookie).json
        if found.pop("registry") is not True or set(found.values()) != {me}:
            trouble.append(found)
    return trouble, get_current_request(), manager.stack


def test_threads_keep_their_visitors_apart(app):
    """Nothing of a request is found in another one's, nor anything in a thread when it is over."""
    for _ in range(ROUNDS):
        assert at_once(lambda number: visit(app, f"v{number}")) == [([], None, [])] * THREADS


def test_tasks_keep_their_visitors_apart(app):
    """Nor under asyncio: in the loop's own thread, in tasks, and in threads that tasks wait for."""

    async def task(number):
        own.set(number)
        found = visit(app, f"t{number}")
        await asyncio.sleep(0)
        there = await asyncio.to_thread(visit, app, f"w{number}")
        await asyncio.sleep(0)
        assert own.get() == number and get_current_request() is None
        return found, there

    async def main():
        found = await asyncio.gather(*[task(number) for number in range(THREADS)])
        assert manager.stack == []
        return found

    nothing = ([], None, [])
    for _ in range(ROUNDS):
        assert asyncio.run(main()) == [(nothing, nothing)] * THREADS


def test_task_that_is_begun_in_a_view_outlives_it_alone(app):
    """A task that a view begins sees that view's request for as long as it lasts, and no later one."""
    seen = []

    async def later(who):
        await asyncio.sleep(0.01)
        seen.append((who, get_current_request()))

    tasks, copies = [], []

    def begin(request):
        tasks.append(asyncio.get_running_loop().create_task(later(request.params["who"])))
        copies.append(contextvars.copy_context())
        assert copies[-1].run(get_current_request) is request
        return Response()

    config = Configurator()
    config.add_route("begin", "/")
    config.add_view(begin, route_name="begin")
    beginning = config.make_wsgi_app()

    async def main():
        for number in range(5):
            ask(beginning, f"/?who={number}")
            assert copies[-1].run(get_current_request) is None
            visit(app, "between")
            assert get_current_request() is None
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert sorted(seen) == [(str(number), None) for number in range(5)]
