"""The collector of garbage waits, and goes on."""

import gc

import pytest

from goldilocks import collector
from goldilocks.collector import collector_paused


@pytest.fixture(autouse=True)
def _collector_as_it_was():
    was_enabled = gc.isenabled()
    yield
    (gc.enable if was_enabled else gc.disable)()


@pytest.mark.parametrize("is_enabled", [True, False])
def test_collector_is_what_it_was(is_enabled):
    """It waits meanwhile, and is afterwards what it was before, also after an error."""
    (gc.enable if is_enabled else gc.disable)()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled() is is_enabled
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled() is is_enabled


@pytest.fixture
def looks(monkeypatch):
    """How often everything was looked through."""
    gc.enable()
    gc.collect()
    monkeypatch.setattr(collector, "MANY", 1000)
    collect, seen = gc.collect, []
    monkeypatch.setattr(gc, "collect", lambda: seen.append(collect()))
    return seen


def make(count):
    with collector_paused():
        return [[] for _ in range(count)]


def test_what_grew_old_unseen_is_looked_through_at_last(looks):
    """When many objects have grown old, at once or by and by, everything is looked through once."""
    kept = [make(400), make(400)]
    assert looks == []
    kept.append(make(400))
    assert len(looks) == 1
    kept.append(make(400))
    assert len(looks) == 1
    kept.append(make(1001))
    assert len(looks) == 2


def test_few_new_objects_grow_old():
    """What was made meanwhile isn't looked through again and again, but it is when everything is collected."""
    gc.enable()
    with collector_paused():
        made = [[]]
        made.append(made)
    assert any(each is made for each in gc.get_objects(generation=2))
    assert gc.get_freeze_count() <= collector.ITS_OWN


def test_what_the_interpreter_has_frozen_changes_nothing(monkeypatch):
    """A few objects of its own, which some interpreters freeze, aren't taken for an application's."""
    gc.enable()
    monkeypatch.setattr(gc, "get_freeze_count", lambda: 400)
    with collector_paused():
        made = [[]]
        made.append(made)
    assert any(each is made for each in gc.get_objects(generation=2))


def test_what_is_frozen_stays_frozen():
    """What an application has put aside for good isn't touched."""
    gc.enable()
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with collector_paused():
            pass
        assert gc.get_freeze_count() >= frozen - 1000
    finally:
        gc.unfreeze()


def test_what_has_outlived_a_pass_is_counted_too(looks, monkeypatch):
    """What the collector has looked through since, in passes over what is new, has not been seen among all that is old."""
    monkeypatch.setattr(gc, "get_count", lambda: (1, 2, 0))
    monkeypatch.setattr(gc, "get_threshold", lambda: (400, 10, 10))
    collector.let_grow_old()
    assert looks == []
    collector.let_grow_old()
    assert len(looks) == 1
