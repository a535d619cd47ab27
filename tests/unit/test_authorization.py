"""Judging by ACLs."""

import pytest
from zope.interface.verify import verifyObject

from goldilocks import acl, authorization, security
from goldilocks.authorization import (
    ALL_PERMISSIONS,
    DENY_ALL,
    ACLAuthorizationPolicy,
    ACLHelper,
    Allow,
    Deny,
    Everyone,
)
from goldilocks.interfaces import IAuthorizationPolicy


class Resource:
    def __init__(self, parent=None, acl=None):
        self.__parent__ = parent
        if acl is not None:
            self.__acl__ = acl


@pytest.fixture(params=[ACLHelper, ACLAuthorizationPolicy])
def judge(request):
    return request.param()


def test_policy_provides_its_interface():
    """The policy is one by zope's rules."""
    verifyObject(IAuthorizationPolicy, ACLAuthorizationPolicy())


@pytest.mark.parametrize(
    "name",
    [
        "Allow",
        "Deny",
        "Everyone",
        "Authenticated",
        "ALL_PERMISSIONS",
        "DENY_ALL",
        "AllPermissionsList",
        "ACLAllowed",
        "ACLDenied",
    ],
)
def test_words_are_the_same_under_every_name(name):
    """security and authorization hand on the very words of acl."""
    assert getattr(authorization, name) is getattr(security, name) is getattr(acl, name)


def test_first_entry_that_fits_decides(judge):
    """An entry that comes earlier goes before a later one."""
    page = Resource(acl=[(Deny, "fred", "view"), (Allow, Everyone, "view")])
    assert not judge.permits(page, [Everyone, "fred"], "view")
    assert judge.permits(page, [Everyone], "view")


def test_verdict_names_the_entry_and_its_resource(judge):
    """The verdict tells the entry that decided and the resource that has it."""
    root = Resource(acl=[(Allow, "fred", "view")])
    page = Resource(root, acl=[(Allow, "wilma", "view")])
    verdict = judge.permits(page, ["fred"], "view")
    assert (verdict.ace, verdict.acl, verdict.context) == (root.__acl__[0], root.__acl__, root)


def test_acl_of_a_parent_counts_where_the_nearer_one_is_silent(judge):
    """The walk goes up to the root."""
    page = Resource(Resource(Resource(acl=[(Allow, "fred", "view")])), acl=[])
    assert judge.permits(page, ["fred"], "view")


def test_nearer_acl_goes_before_the_parents(judge):
    """DENY_ALL keeps what a parent grants away."""
    page = Resource(Resource(acl=[(Allow, Everyone, "view")]), acl=[DENY_ALL])
    assert not judge.permits(page, [Everyone], "view")


@pytest.mark.parametrize("permissions", ["view", ("view",), ["edit", "view"], {"view"}, ALL_PERMISSIONS])
def test_permissions_are_a_word_or_a_collection(judge, permissions):
    """An entry speaks of one permission, several or all."""
    page = Resource(acl=[(Allow, "fred", permissions)])
    assert judge.permits(page, ["fred"], "view")
    assert judge.principals_allowed_by_permission(page, "view") == {"fred"}


def test_permission_must_be_the_whole_word(judge):
    """A permission isn't found inside another one's name."""
    page = Resource(acl=[(Allow, "fred", "view_all")])
    assert not judge.permits(page, ["fred"], "view")
    assert judge.principals_allowed_by_permission(page, "view") == set()


def test_action_that_is_not_allow_refuses(judge):
    """A misspelt action is a refusal, never a grant."""
    assert not judge.permits(Resource(acl=[("allow", "fred", "view")]), ["fred"], "view")


def test_acl_may_be_callable(judge):
    """An ACL that can be called is called, and the verdict has what it returned."""
    page = Resource(acl=lambda: [(Allow, "fred", "view")])
    assert judge.permits(page, ["fred"], "view").acl == [(Allow, "fred", "view")]
    assert judge.principals_allowed_by_permission(page, "view") == {"fred"}


def test_acl_property_that_raises_attribute_error_is_no_acl(judge):
    """A resource may say by AttributeError that it has no ACL of its own."""

    class Inheriting(Resource):
        @property
        def __acl__(self):
            raise AttributeError("__acl__")

    page = Inheriting(Resource(acl=[(Allow, "fred", "view")]))
    assert judge.permits(page, ["fred"], "view")


def test_without_an_acl_the_answer_is_no(judge):
    """Nothing said means refused, and the verdict says that nothing was said."""
    page = Resource()
    verdict = judge.permits(page, [Everyone], "view")
    assert not verdict
    assert (verdict.ace, verdict.context) == ("<default deny>", page)
    assert verdict.acl == "<No ACL found on any object in resource lineage>"
    assert judge.principals_allowed_by_permission(page, "view") == set()


def test_where_no_entry_decides_the_last_acl_is_told(judge):
    """A refusal by default names the ACL that was asked last and the resource that was asked about."""
    root = Resource(acl=[(Allow, "fred", "view")])
    page = Resource(root, acl=[(Allow, "fred", "view")])
    verdict = judge.permits(page, ["wilma"], "view")
    assert (verdict.ace, verdict.acl, verdict.context) == ("<default deny>", root.__acl__, page)


def test_principals_allowed_gathers_down_the_tree(judge):
    """Who is granted above is granted below, unless refused there."""
    root = Resource(acl=[(Allow, "fred", "view"), (Allow, "barney", "view"), (Allow, "wilma", "edit")])
    page = Resource(root, acl=[(Deny, "barney", "view"), (Allow, "betty", "view"), (Deny, "betty", "view")])
    assert judge.principals_allowed_by_permission(page, "view") == {"fred", "betty"}


def test_principals_allowed_heeds_the_order_within_a_list(judge):
    """Who is refused first in a list isn't granted later in it."""
    page = Resource(acl=[(Deny, "fred", "view"), (Allow, "fred", "view")])
    assert judge.principals_allowed_by_permission(page, "view") == set()


def test_principals_allowed_starts_anew_where_everyone_is_refused(judge):
    """A refusal to all takes back what parents grant and ends its list, but not what stood before it."""
    root = Resource(acl=[(Allow, "fred", "view")])
    page = Resource(root, acl=[(Allow, "wilma", "view"), DENY_ALL, (Allow, "betty", "view")])
    assert judge.principals_allowed_by_permission(page, "view") == {"wilma"}


def test_principals_allowed_passes_over_unknown_actions(judge):
    """An action that is neither of the two words changes nothing."""
    page = Resource(acl=[("allow", "fred", "view")])
    assert judge.principals_allowed_by_permission(page, "view") == set()
