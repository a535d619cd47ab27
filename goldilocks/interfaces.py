"""The contracts: what every exchangeable part of the framework promises to the others.

One interface of zope.interface stands here for each part that may be replaced, looked up in the registry or used as a
marker there, and beside them the few constants that travel with them. Nothing here does anything; there is no import
of ours, so that every file may lean on this one. The order is: events, the messages that come and go, rendering, security, the
life of a request, routes and resources, assets, configuration and introspection, predicates and derivers.
"""

# The methods of a zope interface are written without ``self`` and have no body, and their signatures are read by
# zope at run time and by no type checker: hence these rules are off for this file.
# mypy: disable-error-code="misc, no-untyped-def, empty-body, override"

from __future__ import annotations

from zope.interface import Attribute as Attribute
from zope.interface import Interface as Interface

# --- Configuration phases, and a name out of the WSGI environment ------------------------------------------------

#: The phases of a commit: actions of a lower phase are all carried out before those of a higher one. Any integer
#: may be an action's order; these four are the ones that the framework's own directives use.
PHASE0_CONFIG = -30
PHASE1_CONFIG = -20
PHASE2_CONFIG = -10
PHASE3_CONFIG = 0

#: The key of the WSGI environment under which a front-end server hands down the path of the virtual root.
VH_ROOT_KEY = "HTTP_X_VHM_ROOT"


# --- Events --------------------------------------------------------------------------------------------------------


class INewRequest(Interface):
    """Sent when the router has made a request and before it does anything else with it."""

    request = Attribute("The request that begins.")


class IBeforeTraversal(Interface):
    """Sent when the routes have been tried, whether or not one matched, and before the root is asked for."""

    request = Attribute("The request; it carries ``matched_route`` by now if a route was found.")


class IContextFound(Interface):
    """Sent when the walk has ended at a context and before a view is chosen."""

    request = Attribute("The request, with ``context``, ``view_name`` and the other results of the walk.")


#: COMPAT: the oldest spelling of ``IContextFound``.
IAfterTraversal = IContextFound


class INewResponse(Interface):
    """Sent when a response stands and before it is handed to the server."""

    request = Attribute("The request that is being answered.")
    response = Attribute("The response; a subscriber may still change it.")


class IApplicationCreated(Interface):
    """Sent once by ``make_wsgi_app``, when the configuration is committed and the application is ready."""

    app = Attribute("The application, that is the router.")


#: COMPAT: the oldest spelling of ``IApplicationCreated``.
IWSGIApplicationCreatedEvent = IApplicationCreated


# --- Requests, responses, mappings ---------------------------------------------------------------------------------


