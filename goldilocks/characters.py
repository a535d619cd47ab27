"""Sets of characters by which more than one reader or writer goes, each said once, with the rule that it comes from."""

from __future__ import annotations

import re

# SPEC: RFC 9110, 5.6.2: methods, names of headers, names of cookies (RFC 6265, 4.1.1), media types
TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
is_token = re.compile(TOKEN).fullmatch

# SPEC: RFC 9110, 5.5: a field value holds no controls but the tab
HEADER_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09})
find_control = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]").search

#: Controls that people don't write: neither tab nor line breaks; and, for others to judge, no NUL. To stand in an expression.
UNWRITTEN = r"\x01-\x08\x0b\x0c\x0e-\x1f\x7f"

# SPEC: https://url.spec.whatwg.org, 4.4: what browsers drop from a URL before they read it, or write differently, or not at all
BLANKS = r"\x00-\x20\x7f-\xa0"
