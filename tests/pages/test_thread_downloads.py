"""`/thread/download/`: a whole thread as JSON, a program that reads one state, and what could not be read."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inspector.demo.plays import play, plays
from inspector.domain.value import to_json
from inspector.errors import StoreError
from inspector.index.connections import get_reader
from inspector.stores.base import ReadBudget
from inspector.views.snippets import VARIABLE
from tests.contract.library import is_playable
from tests.contract.places import SqlitePlace
from tests.pages.downloads import DOWNLOAD, HOSTILE, body, markdown, talk, whole
from tests.pages.kinds import Shop

#: A reader of the file as docs/how-to/download-a-thread.md has it.
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "download-a-thread.md"


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "slug", ["tool-agent", "typed-values", "subgraph-interrupt", "fork-by-update", "delta-channel"]
)
def test_the_file_holds_each_state_and_write_as_the_page_has_it(shop: Shop, slug: str) -> None:
    if not is_playable(shop.place.layout, slug, "sync"):
        pytest.skip("LangGraph itself cannot play this with a shallow saver.")
    with shop.open_saver() as saver:
        threads = play(plays()[slug], saver, "sync").threads
    for thread in threads:
        _compare(shop, whole(shop.browser, thread.thread_id), thread.thread_id)


def _compare(shop: Shop, file: dict[str, Any], thread_id: str) -> None:
    reader = get_reader("")
    spaces = {item.checkpoint_ns: item.checkpoints for item in reader.read_namespaces(thread_id)}
    assert {item["checkpoint_ns"]: len(item["checkpoints"]) for item in file["namespaces"]} == spaces
    assert (file["thread_id"], file["format"]) == (thread_id, "checkpoint-inspector-thread")
    assert file["complete"] is True
    used = set()
    for space in file["namespaces"]:
        budget = ReadBudget(rows=1_000, bytes=10**9)
        history = reader.read_history(thread_id, space["checkpoint_ns"], budget=budget).checkpoints
        for stored, checkpoint in zip(space["checkpoints"], history, strict=True):
            assert stored["checkpoint_id"] == checkpoint.checkpoint_id
            states = reader.read_state(checkpoint, load=list(checkpoint.channel_versions))
            kept = {state.channel: to_json(state.value) for state in states if not state.rebuilt}
            assert {name: file["values"][number]["value"] for name, number in stored["state"].items()} == kept
            assert stored["deferred"] == sorted(state.channel for state in states if state.rebuilt)
            writes = {(one["task_id"], one["idx"]): one["value"] for one in stored["writes"]}
            assert writes == {(one.task_id, one.idx): to_json(one.value) for one in reader.read_writes(checkpoint)}
            used |= set(stored["state"].values())
    assert used == set(file["values"])


def test_a_value_that_many_steps_share_is_in_the_file_once(sqlite_shop: Shop) -> None:
    talk(sqlite_shop, "one", *("word " * 200 for _ in range(8)))

    file = whole(sqlite_shop.browser, "one")
    versions = {
        (channel, one["channel_versions"][channel])
        for one in file["namespaces"][0]["checkpoints"]
        for channel in one["state"]
    }
    assert len(file["values"]) == len(versions)
    assert "sk-1" not in json.dumps(file)


def test_the_how_to_reads_the_file(sqlite_shop: Shop, tmp_path: Path) -> None:
    talk(sqlite_shop, "one", "Hello")
    code = re.search(r"```python\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    assert code is not None

    (tmp_path / "thread.json").write_bytes(body(sqlite_shop.browser.get(DOWNLOAD, id="one", **{"as": "json"})))
    run = subprocess.run([sys.executable, "-c", code[1]], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[0].startswith("1 ['messages', 'order']")


def test_a_file_that_breaks_off_is_no_json(sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    talk(sqlite_shop, "one", "Hello")
    response = sqlite_shop.browser.get(DOWNLOAD, id="one", **{"as": "json"})
    stream: Any = iter(response)  # type: ignore[call-overload]
    begun = next(stream)
    sqlite_shop.place.path.rename(sqlite_shop.place.path.with_suffix(".gone"))  # type: ignore[attr-defined]
    with pytest.raises(StoreError):
        begun += b"".join(stream)
    with pytest.raises(json.JSONDecodeError):
        json.loads(begun)


@pytest.mark.parametrize("thread_id", [HOSTILE, "one", "über/..", "x" * 400, ".hidden"])
def test_a_file_is_called_by_what_every_system_takes(sqlite_shop: Shop, thread_id: str) -> None:
    talk(sqlite_shop, thread_id, "Hello")

    for form in ("json", "markdown", "python"):
        response = sqlite_shop.browser.get(DOWNLOAD, id=thread_id, **{"as": form})
        body(response)
        assert re.fullmatch(r'attachment; filename="thread-[A-Za-z0-9._-]{1,120}"', response["Content-Disposition"])
        assert response["Cache-Control"] == "no-store"
        head = sqlite_shop.browser.ask("HEAD", response.wsgi_request.get_full_path())  # type: ignore[attr-defined]
        assert (head.content, head["Content-Disposition"]) == (b"", response["Content-Disposition"])


@pytest.mark.one_in(3)
@pytest.mark.parametrize("thread_id", ["one", HOSTILE])
def test_the_program_reads_the_state_that_the_page_shows(shop: Shop, thread_id: str) -> None:
    talk(shop, thread_id, "Hello", "My teapot broke")
    steps = shop.browser.data("/thread/", id=thread_id)["checkpoints"]

    for step in steps[:3]:
        page = shop.browser.data("/thread/", id=thread_id, checkpoint=step["checkpoint_id"])["selected"]["state"]
        code = body(shop.browser.get(DOWNLOAD, id=thread_id, checkpoint=step["checkpoint_id"], **{"as": "python"}))
        assert _run(code.decode(), shop.place.url) == {
            "messages": [message["content"] for message in page["messages"]],
            "order": page.get("order"),
        }


def test_the_program_makes_nothing_in_the_store_and_holds_no_address(shop: Shop) -> None:
    talk(shop, "one", "Hello")
    before = _stored(shop)

    code = body(shop.browser.get(DOWNLOAD, id="one", **{"as": "python"})).decode()
    _run(code, shop.place.url)
    assert _stored(shop) == before
    assert shop.place.url.partition("://")[2] not in code


def _stored(shop: Shop) -> str:
    """SQLite makes an empty log beside a file that it opens, whoever reads it: what is in the file counts."""
    place = shop.place
    return place.path.read_bytes().hex() if isinstance(place, SqlitePlace) else place.digest()


def _run(code: str, url: str) -> dict[str, Any]:
    """The state that the program prints: its messages' texts, and the order."""
    tell = (
        '\nimport json\ntexts = [one.content for one in state.get("messages", [])]\n'
        'print("\\nTOLD", json.dumps({"messages": texts, "order": state.get("order")}))\n'
    )
    address = url.removeprefix("sqlite:///")
    environment = {**os.environ, VARIABLE: address}
    run = subprocess.run(
        [sys.executable, "-c", code + tell], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout.rpartition("TOLD")[2])
    return found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("checkpoint = x'c1c1'", True),
        ("checkpoint = substr(checkpoint, 1, length(checkpoint) / 2)", True),
        ("type = 'msgpack+aes'", True),
        ("""metadata = '{"step": 1'""", True),
        ('metadata = \'{"deep": ' + '{"k": ' * 60 + "1" + "}" * 61 + "'", False),
    ],
)
def test_what_cannot_be_read_of_a_checkpoint_is_told_in_the_files(sqlite_shop: Shop, change: str, told: bool) -> None:
    talk(sqlite_shop, "one", "Hello")
    assert whole(sqlite_shop.browser, "one")["complete"] is True
    assert "parts of it are missing" not in markdown(sqlite_shop)
    path = sqlite_shop.place.path  # type: ignore[attr-defined]
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        (newest,) = connection.execute("select max(checkpoint_id) from checkpoints").fetchone()
        connection.execute(f"update checkpoints set {change} where checkpoint_id = ?", [newest])

    file = whole(sqlite_shop.browser, "one")
    assert file["complete"] is False
    assert {one["checkpoint_id"] for one in file["cut"] if one["value"] is None} == {newest}
    assert ("parts of it are missing" in markdown(sqlite_shop)) is told


def test_the_page_tells_what_there_is(shop: Shop) -> None:
    talk(shop, "one", "Hello", "Again")

    data = shop.browser.data(DOWNLOAD, id="one")
    assert [file["form"] for file in data["files"]] == ["json", "markdown", "python"]
    assert all(file["size_bytes"] > 0 for file in data["files"])
    assert data["newest"] is True
    page = shop.browser.document(DOWNLOAD, id="one")
    links = [a.attributes["href"] for a in page.all("a") if "download" in a.attributes]
    assert len(links) == 3
    assert all(body(shop.browser.ask("GET", link)) for link in links)


def test_an_unknown_checkpoint_or_form_is_told(sqlite_shop: Shop) -> None:
    talk(sqlite_shop, "one", "Hello")

    assert sqlite_shop.browser.get(DOWNLOAD, id="one", checkpoint="none").status_code == 404
    assert sqlite_shop.browser.get(DOWNLOAD, id="one", **{"as": "exe"}).status_code == 400
    assert sqlite_shop.browser.get(DOWNLOAD, id="none", **{"as": "json"}).status_code == 404
