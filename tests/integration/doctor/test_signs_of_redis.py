"""What rules make of a Redis server's signs where no scenario shows it: thresholds, and how sure a finding is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from inspector.doctor.crew import Crew
from inspector.doctor.rules import redis_eviction, redis_expiry, redis_modules_missing, redis_prefix_shared
from inspector.doctor.rules.redis_expiry import Vanished
from inspector.index.queries import Row
from inspector.models import ThreadEntry, ThreadWorker
from inspector.stores.signs import RedisSigns, Signs

SOUND = RedisSigns(
    policy="noeviction",
    max_memory_bytes=0,
    used_memory_bytes=5_000_000,
    evicted_keys=0,
    expired_keys=0,
    has_search=True,
    has_json=True,
    sampled_checkpoints=200,
    expiring_checkpoints=0,
    shortest_ttl_seconds=None,
    longest_ttl_seconds=None,
    sampled_writes=100,
    expiring_writes=0,
    dangling_pointers=(),
    sampled_pointers=60,
    prefixes=("checkpoint",),
    prefix="checkpoint",
)
EXPIRING = replace(
    SOUND,
    expired_keys=40,
    expiring_checkpoints=200,
    expiring_writes=100,
    shortest_ttl_seconds=1_000.0,
    longest_ttl_seconds=3_600.0,
)
LRU = replace(SOUND, policy="allkeys-lru", max_memory_bytes=10_000_000)


def case_of_the_gone(*, partial: bool) -> Any:
    """40 threads of the ledger that the index does not hold, each asked for again an hour after it began."""
    begun = datetime(2026, 11, 23, 12, tzinfo=UTC)
    rows = []
    for number in range(40):
        entry = ThreadEntry(
            thread_id=f"t-{number}", stored=False, first_at=begun, last_miss_at=begun + timedelta(hours=1)
        )
        rows.append(Row(entry, (ThreadWorker(hostname="web-1", reported=4, misses=3),)))
    watched = {"crew": Crew(), "everybody": Crew()}
    return SimpleNamespace(newest=rows, stored=(), partial=partial, signs=Signs(redis=EXPIRING), **watched)


class TestEviction:
    def test_a_server_that_refuses_writes_when_full_drops_nothing_whatever_it_once_did(self) -> None:
        once = replace(SOUND, max_memory_bytes=10_000_000, evicted_keys=7)
        assert redis_eviction.judge(once).outcome == "fine"

    def test_without_a_limit_no_policy_is_ever_used(self) -> None:
        assert redis_eviction.judge(replace(LRU, max_memory_bytes=0)).outcome == "fine"

    def test_what_may_happen_is_a_warning_and_what_happened_an_error(self) -> None:
        may, did = redis_eviction.judge(LRU), redis_eviction.judge(replace(LRU, evicted_keys=1_234))
        assert (may.outcome, may.severity, may.confidence) == ("problem", None, "certain")
        assert (did.outcome, did.severity, did.confidence) == ("problem", "high", "likely")
        assert "1,234 keys" in did.sentence

    def test_a_policy_for_expiring_keys_touches_only_checkpoints_that_expire(self) -> None:
        volatile = {"policy": "volatile-ttl", "max_memory_bytes": 10_000_000}
        assert redis_eviction.judge(replace(SOUND, **volatile)).outcome == "fine"  # type: ignore[arg-type]
        assert redis_eviction.judge(replace(EXPIRING, **volatile)).outcome == "problem"  # type: ignore[arg-type]

    def test_a_login_that_may_not_ask_does_not_know(self) -> None:
        assert redis_eviction.judge(replace(SOUND, policy="")).outcome == "unknown"

    def test_a_policy_for_expiring_keys_is_not_judged_where_no_life_could_be_looked_at(self) -> None:
        unseen = replace(SOUND, policy="volatile-lru", max_memory_bytes=10_000_000, sampled_checkpoints=0)
        told = redis_eviction.judge(unseen, ("How long keys live could not be looked at.",))
        assert (told.outcome, told.missing) == ("unknown", "How long keys live could not be looked at.")
        assert redis_eviction.judge(replace(unseen, max_memory_bytes=0)).outcome == "fine"


class TestExpiry:
    def test_threads_that_were_not_read_are_not_gone(self) -> None:
        assert redis_expiry.check(case_of_the_gone(partial=False)).outcome == "problem"
        assert redis_expiry.check(case_of_the_gone(partial=True)).outcome == "unknown"

    def test_pointers_alone_do_not_tell_how_long_checkpoints_live(self) -> None:
        assert redis_expiry.judge(replace(SOUND, sampled_checkpoints=0), [], []).outcome == "unknown"

    def test_keys_that_stay_are_fine(self) -> None:
        assert redis_expiry.judge(SOUND, [], []).outcome == "fine"

    def test_a_time_to_live_is_a_choice_and_its_figure_is_said(self) -> None:
        verdict = redis_expiry.judge(EXPIRING, [], [60.0] * 100)
        assert verdict.outcome == "fine"
        assert "1 h" in verdict.sentence

    def test_threads_that_were_gone_before_their_time_were_deleted_unless_they_are_several(self) -> None:
        gone = [Vanished(f"conv-{number}", 3, ("web-2",), 60.0) for number in range(3)]
        assert redis_expiry.judge(EXPIRING, gone[:2], []).outcome == "fine"
        assert redis_expiry.judge(EXPIRING, gone, []).confidence == "possible"
        late = Vanished("late", 3, ("web-1",), 3_600.0)
        verdict = redis_expiry.judge(EXPIRING, [*gone, late], [])
        assert (verdict.confidence, verdict.hosts, verdict.thread_ids) == ("likely", ("web-1",), ("late",))

    def test_threads_that_were_asked_for_after_they_expired_are_an_error(self) -> None:
        verdict = redis_expiry.judge(EXPIRING, [Vanished("conv-1", 3, ("web-2",), 4_000.0)], [])
        assert (verdict.severity, verdict.confidence) == ("high", "likely")
        assert (verdict.hosts, verdict.thread_ids) == (("web-2",), ("conv-1",))

    def test_it_says_who_wrote_what_was_not_found(self) -> None:
        signs = replace(EXPIRING, longest_ttl_seconds=30 * 86_400 - 4.5)
        gone = [Vanished(f"conv-{number}", 3, ("web-1",), 4.0, ("web-2",)) for number in range(3)]
        verdict = redis_expiry.judge(signs, gone, [])
        assert "at most 4 s after their beginning. web-1 found nothing of what web-2 wrote." in verdict.sentence
        assert "live for 30 days" in verdict.sentence
        first = verdict.evidence[0].text
        assert first == "conv-0: 3 checkpoints put by web-2, none left, and asked for again by web-1"

    def test_threads_that_are_gone_where_nothing_expires_were_deleted(self) -> None:
        assert redis_expiry.judge(SOUND, [Vanished("conv-1", 3, ("web-2",), 4_000.0)], []).outcome == "fine"

    def test_a_pointer_to_nothing_names_its_thread(self) -> None:
        verdict = redis_expiry.judge(replace(SOUND, dangling_pointers=("conv-1",)), [], [])
        assert (verdict.confidence, verdict.severity, verdict.thread_ids) == ("certain", None, ("conv-1",))

    @pytest.mark.parametrize(("expiring", "outcome"), [(0, "problem"), (1, "fine"), (100, "fine")])
    def test_writes_that_all_stay_outlive_their_checkpoints(self, expiring: int, outcome: str) -> None:
        assert redis_expiry.judge(replace(EXPIRING, expiring_writes=expiring), [], []).outcome == outcome

    @pytest.mark.parametrize(
        ("pauses", "outcome"),
        [([10.0] * 18 + [1_801.0] * 2, "problem"), ([10.0] * 19 + [1_801.0], "fine"), ([1_801.0] * 19, "fine")],
    )
    def test_pauses_are_held_against_half_of_the_time_to_live(self, pauses: list[float], outcome: str) -> None:
        verdict = redis_expiry.judge(EXPIRING, [], pauses)
        assert verdict.outcome == outcome
        if outcome == "problem":
            assert verdict.confidence == "possible"

    def test_without_a_key_to_look_at_nothing_is_known(self) -> None:
        verdict = redis_expiry.judge(replace(SOUND, sampled_checkpoints=0, sampled_pointers=0), [], [])
        assert verdict.outcome == "unknown"


class TestPrefixes:
    def test_prefixes_that_begin_with_another_and_a_colon_overlap(self) -> None:
        verdict = redis_prefix_shared.judge(replace(SOUND, prefixes=("app", "app:beta"), prefix="app"))
        assert (verdict.outcome, verdict.confidence) == ("problem", "certain")

    def test_prefixes_that_only_look_alike_keep_apart(self) -> None:
        verdict = redis_prefix_shared.judge(replace(SOUND, prefixes=("app", "app2", "apple:x"), prefix="app"))
        assert verdict.outcome == "fine"
        assert "3 sets" in verdict.sentence

    def test_the_same_threads_under_two_prefixes_are_one_conversation_in_halves(self) -> None:
        both = replace(SOUND, prefixes=("app", "beta"), prefix="app", shared_threads=(("beta", "conv-1"),))
        verdict = redis_prefix_shared.judge(both)
        assert (verdict.outcome, verdict.confidence, verdict.thread_ids) == ("problem", "likely", ("conv-1",))

    def test_what_is_not_told_is_not_known(self) -> None:
        assert redis_prefix_shared.judge(replace(SOUND, prefixes=())).outcome == "unknown"
        unseen = replace(SOUND, prefixes=("app", "beta"), prefix="app", sampled_pointers=0)
        assert redis_prefix_shared.judge(unseen).outcome == "unknown"


class TestModules:
    @pytest.mark.parametrize("lacking", ["has_search", "has_json"])
    def test_each_module_is_needed(self, lacking: str) -> None:
        verdict = redis_modules_missing.judge(replace(SOUND, **{lacking: False}))  # type: ignore[arg-type]
        assert verdict.outcome == "problem"
        assert "module:" in verdict.sentence

    def test_a_server_that_has_both_is_fine(self) -> None:
        assert redis_modules_missing.judge(SOUND).outcome == "fine"
