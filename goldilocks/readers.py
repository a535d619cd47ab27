"""How a request is read: its path, address, query, body and cookies.

`ReadersMixin` stands before WebOb's request and gives the answers that WebOb gives, faster, wherever the client sent what it
should have. Where it didn't, it hears so: whatever a reader raises is an HTTP error of the 4xx, and still a kind of the
error that WebOb raises (``UnicodeDecodeError``, ``ValueError``, ``OSError``). Nothing is read before it is asked for. What is
kept in the environment is what WebOb keeps there, so that others who read the same request find it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from webob import request as webob_request
from webob.request import BaseRequest, NoDefault

from goldilocks.bodies import AT_ONCE_BYTES, BodyMixin
from goldilocks.charsets import check_charset, decoded, is_form_charset
from goldilocks.edge import READ_FORM, READ_QUERY
from goldilocks.encode import DEFAULT_PORTS, sendable_query
from goldilocks.exceptions import FormError, NotJSONError, URLDecodeError, refusal
from goldilocks.fields import GetDict, MultiDict, NestedMultiDict, NoVars
from goldilocks.httpexceptions import HTTPBadRequest, HTTPException
from goldilocks.late import late_module
from goldilocks.owncookies import PLAIN_READERS
from goldilocks.ranges import if_range, read_range
from goldilocks.requestheaders import (
    PLAIN_HEADERS,
    RequestHeaders,
    read_authorization,
    read_by,
    read_languages,
    unless_unreadable,
)

if TYPE_CHECKING:
    from goldilocks import cookies, forms, jsonbody
    from goldilocks.limits import Limits
else:
    # PERF: import: not every request brings something to read
    cookies = late_module("goldilocks.cookies", globals())
    forms = late_module("goldilocks.forms", globals())
    jsonbody = late_module("goldilocks.jsonbody", globals())

#: WebOb's properties, not what they give.
_webob: Any = BaseRequest

#: What WebOb reads JSON with, unless somebody has put something else there.
_WEBOBS: Any = webob_request
_WEBOBS_JSON = _WEBOBS.json

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def _no_form(media_type: str) -> NoVars:
    return NoVars(f"Not an HTML form submission (Content-Type: {media_type})")


#: What can't be changed and says that a body of one of these types is no form.
_NO_FORMS = {media_type: _no_form(media_type) for media_type in ("application/json",)}

# SPEC: RFC 3986, 3.3: what stands in a path as it is
_PATH_SAFE = "/~!$&'()*+,;=:@"

#: What an address needn't end with.
_DEFAULT_PORTS = {scheme: f":{port}" for scheme, port in DEFAULT_PORTS.items()}

# letters of a path that stand in a URL as they are
_is_quoted = re.compile(r"[/~!$&'()*+,;=:@0-9A-Za-z_.-]*").fullmatch


class ReadersMixin(BodyMixin):
    """Reads a request for the application."""

    # --- The address -----------------------------------------------------------------------------------------------

    def encget(self, key: str, default: Any = NoDefault, encattr: str | None = None) -> Any:
        """Return text of the environment, as ``path_info`` and ``script_name`` read it.

        Raises:
            URLDecodeError: it isn't UTF-8.
        """
        environ = self.environ
        text = environ.get(key)
        # PERF: views that read path_info; most paths mean what they say
        if text.__class__ is str and text.isascii() and "webob.url_encoding" not in environ:
            return text
        try:
            return super().encget(key, default, encattr)
        except UnicodeDecodeError as error:
            raise URLDecodeError.of(error) from None

    @property
    def host_url(self) -> str:
        """The address of the host: scheme, name and port."""
        environ = self.environ
        scheme = environ["wsgi.url_scheme"]
        host = environ.get("HTTP_HOST")
        if host is None:
            # COMPAT: a server that doesn't say its port has the usual one
            host = f"{environ['SERVER_NAME']}:{environ.get('SERVER_PORT') or ''}"
        return f"{scheme}://{host.removesuffix(_DEFAULT_PORTS.get(scheme, ':')).removesuffix(':')}"

    @property
    def path(self) -> str:
        """The path, quoted: the application's own place and what follows it."""
        environ = self.environ
        return self._quoted(environ.get("SCRIPT_NAME", "")) + self._quoted(environ.get("PATH_INFO", ""))

    @property
    def path_url(self) -> str:
        """The address without the query."""
        return self.application_url + self._quoted(self.environ.get("PATH_INFO", ""))

    @property
    def path_qs(self) -> str:
        """The path, quoted, and the query."""
        return self.path + self._query()

    @property
    def url(self) -> str:
        """The whole address."""
        return self.path_url + self._query()

    def _query(self) -> str:
        query = self.environ.get("QUERY_STRING")
        if not query:
            return ""
        if not query.isprintable():
            # what a server should not have let through must not forge a line where this is logged
            query = sendable_query(query)
        return f"?{query}"

    def _quoted(self, raw: str) -> str:
        # PERF: urls; most paths need no quoting
        if _is_quoted(raw):
            return raw
        encoding = self.environ.get("webob.url_encoding", "UTF-8")
        data = raw.encode("latin-1")
        decoded(data, encoding)  # only to see that it can be
        return quote(data, _PATH_SAFE)

    # --- Query and form --------------------------------------------------------------------------------------------

    @property
    def GET(self) -> GetDict:
        """The parameters of the query.

        Raises:
            URLDecodeError: what is escaped in it isn't UTF-8.
            HTTPBadRequest: it can't be read.
        """
        environ = self.environ
        query = environ.get("QUERY_STRING", "")
        kept = environ.get(READ_QUERY)
        if kept is not None and kept[1] == query:
            return cast("GetDict", kept[0])
        found: GetDict = _multidict(GetDict, forms.query_pairs(query, self.limits) if query else [])
        found.env = environ
        environ[READ_QUERY] = found, query
        return found

    @property
    def POST(self) -> MultiDict[str, Any] | NoVars:
        """The fields of the form; no variables, where the body is none.

        Raises:
            URLDecodeError: a field isn't UTF-8.
            HTTPRequestEntityTooLarge: there is too much of something.
            HTTPBadRequest: it can't be read.
        """
        environ = self.environ
        kept = environ.get(READ_FORM)
        found: MultiDict[str, Any]
        if kept is not None and kept[1] is environ["wsgi.input"]:
            found = kept[0]
            return found
        content_type = environ.get("CONTENT_TYPE", "")
        if content_type in _NO_FORMS:  # PERF: post
            return _NO_FORMS[content_type]
        method = environ.get("REQUEST_METHOD", "GET")
        # PERF: csrf: what browsers say of a form
        is_usual = content_type == URLENCODED
        media_type = URLENCODED if is_usual else content_type.partition(";")[0].strip().lower()
        if media_type not in (URLENCODED, MULTIPART) and (media_type or method != "POST"):
            return _no_form(media_type)
        if ";" in content_type:
            self._check_charset()
        else:
            self._charset = "UTF-8"
        # COMPAT: a form that comes with GET is no form, and a POST must not say that it has no type
        has_fields = method not in ("GET", "HEAD") and (media_type or "CONTENT_TYPE" not in environ)
        if media_type == MULTIPART:
            pairs = self._multipart_pairs(self.limits) if has_fields else []
        else:
            data = self._form_body()
            pairs = forms.form_pairs(data, self.limits) if has_fields else []
        found = _multidict(MultiDict, pairs)
        environ[READ_FORM] = (found, environ["wsgi.input"])
        return found

    def _form_body(self) -> bytes:
        """Return the body of a URL-encoded form, unless it is too large to be one."""
        said = self.environ.get("CONTENT_LENGTH")
        if not said:  # how much there is will be known when it has come in
            if self._is_coming_in():
                with self._taking_in() as intake:
                    while intake.read():
                        forms.check_form_length(intake.spool.size, self.limits)
            self.make_body_seekable()
        # PERF: csrf: a length of this few digits needn't be read with care
        is_plain = isinstance(said, str) and said.isdecimal() and len(said) < 19
        length = int(said or 0) if is_plain else self.content_length or 0
        forms.check_form_length(length, self.limits)
        data = self.body
        if not data:
            self.make_body_seekable()
        return data

    def _multipart_pairs(self, limits: Limits) -> list[tuple[str, Any]]:
        """Read the parts of a multipart body, from its beginning, wherever somebody has read it to."""
        content_type, length = self.environ["CONTENT_TYPE"], self.content_length
        # PERF: uploads; most forms come at once
        if (length is None or length > AT_ONCE_BYTES) and self._is_coming_in():
            with self._taking_in() as intake:
                return forms.multipart_pairs(intake, content_type, length, limits)
        self.make_body_seekable()
        file: Any = self.body_file_raw
        try:
            return forms.multipart_pairs(file, content_type, self.content_length or 0, limits)
        finally:
            file.seek(0)

    @property
    def params(self) -> NestedMultiDict[str, Any]:
        """The parameters of the query, and then the fields of the form."""
        form: Any = self.POST  # which may be no variables at all
        return NestedMultiDict(self.GET, form)

    def _check_charset(self) -> None:
        """See that a form is in UTF-8; the charset is the last thing of which it could be said otherwise.

        Raises:
            FormError: it isn't.
        """
        if not is_form_charset(self._charset_name):
            raise refusal(
                FormError, "Forms are read in UTF-8, and this one is said to be in another charset."
            )

    def _read_charset(self) -> str:
        name: str = _webob.charset.fget(self)
        # an application decodes the body by it
        if name != "UTF-8" and self.limits.strict_text:
            check_charset(name)
        return name

    charset = property(
        _read_charset,
        _webob.charset.fset,
        doc="What the client says of the body's charset, UTF-8 if nothing.",
    )

    @property
    def _charset_name(self) -> str:
        return self.charset or "UTF-8"

    def decode(self, charset: str | None = None, errors: str = "strict") -> Any:
        """Return a copy whose query and form, sent in another charset, are in UTF-8.

        Raises:
            URLDecodeError: they aren't in that charset.
            HTTPRequestEntityTooLarge: there is too much of something.
            HTTPBadRequest: the form can't be read, or the client names a charset that doesn't exist.
        """
        if charset is None:
            decoded(b"", self._charset_name)
        try:
            if (charset or self._charset_name) != "UTF-8":
                self._measure_form()
            return self._alike(super().decode(charset, errors))
        except UnicodeDecodeError as error:
            raise URLDecodeError.of(error) from None
        except HTTPException:
            raise
        except (ValueError, AttributeError):  # which WebOb fails with where a part is a form itself
            raise refusal(FormError, "The form is no multipart body.") from None

    def _measure_form(self) -> None:
        """See that a form in any charset is one, and not too large: WebOb's readers have no limits."""
        limits = self.limits.leniently()
        if self.content_type == URLENCODED:
            forms.form_pairs(self._form_body(), limits)
        elif self.content_type == MULTIPART:
            self._multipart_pairs(limits)

    # --- Cookies ---------------------------------------------------------------------------------------------------

    @property
    def cookies(self) -> Any:
        """The cookies, by name; what is set here is set in the environment.

        Raises (when one is looked up):
            URLDecodeError: they aren't UTF-8.
            HTTPRequestHeaderFieldsTooLarge: they are too long.
        """
        limits = self.limits
        return (
            cookies.Cookies(self.environ, limits)
            if limits.strict_cookies
            else cookies.LenientCookies(self.environ, limits)
        )

    @cookies.setter
    def cookies(self, val: Any) -> None:
        self.environ.pop("HTTP_COOKIE", None)
        self.cookies.update(val)

    # --- The body as text and as JSON --------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The body as text.

        Raises:
            URLDecodeError: it isn't text in the charset that the client names.
            HTTPBadRequest: there is no such charset.
        """
        return decoded(self.body, self._charset_name)

    @text.setter
    def text(self, value: str) -> None:
        _webob.text.fset(self, value)

    @text.deleter
    def text(self) -> None:
        del self.body

    @property
    def json_body(self) -> Any:
        """What the body says in JSON.

        Raises:
            JSONBodyError: it is no JSON, or holds what can't be taken.
            URLDecodeError: it isn't UTF-8.
            NotJSONError: the client says that it is something else.
        """
        limits = self.limits
        # SPEC: RFC 8259, 8.1. A form of another site can send any text, but can't call it JSON
        if limits.strict_json and not jsonbody.is_json(self.environ.get("CONTENT_TYPE", "")):
            raise NotJSONError
        try:
            text = decoded(self.body, "utf-8" if limits.strict_json else self._charset_name)
        except URLDecodeError as error:
            jsonbody.point_at_bytes(error)
            raise
        # COMPAT: applications put a JSON module of their choice into WebOb's; it says itself what it can't read
        chosen = _WEBOBS.json
        return jsonbody.read_json(text, limits) if chosen is _WEBOBS_JSON else chosen.loads(text)

    @json_body.setter
    def json_body(self, value: Any) -> None:
        _webob.json_body.fset(self, value)
        if self.limits.strict_json:
            self.environ.setdefault("CONTENT_TYPE", "application/json")

    @json_body.deleter
    def json_body(self) -> None:
        del self.body

    json = json_body

    def as_text(self) -> str:
        r"""Return the request as it came, for people: what isn't text is written as ``\xff``, what can't be read is left out."""
        with self._legible_path():
            try:
                data = self.as_bytes()
            except HTTPException:  # a body that is too large, or not whole
                data = self.as_bytes(skip_body=True)
        try:
            return decoded(data, self._charset_name)
        except HTTPBadRequest:
            return data.decode("utf-8", "backslashreplace")

    __str__ = as_text

    def __repr__(self) -> str:
        with self._legible_path():
            return super().__repr__()

    @contextmanager
    def _legible_path(self) -> Iterator[None]:
        """Have a path that is no text read byte by byte meanwhile: who shows a request mustn't fail at it."""
        environ, name = self.environ, "webob.url_encoding"
        said = {name: environ[name]} if name in environ else {}
        try:
            self.path  # noqa: B018 - only to see that it can be read
        except URLDecodeError:
            environ[name] = "latin-1"
        try:
            yield
        finally:
            environ.pop(name, None)
            environ.update(said)

    # --- Headers ---------------------------------------------------------------------------------------------------

    def _read_headers(self) -> RequestHeaders:
        if self._headers is None:
            self._headers = RequestHeaders(self.environ)
        return self._headers

    _headers: Any = None
    headers = property(_read_headers, _webob.headers.fset, doc="The headers, by their names in any case.")

    date = unless_unreadable("date")
    if_modified_since = unless_unreadable("if_modified_since")
    if_unmodified_since = unless_unreadable("if_unmodified_since")
    if_range = read_by(if_range, "if_range")
    range = read_by(read_range, "range")
    max_forwards = unless_unreadable("max_forwards")
    accept_language = read_by(read_languages, "accept_language")
    authorization = read_by(read_authorization, "authorization")


# what reads cookies and headers for the framework itself may go past these properties as it may go past WebOb's
PLAIN_READERS.insert(0, ReadersMixin.cookies)
PLAIN_HEADERS.insert(0, ReadersMixin.headers)


def _multidict(kind: Any, pairs: list[tuple[str, Any]]) -> Any:
    """Make a multi-dict of a list that nobody else has."""
    # PERF: post, views-20: its own ``__init__`` has to find out what it was given
    made = kind.__new__(kind)
    made._items = pairs
    return made
