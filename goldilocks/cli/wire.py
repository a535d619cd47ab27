"""What the development server reads off the wire, where waitress leaves a gap.

An error that waitress doesn't expect while it reads a request ends the connection without a word; here it is the client's fault. And
waitress takes a body whose length is said in two ways: a proxy in front may have believed the other one, and then what is the end of a
body to it is one more request here. It also has whoever expects to be told to go on do so where nothing is to come, and makes of that
request and the next one on the connection a single one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer

_find_codings = re.compile(rb"^transfer-encoding:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE).findall


class Parser(HTTPRequestParser):
    """Reads a request; one that can't be read, or could be read in two ways, is answered with 400."""

    def received(self, data: bytes) -> int:
        """Read what has come; return how much of it belongs to this request."""
        consumed: int = super().received(data)
        # SPEC: RFC 9110, 10.1.1: who has sent all, or is refused, isn't told to go on
        if self.completed:
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request.

        Raises:
            ParsingError: it can't be read.
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a target like http://[/
            raise ParsingError("the target can't be read") from error
        # SPEC: RFC 9112, 6.1: such a request may be refused, and ought to be handled as an error
        codings = b",".join(_find_codings(header_plus)).strip(b" \t").lower()
        if codings and (codings != b"chunked" or not self.chunked or "CONTENT_LENGTH" in self.headers):
            raise ParsingError("the length of the body is said in two ways, or in none that is understood")


class Channel(HTTPChannel):
    """A connection whose requests are read by `Parser`."""

    parser_class = Parser
    requests: list[Any]

    def service(self) -> None:
        """Answer what has been asked; if something else than an `Exception` comes out, the client waits for nothing more."""
        try:
            super().service()
        except BaseException:
            with self.requests_lock:
                self.close_when_flushed = True
                for request in self.requests:
                    request.close()
                self.requests = []
            self.server.pull_trigger()
            raise


def read_strictly(channels: Mapping[int, Any]) -> None:
    """Have servers read by `Parser`.

    Args:
        channels: of waitress, the servers among them, before anybody has connected.
    """
    for each in channels.values():
        if isinstance(each, BaseWSGIServer):
            each.channel_class = Channel
