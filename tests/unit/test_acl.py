"""The words of ACLs, and the verdicts."""

import pytest

from goldilocks.acl import (
    ALL_PERMISSIONS,
    DEFAULT_DENY,
    DENY_ALL,
    NO_ACL,
    ACLAllowed,
    ACLDenied,
    Allow,
    Allowed,
    AllPermissionsList,
    Authenticated,
    Denied,
    Deny,
    Everyone,
)


def test_words_are_what_applications_may_have_stored():
    """The words are plain strings, which ACLs in databases hold."""
    assert (Allow, Deny) == ("Allow", "Deny")
    assert (Everyone, Authenticated) == ("system.Everyone", "system.Authenticated")


def test_all_permissions_contains_everything_and_lists_nothing():
    """It stands for every permission without knowing one."""
    assert "anything" in ALL_PERMISSIONS
    assert object() in ALL_PERMISSIONS
    assert list(ALL_PERMISSIONS) == []


def test_all_permissions_equals_its_like():
    """Two of them are equal, as after a pickle, and hash alike."""
    assert AllPermissionsList() == ALL_PERMISSIONS
    assert hash(AllPermissionsList()) == hash(ALL_PERMISSIONS)
    assert ALL_PERMISSIONS != ["view"]


def test_deny_all_is_an_entry():
    """DENY_ALL is an entry like any other."""
    assert (Deny, Everyone, ALL_PERMISSIONS) == DENY_ALL


def test_allowed_is_true():
    """A permission granted is true, one and an int."""
    assert Allowed("yes")
    assert Allowed("yes") == 1
    assert Allowed("yes") == True  # noqa: E712 - the comparison is the fact


def test_denied_is_false():
    """A refusal is false and zero."""
    assert not Denied("no")
    assert Denied("no") == 0


def test_reason_is_put_together_from_format_and_arguments():
    """The reason is the format filled with the arguments, and str() gives it."""
    verdict = Denied("%s needs %r", "fred", "edit")
    assert verdict.msg == str(verdict) == "fred needs 'edit'"
    assert (verdict.s, verdict.args) == ("%s needs %r", ("fred", "edit"))


def test_reason_is_not_put_together_unless_read():
    """Nobody's repr is called for a verdict that is only asked for its truth."""

    class Loud:
        def __repr__(self):
            raise AssertionError("repr was called")

    assert not Denied("%r", Loud())


@pytest.mark.parametrize("text", ["100%", "50 %s and %d", "%(name)s"])
def test_reason_with_a_bare_percent_sign_is_told_as_it_is(text):
    """A text that isn't a format is no error when it is read."""
    assert Allowed(text).msg == text


def test_reason_without_arguments_still_unescapes_percent_signs():
    """A doubled percent sign is a single one, with arguments or without."""
    assert Allowed("100%% sure").msg == "100% sure"


def test_repr_names_class_and_reason():
    """A verdict in a log says what it is and why."""
    text = repr(Denied("no"))
    assert text.startswith("<Denied instance at ")
    assert text.endswith(" with msg 'no'>")


def test_acl_verdict_knows_what_decided():
    """A verdict by ACL hands out entry, list, permission, principals and resource."""
    verdict = ACLAllowed("ace", "acl", "view", ["fred"], "context")
    assert (verdict.ace, verdict.acl, verdict.permission) == ("ace", "acl", "view")
    assert (verdict.principals, verdict.context) == (["fred"], "context")


def test_acl_verdict_is_a_verdict():
    """Verdicts by ACL are Allowed and Denied, true and false."""
    allowed, denied = (cls("ace", "acl", "view", [], None) for cls in (ACLAllowed, ACLDenied))
    assert isinstance(allowed, Allowed)
    assert isinstance(denied, Denied)
    assert allowed
    assert not denied


def test_acl_verdict_says_which_entry_decided():
    """The reason tells entry, list, resource and principals."""
    entry = (Allow, "fred", "view")
    assert ACLAllowed(entry, [entry], "view", ["fred"], "page").msg == (
        "ACLAllowed permission 'view' via ACE ('Allow', 'fred', 'view') in ACL [('Allow', 'fred', 'view')] "
        "on context 'page' for principals ['fred']"
    )


def test_acl_verdict_says_that_there_was_no_acl():
    """Where no ACL was found the reason says so in words."""
    message = ACLDenied(DEFAULT_DENY, NO_ACL, "view", [], "page").msg
    assert "on context 'page' (no ACL stands on it or on any of its parents)" in message


def test_acl_verdict_says_that_no_entry_decided():
    """Where there are ACLs but none has an entry for the case, the reason says that."""
    message = ACLDenied(DEFAULT_DENY, [], "view", [], "page").msg
    assert "(no entry of the ACLs on it and on its parents decides)" in message


def test_acl_verdict_of_a_subclass_tells_its_own_name():
    """An application's own verdict class stands in its reason."""

    class Refused(ACLDenied):
        pass

    assert str(Refused("ace", "acl", "view", [], None)).startswith("Refused permission 'view'")
