"""Nobody gets past the gate without signing in, and who signs in is let in as whom they are as of now."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings
from django.utils import timezone

from inspector.access.link import make_link
from inspector.addresses import address_of
from inspector.secret import Secret
from inspector.urls import urlpatterns
from inspector.views.gate import OPEN
from tests.pages.browse import Browser, Document
from tests.pages.doors import is_in, post
from tests.signing_in import PASSWORD, make_account

FORMATS: list[dict[str, Any]] = [{}, {"format": "json"}, {"download": "csv"}]
#: Words of any page, store or thread.
TOLD = re.compile(rb"scenarios|resume-sync|web-1|Orphans|Workers|read-only|threads/\?")


def addresses() -> Iterator[str]:
    """All that there are, those that come with a file's name or a slug as well."""
    for pattern in urlpatterns:
        arguments = dict.fromkeys(pattern.pattern.converters, "thread-id-random")
        if pattern.name not in OPEN:
            yield address_of(str(pattern.name), **arguments)


def test_an_anonymous_visitor_gets_the_login_and_nothing_else(nobody: Client) -> None:
    found = list(addresses())
    assert len(found) > 20
    for address in found:
        for method in ("get", "head", "post", "put", "delete", "options"):
            for query in ({}, {"id": "resume-sync"}, {"store": "scenarios"}, {"download": "csv"}):
                answer = getattr(nobody, method)(address, query_params=query)
                assert answer.status_code == 303, (method, address)
                assert urlsplit(answer["Location"]).path == "/login/"
                assert (answer.content, answer["Cache-Control"]) == (b"", "no-store")
        assert nobody.get(address, {"format": "json"}).json() == {
            "error": "Nobody is signed in.",
            "hint": "Sign in under /login/.",
        }


def test_an_address_that_is_none_is_told_from_no_other(nobody: Client) -> None:
    for address in ("/no/such/page", "/threads", "/static/no/such/file", "/admin/"):
        answer = nobody.get(address)
        assert answer.status_code in (303, 404)
        assert not TOLD.search(answer.content)


def test_htmx_is_told_to_send_the_browser_to_the_login_and_back(nobody: Client) -> None:
    at = "http://testserver/thread/?id=a%26b&tab=state"
    answer = nobody.get("/thread/?id=a%26b&checkpoint=x", headers={"HX-Request": "true", "HX-Current-URL": at})
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["HX-Redirect"] == "/login/?" + "next=" + quote("/thread/?id=a%26b&tab=state", safe="")
    elsewhere = nobody.get("/threads/", headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"})
    assert elsewhere["HX-Redirect"] == "/login/"


def test_what_is_open_tells_nothing_of_the_stores(nobody: Client) -> None:
    for address in ("/login/", "/login/?format=json", "/-/health", "/-/health?check=ready", "/login/?token=x"):
        assert not TOLD.search(nobody.get(address).content), address


def test_the_page_for_the_first_visit_asks_for_name_and_password_alone(nobody: Client) -> None:
    page = Document(nobody.get("/login/?next=/workers/").content.decode())
    fields = {element.attributes.get("name"): element.attributes for element in page.all("input")}
    assert set(fields) == {"csrfmiddlewaretoken", "next", "username", "password"}
    assert fields["password"]["autocomplete"] == "current-password"
    assert "autofocus" in fields["username"]
    assert not [link for link in page.all("a") if link.attributes["href"] not in ("/", "#main")]


def test_a_name_and_its_password_lead_to_where_one_was_going(nobody: Client) -> None:
    going = nobody.get("/thread/?id=a%26b&tab=state")["Location"]
    (back,) = parse_qs(urlsplit(going).query)["next"]
    answer = post(nobody, next=back)
    assert (answer.status_code, answer["Location"]) == (303, "/thread/?id=a%26b&tab=state")
    assert is_in(nobody)
    assert nobody.get("/login/?next=/workers/")["Location"] == "/workers/"


def test_an_address_in_another_script_is_led_to_as_a_browser_writes_it(nobody: Client) -> None:
    assert post(nobody, next="/threads/?q=żółw")["Location"] == "/threads/?q=%C5%BC%C3%B3%C5%82w"


@pytest.mark.parametrize(
    "address",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example/", "///evil.example", "\\\\evil.example"),
        *("javascript:alert(1)", "evil.example", "http:evil.example", " //evil.example", "/\t/evil.example"),
        *("/\r\nSet-Cookie: a=b", "/" + "x" * 9_000, "https:///evil.example", "/%0d%0a\x00"),
    ],
)
def test_nobody_is_sent_anywhere_but_to_a_page_of_the_dashboard(nobody: Client, address: str) -> None:
    assert post(nobody, next=address)["Location"] == "/"
    assert nobody.get("/login/", {"next": address})["Location"] == "/"


