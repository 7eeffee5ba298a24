"""People of `load.py`, in a process of their own: each follows what the last page offered, at a pace, and waits for the
answer. Takes its orders as one line of JSON, and gives what it saw as one.

    {"ports": [8765], "cookies": "…", "users": 50, "rate": 2.0, "seconds": 60, "seed": 1}
"""

from __future__ import annotations

import http.client
import json
import random
import re
import sys
import threading
import time
from collections import Counter
from html import unescape
from typing import Any
from urllib.parse import quote, unquote

#: What people do, in parts of a hundred. Half are refreshes: every page that is open asks again every few seconds. The
#: other half is what they click and type: mostly they open threads, go through steps, and search.
MIX = {
    "list, refreshed": 20,
    "thread, refreshed": 30,
    "list": 6,
    "next page": 5,
    "search, part of an id": 8,
    "search, exact id": 4,
    "thread": 12,
    "step": 9,
    "orphans": 2,
    "workers": 2,
    "doctor": 2,
}
_PART = {"HX-Request": "true"}
_THREAD = re.compile(r'<td class="id"><a href="([^"]+)"')
_NEXT = re.compile(r'rel="next" href="([^"]+)"')
_STEP = re.compile(r'href="(\?[^"]*checkpoint=[^"]+)"')
_TAG = re.compile(r'data-tag="([^"]+)"')
_ID = re.compile(r"[?&]id=([^&]+)")


class User:
    """One person. `seen` are (kind, milliseconds, whether it was the bar alone) of what was answered."""

    def __init__(self, orders: dict[str, Any], number: int) -> None:
        self._chance = random.Random(orders["seed"] * 1_000 + number)  # noqa: S311
        self._rate: float = orders["rate"]
        self._mix: dict[str, int] = orders.get("mix") or MIX
        self._cookies: str = orders["cookies"]
        self._ports: list[int] = orders["ports"]
        self._turn = number
        self._lines: dict[int, http.client.HTTPConnection] = {}
        self.seen: list[tuple[str, float, bool]] = []
        self.errors: list[str] = []
        #: What the last pages offered: threads and the next page of a list, a thread's steps, and the tags of both.
        self._threads: list[str] = []
        self._more = ""
        self._steps: list[str] = []
        self._list, self._thread = "/threads/", ""
        self._tags: dict[str, str] = {}

    def browse(self, begins: float, ends: float) -> None:
        """Each request is due some time after the one before was; one that is overdue is made at once."""
        due = begins + self._chance.random() / self._rate
        while due < ends:
            time.sleep(max(0.0, due - time.monotonic()))
            self.act(self._chance.choices(list(self._mix), list(self._mix.values()))[0])
            due = max(due + self._chance.expovariate(self._rate), time.monotonic() - 1)

    def close(self) -> None:
        for line in self._lines.values():
            line.close()

    def act(self, kind: str) -> None:
        """One request of this kind, or of the kind that comes before it."""
        if not self._threads or (kind == "next page" and not self._more):
            kind = "list"
        elif not self._thread and kind in ("thread, refreshed", "step"):
            kind = "thread"
        elif kind == "step" and not self._steps:
            kind = "thread, refreshed"
        if kind in ("thread", "step", "thread, refreshed"):
            self._open_thread(kind)
        elif kind in ("orphans", "workers", "doctor"):
            self._ask(kind, f"/{kind}/", {})
        else:
            self._open_list(kind)

    def _open_list(self, kind: str) -> None:
        thread_id = unquote(_found(_ID, self._chance.choice(self._threads))) if self._threads else ""
        part = thread_id[2:10]
        path = {
            "list": "/threads/",
            "next page": self._more,
            "search, part of an id": f"/threads/?q={quote(part)}",
            "search, exact id": f"/threads/?q={quote(thread_id)}",
        }.get(kind, self._list)
        page = self._ask(kind, path, {} if kind == "list" else _PART)
        if page is not None:
            self._list = path
            self._threads = [unescape(link) for link in _THREAD.findall(page)] or self._threads
            more = unescape(_found(_NEXT, page))
            self._more = f"/threads/{more}" if more else ""

    def _open_thread(self, kind: str) -> None:
        if kind == "thread":
            path = self._chance.choice(self._threads)
        else:
            path = "/thread/" + self._chance.choice(self._steps) if kind == "step" else self._thread
        page = self._ask(kind, path, {} if kind == "thread" else _PART)
        if page is not None:
            self._thread = path
            self._steps = [unescape(step) for step in _STEP.findall(page)]

    def _ask(self, kind: str, path: str, headers: dict[str, str]) -> str | None:
        """The page; None where it would come out as it is shown, or was not answered."""
        told = {"Cookie": self._cookies, "Accept-Encoding": "identity", **headers}
        if kind.endswith("refreshed"):
            told |= {"X-Refresh": "1", **({"X-Shown": self._tags[path]} if path in self._tags else {})}
        port = self._ports[self._turn % len(self._ports)]
        self._turn += 1
        began = time.perf_counter()
        try:
            status, page, alone = self._send(port, path, told)
        except (OSError, http.client.HTTPException) as error:
            self.errors.append(f"{kind}: {type(error).__name__} {error}"[:200])
            self._lines.pop(port).close()
            return None
        took = 1_000 * (time.perf_counter() - began)
        if status != 200:
            self.errors.append(f"{kind}: {status} {path}"[:200])
            return None
        self.seen.append((kind, took, alone))
        if alone:
            return None
        self._tags = {self._list: self._tags.get(self._list, ""), path: _found(_TAG, page)}
        self._tags = {known: tag for known, tag in self._tags.items() if tag}
        return page

    def _send(self, port: int, path: str, headers: dict[str, str]) -> tuple[int, str, bool]:
        """As browsers do: a line that was kept, and is closed just when it is asked, is replaced by a new one."""
        kept = self._lines.get(port)
        if kept is not None:
            try:
                return self._send_by(kept, path, headers)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                kept.close()
        line = self._lines[port] = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        return self._send_by(line, path, headers)

    def _send_by(self, line: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> tuple[int, str, bool]:
        line.request("GET", path, headers=headers)
        response = line.getresponse()
        return response.status, response.read().decode(), response.getheader("HX-Reswap") == "none"


def _found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    return match[1] if match else ""


def browse_all(orders: dict[str, Any]) -> dict[str, Any]:
    """What all saw: (kind, milliseconds, bar alone) of each answer, and errors with how often each was met."""
    begins = time.monotonic() + 0.5
    ends = begins + orders["seconds"]
    users = [User(orders, number) for number in range(orders["users"])]
    threads = [threading.Thread(target=user.browse, args=(begins, ends)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for user in users:
        user.close()
    return {
        "seen": [one for user in users for one in user.seen],
        "errors": dict(Counter(error for user in users for error in user.errors)),
        "cpu": time.process_time(),
    }


if __name__ == "__main__":
    print(json.dumps(browse_all(json.loads(sys.stdin.readline()))))
