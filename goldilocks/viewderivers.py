"""The built-in stages, in the order in which they run.

``secured_view`` asks the permission, ``csrf_view`` the token, ``owrapped_view`` puts a wrapper view around,
``http_cached_view`` sets caching headers, ``decorated_view`` applies the application's decorator, ``rendered_view``
turns a value into a response, ``mapped_view`` calls the view as it wants to be called. Every name is an anchor for
stages of add-ons, also where it makes nothing for a view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldilocks.acl import NO_PERMISSION_REQUIRED
from goldilocks.changes import changes
from goldilocks.csrf import ALLOW_NO_ORIGIN, SAFE_METHODS, check_csrf_origin, check_csrf_token
from goldilocks.exceptions import ConfigurationError
from goldilocks.httpexceptions import HTTPForbidden
from goldilocks.interfaces import (
    IDebugLogger,
    IDefaultCSRFOptions,
    IDefaultPermission,
    IResponse,
    ISecurityPolicy,
    IViewMapperFactory,
)
from goldilocks.pipeline import (
    DefaultViewMapper,
    Finisher,
    Guard,
    ViewInfo,
    around,
    finisher,
    guard,
    preserve_view_attrs,
    requestonly,
    view_description,
    view_text,
    wraps_view,
)
from goldilocks.renderers import RendererHelper, null_renderer
from goldilocks.response import Response
from goldilocks.steadyrenderer import SteadyRenderer
from goldilocks.vary import note_cookie
from goldilocks.viewcalls import render_view_to_response

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, Context, Settings, View

__all__ = [
    "INGRESS",
    "VIEW",
    "DefaultViewMapper",
    "csrf_view",
    "decorated_view",
    "http_cached_view",
    "mapped_view",
    "owrapped_view",
    "preserve_view_attrs",
    "rendered_view",
    "requestonly",
    "secured_view",
    "view_description",
    "wraps_view",
]

#: Outside every stage.
INGRESS = "INGRESS"
#: Inside every stage: the view itself.
VIEW = "VIEW"


@guard("secured_view", "permission")
def secured_view(info: ViewInfo) -> Guard | None:
    """Ask the security policy for the view's permission, or the default one."""
    permission = info.options.get("permission")
    explicit = permission
    if permission is None and not info.exception_only:
        permission = info.registry.queryUtility(IDefaultPermission)
    policy = info.registry.queryUtility(ISecurityPolicy)
    is_open = policy is None or permission is None or permission == NO_PERMISSION_REQUIRED
    debugging = _authorization_log(info, explicit, policy)
    if is_open:
        return debugging

    name = getattr(info.original_view, "__name__", info.original_view)

    def permits(context: Context, request: AnyRequest) -> Any:
        note_cookie(request)
        return policy.permits(request, context, permission)

    def check_permission(context: Context, request: AnyRequest) -> None:
        if debugging is not None:
            debugging(context, request)
        note_cookie(request)
        verdict = policy.permits(request, context, permission)
        if not verdict:
            message = getattr(request, "authdebug_message", f"Unauthorized: {name} failed permission check")
            raise HTTPForbidden(message, result=verdict)

    check_permission.permits = permits  # type: ignore[attr-defined]
    check_permission.permission = permission  # type: ignore[attr-defined]
    return check_permission


def _authorization_log(info: ViewInfo, permission: Any, policy: Any) -> Guard | None:
    """Return a guard that only logs the verdict, under the setting ``debug_authorization``."""
    if not info.settings or not info.settings.get("debug_authorization", False):
        return None
    if info.exception_only and permission in (None, NO_PERMISSION_REQUIRED):
        return None
    if permission is None:
        permission = info.registry.queryUtility(IDefaultPermission)
    logger = info.registry.queryUtility(IDebugLogger)

    def log_verdict(context: Context, request: AnyRequest) -> None:
        if policy is None:
            verdict: Any = "Allowed (no security policy in use)"
        elif permission == NO_PERMISSION_REQUIRED:
            verdict = "Allowed (NO_PERMISSION_REQUIRED)"
        elif permission is None:
            verdict = "Allowed (no permission registered)"
        else:
            verdict = policy.permits(request, context, permission)
        url, view_name = getattr(request, "url", None), getattr(request, "view_name", None)
        message = f"debug_authorization of url {url} (view name {view_name!r} against context {context!r}): {verdict}"
        if logger is not None:
            logger.debug(message)
        if request is not None:
            request.authdebug_message = message

    return log_verdict


@guard("csrf_view", "require_csrf")
def csrf_view(info: ViewInfo) -> Guard | None:
    """Refuse an unsafe request without the CSRF token or from another origin."""
    explicit = info.options.get("require_csrf")
    # COMPAT: whoever derives a view by hand may know no settings
    settings = getattr(info, "settings", None) or {}
    options = info.registry.queryUtility(IDefaultCSRFOptions) or _DefaultCSRFOptions(settings)
    wanted = explicit is True or (explicit is not False and options.require_csrf and not info.exception_only)
    token, header = options.token, options.header
    if not wanted or not (token or header):
        return None
    safe_methods, callback = options.safe_methods, options.callback
    check_origin, allow_no_origin = options.check_origin, options.allow_no_origin

    def check_csrf(context: Context, request: AnyRequest) -> None:
        if request.method in safe_methods or (callback is not None and not callback(request)):
            return
        if check_origin:
            check_csrf_origin(request, raises=True, allow_no_origin=allow_no_origin)
        check_csrf_token(request, token, header, raises=True)

    return check_csrf


