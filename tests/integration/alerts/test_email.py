"""What a mail server gets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import override_settings

from inspector.alerts.announce import announce
from inspector.models import Delivery, StoreEntry
from tests.integration.alerts.receivers import Mailbox, Receiver, closed_port, mailing
from tests.integration.alerts.told import HOUR, NOW, configured, end, fire, rows, send_all

pytestmark = pytest.mark.django_db

TO = ("ops@example.com", "Jo Ann <jo@example.com>")


@pytest.fixture
def entry(db: None) -> StoreEntry:
    return StoreEntry.objects.create(name="prod")


@pytest.fixture
def by_mail(mailbox: Mailbox) -> Iterator[Mailbox]:
    config = configured(
        email_url=f"smtp://127.0.0.1:{mailbox.port}",
        email_to=TO,
        email_from="Inspector <inspector@example.com>",
        public_url="https://inspector.example.com",
    )
    with override_settings(INSPECTOR=config):
        yield mailbox


def test_the_mail_of_an_end_answers_that_of_the_beginning(entry: StoreEntry, by_mail: Mailbox) -> None:
    alert = fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    end(alert, NOW + HOUR)
    send_all(NOW + HOUR)
    (to, firing), (_, resolved) = by_mail.mails
    assert to == ["ops@example.com", "jo@example.com"]
    assert firing["subject"].startswith("[Checkpoint Inspector] web-3 leaves 38 of its last 40 threads")
    assert resolved["subject"].startswith("[Checkpoint Inspector] Over: web-3 left 38 of 40 threads")
    assert firing["from"] == "Inspector <inspector@example.com>"
    assert firing["message-id"].endswith("@example.com>")
    assert firing["in-reply-to"] is None
    assert resolved["in-reply-to"] == resolved["references"] == firing["message-id"]
    assert resolved["message-id"] != firing["message-id"]
    assert firing["auto-submitted"] == "auto-generated"
    assert firing.get_content_type() == "text/plain"


def test_it_says_what_to_look_at(entry: StoreEntry, by_mail: Mailbox) -> None:
    fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    text = by_mail.mails[0][1].get_content()
    for part in (
        "All of these have a random id.",
        "Store: prod",
        "Host: web-3",
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "https://inspector.example.com/threads/?host=web-3&turns=one&since=2026-11-23T09%3A00%3A00Z",
        "https://inspector.example.com/doctor/",
        "https://inspector.example.com/orphans/alerts/",
    ):
        assert part in text


@pytest.mark.parametrize("host", ["web-3\r\nBcc: all@example.com", "web-3\nX: y\n\nbody", "wéb-3\u2028\x0b", "w" * 255])
def test_no_name_of_a_host_can_write_a_header(entry: StoreEntry, by_mail: Mailbox, host: str) -> None:
    fire(entry, host)
    announce(entry, NOW)
    send_all(NOW)
    [(to, mail)] = by_mail.mails
    assert to == ["ops@example.com", "jo@example.com"]
    assert set(map(str.lower, mail.keys())) == {
        "auto-submitted",
        "content-type",
        "content-transfer-encoding",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
        "x-peer",
        "x-mailfrom",
        "x-rcptto",
    } & set(map(str.lower, mail.keys()))
    assert mail["bcc"] is None
    assert mail["x"] is None
    assert "\n" not in mail["subject"]


def test_a_server_that_asks_to_come_later_gets_it_later(entry: StoreEntry, by_mail: Mailbox) -> None:
    by_mail.answers = ["451 hunter2 try later"]
    fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    assert Delivery.objects.get().error == "answered 451"
    send_all(NOW + timedelta(minutes=1))
    assert rows() == [("web-3", "firing", "sent")]
    assert len(by_mail.mails) == 1


def test_a_server_that_refuses_is_asked_three_times(entry: StoreEntry, by_mail: Mailbox) -> None:
    by_mail.answers = ["554 hunter2 no"] * 9
    fire(entry)
    announce(entry, NOW)
    for hour in range(5):
        send_all(NOW + hour * HOUR)
    assert by_mail.tried == 3
    assert Delivery.objects.get().error == "answered 554"


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_login_is_used_and_its_password_told_nowhere(entry: StoreEntry, caplog: pytest.LogCaptureFixture) -> None:
    with mailing(password="hunter/2") as mailbox:
        for given, error in (("hunter1", "refused the login (535)"), ("hunter%2F2", "")):
            url = f"smtp://jo%40example.com:{given}@127.0.0.1:{mailbox.port}"
            with override_settings(INSPECTOR=configured(email_url=url, email_to=TO)):
                fire(entry, f"host-{given[:7]}-{len(given)}")
                announce(entry, NOW)
                send_all(NOW)
            assert Delivery.objects.latest("pk").error == error
    assert len(mailbox.mails) == 1
    assert "hunter1" not in caplog.text.replace("host-hunter1", "")


def test_a_server_that_is_not_there_is_told_in_words(entry: StoreEntry) -> None:
    with override_settings(INSPECTOR=configured(email_url=f"smtp://127.0.0.1:{closed_port()}", email_to=TO)):
        fire(entry)
        announce(entry, NOW)
        send_all(NOW)
    one = Delivery.objects.get()
    assert one.error == "could not be reached: it refused the connection"
    assert not one.unsure


# smtplib does not close the connection on which TLS fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_server_without_tls_is_not_told_anything_where_tls_is_asked_for(entry: StoreEntry, mailbox: Mailbox) -> None:
    for scheme, error in (("smtp+tls", "offers no login or no STARTTLS"), ("smtps", "does not speak TLS")):
        with override_settings(INSPECTOR=configured(email_url=f"{scheme}://127.0.0.1:{mailbox.port}", email_to=TO)):
            fire(entry, scheme)
            announce(entry, NOW)
            send_all(NOW)
        assert Delivery.objects.latest("pk").error.startswith(error)
    assert mailbox.tried == 0


def test_an_address_that_is_none_is_told(entry: StoreEntry, mailbox: Mailbox) -> None:
    url = f"smtp://127.0.0.1:{mailbox.port}"
    with override_settings(INSPECTOR=configured(email_url=url, email_to=("a\nBcc: b@example.com",))):
        fire(entry)
        announce(entry, NOW)
        send_all(NOW)
    assert Delivery.objects.get().error == "cannot be sent from or to the addresses that are set"
    assert mailbox.tried == 0


def test_each_channel_gets_each_message(entry: StoreEntry, by_mail: Mailbox, receiver: Receiver) -> None:
    with override_settings(
        INSPECTOR=configured(webhook_url=receiver.url, email_url=f"smtp://127.0.0.1:{by_mail.port}", email_to=TO)
    ):
        receiver.answers = [500]
        fire(entry)
        announce(entry, NOW)
        send_all(NOW)
        assert (len(receiver.taken), len(by_mail.mails)) == (0, 1)
        send_all(NOW + HOUR)
    assert (len(receiver.taken), len(by_mail.mails)) == (1, 1)
