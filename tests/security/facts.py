"""What three planted stores hold, as somebody knows it who sees everything: what requests are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.test import Client
from django.utils.http import urlencode


@dataclass(frozen=True)
class Thread:
    """`steps` are (namespace, checkpoint_id), `values` (namespace, checkpoint_id, channel), `messages`
    (namespace, channel, message id)."""

    store: str
    thread_id: str
    steps: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str, str], ...]
    messages: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Facts:
    stores: tuple[str, ...]
    threads: tuple[Thread, ...]
    hosts: tuple[str, ...]
    graphs: tuple[str, ...]
    owners: tuple[str, ...]

    def of(self, store: str, *, ending: str = "") -> Facts:
        """What can be asked of one store, and of its threads whose ids end so."""
        threads = [one for one in self.threads if one.store == store and one.thread_id.endswith(ending)]
        return replace(self, stores=(store,), threads=tuple(threads))


def learn(client: Client, stores: list[str]) -> Facts:
    """By the pages' own data."""
    threads, graphs, owners = [], {""}, set()
    hosts: dict[str, None] = {}
    for store in stores:
        rows = _data(client, "/threads/", store=store, limit=500)["threads"]
        for row in rows:
            threads.append(_thread(client, store, row["thread_id"]))
            graphs.add(row["metadata"].get("graph_id", ""))
            owners.add(row["owner"])
            hosts |= dict.fromkeys(one["hostname"] for one in row["workers"])
    assert threads
    return Facts(tuple(stores), tuple(threads), tuple(hosts), tuple(sorted(graphs)), tuple(sorted(owners)))


def _thread(client: Client, store: str, thread_id: str) -> Thread:
    steps, values, messages = [], {}, {}
    first = _data(client, "/thread/", store=store, id=thread_id)
    for space in first["namespaces"]:
        namespace = space["checkpoint_ns"]
        page = _data(client, "/thread/", store=store, id=thread_id, ns=namespace)
        steps += [(namespace, step["checkpoint_id"]) for step in page["checkpoints"]]
        for channel in page["selected"]["channels"]:
            values[namespace, page["selected"]["checkpoint_id"], channel["channel"]] = None
            for message in _message_ids(channel["value"]):
                messages[namespace, channel["channel"], message] = None
    return Thread(store, thread_id, tuple(steps), tuple(values), tuple(messages))


def _message_ids(value: Any) -> list[str]:
    if isinstance(value, list):
        return [one["id"] for one in value if isinstance(one, dict) and isinstance(one.get("id"), str)]
    return []


def _data(client: Client, path: str, **query: Any) -> Any:
    answer = client.get(f"{path}?{urlencode({**query, 'format': 'json'})}")
    assert answer.status_code == 200, (path, query, answer.content[:300])
    return answer.json()
