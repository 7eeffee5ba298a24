"""The thread page shows who read it between its steps, and a thread that nobody stored says who asked for it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import play_into
from inspector.domain.coordinates import time_of
from inspector.index.connections import get_reader
from inspector.index.passes import run_pass
from inspector.ledger import postgres, rows
from inspector.ledger.rows import RECENT_ROWS
from inspector.probe.ledger_schema import Read, ThreadCounts
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser, Document
from tests.pages.ledgers import MEMORY, Telling, telling
from tests.pages.test_cost import HTML

SHARED = "two-hosts-sync-shared"


@dataclasses.dataclass(frozen=True)
class World:
    browser: Browser
    ledger: Telling
    steps: list[tuple[str, float]]  #: id and time of the shared thread's checkpoints, oldest first

    def thread(self, **query: Any) -> dict[str, Any]:
        data: dict[str, Any] = self.browser.data("/thread/", id=SHARED, **query)
        return data

    def document(self, **query: Any) -> Document:
        return self.browser.document("/thread/", id=SHARED, **query)

    def lines(self, **query: Any) -> list[str]:
        """The lines of reads in the list of steps."""
        items = self.document(**query).all("li")
        return [" ".join(item.text.split()) for item in items if item.attributes.get("class") == "read"]

    def after(self, step: int, seconds: float = 0.000_001) -> float:
        """Just after a step was made; steps follow each other in milliseconds."""
        return self.steps[step][1] + seconds


@pytest.fixture
def world(show_stores: Any, postgres: EmbeddedPostgres) -> Iterator[World]:
    url = postgres.create_database()
    with play_into(url, ["two-hosts", "research"], ["sync"]), telling(url) as ledger:
        browser = show_stores(own=url)
        sync(get_reader())
        ids = [step["checkpoint_id"] for step in browser.data("/thread/", id=SHARED)["checkpoints"]]
        times = [(one, at.timestamp()) for one in reversed(ids) if (at := time_of(one)) is not None]
        yield World(browser, ledger, times)


def counted(*reads: Read, thread_id: str = SHARED, **given: Any) -> ThreadCounts:
    ats = [read.at for read in reads] or [time.time()]
    sums = {"reads": len(reads), "misses": sum(not read.found for read in reads)}
    return ThreadCounts(thread_id, 0, min(ats), max(ats), recent=reads, **{**sums, **given})


def test_reads_stand_between_the_steps_and_in_the_head(world: World) -> None:
    (first, _), (second, _) = world.steps[0], world.steps[1]
    world.ledger.tell("web-1", counted(Read(world.steps[0][1] - 5, ""), Read(world.after(1), second)))
    world.ledger.tell("web-9", counted(*(Read(world.after(1, 0.000_05 + number / 1e6), first) for number in range(6))))

    thread = world.thread()
    lines = world.lines()

    assert [(read["hostname"], read["found"], read["checkpoint_id"]) for read in thread["reads"]][-2:] == [
        ("web-1", True, second),
        ("web-1", False, None),
    ]
    assert all(read["at"].endswith("Z") and read["elsewhere"] == "" for read in thread["reads"])
    assert [line.rpartition(" ")[0] for line in lines] == [
        "web-9 read 6 times · found step -1",
        "web-1 read · found this state",
        "web-1 asked · found nothing",
    ]
    workers = {worker["hostname"]: worker for worker in thread["thread"]["workers"]}
    assert (workers["web-1"]["reads"], workers["web-1"]["misses"]) == (2, 1)
    assert (workers["web-9"]["writes"], workers["web-9"]["reads"], workers["web-9"]["misses"]) == (0, 6, 0)
    assert (thread["reads_truncated"], thread["reads_error"]) == (False, "")


def test_the_picture_has_a_tick_for_reads_and_a_lane_for_hosts_that_only_read(world: World) -> None:
    world.ledger.tell("web-9", counted(Read(world.after(1), world.steps[1][0]), Read(world.after(3), "")))

    document = world.document()

    ticks = [element for element in document.all("path") if "rd" in element.attributes.get("class", "").split()]
    assert {tuple(element.attributes["class"].split()[1:]) for element in ticks} == {("rd",), ("rd", "no")}
    assert "web-9" in [element.text for element in document.all("text")]
    (told,) = [element.text for element in document.all("p") if element.attributes.get("id") == "lanes-told"]
    assert "Reads between them: web-9 2, 1 of them found nothing." in told


def test_errors_that_workers_reported_are_named(world: World) -> None:
    world.ledger.tell("web-2", counted(errors={"psycopg.errors.AdminShutdown": 3}))

    assert world.thread()["worker_errors"] == [
        {"hostname": "web-2", "error": "psycopg.errors.AdminShutdown", "count": 3}
    ]
    words = " ".join(world.document().elements[0].text.split())
    assert "web-2 reported 3 errors: psycopg.errors.AdminShutdown" in words


def test_where_only_the_newest_reads_are_kept_the_page_says_so(world: World) -> None:
    world.ledger.tell("web-1", counted(Read(world.after(1), world.steps[1][0]), reads=500))

    assert world.thread()["reads_truncated"] is True
    words = world.document().elements[0].text
    assert "the ledger keeps the newest 32 reads of each process; of those heard of last, 1 read is here" in words
    assert "The counts above have every read" not in words, "what was dropped, or aged out, is in no count"


def test_more_processes_than_have_single_reads_are_in_the_counts_all_the_same(world: World) -> None:
    """The page's sums are those of the list: both count a thousand processes."""
    for number in range(RECENT_ROWS + 5):
        world.ledger.tell("web-1", counted(Read(world.after(1), world.steps[1][0]), reads=2), pid=number)
    run_pass(get_reader())

    thread = world.thread()
    listed = world.browser.data("/threads/", q=SHARED)["threads"][0]

    assert thread["thread"]["workers"] == listed["workers"]
    assert {one["hostname"]: one["reads"] for one in listed["workers"]}["web-1"] == 2 * (RECENT_ROWS + 5)
    assert (thread["reads_truncated"], thread["reads_is_lower_bound"], len(thread["reads"])) == (True, False, 200)