@pytest.mark.parametrize(
    ("name", "password"),
    [("ada", "wr0ng-horse"), ("eve", PASSWORD), ("", ""), ("ada\x00", PASSWORD), ("x" * 9_000, "battery-stap1e")],
)
def test_a_wrong_name_or_password_is_told_alike_and_kept_out(nobody: Client, name: str, password: str) -> None:
    answer = post(nobody, name, password, next="/workers/")
    assert answer.status_code == 401
    page = Document(answer.content.decode())
    assert "The name or the password is wrong." in next(page.all("main")).text
    assert [field.attributes["value"] for field in page.all("input") if field.attributes.get("name") == "next"] == [
        "/workers/"
    ]
    assert password == "" or password.encode() not in answer.content
    assert not is_in(nobody)


def test_after_five_wrong_passwords_the_right_one_is_refused_from_there_and_from_nowhere_else(nobody: Client) -> None:
    assert [post(nobody, password=f"wrong {number}").status_code for number in range(5)] == [401] * 4 + [429]
    locked = post(nobody)
    assert locked.status_code == 429
    assert "Too many attempts" in locked.content.decode()
    assert not is_in(nobody)
    make_account("bob")
    assert post(nobody, "bob").status_code == 303
    elsewhere: Any = Client(REMOTE_ADDR="10.1.2.3")
    assert post(elsewhere).status_code == 303


def test_the_lock_ends_by_itself_and_a_right_password_forgets_the_wrong_ones(nobody: Client) -> None:
    for _ in range(3):
        assert [post(nobody, password="wrong").status_code for _ in range(4)] == [401] * 4
        assert post(nobody).status_code == 303
    for _ in range(6):
        post(nobody, password="wrong")
    with override_settings(AXES_COOLOFF_TIME=timezone.timedelta(microseconds=1)):
        assert post(nobody).status_code == 303


def test_an_address_that_a_client_makes_up_unlocks_nothing(nobody: Client) -> None:
    tried = [post(nobody, password="wrong", headers={"X-Forwarded-For": f"10.0.0.{one}"}) for one in range(6)]
    assert [answer.status_code for answer in tried] == [401] * 4 + [429] * 2


def test_addresses_of_one_network_of_ipv6_count_as_one(nobody: Client) -> None:
    def tries(peer: str) -> list[int]:
        made = [Client(REMOTE_ADDR=peer.format(one)) for one in range(1, 7)]
        return [post(client, password="wrong").status_code for client in made]

    assert tries("2001:db8::{}") == [401] * 4 + [429] * 2
    assert tries("2001:db8:0:1::{}%eth0") == [401] * 4 + [429] * 2
    assert tries("192.0.2.{}") == [401] * 6


