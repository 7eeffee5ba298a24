"""`/orphans/alerts/`: what fires, what fired, and how people hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar, IndexState
from inspector.views.contexts.base import page_only


@dataclass(frozen=True, slots=True)
class DeliveryItem:
    """A message over one channel. `state` is "sent", "waiting" or "dropped": given up, or not needed any more."""

    channel: str
    event: str  #: "firing", "resolved" or "test"
    state: str
    made_at: datetime
    due_at: datetime | None  #: of the next attempt; None where there is none
    attempts: int
    sent_at: datetime | None
    error: str  #: what came of the last attempt, in words that go on after "It"; "" when nothing went wrong
    answer: str  #: how it was taken, in such words; "" until it was
    words: str  #: all of this in a sentence
    title: str = page_only(default="")  #: of the channel


@dataclass(frozen=True, slots=True)
class AlertItem:
    """An alert with the figures of the moment when it fired, as `models.AlertEntry`; shares are from 0 to 1."""

    id: int
    hostname: str
    headline: str
    fired_at: datetime
    since: datetime
    ended_at: datetime | None
    end: str
    threads: int
    orphans: int
    expected: float
    basis: str
    random_ids: int
    thread_ids: tuple[str, ...]
    deliveries: tuple[DeliveryItem, ...]
    listed: Mapping[str, str] = page_only()  #: the parameters of `/threads/` for its threads
    ended: str = page_only(default="")  #: why it ended, in words


@dataclass(frozen=True, slots=True)
class AlertChannel:
    """A way to people. `where` says where to, without what is secret about it; "" where it is not set."""

    name: str
    configured: bool
    where: str
    signed: bool
    last: DeliveryItem | None
    title: str = page_only()
    settings: tuple[str, ...] = page_only()  #: variables that set it up


@dataclass(frozen=True, slots=True)
class Threshold:
    """One condition of an alert, with the variable that sets it."""

    words: str
    setting: str


@dataclass(frozen=True, slots=True)
class AlertsPage:
    store: str
    firing: tuple[AlertItem, ...]
    history: tuple[AlertItem, ...]
    next: str
    thresholds: tuple[Threshold, ...]
    channels: tuple[AlertChannel, ...]
    tested: tuple[DeliveryItem, ...]  #: the messages of the test that was just sent
    index: IndexState
    bar: Bar = page_only()
    first_page: bool = page_only()
    listed: tuple[AlertItem, ...] = page_only()  #: of those that fire, as many as a page holds
    links: bool = page_only()  #: messages have links
    tone: str = page_only()  #: of what came of the test: "good" or "bad"