class _DefaultCSRFOptions:
    """What holds where nobody said ``set_default_csrf_options``: a view must ask for the check itself."""

    require_csrf = False
    token = "csrf_token"
    header = "X-CSRF-Token"
    safe_methods = SAFE_METHODS
    check_origin = True
    callback = None

    def __init__(self, settings: Settings) -> None:
        self.allow_no_origin = settings.get(ALLOW_NO_ORIGIN, False)


@around("owrapped_view", "name", "wrapper")
def owrapped_view(view: View, info: ViewInfo) -> View | None:
    """Put the response into a wrapper view, which finds it at ``request.wrapped_body``."""
    wrapper, name = info.options.get("wrapper"), info.options.get("name")
    if not wrapper:
        return None

    def outer_view(context: Context, request: AnyRequest) -> Any:
        response = view(context, request)
        request.wrapped_response = response
        request.wrapped_body = response.body
        request.wrapped_view = view
        wrapped = render_view_to_response(context, request, wrapper)
        if wrapped is None:
            raise ValueError(f"No wrapper view named {wrapper!r} found when executing view named {name!r}")
        return wrapped

    return outer_view


@finisher("http_cached_view", "http_cache")
def http_cached_view(info: ViewInfo) -> Finisher | None:
    """Set ``Expires`` and ``Cache-Control``; ``http_cache`` is seconds, a timedelta, or (seconds, options)."""
    expires: Any = info.options.get("http_cache")
    options: dict[str, Any] = {}
    if isinstance(expires, tuple | list):
        try:
            expires, options = expires
        except ValueError:
            raise ConfigurationError(
                f"If http_cache parameter is a tuple or list, it must be in the form (seconds, options); not {expires}"
            ) from None
    if (expires is None and not options) or info.settings.get("prevent_http_cache", False):
        return None

    def set_caching(response: Any, context: Context, request: AnyRequest) -> Any:
        if not getattr(response.cache_control, "prevent_auto", False):
            response.cache_expires(expires, **options)
        return response

    return set_caching


@around("decorated_view", "decorator")
def decorated_view(view: View, info: ViewInfo) -> View | None:
    """Apply the application's own decorator."""
    decorator = info.options.get("decorator")
    return None if decorator is None else decorator(view)


@finisher("rendered_view", "renderer")
def rendered_view(info: ViewInfo) -> Finisher | None:
    """Turn what the view returned into a response: as it is, by an adapter, or by the renderer."""
    renderer = info.options.get("renderer")
    if renderer is null_renderer:
        return None
    as_response = info.registry.queryAdapterOrSelf

    if renderer is None:
        return _AsResponse(info)

    steady = SteadyRenderer(renderer)

    def render(result: Any, context: Context, request: AnyRequest) -> Any:
        # PERF: json: a dict is what most views return, and mostly nobody has prepared anything on the request
        if (
            result.__class__ is dict
            and changes.count == steady.known_changes
            and request.__class__ is steady.request_class
            and "response" not in (attrs := request.__dict__)
            and "override_renderer" not in attrs
            and attrs.get("registry") is steady.registry
        ):
            return steady.answer(result, request, attrs)  # type: ignore[misc]  # there is one where there is a class
        return respond(result, context, request)

    def respond(result: Any, context: Context, request: AnyRequest) -> Any:
        kind = result.__class__
        if kind is Response:
            return result
        try:
            attrs = request.__dict__
        except AttributeError:  # COMPAT: a view may be called with anything
            attrs = {}
        if changes.count != steady.known_changes:
            steady.renew()
        if kind in steady.plain_classes and "override_renderer" not in attrs:
            view = attrs.pop("__view__") if "__view__" in attrs else info.original_view
            return steady.respond(result, request, attrs, view, context)
        response = as_response(result, IResponse)
        if response is not None:
            return response
        if "override_renderer" in attrs:
            name = attrs.pop("override_renderer")
            chosen = RendererHelper(name=name, package=info.package, registry=info.registry)
        else:
            chosen = renderer.clone()
        view = attrs.pop("__view__") if "__view__" in attrs else info.original_view
        return chosen.render_view(request, result, view, context)

    render.ready = Response  # type: ignore[attr-defined]
    return render


class _AsResponse:
    """The finisher of a view without a renderer: what the view returned must be a response, or have an adapter to one."""

    # PERF: memory of 10,000 routes and views: a function with its cells would take three times as much
    __slots__ = ("_as_response", "_attr", "_view")

    #: What needs no call of this.
    ready = Response

    def __init__(self, info: ViewInfo) -> None:
        self._as_response = info.registry.queryAdapterOrSelf
        self._view = info.original_view
        self._attr = info.options.get("attr")

    def __call__(self, result: Any, context: Context, request: AnyRequest) -> Any:
        if result.__class__ is Response:
            return result
        response = self._as_response(result, IResponse)
        if response is None:
            raise ValueError(self._complaint(result))
        return response

    def _complaint(self, result: Any) -> str:
        advice = ""
        if result is None:
            advice = " You may have forgotten to return a value from the view callable."
        elif isinstance(result, dict):
            advice = " You may have forgotten to define a renderer in the view configuration."
        return (
            f"Could not convert return value of the view callable {view_text(self._view, self._attr)} into a response "
            f"object. The value returned was {result!r}.{advice}"
        )


@around("mapped_view", "mapper", "attr")
def mapped_view(view: Any, info: ViewInfo) -> View:
    """Call the view as it wants to be called: its own mapper's way, the application's, or the default one."""
    mapper = info.options.get("mapper") or getattr(view, "__view_mapper__", None)
    if mapper is None:
        mapper = info.registry.queryUtility(IViewMapperFactory) or DefaultViewMapper
    return mapper(**info.options)(view)
