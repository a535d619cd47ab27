"""The vocabulary for annotations.

What is dynamic by contract carries its own alias here, so that an ``Any`` in a signature always says which
contract makes it one. Nothing in this file exists at run time but names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Protocol, TypeAlias

#: A request: ours, WebOb's, a dummy's or a test's stand-in. Dynamic, because request methods add attributes to it.
AnyRequest: TypeAlias = Any

#: A response: ours, WebOb's, or any object that an application adapts to one.
AnyResponse: TypeAlias = Any

#: A registry: ours, any zope ``Components``, or a stand-in that offers ``queryUtility``, ``adapters`` and ``settings``.
AnyRegistry: TypeAlias = Any

#: A Configurator as an add-on sees it: ``add_directive`` adds attributes to it.
AnyConfig: TypeAlias = Any

#: A resource. Any Python object may be one.
Context: TypeAlias = Any

#: An interface or specification of zope.interface, which ships without types.
InterfaceSpec: TypeAlias = Any

#: What a view hands to its renderer, and what an application may put into a template.
Value: TypeAlias = Any

#: A view as an application writes it: a function, a class, an instance, a method, with one argument or two.
AnyView: TypeAlias = Callable[..., Any]

#: A view as the framework calls it.
View: TypeAlias = Callable[[Context, AnyRequest], AnyResponse]

#: A predicate as the framework calls it; for a route the context is its match dictionary.
Predicate: TypeAlias = Callable[[Context, AnyRequest], Any]

#: What the deployment says: strings from a file, or values of any type from code.
Settings: TypeAlias = MutableMapping[str, Any]

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
WSGIApp: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

#: Takes a request and answers it: the router's innermost step, and each tween around it.
Handler: TypeAlias = Callable[[AnyRequest], AnyResponse]


class RendererFunction(Protocol):
    """A renderer: turns what a view returned into text or bytes."""

    def __call__(self, value: Value, system: dict[str, Any]) -> str | bytes:
        """Render ``value``; ``system`` holds view, context, request and the renderer's name."""
        ...  # pragma: no cover - the body of a protocol is never run
