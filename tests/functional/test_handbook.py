"""The handbook as its readers meet it: WebTest drives the whole application on a library of two packages."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from webob import Request
from webtest import TestApp

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "handbook"))

import handbook
from handbook import library
from handbook.resources import Tree
from handbook.starter import PASSWORD
from sqlalchemy import event

MODULES = ["json", "json.decoder", "json.encoder", "xml", "xml.etree", "xml.etree.ElementTree"]
USERS = (None, "rita", "emil", "olga")


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """A folder with a filled handbook, to be copied."""
    data = tmp_path_factory.mktemp("handbook")
    engine = handbook.main({}, **{"handbook.data": str(data)}).registry.settings["handbook.engine"]
    assert library.fill(engine, MODULES) == []
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return data


@pytest.fixture(scope="session")
def served(filled, tmp_path_factory):
    """The application, on a folder that each test finds as it was filled."""
    data = tmp_path_factory.mktemp("served")
    settings = {"handbook.data": str(data), "handbook.upload_limit_bytes": "5000"}
    application = handbook.main({}, **settings)
    yield application, data
    application.registry.settings["handbook.engine"].dispose()


@pytest.fixture
def application(filled, served):
    """The application with its data put back."""
    application, data = served
    application.registry.settings["handbook.engine"].dispose()
    shutil.rmtree(data)
    shutil.copytree(filled, data)
    return application


@pytest.fixture
def as_user(application):
    """Make a browser with somebody logged in; ``None`` for nobody."""

    def visit(login):
        browser = TestApp(application)
        if login:
            log_in(browser, login)
        return browser

    return visit


def log_in(browser, login, password=PASSWORD, **more):
    form = form_to(browser.get("/login", params=more), "/login")
    form["login"], form["password"] = login, password
    return form.submit(status="*")


def form_to(response, action):
    """The form that posts to ``action``."""
    return next(
        form
        for form in response.forms.values()
        if form.action.split("?")[0] == action and form.method.lower() == "post"
    )


def saved(browser, path, **fields):
    """Fill in a form and send it."""
    form = form_to(browser.get(path), path)
    for name, value in fields.items():
        form[name] = value
    return form.submit(status="*")


# -- reading -----------------------------------------------------------------------------------------------------


def test_the_first_page_is_for_everybody(as_user):
    response = as_user(None).get("/")
    assert "Welcome to the handbook" in response and "Log in" in response
    assert "<script" not in response.text


def test_a_page_without_its_slash_is_sent_there(as_user):
    response = as_user(None).get("/team/onboarding?x=1", status=302)
    assert response.location == "http://localhost/team/onboarding/?x=1"


def test_a_page_shows_its_way_up_and_what_is_below(as_user):
    page = as_user(None).get("/team/onboarding/")
    assert [a.text.strip() for a in page.html.select(".crumbs a")] == ["Handbook", "The team", "Onboarding"]
    assert page.html.select_one('.pages a[href="/team/onboarding/first-week/"]')


def test_the_tree_shows_the_branch_that_one_is_on(as_user):
    rows = as_user(None).get("/library/xml/etree/ElementTree/").html.select(".tree li a")
    labels = [row.text for row in rows]
    assert {"The team", "Standard library", "xml", "etree", "ElementTree", "Element"} <= set(labels)
    assert [row.text for row in rows if row.get("aria-current")] == ["ElementTree"]


def test_a_library_page_links_the_names_in_it(as_user):
    page = as_user(None).get("/library/json/")
    assert page.html.select_one('pre.pydoc a.ref[href="/library/json/JSONEncoder/"]')
    assert [h.text.split()[0] for h in page.html.select("section h2")][:3] == [
        "Modules",
        "Classes",
        "Functions",
    ]


def test_the_methods_of_a_class_are_sections_of_its_page(as_user):
    page = as_user(None).get("/library/xml/etree/ElementTree/Element/")
    assert "append" in [heading.text for heading in page.html.select(".text h2")]
    assert page.html.select_one(".contents a")["href"] == "#" + page.html.select_one(".text h2")["id"]


def test_a_page_at_depth_five_costs_no_more_queries_than_one_at_depth_two(as_user, application):
    engine, browser = application.registry.settings["handbook.engine"], as_user("emil")
    said: list[str] = []

    def note(connection, cursor, statement, parameters, *rest):
        if not statement.startswith("BEGIN"):
            said.append((statement, parameters))

    def count(path):
        said.clear()
        browser.get(path)
        loads = [sent for statement, sent in said if "page.path IN" in statement and "page.acl" in statement]
        return len(said), sum(path in sent for sent in loads)

    for path in ("/library/json/", "/library/xml/etree/ElementTree/Element/", "/library/json/"):
        browser.get(path)  # what SQLite and the templates prepare once
    event.listen(engine, "before_cursor_execute", note)
    deep, for_the_path = count("/library/xml/etree/ElementTree/Element/")
    shallow, _ = count("/library/json/")
    assert deep == shallow <= 10
    assert for_the_path == 1


# -- search ------------------------------------------------------------------------------------------------------


def test_search_marks_what_it_found(as_user):
    page = as_user(None).get("/search?q=elementtree")
    assert page.html.select(".hits a")[0]["href"] == "/library/xml/etree/ElementTree/"
    assert page.html.select_one(".hits mark")


def test_search_goes_on_to_the_next_hits(as_user):
    first = as_user(None).get("/search?q=s")
    second = first.click("Next")
    assert not {a["href"] for a in first.html.select(".hits a")} & {
        a["href"] for a in second.html.select(".hits a")
    }


@pytest.mark.parametrize(
    "query", ["", '"', "AND", "a*b", "x NEAR/2 y", "'; DROP TABLE page; --", "\x00", "é" * 300, "-"]
)
def test_no_query_is_an_error(as_user, query):
    assert as_user(None).get("/search", params={"q": query, "page": "-1"}).status_int == 200


def test_what_was_searched_for_is_escaped(as_user):
    assert "<b>" not in as_user(None).get("/search", params={"q": '"><b>x'}).text


def test_search_finds_what_was_saved_and_not_what_was_taken_out(as_user):
    browser = as_user("emil")
    saved(browser, "/team/@@edit", body="Marzipan for everybody")
    assert "/team/" in browser.get("/search?q=marzipan")
    saved(browser, "/team/@@edit", body="None left")
    assert "Nothing holds all of these words" in browser.get("/search?q=marzipan")


# -- account -----------------------------------------------------------------------------------------------------


def test_login_leads_back_to_where_one_was(as_user):
    response = log_in(as_user(None), "rita", next="/team/?x=1")
    assert response.status_int == 303 and response.location == "http://localhost/team/?x=1"


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/",
        "///evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:x",
        "/\t/evil",
        "/a b",
        "[",
        "",
    ],
)
def test_login_leads_to_no_other_site(as_user, address):
    assert log_in(as_user(None), "rita", next=address).location == "http://localhost/"


@pytest.mark.parametrize(
    ("login", "password"), [("rita", "wrong"), ("nobody", PASSWORD), ("", ""), ("rita", "\ud7ff")]
)
def test_a_wrong_login_is_refused_in_the_same_words(as_user, login, password):
    response = log_in(as_user(None), login, password)
    assert response.status_int == 400 and "don\u2019t fit together" in response


def test_a_login_changes_the_token(as_user):
    browser = as_user(None)
    before = form_to(browser.get("/login"), "/login")["csrf_token"].value
    log_in(browser, "rita")
    assert form_to(browser.get("/"), "/logout")["csrf_token"].value != before


def test_logout_ends_the_session(as_user):
    browser = as_user("rita")
    form_to(browser.get("/"), "/logout").submit().follow()
    assert "Rita" not in browser.get("/").html.select_one(".who").text


def test_the_session_cookie_is_out_of_reach_for_scripts(as_user):
    header = as_user(None).get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in header and re.search("samesite=lax", header, re.I)


def test_the_secret_is_for_its_owner_alone(filled):
    assert (filled / "secret").stat().st_mode & 0o777 == 0o600


# -- editing -----------------------------------------------------------------------------------------------------


def test_an_edit_is_saved_and_kept_in_the_history(as_user):
    browser = as_user("emil")
    response = saved(browser, "/team/@@edit", body="New **words**.", comment="Shorter")
    assert "<strong>words</strong>" in response.follow()
    history = browser.get("/team/@@history")
    assert (
        "Shorter" in history
        and history.html.select(".difference .new")
        and history.html.select(".difference .gone")
    )


def test_a_reader_edits_the_one_page_that_lets_readers(as_user):
    response = saved(as_user("rita"), "/team/reading-list/@@edit", body="- A book")
    assert response.status_int == 303


def test_a_preview_saves_nothing(as_user):
    browser = as_user("emil")
    form = form_to(browser.get("/team/@@edit"), "/team/@@edit")
    form["body"] = "**later**"
    response = form.submit("preview", value="1")
    assert (
        "<strong>later</strong>" in response
        and form_to(response, "/team/@@edit")["body"].value.strip() == "**later**"
    )
    assert "later" not in browser.get("/team/")


def test_a_preview_is_made_of_no_more_than_a_page_may_hold(as_user, monkeypatch):
    monkeypatch.setattr("handbook.pages.MAX_BODY", 5000)
    form = form_to(as_user("emil").get("/team/@@edit"), "/team/@@edit")
    form["body"] = "x" * 5001
    response = form.submit("preview", value="1", status=400)
    assert response.html.select_one(".problem") and not response.html.select(".preview")


def test_two_edits_at_once_are_a_conflict_that_shows_both(as_user):
    emil, olga = as_user("emil"), as_user("olga")
    form = form_to(emil.get("/team/@@edit"), "/team/@@edit")
    saved(olga, "/team/@@edit", body="Olga wrote this")
    form["body"] = "Emil wrote this"
    conflict = form.submit(status=409)
    marked = {
        row["class"][0]: row.select_one(".line b").text for row in conflict.html.select(".difference tr")
    }
    assert marked == {"gone": "Olga", "new": "Emil"}
    assert "Olga wrote this" in emil.get("/team/")
    form_to(conflict, "/team/@@edit").submit(status=303)
    assert "Emil wrote this" in emil.get("/team/")


@pytest.mark.parametrize(("field", "value"), [("title", ""), ("title", "x" * 201), ("body", "x" * 5001)])
def test_what_cannot_be_saved_comes_back_with_the_reason(as_user, monkeypatch, field, value):
    monkeypatch.setattr("handbook.pages.MAX_BODY", 5000)
    response = saved(as_user("emil"), "/team/@@edit", **{field: value})
    assert response.status_int == 400 and response.html.select_one(".problem")


def test_an_old_version_can_be_read_and_brought_back(as_user):
    browser = as_user("emil")
    assert "the person" in browser.get("/how-we-work/writing/@@revision?version=1")
    form = form_to(browser.get("/how-we-work/writing/@@edit?restore=1"), "/how-we-work/writing/@@edit")
    form.submit(status=303)
    assert "the person" in browser.get("/how-we-work/writing/")


@pytest.mark.parametrize(
    "query", ["@@revision?version=99", "@@revision", "@@revision?version=x", "@@history?old=77&new=1"]
)
def test_a_revision_that_is_not_there_is_not_found(as_user, query):
    as_user(None).get(f"/team/{query}", status=404)


def test_a_page_is_added_under_a_name_made_of_its_title(as_user):
    response = saved(as_user("emil"), "/team/@@add", title="Über uns", body="Wir")
    assert response.status_int == 303
    assert "Wir" in response.follow()


@pytest.mark.parametrize("name", ["onboarding", "a/b", "@@x", "+files"])
def test_a_page_is_not_added_where_it_cannot_stand(as_user, name):
    response = saved(as_user("emil"), "/team/@@add", title="X", name=name, body="kept")
    assert response.status_int == 400 and "kept" in response


def test_a_move_takes_all_below_along_and_leaves_a_note(as_user):
    browser = as_user("emil")
    response = saved(browser, "/team/onboarding/@@move", parent="/how-we-work", name="start")
    assert response.location.endswith("/how-we-work/start/")
    assert "Your first week" in browser.get("/how-we-work/start/first-week/")
    gone = browser.get("/team/onboarding/first-week/", status=404)
    assert gone.html.select_one('.hint a[href="/how-we-work/start/first-week/"]')


@pytest.mark.parametrize("parent", ["/library/", "/owners/", "/nowhere/", "/team/onboarding/first-week/"])
def test_a_page_moves_only_where_its_mover_may_add(as_user, parent):
    response = saved(as_user("emil"), "/team/onboarding/@@move", parent=parent, name="x")
    assert response.status_int == 400
    assert ("Deny everyone" in response) == (parent == "/library/")


def test_a_page_is_deleted_once_nothing_stands_below_it(as_user, application):
    browser = as_user("emil")
    upload(browser, "/team/onboarding/", "kept.txt", b"kept")
    upload(browser, "/team/onboarding/first-week/", "gone.txt", b"gone")
    assert form_to(browser.get("/team/onboarding/@@move"), "/team/onboarding/@@delete").submit(status=400)
    form_to(browser.get("/team/onboarding/first-week/@@move"), "/team/onboarding/first-week/@@delete").submit(
        status=303
    )
    browser.get("/team/onboarding/first-week/", status=404)
    assert "first-week" not in browser.get("/search?q=Lunch")
    assert browser.get("/team/onboarding/+files/kept.txt").body == b"kept"
    assert len(list(application.registry.settings["handbook.uploads"].iterdir())) == 1


# -- attachments -------------------------------------------------------------------------------------------------


def upload(browser, path, name, content):
    return browser.post(
        f"{path}+files/@@upload",
        {"csrf_token": form_to(browser.get(path), "/logout")["csrf_token"].value},
        upload_files=[("file", name, content)],
        status="*",
    )


def test_a_file_is_attached_downloaded_and_deleted(as_user, application):
    browser = as_user("emil")
    upload(browser, "/team/", "plan.html", b"<script>alert(1)</script>")
    assert "plan.html" in browser.get("/team/").html.select_one(".attachments").text
    response = browser.get("/team/+files/plan.html")
    assert (
        response.body == b"<script>alert(1)</script>" and response.content_type == "application/octet-stream"
    )
    assert response.headers["Content-Disposition"].startswith('attachment; filename="plan.html"')
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    form_to(browser.get("/team/"), "/team/+files/plan.html/@@delete").submit(status=303)
    browser.get("/team/+files/plan.html", status=404)
    assert not list(application.registry.settings["handbook.uploads"].iterdir())


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..\\..\\boot.ini", ".htaccess", "a\tb.txt", "x/+files/@@y"]
)
def test_a_file_stays_in_the_folder_whatever_it_is_called(as_user, application, name):
    browser = as_user("emil")
    upload(browser, "/team/", name, b"x")
    link = browser.get("/team/").html.select_one(".attachments li a")
    assert browser.get(link["href"]).body == b"x"
    assert [len(file.name) for file in application.registry.settings["handbook.uploads"].iterdir()] == [64]


def test_a_second_file_of_a_name_gets_a_number(as_user):
    browser = as_user("emil")
    for content in (b"one", b"two"):
        upload(browser, "/team/", "plan.txt", content)
    assert browser.get("/team/+files/plan-2.txt").body == b"two"


@pytest.mark.parametrize(("content", "why"), [(b"", "empty"), (b"x" * 5001, "at most")])
def test_a_file_that_is_empty_or_too_large_is_refused(as_user, application, content, why):
    browser = as_user("emil")
    assert why in upload(browser, "/team/", "a.bin", content).follow()
    uploads = application.registry.settings["handbook.uploads"]
    assert not uploads.exists() or not list(uploads.iterdir())


def test_a_body_larger_than_any_form_is_not_even_read(as_user):
    assert as_user("emil").post("/team/+files/@@upload", b"x" * 3_000_000, status=413)


def test_an_upload_without_a_file_says_so(as_user):
    browser = as_user("emil")
    token = form_to(browser.get("/team/"), "/logout")["csrf_token"].value
    assert (
        "Choose a file"
        in browser.post("/team/+files/@@upload", {"csrf_token": token, "file": "text"}).follow()
    )


def test_an_attachment_inherits_the_permissions_of_its_page(as_user):
    olga, emil = as_user("olga"), as_user("emil")
    upload(olga, "/owners/", "secret.txt", b"x")
    assert olga.get("/owners/+files/secret.txt").body == b"x"
    emil.get("/owners/+files/secret.txt", status=403)
    assert upload(emil, "/library/", "x.txt", b"x").status_int == 403


# -- permissions -------------------------------------------------------------------------------------------------

#: What each may do: v(iew), e(dit), a(dd), m(ove), p(ermissions).
MATRIX = {
    "/": {None: "v", "rita": "v", "emil": "veam", "olga": "veamp"},
    "/team/onboarding/": {None: "v", "rita": "v", "emil": "veam", "olga": "veamp"},
    "/team/reading-list/": {None: "v", "rita": "ve", "emil": "veam", "olga": "veamp"},
    "/team/retrospectives/": {None: "", "rita": "v", "emil": "veam", "olga": "veamp"},
    "/owners/": {None: "", "rita": "", "emil": "", "olga": "veamp"},
    "/owners/budget/": {None: "", "rita": "", "emil": "", "olga": "veamp"},
    "/library/": {None: "v", "rita": "v", "emil": "v", "olga": "veamp"},
    "/library/xml/etree/ElementTree/Element/": {None: "v", "rita": "v", "emil": "v", "olga": "veamp"},
}
DOORS = {"v": "", "e": "@@edit", "a": "@@add", "m": "@@move"}


@pytest.mark.parametrize("login", USERS)
def test_everybody_may_do_what_the_acls_say_and_nothing_else(as_user, login):
    browser = as_user(login)
    for path, who in MATRIX.items():
        for letter, view in DOORS.items():
            status = browser.get(path + view, status="*").status_int
            assert status == (200 if letter in who[login] else 403), (path, view)
        token = browser.get("/login").html.select_one("[name=csrf_token]")["value"]
        sent = {
            "csrf_token": token,
            "rows": "1",
            "own": "on",
            "action-0": "Shout",
            "principal-0": "user:olga",
        }
        status = browser.post(path + "@@permissions", sent, status="*").status_int
        assert status == (400 if "p" in who[login] else 403), path


@pytest.mark.parametrize("login", USERS)
def test_lists_and_search_show_exactly_what_may_be_read(as_user, login):
    browser = as_user(login)
    listed = {item["path"] for item in browser.get("/api/pages?limit=200").json["items"]}
    for path, who in MATRIX.items():
        if "library/" not in path:
            assert (path in listed) == ("v" in who[login]), path
    found = {item["path"] for item in browser.get("/api/search?q=budget").json.get("items", ())}
    assert ("/owners/budget/" in found) == (login == "olga")
    assert ("Owners" in browser.get("/").html.select_one(".tree").text) == (login == "olga")


def test_a_refusal_says_which_entry_of_which_page_and_who_may(as_user):
    page = as_user("emil").get("/library/json/@@edit", status=403)
    why = " ".join(page.html.select_one(".why").text.split())
    assert "Deny everyone: edit, add pages, move or delete" in why
    assert "of the page /library/" in why and "Olga Owner (owner)" in why


def test_a_refusal_by_default_says_that_no_entry_allows_it(as_user):
    assert "No entry of" in as_user("rita").get("/team/@@edit", status=403)


def test_a_refusal_without_a_login_offers_one_that_leads_back(as_user):
    browser = as_user(None)
    login = browser.get("/team/@@edit", status=403).click("Log in", index=1)
    form = form_to(login, "/login")
    form["login"], form["password"] = "emil", PASSWORD
    assert "Edit “The team”" in form.submit().follow()


def test_a_hidden_page_cannot_be_told_from_one_that_is_not_there(as_user):
    for path in ("/owners/budget/", "/owners/nothing-here/", "/owners/@@nothing"):
        page = as_user("emil").get(path, status=403)
        assert "Owners\u2019 pages" not in page and "Budget" not in page


def test_permissions_say_who_may_what_and_why(as_user):
    page = as_user(None).get("/team/reading-list/@@permissions")
    rita = next(card for card in page.html.select(".person") if "Rita" in card.text)
    assert "may edit “Allow readers: edit” here" in " ".join(rita.text.split())
    assert not page.html.select("form.acl")


def test_an_owner_hands_out_a_key_and_takes_it_back(as_user):
    olga, rita = as_user("olga"), as_user("rita")
    form = form_to(olga.get("/team/@@permissions"), "/team/@@permissions")
    form["own"], form["principal-0"], form["edit-0"] = True, "user:rita", True
    form.submit(status=303)
    rita.get("/team/@@edit", status=200)
    form = form_to(olga.get("/team/@@permissions"), "/team/@@permissions")
    form["own"] = False
    form.submit(status=303)
    rita.get("/team/@@edit", status=403)


def test_entries_are_read_in_the_order_of_their_places(as_user):
    olga, rita = as_user("olga"), as_user("rita")
    form = form_to(olga.get("/team/@@permissions"), "/team/@@permissions")
    form["own"] = True
    for number, (action, place) in enumerate([("Allow", "2"), ("Deny", "1")]):
        form[f"action-{number}"], form[f"place-{number}"] = action, place
        form[f"principal-{number}"], form[f"edit-{number}"] = "user:rita", True
    form.submit(status=303)
    assert "Deny rita" in rita.get("/team/@@edit", status=403)


def test_whom_an_entry_lets_change_pages_without_a_login_changes_them(as_user):
    olga, visitor = as_user("olga"), as_user(None)
    form = form_to(olga.get("/team/@@permissions"), "/team/@@permissions")
    form["own"], form["principal-0"] = True, "system.Everyone"
    for permission in ("view", "edit", "add"):
        form[f"{permission}-0"] = True
    form.submit(status=303)
    assert saved(visitor, "/team/@@edit", body="By nobody").status_int == 303
    assert saved(visitor, "/team/@@add", title="Sheet").status_int == 303
    page = visitor.get("/team/")
    upload = form_to(page, "/team/+files/@@upload")
    upload["file"] = ("a.txt", b"a")
    upload.submit(status=303)
    assert visitor.get("/team/+files/a.txt").body == b"a"
    assert "saved by anonymous" in " ".join(page.html.select_one(".saved").text.split())


def test_nobody_locks_themselves_out(as_user):
    olga = as_user("olga")
    form = form_to(olga.get("/team/@@permissions"), "/team/@@permissions")
    form["own"], form["action-0"], form["principal-0"], form["administer-0"] = (
        True,
        "Deny",
        "system.Everyone",
        True,
    )
    assert "could not set permissions" in form.submit(status=400)
    olga.get("/team/@@edit", status=200)


def test_the_first_page_keeps_its_entries(as_user):
    form = form_to(as_user("olga").get("/@@permissions"), "/@@permissions")
    form["own"] = False
    assert "nothing to inherit from" in form.submit(status=400)


@pytest.mark.parametrize("login", USERS)
@pytest.mark.parametrize("path", ["/owners/budget/", "/owners/salaries/", "/owners/budget/" + "a/" * 30])
def test_the_api_does_not_tell_what_is_missing_where_one_may_not_read(as_user, login, path):
    status = as_user(login).get("/api/pages", {"path": path}, status="*").status_int
    assert status == (403 if login != "olga" else 200 if path == "/owners/budget/" else 404)


def test_a_page_is_looked_for_no_deeper_than_one_can_stand(as_user, application, monkeypatch):
    looked_for = []
    meet = Tree.meet
    monkeypatch.setattr(Tree, "meet", lambda tree, paths: meet(tree, looked_for.append(paths) or paths))
    assert saved(as_user("emil"), "/team/@@move", parent="/a" * 100_000).status_int == 400
    assert max(path.count("/") for paths in looked_for for path in paths) < 20


# -- what goes wrong ---------------------------------------------------------------------------------------------


def test_not_found_offers_what_is_near_and_to_write_it(as_user):
    page = as_user("emil").get("/team/onbording", status=404)
    assert page.html.select_one('.pages a[href="/team/onboarding/"]')
    assert form_to(page.click("Write “onbording” now"), "/team/@@add")["name"].value == "onbording"


def test_not_found_offers_writing_only_to_those_who_may(as_user):
    assert "Write “" not in as_user("rita").get("/team/onbording", status=404)
    assert "Write “" not in as_user("emil").get("/library/jsn/", status=404)
    assert "Write “" not in as_user("emil").get("/team/@@onbording", status=404)
    assert "/library/json/" in as_user("emil").get("/library/jsn/", status=404)


@pytest.mark.parametrize(
    "path",
    ["/%ff/", "/search?q=%ff", "/api/pages?path=%ff", "/api/search?q=%ff", "/api/%ff", "/login?next=%ff"],
)
def test_bad_bytes_are_a_bad_request(application, path):
    """(WebTest's cookie jar can't read such an address, so WebOb asks.)"""
    assert Request.blank(path).get_response(application).status_int == 400


@pytest.mark.parametrize(
    "path",
    ["/" + "a/" * 3000, "/%00", "/team/%2e%2e%2f", "/team/@@", "/+files", "/team/+files/..", "/{x}/%7Bx%7D"],
)
def test_odd_addresses_are_answered(as_user, path):
    assert as_user(None).get(path, status="*").status_int < 500


@pytest.mark.parametrize(
    "path",
    [
        "/team/@@edit",
        "/team/@@add",
        "/team/@@move",
        "/team/@@delete",
        "/team/@@permissions",
        "/logout",
        "/login",
    ],
)
def test_a_form_without_the_token_is_refused(as_user, path):
    response = as_user("olga").post(path, {"title": "x", "body": "my words"}, status=400)
    assert "too old" in response and "my words" in response


@pytest.mark.parametrize("path", ["/", "/login", "/api/pages", "/nope", "/owners/", "/library/json/"])
def test_every_answer_forbids_scripts_and_frames(as_user, path):
    headers = as_user(None).get(path, status="*").headers
    assert (
        "default-src 'none'" in headers["Content-Security-Policy"]
        and "script" not in headers["Content-Security-Policy"]
    )
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "body", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "</textarea><script>alert(1)</script>"]
)
def test_no_script_gets_onto_any_page(as_user, body):
    browser = as_user("emil")
    saved(browser, "/team/@@edit", title=body, body=body, comment=body)
    for path in (
        "/team/",
        "/team/@@edit",
        "/team/@@history",
        "/team/@@revision?version=2",
        "/search?q=alert",
        "/team/x",
        "/",
    ):
        page = browser.get(path, status="*")
        assert "<script" not in page.text.lower() and not page.html.select('[href^="javascript:"]')


# -- the API -----------------------------------------------------------------------------------------------------


def test_the_api_answers_one_page(as_user):
    page = as_user("rita").get("/api/pages", {"path": "/team/reading-list"}).json
    assert page["title"] == "Reading list" and page["may"] == ["view", "edit"] and page["version"] == 1
    assert page["url"] == "http://localhost/team/reading-list/"


def test_the_api_lists_pages_piece_by_piece(as_user):
    browser, address, paths = as_user(None), "/api/pages?under=/library/json/&limit=7", []
    while address:
        answer = browser.get(address).json
        assert len(answer["items"]) <= 7
        paths += [item["path"] for item in answer["items"]]
        address = answer["next"]
    assert len(paths) == answer["total"] > 14 and paths == sorted(set(paths))


def test_the_api_searches(as_user):
    answer = as_user(None).get("/api/search", {"q": "JSONDecoder", "limit": "3"}).json
    assert answer["items"][0]["title"] == "json.JSONDecoder" and answer["total"] >= len(answer["items"]) > 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("pages?limit=x", 400), ("pages?limit=-1", 400), ("pages?limit=201", 400), ("pages?limit=²", 400),
        ("search", 400), ("search?q=", 400), ("search?q=" + "x" * 201, 400), ("search?q=x&offset=99999999999999", 400),
        ("search?q=x&limit=", 400), ("pages?path=/nope/", 404), ("pages?path=", 200), ("pages?path=/owners/", 403),
        ("pages?under=nope", 200), ("pages?after=%00", 200), ("nothing", 404), ("", 404),
    ],
)  # fmt: skip
def test_the_api_answers_everything_in_json(as_user, query, status):
    response = as_user(None).get(f"/api/{query}", status=status)
    assert response.content_type == "application/json"
    assert status == 200 or response.json["status"] == status


def test_the_api_says_why_a_page_is_refused(as_user):
    answer = as_user("emil").get("/api/pages?path=/owners/budget/", status=403).json
    assert answer["entry"] == "Deny everyone: everything" and answer["page"] == "/owners/"


def test_the_api_is_for_reading(as_user):
    assert as_user(None).post("/api/pages", status="*").status_int in (400, 405)
