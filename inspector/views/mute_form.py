"""The form that mutes: its choices, what was typed, and when a mute ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from inspector.views.actions import Form
from inspector.views.contexts import Choice, MuteForm

WHATS = {"id": "threads by their id", "owner": "an owner", "host": "a host", "graph": "a graph"}
#: In the words of the list: "host web-3".
NAMES = {"id": "thread ids", "owner": "owner", "host": "host", "graph": "graph"}
_DAYS = {"1d": 1, "7d": 7, "30d": 30}
ENDS = {
    "1d": "in 1 day",
    "7d": "in 7 days",
    "30d": "in 30 days",
    "at": "after the day below",
    "never": "never, until it is undone",
}
_DEFAULT_END = "30d"
PATTERN = 500  #: characters, at most
_LONGEST = timedelta(days=3660)


def blank(what: str, pattern: str, now: datetime) -> MuteForm:
    """As the page is opened, filled in by a link that leads to it."""
    return MuteForm(_choices(WHATS, what), _choices(ENDS, _DEFAULT_END), pattern, first_day=_first_day(now))


def filled(form: Form, now: datetime) -> MuteForm:
    """With what was typed."""
    typed = form.typed
    return MuteForm(
        _choices(WHATS, typed.get("what", "")),
        _choices(ENDS, typed.get("end", "")),
        typed.get("pattern", ""),
        typed.get("reason", ""),
        typed.get("day", ""),
        _first_day(now),
        tuple(form.errors.items()),
        form.errors,
    )


def without_owners(form: MuteForm) -> MuteForm:
    """For who may not know whose a thread is: what an owner's mute would cover tells that."""
    named = any(choice.value == "owner" and choice.current for choice in form.whats)
    whats = tuple(choice for choice in form.whats if choice.value != "owner")
    return replace(form, whats=whats, pattern="" if named else form.pattern)


def read_pattern(form: Form) -> tuple[str, str]:
    """What is muted, and its pattern."""
    what = form.choice("what", WHATS, what="What is muted", default="id")
    return what, form.text("pattern", what="The pattern", least=1, most=PATTERN)


def read_end(form: Form, now: datetime, *, asked: bool = True) -> datetime | None:
    """When the mute ends: None for never, and where what was typed is wrong or not `asked` for yet."""
    end = form.choice("end", ENDS, what="The end", default=_DEFAULT_END)
    day = form.text("day", what="The day", most=20)
    if end in _DAYS:
        return now + timedelta(days=_DAYS[end])
    if end != "at" or not asked:
        return None
    try:
        after = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        form.refuse("day", "The day is missing." if not day else "The day is to be a date, as 2026-12-24.")
        return None
    if not now < after <= now + _LONGEST:
        form.refuse("day", "The day is to be today or later, and within ten years.")
        return None
    return after


def _first_day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()


def _choices(words: dict[str, str], current: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, said, value == current) for value, said in words.items())
