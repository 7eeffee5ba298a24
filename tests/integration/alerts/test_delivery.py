"""Messages reach a receiver that fails at first, once, whoever sends them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from inspector.alerts import backoff, delivery, sender
from inspector.alerts.announce import announce
from inspector.alerts.channels import configured_channels
from inspector.alerts.sender import BackgroundDelivery
from inspector.models import Delivery, StoreEntry
from tests.integration.alerts.receivers import Receiver, closed_port
from tests.integration.alerts.told import HOUR, NOW, configured, end, fire, rows, send_all

pytestmark = pytest.mark.postgres


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that a test can wait for."""
    monkeypatch.setattr(backoff, "PAUSES", (0.01, 0.02, 0.05))
    monkeypatch.setattr(delivery, "TIMEOUT", 0.3)
    monkeypatch.setattr(sender, "_AFTER_ERROR", 0.05)


def wait_for(condition: Callable[[], bool]) -> None:
    """Fails after a time that no machine is too slow for."""
    ticks = threading.Event()
    for _ in range(6_000):
        if condition():
            return
        ticks.wait(0.01)
    raise AssertionError(f"It did not come about: {rows()}")


@pytest.fixture
def two_dashboards(by_webhook: Receiver) -> Any:
    """Two that share the database, as fast as they can."""
    senders = [BackgroundDelivery(configured_channels(settings.INSPECTOR), pause=0.01) for _ in range(2)]
    yield senders
    for one in senders:
        one.stop(60)
    connections.close_all()


def test_a_receiver_that_fails_at_first_gets_one_alert_and_one_resolution(
    entry: StoreEntry, by_webhook: Receiver, two_dashboards: list[BackgroundDelivery], hasty: None
) -> None:
    by_webhook.answers = [500, "hang up", (429, {"retry-after": "0"}), "silence", 503]
    alert = fire(entry, at=timezone.now())
    for one in two_dashboards:
        one.start()
    announce(entry, timezone.now())
    wait_for(lambda: rows() == [("web-3", "firing", "sent")])
    by_webhook.answers = ["silence", 500]
    end(alert, timezone.now())
    wait_for(lambda: rows() == [("web-3", "firing", "sent"), ("web-3", "resolved", "sent")])
    assert by_webhook.events == [("firing", "web-3"), ("resolved", "web-3")]
    assert [one.attempts for one in Delivery.objects.order_by("pk")] == [6, 3]
    assert len({one.headers["webhook-id"] for one in by_webhook.tried}) == 2


def test_many_messages_are_sent_once_each_by_two_dashboards(
    entry: StoreEntry, by_webhook: Receiver, two_dashboards: list[BackgroundDelivery], hasty: None
) -> None:
    hosts = [f"web-{number}" for number in range(15)]
    for host in hosts:
        fire(entry, host, at=timezone.now())
    announce(entry, timezone.now())
    for one in two_dashboards:
        one.start()
    wait_for(lambda: all(fate == "sent" for *_, fate in rows()))
    assert sorted(host for _, host in by_webhook.events) == sorted(hosts)


def test_two_dashboards_that_announce_at_once_make_one_message(entry: StoreEntry, by_webhook: Receiver) -> None:
    fire(entry)
    both = threading.Barrier(2)
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            both.wait(30)
            announce(entry, NOW)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert rows() == [("web-3", "firing", "pending")]


def test_a_claimed_message_is_left_alone_and_taken_up_again_after_a_crash(
    entry: StoreEntry, by_webhook: Receiver
) -> None:
    fire(entry)
    announce(entry, NOW)
    one = Delivery.objects.get()
    assert delivery._claim(one, NOW)
    assert delivery._claim(one, NOW) is None  # another dashboard, which saw it before
    assert send_all(NOW + timedelta(seconds=60)) == 0
    assert send_all(NOW + timedelta(seconds=121)) == 1
    assert rows() == [("web-3", "firing", "sent")]


def test_what_nobody_listens_to_is_tried_again_and_told_in_words(
    entry: StoreEntry, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"http://127.0.0.1:{closed_port()}/services/hunter2"
    with override_settings(INSPECTOR=configured(webhook_url=url)), caplog.at_level(logging.DEBUG):
        fire(entry)
        announce(entry, NOW)
        assert send_all(NOW) == 1
        assert send_all(NOW) == 0
    one = Delivery.objects.get()
    assert one.error == "could not be reached: it refused the connection"
    assert NOW + timedelta(seconds=4) <= one.due_at <= NOW + timedelta(seconds=60)
    assert "it refused the connection" in caplog.text
    assert "hunter2" not in caplog.text + one.error


def test_who_refuses_is_asked_three_times(entry: StoreEntry, by_webhook: Receiver) -> None:
    by_webhook.answers = [403] * 9
    fire(entry)
    announce(entry, NOW)
    for hour in range(5):
        send_all(NOW + hour * HOUR)
    assert len(by_webhook.tried) == 3
    assert rows() == [("web-3", "firing", "dropped")]
    assert Delivery.objects.get().error == "answered 403 Forbidden"


def test_who_is_out_of_order_is_asked_for_a_day(entry: StoreEntry, by_webhook: Receiver) -> None:
    by_webhook.answers = [500] * 99
    alert = fire(entry)
    announce(entry, NOW)
    at = NOW
    while Delivery.objects.filter(dropped_at=None).exists():
        at = Delivery.objects.get().due_at
        assert send_all(at) == 1
    assert timedelta(hours=18) < at - NOW < timedelta(hours=30)
    end(alert, at + HOUR)
    assert send_all(at + 2 * HOUR) == 0  # who has heard of no beginning hears of no end


def test_a_wait_that_is_asked_for_is_kept(entry: StoreEntry, by_webhook: Receiver) -> None:
    by_webhook.answers = [(429, {"retry-after": "900"})]
    fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    assert Delivery.objects.get().due_at >= NOW + timedelta(seconds=900)
    assert send_all(NOW + timedelta(seconds=890)) == 0


def test_an_address_that_leads_elsewhere_is_not_followed(entry: StoreEntry, by_webhook: Receiver) -> None:
    by_webhook.answers = [(302, {"location": by_webhook.url + "/elsewhere"})]
    fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    assert [one.path for one in by_webhook.tried] == ["/services/hunter2"]
    assert "not followed" in Delivery.objects.get().error


def test_a_sender_without_channels_ends_at_once() -> None:
    one = BackgroundDelivery(())
    one.start()
    one.stop()
    assert not one._thread.is_alive()
