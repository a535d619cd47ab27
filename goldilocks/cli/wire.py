"""What the development server reads off the wire, where waitress leaves a gap.

An error that waitress doesn't expect while it reads a request ends the connection without a word; here it is the client's fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer


class Parser(HTTPRequestParser):
    """Reads a request; one that can't be read is answered with 400."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request.

        Raises:
            ParsingError: it can't be read.
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a target like http://[/
            raise ParsingError("the target can't be read") from error


class Channel(HTTPChannel):
    """A connection whose requests are read by `Parser`."""

    parser_class = Parser


def read_strictly(channels: Mapping[int, Any]) -> None:
    """Have servers read by `Parser`.

    Args:
        channels: of waitress, the servers among them, before anybody has connected.
    """
    for each in channels.values():
        if isinstance(each, BaseWSGIServer):
            each.channel_class = Channel
