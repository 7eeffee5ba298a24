"""Makes a thread long within seconds: its checkpoints and writes are put again by the saver itself, under later ids."""

from __future__ import annotations

import time
from typing import Any

HOSTS = ("web-1", "web-2", "web-3")
#: Seconds between 1582-10-15, when the clock of UUIDs begins, and 1970.
UUID_EPOCH = 12_219_292_800


class Copies:
    """Puts two turns of a thread under another id, and then the second one again and again, each a little later."""

    def __init__(self, saver: Any, template: str, thread_id: str) -> None:
        self._saver = saver
        self._thread_id = thread_id
        listed = list(saver.list({"configurable": {"thread_id": template}}))
        self._two = sorted(listed, key=lambda item: item.checkpoint["id"])
        roots = [item for item in self._two if not item.config["configurable"]["checkpoint_ns"]]
        self._steps = len(roots) // 2
        self._turn = self._two[len(self._two) // 2 :]
        self._at = time.time() - 86_400
        self._last = ""
        self.size = len(self._turn)

    def put(self, number: int) -> None:
        """The turn of this number, from 2 on; with the second one comes the first."""
        turn = self._turn if number > 2 else self._two
        changes: dict[str, str] = {}
        for place, item in enumerate(turn):
            old = item.checkpoint["id"]
            changes[old] = uuid6_at(self._at + number * 2 + place / 100, old)
        for item in turn:
            parent = item.parent_config and item.parent_config["configurable"]["checkpoint_id"]
            if parent and parent not in changes:
                changes[parent] = self._last
            ns = item.config["configurable"]["checkpoint_ns"]
            if ns:
                changes.setdefault(ns, f"{ns.partition(':')[0]}:{uuid6_at(number, ns.partition(':')[2])}")
        for item in turn:
            self._put_one(item, changes, number - 2)
        roots = [item for item in self._turn if not item.config["configurable"]["checkpoint_ns"]]
        self._last = changes[roots[-1].checkpoint["id"]]

    def _put_one(self, item: Any, changes: dict[str, str], later_turns: int) -> None:
        given = item.config["configurable"]
        ns = changes.get(given["checkpoint_ns"], "")
        parent = item.parent_config and item.parent_config["configurable"]["checkpoint_id"]
        place: dict[str, Any] = {"thread_id": self._thread_id, "checkpoint_ns": ns}
        if parent:
            place["checkpoint_id"] = changes[parent]
        later = later_turns * self._steps
        checkpoint = {
            **item.checkpoint,
            "id": changes[item.checkpoint["id"]],
            "channel_versions": _later(item.checkpoint["channel_versions"], later),
            "versions_seen": {node: _later(seen, later) for node, seen in item.checkpoint["versions_seen"].items()},
        }
        before = max((str(version) for version in checkpoint["channel_versions"].values()), default="")
        new = {name: one for name, one in checkpoint["channel_versions"].items() if str(one) == before}
        metadata = {
            **item.metadata,
            "step": item.metadata["step"] + (0 if ns else later),
            "worker_hostname": HOSTS[later_turns % len(HOSTS)],
        }
        written = self._saver.put({"configurable": place}, checkpoint, metadata, new)
        by_task: dict[str, list[tuple[str, Any]]] = {}
        for task_id, channel, value in item.pending_writes or ():
            by_task.setdefault(task_id, []).append((channel, value))
        for task_id, writes in by_task.items():
            self._saver.put_writes(written, writes, uuid6_at(later_turns, task_id))


def _later(versions: Any, steps: int) -> dict[str, Any]:
    """The same versions so many steps later."""
    return {name: _version(version, steps) for name, version in versions.items()}


def _version(version: Any, steps: int) -> Any:
    """With an end that looks random and is the same for the same number: later turns name those of earlier ones."""
    if not isinstance(version, str):
        return version + steps
    whole = version.partition(".")[0]
    number = int(whole) + steps
    return f"{number:0{len(whole)}}.{number * 0.618_033_988_749 % 1:.16f}"


def uuid6_at(at: float, old: str) -> str:
    """The id with another time. Its time is in its first 60 bits, but for the version."""
    ticks = f"{int((at + UUID_EPOCH) * 10_000_000):015x}"
    return f"{ticks[:8]}-{ticks[8:12]}-6{ticks[12:]}-{old[19:]}"