def test_where_even_the_counts_are_cut_they_are_told_as_the_least(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (postgres, rows):
        monkeypatch.setattr(module, "COUNT_ROWS", 3)
    for number in range(5):
        world.ledger.tell("web-1", counted(reads=2), pid=number)

    thread = world.thread()
    words = " ".join(world.document().elements[0].text.split())

    assert thread["reads_is_lower_bound"] is True
    assert "/ ≥ 6" in words
    assert "More processes read this thread than are counted" in words


def test_a_worker_that_asks_its_own_memory_is_told(world: World) -> None:
    world.ledger.tell("web-7", counted(Read(world.after(1), "")), places=(MEMORY,))

    assert [read["elsewhere"] for read in world.thread()["reads"]] == ["memory"]
    assert world.lines()[0].startswith("web-7 asked its own memory · found nothing")
    (head,) = [element for element in world.document().all("span") if "away" in element.attributes.get("class", "")]
    assert head.text == "web-7 0 elsewhere/ 1, 1 missed"
    assert (
        head.attributes["title"]
        == "web-7 looked in its own memory, not in this store: 1 read, 1 of them found nothing."
    )


def test_a_subgraph_shows_no_reads_between_its_steps(world: World) -> None:
    page = world.browser.data("/thread/", id="research-sync-report")
    name = next(item["checkpoint_ns"] for item in page["namespaces"] if item["checkpoint_ns"])
    at = time.time()
    world.ledger.tell("web-1", counted(Read(at, ""), thread_id="research-sync-report"))

    def classes(**query: Any) -> list[str]:
        items = world.browser.document("/thread/", id="research-sync-report", **query).all("li")
        return [item.attributes.get("class", "") for item in items]

    assert "read" in classes()
    assert "read" not in classes(ns=name)
    assert len(world.browser.data("/thread/", id="research-sync-report", ns=name)["reads"]) == 1


def test_two_hundred_workers_of_a_thread_leave_its_page_light(world: World) -> None:
    for number in range(200):
        reads = [Read(world.after(step), world.steps[step][0]) for step in range(len(world.steps))]
        world.ledger.tell(f"pod-{number:03}.eu-central-1.compute.internal", counted(*reads))

    response = world.browser.get("/thread/", id=SHARED)

    assert len(response.content) < HTML
    assert "200 hosts" in " ".join(Document(response.content.decode()).elements[0].text.split())
    assert len(world.thread()["reads"]) == 200 * len(world.steps)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["whole", "part"])
def test_a_thread_that_was_asked_for_and_never_stored_says_who_asked(world: World, headers: dict[str, str]) -> None:
    world.ledger.tell("web-9", counted(Read(time.time(), ""), Read(time.time(), ""), thread_id="conv-48213 "))

    response = world.browser.get("/thread/", headers, id="conv-48213 ")

    assert response.status_code == 404
    words = " ".join(Document(response.content.decode()).elements[0].text.split())
    assert "No checkpoint is stored under this thread_id. Workers asked for it 2 times." in words
    assert "web-9 asked 2 times and found nothing" in words
    assert ("<html" in response.content.decode()) is not bool(headers)


def test_as_data_it_is_an_error_that_names_who_asked_and_where_theirs_went(world: World) -> None:
    world.ledger.tell("web-9", counted(Read(time.time(), ""), thread_id="conv-48213"))
    world.ledger.tell("web-8", counted(thread_id="conv-48213", checkpoints=4), places=(MEMORY,))

    page = world.browser.data("/thread/", status=404, id="conv-48213")

    assert "Workers asked for it 1 time." in page["error"]
    assert "another place than this store" in page["hint"]
    workers = {worker["hostname"]: worker for worker in page["workers"]}
    assert (workers["web-9"]["misses"], workers["web-9"]["checkpoints"], workers["web-9"]["elsewhere"]) == (1, 0, "")
    assert (workers["web-8"]["checkpoints"], workers["web-8"]["elsewhere"]) == (4, "memory")
    assert [read["found"] for read in page["reads"]] == [False]


def test_a_thread_that_was_put_here_and_is_gone_says_so(world: World) -> None:
    world.ledger.tell("web-1", counted(thread_id="expired", checkpoints=4))

    page = world.browser.data("/thread/", status=404, id="expired")

    assert "Workers know of it." in page["error"]
    assert "deleted since, has expired, or was never committed" in page["hint"]


def test_what_was_put_into_a_place_that_cannot_be_told_apart_is_not_said_to_have_been_here(world: World) -> None:
    nameless = dataclasses.replace(world.ledger.place, identities=())
    world.ledger.tell("web-1", counted(thread_id="somewhere", checkpoints=4), places=(nameless,))

    assert "is this store cannot be told" in world.browser.data("/thread/", status=404, id="somewhere")["hint"]


def test_where_nobody_put_anything_the_page_says_that_none_reports_it(world: World) -> None:
    world.ledger.tell("web-9", counted(Read(time.time(), ""), thread_id="new"))

    assert "No worker reports that it wrote" in world.browser.data("/thread/", status=404, id="new")["hint"]


def test_a_thread_that_nobody_knows_is_told_as_ever(world: World) -> None:
    page = world.browser.data("/thread/", status=404, id="nobody knows")

    assert set(page) == {"error", "hint"}
