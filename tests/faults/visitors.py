"""People who look at the dashboard while something breaks: plain clients, each of which opens some pages in turn."""

from __future__ import annotations

import http.client
import itertools
import random
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

from tests.browser.dashboard import Dashboard

#: What the product promises, in seconds.
BOUND = 5.0
#: Answers of a kind by which it is held to that. Of fewer, one may be what the machine was busy with, so that they have
#: SLACK seconds more.
ENOUGH = 3
SLACK = 3.0
#: Longer than any page may be given up after, on a machine that is busy with other things.
NEVER = 12.0
#: Longer than anything may take: a visitor who waited so long was left hanging.
HANG = 40.0
#: Answers by which a stretch of time is judged at least.
LEAST = 10
#: What no page may say.
FAULTS_OF_OURS = ("Traceback", "made a mistake", "OperationalError", "Error at /")
#: Lost on the way: no answer at all.
LOST = 0


@dataclass(frozen=True)
class Answer:
    """`status` is `LOST` where the connection ended without an answer; then `text` says how. Times are in seconds."""

    kind: str
    path: str
    status: int
    seconds: float
    text: str
    began: float

    def __str__(self) -> str:
        return f"{self.kind} {self.path}: {self.status} after {self.seconds:.1f} s"


class Visitor:
    """Every request of these tests goes through here. The cookie is the dashboard's own of the sign-in."""

    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard

    def open(self, kind: str, path: str, **headers: str) -> Answer:
        cookie = str(getattr(self._dashboard, "cookie", "") or "")
        sent = {"Cookie": cookie, **headers} if cookie else headers
        began = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self._dashboard.port, timeout=HANG)
        try:
            line.request("GET", path, headers=sent)
            response = line.getresponse()
            status, text = response.status, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            status, text = LOST, type(error).__name__
        finally:
            line.close()
        return Answer(kind, path, status, time.monotonic() - began, text, began)


#: Kinds of pages: the address by the name of a store and one of its threads, and headers.
Page = Callable[[str, str], tuple[str, Mapping[str, str]]]


def _page(path: str, **parameters: str) -> Page:
    def address(store: str, thread_id: str) -> tuple[str, Mapping[str, str]]:
        given = {"store": store, **{name: value.format(id=thread_id) for name, value in parameters.items()}}
        return f"{path}?{urlencode(given)}", {}

    return address


def _refreshed(path: str, **parameters: str) -> Page:
    """As htmx asks for it when a page that is open looks for what is new."""
    page = _page(path, **parameters)
    return lambda store, thread_id: (page(store, thread_id)[0], {"HX-Request": "true", "HX-Target": "main"})


#: The first ones ask the store; the second ones the index alone. Each visitor opens those of one group in turn.
ROUNDS: tuple[dict[str, Page], ...] = (
    {"thread": _page("/thread/", id="{id}"), "list": _page("/threads/")},
    {"thread refreshed": _refreshed("/thread/", id="{id}"), "list refreshed": _refreshed("/threads/")},
    {"diff": _page("/thread/compare/", id="{id}", with_id="{id}"), "workers": _page("/workers/")},
    {"search": _page("/threads/", q="{id}"), "data": _page("/thread/", id="{id}", format="json")},
    {"search in vain": _page("/threads/", q="{id} or not"), "orphans": _page("/orphans/")},
    {"stores": _page("/stores/"), "diagnosis": _page("/doctor/"), "health": _page("/-/health")},
    {"find": _page("/thread/find/", id="{id}", q="Remark"), "unknown": _page("/thread/", id="{id} or not")},
)
FROM_INDEX = ("list", "list refreshed", "workers", "search", "orphans", "diagnosis", "health")


@dataclass(eq=False)  # two that have seen nothing yet are two
class Seen:
    """What was answered to requests that began while it was open."""

    answers: list[Answer] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Answer]:
        return [answer for answer in self.answers if answer.kind in kinds]

    def texts(self, *kinds: str) -> str:
        return "\n".join(answer.text for answer in self.of(*kinds))


class Load:
    """Visitors of one store, a few requests a second in all, inside the block."""

    def __init__(self, dashboard: Dashboard, store: str, threads: Sequence[str], *, pause: float = 1.0) -> None:
        self._visitor = Visitor(dashboard)
        self._store = store
        self._thread_ids = list(threads)
        self._pause = pause
        self._ended = threading.Event()
        self._lock = threading.Condition()
        self._under_way: dict[int, float] = {}
        self._seen: list[Seen] = []
        self._visitors = [threading.Thread(target=self._visit, args=(pages,), daemon=True) for pages in ROUNDS]

    @contextmanager
    def watched(self) -> Iterator[Seen]:
        """Gives what is answered to requests that begin inside the block, complete once it has ended."""
        seen = Seen()
        with self._lock:
            self._seen.append(seen)
        yield seen
        with self._lock:
            self._seen.remove(seen)
            ended = time.monotonic()
            self._lock.wait_for(lambda: all(began > ended for began in self._under_way.values()), HANG)

    def __enter__(self) -> Self:
        for visitor in self._visitors:
            visitor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for visitor in self._visitors:
            visitor.join(HANG)

    def _visit(self, pages: Mapping[str, Page]) -> None:
        number = threading.get_ident()
        self._ended.wait(random.uniform(0, self._pause))
        for kind in itertools.cycle(pages):
            if self._ended.is_set():
                return
            path, headers = pages[kind](self._store, random.choice(self._thread_ids))
            with self._lock:
                seen = list(self._seen)
                self._under_way[number] = time.monotonic()
            answer = self._visitor.open(kind, path, **headers)
            with self._lock:
                for one in seen:
                    one.answers.append(answer)
                del self._under_way[number]
                self._lock.notify_all()
            self._ended.wait(max(0.1, self._pause - answer.seconds))


def check(seen: Seen, *, allowed: Iterable[int] = (200, 404, 503), least: int = LEAST) -> None:
    """Every page was answered in time, in words and with a status that says what is."""
    assert len(seen.answers) >= least
    wrong = [answer for answer in seen.answers if answer.status not in allowed]
    assert not wrong, [f"{answer}\n{answer.text[:2000]}" for answer in wrong[:3]]
    for answer in seen.answers:
        said = [words for words in FAULTS_OF_OURS if words in answer.text]
        assert not said, f"{answer}: {said}"
        if answer.status == 503 and answer.kind not in ("data", "health"):
            assert 'role="alert"' in answer.text or answer.text.startswith("The index"), str(answer)
    check_times(seen)


def check_times(seen: Seen) -> None:
    """The bound holds for half of the answers of each kind, so that a busy machine breaks no test, and no answer is far
    beyond it."""
    kinds: dict[str, list[float]] = defaultdict(list)
    for answer in seen.answers:
        kinds[answer.kind].append(answer.seconds)
    slow = {kind: f"{statistics.median(times):.1f} s" for kind, times in kinds.items() if _too_slow(times)}
    assert not slow, [str(answer) for answer in seen.answers if answer.kind in slow]


def _too_slow(times: Sequence[float]) -> bool:
    bound = BOUND if len(times) >= ENOUGH else BOUND + SLACK
    return statistics.median_low(times) > bound or max(times) > NEVER