class IResponse(Interface):
    """A response as WebOb shapes it: a WSGI application whose headers are attributes.

    Where it says that an attribute *is* a header, it may be read, assigned and deleted, and the words in brackets
    name what it is converted to.
    """

    RequestClass = Attribute("The request class that belongs to this response class.")
    request = Attribute("The request that is being answered, or ``None``.")
    environ = Attribute("The WSGI environment of the request that is being answered, or ``None``.")

    status = Attribute("The status line without the protocol, such as ``200 OK``.")
    status_int = Attribute("The number of the status.")
    headerlist = Attribute("The headers as a list of pairs, in the order in which they are sent.")
    headers = Attribute("The same headers as a dictionary that ignores case and may hold a name twice.")

    body = Attribute("The whole body as bytes; to read it uses up ``app_iter``.")
    unicode_body = Attribute("The whole body as text, through ``charset``.")
    body_file = Attribute("A file object for writing; what is written joins the end of the body.")
    app_iter = Attribute(
        "The iterable of bytes that the server will send; a list of one after ``body`` was set."
    )
    charset = Attribute("The charset parameter of the content type.")
    content_type = Attribute("The Content-Type header without its parameters.")
    content_type_params = Attribute(
        "A fresh dictionary of the content type's parameters; assign it to change them."
    )

    accept_ranges = Attribute("The Accept-Ranges header [text].")
    age = Attribute("The Age header [int, seconds].")
    allow = Attribute("The Allow header [list of methods].")
    cache_control = Attribute("The Cache-Control header [an object with one attribute a directive].")
    cache_expires = Attribute("Call or assign: sets Cache-Control and Expires to that many seconds from now.")
    content_disposition = Attribute("The Content-Disposition header [text].")
    content_encoding = Attribute("The Content-Encoding header [text].")
    content_language = Attribute("The Content-Language header [list of language tags].")
    content_length = Attribute("The Content-Length header [int, bytes].")
    content_location = Attribute("The Content-Location header [text].")
    content_md5 = Attribute("The Content-MD5 header [text].")
    content_range = Attribute("The Content-Range header [ContentRange].")
    date = Attribute("The Date header [datetime].")
    etag = Attribute("The ETag header [text, without its quotes].")
    expires = Attribute("The Expires header [datetime].")
    last_modified = Attribute("The Last-Modified header [datetime].")
    location = Attribute("The Location header [URL].")
    pragma = Attribute("The Pragma header [text].")
    retry_after = Attribute("The Retry-After header [datetime, or int of seconds].")
    server = Attribute("The Server header [text].")
    vary = Attribute("The Vary header [list of header names].")
    www_authenticate = Attribute("The WWW-Authenticate header [pair of scheme and parameters].")

    # COMPAT: these three belong to a request; the contract has always named them here.
    identity = Attribute("Who the security policy says is asking.")
    authenticated_userid = Attribute("The user id that the security policy vouches for, or ``None``.")
    is_authenticated = Attribute("Whether there is such a user id.")

    def __call__(environ, start_response):
        """Answer as a WSGI application: call ``start_response``, return an iterable of bytes."""

    def conditional_response_app(environ, start_response):
        """Answer like a call, but reply 304 or 206 where the request's conditional headers ask for it."""

    def app_iter_range(start, stop):
        """Make an iterable of the bytes from ``start`` up to ``stop`` out of the body."""

    def copy():
        """Make a response that is equal and independent."""

    def encode_content(encoding="gzip", lazy=False):
        """Compress the body, and say so in the headers; ``identity`` takes it back."""

    def md5_etag(body=None, set_content_md5=False):
        """Derive an ETag from the body, or from ``body`` where given; set Content-MD5 too if asked for."""

    def set_cookie(
        name,
        value="",
        max_age=None,
        path="/",
        domain=None,
        secure=False,
        httponly=False,
        comment=None,
        expires=None,
        overwrite=False,
    ):
        """Add a cookie for the client to keep; ``max_age`` is in seconds."""

    def delete_cookie(name, path="/", domain=None):
        """Tell the client to forget a cookie; path and domain are those it was set with."""

    def unset_cookie(name, strict=True):
        """Take back a cookie that this response was going to set; strictly, an unknown one is a ``KeyError``."""

    def merge_cookies(resp):
        """Carry this response's cookies over to ``resp``, a response or any WSGI application."""


class IException(Interface):
    """Marks what stands for an exception in the look-up of a view."""


class IExceptionResponse(IException, IResponse):
    """A response that can be raised: the HTTP exceptions.

    An exception view for this interface is asked for every one of them.
    """

    def prepare(environ):
        """Write the body, in the form that the request accepts, before the response is sent."""


class IDict(Interface):
    """The methods of a dictionary."""

    def __contains__(k):
        """Tell whether there is a key ``k``."""

    def __setitem__(k, value):
        """Keep ``value`` under ``k``."""

    def __delitem__(k):
        """Take ``k`` out; without one, a ``KeyError``."""

    def __getitem__(k):
        """Return what is kept under ``k``; without one, a ``KeyError``."""

    def __iter__():
        """Go through the keys."""

    def get(k, default=None):
        """Return what is kept under ``k``, else ``default``."""

    def items():
        """Return the pairs of key and value."""

    def keys():
        """Return the keys."""

    def values():
        """Return the values."""

    def pop(k, default=None):
        """Take ``k`` out and return its value; without one return ``default``, if given, or raise ``KeyError``."""

    def popitem():
        """Take some pair out and return it; when empty, a ``KeyError``."""

    def setdefault(k, default=None):
        """Return what is kept under ``k``, after having put ``default`` there if there was nothing."""

    def update(d):
        """Take over all pairs of ``d``."""

    def clear():
        """Forget everything."""


