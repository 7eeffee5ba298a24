"""Plays scenarios into a Postgres database: all of them for the tests, a chosen one for the demo."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg.rows import dict_row

from inspector.demo.graphs.typed import STORED_TYPES
from inspector.demo.plays import play, plays
from inspector.demo.stage import DURABILITIES, Durability, Played


@dataclass(frozen=True)
class PlayedStore:
    """A database in which scenarios were played. Graphs and saver are alive as long as the store is open."""

    url: str
    saver: PostgresSaver
    played: tuple[Played, ...]

    def find(self, slug: str, durability: Durability) -> Played:
        """What one scenario did under one durability."""
        return next(one for one in self.played if (one.slug, one.durability) == (slug, durability))


@contextlib.contextmanager
def open_saver(url: str) -> Iterator[PostgresSaver]:
    """A saver with its tables, on one connection. It knows the demo's own types, so nothing warns."""
    serde = JsonPlusSerializer(allowed_msgpack_modules=STORED_TYPES)
    with psycopg.connect(url, autocommit=True, prepare_threshold=0, row_factory=dict_row) as connection:
        saver = PostgresSaver(connection, serde=serde)
        saver.setup()
        yield saver


@contextlib.contextmanager
def play_into(
    url: str, slugs: Iterable[str] = (), durabilities: Iterable[Durability] = DURABILITIES
) -> Iterator[PlayedStore]:
    """Play scenarios (all, unless `slugs` names some) under each durability and keep the store open."""
    chosen = [plays()[slug] for slug in slugs] or list(plays().values())
    with open_saver(url) as saver:
        done = (play(one, saver, durability) for one in chosen for durability in durabilities)
        yield PlayedStore(url, saver, tuple(done))
