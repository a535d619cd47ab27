"""Each target of ``make fuzz`` runs once over its corpus, so that none of them rots."""

import random

import pytest

from tests.fuzz.__main__ import CORPUS, TARGETS, changed, corpus, drive_plainly, target


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_in_the_corpus_fails(name):
    """What is in the files is answered as it should be, what once failed included."""
    inputs = corpus(name)
    assert len(inputs) >= 5
    for data in inputs:
        target(name)(data)


def test_every_corpus_has_a_target():
    """No files lie around that nobody reads."""
    assert sorted(path.name for path in CORPUS.iterdir()) == list(TARGETS)


def test_plain_driver_changes_what_it_is_given():
    """Without Atheris, inputs are changed at random, in many ways, and never grow beyond what is wanted."""
    chance = random.Random(1)
    made = {changed([b"GET /?a=1&b=2", b"Host: example.com"], chance) for _ in range(200)}
    assert len(made) > 150
    assert max(map(len, made)) <= 4096


def test_plain_driver_keeps_what_fails(tmp_path, monkeypatch, capsys):
    """An input that fails is written down beside the corpus, and the driver says so."""
    monkeypatch.setattr("tests.fuzz.__main__.CORPUS", tmp_path)
    (tmp_path / "fragile").mkdir()
    (tmp_path / "fragile" / "first").write_bytes(b"porridge")

    def fail(data):
        raise ValueError("too hot")

    with pytest.raises(SystemExit, match="fragile: failed by"):
        drive_plainly("fragile", fail, 5)
    assert len(list((tmp_path / "fragile").glob("failed-*"))) == 1
    assert "too hot" in capsys.readouterr().err