class IMultiDict(IDict):
    """A dictionary in order whose keys may hold several values: ``request.GET``, ``POST`` and ``params``."""

    def add(key, value):
        """Add a value beside those that ``key`` has."""

    def dict_of_lists():
        """Return a plain dictionary from each key to the list of its values."""

    def extend(other=None, **kwargs):
        """Add all pairs of ``other``, a mapping or a list of pairs, beside those there; keywords replace."""

    def getall(key):
        """Return all values of ``key``, which may be none."""

    def getone(key):
        """Return the value of ``key``; unless it has exactly one, a ``KeyError``."""

    def mixed():
        """Return a plain dictionary where a key with several values has a list and any other its value."""


class IRequest(Interface):
    """Marks every request; views are registered for it or for the interface of a route, which extends it."""


#: What the look-up of an exception view uses instead of the request's own interface. Each route's interface has
#: one of its own; where no route matched, it is this one.
IRequest.combined = IRequest


class IRequestFactory(Interface):
    """Makes a request out of a WSGI environment."""

    def __call__(environ):
        """Return a request for this WSGI environment."""

    def blank(path):
        """Return a request for ``path`` alone, with an environment made up for it."""


class IResponseFactory(Interface):
    """Makes the response that a renderer's result is put into."""

    def __call__(request):
        """Return an empty response; ``request`` may be ``None``."""


class IRequestExtensions(Interface):
    """The properties and methods that ``add_request_method`` gives to every request."""

    descriptors = Attribute("Dictionary of name and descriptor: what is computed when asked for.")
    methods = Attribute("Dictionary of name and function: what is called with the request as first argument.")


# --- Rendering -----------------------------------------------------------------------------------------------------


class IBeforeRender(IDict):
    """Sent before a renderer is called; it is a dictionary of the names that the renderer will see."""

    rendering_val = Attribute("What the view returned, or what was handed to ``render``.")


class IRendererInfo(Interface):
    """What a renderer factory is told about the renderer it shall make."""

    name = Attribute(
        "The renderer as the application named it, such as ``json`` or ``pkg:templates/page.pt``."
    )
    package = Attribute("The package in which it was named; relative asset specifications start there.")
    type = Attribute("What chose the factory: the name itself, or the extension with its dot.")
    registry = Attribute("The registry of the application.")
    settings = Attribute("The deployment settings of the application.")

    def clone():
        """Return a copy that can be changed on its own."""


class IRendererFactory(Interface):
    """Makes renderers of one type."""

    def __call__(info):
        """Return a renderer for ``info``, an ``IRendererInfo``."""


class IRenderer(Interface):
    """Turns what a view returned into text or bytes."""

    def __call__(value, system):
        """Render ``value``; the dictionary ``system`` holds ``view``, ``renderer_name``, ``context``, ``request``."""


class IJSONAdapter(Interface):
    """Looked up by the JSON renderer for objects that the json module doesn't know: returns what it does know."""


# --- Who: security, sessions, forgery, languages -------------------------------------------------------------------


class ISecurityPolicy(Interface):
    """Says who is asking and what they may do."""

    def identity(request):
        """Return the current user in any shape that suits the application, or ``None``."""

    def authenticated_userid(request):
        """Return the user id that has been verified, or ``None`` where nobody is logged in."""

    def permits(request, context, permission):
        """Return ``Allowed`` or ``Denied``: may the current user have ``permission`` on ``context``?"""

    def remember(request, userid, **kw):
        """Return the headers that keep ``userid`` logged in; what ``kw`` may say is the policy's affair."""

    def forget(request, **kw):
        """Return the headers that log the current user out; what ``kw`` may say is the policy's affair."""


