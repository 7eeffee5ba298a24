"""The first sentences of the page of orphans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inspector.index.orphans import OrphanReport, Part, Parts, Rise, Share, find_window
from inspector.views.headline import headline

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
WINDOW = find_window("24h")


def report(
    current: Share,
    before: Share,
    *,
    rise: Rise | None = None,
    hosts: dict[str, Share] | None = None,
    risen: tuple[Part, ...] = (),
) -> OrphanReport:
    parts = (*(Part(name, share, Share(), 0) for name, share in (hosts or {}).items()), *risen)
    begin = NOW - WINDOW.length
    return OrphanReport(WINDOW, begin, current, before, (), rise, Parts(parts), Parts(), Parts(), None)


def said(found: OrphanReport, unnamed: str = "a host without a name") -> str:
    return headline(found, NOW, unnamed=unnamed)


def rise(hours: float, until: float | None = None, *, earlier: bool = False) -> Rise:
    end = None if until is None else NOW - timedelta(hours=until)
    return Rise(NOW - timedelta(hours=hours), end, 0.04, 0.7, earlier)


def test_it_says_how_many_since_when_and_whose() -> None:
    hosts = {"web-3": Share(500, 439), "web-1": Share(704, 19)}
    told = said(report(Share(1204, 458), Share(9000, 360), rise=rise(4), hosts=hosts))
    assert told == (
        "38 % of 1,204 threads begun in the last 24 hours were left after one turn, 4 % in the week before. "
        "The share rose at 14:00. web-3 wrote 96 % of them."
    )


def test_a_rise_may_have_ended_be_of_another_day_or_older_than_the_window() -> None:
    def told(found: Rise) -> str:
        return said(report(Share(100, 40), Share(100, 4), rise=found)).partition("before. ")[2]

    assert told(rise(4, 2)) == "The share rose at 14:00 and fell at 16:00."
    assert told(rise(20)) == "The share rose on Nov 21 at 22:00."
    assert told(rise(24, earlier=True)) == "The share had risen already on Nov 21 at 18:00."


def test_undecided_threads_are_in_no_share() -> None:
    assert said(report(Share(20, 0, 20), Share())) == ""
    assert said(report(Share(30, 5, 20), Share())).startswith("50 % of 10 threads begun")


def test_good_news_are_told_as_well() -> None:
    assert said(report(Share(100, 4), Share(100, 5))) == (
        "4 % of 100 threads begun in the last 24 hours were left after one turn, "
        "about as many as in the week before (5 %)."
    )
    assert said(report(Share(1, 0), Share())) == (
        "None of 1 thread begun in the last 24 hours was left after one turn; in the week before, no thread began."
    )


def test_muted_orphans_are_told_and_the_host_is_that_of_the_others() -> None:
    hosts = {"web-1": Share(100, 60, 0, 58), "web-2": Share(100, 40)}
    assert said(report(Share(200, 100, 0, 58), Share(200, 100), hosts=hosts)).endswith(
        "(50 %). 58 of them are muted. web-2 wrote 95 % of the others."
    )
    only = {"web-1": Share(100, 60, 0, 60), "web-2": Share(100)}
    assert said(report(Share(200, 60, 0, 60), Share(200, 60), hosts=only)).endswith("(30 %). All of them are muted.")


def test_a_host_is_named_only_where_it_stands_out() -> None:
    even = {"web-1": Share(100, 10), "web-2": Share(100, 10)}
    assert "wrote" not in said(report(Share(200, 20), Share(), hosts=even))
    assert "wrote" not in said(report(Share(100, 20), Share(), hosts={"web-1": Share(100, 20)}))
    nameless = {"": Share(100, 20), "web-1": Share(100)}
    assert said(report(Share(200, 20), Share(), hosts=nameless)).endswith("A host without a name wrote all of them.")
    assert "wrote" not in said(report(Share(200, 20), Share(), hosts=nameless), unnamed="")


def test_two_hosts_alike_are_both_named_where_they_are_ahead_of_the_others() -> None:
    def told(*orphans: int) -> str:
        hosts = {f"web-{number}": Share(1000, left) for number, left in enumerate(orphans)}
        return said(report(Share(9000, sum(orphans)), Share(), hosts=hosts)).partition("began. ")[2]

    for first, second in ((49, 40), (45, 44), (40, 49)):
        assert told(first, second, 8, 3) == " ".join(
            f"web-{number} wrote {left} % of them." for number, left in sorted(enumerate((first, second)), key=by_most)
        )
    assert told(55, 25, 20) == "web-0 wrote 55 % of them."
    assert told(51, 49) == told(49, 51) == ""
    assert told(25, 25, 25, 25) == told(34, 33, 33) == told(38, 5, *[3] * 19) == ""


def by_most(numbered: tuple[int, int]) -> int:
    return -numbered[1]


@pytest.mark.parametrize("much", [520, 500, 480])
def test_a_host_that_wrote_about_half_is_named_on_either_side_of_it_and_so_is_the_one_that_rose(much: int) -> None:
    steady = Part("web-0", Share(600, much), Share(4000, 3400), 0)
    risen = Part("web-2", Share(400, 300), Share(4000, 400), 0, rise(5))
    third = Part("web-1", Share(900, 1000 - 300 - much), Share(4000, 900), 0)
    told = said(report(Share(1900, 1000), Share(9000, 2900), rise=rise(5), risen=(steady, risen, third)))
    assert told.endswith(
        f"web-0 wrote {much // 10} % of them. web-2 wrote 30 % of them; its own share rose from 10 % to 75 %."
    )


def test_where_no_host_wrote_most_the_one_whose_share_rose_most_is_named() -> None:
    web_2 = Part("web-2", Share(800, 440), Share(4000, 1000), 0, rise(5))
    web_1 = Part("web-1", Share(700, 290), Share(4000, 900), 0, rise(4))
    steady = Part("web-0", Share(800, 400), Share(4000, 2000), 0)
    told = said(report(Share(2300, 1130), Share(9000, 2900), rise=rise(5), risen=(web_2, steady, web_1)))
    assert told.endswith("web-2 wrote 39 % of them; its own share rose from 25 % to 55 %.")
    over = report(Share(2300, 1130), Share(9000, 2900), rise=rise(5, 1), risen=(web_2, steady, web_1))
    assert "web-2" not in said(over)
