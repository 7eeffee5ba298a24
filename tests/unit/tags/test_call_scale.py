"""Bars of calls share one axis: in order, as long as they took, with pauses cut short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from inspector.tags.call_scale import WIDTH, Scale, lay_out

BEGIN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
Span = tuple[datetime, datetime]
spans = some.lists(
    some.tuples(some.floats(0, 1e6), some.floats(0, 1e3)).map(
        lambda pair: (BEGIN + timedelta(seconds=pair[0]), BEGIN + timedelta(seconds=pair[0] + pair[1]))
    ),
    max_size=30,
)


def place(scale: Scale, at: datetime) -> float:
    return scale.place(at.timestamp())


@given(spans)
def test_every_bar_lies_on_the_axis_and_none_ends_before_it_begins(found: list[Span]) -> None:
    scale = lay_out(found)
    for begin, end in found:
        assert -1e-6 <= place(scale, begin) <= place(scale, end) <= WIDTH + 1e-6
    moments = sorted(moment for span in found for moment in span)
    drawn = [place(scale, moment) for moment in moments]
    assert drawn == sorted(drawn)


@given(spans)
def test_the_axis_ends_with_the_last_of_the_bars(found: list[Span]) -> None:
    if any(end > begin for begin, end in found):
        last = max(end for _, end in found)
        assert abs(place(lay_out(found), last) - WIDTH) < 1e-6


def test_days_between_calls_take_little_room_and_are_marked() -> None:
    minute, days = timedelta(minutes=1), timedelta(days=3)
    first, second = (BEGIN, BEGIN + minute), (BEGIN + days, BEGIN + days + minute)
    scale = lay_out([first, second])
    assert place(scale, first[1]) > 0.45 * WIDTH
    ((at, seconds),) = scale.pauses
    assert place(scale, first[1]) < at < place(scale, second[0])
    assert seconds == (days - minute).total_seconds()


def test_calls_beside_each_other_and_right_after_each_other_leave_no_pause() -> None:
    ends = [BEGIN + timedelta(seconds=second) for second in range(4)]
    scale = lay_out([(ends[0], ends[2]), (ends[1], ends[2]), (ends[2], ends[3])])
    assert scale.pauses == ()
    assert [round(place(scale, end)) for end in ends] == [0, 333, 667, 1000]


def test_a_clock_that_went_back_and_no_calls_at_all_draw_nothing_odd() -> None:
    assert lay_out([]).place(0.0) == 0.0
    scale = lay_out([(BEGIN, BEGIN - timedelta(hours=1))])
    assert place(scale, BEGIN) == 0.0
