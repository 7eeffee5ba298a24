"""Alerts over the index: which begin, which end, and when nothing is said."""

from __future__ import annotations

import pytest

from benchmarks.random_rows import at
from benchmarks.simulated_days import DAY, HOUR, MINUTE
from inspector.alerts.reading import hosts_of
from inspector.alerts.words import firing, headline
from inspector.index.entries import write_entries
from inspector.index.lease import lease_of
from inspector.index.marking import mark
from inspector.models import AlertEntry, StoreEntry, ThreadEntry
from tests.integration.alerts.by_hand import ByHand, day_of

pytestmark = pytest.mark.django_db


def test_a_host_whose_threads_nobody_goes_on_with_is_named_and_no_other() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1", "web-2")
    assert hand.look(now).began == ()
    bad = hand.left("web-1", now, 40)
    hand.healthy(["web-2"], now, now + 1_200)
    (alert,) = hand.look(now + 1_200).began
    assert (alert.hostname, alert.basis, hand.fires) == ("web-1", "host", ["web-1"])
    assert 20 <= alert.orphans == alert.threads == alert.random_ids <= 21
    assert alert.thread_ids[0] in {thread.thread_id for thread in bad}
    assert len(alert.thread_ids) == 20
    assert alert.fired_at == at(now + 1_200)
    assert at(now) <= alert.since < alert.fired_at
    assert 0.25 < alert.expected < 0.45
    (told,) = firing(hand.entry)
    many = alert.threads
    assert headline(told).startswith(
        f"web-1 leaves {many} of its last {many} threads after one turn, since 2026-11-02 2"
    )
    assert headline(told).endswith(f"; {alert.expected * 100:.0f} % was to be expected by its own past week.")


def test_an_alert_fires_once_and_ends_when_threads_go_on_again() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("web-1", now, 120)
    looks = [hand.look(now + minute * MINUTE) for minute in range(70)]
    assert sum(len(look.began) for look in looks) == 1
    fixed = now + HOUR
    hand.healthy(["web-1"], fixed, fixed + 2 * HOUR)
    later = [hand.look(fixed + minute * MINUTE) for minute in range(10, 120)]
    assert [alert.end for look in later for alert in look.ended] == ["fixed"]
    assert not any(look.began for look in later)
    assert AlertEntry.objects.count() == 1


def test_what_made_an_alert_end_does_not_make_another_one_begin() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("web-1", now, 60)
    assert hand.look(now + 1_800).began
    AlertEntry.objects.update(ended_at=at(now + 1_800), end="fixed")
    assert not any(hand.look(now + minute * MINUTE).began for minute in range(31, 300, 5))
    hand.left("web-1", now + 5 * HOUR, 60)
    assert hand.look(now + 5.6 * HOUR).began


def test_a_host_without_a_past_is_compared_with_all() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1", "web-2")
    hand.healthy(["web-3"], now, now + HOUR, every=180)
    assert not hand.look(now + HOUR).began
    hand.left("web-3", now + HOUR, 60)
    (alert,) = hand.look(now + 1.5 * HOUR).began
    assert (alert.hostname, alert.basis) == ("web-3", "store")


def test_a_new_host_that_runs_what_never_goes_on_is_no_alarm() -> None:
    hand = ByHand()
    hand.healthy(["web-1"], 0, 12 * HOUR, every=120, graph="chat")
    hand.left("batch-1", 0, 360, every=120, graph="classify")
    now = 12 * HOUR
    hand.left("batch-2", now, 60, graph="classify")
    assert not hand.look(now + HOUR).began
    hand.left("web-2", now, 60, graph="chat")
    assert [alert.hostname for alert in hand.look(now + HOUR).began] == ["web-2"]


def test_without_any_past_the_other_hosts_are_compared_with() -> None:
    hand = ByHand()
    hand.healthy(["web-1", "web-2"], 0, 1_200, every=20)
    hand.left("web-3", 0, 60, every=20)
    (alert,) = hand.look(1 * HOUR).began
    assert (alert.hostname, alert.basis) == ("web-3", "others")


def test_where_nothing_is_known_the_share_alone_decides() -> None:
    hand = ByHand()
    hand.left("web-1", 0, 60, every=20)
    assert not hand.look(1_200).began  # how soon threads go on here, nobody knows yet
    (alert,) = hand.look(1.5 * HOUR).began
    assert (alert.basis, alert.expected) == ("none", 0)


def test_while_the_index_is_built_nothing_is_said() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("web-1", now, 60)
    assert hand.judge(now + HOUR).began == ()
    assert hand.look(now + HOUR).began


def test_an_index_that_lags_behind_neither_begins_nor_ends_anything() -> None:
    """Threads of which the index has not heard more may have gone on."""
    hand = ByHand()
    now = day_of(hand, "web-1", "web-2")
    hand.left("web-1", now, 60)
    hand.look(now + 1_800)
    hand.left("web-2", now + 1_800, 19)
    before = hand.fires
    for later in (HOUR, 8 * HOUR, 40 * HOUR):
        judged = hand.look(now + 1_800 + later, synced=now + 1_800)
        assert (judged.began, judged.ended) == ((), ())
    assert before == hand.fires == ["web-1"]


