"""What a test says to a Configurator: stand-ins take the place of policies, resources, subscribers and templates.

Each takes effect at once, for tests work on a Configurator that commits by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from zope.interface import Interface

from goldilocks.config.actions import action_method
from goldilocks.interfaces import IRendererFactory, ISecurityPolicy, ITraverser
from goldilocks.late import late_module
from goldilocks.renderers import RendererHelper
from goldilocks.types import AnyRegistry, Context, InterfaceSpec

if TYPE_CHECKING:
    from goldilocks import dummies
else:
    # PERF: import: only tests need it
    dummies = late_module("goldilocks.dummies", globals())


class TestingTopic:
    """What a Configurator can do for a test."""

    __test__ = False  #: Test runners collect what is called like a test.

    registry: AnyRegistry
    maybe_dotted: Callable[[Any], Any]
    add_subscriber: Callable[..., Any]

    def testing_securitypolicy(
        self,
        userid: Any = None,
        identity: Any = None,
        permissive: Any = True,
        remember_result: Any = None,
        forget_result: Any = None,
    ) -> dummies.DummySecurityPolicy:
        """Have a security policy say what the arguments are, and return it.

        Args:
            userid: which user each request comes from.
            identity: what identity each request has.
            permissive: whether all is allowed, or else nothing.
            remember_result: the headers of a login.
            forget_result: the headers of a logout.
        """
        policy = dummies.DummySecurityPolicy(userid, identity, permissive, remember_result, forget_result)
        self.registry.registerUtility(policy, ISecurityPolicy)
        return policy

    def testing_resources(self, resources: Mapping[str, Context]) -> Mapping[str, Context]:
        """Have ``find_resource`` and traversal find exactly these resources, by path; return them."""
        self.registry.registerAdapter(dummies.dummy_traverser_factory(resources), (Interface,), ITraverser)
        return resources

    testing_models = testing_resources  # COMPAT: its older name

    @action_method
    def testing_add_subscriber(self, event_iface: InterfaceSpec | str | None = None) -> list[Any]:
        """Return a list into which every event of an interface goes from now on; every event at all by default.

        For several interfaces, all objects of one notification go into it, one after another.
        """
        events: list[Any] = []
        self.add_subscriber(lambda *event: events.extend(event), self.maybe_dotted(event_iface))
        return events

    def testing_add_renderer(self, path: str, renderer: Any = None) -> Any:
        """Have a template rendered by ``renderer``, and return that.

        Args:
            path: the template, as the code under test names it; with and without the package is the same.
            renderer: called with the values and the system values; one that remembers both if ``None``.
        """
        kind = RendererHelper(name=path, registry=self.registry).type
        factory = self.registry.queryUtility(IRendererFactory, name=kind)
        if not isinstance(factory, dummies.DummyRendererFactory):
            factory = dummies.DummyRendererFactory(kind, factory)
            self.registry.registerUtility(factory, IRendererFactory, name=kind)
        if renderer is None:
            renderer = dummies.DummyTemplateRenderer()
        factory.add(path, renderer)
        return renderer

    testing_add_template = testing_add_renderer  # COMPAT: its older name


TestingConfiguratorMixin = TestingTopic
