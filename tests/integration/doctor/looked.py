"""What single rules say of a store that real savers have written, read into the index as by a pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from inspector.doctor.case import Case
from inspector.doctor.engine import examine
from inspector.doctor.finding import Finding
from inspector.doctor.mutes import Mutes
from inspector.doctor.rules import rules
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.mute import Mute
from inspector.reader import Reader
from tests.integration.index.syncing import sync

ORPHAN_AFTER = 1800.0


def say(reader: Reader, *slugs: str, later: timedelta = timedelta(0), muted: tuple[Mute, ...] = ()) -> list[Finding]:
    """Of these rules, in their order, so much later than now."""
    sync(reader)
    entry = StoreEntry.objects.get(name=reader.store.name)
    case = Case(reader, entry, Moment(datetime.now(UTC) + later, ORPHAN_AFTER), Mutes(muted))
    return list(examine(case, [rules()[slug] for slug in slugs]))


def say_one(reader: Reader, slug: str, *, later: timedelta = timedelta(0), muted: tuple[Mute, ...] = ()) -> Finding:
    return say(reader, slug, later=later, muted=muted)[0]
