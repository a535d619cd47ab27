"""The quick way to write an error page writes what the general one does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goldilocks.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPForbidden,
    HTTPMethodNotAllowed,
    HTTPNotFound,
)

ROWS = (HTTPNotFound, HTTPForbidden, HTTPBadRequest, HTTPMethodNotAllowed)


def written_out(row):
    """Return a class like ``row`` whose pages are written as a whole each time."""

    def _page(self, content_type, environ):
        return HTTPException._page(self, content_type, environ)

    return type(row.__name__, (row,), {"_page": _page})


PAIRS = [(row, written_out(row)) for row in ROWS]

words = st.text() | st.text("<>&\"'\0\\${}detail\ud800\udc00é", max_size=12)
details = st.one_of(
    st.none(), words, st.binary(max_size=5).map(lambda each: each.decode("latin-1").encode()), st.integers()
)
headers = st.lists(
    st.tuples(
        st.sampled_from(["X-A", "Content-MD5", "Content-Type", "content-length", "Allow"]),
        st.sampled_from(["1", "2"]),
    ),
    max_size=3,
)


@given(
    st.sampled_from(PAIRS),
    details,
    st.none() | words,
    headers,
    words,
    st.sampled_from([None, "", "text/html", "application/json", "text/plain", "*/*", "nonsense"]),
)
def test_pages_are_the_same(pair, detail, comment, headers, method, accept):
    """Whatever an answer says, body and headers are those that the general way gives it."""
    environ = {"REQUEST_METHOD": method} | ({} if accept is None else {"HTTP_ACCEPT": accept})
    quick, general = (row(detail, headers, comment) for row in pair)
    for each in (quick, general):
        each.prepare(environ)
    assert quick.body == general.body
    assert quick.headerlist == general.headerlist
    assert quick.status == general.status
