"""Which messages there are: one for a beginning, one for an end, none for what nobody has to hear."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from inspector.alerts.announce import announce
from inspector.alerts.channels import configured_channels
from inspector.alerts.trial import TooSoon, send_test
from inspector.models import Delivery, StoreEntry
from tests.integration.alerts.receivers import Receiver
from tests.integration.alerts.told import HOUR, NOW, configured, end, fire, rows, send_all

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.postgres


def test_an_alert_is_told_once_however_often_it_is_asked_for(entry: StoreEntry, by_webhook: Receiver) -> None:
    fire(entry)
    for minute in range(3):
        announce(entry, NOW + minute * MINUTE)
        send_all(NOW + minute * MINUTE)
    assert rows() == [("web-3", "firing", "sent")]
    assert by_webhook.events == [("firing", "web-3")]


def test_its_end_is_told_once(entry: StoreEntry, by_webhook: Receiver) -> None:
    alert = fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    end(alert, NOW + HOUR)
    announce(entry, NOW + HOUR)
    send_all(NOW + HOUR)
    send_all(NOW + 2 * HOUR)
    assert by_webhook.events == [("firing", "web-3"), ("resolved", "web-3")]


def test_what_was_given_up_is_told_once_the_channel_works_again(entry: StoreEntry, by_webhook: Receiver) -> None:
    by_webhook.answers = [404] * 3
    alert = fire(entry)
    for hour in range(4):
        announce(entry, NOW + hour * HOUR)
        send_all(NOW + hour * HOUR)
    assert (rows(), by_webhook.events) == ([("web-3", "firing", "dropped")], [])
    send_test(configured_channels(settings.INSPECTOR), NOW + 5 * HOUR)
    for _ in range(2):
        announce(entry, NOW + 6 * HOUR)
        send_all(NOW + 6 * HOUR)
    end(alert, NOW + 7 * HOUR)
    send_all(NOW + 7 * HOUR)
    assert by_webhook.events == [("firing", ""), ("firing", "web-3"), ("resolved", "web-3")]


def test_what_was_given_up_and_is_over_is_not_told_when_the_channel_works_again(
    entry: StoreEntry, by_webhook: Receiver
) -> None:
    by_webhook.answers = [404] * 3
    alert = fire(entry)
    for hour in range(4):
        announce(entry, NOW + hour * HOUR)
        send_all(NOW + hour * HOUR)
    end(alert, NOW + 4 * HOUR)
    send_test(configured_channels(settings.INSPECTOR), NOW + 5 * HOUR)
    announce(entry, NOW + 6 * HOUR)
    send_all(NOW + 6 * HOUR)
    assert by_webhook.events == [("firing", "")]


def test_of_tests_that_are_asked_for_at_once_one_is_sent(entry: StoreEntry, by_webhook: Receiver) -> None:
    begin = threading.Barrier(6)
    refused: list[Exception] = []

    def press(number: int) -> None:
        begin.wait(60)
        try:
            send_test(configured_channels(settings.INSPECTOR), NOW + number * timedelta(milliseconds=5))
        except TooSoon as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(by_webhook.taken), len(refused)) == (1, 5)


def test_without_a_channel_nothing_is_to_be_sent(entry: StoreEntry) -> None:
    fire(entry)
    announce(entry, NOW)
    assert rows() == []


def test_what_ended_before_anybody_was_told_is_not_told(entry: StoreEntry, by_webhook: Receiver) -> None:
    alert = fire(entry)
    announce(entry, NOW)
    end(alert, NOW + MINUTE)
    send_all(NOW + MINUTE)
    assert rows() == [("web-3", "firing", "dropped")]
    assert by_webhook.tried == []


def test_what_ended_between_the_looks_is_not_told_either(entry: StoreEntry, by_webhook: Receiver) -> None:
    alert = fire(entry)
    announce(entry, NOW)
    type(alert).objects.filter(pk=alert.pk).update(ended_at=NOW)  # and no look since
    assert send_all(NOW + MINUTE) == 0


def test_what_was_surely_not_received_when_it_ended_is_not_told(entry: StoreEntry, by_webhook: Receiver) -> None:
    by_webhook.answers = [500]
    alert = fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    end(alert, NOW + HOUR)
    send_all(NOW + HOUR)
    assert rows() == [("web-3", "firing", "dropped")]
    assert by_webhook.taken == []


def test_what_may_have_been_received_is_told_to_its_end(entry: StoreEntry, by_webhook: Receiver) -> None:
    by_webhook.answers = ["hang up"]
    alert = fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    end(alert, NOW + HOUR)
    send_all(NOW + HOUR)
    assert by_webhook.events == [("firing", "web-3"), ("resolved", "web-3")]
    assert len({one.headers["webhook-id"] for one in by_webhook.tried}) == 2


def test_an_end_that_was_made_while_a_failed_attempt_went_on_is_dropped(
    entry: StoreEntry, by_webhook: Receiver
) -> None:
    alert = fire(entry)
    announce(entry, NOW)
    Delivery.objects.update(unsure=True, attempts=1)  # the attempt goes on
    end(alert, NOW + MINUTE)
    assert rows() == [("web-3", "firing", "pending"), ("web-3", "resolved", "pending")]
    Delivery.objects.filter(event="firing").update(unsure=False)  # and failed
    assert send_all(NOW + MINUTE) == 0
    announce(entry, NOW + MINUTE)
    announce(entry, NOW + MINUTE)
    assert rows() == [("web-3", "firing", "dropped"), ("web-3", "resolved", "dropped")]


def test_within_the_cooldown_a_host_is_not_told_of_again(entry: StoreEntry, by_webhook: Receiver) -> None:
    first = fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    end(first, NOW + MINUTE)
    again = fire(entry, at=NOW + 2 * MINUTE)
    other = fire(entry, "web-4", at=NOW + 2 * MINUTE)
    announce(entry, NOW + 2 * MINUTE)
    send_all(NOW + 2 * MINUTE)
    assert by_webhook.events == [("firing", "web-3"), ("resolved", "web-3"), ("firing", "web-4")]
    end(again, NOW + 3 * MINUTE)
    end(other, NOW + 3 * MINUTE)
    send_all(NOW + 3 * HOUR)
    assert by_webhook.events[3:] == [("resolved", "web-4")]


def test_what_still_fires_after_the_cooldown_is_told_then(entry: StoreEntry, by_webhook: Receiver) -> None:
    first = fire(entry)
    announce(entry, NOW)
    send_all(NOW)
    end(first, NOW + MINUTE)
    fire(entry, at=NOW + 2 * MINUTE)
    announce(entry, NOW + 2 * MINUTE)
    send_all(NOW + 59 * MINUTE)
    assert len(by_webhook.taken) == 2
    send_all(NOW + 61 * MINUTE)
    assert by_webhook.events[2:] == [("firing", "web-3")]


def test_a_cooldown_that_began_after_the_message_was_made_holds_it_too(entry: StoreEntry, by_webhook: Receiver) -> None:
    first = fire(entry)
    announce(entry, NOW)
    Delivery.objects.update(unsure=True)  # its attempt goes on
    end(first, NOW + MINUTE)
    fire(entry, at=NOW + MINUTE)
    announce(entry, NOW + MINUTE)
    Delivery.objects.filter(alert=first, event="firing").update(sent_at=NOW + 2 * MINUTE)
    send_all(NOW + 3 * MINUTE)
    assert by_webhook.events == [("resolved", "web-3")]
    send_all(NOW + 63 * MINUTE)
    assert by_webhook.events == [("resolved", "web-3"), ("firing", "web-3")]


def test_the_same_host_of_another_store_has_a_cooldown_of_its_own(entry: StoreEntry, by_webhook: Receiver) -> None:
    other = StoreEntry.objects.create(name="other")
    for one in (entry, other):
        fire(one)
        announce(one, NOW)
    send_all(NOW)
    assert by_webhook.events == [("firing", "web-3")] * 2
    assert len({one.data["alerts"][0]["fingerprint"] for one in by_webhook.taken}) == 2


def test_a_channel_that_is_set_up_later_hears_of_what_fires(entry: StoreEntry, receiver: Receiver) -> None:
    fire(entry)
    ended = fire(entry, "web-4")
    announce(entry, NOW)
    end(ended, NOW + MINUTE)
    with override_settings(INSPECTOR=configured(webhook_url=receiver.url)):
        announce(entry, NOW + HOUR)
        send_all(NOW + HOUR)
    assert receiver.events == [("firing", "web-3")]
