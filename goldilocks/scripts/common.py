"""What scripts of applications read their arguments by: a file of configuration, and variables for it.

A script that fills a database begins so: ``get_appsettings(sys.argv[1], options=parse_vars(sys.argv[2:]))``.
"""

from __future__ import annotations

from collections.abc import Iterable

from goldilocks.paster import get_config_loader

__all__ = ["get_config_loader", "parse_vars"]


def parse_vars(args: Iterable[str]) -> dict[str, str]:
    """Make variables of words like ``name=value``.

    >>> parse_vars(["port=6543", "query=a=b"])
    {'port': '6543', 'query': 'a=b'}

    Args:
        args: the words, as somebody has typed them.

    Raises:
        ValueError: a word has no ``=``.
    """
    result = {}
    for word in args:
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is no name=value")
        result[name] = value
    return result
