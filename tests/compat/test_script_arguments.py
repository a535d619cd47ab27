"""``scripts.common``: scripts of applications, such as those that fill a database, read their arguments by it."""

from __future__ import annotations

import pytest

from goldilocks.scripts.common import get_config_loader, parse_vars


def test_variables_of_a_script():
    """Each word is a variable, up to its first equals sign."""
    assert parse_vars(["a=b", "c=", "d=e=f", "a=g"]) == {"a": "g", "c": "", "d": "e=f"}
    assert parse_vars([]) == {}


def test_word_that_is_no_variable():
    """A word without an equals sign is named."""
    with pytest.raises(ValueError, match="'ab'"):
        parse_vars(["a=b", "ab"])


def test_configuration_of_a_script(tmp_path):
    """The file is read with the variables that were typed."""
    (tmp_path / "shop.ini").write_text("[app:main]\nuse = egg:shop\nport = %(http_port)s\n", "utf-8")
    loader = get_config_loader(str(tmp_path / "shop.ini"))
    assert loader.get_settings("app:main", parse_vars(["http_port=6543"]))["port"] == "6543"