class IAuthenticationPolicy(Interface):
    """COMPAT: the first half of what a security policy does; applications from before it still bring one."""

    def authenticated_userid(request):
        """Return the user id, checked against whatever store knows the users, or ``None``."""

    def unauthenticated_userid(request):
        """Return the user id that the request claims, without a look into any store, or ``None``."""

    def effective_principals(request):
        """Return everything the current user counts as: always ``Everyone``, then user id and groups."""

    def remember(request, userid, **kw):
        """Return the headers that keep ``userid`` logged in."""

    def forget(request):
        """Return the headers that log the current user out."""


class IAuthorizationPolicy(Interface):
    """COMPAT: the second half of what a security policy does."""

    def permits(context, principals, permission):
        """Return ``Allowed`` or ``Denied``: may one of ``principals`` have ``permission`` on ``context``?"""

    def principals_allowed_by_permission(context, permission):
        """Return the set of principals with ``permission`` on ``context``; ``NotImplementedError`` is an answer."""


class IDefaultPermission(Interface):
    """The permission of every view that names none: a string, registered as a utility."""


class IViewPermission(Interface):
    """COMPAT: a permission check of one view."""

    def __call__(context, request):
        """Return whether the view may be called."""


class ISessionFactory(Interface):
    """Finds or makes the session of a request."""

    def __call__(request):
        """Return the session, an ``ISession``."""


class ISession(IDict):
    """What is remembered between the requests of one browser. Values must be what JSON can carry."""

    created = Attribute("When it was made: an integer, in seconds since the epoch.")
    new = Attribute("Whether this request made it.")

    def invalidate():
        """Drop all data, so that whatever is stored afterwards belongs to a new session."""

    def changed():
        """Say that a mutable value *inside* the session was changed; an assignment to a key is noticed anyway."""

    def flash(msg, queue="", allow_duplicate=True):
        """Put ``msg`` at the end of a queue of messages, once only unless duplicates are allowed."""

    def pop_flash(queue=""):
        """Return the messages of a queue and empty it."""

    def peek_flash(queue=""):
        """Return the messages of a queue and leave them."""


class ICSRFStoragePolicy(Interface):
    """Keeps the token that tells our own forms from forged ones."""

    def new_csrf_token(request):
        """Make a fresh random token, keep it and return it as ASCII text."""

    def get_csrf_token(request):
        """Return the token that is kept, after having made one if there is none."""

    def check_csrf_token(request, token):
        """Return whether ``token`` is the one that is kept, compared in constant time."""


class IDefaultCSRFOptions(Interface):
    """What the views do about forgery unless they say otherwise themselves."""

    require_csrf = Attribute("Whether a view checks.")
    token = Attribute("The name of the form field that carries the token, or ``None``.")
    header = Attribute("The name of the header that carries the token, or ``None``.")
    safe_methods = Attribute("The set of request methods that need no check.")
    callback = Attribute("A function of the request that can say that this one needs no check, or ``None``.")
    allow_no_origin = Attribute("Whether a request with neither Origin nor Referer may pass.")


class ILocalizer(Interface):
    """Translates into one language."""


class ILocaleNegotiator(Interface):
    """Chooses the language of a request."""

    def __call__(request):
        """Return the name of a locale, or ``None`` for the default."""


class ITranslationDirectories(Interface):
    """The list of directories with message catalogs, registered as a utility."""


# --- The life of a request -----------------------------------------------------------------------------------------


class IRouter(Interface):
    """The WSGI application."""

    registry = Attribute("The registry of the application.")

    def request_context(environ):
        """Make the request and what surrounds it.

        The result has ``begin()``, which makes the request current and returns it, and ``end()``; a ``with``
        statement calls both.
        """

    def invoke_request(request):
        """Send a request through tweens, routes, walk and view; return a response or raise."""


