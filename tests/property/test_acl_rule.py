"""ACLs, judged beside the rule as one would say it."""

from hypothesis import given
from hypothesis import strategies as st

from goldilocks.authorization import ALL_PERMISSIONS, ACLHelper, Allow, Deny, Everyone

PRINCIPALS = [Everyone, "fred", "wilma", "group"]
PERMISSIONS = ["view", "edit", "vi"]

permissions = st.one_of(
    st.sampled_from(PERMISSIONS),
    st.lists(st.sampled_from(PERMISSIONS)),
    st.frozensets(st.sampled_from(PERMISSIONS)),
    st.just(ALL_PERMISSIONS),
)
entries = st.tuples(st.sampled_from([Allow, Deny]), st.sampled_from(PRINCIPALS), permissions)
#: A branch of a tree, the root last; None is a resource without an ACL.
branches = st.lists(st.none() | st.lists(entries, max_size=5), min_size=1, max_size=4)


class Resource:
    __parent__ = None


def leaf_of(branch, as_callable):
    parent = None
    for acl in reversed(branch):
        resource = Resource()
        resource.__parent__ = parent
        if acl is not None:
            resource.__acl__ = (lambda acl=acl: acl) if as_callable else acl
        parent = resource
    return parent


def speaks_of(entry, permission):
    said = entry[2]
    return permission == said if isinstance(said, str) else permission in said


@given(
    branches,
    st.lists(st.sampled_from(PRINCIPALS)),
    st.sampled_from(PERMISSIONS),
    st.booleans(),
)
def test_first_entry_from_the_leaf_up_decides(branch, principals, permission, as_callable):
    """All entries in one row, the leaf's first: the first that fits is the answer, and without one it is no."""
    row = [entry for acl in branch if acl is not None for entry in acl]
    deciding = next((e for e in row if e[1] in principals and speaks_of(e, permission)), None)

    verdict = ACLHelper().permits(leaf_of(branch, as_callable), principals, permission)

    assert bool(verdict) is (deciding is not None and deciding[0] == Allow)
    assert verdict.ace is deciding if deciding is not None else verdict.ace == "<default deny>"
    assert str(verdict)


@given(st.lists(st.lists(entries, max_size=5), min_size=1, max_size=3), st.sampled_from(PERMISSIONS))
def test_whom_the_list_names_the_judge_lets_in(branch, permission):
    """Who is listed as allowed by entries for them alone is allowed, where nobody is refused by name or as Everyone."""
    branch = [[entry for entry in acl if entry[0] == Allow] for acl in branch]
    leaf = leaf_of(branch, False)
    helper = ACLHelper()
    listed = helper.principals_allowed_by_permission(leaf, permission)
    assert listed == {p for p in PRINCIPALS if helper.permits(leaf, [p], permission)}
