"""The dashboard's pages below an address of somebody else's project, and that project's own pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import httpx
import pytest

from inspector.urls import urlpatterns
from tests.embedded.conftest import PREFIX, Site

As = Callable[[str], httpx.Client]

LOGIN = {"login", "logout", "oidc", "oidc-callback"}
#: Where an address stands in a page.
_ADDRESS = re.compile(r'\s(?:href|src|action|hx-get|hx-post|data-compare-path)="([^"]*)"')
THREAD = {"id": "thread-one", "channel": "messages", "store": "prod", "q": "Remark"}

PAGES = {
    str(one.name): PREFIX + re.sub(r"<[^>]*>", "thread-id-random", str(one.pattern))
    for one in urlpatterns
    if one.name not in LOGIN
}
POSTED = {"add-mute", "undo-mute", "test-alert", "try-masks"}


def leads_out(page: str) -> list[str]:
    found = map(unescape, _ADDRESS.findall(page))
    return [one for one in found if not one.startswith((PREFIX, "/files/", "?", "#", "https://")) and one != ""]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_works_there_and_leads_nowhere_else(as_: As, name: str) -> None:
    answer = as_("chief").get(PAGES[name], params=THREAD)
    if name in POSTED:
        assert answer.status_code == 405
    elif answer.has_redirect_location:
        assert answer.headers["Location"].startswith(PREFIX)
    else:
        assert answer.status_code in (200, 400, 404), answer.text
    if answer.headers["Content-Type"].startswith("text/html"):
        assert leads_out(answer.text) == []
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name", ["threads", "thread", "thread-size", "orphans", "workers", "doctor", "stores", "masks"]
)
def test_the_main_pages_show_what_is_stored(as_: As, name: str) -> None:
    answer = as_("content").get(PAGES[name], params=THREAD)
    assert answer.status_code == 200
    assert "Checkpoint Inspector" in answer.text


def test_data_leads_nowhere_else_either(as_: As) -> None:
    for report in as_("chief").get(f"{PREFIX}doctor/?format=json").json()["findings"]:
        assert report["docs"].startswith(f"{PREFIX}doctor/rules/")


def test_a_page_refreshes_in_parts(as_: As) -> None:
    headers = {"HX-Request": "true", "X-Refresh": "1"}
    answer = as_("chief").get(f"{PREFIX}threads/", headers=headers)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "thread-one" in answer.text
    assert leads_out(answer.text) == []


def test_there_is_no_login_of_the_dashboards_own(as_: As) -> None:
    for path in ("login/", "logout/", "login/oidc/", "login/oidc/callback/"):
        assert as_("").get(PREFIX + path).status_code == 404


def test_whoever_is_anonymous_signs_in_to_the_project_and_comes_back(as_: As) -> None:
    nobody = as_("")
    sent = nobody.get(f"{PREFIX}threads/?store=prod")
    assert sent.status_code == 303
    assert sent.headers["Location"] == "/admin/login/?next=%2Fcheckpoints%2Fthreads%2F%3Fstore%3Dprod"
    assert nobody.get(f"{PREFIX}threads/?format=json").status_code == 401
    part = nobody.get(f"{PREFIX}threads/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/admin/login/")


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"health"}))
@pytest.mark.parametrize("who", ["", "nobody", "left"])
def test_without_a_permission_nothing_is_told(as_: As, who: str, name: str) -> None:
    answer = as_(who).get(PAGES[name], params=THREAD)
    assert answer.status_code == (403 if who == "nobody" else 303)
    assert "thread-one" not in answer.text.replace("thread-one%26", "")
    assert "Remark" not in answer.text


def test_who_has_no_permission_is_told_which_there_are(as_: As) -> None:
    said = as_("nobody").get(f"{PREFIX}threads/").text
    assert "inspector.view_shape" in said
    assert "python manage.py inspector user add nobody" in said


@pytest.mark.parametrize(("who", "sees"), [("chief", True), ("content", True), ("shape", False), ("auditor", False)])
def test_a_permission_says_what_is_seen(as_: As, who: str, sees: bool) -> None:
    page = as_(who).get(PAGES["thread"], params={**THREAD, "tab": "state"})
    assert page.status_code == 200
    assert ("Remark 0" in page.text) == sees
    listed = as_(who).get(f"{PREFIX}threads/?format=json&store=other").text
    assert "thread-apart" in listed


def test_what_a_name_was_given_goes_before_its_permissions(as_: As) -> None:
    bob = as_("bob")
    assert bob.get(PAGES["thread"], params=THREAD).status_code == 200
    assert bob.get(f"{PREFIX}threads/?store=other").status_code == 404


def test_whose_content_was_shown_is_for_auditors_to_read(as_: As) -> None:
    assert as_("content").get(PAGES["thread"], params={**THREAD, "id": "thread-two"}).status_code == 200
    assert as_("content").get(PAGES["audit"]).status_code == 403
    lines = as_("auditor").get(f"{PAGES['audit']}?format=json").json()["opened"]
    assert ("content", "django", "thread-two") in {(one["username"], one["via"], one["thread_id"]) for one in lines}


def test_forms_are_under_the_projects_protection(as_: As) -> None:
    chief = as_("chief")
    page = chief.get(PAGES["masks"]).text
    field = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert field is not None
    typed = {"rule": "", "text": "password=hunter2-hunter2", "sample": "password=hunter2-hunter2"}
    assert chief.post(PAGES["try-masks"], data=typed).status_code == 403
    answer = chief.post(PAGES["try-masks"], data={**typed, "csrfmiddlewaretoken": field[1]})
    assert answer.status_code == 200


def test_another_sites_page_is_refused(as_: As) -> None:
    headers = {"Origin": "https://evil.example"}
    assert as_("chief").get(f"{PREFIX}threads/", headers=headers).status_code == 403
    assert as_("chief").get("/threads/", headers=headers).status_code == 200


def test_the_projects_own_pages_stay_as_they_were(as_: As) -> None:
    for who in ("", "chief"):
        answer = as_(who).get("/threads/")
        assert answer.text.strip() == (
            '<!doctype html><title>The shop</title><h1>YARN &amp; THREADS</h1><a href="/threads/">All</a>'
        )
        ours = {"Content-Security-Policy", "X-Request-ID", "Permissions-Policy", "Cache-Control"}
        assert not ours & {name.title().replace("-Id", "-ID") for name in answer.headers}
    assert as_("").get("/no/such/page/").headers.get("Content-Security-Policy") is None
    assert "Benutzername" in as_("").get("/admin/login/").text


def test_static_files_come_as_the_projects_do(as_: As) -> None:
    page = as_("chief").get(PAGES["threads"]).text
    files = sorted({one for one in map(unescape, _ADDRESS.findall(page)) if one.startswith("/files/")})
    assert any(re.search(r"css/base\.[0-9a-f]{12}\.css$", one) for one in files)
    assert any("/django_htmx/" in one for one in files)
    for file in files:
        assert as_("").get(file).status_code == 200


def test_it_is_probed_without_a_login(as_: As) -> None:
    for check in ("", "?check=live", "?check=ready"):
        answer = as_("").get(PAGES["health"] + check)
        assert (answer.status_code, list(answer.json())) == (200, ["status"])


def test_each_answer_has_an_id(site: Site, as_: As) -> None:
    client = as_("chief")
    ids = {client.get(PAGES["threads"]).headers["X-Request-ID"] for _ in range(2)}
    assert len(ids) == 2
