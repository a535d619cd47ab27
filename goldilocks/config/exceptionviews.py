"""What can be said about views of exceptions: shorter words for an ``add_view`` of a certain kind."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from goldilocks.config.statement import REST, Statement, directive
from goldilocks.exceptions import ConfigurationError
from goldilocks.httpexceptions import HTTPForbidden, HTTPNotFound, default_exceptionresponse_view
from goldilocks.interfaces import IResponse
from goldilocks.late import late_names
from goldilocks.security import NO_PERMISSION_REQUIRED

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, AnyView
    from goldilocks.view import AppendSlashNotFoundViewFactory as AppendSlashNotFoundViewFactory
else:
    # PERF: import: not everybody decorates, or appends slashes
    __getattr__ = late_names(globals(), {"AppendSlashNotFoundViewFactory": "goldilocks.view"})

#: This module, which has that name when it is asked for.
_here = sys.modules[__name__]


class ExceptionViewStatement(Statement):
    """The base: a view for an exception, without name, permission or token."""

    rest_name: ClassVar[str] = "view_options"
    #: What the directive is called, for its errors.
    directive_name: ClassVar[str]
    #: What the statement decides itself.
    taken: ClassVar[tuple[str, ...]] = (
        "name",
        "permission",
        "context",
        "for_",
        "require_csrf",
        "exception_only",
    )

    view: AnyView | str | None = None
    rest: dict[str, Any] = REST

    @classmethod
    def said(cls, config: AnyConfig, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Self:
        """Make the statement; keywords that it decides itself are refused."""
        view = config.maybe_dotted(args[0] if args else kwargs.get("view"))
        defaults = getattr(view, "__view_defaults__", {}) if isinstance(view, type) else {}
        kwargs = {**defaults, **kwargs}
        for word in cls.taken:
            if word in kwargs:
                raise ConfigurationError(
                    f"{word} may not be used as an argument to {cls.directive_name}: the directive decides it itself"
                )
        return super().said(config, args, kwargs)

    def settings(self, context: Any) -> dict[str, Any]:
        """Return the keywords for ``add_view``."""
        said = {name: getattr(self, name) for name in self._keywords() or ()}
        decided = {
            "context": context,
            "exception_only": True,
            "permission": NO_PERMISSION_REQUIRED,
            "require_csrf": False,
        }
        return {**said, **decided, **self.rest}


class HTTPErrorViewStatement(ExceptionViewStatement):
    """The base of those for one HTTP error; the arguments are those of ``add_view``."""

    attr: str | None = None
    renderer: Any = None
    wrapper: str | None = None
    route_name: str | None = None
    request_type: Any = None
    request_method: Any = None
    request_param: Any = None
    containment: Any = None
    xhr: bool | None = None
    accept: str | None = None
    header: Any = None
    path_info: Any = None
    custom_predicates: Iterable[Callable[[Any, Any], Any]] = ()
    decorator: Any = None
    mapper: Any = None
    match_param: Any = None

    def settings(self, context: Any) -> dict[str, Any]:
        """Return the keywords for ``add_view``; without a view, the exception itself is the response."""
        settings = super().settings(context)
        if self.view is None:
            settings["view"] = default_exceptionresponse_view
        return settings


class AddForbiddenView(HTTPErrorViewStatement):
    """Say which view answers when a permission was refused; its context is the ``HTTPForbidden``.

    The arguments are those of ``add_view``.
    """

    directive_name: ClassVar[str] = "add_forbidden_view"

    def say(self, config: AnyConfig) -> None:
        """Say the view."""
        config.add_view(**self.settings(HTTPForbidden))


class AddNotfoundView(HTTPErrorViewStatement):
    """Say which view answers when nothing was found; its context is the ``HTTPNotFound``.

    The arguments are those of ``add_view``, and:

    Args:
        append_slash: redirect to the path with a slash at its end when a route matches that; a response class
            redirects by that class.
    """

    directive_name: ClassVar[str] = "add_notfound_view"

    append_slash: Any = False

    def say(self, config: AnyConfig) -> None:
        """Say the view, behind the redirection if that is wanted."""
        settings = self.settings(HTTPNotFound)
        append_slash = settings.pop("append_slash")
        if append_slash:
            attr, renderer = settings.pop("attr"), settings.pop("renderer")
            view = config._derive_view(settings["view"], attr=attr, renderer=renderer)
            redirect = {"redirect_class": append_slash} if IResponse.implementedBy(append_slash) else {}
            settings["view"] = _here.AppendSlashNotFoundViewFactory(view, **redirect)
        config.add_view(**settings)


class AddExceptionView(ExceptionViewStatement):
    """Say which view answers an exception.

    The arguments are those of ``add_view``.

    Args:
        context: the type of the exception; every ``Exception`` by default.
    """

    directive_name: ClassVar[str] = "add_exception_view"
    taken = ("name", "for_", "exception_only", "require_csrf", "permission")

    context: Any = None

    def say(self, config: AnyConfig) -> None:
        """Say the view."""
        config.add_view(**self.settings(Exception if self.context is None else self.context))


class ExceptionViewTopic:
    """The directives of this file."""

    if TYPE_CHECKING:

        def add_forbidden_view(self, view: AnyView | str | None = None, **view_options: Any) -> None:
            """See `AddForbiddenView`."""

        def add_notfound_view(
            self, view: AnyView | str | None = None, *, append_slash: Any = False, **view_options: Any
        ) -> None:
            """See `AddNotfoundView`."""

        def add_exception_view(
            self, view: AnyView | str | None = None, context: Any = None, **view_options: Any
        ) -> None:
            """See `AddExceptionView`."""
    else:
        add_forbidden_view = directive(AddForbiddenView)
        add_notfound_view = directive(AddNotfoundView)
        add_exception_view = directive(AddExceptionView)

    #: COMPAT: set_forbidden_view and set_notfound_view, their names before 1.3
    set_forbidden_view = add_forbidden_view
    set_notfound_view = add_notfound_view