class IExecutionPolicy(Interface):
    """The outermost function: it drives the router for one WSGI environment."""

    def __call__(environ, router):
        """Return a response for ``environ`` with the help of ``router``; what it raises, the server gets."""


class IRequestHandler(Interface):
    """A function from request to response: the router's own, or a tween around another."""

    # COMPAT: the name ``self`` is part of the signature that introspection shows.
    def __call__(self, request):
        """Return a response, or raise."""


class ITweens(Interface):
    """The ordered set of tween factories, registered as a utility."""


class IRootFactory(Interface):
    """Makes the root of the resource tree for a request."""

    def __call__(request):
        """Return the root."""


class IDefaultRootFactory(Interface):
    """The root factory for routes that bring none, and for requests without a route."""

    def __call__(request):
        """Return the root."""


class ITraverser(Interface):
    """Walks from a root to the context of a request."""

    def __call__(request):
        """Return a dictionary of what was found; each of its keys becomes an attribute of the request.

        The keys are ``root``, ``context``, ``view_name``, ``subpath`` (what follows the view name),
        ``traversed`` (the names that were walked, the virtual root's included), ``virtual_root`` and
        ``virtual_root_path``; others may be added.
        """


#: COMPAT: an old spelling of ``ITraverser``.
ITraverserFactory = ITraverser


class ILocation(Interface):
    """A resource that knows its place."""

    __parent__ = Attribute("The resource that contains this one; ``None`` at the root.")
    __name__ = Attribute("The name under which the parent finds this one.")


class IViewClassifier(Interface):
    """Marks the look-up of an ordinary view."""


class IExceptionViewClassifier(Interface):
    """Marks the look-up of an exception view."""


class IView(Interface):
    """A view as it stands in the registry."""

    def __call__(context, request):
        """Return a response."""


class ISecuredView(IView):
    """A view that checks a permission."""

    def __call_permissive__(context, request):
        """Call the view without the check."""

    def __permitted__(context, request):
        """Make the check alone and return its answer."""


class IMultiView(ISecuredView):
    """Several views under one name and for one context; predicates choose among them."""

    def add(view, predicates, order, accept=None, phash=None):
        """Join a view; one with the same ``phash`` is replaced."""


class IAcceptOrder(Interface):
    """The media types in the order in which the server prefers them, registered as a utility."""


# --- Routes, URLs --------------------------------------------------------------------------------------------------


class IRoute(Interface):
    """A named pattern of URL paths."""

    name = Attribute("The name.")
    pattern = Attribute("The pattern, such as ``/pages/{id}``.")
    factory = Attribute("The root factory for requests that match, or ``None``.")
    predicates = Attribute("What must hold besides the pattern: a sequence of callables.")
    pregenerator = Attribute("An ``IRoutePregenerator``, or ``None``.")

    def match(path):
        """Return the dictionary of what stands at the pattern's markers, or ``None`` if ``path`` doesn't fit."""

    def generate(kw):
        """Return the path that the pattern makes when its markers are filled from ``kw``."""


class IRoutePregenerator(Interface):
    """Adjusts what is handed to ``route_url`` for one route."""

    def __call__(request, elements, kw):
        """Return the pair of ``elements`` and ``kw`` to go on with."""


class IRouteRequest(Interface):
    """The utility, named like a route, that is the request interface of this route."""


class IRoutesMapper(Interface):
    """The routes of an application."""

    def get_routes():
        """Return the routes in order, without those that are only for making URLs."""

    def has_routes():
        """Return whether there is any route to match."""

    def get_route(name):
        """Return the route called ``name``, or ``None``."""

    def connect(name, pattern, factory=None, predicates=(), pregenerator=None, static=True):
        """Add a route; a ``static`` one makes URLs and is never matched."""

    def generate(name, kw):
        """Return the path of the route called ``name``."""

    def __call__(request):
        """Return a dictionary with ``route`` and ``match`` for this request, both ``None`` if nothing fits."""


