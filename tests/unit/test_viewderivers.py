"""The built-in stages, each alone: whether a view has it, and what it does."""

from __future__ import annotations

import pytest

from goldilocks.config import Configurator
from goldilocks.exceptions import BadCSRFToken, ConfigurationError
from goldilocks.httpexceptions import HTTPForbidden
from goldilocks.interfaces import IDebugLogger, IDefaultCSRFOptions
from goldilocks.pipeline import ViewInfo
from goldilocks.renderers import RendererHelper, null_renderer
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.security import NO_PERMISSION_REQUIRED, Denied
from goldilocks.viewderivers import (
    csrf_view,
    decorated_view,
    http_cached_view,
    mapped_view,
    owrapped_view,
    rendered_view,
    secured_view,
)


def view(context, request):
    return Response("view")


class Policy:
    """A security policy with a fixed answer."""

    def __init__(self, verdict=True):
        self.verdict = verdict
        self.asked = []

    def permits(self, request, context, permission):
        self.asked.append((context, permission))
        return self.verdict


@pytest.fixture
def config():
    return Configurator(autocommit=True)


def info_of(config, original=view, exception_only=False, **options):
    return ViewInfo(original, config.registry, None, (), exception_only, options)


def request_of(config, **more):
    request = Request.blank("/", **more)
    request.registry = config.registry
    return request


# --- secured_view ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("has_policy", "options", "default", "permission"),
    [
        (True, {"permission": "read"}, None, "read"),
        (True, {}, "default", "default"),
        (True, {"permission": "read"}, "default", "read"),
        (True, {}, None, None),
        (True, {"permission": NO_PERMISSION_REQUIRED}, "default", None),
        (False, {"permission": "read"}, None, None),
        (True, {"exception_only": True}, "default", None),
        (True, {"exception_only": True, "permission": "read"}, None, "read"),
    ],
)
def test_which_permission_is_asked(config, has_policy, options, default, permission):
    """A view's own permission is asked, else the default one, which holds for no exception view; nothing without policy."""
    if has_policy:
        config.set_security_policy(Policy())
    if default is not None:
        config.set_default_permission(default)
    derived = secured_view(view, info_of(config, **options))
    assert getattr(derived, "__permission__", None) == permission
    assert (derived is view) is (permission is None)


def test_permitted(config):
    """The policy is asked with request, context and permission, and a yes lets the view run."""
    policy = Policy()
    config.set_security_policy(policy)
    derived = secured_view(view, info_of(config, permission="read"))
    assert derived("context", request_of(config)).text == "view"
    assert policy.asked == [("context", "read")]
    assert derived.__permitted__("other", None) is True
    assert policy.asked[1:] == [("other", "read")]


def test_refused(config):
    """A no is a 403 that has the verdict and names the view; without the guard the view still runs."""
    verdict = Denied("no")
    config.set_security_policy(Policy(verdict))
    derived = secured_view(view, info_of(config, permission="read"))
    with pytest.raises(HTTPForbidden, match="Unauthorized: view failed permission check") as caught:
        derived(None, request_of(config))
    assert caught.value.result is verdict
    assert derived.__call_permissive__(None, None).text == "view"


class Logger:
    def __init__(self):
        self.messages = []

    def debug(self, message):
        self.messages.append(message)


