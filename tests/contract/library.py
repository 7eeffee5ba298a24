"""A store of each layout in which every scenario was played, once a session: tests read it and leave it as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.plays import play, plays
from inspector.demo.stage import DURABILITIES, Durability, Played, PlayedThread
from inspector.reader import Reader
from inspector.stores.base import CheckpointStore
from inspector.stores.differences import POSTGRES, REDIS, REDIS_SHALLOW, SQLITE
from inspector.stores.guard import Limits
from inspector.stores.registry import open_store
from tests.contract import hostile, large
from tests.contract.honest import honest
from tests.contract.places import PostgresPlace, RedisPlace, Saver, SqlitePlace, StoreUnderTest
from tests.contract.plain import Plain
from tests.redis_server import running_redis

HOST_KEYS = ("worker_hostname",)
OWNER_KEYS = ("user_id",)

#: Scenarios that go back to an older checkpoint, which a shallow saver has thrown away: LangGraph itself fails on it.
NEED_HISTORY = {
    ("delta-channel", "sync"),
    ("delta-channel", "async"),
    ("delta-channel", "exit"),
    ("fork-by-update", "sync"),
    ("fork-by-update", "async"),
    ("fork-by-update", "exit"),
    ("replay", "sync"),
    ("replay", "async"),
    ("replay", "exit"),
    ("resume", "exit"),
}


@dataclass(frozen=True)
class Library:
    """One store, who wrote it, what was done there, and what its plain rows are."""

    place: StoreUnderTest
    saver: Saver
    plays: tuple[Played, ...]
    plain: Plain
    reader: Reader
    digest: str  #: as it was when the last scenario had been played

    @property
    def layout(self) -> str:
        return self.place.layout

    @property
    def store(self) -> CheckpointStore:
        return self.reader.store

    def find(self, slug: str, durability: Durability = "sync") -> Played:
        """What one scenario did under one durability. Raises `KeyError` where it cannot be played."""
        return {(one.slug, one.durability): one for one in self.plays}[slug, durability]

    def plays_of(self, slug: str) -> list[Played]:
        """What a scenario did, under each durability under which it can be played."""
        return [one for one in self.plays if one.slug == slug]

    def threads(self) -> Iterator[tuple[Played, PlayedThread]]:
        return ((one, thread) for one in self.plays for thread in one.threads)


def is_playable(layout: str, slug: str, durability: Durability) -> bool:
    return layout != REDIS_SHALLOW or (slug, durability) not in NEED_HISTORY


@contextmanager
def open_reader(place: StoreUnderTest, **limits: float) -> Iterator[Reader]:
    """The dashboard's own reader of a place."""
    store = open_store(place.layout, place.url, Limits(**limits))  # type: ignore[arg-type]
    yield Reader(store, host_keys=HOST_KEYS, owner_keys=OWNER_KEYS)
    store.close()


class Libraries:
    """Each layout's library, made when it is first asked for."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self._made: dict[str, Library] = {}
        self._failed: dict[str, Exception] = {}

    def __getitem__(self, layout: str) -> Library:
        if layout in self._failed:
            raise self._failed[layout]
        if layout not in self._made:
            try:
                self._made[layout] = self._play(self._place(layout))
            except Exception as error:
                self._failed[layout] = error
                raise
        return self._made[layout]

    def _place(self, layout: str) -> StoreUnderTest:
        """On a server of its own, which lives as long as the library."""
        if layout == POSTGRES:
            return PostgresPlace(self._stack.enter_context(EmbeddedPostgres()).create_database())
        if layout == SQLITE:
            return SqlitePlace(self._folder / "library.sqlite")
        return RedisPlace(self._stack.enter_context(running_redis()).url, shallow=layout == REDIS_SHALLOW)

    def _play(self, place: StoreUnderTest) -> Library:
        saver = self._stack.enter_context(place.open_saver())
        # Without its lost writes, RedisSaver fails now and then on a delta channel that it cannot put together.
        with honest(saver) if place.layout == REDIS else nullcontext():
            done = [
                play(one, saver, durability)
                for one in plays().values()
                for durability in DURABILITIES
                if is_playable(place.layout, one.slug, durability)
            ]
        done += [hostile.play(saver), large.play(saver)]
        reader = self._stack.enter_context(open_reader(place))
        return Library(place, saver, tuple(done), place.read_plain(), reader, place.digest())
