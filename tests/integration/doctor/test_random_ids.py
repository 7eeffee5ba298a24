"""Hosts that make a new thread for every request are told from those whose conversations are short, by numbers."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from benchmarks.random_ids import SHARES, Setting, play, rates
from benchmarks.random_rows import quick_case, written_case
from benchmarks.random_traffic import Site, Traffic
from inspector.config import StoreSetting
from inspector.doctor.case import Case
from inspector.doctor.evidence import by_hour
from inspector.doctor.evidence.by_hour import forgets_by_hour
from inspector.doctor.evidence.cohort import Cohort
from inspector.doctor.evidence.suspects import find_suspects, stem
from inspector.doctor.finding import Verdict
from inspector.doctor.mutes import Mutes
from inspector.doctor.rules.thread_id_random import RULE
from inspector.doctor.rules.thread_per_run import RULE as PER_RUN
from inspector.index.marking import mark
from inspector.models import Mute as StoredMute
from inspector.models import StoreEntry
from inspector.mute import Mute
from inspector.secret import StoreUrl
from tests.integration.doctor.made import DOWN

pytestmark = pytest.mark.usefixtures("index")

#: By site: does each turn go to any host, has it a sound past, do probes report, are owners named.
WAYS = [(False, 0.0, False, False), (True, 150.0, True, True), (False, 150.0, False, True), (True, 0.0, True, False)]


@pytest.fixture
def entry() -> StoreEntry:
    return StoreEntry.objects.create(name="site")


def ask(case: Case) -> Verdict:
    return RULE.check(case)


@pytest.mark.parametrize("share", SHARES)
def test_nearly_all_such_hosts_and_no_others_are_named_within_200_threads(share: float) -> None:
    scores = []
    for seed, (sticky, since, reads, owners) in enumerate(WAYS):
        for hosts, forgetful in ((4, 0), (4, 1), (4, 4), (8, 1), (8, 4)):
            site = Site(hosts, forgetful, share, sticky, since, seed=seed)
            scores += play(Setting(site, reads, owners), (200,))
    precision, recall = rates(scores)
    assert (precision >= 0.99, recall >= 0.99) == (True, True), [s for s in scores if s.wrong or s.missed]


@pytest.mark.parametrize("share", SHARES)
def test_no_host_is_named_at_any_moment_where_all_are_sound(share: float) -> None:
    scores = play(Setting(Site(4, 0, share, sticky=True, seed=5), reads=False, owners=True), (5, 10, 20, 40, 80, 160))
    assert [score.wrong for score in scores] == [0] * 6


def test_rows_at_hand_and_rows_of_an_index_get_one_verdict(entry: StoreEntry) -> None:
    traffic = Traffic(Site(4, 1, 0.6, since=60.0))
    traffic.until(100)
    quick = ask(quick_case(traffic, entry, reads=True, owners=True))
    assert ask(written_case(traffic, reads=True, owners=True)) == quick
    assert quick.hosts == ("web-1",)


def forgetful_traffic(**site: object) -> Traffic:
    traffic = Traffic(Site(**{"hosts": 4, "forgetful": 1, **site}))  # type: ignore[arg-type]
    traffic.until(120)
    return traffic


def test_how_sure_it_is_depends_on_what_else_speaks_for_it(entry: StoreEntry) -> None:
    alike = forgetful_traffic()
    said = [ask(quick_case(alike, entry, reads=reads, owners=False)).confidence for reads in (False, True)]
    assert said == ["likely", "certain"]
    for thread in alike.threads.values():
        thread.by_host = {"batch" if host == "web-1" else host: turns for host, turns in thread.by_host.items()}
    assert ask(quick_case(alike, entry, reads=False, owners=False)).confidence == "possible"
    assert ask(quick_case(alike, entry, reads=False, owners=True)).confidence == "likely"


def test_a_store_of_random_one_turn_threads_alone_is_possible_and_takes_its_time(entry: StoreEntry) -> None:
    traffic = Traffic(Site(2, 0, one_turn=1.0))
    traffic.until(40)
    young = ask(quick_case(traffic, entry, reads=False, owners=False))
    assert young.outcome == "unknown"
    assert "no wonder at their age" in young.sentence
    traffic.until(200)
    said = ask(quick_case(traffic, entry, reads=False, owners=False))
    assert (said.outcome, said.confidence, said.hosts) == ("problem", "possible", ("web-1", "web-2"))


@pytest.mark.parametrize("form", ["customer-{n}", "nightly:{id}", "session-{n}:run-{n}", "report {n}"])
def test_one_shot_runs_with_ids_of_their_own_are_no_random_ids(entry: StoreEntry, form: str) -> None:
    traffic = Traffic(Site(2, 0, one_turn=1.0))
    traffic.until(200)
    for n, thread in enumerate(traffic.threads.values()):
        thread.thread_id = form.format(n=n, id=thread.thread_id)
    assert ask(quick_case(traffic, entry, reads=False, owners=False)).outcome == "fine"


@pytest.mark.parametrize("form", ["{id}", "chat-{id}"])
def test_of_random_ids_and_ids_of_runs_exactly_one_is_told(entry: StoreEntry, form: str) -> None:
    """With the prefix, some go on with theirs and others never do: those make them anew."""
    traffic = forgetful_traffic(one_turn=0.2)
    for thread in traffic.threads.values():
        thread.thread_id = form.format(id=thread.thread_id)
    case = quick_case(traffic, entry, reads=False, owners=False)
    assert (ask(case).hosts, PER_RUN.check(case).outcome) == (("web-1",), "fine")


def test_threads_of_runs_are_told_by_their_prefix_and_leave_conversations_in_peace(entry: StoreEntry) -> None:
    traffic = forgetful_traffic(one_turn=0.2)
    for thread in traffic.threads.values():
        if "web-1" in thread.by_host:
            thread.thread_id = f"nightly:{thread.thread_id}"
    case = quick_case(traffic, entry, reads=True, owners=False)
    said = PER_RUN.check(case)
    assert (said.outcome, said.confidence, said.hosts) == ("problem", "certain", ("web-1",))
    assert "`nightly:*`" in said.sentence
    assert ask(case).outcome == "fine"

    muted = dataclasses.replace(case, mutes=Mutes((Mute("thread-per-run", "thread", "nightly:*"),)))
    vars(muted)["begun"] = case.begun
    assert (PER_RUN.check(muted).outcome, ask(muted).outcome) == ("fine", "fine")


@pytest.mark.parametrize(
    ("what", "pattern"), [("id", "nightly:*"), ("host", "web-1"), ("owner", "nobody"), ("id", "*")]
)
def test_what_people_muted_on_the_pages_is_left_out(entry: StoreEntry, what: str, pattern: str) -> None:
    traffic = forgetful_traffic(one_turn=0.2)
    for thread in traffic.threads.values():
        if "web-1" in thread.by_host:
            thread.thread_id = f"nightly:{thread.thread_id}"
    case = quick_case(traffic, entry, reads=True, owners=False)
    assert PER_RUN.check(case).outcome == "problem"
    made = StoredMute.objects.create(store=entry, what=what, pattern=pattern, reason="", made_at=case.moment.now)
    again = quick_case(traffic, entry, reads=True, owners=False)
    expected = {"nobody": "problem", "*": "unknown"}.get(pattern, "fine")
    assert PER_RUN.check(again).outcome == expected
    StoredMute.objects.filter(pk=made.pk).update(undone_at=case.moment.now)
    assert PER_RUN.check(quick_case(traffic, entry, reads=True, owners=False)).outcome == "problem"


def test_hours_are_compared_without_muted_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    traffic = Traffic(Site(3, 1, 0.2, every=60.0, pause=300.0))
    traffic.until(200)
    case = written_case(traffic, reads=False, owners=False)
    (suspect,) = find_suspects(Cohort.of(case))
    monkeypatch.setattr(by_hour, "NEWEST", 10)
    StoredMute.objects.create(store=case.entry, what="host", pattern="web-1", reason="", made_at=case.moment.now)
    assert mark(case.entry.name, now=case.moment.now)
    assert suspect.hostname == "web-1"
    assert not forgets_by_hour(case, suspect)


def test_a_muted_job_does_not_hide_that_its_host_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    traffic = Traffic(Site(3, 1, 0.2, every=60.0, pause=300.0))
    traffic.until(200)
    forgotten = [thread for thread in traffic.threads.values() if list(thread.by_host) == ["web-1"]]
    for number, thread in enumerate(forgotten[::3]):
        thread.thread_id = f"nightly:{number}"
    case = written_case(traffic, reads=False, owners=False)
    StoredMute.objects.create(store=case.entry, what="id", pattern="nightly:*", reason="", made_at=case.moment.now)
    assert mark(case.entry.name, now=case.moment.now)
    (suspect,) = find_suspects(Cohort.of(case))
    monkeypatch.setattr(by_hour, "NEWEST", 10)
    assert suspect.hostname == "web-1"
    assert forgets_by_hour(case, suspect)


def test_threads_of_runs_that_somebody_looks_at_later_are_no_trouble(entry: StoreEntry) -> None:
    traffic = forgetful_traffic(one_turn=0.2)
    for thread in traffic.threads.values():
        if "web-1" in thread.by_host:
            thread.thread_id = f"report:{thread.thread_id}"
            thread.misses = {}
    assert PER_RUN.check(quick_case(traffic, entry, reads=True, owners=False)).outcome == "fine"


def test_hours_tell_where_the_newest_threads_are_too_young(monkeypatch: pytest.MonkeyPatch) -> None:
    traffic = Traffic(Site(3, 1, 0.2, every=60.0, pause=300.0))
    traffic.until(200)
    case = written_case(traffic, reads=False, owners=False)
    (suspect,) = find_suspects(Cohort.of(case))
    assert not forgets_by_hour(case, suspect), "the rows tell all there is"
    monkeypatch.setattr(by_hour, "NEWEST", 10)
    assert forgets_by_hour(case, suspect)
    assert not forgets_by_hour(case, dataclasses.replace(suspect, hostname="web-2"))


def test_threads_that_began_before_the_newest_are_looked_at_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    traffic = Traffic(Site(2, 0, 0.2, every=2.0))
    traffic.until(400)
    monkeypatch.setattr("inspector.doctor.case.NEWEST", 60)
    case = written_case(traffic, reads=False, owners=False)
    ages = sorted((case.moment.now - row.entry.first_at for row in case.begun), reverse=True)
    assert len(case.begun) == len({row.entry.pk for row in case.begun})
    assert sum(age > timedelta(minutes=10) for age in ages) == 60
    assert 0 < sum(age < timedelta(minutes=10) for age in ages) <= 60


def test_threads_that_are_in_another_store_as_well_were_not_made_anew(settings: Any) -> None:
    """Their workers do not share a store, which another rule tells of."""
    traffic = forgetful_traffic()
    here, there = (written_case(traffic, reads=False, owners=False).entry for _ in range(2))
    stores = tuple(StoreSetting(one.name, StoreUrl(DOWN)) for one in (here, there))
    settings.INSPECTOR = dataclasses.replace(settings.INSPECTOR, stores=stores)
    case = quick_case(traffic, here, reads=False, owners=False)
    assert ask(case).outcome == "unknown"
    assert "in another store, too" in ask(case).sentence
    there.delete()
    assert ask(case).outcome == "problem"


def test_a_store_that_names_no_hosts_is_not_called_sound(entry: StoreEntry) -> None:
    traffic = forgetful_traffic(one_turn=0.2)
    for thread in traffic.threads.values():
        thread.by_host = {"": thread.turns}
    assert ask(quick_case(traffic, entry, reads=False, owners=False)).outcome == "unknown"


def test_an_empty_store_tells_nothing(entry: StoreEntry) -> None:
    case = quick_case(Traffic(Site()), entry, reads=False, owners=False)
    assert (ask(case).outcome, PER_RUN.check(case).outcome) == ("unknown", "unknown")


@pytest.mark.parametrize(
    ("hostname", "name"),
    [
        ("web-3", "web"),
        ("web-7f9c4d-x2k", "web"),
        ("shop-chat-7f9c4d8b6-kqzwx", "shop-chat"),
        ("shop-nightly-28391230-x2k4q", "shop-nightly"),
        ("shop-chat-0.shop.svc.local", "shop-chat"),
        ("worker-1", "worker"),
        ("Web2", "web"),
        ("3fa94c21b7de", ""),
        ("10.0.0.1", ""),
    ],
)
def test_hosts_of_one_deployment_are_known_by_their_names(hostname: str, name: str) -> None:
    assert stem(hostname) == name
