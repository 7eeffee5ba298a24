"""The diagnosis of a store: fresh or made anew, what hurts most first, and told whatever the store does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import override_settings

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, play_into
from inspector.doctor import diagnosis as module
from inspector.doctor.case import Case
from inspector.doctor.diagnosis import diagnose, latest, recorded
from inspector.doctor.finding import Verdict, fine
from inspector.doctor.record import record
from inspector.doctor.rule import Rule
from inspector.index import asking
from inspector.index.queries import Moment
from inspector.models import FindingEntry, StoreEntry
from inspector.models.database import connection
from inspector.mute import Mute
from inspector.reader import Reader
from inspector.stores.base import StoreFacts
from inspector.stores.postgres import PostgresStore
from tests.integration.doctor.made import DOWN, GOOD, HOUR, NOW, SECOND, UNTOLD, bad, finding_of, rule_of
from tests.integration.index.conftest import OpenReader
from tests.integration.index.syncing import sync
from tests.integration.postgres.freezing import frozen

AT = Moment(NOW, 1800)
UseRules = Callable[..., None]


@pytest.fixture
def reader(played: PlayedStore, index: str, open_reader: OpenReader) -> Reader:
    """Of a store that the index has read."""
    reader = open_reader(played.url)
    sync(reader)
    return reader


@pytest.fixture
def entry(reader: Reader) -> StoreEntry:
    return StoreEntry.objects.get()


@pytest.fixture
def use_rules(monkeypatch: pytest.MonkeyPatch) -> UseRules:
    """These rules are all there are."""

    def use(*rules: Rule) -> None:
        found = {rule.slug: rule for rule in rules}
        monkeypatch.setattr(module, "rules", lambda: found)
        monkeypatch.setattr("inspector.doctor.engine.rules", lambda: found)

    return use


def test_a_fresh_one_is_shown_as_it_is(reader: Reader, entry: StoreEntry, use_rules: UseRules) -> None:
    use_rules(rule_of("a", bad("web-1")))
    first = latest(reader, entry, AT)
    assert [one.finding.rule for one in first.problems] == ["a"]
    use_rules(rule_of("a", GOOD))
    soon = Moment(NOW + module.FRESH - SECOND, 1800)
    assert latest(reader, StoreEntry.objects.get(), soon).problems == first.problems
    later = Moment(NOW + module.FRESH, 1800)
    assert latest(reader, StoreEntry.objects.get(), later).problems == ()
    assert recorded(StoreEntry.objects.get(), later).at == later.now


def test_of_all_who_come_when_it_is_old_one_makes_it_anew(
    reader: Reader, entry: StoreEntry, use_rules: UseRules
) -> None:
    use_rules(rule_of("a", bad()))
    latest(reader, entry, AT)
    first, second = StoreEntry.objects.get(), StoreEntry.objects.get()  # both see that it is old
    later = Moment(NOW + HOUR, 1800)
    use_rules(rule_of("a", fine("Mended.")))
    assert latest(reader, first, later).problems == ()
    use_rules(rule_of("a", lambda case: pytest.fail("asked a second time")))
    assert latest(reader, second, later).problems == ()


def test_one_that_cannot_be_made_leaves_it_to_the_next_who_comes(
    reader: Reader, entry: StoreEntry, use_rules: UseRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_rules(rule_of("a", bad()))
    latest(reader, entry, AT)
    before = StoreEntry.objects.get().diagnosed_at
    with monkeypatch.context() as patched:
        patched.setattr(module, "diagnose", lambda *given: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            latest(reader, StoreEntry.objects.get(), Moment(NOW + HOUR, 1800))
    assert StoreEntry.objects.get().diagnosed_at == before


def test_one_that_is_old_is_shown_while_nobody_can_write_to_the_index(
    reader: Reader, entry: StoreEntry, use_rules: UseRules, index: str
) -> None:
    use_rules(rule_of("a", bad("web-1")))
    first = latest(reader, entry, AT)
    later = Moment(NOW + HOUR, 1800)
    use_rules(rule_of("a", GOOD))
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        shown = latest(reader, StoreEntry.objects.get(), later)
        other.execute("ROLLBACK")
    assert (shown.at, shown.problems) == (first.at, recorded(StoreEntry.objects.get(), later).problems)
    assert shown.problems
    assert latest(reader, StoreEntry.objects.get(), later).problems == ()


def test_one_from_the_future_is_made_anew(reader: Reader, entry: StoreEntry, use_rules: UseRules) -> None:
    use_rules(rule_of("a", bad("web-1")))
    record(entry, [], NOW + HOUR)
    assert latest(reader, entry, AT).problems


def test_a_store_that_the_index_has_not_met_is_diagnosed(played: PlayedStore, index: str, use_rules: UseRules) -> None:
    use_rules(rule_of("a", lambda case: fine(f"{len(case.newest)} threads, partial: {case.partial}")))
    reader = Reader(PostgresStore("store", played.url))
    (told,) = latest(reader, StoreEntry(pk=0, name="store"), AT).recorded
    assert told.finding.sentence == "0 threads, partial: True"
    assert not FindingEntry.objects.exists()
    reader.store.close()


def test_what_hurts_most_comes_first(reader: Reader, entry: StoreEntry, use_rules: UseRules) -> None:
    slugs = ["fine", "elsewhere", "unknown", "mended", "guess", "low", "likely", "certain", "cause"]
    use_rules(*(rule_of(slug, GOOD) for slug in slugs))
    findings = {
        "fine": finding_of("fine", GOOD),
        "elsewhere": finding_of("elsewhere", GOOD, applies=False),
        "unknown": finding_of("unknown", UNTOLD),
        "mended": finding_of("mended", bad()),
        "guess": finding_of("guess", bad(confidence="possible"), status="warning"),
        "low": finding_of("low", bad(), status="warning"),
        "likely": finding_of("likely", bad(confidence="likely")),
        "certain": finding_of("certain", bad()),
        "cause": finding_of("cause", bad(confidence="possible"), cause=True),
    }
    record(entry, findings.values(), NOW - HOUR)
    record(entry, [*findings.values(), finding_of("mended", GOOD)], NOW)
    told = [one.finding.rule for one in recorded(entry, AT).recorded]
    assert told == ["cause", "certain", "likely", "low", "guess", "mended", "unknown", "fine", "elsewhere"]


def test_findings_of_rules_that_are_gone_are_not_shown(reader: Reader, entry: StoreEntry, use_rules: UseRules) -> None:
    use_rules(rule_of("here", GOOD))
    record(entry, [finding_of("gone", bad("web-1")), finding_of("here", GOOD)], NOW)
    assert [one.finding.rule for one in recorded(entry, AT).recorded] == ["here"]


def _ask_signs(case: Case) -> Verdict:
    return fine(f"{case.signs.sessions_limit}")


def _ask_facts(case: Case) -> Verdict:
    return fine(case.reader.store.read_facts().kind)


class CountingStore(PostgresStore):
    asked = 0

    def read_facts(self) -> StoreFacts:
        self.asked += 1
        return super().read_facts()


def test_a_store_that_is_up_is_asked(reader: Reader, entry: StoreEntry, use_rules: UseRules) -> None:
    use_rules(rule_of("signs", _ask_signs), rule_of("facts", _ask_facts))
    said = {one.finding.rule: one.finding for one in diagnose(reader, entry, AT).recorded}
    assert said["facts"].sentence == "postgres"
    assert {one.status for one in said.values()} == {"ok"}


def test_a_store_that_is_down_leaves_what_the_index_tells(index: str, use_rules: UseRules) -> None:
    entry = StoreEntry.objects.create(name="store")
    use_rules(rule_of("index", bad("web-1")), rule_of("signs", _ask_signs), rule_of("facts", _ask_facts))
    store = CountingStore("store", DOWN)
    said = {one.finding.rule: one.finding for one in latest(Reader(store), entry, AT).recorded}
    assert [said[slug].status for slug in ("index", "signs", "facts")] == ["error", "unknown", "unknown"]
    assert "cannot be reached" in said["facts"].sentence
    assert said["facts"].missing
    assert store.asked == 0  # the first silence was enough


def test_a_problem_that_the_store_showed_before_it_went_down_keeps_its_since(index: str, use_rules: UseRules) -> None:
    entry = StoreEntry.objects.create(name="store")
    use_rules(rule_of("signs", _ask_signs))
    record(entry, [finding_of("signs", bad("web-1", title="web-1 is wrong"))], NOW - HOUR)
    (told,) = latest(Reader(PostgresStore("store", DOWN)), entry, AT).recorded
    assert (told.finding.status, told.since, told.seen_at) == ("unknown", NOW - HOUR, NOW - HOUR)
    assert told.was == "web-1 is wrong"
    assert told.fixed_at is None


def test_a_store_that_hangs_is_waited_for_once(
    index: str, use_rules: UseRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    entry = StoreEntry.objects.create(name="store")
    use_rules(*(rule_of(f"facts-{number}", _ask_facts) for number in range(5)), rule_of("signs", _ask_signs))
    with EmbeddedPostgres() as server:
        store = CountingStore("store", server.create_database())
        with frozen(server):
            said = diagnose(Reader(store), entry, AT)
            assert {one.finding.status for one in said.recorded} == {"unknown"}
            assert store.asked == 0
        store.close()


def test_a_store_that_goes_away_between_two_rules_is_asked_once_more(
    index: str, use_rules: UseRules, open_reader: OpenReader
) -> None:
    entry = StoreEntry.objects.create(name="store")
    with EmbeddedPostgres() as server, play_into(server.create_database(), ["two-hosts"], ["sync"]) as store:
        counting = CountingStore("store", store.url)

        def stop(case: Case) -> Verdict:
            server.stop()
            return GOOD

        use_rules(rule_of("first", stop), *(rule_of(f"facts-{number}", _ask_facts) for number in range(4)))
        said = diagnose(Reader(counting), entry, AT)
        assert [one.finding.status for one in said.recorded].count("unknown") == 4
        assert counting.asked == 1
        server.start()
        counting.close()


def test_settings_mute_rules(reader: Reader, entry: StoreEntry, use_rules: UseRules) -> None:
    use_rules(rule_of("a", bad("web-1")))
    muted = replace(settings.INSPECTOR, muted=(Mute("a", "host", "web-*"),))
    with override_settings(INSPECTOR=muted):
        (told,) = diagnose(reader, entry, AT).recorded
    assert told.finding.muted
