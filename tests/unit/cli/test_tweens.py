"""``goldilocks tweens``."""

from __future__ import annotations

from goldilocks.names import canonical

OURS = "goldilocks.tweens.excview_tween_factory"


def names(output):
    return [line.split()[:2] for line in output.splitlines()[4:]]


def test_implicit_order(shop, goldilocks):
    """The tweens are listed from the server to the application."""
    output = goldilocks("tweens", shop)
    assert output.startswith("The order is implicit")
    assert names(output) == [["INGRESS"], ["0", "shop.slow_factory"], ["1", OURS], ["MAIN"]]
    assert " shop.py:" in output


def test_explicit_order(shop, goldilocks):
    """What a deployment doesn't list stands behind the application, and takes no part."""
    output = goldilocks("tweens", shop, "--set", f"goldilocks.tweens={OURS}")
    assert output.startswith("The order is explicit")
    assert names(output) == [["INGRESS"], ["0", OURS], ["MAIN"], ["-", "shop.slow_factory"]]


def test_json(shop, goldilocks):
    """Programs get wishes and places; names have one spelling."""
    found = goldilocks("tweens", shop, "--set", f"goldilocks.tweens={canonical(OURS)}", "--json")
    assert found["order"] == "explicit"
    assert [(each["position"], each["name"], each["over"]) for each in found["tweens"]] == [
        (0, OURS, ""),
        (None, "shop.slow_factory", OURS),
    ]


APP = """
    from goldilocks.config import Configurator
    class Tween:
        def __call__(self, handler, registry):
            return handler
    made = Tween()
    exec(compile("def unfiled(handler, registry): return handler", "<nowhere>", "exec"))
    def main(global_config, **settings):
        config = Configurator(introspection=False)
        config.add_tween("app.made", under=["x", "app.unfiled", "goldilocks.tweens.INGRESS"][:2])
        config.add_tween("app.unfiled")
        return config.make_wsgi_app()
"""


def test_without_source(project, goldilocks):
    """A tween without source or introspection has no place."""
    project("app.py", APP)
    found = {each["name"]: each["file"] for each in goldilocks("tweens", "app.py", "--json")["tweens"]}
    assert found["app.made"] is None


def test_place_where_it_was_said(project, goldilocks):
    """A tween without source is found where it was said."""
    project("app.py", APP.replace("introspection=False", ""))
    found = {each["name"]: each for each in goldilocks("tweens", "app.py", "--json")["tweens"]}
    assert found["app.made"]["file"].endswith("app.py")
    assert found["app.made"]["under"] == "x, app.unfiled"


def test_no_tweens(project, goldilocks):
    """A registry without tweens has none."""
    project(
        "bare.py",
        """
        from goldilocks.registry import Registry
        from goldilocks.router import Router
        from goldilocks.config.settings import Settings
        registry = Registry("bare")
        registry.settings = Settings()
        app = Router(registry)
        """,
    )
    assert goldilocks("tweens", "bare.py", "--json") == {"order": "implicit", "tweens": []}
