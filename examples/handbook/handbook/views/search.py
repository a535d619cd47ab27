"""The search page."""

from __future__ import annotations

from typing import Any

from goldilocks.view import view_config

from ..search import search
from ..web import number_of

PAGE_SIZE = 20


@view_config(route_name="search", renderer="handbook:templates/search.pt")
def search_page(request: Any) -> dict[str, Any]:
    """Twenty hits a page, with a look at where the words stand."""
    query = request.GET.get("q", "").strip()
    number = max(1, number_of(request.GET.get("page", ""), 1))
    hits = search(request.db, query, request.readable_pages, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    found = request.say.plural(
        "${count} page for “${query}”", "${count} pages for “${query}”", hits.total, query=query
    )
    last = max(1, -(-hits.total // PAGE_SIZE))
    return {"query": query, "hits": hits, "found": found, "number": number, "last": last}
