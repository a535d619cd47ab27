"""Who may do what, said on the resources themselves.

    goldilocks serve examples/permissions.py
    curl localhost:6543/diary                          # nobody knows you: 401
    curl localhost:6543/diary -u goldi:porridge        # that isn't your diary: 403
    curl localhost:6543/diary -u bear:honey            # yours: 200

A view says which *permission* it needs. A resource's ``__acl__`` says who has it; what it doesn't say, its parents say. The
*security policy* knows who is asking. None of the three knows the others.
"""

from hmac import compare_digest

from goldilocks.authentication import extract_http_basic_credentials
from goldilocks.authorization import ACLHelper, Allow, Authenticated, Deny, Everyone
from goldilocks.config import Configurator
from goldilocks.httpexceptions import HTTPUnauthorized
from goldilocks.security import forget
from goldilocks.view import forbidden_view_config, view_config

PASSWORDS = {"goldi": "porridge", "bear": "honey"}  # a real application keeps hashes


class Page:
    """A resource with words."""

    def __init__(self, words, acl=()):
        self.words, self.__acl__ = words, acl


class House(dict):
    """The root: everybody may see what is in the house, unless it says otherwise itself."""

    __name__, __parent__ = "", None
    __acl__ = ((Allow, Everyone, "view"),)

    def __init__(self, **pages):
        super().__init__(pages)
        for name, page in pages.items():
            page.__name__, page.__parent__ = name, self


HOUSE = House(
    door=Page("Please knock."),
    # The first entry that fits decides. Without the second one, the house would be asked, and allow it.
    diary=Page("I was in the forest.", acl=[(Allow, "bear", "view"), (Deny, Everyone, "view")]),
)


class PasswordPolicy:
    """Knows who is asking by the browser's own password dialogue."""

    def identity(self, request):
        """Return who is asking, if the password is right."""
        credentials = extract_http_basic_credentials(request)
        if credentials is None:
            return None
        right = PASSWORDS.get(credentials.username, "")
        is_right = compare_digest(right.encode(), credentials.password.encode())
        return credentials.username if right and is_right else None

    def authenticated_userid(self, request):
        """Return the identity; it is no more than a name here."""
        return request.identity

    def permits(self, request, context, permission):
        """Ask the context and its parents."""
        who = request.identity
        principals = [Everyone] if who is None else [Everyone, Authenticated, who]
        return ACLHelper().permits(context, principals, permission)

    def remember(self, request, userid, **options):
        """Return no headers: browsers remember passwords by themselves."""
        return []

    def forget(self, request, **options):
        """Return the header that makes a browser ask."""
        return [("WWW-Authenticate", 'Basic realm="house"')]


@view_config(context=Page, permission="view", renderer="string")
def page(context, request):
    """Answer with a page. It isn't called unless the policy permits it."""
    return context.words


@forbidden_view_config(renderer="string")
def refused(request):
    """Answer who was refused: whom we don't know with 401, so that the browser asks."""
    if request.identity is None:
        return HTTPUnauthorized(headers=forget(request))
    request.response.status = 403
    return "Somebody else's."


with Configurator(root_factory=lambda request: HOUSE, security_policy=PasswordPolicy()) as config:
    config.scan()

app = config.make_wsgi_app()
