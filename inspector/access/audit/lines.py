"""One line of the log, on its way from a request to the database and the process's log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError

from inspector.index.briefly import waiting_briefly
from inspector.logs.formats import FIELDS
from inspector.logs.settings import AUDIT
from inspector.models import Opened
from inspector.models.database import atomic
from inspector.probe.ledger_schema import storable, thread_key

logger = logging.getLogger(AUDIT)

#: Milliseconds that a page waits for an index that a sync pass is writing to.
PATIENCE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """`page` is the name of the page in `urls`, or `FILE` where the thread was sent as a file. `address` is the
    browser's, "" where the server tells none."""

    at: datetime
    username: str
    via: str
    address: str
    store: str
    thread_id: str
    page: str
    request_id: str = ""


#: In place of a page's name.
FILE = "thread-file"


def write(lines: Sequence[Line]) -> bool:
    """False where the database did not take them within a moment."""
    rows = [_row(line) for line in lines]
    try:
        with waiting_briefly(PATIENCE), atomic():
            Opened.objects.bulk_create(rows)
    except (DatabaseError, InterfaceError) as error:
        logger.debug("The audit log could not be written: %s", error)
        return False
    return True


def _row(line: Line) -> Opened:
    thread_id = storable(line.thread_id)
    return Opened(**{**asdict(line), "thread_id": thread_id, "thread_key": thread_key(thread_id)})


def tell(line: Line, *, written: bool) -> None:
    """In the process's log every line stands as well, so that what collects logs has them where nobody can change
    them. There one that could not be written is a warning."""
    told = {**asdict(line), "at": line.at.isoformat(), "written": written}
    del told["request_id"]  # the log's own
    later = "" if written else " It could not be written to the audit log yet, and will be tried again."
    logger.log(
        logging.INFO if written else logging.WARNING,
        "%s (%s, from %s) was shown content of the thread %s of %s by %s.%s",
        line.username,
        line.via,
        line.address or "an unknown address",
        storable(line.thread_id),
        line.store,
        line.page,
        later,
        extra={FIELDS: told},
    )
