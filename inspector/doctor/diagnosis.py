"""The diagnosis of a store: made anew where the last one is old, else as it was recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings

from inspector.doctor.case import Case
from inspector.doctor.engine import examine
from inspector.doctor.mutes import Mutes
from inspector.doctor.once import ask_once
from inspector.doctor.record import PATIENCE_MS, Diagnosis, Recorded, load, record
from inspector.doctor.rules import rules
from inspector.errors import IndexTrouble
from inspector.index.briefly import waiting_briefly
from inspector.index.claims import give_back, take
from inspector.index.queries import Moment
from inspector.index.trouble import told
from inspector.models import StoreEntry
from inspector.reader import Reader

#: A diagnosis that is younger is shown as it is: in the background one is made about as often.
FRESH = timedelta(seconds=15)


def diagnose(reader: Reader, entry: StoreEntry, moment: Moment, *, newest_only: bool = False) -> Diagnosis:
    """Asks every rule, and records what they say. A store that does not answer is asked once: what depends on it is
    then unknown, and all the rest is told in time. `newest_only` says that an index without a whole pass holds the
    newest threads. What is found is told to everybody, whoever made us look, and holds no value. Never raises a
    `StoreError`."""
    asked = replace(reader.of_everybody(), store=ask_once(reader))
    mutes, partial = Mutes(settings.INSPECTOR.muted), entry.synced_at is None
    case = Case(asked, entry, moment, mutes, partial=partial, newest_only=newest_only)
    return _in_order(record(entry, examine(case), moment.now))


def latest(reader: Reader, entry: StoreEntry, moment: Moment) -> Diagnosis:
    """The last diagnosis, or a new one where that is no longer fresh. One of all who come then makes it, and the others
    are shown the last one: at a million threads it takes a second of a processor."""
    at = entry.diagnosed_at
    if at is None:
        return diagnose(reader, entry, moment)
    if timedelta(0) <= moment.now - at < FRESH or not _is_ours(entry, at, moment):
        return recorded(entry, moment)
    try:
        return diagnose(reader, entry, moment)
    except BaseException:
        give_back(entry, "diagnosed_at", at, moment.now)
        raise


def _is_ours(entry: StoreEntry, before: datetime, moment: Moment) -> bool:
    """Nobody's while the index takes no writing, be it locked or its disk full: what is known can still be read."""
    try:
        with told(), waiting_briefly(PATIENCE_MS):
            return take(entry, "diagnosed_at", before, moment.now)
    except IndexTrouble:
        return False


def recorded(entry: StoreEntry, moment: Moment) -> Diagnosis:
    """As it was last made, however long ago."""
    return _in_order(load(entry, moment.now))


def _in_order(diagnosis: Diagnosis) -> Diagnosis:
    """What hurts most first: errors, warnings, what is mended, what is not known, what is sound."""
    places = {slug: number for number, slug in enumerate(rules())}
    known = [one for one in diagnosis.recorded if one.finding.rule in places]
    return replace(diagnosis, recorded=tuple(sorted(known, key=lambda one: (*_rank(one), places[one.finding.rule]))))


_STATUS = ("error", "warning", "unknown", "ok")
_CONFIDENCE = ("certain", "likely", "possible")


def _rank(one: Recorded) -> tuple[int, int, int, int]:
    finding = one.finding
    status = 1.5 if one.is_mended else _STATUS.index(finding.status)
    return (
        int(status * 2),
        0 if finding.applies else 1,
        0 if finding.cause else 1,
        _CONFIDENCE.index(finding.confidence) if finding.is_problem else 0,
    )
