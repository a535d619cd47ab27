"""Run the application of ``shop.py`` in an environment that has the add-ons, on goldilocks or on the real Pyramid.

``python play.py FRAMEWORK FOLDER`` plays requests and prints what came back as JSON; with ``serve`` behind it, the application
is served with the debug toolbar, on a port of 127.0.0.1 that is printed first. What the application keeps lies in FOLDER.
"""

import json
import os
import re
import sys

if sys.argv[1] == "goldilocks":
    import goldilocks.compat

    goldilocks.compat.install()


def settings(folder):
    return {"sqlalchemy.url": f"sqlite:///{folder}/notes.db", "zodbconn.uri": f"file://{folder}/counter.fs"}


def play(folder):
    import pyramid
    import shop
    from pyramid_mailer import get_mailer
    from webtest import TestApp

    wsgi = shop.main({}, **settings(folder))
    app = TestApp(wsgi)
    mailer = get_mailer(wsgi.registry)
    found = {"pyramid is": pyramid.__name__}

    def ask(name, method, path, **kw):
        answer = getattr(app, method)(path, expect_errors=True, **kw)
        body = answer.json if answer.content_type == "application/json" else answer.text
        found[name] = [answer.status_int, body]

    ask("add", "post", "/add", params={"text": "first & <second>"})
    found["mails"] = [message.body for message in mailer.outbox], len(mailer.queue)
    ask("notes", "get", "/json")
    ask("failed add", "post", "/add", params={"text": "never", "fail": "1"})
    ask("notes after failure", "get", "/json")
    for engine in ("jinja2", "mako", "chameleon"):
        ask(engine, "get", "/" + engine)
    ask("visit", "get", "/visit")
    ask("failed visit", "get", "/visit?fail=1")
    ask("second visit", "get", "/visit")
    ask("retry", "get", "/retry")
    ask("notes after retry", "get", "/json")
    ask("greet", "get", "/greet")
    ask("secret", "get", "/secret")
    ask("secret of ann", "get", "/secret", extra_environ={"REMOTE_USER": "ann"})
    ask("who is bob", "get", "/who", extra_environ={"REMOTE_USER": "bob"})
    app.get("/remember?user=bob")
    ask("who is remembered", "get", "/who")
    ask("secret of bob", "get", "/secret")
    ask("greet bob", "get", "/greet")
    app.reset()
    with_toolbar = TestApp(
        shop.main({}, toolbar="yes", **{"debugtoolbar.hosts": "127.0.0.1", **settings(f"{folder}/more")}),
        extra_environ={"REMOTE_ADDR": "127.0.0.1"},
    )
    found["page with toolbar"] = "_debug_toolbar" in with_toolbar.get("/page").text
    toolbar = with_toolbar.get("/_debug_toolbar/")
    found["toolbar"] = [toolbar.status_int, sorted(set(panels(toolbar.text)))]
    style = re.search(r'href="http://localhost(/_debug_toolbar/static/[^"]+\.css[^"]*)"', toolbar.text)[1]
    found["toolbar's style"] = with_toolbar.get(style).content_type
    return found


def panels(text):
    return re.findall(r'id="pDebugPanel-([a-z_]+)"', text)


def serve(folder):
    import shop
    from waitress import create_server

    app = shop.main({}, toolbar="yes", **settings(folder))
    server = create_server(app, host="127.0.0.1", port=0)
    print(server.effective_port, flush=True)
    server.run()


if __name__ == "__main__":
    folder = sys.argv[2]
    os.makedirs(f"{folder}/more", exist_ok=True)
    if sys.argv[3:] == ["serve"]:
        serve(folder)
    else:
        json.dump(play(folder), sys.stdout)
