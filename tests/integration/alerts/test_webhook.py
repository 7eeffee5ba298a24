"""What a webhook gets: one body that receivers of Alertmanager and of Slack read, signed, and without secrets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.test import override_settings

import inspector
from inspector.alerts.announce import announce
from inspector.alerts.channels.base import SendFailed
from inspector.alerts.channels.webhook import Webhook
from inspector.alerts.message import message_of
from inspector.models import AlertEntry, Delivery, StoreEntry
from inspector.secret import WebhookUrl
from tests.integration.alerts.receivers import Posted, Receiver, closed_port
from tests.integration.alerts.told import HOUR, NOW, configured, end, fire, send_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(db: None) -> StoreEntry:
    return StoreEntry.objects.create(name="prod")


def posted(receiver: Receiver, entry: StoreEntry, host: str = "web-3", **more: Any) -> tuple[Posted, Posted]:
    """The message of a beginning and that of its end."""
    alert = fire(entry, host, **more)
    announce(entry, NOW)
    send_all(NOW)
    end(alert, NOW + HOUR)
    send_all(NOW + HOUR)
    first, second = receiver.taken
    return first, second


def test_it_is_a_webhook_of_alertmanagers_version_4(entry: StoreEntry, by_webhook: Receiver) -> None:
    firing, resolved = (one.data for one in posted(by_webhook, entry))
    labels = {"alertname": "ThreadsLeftAfterOneTurn", "store": "prod", "host": "web-3", "severity": "critical"}
    group = {"alertname": "ThreadsLeftAfterOneTurn", "store": "prod", "host": "web-3"}
    for body, status in ((firing, "firing"), (resolved, "resolved")):
        assert body["version"] == "4"
        assert body["receiver"] == "checkpoint-inspector"
        assert body["truncatedAlerts"] == 0
        assert (body["status"], body["groupLabels"], body["commonLabels"]) == (status, group, labels)
        [alert] = body["alerts"]
        assert (alert["status"], alert["labels"], alert["annotations"]) == (status, labels, body["commonAnnotations"])
        assert alert["startsAt"] == "2026-11-23T10:00:00.000Z"
        assert "38" in body["commonAnnotations"]["summary"]
        assert "web-3" in body["commonAnnotations"]["summary"]
    assert firing["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z"
    assert resolved["alerts"][0]["endsAt"] == "2026-11-23T11:00:00.000Z"
    for name in ("groupKey", "externalURL"):
        assert firing[name] == resolved[name]
    assert firing["alerts"][0]["fingerprint"] == resolved["alerts"][0]["fingerprint"]


def test_slack_shows_its_text(entry: StoreEntry, by_webhook: Receiver) -> None:
    firing, resolved = (one.data for one in posted(by_webhook, entry))
    assert firing["text"].startswith("web-3 leaves 38 of its last 40 threads after one turn")
    assert "6f9619ff-8b86-d011-b42d-00cf4fc964ff" in firing["text"]
    assert resolved["text"].startswith("Over: web-3 left 38 of 40 threads after one turn")
    assert "go on as they should" in resolved["text"]


def test_a_host_of_an_odd_name_calls_nobody_and_breaks_nothing(entry: StoreEntry, by_webhook: Receiver) -> None:
    host = "<!channel>\r\nX: y\u202e&\x00\x1b[31m".replace("\x00", "")
    firing, _ = posted(by_webhook, entry, host, thread_ids=["<https://evil|a>\n\n*b*"])
    text = firing.data["text"]
    assert "<" not in text
    assert "&lt;!channel&gt;" in text
    assert not set("\r\x1b\u202e") & set(text)
    assert "\r" not in json.dumps(firing.data)
    assert json.loads(firing.data["groupKey"].partition("host=")[2].partition(", store")[0].split(", ")[0].rstrip("}"))


def test_links_are_there_where_people_can_open_them(entry: StoreEntry, receiver: Receiver) -> None:
    with override_settings(INSPECTOR=configured(webhook_url=receiver.url, public_url="https://inspector.example.com")):
        firing, _ = posted(receiver, entry, "web 3&x")
    data = firing.data
    assert data["externalURL"] == "https://inspector.example.com"
    assert data["alerts"][0]["generatorURL"] == "https://inspector.example.com/orphans/alerts/"
    assert data["commonAnnotations"]["runbook_url"] == "https://inspector.example.com/doctor/"
    listed = "https://inspector.example.com/threads/?host=web+3%26x&amp;turns=one&amp;since=2026-11-23T09%3A00%3A00Z"
    assert listed in data["text"]


def test_without_a_public_address_there_are_no_links(entry: StoreEntry, by_webhook: Receiver) -> None:
    firing, _ = posted(by_webhook, entry)
    assert "http" not in firing.body.decode()


def test_it_is_signed_anew_at_each_attempt_under_one_id(entry: StoreEntry, receiver: Receiver) -> None:
    receiver.answers = [500]
    key = b"a key of a receiver"
    secret = f"whsec_{base64.b64encode(key).decode()}"
    with override_settings(INSPECTOR=configured(webhook_url=receiver.url, webhook_secret=secret)):
        fire(entry)
        announce(entry, NOW)
        send_all(NOW)
        send_all(NOW + HOUR)
    assert len(receiver.tried) == 2
    for one in receiver.tried:
        signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert one.headers["webhook-signature"] == f"v1,{expected}"
        assert one.headers["content-type"] == "application/json"
        assert one.headers["user-agent"] == f"checkpoint-inspector/{inspector.__version__}"
    first, second = receiver.tried
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert secret not in "".join(f"{one.headers}{one.body!r}" for one in receiver.tried)


def one_message(entry: StoreEntry) -> Any:
    alert = fire(entry)
    return message_of(Delivery(alert=alert, channel="webhook", event="firing", made_at=NOW, due_at=NOW))


@pytest.mark.parametrize(
    ("answer", "words", "lasting", "unsure"),
    [
        (500, "answered 500 Internal Server Error", False, False),
        (502, "answered 502 Bad Gateway", False, True),
        (404, "answered 404 Not Found", True, False),
        (408, "answered 408 Request Timeout", False, False),
        (425, "answered 425", False, False),
        (429, "answered 429 Too Many Requests", False, False),
        ("silence", "did not answer within 0.2 s", False, True),
        ("hang up", "broke off without an answer", False, True),
    ],
)
def test_each_failure_is_told_in_words(
    entry: StoreEntry, receiver: Receiver, answer: Any, words: str, lasting: bool, unsure: bool
) -> None:
    receiver.answers = [answer]
    message = one_message(entry)
    with pytest.raises(SendFailed) as caught:
        Webhook(WebhookUrl(receiver.url), None).send(message, timeout=0.2 if answer == "silence" else 30)
    failure = caught.value
    assert failure.words.startswith(words)
    assert (failure.lasting, failure.unsure) == (lasting, unsure)


def test_a_wait_may_be_told_as_a_time(entry: StoreEntry, receiver: Receiver) -> None:
    receiver.answers = [(503, {"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)})]
    webhook = Webhook(WebhookUrl(receiver.url), None, clock=NOW.timestamp)
    with pytest.raises(SendFailed) as caught:
        webhook.send(one_message(entry), timeout=30)
    assert caught.value.wait == 90


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://nowhere.invalid/hunter2", "could not be reached: its name is not known"),
        ("http://127.0.0.1:{closed}/hunter2", "could not be reached: it refused the connection"),
        ("https://127.0.0.1:{open}/hunter2", "does not speak TLS as it should"),
        ("http://[::1/hunter2", "has an address that cannot be posted to"),
    ],
)
def test_what_cannot_be_reached_is_told_without_its_address(
    entry: StoreEntry, receiver: Receiver, caplog: pytest.LogCaptureFixture, url: str, words: str
) -> None:
    port = receiver.url.split(":")[2].partition("/")[0]
    address = url.format(closed=closed_port(), open=port)
    with caplog.at_level(logging.INFO), pytest.raises(SendFailed) as caught:
        Webhook(WebhookUrl(address), None).send(one_message(entry), timeout=30)
    assert caught.value.words == words
    assert "hunter2" not in caplog.text
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_libraries_that_post_log_no_address() -> None:
    """They log each address that is asked at INFO, which somebody may turn on for everything."""
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("httpcore").isEnabledFor(logging.DEBUG)


def test_an_alert_tells_no_stored_value(entry: StoreEntry, by_webhook: Receiver) -> None:
    """Everything that is told is a column of the alert, and none of those holds a value."""
    posted(by_webhook, entry)
    held = {field.name for field in AlertEntry._meta.get_fields() if not field.is_relation}
    told = set(by_webhook.taken[0].data["inspector"])
    assert told - {"event"} <= held