def test_a_store_that_could_not_be_read_is_not_judged() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("web-1", now, 60)
    hand.entry.error = "It cannot be reached."
    assert not hand.look(now + HOUR).began
    hand.entry.skipped = ["a thread that was too slow"]  # a pass that ended
    assert hand.look(now + HOUR).began


@pytest.mark.parametrize("lag", [600.0, 1_500.0])
def test_the_threads_of_a_host_whose_clock_lags_are_no_older_than_others(lag: float) -> None:
    """By its clock, its newest threads began long ago: most of them will go on."""
    hand = ByHand(delay=lag)
    hand.healthy(["web-1"], 0, 12 * HOUR, every=60)
    now = 12 * HOUR
    hand.left("web-1", now, 28, every=2)
    assert not hand.look(now + 60 + lag).began
    assert hand.look(now + 2_000 + 2 * lag).began


def test_threads_of_the_future_wait_until_their_time_has_come() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("web-1", now + HOUR, 60)
    assert not hand.look(now + 10).began
    assert hand.look(now + 2.5 * HOUR).began


def test_a_muted_host_ends_its_alert_and_begins_none() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("web-1", now, 60)
    assert hand.look(now + HOUR).began
    ThreadEntry.objects.filter(store=hand.entry, turns=1).update(muted=True)
    (alert,) = hand.look(now + HOUR + 10).ended
    assert alert.end == "muted"
    assert not hand.look(now + HOUR + 20).began


def test_a_pod_that_was_replaced_is_gone_as_soon_as_the_others_show_it() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1", "web-2")
    hand.left("web-1", now, 60)
    hand.healthy(["web-2"], now, now + HOUR, every=30)
    assert hand.look(now + 1_900).began
    assert not hand.look(now + 2_400).ended
    (alert,) = hand.look(now + HOUR).ended
    assert alert.end == "quiet"


def test_a_night_without_traffic_ends_nothing() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("web-1", now, 60)
    assert hand.look(now + 1_900).began
    assert not any(hand.look(now + hour * HOUR).ended for hour in range(1, 24))
    assert [alert.end for alert in hand.look(now + 1.1 * DAY).ended] == ["quiet"]


def test_threads_that_the_store_deleted_do_not_count_as_muted() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    bad = hand.left("web-1", now, 60)
    assert hand.look(now + HOUR).began
    with lease_of(hand.entry) as lease:
        write_entries(lease, [thread.thread_id for thread in bad], [], at(now + HOUR))
    assert not hand.look(now + HOUR + 10).ended


def test_threads_that_wait_for_an_answer_or_run_are_not_counted() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("web-1", now, 60)
    newest = ThreadEntry.objects.filter(store=hand.entry, first_at__gte=at(now))
    newest.update(state="interrupted")
    assert not hand.look(now + HOUR).began
    newest.update(state="failed")
    assert hand.look(now + HOUR).began


def test_a_store_that_is_gone_from_the_index_takes_its_alerts_along() -> None:
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("web-1", now, 60)
    assert hand.look(now + HOUR).began
    StoreEntry.objects.all().delete()
    assert not AlertEntry.objects.exists()


@pytest.mark.thorough
def test_an_alert_of_a_new_graph_is_no_excuse_for_itself_while_it_fires() -> None:
    hand = ByHand()
    hand.healthy(["web-1"], 0, 12 * HOUR, every=120, graph="chat")
    now = 12 * HOUR
    hand.left("web-2", now, 600, graph="sales")
    looks = [hand.look(now + minute * 10 * MINUTE) for minute in range(1, 31)]
    assert [alert.hostname for look in looks for alert in look.began] == ["web-2"]
    assert hand.fires == ["web-2"]


def test_a_new_graph_that_ran_only_while_alerts_fired_is_known_by_them_once_they_ended() -> None:
    hand = ByHand()
    hand.healthy(["web-1"], 0, 12 * HOUR, every=120, graph="chat")
    now = 12 * HOUR
    hand.left("web-1", now, 60, every=2, graph="nightly")
    assert hand.look(now + HOUR).began
    AlertEntry.objects.update(ended_at=at(now + 2 * HOUR), end="fixed")
    hand.healthy(["web-1"], now + HOUR, now + DAY, every=120, graph="chat")
    hand.left("web-1", now + DAY, 60, every=2, graph="nightly")
    assert not hand.look(now + DAY + HOUR).began
    hand.left("web-1", now + DAY + 3 * HOUR, 60, every=20, graph="chat")
    assert hand.look(now + DAY + 5 * HOUR).began


def test_a_host_of_which_all_is_muted_is_not_even_looked_at() -> None:
    """A job may leave a hundred thousand threads."""
    hand = ByHand()
    now = day_of(hand, "web-1")
    hand.left("batch-1", now - HOUR, 100)
    assert set(hosts_of(hand.entry, at(now), 20)) == {"web-1", "batch-1"}
    hand.entry.mutes.create(what="host", pattern="batch-*", reason="It is a job.", made_at=at(now))
    assert mark(hand.entry.name, now=at(now))
    assert hosts_of(hand.entry, at(now), 20) == ["web-1"]
