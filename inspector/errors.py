"""Errors that reach a person. Each says what happened (`message`) and what to do about it (`hint`).

`status` is the HTTP status a page answers with. No message ever holds a password or a stored value.
"""

from __future__ import annotations


class InspectorError(Exception):
    """Base of every error that is shown to a person instead of a traceback."""

    status = 500
    default_hint = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint


class BadRequest(InspectorError):
    """A parameter that cannot be what it says: a stale cursor, an unknown sort, a date that is none."""

    status = 400


class Refused(InspectorError):
    """Something was to be changed, and nothing shows that it was a page of this dashboard that asked for it."""

    status = 403


class NotAllowed(InspectorError):
    """Something that is there and that this viewer may not see."""

    status = 403


class WrongMethod(InspectorError):
    """An address that only changes something was opened, or the other way round."""

    status = 405


class NotFound(InspectorError):
    """A thread, checkpoint or store that is not there (any more)."""

    status = 404

    @classmethod
    def thread(cls) -> NotFound:
        """No checkpoint of a thread is there."""
        return cls(
            "No checkpoint is stored under this thread_id.",
            "It was never written, has been deleted or has expired, or lives in another store.",
        )


class ConfigError(InspectorError):
    """A setting that cannot work: a bad URL, an unknown scheme, two stores of one name, or no store at all.

    To a page it is 503: nothing is wrong with what was asked, and it is answered once the setting is mended.
    """

    status = 503


class OwnDatabaseDown(InspectorError):
    """The dashboard's own database, where sessions and accounts are, does not answer."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "The dashboard's own database does not answer.",
            "Its log says why. Pages come back by themselves once it does.",
        )


class IndexTrouble(InspectorError):
    """The dashboard's own database cannot be read or written for now. No store has anything to do with it."""

    status = 503


class StoreError(InspectorError):
    """The store could not answer. Pages stay up and show this; the next request tries again."""

    status = 503
    words = "does not answer"  #: the trouble in a label's length


class StoreUnreachable(StoreError):
    words = "cannot be reached"
    default_hint = "Check that the server runs and that this machine may reach it; the page recovers by itself."


class StoreDenied(StoreError):
    """Wrong password, or a role that may not read the checkpoint tables."""

    words = "login refused"


class NotACheckpointStore(StoreError):
    """The database answers, but holds no LangGraph checkpoint tables."""

    words = "no checkpoint tables"


class StoreTimeout(StoreError):
    """A read hit its time budget and was cut."""


class ReadTooLong(StoreTimeout):
    """The read itself took too long, not a lock or a silent server: one that asks for less may yet succeed."""
