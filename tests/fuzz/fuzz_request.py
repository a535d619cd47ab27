"""A whole request, as it goes over the wire, to the application that reads everything: always an answer, never a 5xx."""

from tests.everything import application, ask, environ_of


def one_input(data: bytes) -> None:
    """Ask the application, under its own defaults and under the other ones."""
    ask(application(), environ_of(data))
    asked = environ_of(data)
    asked["HTTP_HOST"] = "example.com"  # of which nothing is demanded there
    ask(application("pyramid"), asked)
