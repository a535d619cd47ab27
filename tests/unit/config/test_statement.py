"""Statements as values, and the methods that are made of them."""

from __future__ import annotations

import copy
import inspect
import pickle
import sys
from typing import ClassVar

import pytest

from goldilocks.config import Configurator
from goldilocks.config.statement import REST, Scope, Statement, directive
from goldilocks.exceptions import ConfigurationConflictError
from goldilocks.interfaces import PHASE1_CONFIG, PHASE3_CONFIG


class AddBear(Statement):
    """Make a bear known."""

    topic = "bears"
    type_name = "bear"

    name: str
    size: int = 1

    def resolved(self, config):
        return self.but(size=config.maybe_dotted(self.size))

    def discriminator(self, registry, scope):
        return ("bear", self.name)

    def perform(self, registry, scope, facts):
        registry.setdefault("bears", []).append((self, scope, facts))


class AddCub(AddBear):
    """Make a cub known, which only says what it is when all bears are known."""

    is_deferred = True
    phase = PHASE3_CONFIG + 1

    def discriminator(self, registry, scope):
        return ("cub of", len(registry["bears"]))


class AddAnything(Statement):
    """Take any word."""

    name: str = ""
    rest: dict = REST

    def perform(self, registry, scope, facts):
        registry["anything"] = (self, facts)


class AddOpenly(AddAnything):
    """Call the collector otherwise."""

    rest_name: ClassVar[str] = "options"


class BearConfigurator(Configurator):
    """Knows bears."""

    add_bear = directive(AddBear)
    add_cub = directive(AddCub)
    add_anything = directive(AddAnything)
    add_openly = directive(AddOpenly)


@pytest.fixture
def config():
    return BearConfigurator(introspection=True)


def test_scope_knows_its_package():
    """A scope has the name that relative names are relative to, also without a package."""
    assert Scope(sys).package_name == "sys"
    assert Scope().package_name == "__main__"
    assert not hasattr(Scope(), "__dict__")


def test_statement_is_a_value():
    """A statement has the arguments as fields, and can't be changed."""
    bear = AddBear("papa", 3)
    assert repr(bear) == "AddBear(name='papa', size=3)"
    with pytest.raises(AttributeError):
        bear.name = "mama"


def test_plain_statement():
    """The base conflicts with nothing, tells nothing, and carries nothing out."""

    class Plain(Statement):
        pass

    plain = Plain()
    assert plain.resolved(None) is plain
    assert plain.discriminator(None, None) is None
    assert plain.facts(None, None, None) == ()
    assert plain.title() == "Plain"
    assert plain.phase == PHASE3_CONFIG
    with pytest.raises(NotImplementedError):
        plain.perform(None, None, ())


def test_the_life_of_a_statement(config):
    """The directive makes the value; at commit it is performed with its scope, and its fact is known."""
    config.add_bear("papa", size=3)  # said
    scope = config.scope
    assert "bears" not in config.registry
    config.commit()
    ((bear, seen, (fact,)),) = config.registry["bears"]
    assert (bear.name, bear.size, seen) == ("papa", 3, scope)
    assert dict(fact) == {"name": "papa", "size": 3}
    assert (fact.category_name, fact.discriminator, fact.title, fact.type_name) == (
        "bears",
        ("bear", "papa"),
        "AddBear",
        "bear",
    )
    assert fact.action_info.src.endswith("# said")


def test_discriminator_at_once(config):
    """Two statements with one discriminator clash."""
    config.add_bear("papa")
    config.add_bear("papa", 2)
    with pytest.raises(ConfigurationConflictError):
        config.commit()


def test_discriminator_when_its_phase_comes(config):
    """A deferred discriminator sees what earlier phases did."""
    config.add_cub("baby")
    config.add_bear("papa")
    config.commit()
    assert config.introspector.get("bears", ("cub of", 1))["name"] == "baby"


def test_open_statement_takes_any_word(config):
    """What is no field of an open statement is in its rest, a word called rest included."""
    config.add_anything("x", colour="brown", rest=1)
    config.commit()
    statement, facts = config.registry["anything"]
    assert statement.rest == {"colour": "brown", "rest": 1}
    assert facts == ()


