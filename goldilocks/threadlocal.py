"""Which request is being answered right now, for the few who can't be handed it.

The router pushes a dict with ``request`` and ``registry`` when a request begins and pops it when the request is
over; tests do the same around a test. The stack lives in a context variable, so threads, tasks and greenlets each see
their own. Code that has a request at hand passes that on instead of asking here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias

from goldilocks.registry import global_registry

if TYPE_CHECKING:
    from types import TracebackType

    from goldilocks.types import AnyRegistry, AnyRequest

#: What a manager keeps: the framework's own holds dicts, others may hold anything.
Info: TypeAlias = Any

#: A stack that is never changed, only replaced: nothing, or the topmost info and the stack below it. For a request it is a list: first
#: of the stack below, the request, its registry, and the info, as soon as somebody has asked for it; empty when the request is over.
Stack: TypeAlias = "tuple[()] | tuple[Info, Stack] | list[Any]"


class ThreadLocalManager:
    """A stack of which every thread and every task sees its own.

    A task starts with what its parent had pushed by then, and neither sees what the other pushes afterwards. A request that is
    over is over for both.

    Args:
        default: called without arguments when somebody asks an empty stack. It may be replaced at any time.

    >>> manager = ThreadLocalManager(lambda: "nothing is going on")
    >>> manager.push("a request")
    >>> manager.get(), manager.pop(), manager.get()
    ('a request', 'a request', 'nothing is going on')
    """

    def __init__(self, default: Callable[[], Info] | None = None) -> None:
        # PERF: every request: a linked tuple makes push and pop one allocation, and no two contexts share a list
        #: The stack itself, for those who push and pop for every request.
        self.top: ContextVar[Stack] = ContextVar("goldilocks.threadlocal", default=())
        self.default = default

    def push(self, info: Info) -> None:
        """Put ``info`` on top."""
        self.top.set((info, self.top.get()))

    #: COMPAT: ``manager.set`` is the older name of ``push``
    set = push

    def push_request(self, request: AnyRequest, registry: AnyRegistry) -> list[Any]:
        """Put a request on top; its info is made when somebody asks for it.

        Returns:
            What stands in the stack for it. Whoever empties it ends the request for those who took the stack along, too, such as
            a task that lives longer.
        """
        frame = [self.top.get(), request, registry, None]
        self.top.set(frame)
        return frame

    def pop(self) -> Info:
        """Take the topmost off and return it; ``None`` if there is none."""
        top = _opened(self.top.get())
        if not top:
            return None
        info, below = top
        self.top.set(below)
        return info

    def get(self) -> Info:
        """Return the topmost, the very object that was pushed, or what ``default`` says."""
        top = _opened(self.top.get())
        if top:
            return top[0]
        return None if self.default is None else self.default()

    def clear(self) -> None:
        """Take everything off."""
        self.top.set(())

    @property
    def stack(self) -> list[Info]:
        """All that was pushed, the topmost last. A copy: changing it changes nothing."""
        infos = []
        top = self.top.get()
        while top:
            info, top = _opened(top)
            infos.append(info)
        return infos[::-1]


def _opened(top: Stack) -> Any:
    """Return a stack as nothing, or as info and the stack below; the info of a request is made if it wasn't yet."""
    frame: Any = tuple(top)  # at once: another thread may have taken the stack along
    if len(frame) < 4:
        return frame
    below, request, registry, info = frame
    if info is None:
        info = {"registry": registry, "request": request}
        with suppress(IndexError):  # the request is over by now
            top[3] = info  # type: ignore[index]  # only a request's frame has four
    return info, below


def defaults() -> dict[str, Any]:
    """Say what holds while no request is answered: no request, and the global registry."""
    return {"request": None, "registry": global_registry}


#: The one stack that the framework itself uses.
manager = ThreadLocalManager(default=defaults)


def get_current_request() -> AnyRequest:
    """Return the request that is being answered here, or ``None``.

    Meant for tests, logging and the like: what asks here can't be called from a script or a worker, where there is
    no request.
    """
    return manager.get()["request"]


def get_current_registry(context: Any = None) -> AnyRegistry:
    """Return the registry of the application that is at work here, or the global one.

    Args:
        context: not looked at; zope's ``getSiteManager`` hook passes one.
    """
    return manager.get()["registry"]


class RequestContext:
    """Makes a request the current one, for as long as a ``with`` statement lasts or between `begin` and `end`."""

    def __init__(self, request: AnyRequest) -> None:
        self.request = request
        self._frame: list[Any] = []

    def begin(self) -> AnyRequest:
        """Make the request and its registry current, and return the request."""
        request = self.request
        self._frame = manager.push_request(request, request.registry)
        return request

    def end(self) -> None:
        """Make current again what was before."""
        manager.pop()
        self._frame.clear()

    def __enter__(self) -> AnyRequest:
        return self.begin()

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()
