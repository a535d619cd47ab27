from __future__ import annotations

import asyncio
import contextvars
import sys
import threading

from goldilocks.registry import global_registry
from goldilocks.threadlocal import (
    RequestContext,
    ThreadLocalManager,
    defaults,
    get_current_registry,
    get_current_request,
    manager,
)


class Request:
    registry = "the registry"


def test_get_returns_the_very_object_that_was_pushed():
    """What `get` returns can be changed in place, and the change is seen."""
    stack = ThreadLocalManager()
    info = {"request": None}
    stack.push(info)
    assert stack.get() is info


def test_topmost_counts():
    """`get` and `pop` see what was pushed last."""
    stack = ThreadLocalManager()
    stack.push("lower")
    stack.push("upper")
    assert stack.get() == "upper"
    assert stack.pop() == "upper"
    assert stack.get() == "lower"


def test_set_is_push():
    """The older name puts something on top as well."""
    stack = ThreadLocalManager()
    stack.set("info")
    assert stack.get() == "info"


def test_pop_of_an_empty_stack_is_silent():
    """One `pop` too many does no harm."""
    assert ThreadLocalManager().pop() is None


def test_clear_takes_everything_off():
    """After `clear`, the default holds."""
    stack = ThreadLocalManager(lambda: "default")
    stack.push(1)
    stack.push(2)
    stack.clear()
    assert stack.get() == "default"
    assert stack.stack == []


def test_stack_lists_all_from_the_bottom():
    """`stack` shows what was pushed, the topmost last."""
    stack = ThreadLocalManager()
    for info in "abc":
        stack.push(info)
    assert stack.stack == ["a", "b", "c"]
    assert len(stack.stack) == 3


def test_changing_the_listed_stack_changes_nothing():
    """`stack` is a copy."""
    stack = ThreadLocalManager()
    stack.push("info")
    stack.stack.clear()
    assert stack.get() == "info"


def test_falsy_info_is_an_info():
    """What was pushed counts, even if it is ``None``."""
    stack = ThreadLocalManager(lambda: "default")
    stack.push(None)
    assert stack.get() is None
    assert stack.stack == [None]


def test_without_a_default_an_empty_stack_holds_nothing():
    """A manager without default answers ``None``."""
    assert ThreadLocalManager().get() is None


def test_default_is_read_when_it_is_needed():
    """A default that is assigned later counts at once."""
    stack = ThreadLocalManager(lambda: "first")
    stack.default = lambda: "second"
    assert stack.get() == "second"


def test_managers_are_independent():
    """What one manager holds, another doesn't see."""
    one, other = ThreadLocalManager(), ThreadLocalManager()
    one.push("info")
    assert other.get() is None


def test_threads_do_not_see_each_other():
    """A new thread starts with an empty stack, and what it pushes is its own."""
    stack = ThreadLocalManager()
    stack.push("main")
    seen = []

    def work():
        seen.append(stack.stack)
        stack.push("thread")

    thread = threading.Thread(target=work, **_own_context())
    thread.start()
    thread.join()
    assert seen == [[]]
    assert stack.stack == ["main"]


def _own_context():
    # free-threaded Pythons hand their context down to new threads unless told otherwise
    return {"context": contextvars.Context()} if sys.version_info >= (3, 14) else {}


def test_a_task_inherits_and_keeps_to_itself():
    """A task starts with what its parent had; what it pushes or pops is its own."""
    stack = ThreadLocalManager()
    stack.push("parent")
    seen = {}

    async def child(name):
        seen[name] = [stack.get()]
        stack.pop()
        stack.push(name)
        await asyncio.sleep(0)
        seen[name].append(stack.get())

    async def parent():
        await asyncio.gather(child("one"), child("two"))

    asyncio.run(parent())
    assert seen == {"one": ["parent", "one"], "two": ["parent", "two"]}
    assert stack.stack == ["parent"]


def test_defaults():
    """While nothing goes on there is no request, and the global registry."""
    assert defaults() == {"request": None, "registry": global_registry}
    assert manager.default is defaults


def test_current_request_and_registry():
    """Both are taken from the topmost info."""
    manager.push({"request": "the request", "registry": "the registry"})
    try:
        assert get_current_request() == "the request"
        assert get_current_registry() == "the registry"
        assert get_current_registry(object()) == "the registry"
    finally:
        manager.pop()


def test_nothing_current():
    """Outside every request there is none, and the registry is the global one."""
    assert get_current_request() is None
    assert get_current_registry() is global_registry


def test_request_context_begins_and_ends():
    """Between `begin` and `end` the request is current, together with its registry."""
    request = Request()
    context = RequestContext(request)
    assert context.begin() is request
    assert manager.get() == {"request": request, "registry": "the registry"}
    context.end()
    assert get_current_request() is None


def test_request_context_as_a_context_manager():
    """``with`` begins and ends, also when an error leaves it."""
    request = Request()
    try:
        with RequestContext(request) as current:
            assert current is request
            assert get_current_request() is request
            raise LookupError
    except LookupError:
        pass
    assert get_current_request() is None
