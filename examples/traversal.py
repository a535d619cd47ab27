"""A tree of resources, walked down along the path: ``/attic/chest`` is ``root["attic"]["chest"]``.

    goldilocks serve examples/traversal.py

There are no routes. The walk ends at a *context*, and the view is chosen by what kind of thing that is; what is left of
the path is the view's name. So a tree may grow as deep as it likes, and no pattern has to know.
"""

from goldilocks.config import Configurator
from goldilocks.view import view_config


class Room(dict):
    """A resource that has others in it: anything with ``__getitem__`` can be walked through."""

    def put(self, name, resource):
        """Put something in; with name and parent it knows its way up, and so its URL."""
        resource.__name__, resource.__parent__ = name, self
        self[name] = resource
        return resource


class Thing:
    """A resource where the walk ends."""

    def __init__(self, words):
        self.words = words


HOUSE = Room()
HOUSE.__name__, HOUSE.__parent__ = "", None
HOUSE.put("kitchen", Room()).put("porridge", Thing("just right"))
HOUSE.put("attic", Room()).put("chest", Room()).put("map", Thing("of the forest"))


@view_config(context=Room, renderer="json")
def room(context, request):
    """Answer for every room, however deep it lies: with what is in it."""
    return {name: request.resource_url(resource) for name, resource in context.items()}


@view_config(context=Thing, renderer="json")
def thing(context, request):
    """Answer for things."""
    return {"words": context.words, "in": request.resource_url(context.__parent__)}


@view_config(context=Thing, name="shout", renderer="json")
def shout(context, request):
    """Answer for things as well, at ``/kitchen/porridge/shout``: a view with a name."""
    return {"words": context.words.upper() + "!"}


def root(request):
    """Return where the walk begins; called for every request, so a real one may ask its database."""
    return HOUSE


with Configurator(root_factory=root) as config:
    config.scan()

app = config.make_wsgi_app()