def test_a_failed_attempt_leaves_no_password_in_the_log(nobody: Client, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(6):
        post(nobody, password="hunter2-hunter2")
    assert "A sign-in from 127.0.0.1 was refused." in caplog.text
    assert "hunter2" not in caplog.text
    assert "hunter2" not in str([list(model.objects.values()) for model in _axes_models()])


def _axes_models() -> list[Any]:
    assert AccessAttempt.objects.exists()
    return [AccessAttempt, AccessFailureLog, AccessLog]


def test_a_form_of_another_site_signs_nobody_in(nobody: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert post(strict).status_code == 403
    assert post(strict, headers={"Origin": "https://evil.example"}).status_code == 403
    assert not is_in(strict)


def test_a_link_signs_its_opener_in_once(nobody: Client) -> None:
    link = make_link("http://testserver") + "&next=/workers/"
    assert nobody.head(link).status_code == 200
    answer = nobody.get(link)
    assert (answer.status_code, answer["Location"], answer["Cache-Control"]) == (303, "/workers/", "no-store")
    assert is_in(nobody)
    other = Client()
    used = other.get(link)
    assert used.status_code == 403
    main = next(Document(used.content.decode()).all("main")).text
    assert "has been used" in main
    assert "inspector link" in main
    assert "Password" in main
    assert not is_in(other)


def test_without_an_account_the_page_says_where_the_link_is(pages: Browser) -> None:
    main = next(Document(Client().get("/login/").content.decode()).all("main")).text
    assert "use the link that inspector serve printed" in main
    assert "inspector link" in main
    elsewhere = Client().get("/login/", headers={"host": "127.0.0.1:8861"}).content.decode()
    assert "inspector link --port 8861" in next(Document(elsewhere).all("main")).text
    assert "Password" not in main


@override_settings(INSPECTOR_DEMO=True)
def test_of_a_demo_the_page_names_its_terminal_and_no_command(pages: Browser) -> None:
    """Without the demo's directory a command would print a link to the user's own dashboard."""
    for address, status in (("/login/", 200), ("/login/?token=used", 403)):
        answer = Client().get(address, headers={"host": "127.0.0.1:8861"})
        main = next(Document(answer.content.decode()).all("main")).text
        assert answer.status_code == status
        assert "in the terminal where the demo runs" in main
        assert not re.search("inspector (link|serve)", main)
    assert Client().get("/login/?format=json").json()["link_command"] == ""


def test_who_has_no_access_is_told_whom_to_ask_for_what(nobody: Client) -> None:
    get_user_model().objects.create_user(username="bob", password=PASSWORD)
    post(nobody, "bob")
    answer = nobody.get("/threads/")
    main = next(Document(answer.content.decode()).all("main")).text
    assert answer.status_code == 403
    assert "You are signed in as bob, and have no access yet." in main
    assert "inspector user" in main
    assert not re.search("scenarios|resume-sync", answer.content.decode())
    assert nobody.get("/thread/?format=json").json()["error"].startswith("You are signed in as bob")
    nobody.post("/logout/")
    assert nobody.get("/threads/").status_code == 303


def test_every_page_says_who_is_signed_in_and_how_to_sign_out(nobody: Client) -> None:
    post(nobody)
    page = Document(nobody.get("/threads/").content.decode())
    (menu,) = (one for one in page.all("details") if one.attributes.get("id") == "viewer-menu")
    assert "Signed in as ada" in " ".join(menu.text.split())
    assert [form.attributes["action"] for form in page.all("form") if form.attributes.get("method") == "post"] == [
        "/logout/"
    ]


def test_the_metrics_token_opens_the_metrics_and_no_page(nobody: Client) -> None:
    token = "a-token-of-some-length"
    headers = {"Authorization": f"Bearer {token}"}
    with override_settings(INSPECTOR=_with_token(token)):
        assert nobody.get("/-/metrics", headers=headers).status_code == 200
        assert nobody.get("/threads/", headers=headers).status_code == 303


def test_a_program_with_a_wrong_token_is_told_so_and_not_sent_to_sign_in(nobody: Client) -> None:
    wrong = {"Authorization": "Bearer a-token-of-another"}
    for config in (_with_token("a-token-of-some-length"), settings.INSPECTOR):
        with override_settings(INSPECTOR=config):
            answer = nobody.get("/-/metrics", headers=wrong)
            assert (answer.status_code, answer.content) == (401, b"")
            assert (answer["WWW-Authenticate"], answer["Cache-Control"]) == ("Bearer", "no-store")
            assert nobody.get("/threads/", headers=wrong).status_code == 303
    assert nobody.get("/-/metrics", headers={"Authorization": "Basic YTpi"}).status_code == 303


def _with_token(token: str) -> Any:
    return dataclasses.replace(settings.INSPECTOR, metrics_token=Secret(token))