class IResourceURL(Interface):
    """Where a resource stands in URLs."""

    virtual_path = Attribute("The path below the virtual root, as text.")
    physical_path = Attribute("The path below the root, as text.")
    virtual_path_tuple = Attribute("The path below the virtual root, as a tuple of names.")
    physical_path_tuple = Attribute("The path below the root, as a tuple of names.")


class IStaticURLInfo(Interface):
    """Knows at which URLs static files are served."""

    def add(config, name, spec, **extra):
        """Say that the files below ``spec`` are served below ``name``."""

    def generate(path, request, **kw):
        """Return the URL of one file."""

    def add_cache_buster(config, spec, cache_buster):
        """Say that the URLs of the files below ``spec`` carry a token of their version."""


class ICacheBuster(Interface):
    """Puts a token of a file's version into its URL."""

    def __call__(request, subpath, kw):
        """Return the pair of ``subpath`` and ``kw`` to go on with.

        Among the keywords are ``pathspec``, the asset specification as the application says it, and ``rawspec``,
        the file that overrides lead to.
        """


# --- Assets --------------------------------------------------------------------------------------------------------


class IAssetDescriptor(Interface):
    """One file or directory in a package or on disk."""

    def absspec():
        """Return the full specification, such as ``pkg:templates/page.pt``."""

    def abspath():
        """Return the full path on disk."""

    def stream():
        """Open it for reading bytes."""

    def isdir():
        """Return whether it is a directory."""

    def listdir():
        """Return the names in it; it must be a directory."""

    def exists():
        """Return whether it is there."""


class IPEP302Loader(Interface):
    """A module loader as PEP 302 described it."""

    def get_data(path):
        """Return the bytes of a file; without one, an ``OSError``."""

    def is_package(fullname):
        """Return whether this module is a package."""

    def get_code(fullname):
        """Return the code object of this module, or ``None`` if it has none; not found is an ``ImportError``."""

    def get_source(fullname):
        """Return the source text of this module, or ``None`` if it has none; not found is an ``ImportError``."""

    def get_filename(fullname):
        """Return what ``__file__`` of this module would be; not found is an ``ImportError``."""


class IPackageOverrides(IPEP302Loader):
    """What ``override_asset`` has said about one package: the utility named like the package."""

    def get_spec(resource_name):
        """Return where this file is found instead, as a specification or a path, or ``None``."""


# --- Settings, logs, configuration, introspection ------------------------------------------------------------------


class ISettings(IDict):
    """The deployment settings of the application, registered as a utility."""


class IDebugLogger(Interface):
    """A logger of the logging module, registered as a utility."""


#: COMPAT: an old spelling of ``IDebugLogger``.
ILogger = IDebugLogger


class IActionInfo(Interface):
    """Where a configuration statement was said."""

    file = Attribute("The name of the file.")
    line = Attribute("The number of the line where the statement begins, or ``None`` where that isn't known.")

    def __str__():
        """Tell the place in words, with the source line where it can be read."""


class IIntrospectable(Interface):
    """One fact about the configuration: a hashable mapping with a title."""

    title = Attribute("What it is about, for people.")
    type_name = Attribute("What kind of thing it is, for people.")
    order = Attribute("The how-many-th it was to join the introspector.")
    category_name = Attribute("The category it belongs to, such as ``views``.")
    discriminator = Attribute("What tells it from the others of its category: hashable.")
    discriminator_hash = Attribute("The hash of that, as an integer.")
    action_info = Attribute("Where it was said: an ``IActionInfo``, once it is registered.")

    def relate(category_name, discriminator):
        """Note that it belongs together with another one, to be joined at its registration."""

    def unrelate(category_name, discriminator):
        """Note that it no longer belongs together with another one, to be parted at its registration."""

    def register(introspector, action_info):
        """Join an introspector, then carry out the relations that were noted."""

    def __hash__():
        """Hash category and discriminator together."""


