"""The page of alerts, the mark that leads to it, and the button that sends a test."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from inspector.models import AlertEntry, Delivery, StoreEntry
from inspector.secret import Secret, StoreUrl, WebhookUrl
from tests.integration.alerts.receivers import closed_port, mailing, receiving
from tests.integration.alerts.told import configured, fire
from tests.pages.browse import Browser, Document, address
from tests.signing_in import signed_in_client

PATH = "/orphans/alerts/"
TEST = "/orphans/alerts/test/"
SECRET = "hunter2"


@contextmanager
def channels(**changes: Any) -> Iterator[None]:
    with override_settings(INSPECTOR=configured(**changes)):
        yield


@pytest.fixture
def entry(pages: Browser) -> StoreEntry:
    return StoreEntry.objects.get()


def ended(entry: StoreEntry, number: int, host: str = "web-1") -> AlertEntry:
    at = timezone.now() - timedelta(hours=number + 2)
    return fire(entry, host, at, ended_at=at + timedelta(hours=1), end="fixed")


def text_of(pages: Browser, path: str = PATH, **parameters: Any) -> str:
    answer = pages.get(path, **parameters)
    assert answer.status_code == 200
    return " ".join(" ".join(one.text.split()) for one in Document(answer.content.decode()).all("main"))


def test_where_nothing_fires_it_says_so(pages: Browser) -> None:
    said = text_of(pages)
    assert "No alert fires" in said
    assert "No alert has fired and ended yet." in said
    assert "at least 50 % of its newest threads were left after one turn INSPECTOR_ALERT_SHARE" in said
    assert "25 percentage points more than was to be expected INSPECTOR_ALERT_RISE" in said


def test_what_fires_is_told_with_its_figures_and_where_to_look(pages: Browser, entry: StoreEntry) -> None:
    alert = fire(entry, "web-3", timezone.now())
    said = text_of(pages)
    assert "1 host leaves threads behind" in said
    assert "web-3 leaves 38 of its last 40 threads after one turn" in said
    for figure in ("95 %", "6 %", "100 %"):
        assert figure in said
    links = {one.attributes.get("href") for one in Document(pages.get(PATH).content.decode()).all("a")}
    listed = f"/threads/?host=web-3&turns=one&since={alert.since:%Y-%m-%dT%H:%M:%SZ}"
    assert {listed, "/doctor/"} <= links
    data = pages.data(PATH)["firing"]
    assert [(one["hostname"], one["orphans"], one["ended_at"]) for one in data] == [("web-3", 38, None)]


def test_every_page_has_a_mark_while_an_alert_fires(pages: Browser, entry: StoreEntry) -> None:
    assert "alert fires" not in pages.get("/threads/").content.decode()
    alert = fire(entry, "web-3", timezone.now())
    for path in ("/threads/", "/stores/"):
        assert "1 alert fires" in pages.get(path).content.decode()
    said = text_of(pages, "/orphans/")
    assert "1 alert fires. web-3 leaves 38 of its last 40 threads" in said
    AlertEntry.objects.filter(pk=alert.pk).update(ended_at=timezone.now())
    assert "alert fires" not in pages.get("/orphans/").content.decode()


def test_the_past_is_turned_page_by_page(pages: Browser, entry: StoreEntry) -> None:
    made = [ended(entry, number).pk for number in range(5)]
    first = pages.data(PATH, limit=3)
    second = pages.data(PATH, limit=3, after=first["next"])
    assert [one["id"] for one in first["history"] + second["history"]] == made
    assert second["next"] == ""
    assert "Newest" in text_of(pages, limit=3, after=first["next"])
    assert pages.get(PATH, after="nonsense").status_code == 400


def test_each_fate_of_a_message_is_told_in_words(pages: Browser, entry: StoreEntry) -> None:
    now = timezone.now()
    later = now + timedelta(minutes=9)
    fates: list[tuple[dict[str, Any], str]] = [
        ({"sent_at": now, "attempts": 1}, "the beginning was told at"),
        ({"attempts": 2, "error": "answered 500", "due_at": later}, "It answered 500 at attempt 2; next at"),
        ({"due_at": later}, "if it still fires: people were told of this host before"),
        ({"attempts": 1, "due_at": later}, "the beginning is being told"),
        ({"dropped_at": now}, "was not told: it had ended before"),
        ({"dropped_at": now, "attempts": 3, "error": "answered 403"}, "It answered 403; given up after attempt 3"),
    ]
    for number, (fate, _) in enumerate(fates):
        alert = fire(entry, f"web-{number}", now)
        held = {"made_at": now, "due_at": now, **fate}
        Delivery.objects.create(alert=alert, channel="webhook", event="firing", **held)
    said = text_of(pages)
    for _, words in fates:
        assert words in said


def test_a_channel_that_is_not_set_says_how_to_set_it(pages: Browser) -> None:
    said = text_of(pages)
    for name in ("INSPECTOR_WEBHOOK_URL", "INSPECTOR_EMAIL_URL", "INSPECTOR_EMAIL_TO"):
        assert name in said
    [button] = [one for one in Document(pages.get(PATH).content.decode()).all("button") if "test" in one.text]
    assert "disabled" in button.attributes
    assert [one["configured"] for one in pages.data(PATH)["channels"]] == [False, False]


def press(path: str = TEST) -> Any:
    """As a browser does that has the page: with the cookie and the token that it was given."""
    client = signed_in_client(enforce_csrf_checks=True)
    document = Document(client.get(PATH).content.decode())
    token = next(one.attributes["value"] for one in document.all("input") if "csrf" in one.attributes.get("name", ""))
    return client.post(path, {"csrfmiddlewaretoken": token})


def test_a_test_reaches_every_channel_and_the_page_says_so(pages: Browser) -> None:
    with receiving() as receiver, mailing() as mailbox:
        mail = f"smtp://127.0.0.1:{mailbox.port}"
        with channels(webhook_url=receiver.url, email_url=mail, email_to=("ops@example.com",)):
            answer = press()
            assert answer.status_code == 303
            said = " ".join(pages.client.get(answer["Location"]).content.decode().split())
    assert "A test was sent." in said
    assert "Webhook: sent, it answered 200 OK after" in said
    assert "E-mail: sent, it was taken by 127.0.0.1 after" in said
    [posted] = receiver.taken
    assert posted.data["commonLabels"] == {"alertname": "CheckpointInspectorTest", "severity": "none"}
    [(to, one)] = mailbox.mails
    assert to == ["ops@example.com"]
    assert "This is a test" in one["subject"]


def test_a_test_that_fails_says_why_and_is_not_tried_again(pages: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with receiving() as receiver, caplog.at_level(logging.DEBUG):
        receiver.answers = [404]
        mail = f"smtp://jo:{SECRET}@127.0.0.1:{closed_port()}"
        with channels(webhook_url=receiver.url, webhook_secret=SECRET, email_url=mail, email_to=("ops@example.com",)):
            location = press()["Location"]
            page = pages.client.get(location).content.decode()
            data = pages.client.get(f"{location}&format=json").content.decode()
            plain = pages.get(PATH).content.decode()
    said = " ".join(page.split())
    assert "Webhook: not sent, it answered 404 Not Found." in said
    assert "E-mail: not sent, it could not be reached: it refused the connection." in said
    assert Delivery.objects.filter(dropped_at=None).count() == 0
    assert receiver.url.partition("/services")[0] in plain
    assert SECRET not in page + data + plain + caplog.text


def test_no_two_tests_are_sent_within_ten_seconds(pages: Browser) -> None:
    with receiving() as receiver, channels(webhook_url=receiver.url):
        assert press().status_code == 303
        again = press()
        assert again.status_code == 429
        assert "less than 10 seconds ago" in again.content.decode()
        Delivery.objects.update(made_at=timezone.now() - timedelta(seconds=11))
        assert press().status_code == 303
    assert len(receiver.taken) == 2


def test_without_a_channel_there_is_nothing_to_test(pages: Browser) -> None:
    answer = press()
    assert answer.status_code == 400
    assert "No channel is set" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_a_test_takes_a_form_of_this_dashboard_alone(pages: Browser) -> None:
    with receiving() as receiver, channels(webhook_url=receiver.url):
        assert signed_in_client(enforce_csrf_checks=True).post(TEST).status_code == 403
        assert pages.get(TEST).status_code == 405
    assert receiver.tried == []


def test_what_is_no_test_is_not_shown_as_one(pages: Browser, entry: StoreEntry) -> None:
    alert = fire(entry, "web-3", timezone.now())
    now = timezone.now()
    one = Delivery.objects.create(alert=alert, channel="webhook", event="firing", made_at=now, due_at=now)
    for asked in (str(one.pk), "x", "9" * 30, "1.2.3.4.5.6", "-1"):
        assert pages.data(PATH, tested=asked)["tested"] == []


def test_no_setting_of_a_channel_shows_on_any_page(pages: Browser) -> None:
    secrets = {
        "webhook_url": f"https://jo:{SECRET}@hooks.example.com/services/{SECRET}?key={SECRET}",
        "webhook_secret": SECRET,
        "email_url": f"smtps://jo:{SECRET}@mail.example.com",
    }
    with channels(**secrets, email_to=("ops@example.com",)):
        assert {type(settings.INSPECTOR.webhook_url), type(settings.INSPECTOR.webhook_secret)} == {WebhookUrl, Secret}
        assert isinstance(settings.INSPECTOR.email_url, StoreUrl)
        for path in (PATH, "/orphans/", "/stores/", "/doctor/"):
            for form in ("", "json"):
                answer = pages.client.get(address(path, **({"format": form} if form else {})))
                assert SECRET not in answer.content.decode()
        assert pages.data(PATH)["channels"][0]["where"] == "https://hooks.example.com"
        assert pages.data(PATH)["channels"][1]["where"] == "ops@example.com by mail.example.com:465"


def test_a_host_of_an_odd_name_is_shown_and_not_run(pages: Browser, entry: StoreEntry) -> None:
    fire(entry, "<script>alert(1)</script>\u202e", timezone.now(), thread_ids=["<b>"])
    html = pages.get(PATH).content.decode() + pages.get("/orphans/").content.decode()
    assert "<script>alert" not in html
    assert "<b></a>" not in html


def test_another_store_has_alerts_of_its_own(pages: Browser, entry: StoreEntry) -> None:
    other = StoreEntry.objects.create(name="other")
    fire(other, "web-9", timezone.now())
    assert pages.data(PATH)["firing"] == []
    assert "alert fires" not in pages.get("/threads/").content.decode()


def test_the_page_needs_few_queries_however_many_alerts_there_were(
    pages: Browser, entry: StoreEntry, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        alert = ended(entry, number, f"web-{number}")
        Delivery.objects.create(
            alert=alert, channel="webhook", event="firing", made_at=alert.fired_at, due_at=alert.fired_at
        )
    pages.get(PATH)
    with django_assert_max_num_queries(25):
        assert len(pages.data(PATH)["history"]) == 50
