"""Threads that never go on, told in sentences: what may be muted, and what had better be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from inspector.index.queries import Moment
from inspector.models import Mute, StoreEntry
from inspector.orphans.oneshot import LOOKED_AT, OneShot, one_shot_graphs, one_shots
from inspector.views.contexts import Suggestion

_MORE = {
    "meant": "Each has an id that was chosen, so they are probably meant to end so.",
    "unsure": "Their ids are random, as those of lost conversations are: look at some before you mute them.",
    "lost": "Their ids are random, and one owner begins several right after another: these may be lost conversations.",
}


def suggest(entry: StoreEntry, moment: Moment, mutes: Iterable[Mute]) -> tuple[Suggestion, ...]:
    """Without what is muted already."""
    return _told(one_shots(entry, moment), list(mutes))


def suggest_graphs(entry: StoreEntry, moment: Moment, mutes: Iterable[Mute]) -> tuple[Suggestion, ...]:
    """Those graphs alone that are probably meant to be so: cheap enough for a page that is about something else."""
    return _told((one for one in one_shot_graphs(entry, moment) if one.verdict == "meant"), list(mutes))


def _told(found: Iterable[OneShot], mutes: Sequence[Mute]) -> tuple[Suggestion, ...]:
    return tuple(
        Suggestion(one.what, one.name, one.pattern, one.threads, one.verdict, _sentence(one))
        for one in found
        if not any(mute.what == one.what and fnmatchcase(one.name, mute.pattern) for mute in mutes)
    )


def _sentence(one: OneShot) -> str:
    if one.what == "graph":
        said = f"{one.threads:,} threads, and none ever had a second turn."
    else:
        newest = f"{one.threads:,} of the newest {LOOKED_AT:,} one-turn threads have such an id"
        said = f"{newest}, and no thread of late that has one had a second turn."
    return f"{said} {_MORE[one.verdict]}"