class IIntrospector(Interface):
    """All facts about the configuration of an application."""

    def get(category_name, discriminator, default=None):
        """Return one introspectable by its discriminator or the hash of it, or ``default``."""

    def get_category(category_name, default=None, sort_key=None):
        """Return one category, or ``default``.

        It is a list of dictionaries, each with an ``introspectable`` and the list of its ``related``, sorted by
        ``sort_key`` if given and else in the order in which they joined.
        """

    def categories():
        """Return the names of all categories, sorted."""

    def categorized(sort_key=None):
        """Return pairs of a category's name and what ``get_category`` says of it."""

    def remove(category_name, discriminator):
        """Take one out, with its relations; nothing happens if it isn't there."""

    def related(intr):
        """Return those that belong together with ``intr``."""

    def add(intr):
        """Take one in; it replaces the one with the same category and discriminator."""

    def relate(*pairs):
        """Join those named by pairs of category and discriminator; an unknown one is a ``KeyError``."""

    def unrelate(*pairs):
        """Part those named by pairs of category and discriminator; an unknown one is a ``KeyError``."""


# --- Predicates, derivers, mappers ---------------------------------------------------------------------------------


class IPredicateList(Interface):
    """The predicates that one kind of statement knows, registered as a utility named like the kind."""


class IPredicateInfo(Interface):
    """What a predicate factory is told about the statement that uses it."""

    package = Attribute("The package of the statement.")
    registry = Attribute("The registry of the application.")
    settings = Attribute("The deployment settings of the application.")

    def maybe_dotted(value):
        """Import ``value`` if it is a dotted name, relative to the package where it begins with a dot."""


class IPredicateFactory(Interface):
    """Makes predicates of one name."""

    def __call__(value, info):
        """Return the predicate for what the statement says; ``info`` is an ``IPredicateInfo``."""


class IPredicate(Interface):
    """A condition."""

    def text():
        """Say the condition in words, for introspection."""

    def phash():
        """Return text that is equal for two predicates if they are the same condition."""


class IRoutePredicate(IPredicate):
    """A condition for a route."""

    def __call__(info, request):
        """Return whether it holds; ``info`` is a dictionary with ``match`` and ``route``."""


class ISubscriberPredicate(IPredicate):
    """A condition for a subscriber."""

    def __call__(*args):
        """Return whether it holds for what is sent, most often one event."""


class IViewPredicate(IPredicate):
    """A condition for a view."""

    def __call__(context, request):
        """Return whether it holds."""


class IViewDeriver(Interface):
    """A stage around views."""

    options = Attribute("The names of the options of ``add_view`` that it understands; may be absent.")

    def __call__(view, info):
        """Return a view around ``view``, a function of context and request; ``info`` is an ``IViewDeriverInfo``."""


class IViewDeriverInfo(Interface):
    """What a view deriver is told about the view."""

    registry = Attribute("The registry of the application.")
    package = Attribute("The package of the statement.")
    settings = Attribute("The deployment settings of the application.")
    options = Attribute("The options of the view, with those that were left to their default.")
    predicates = Attribute("The predicates of the view.")
    original_view = Attribute("The view as the application wrote it.")
    exception_only = Attribute("Whether it is called for exceptions only.")


class IViewDerivers(Interface):
    """The ordered list of view derivers, registered as a utility."""


class IViewMapper(Interface):
    """Turns what an application calls a view into a function of context and request."""

    # COMPAT: the name ``self`` is part of the signature that introspection shows, here and below.
    def __call__(self, object):
        """Return a function of context and request that calls ``object``."""


class IViewMapperFactory(Interface):
    """Makes the view mapper for one view."""

    def __call__(self, **kw):
        """Return an ``IViewMapper``; the keywords are the arguments of the view's statement."""