@pytest.mark.parametrize(
    ("policy", "options", "told"),
    [
        (None, {"permission": "read"}, "Allowed (no security policy in use)"),
        (Policy(), {}, "Allowed (no permission registered)"),
        (Policy(), {"permission": NO_PERMISSION_REQUIRED}, "Allowed (NO_PERMISSION_REQUIRED)"),
        (Policy("the verdict"), {"permission": "read"}, "the verdict"),
        (Policy("the verdict"), {"permission": "read", "exception_only": True}, "the verdict"),
        (Policy(), {"exception_only": True}, None),
        (Policy(), {"permission": NO_PERMISSION_REQUIRED, "exception_only": True}, None),
    ],
)
@pytest.mark.parametrize("has_logger", [True, False])
def test_verdicts_are_logged(policy, options, told, has_logger):
    """Under ``debug_authorization`` the verdict on every view is logged and noted on the request, whatever it is."""
    config = Configurator(autocommit=True, settings={"debug_authorization": True})
    logger = Logger()
    if has_logger:
        config.registry.registerUtility(logger, IDebugLogger)
    else:
        config.registry.unregisterUtility(provided=IDebugLogger)
    if policy is not None:
        config.set_security_policy(policy)
    request = request_of(config)
    request.view_name = "name"
    secured_view(view, info_of(config, **options))("context", request)
    if told is None:
        assert logger.messages == []
        assert not hasattr(request, "authdebug_message")
    else:
        start = "debug_authorization of url http://localhost/ (view name 'name' against context 'context'): "
        assert request.authdebug_message == start + told
        assert logger.messages == [start + told] * has_logger


def test_verdict_on_nothing_is_logged():
    """A view may be called without a request."""
    config = Configurator(autocommit=True, settings={"debug_authorization": True})
    assert secured_view(view, info_of(config))(None, None).text == "view"


def test_logged_refusal_is_told(config):
    """Under that setting a refusal says what was logged."""
    config.registry.settings["debug_authorization"] = True
    config.set_security_policy(Policy(Denied("the reason")))
    with pytest.raises(HTTPForbidden, match=r"debug_authorization of url .*: the reason"):
        secured_view(view, info_of(config, permission="read"))(None, request_of(config))


def test_registry_without_settings(config):
    """A registry without settings debugs nothing."""
    config.registry.settings = None
    assert secured_view(view, info_of(config)) is view


# --- csrf_view -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "default", "is_guarded"),
    [
        ({}, None, False),
        ({"require_csrf": True}, None, True),
        ({"require_csrf": False}, True, False),
        ({}, True, True),
        ({}, False, False),
        ({"exception_only": True}, True, False),
        ({"exception_only": True, "require_csrf": True}, None, True),
    ],
)
def test_which_views_are_guarded(config, options, default, is_guarded):
    """A view says itself whether it is guarded, else the default does, which holds for no exception view."""
    if default is not None:
        config.set_default_csrf_options(require_csrf=default)
    assert (csrf_view(view, info_of(config, **options)) is not view) is is_guarded


def test_nothing_to_look_for(config):
    """Where tokens are looked for nowhere, no view is guarded."""
    config.set_default_csrf_options(token=None, header="")
    assert csrf_view(view, info_of(config)) is view


@pytest.mark.parametrize(
    ("method", "callback", "is_checked"),
    [
        ("POST", None, True),
        ("GET", None, False),
        ("POST", lambda request: True, True),
        ("POST", lambda request: False, False),
        ("GET", lambda request: 1 / 0, False),
    ],
)
def test_which_requests_are_checked(config, method, callback, is_checked):
    """Unsafe methods are checked, unless the callback says no; for safe ones it isn't asked."""

    class Wrong:
        def check_csrf_token(self, request, token):
            return False

    config.set_default_csrf_options(callback=callback)
    config.set_csrf_storage_policy(Wrong())
    derived = csrf_view(view, info_of(config))
    request = request_of(config, method=method)
    if is_checked:
        with pytest.raises(BadCSRFToken):
            derived(None, request)
    else:
        assert derived(None, request).text == "view"


def test_options_of_an_add_on(config):
    """Default options may be any object with the documented attributes."""

    class Options:
        require_csrf, token, header, safe_methods = True, "t", None, {"POST"}
        callback = check_origin = allow_no_origin = None

    config.registry.registerUtility(Options(), IDefaultCSRFOptions)
    derived = csrf_view(view, info_of(config))
    assert derived(None, request_of(config, method="POST")).text == "view"


# --- owrapped_view, http_cached_view, decorated_view -----------------------------------------------------------------


def test_view_without_wrapper(config):
    """Only a view with a wrapper has this stage, and the like holds for the others."""
    for stage in (owrapped_view, http_cached_view, decorated_view):
        assert stage(view, info_of(config)) is view


