"""Three stores that hold canaries and secrets in every kind of value, with all that the dashboard knows of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from inspector.config import Config, StoreSetting
from inspector.index.connections import all_readers, close_readers
from inspector.index.pace import FAST
from inspector.index.passes import run_pass
from inspector.models import StoreEntry
from inspector.probe.ledger_schema import Read, ThreadCounts
from inspector.secret import Secret, StoreUrl
from tests.canaries import OWNER_KEY, Planted, plant
from tests.canaries.birds import bird
from tests.canaries.planting import AES_KEY, OWNER
from tests.contract.places import Saver, StoreUnderTest
from tests.integration.alerts.told import fire
from tests.pages.ledgers import telling
from tests.signing_in import signed_in_client

METRICS_TOKEN = "a-token-that-a-scraper-sends"
#: A word that is part of every secret, and nowhere else.
SECRET = "geheimnis"
_JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI{SECRET}In0.c2lnbmF0dXJl{SECRET}c2lnbmF0dXJlc2lnbg"
#: One of each form, with the text around it.
SECRETS = {
    "api key": f"use sk-ant-api03-{SECRET}0123456789abcdefghijABCDEFGHIJ now",
    "token": f"and ghp_{SECRET}0123456789abcdefghijABCDEF0 too",
    "jwt": f"with {_JWT} in it",
    "url": f"at postgresql://app:{SECRET}@db.example/app it is",
    "pattern": f"order ORD-{SECRET} came",
}
#: The page of masks shows the rules as they are written: this one names no secret.
MASKS = "ORDER=pattern:ORD-[a-z]+"
#: In every name of a store, but for those that its database and the graphs of `plant` bring along.
NAMES = {"main": "hauptlager", "cache": "zwischenlager", "file": "aktenlager"}


@dataclasses.dataclass(frozen=True)
class Stores:
    """Where they lie, and what was planted in each, by the stores' names."""

    places: Mapping[str, StoreUnderTest]
    planted: Mapping[str, Planted]

    @property
    def urls(self) -> dict[str, str]:
        return {NAMES[name]: place.url for name, place in self.places.items()}


def plant_all(places: Mapping[str, StoreUnderTest]) -> Stores:
    """What is planted in a store bears its name."""
    planted = {}
    for name, place in places.items():
        with place.open_saver() as saver:
            planted[name] = plant(saver, place.layout, prefix=NAMES[name])
            _hold_secrets(saver, NAMES[name])
    return Stores(places, planted)


def configured(stores: Stores) -> Config:
    config: Config = settings.INSPECTOR
    return dataclasses.replace(
        config,
        stores=tuple(StoreSetting(name, StoreUrl(url)) for name, url in stores.urls.items()),
        aes_key=Secret(AES_KEY.decode()),
        masks=Secret(MASKS),
        metrics_token=Secret(METRICS_TOKEN),
        orphan_after=0.000_001,
    )


@contextmanager
def shown(stores: Stores) -> Iterator[None]:
    """The dashboard looks at these stores."""
    with override_settings(INSPECTOR=configured(stores)):
        yield
        close_readers()


def fill_index(stores: Stores) -> None:
    """The stores' index, a ledger that tells of errors, a diagnosis, alerts that fire and fired, mutes."""
    _tell(stores)
    for reader in all_readers().values():
        assert run_pass(reader, pace=FAST).complete
    client = signed_in_client()
    now = timezone.now()
    for name in NAMES.values():
        entry = StoreEntry.objects.get(name=name)
        fire(entry, f"{name}-host", now, thread_ids=[f"{name}-waiting"])
        fire(entry, f"{name}-old", now - timedelta(days=1), ended_at=now - timedelta(hours=2), end="fixed")
        for what, pattern in (("owner", OWNER), ("id", f"{name}-muted*")):
            form = {"what": what, "pattern": pattern, "reason": f"{name} needs none", "end": "7d"}
            assert client.post(f"/orphans/mutes/add/?store={name}", form).status_code in (302, 303)
        assert client.get(f"/doctor/?store={name}").status_code == 200
    _open_threads(client, stores)


def _open_threads(client: Client, stores: Stores) -> None:
    """So that the audit log has lines."""
    for name, planted in stores.planted.items():
        answer = client.get("/thread/", {"store": NAMES[name], "id": planted.thread_ids[0]})
        assert answer.status_code == 200


def _tell(stores: Stores) -> None:
    """Workers of the Postgres store, with what their calls raised."""
    now = timezone.now().timestamp()
    thread_id = stores.planted["main"].thread_ids[0]
    with telling(stores.places["main"].url) as ledger:
        reads = (Read(now, ""), Read(now - 1, ""))
        counts = ThreadCounts(thread_id, 0, now - 9, now, reads=2, misses=2, last_miss_at=now, recent=reads)
        lost = ThreadCounts(f"{NAMES['main']}-lost", 0, now - 9, now, checkpoints=3)
        ledger.tell(
            f"{NAMES['main']}-host", counts, lost, reads=2, misses=2, exceptions={"psycopg.OperationalError": 2}
        )


def _hold_secrets(saver: Saver, name: str) -> None:
    """A thread with secrets in its messages, arguments, keys that look secret, writes, errors and metadata."""

    class State(MessagesState):
        report: dict[str, Any]

    def confess(state: State) -> dict[str, Any]:
        said = " ".join(SECRETS.values())
        call = {"name": "login", "args": {"password": SECRET, "note": said}, "id": f"call-{len(state['messages'])}"}
        report = {"api_key": SECRET, "deep": [{"access_token": SECRET, "text": said}], **SECRETS}
        return {"messages": [AIMessage(said, tool_calls=[call])], "report": report}

    def fail(state: State) -> dict[str, Any]:
        raise RuntimeError(SECRETS["url"])

    graph: Any = StateGraph(State)
    graph.add_node(f"{name}-confess", confess)
    graph.add_node(f"{name}-fail", fail)
    graph.add_edge(START, f"{name}-confess")
    graph.add_edge(f"{name}-confess", f"{name}-fail")
    compiled = graph.compile(checkpointer=saver)
    metadata = {
        OWNER_KEY: bird("owner"),
        "worker_hostname": f"{name}-host",
        "db_password": SECRET,
        "via": SECRETS["url"],
        "graph_id": f"{name}-graph",
    }
    config: Any = {"configurable": {"thread_id": f"{name}-secrets"}, "metadata": metadata}
    for _ in range(2):
        try:
            compiled.invoke({"messages": [HumanMessage(SECRETS["api key"])]}, config)
        except RuntimeError:
            continue
        raise AssertionError("the graph fails")
