"""Numbers, times, states and flags in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest

from inspector.index.queries import FLAGS as INDEX_FLAGS
from inspector.index.queries import STATES as INDEX_STATES
from inspector.tags import words
from inspector.tags.hosts import COLOURS, host_class, host_name
from inspector.tags.links import aria_sort

AT = datetime(2026, 3, 1, 9, 31, 38, 123456, tzinfo=UTC)


def test_times_are_utc_and_exact() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    assert words.exact(elsewhere) == "2026-03-01 09:31:38.123 UTC"
    assert words.iso(elsewhere) == "2026-03-01T09:31:38.123Z"
    assert words.clock(elsewhere) == "2026-03-01 09:31:38"
    assert words.clock(datetime.now(UTC).replace(hour=1, minute=2, second=3)) == "01:02:03"


def test_an_unknown_time_is_called_so() -> None:
    assert (words.ago(None), words.clock(None), words.iso(None), words.exact(None)) == (
        "unknown",
        "unknown time",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (None, ""),
        (0, "0 ms"),
        (0.0032, "3 ms"),
        (0.0996, "0.1 s"),
        (0.94, "0.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (240, "4 min"),
        (7200, "2 h"),
        (-0.5, "−0.5 s"),
    ],
)
def test_lengths_of_time(length: float | None, said: str) -> None:
    assert words.seconds(length) == said


@pytest.mark.parametrize(
    ("share", "said"), [(None, "–"), (0, "0 %"), (0.004, "< 1 %"), (0.38, "38 %"), (0.995, "> 99 %"), (1, "100 %")]
)
def test_a_share_is_never_rounded_to_nothing_or_all(share: float | None, said: str) -> None:
    assert words.percent(share) == said


def test_a_share_of_nothing_is_unknown() -> None:
    assert words.part_of(0, 0) is None
    assert words.part_of(1, 4) == 0.25


def test_every_flag_and_state_of_the_index_has_words() -> None:
    assert set(words.FLAGS) == set(INDEX_FLAGS)
    assert set(words.STATES) == {*INDEX_STATES, "absent"}


def test_an_unknown_flag_or_state_still_shows() -> None:
    assert words.flag_words("brand-new") == "brand new"
    assert words.flag_tone("brand-new") == words.flag_says("brand-new") == ""
    assert words.state_says("brand-new") == words.state_tone("brand-new") == ""


@dataclass(frozen=True)
class Index:
    lag_seconds: float | None = 2.4
    building: bool = False
    error: str = ""


@pytest.mark.parametrize(
    ("index", "said", "tone"),
    [
        (Index(), "index 2 s behind", "good"),
        (Index(0.4), "index up to date", "good"),
        (Index(200), "index 3 min behind", "warn"),
        (Index(None, building=True), "building the index", "warn"),
        (Index(None, building=True, error="down"), "no index yet", "bad"),
        (Index(None, error="down"), "no index yet", "bad"),
        (Index(200, error="down"), "index 3 min behind, last pass failed", "bad"),
    ],
)
def test_how_far_the_index_is_behind(index: Index, said: str, tone: str) -> None:
    assert (words.lag_words(index), words.lag_tone(index)) == (said, tone)


def test_turns_have_at_most_eight_bars() -> None:
    assert [words.bars(turns) for turns in (0, 1, 8, 19)] == [0, 1, 8, 8]


def test_a_host_keeps_its_colour_and_neighbours_differ() -> None:
    colours = [host_class(f"web-{number}") for number in range(1, 9)]
    assert len(set(colours)) == COLOURS
    assert host_class("web-1") == colours[0]
    assert host_class("web-\ud800")


def test_the_host_that_nobody_named_has_a_name_and_a_class_of_its_own() -> None:
    assert (host_class(""), host_name("")) == ("hx", "host not named")


def test_the_sorted_column_says_which_way() -> None:
    assert aria_sort("-last_at", "last_at") == "descending"
    assert aria_sort("last_at", "last_at") == "ascending"
    assert aria_sort("-last_at", "turns") == "none"


def test_where_a_login_could_write_is_told_once_a_table() -> None:
    rights = ("INSERT, UPDATE on checkpoints", "DELETE on checkpoint_writes")
    assert words.could_write_words(rights) == "to checkpoints, checkpoint_writes"
    more = ("everything, as owner of checkpoint_blobs", "CREATE in schema public")
    assert words.could_write_words((*more, *rights)) == (
        "to checkpoints, checkpoint_writes, as owner to checkpoint_blobs, CREATE in schema public"
    )
    assert words.could_write_words(("anything: the login is a superuser",)) == "anything: the login is a superuser"
