"""One application for many at once: threads and tasks never see each other's requests."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from goldilocks.config import Configurator
from goldilocks.interfaces import IRequest, IView, IViewClassifier
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.threadlocal import RequestContext, get_current_registry, get_current_request, manager

THREADS = 32
ROUNDS = 25


def mixed_application():
    """Routes, traversal, sets of views, errors, subrequests: whatever keeps something about a request."""

    class Node:
        def __init__(self, name):
            self.name = name

        def __getitem__(self, name):
            if name == "who":
                raise KeyError(name)
            return Node(name)

    class Porridge(Exception):
        pass

    def who(request):
        before = get_current_request() is request
        time.sleep(0)  # let another thread go on
        name = request.matchdict["name"] if request.matchdict else request.context.name
        assert request.marker == name
        return Response(f"{name} {before and get_current_request() is request}")

    def fail(request):
        raise Porridge(request.matchdict["name"])

    def ask(request):
        inner = request.invoke_subrequest(Request.blank(f"/route/{request.matchdict['name']}"))
        assert get_current_request() is request
        return inner

    config = Configurator(root_factory=lambda request: Node("root"))
    config.add_request_method(lambda request: request.path.split("/")[2], "marker", reify=True)
    config.add_route("route", "/route/{name}")
    config.add_route("fail", "/fail/{name}")
    config.add_route("ask", "/ask/{name}")
    config.add_view(who, route_name="route", request_method="GET")
    config.add_view(who, route_name="route", request_method="POST")
    config.add_view(fail, route_name="fail")
    config.add_view(ask, route_name="ask")
    config.add_view(who, name="who", context=Node)
    config.add_exception_view(
        lambda error, request: Response(f"{error} {get_current_request() is request}"), context=Porridge
    )
    return config.make_wsgi_app(), config


def ask(app, path):
    return Request.blank(path).get_response(app).text


def test_threads_see_their_own_requests_only():
    """Thirty-two threads ask one application in every way, and each gets its own answer."""
    app, _ = mixed_application()
    start = threading.Barrier(THREADS)

    def work(number):
        start.wait()
        wrong = []
        for turn in range(ROUNDS):
            name = f"n{number}x{turn}"
            for path in (f"/route/{name}", f"/fail/{name}", f"/ask/{name}", f"/walk/{name}/who"):
                text = ask(app, path)
                if text != f"{name} True":
                    wrong.append((path, text))
        return wrong, manager.stack

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(work, range(THREADS)))
    assert [wrong for wrong, _ in results if wrong] == []
    assert all(stack == [] for _, stack in results)


def test_configuration_changes_while_requests_run():
    """Views that are put in and taken out by hand count at once, in every thread, and disturb no other request."""
    app, config = mixed_application()
    registry = config.registry
    is_over = threading.Event()
    place = (IViewClassifier, IRequest, None)
    wrong = []

    def work():
        while not is_over.is_set():
            if ask(app, "/walk/steady/who") != "steady True":
                wrong.append("who")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(50):
            registry.registerAdapter(
                lambda context, request, number=number: Response(f"view {number}"),
                place,
                IView,
                name="changing",
            )
            assert ask(app, "/@@changing") == f"view {number}"
            registry.unregisterAdapter(required=place, provided=IView, name="changing")
            assert ask(app, "/@@changing").startswith("404")
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_tasks_see_their_own_requests_only():
    """Tasks of one event loop are apart, too: what one pushes, no other sees."""
    app, config = mixed_application()

    async def work(number):
        request = Request.blank(f"/route/n{number}")
        request.registry = config.registry
        with RequestContext(request):
            for _ in range(5):
                await asyncio.sleep(0)
                assert get_current_request() is request
                assert get_current_registry() is config.registry
                assert ask(app, f"/route/inner{number}") == f"inner{number} True"
        return manager.stack

    async def main():
        return await asyncio.gather(*[work(number) for number in range(20)])

    assert asyncio.run(main()) == [[]] * 20


def test_application_runs_in_a_thread_of_a_loop():
    """An application that a loop runs in threads keeps its requests apart from the loop's."""
    app, config = mixed_application()

    async def main():
        outer = Request.blank("/")
        outer.registry = config.registry
        with RequestContext(outer):
            answers = await asyncio.gather(*[asyncio.to_thread(ask, app, f"/route/n{n}") for n in range(8)])
            assert get_current_request() is outer
        return answers

    assert asyncio.run(main()) == [f"n{n} True" for n in range(8)]
