"""A store that real graphs write, and a ledger beside it that real rows are written to."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from inspector.index.fold import FoldReport
from inspector.ledger.base import LedgerReader
from inspector.models import ThreadEntry
from inspector.probe.ledger_schema import Ledger
from inspector.reader import Reader
from tests.integration.index.syncing import fold, sync
from tests.integration.index.tellers import Teller, place_of


@dataclass
class Scene:
    """A store that graphs write, and the ledger beside it."""

    url: str
    reader: Reader
    writer: Ledger
    ledger: LedgerReader

    def say(self, thread_id: str, *hosts: str) -> None:
        """One turn by each host: three checkpoints."""
        with open_saver(self.url) as saver:
            stage, graph = Stage(saver, "sync", "fold"), build_chat(saver)
            for host in hosts:
                stage.say(graph, stage.config(thread_id, **({"worker_hostname": host} if host else {})), "Hello")

    def delete(self, thread_id: str) -> None:
        with open_saver(self.url) as saver:
            saver.delete_thread(thread_id)

    def worker(self, hostname: str) -> Teller:
        return Teller(self.writer, hostname, (place_of(self.reader),))

    def execute(self, statement: str) -> None:
        """In the store's database, where the ledger is, too."""
        with psycopg.connect(self.url) as session:
            session.execute(statement.encode())

    def make_old(self) -> None:
        """A fold looks back only so far as a batch may have been under way."""
        self.execute("update inspector_counts set updated_at = updated_at - interval '1 hour'")

    def fold(self, *, anew: bool = False, others: tuple[Reader, ...] = ()) -> FoldReport:
        return fold(self.reader, self.ledger, others=others, anew=anew)

    def sync(self) -> None:
        assert sync(self.reader).complete

    def state(self, thread_id: str) -> str:
        found = ThreadEntry.every.filter(store__name=self.reader.store.name, thread_id=thread_id).first()
        return found.state if found is not None else ""
