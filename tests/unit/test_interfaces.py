"""The contracts: how they stand to each other, and the constants among them."""

from __future__ import annotations

import pytest
from zope.interface import Interface
from zope.interface.interface import InterfaceClass

from goldilocks import interfaces


def contracts() -> list[InterfaceClass]:
    return [
        each
        for each in vars(interfaces).values()
        if isinstance(each, InterfaceClass) and each is not Interface
    ]


@pytest.mark.parametrize("contract", contracts(), ids=lambda contract: contract.__name__)
def test_each_contract_says_what_it_is_for(contract):
    """Every contract, and everything in it, has a docstring."""
    assert contract.__doc__
    assert all(member.getDoc() for _, member in contract.namesAndDescriptions())


@pytest.mark.parametrize(
    ("special", "general"),
    [
        ("ISecuredView", "IView"),
        ("IMultiView", "ISecuredView"),
        ("IExceptionResponse", "IException"),
        ("IExceptionResponse", "IResponse"),
        ("IBeforeRender", "IDict"),
        ("IMultiDict", "IDict"),
        ("ISettings", "IDict"),
        ("ISession", "IDict"),
        ("IPackageOverrides", "IPEP302Loader"),
        ("IRoutePredicate", "IPredicate"),
        ("IViewPredicate", "IPredicate"),
        ("ISubscriberPredicate", "IPredicate"),
    ],
)
def test_a_special_contract_extends_the_general_one(special, general):
    """What provides the special contract is found where the general one is asked for."""
    assert getattr(interfaces, special).extends(getattr(interfaces, general))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("IAfterTraversal", "IContextFound"),
        ("IWSGIApplicationCreatedEvent", "IApplicationCreated"),
        ("ITraverserFactory", "ITraverser"),
        ("ILogger", "IDebugLogger"),
    ],
)
def test_an_old_spelling_is_the_same_contract(old, new):
    """Add-ons that use an old spelling register and find the same thing."""
    assert getattr(interfaces, old) is getattr(interfaces, new)


def test_a_plain_request_is_its_own_combination():
    """Where no route matched, exception views are looked up for the request contract itself."""
    assert interfaces.IRequest.combined is interfaces.IRequest


def test_phases_are_ten_apart():
    """The phases have the numbers that add-ons count between."""
    phases = [getattr(interfaces, f"PHASE{number}_CONFIG") for number in range(4)]

    assert phases == [-30, -20, -10, 0]