def test_the_rest_is_not_positional(config):
    """No positional argument lands in the collector."""
    with pytest.raises(
        TypeError, match=r"add_anything\(\) takes from 1 to 2 positional arguments but 3 were given"
    ):
        config.add_anything("x", {"colour": "brown"})


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"nmae": "papa"}, "add_bear() got an unexpected keyword argument 'nmae'; did you mean 'name'?"),
        ({}, "add_bear() missing 1 required positional argument: 'name'"),
        ({"name": "papa", "xyz": 1}, "add_bear() got an unexpected keyword argument 'xyz'"),
    ],
)
def test_arguments_that_do_not_fit(config, kwargs, message):
    """Wrong arguments are reported in the words of the directive, with the nearest name and the place."""
    with pytest.raises(TypeError) as caught:
        config.add_bear(**kwargs)
    assert str(caught.value) == message
    (note,) = caught.value.__notes__
    assert note.startswith(f"said in {__file__}, line ")
    assert note.endswith(": config.add_bear(**kwargs)")


def test_signature_is_that_of_the_fields():
    """Readers of the method see the fields, and the collector under its name."""
    assert str(inspect.signature(BearConfigurator.add_bear)) == "(self, name: 'str', size: 'int' = 1)"
    assert str(inspect.signature(BearConfigurator.add_anything)) == "(self, name: 'str' = '', **predicates)"
    assert str(inspect.signature(BearConfigurator.add_openly)) == "(self, name: 'str' = '', **options)"


def test_signature_is_an_ordinary_one():
    """It can be compared, copied, kept and changed like a signature that Python made."""

    def twin(self, name: str, size: int = 1): ...

    twin.__annotations__ = {"name": "str", "size": "int"}
    signature = BearConfigurator.add_bear.__signature__
    assert signature == inspect.signature(twin) == signature
    assert {signature: 1}[inspect.signature(twin)] == 1
    assert repr(signature) == repr(inspect.signature(twin))
    assert str(inspect.signature(BearConfigurator().add_bear)) == "(name: 'str', size: 'int' = 1)"
    assert pickle.loads(pickle.dumps(signature)) == copy.copy(signature) == signature
    assert type(signature.replace(return_annotation=None)) is inspect.Signature
    assert signature.bind("me", "papa").arguments == {"self": "me", "name": "papa"}


def test_fields_are_what_is_annotated():
    """What a class and those above it annotate are the fields; what belongs to the class is none."""
    assert AddCub.types_of_fields() == {"name": "str", "size": "int"}
    assert AddOpenly.types_of_fields() == {"name": "str", "rest": "dict"}
    assert AddOpenly("papa").values() == {"name": "papa", "rest": {}}


def test_method_shows_as_the_statement():
    """The method has the statement's docstring and a name after it, and leads to it."""
    method = BearConfigurator.add_bear
    assert (method.__name__, method.__doc__, method.statement) == ("add_bear", "Make a bear known.", AddBear)


def test_method_is_a_plain_function(config):
    """A directive can be overridden by a subclass that calls it, with any arguments."""

    class Louder(BearConfigurator):
        def add_bear(self, name, *args, **kw):
            super().add_bear(name.upper(), *args, **kw)

    config = Louder()
    config.add_bear("papa", 2)
    config.commit()
    assert config.registry["bears"][0][0].name == "PAPA"


def test_phase_is_the_order_of_the_action(config):
    """The phase of a statement is the order of its row."""

    class Early(AddBear):
        phase = PHASE1_CONFIG

    Early("papa").say(config)
    assert config.action_state.actions[-1]["order"] == PHASE1_CONFIG


def test_every_statement_says_what_it_takes():
    """Every directive of the Configurator that stands for a statement has a docstring that names its fields."""
    for name in dir(Configurator):
        statement = getattr(getattr(Configurator, name), "statement", None)
        if statement is None or name.startswith("_"):
            continue
        assert statement.__doc__, name
        own = [each for each in statement.words().all if each not in ("rest", "view")]
        is_alias = "arguments are those of" in statement.__doc__
        missing = [] if is_alias else [each for each in own if f"{each}:" not in statement.__doc__]
        assert missing == [], (name, missing)