def test_wrapper(config):
    """A wrapper view is called with the response, its body and its view."""
    config.add_view(lambda request: Response(b"<" + request.wrapped_body + b">"), name="outer")
    request = request_of(config)
    derived = owrapped_view(view, info_of(config, wrapper="outer"))
    assert derived(None, request).text == "<view>"
    assert (request.wrapped_response.text, request.wrapped_view) == ("view", view)


def test_wrapper_that_is_not_there(config):
    """A wrapper that isn't found is an error."""
    derived = owrapped_view(view, info_of(config, wrapper="outer", name="inner"))
    with pytest.raises(
        ValueError, match="No wrapper view named 'outer' found when executing view named 'inner'"
    ):
        derived(None, request_of(config))


@pytest.mark.parametrize("http_cache", [(), (1,), [1, {}, 3]])
def test_http_cache_of_another_length(config, http_cache):
    """A tuple or list has two members."""
    with pytest.raises(ConfigurationError, match=r"\(seconds, options\)"):
        http_cached_view(view, info_of(config, http_cache=http_cache))


def test_http_cache_of_nothing(config):
    """``(None, {})`` says nothing, as ``None`` does."""
    assert http_cached_view(view, info_of(config, http_cache=(None, {}))) is view


# --- rendered_view ---------------------------------------------------------------------------------------------------


def rendered(config, result, renderer=None, request=None, original=view):
    derived = rendered_view(lambda context, request: result, info_of(config, original, renderer=renderer))
    return derived("context", request_of(config) if request is None else request)


def test_null_renderer(config):
    """The null renderer leaves everything as it is."""
    assert rendered_view(view, info_of(config, renderer=null_renderer)) is view


@pytest.mark.parametrize("has_renderer", [False, True])
def test_response_is_left_alone(config, has_renderer):
    """A response is returned as it is, be it ours or of a class below ours."""

    class Own(Response):
        pass

    renderer = RendererHelper("json", registry=config.registry) if has_renderer else None
    for response in (Response(), Own()):
        assert rendered(config, response, renderer) is response


def test_renderer_is_asked_by_a_request_without_dict(config):
    """A request may be any object, even one without attributes of its own."""

    class Renderer:
        def clone(self):
            return self

        def render_view(self, request, result, view, context):
            return (request, result, view, context)

    class Bare:
        __slots__ = ()

    bare = Bare()
    assert rendered(config, {}, Renderer(), bare) == (bare, {}, view, "context")


def test_instance_is_handed_to_the_renderer_once(config):
    """The instance of a view class is what the renderer gets as view, and is forgotten then."""

    class Renderer:
        def clone(self):
            return self

        def render_view(self, request, result, view, context):
            return view

    request = request_of(config)
    request.__view__ = "instance"
    assert rendered(config, {}, Renderer(), request) == "instance"
    assert rendered(config, {}, Renderer(), request) is view


@pytest.mark.parametrize(
    ("original", "described"),
    [
        (view, f"function {__name__}.view"),
        (Policy, f"method __call__ of class {__name__}.Policy"),
    ],
)
def test_error_describes_the_view(config, original, described):
    """What is no response is an error that describes the view."""
    with pytest.raises(ValueError, match=r"The value returned was 5\.$") as caught:
        rendered(config, 5, original=original)
    assert described in str(caught.value)


# --- mapped_view -----------------------------------------------------------------------------------------------------


def mapper_answering(answer):
    class Mapper:
        def __init__(self, **options):
            self.options = options

        def __call__(self, view):
            return lambda context, request: (answer, self.options["attr"])

    return Mapper


def test_mappers_in_order(config):
    """A view's own mapper goes before the one it brings, that before the application's, that before the default."""

    def brings(context, request):
        pass

    brings.__view_mapper__ = mapper_answering("brought")
    config.set_view_mapper(mapper_answering("application"))
    own = {"mapper": mapper_answering("own")}
    for original, options, answer in [
        (brings, own, "own"),
        (brings, {}, "brought"),
        (view, {}, "application"),
    ]:
        mapped = mapped_view(original, info_of(config, original, attr="a", **options))
        assert mapped(None, None) == (answer, "a")
