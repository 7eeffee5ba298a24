"""`inspector doctor` as a person or CI runs it: a process, its exit code and what it says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, open_saver
from inspector.doctor.rules import rules
from inspector.models import FindingEntry, StoreEntry
from inspector.probe.ledger_schema import Batch, Place, ThreadCounts, WorkerReport, memory_identities
from inspector.probe.ledgers import open_ledger
from tests.integration.postgres.freezing import frozen
from tests.integration.postgres.polling import wait_for

DOWN = "postgresql://me:pa55word@127.0.0.1:1/db"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """As on a machine that has never run the dashboard."""
    return {**os.environ, "INSPECTOR_DATA_DIR": str(tmp_path / "data"), "NO_COLOR": "1", "COLUMNS": "400"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def start(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", "-m", "inspector", "doctor", *arguments]
        given = {**environment, **variables}
        return subprocess.run(command, env=given, capture_output=True, text=True, timeout=120)

    return start


@pytest.fixture(scope="module")
def in_memory(postgres: EmbeddedPostgres) -> str:
    """A store beside which web-1 reports that it keeps its checkpoints in its own memory."""
    url = postgres.create_database()
    with open_saver(url):
        pass
    ledger = open_ledger(url)
    now = time.time()
    worker = "1" * 32
    memory = Place(0, "langgraph.checkpoint.memory.InMemorySaver", "memory", memory_identities(worker), "memory")
    report = WorkerReport(worker, "web-1", 7, now, now, checkpoints=3, places=(memory,))
    ledger.write(Batch(1, report, (ThreadCounts("t", 0, now, now, checkpoints=3),)))
    ledger.close()
    return url


def test_a_sound_store_exits_with_zero_and_leaves_no_index(
    run: Run, played: PlayedStore, environment: dict[str, str]
) -> None:
    found = run("--store", f"mine={played.url}")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.startswith("Looked at all ")
    assert "rules passed" in found.stdout
    assert "✓" not in found.stdout
    assert not Path(environment["INSPECTOR_DATA_DIR"]).exists()


def test_a_place_that_cannot_be_written_is_not_needed(run: Run, played: PlayedStore, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()  # nobody can make a directory in it, not even root
    found = run("--store", f"mine={played.url}", INSPECTOR_DATA_DIR=str(file / "data"))
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.one_in(2)
@pytest.mark.parametrize("url", ["postgresql://me:pa55word@127.0.0.1:1/index", ""])
def test_an_index_that_cannot_be_used_is_done_without(
    run: Run, played: PlayedStore, environment: dict[str, str], url: str
) -> None:
    data = Path(environment["INSPECTOR_DATA_DIR"])
    data.mkdir()
    (data / "index.sqlite3").write_text("no database " * 1_000)
    found = run("--store", f"mine={played.url}", "--format", "json", INSPECTOR_DATABASE_URL=url)
    assert found.returncode == 0
    assert "this look does without" in found.stderr
    assert "pa55word" not in found.stderr
    assert json.loads(found.stdout)["stores"][0]["whole"]


def test_a_problem_exits_with_one_and_is_told_with_its_fix(run: Run, in_memory: str) -> None:
    found = run("--store", f"mine={in_memory}")
    assert found.returncode == 1
    for said in (
        "✕ web-1 keeps its checkpoints in memory",
        "saver-in-memory · error, certain",
        "web-1, process 7: 3 checkpoints put, with InMemorySaver  /workers/?host=web-1",
        "graph = builder.compile(checkpointer=InMemorySaver())",
        "/doctor/rules/saver-in-memory/",
    ):
        assert said in found.stdout
    assert "\x1b" not in found.stdout


def test_a_muted_problem_fails_nothing(run: Run, in_memory: str) -> None:
    muted = {"INSPECTOR_MUTED": "saver-in-memory, nothing-written"}
    found = run("--store", f"mine={in_memory}", "--all", "--fail-on", "warning", **muted)
    assert found.returncode == 0
    assert "✕ web-1 keeps its checkpoints in memory" not in found.stdout
    assert "(muted)  saver-in-memory" in found.stdout


def test_data_names_every_rule_in_the_form_of_the_page(run: Run, in_memory: str) -> None:
    found = run("--store", f"mine={in_memory}", "--format", "json", "--fail-on", "never")
    assert found.returncode == 0
    told = json.loads(found.stdout)
    assert {one["rule"] for one in told["findings"]} == set(rules())
    first = next(one for one in told["findings"] if one["rule"] == "saver-in-memory")
    assert (first["store"], first["status"], first["confidence"], first["hosts"]) == (
        "mine",
        "error",
        "certain",
        ["web-1"],
    )
    assert first["evidence"][0]["link"] == "/workers/?host=web-1"
    assert set(first["fix"]) == {"before", "after", "note", "language"}
    assert first["since"].endswith("Z")
    (store,) = told["stores"]
    assert (store["store"], store["kind"], store["whole"], store["threads"]) == ("mine", "postgres", True, 0)


@pytest.mark.thorough
def test_all_lists_what_passed_and_options_for_colours_come_before_the_environment(
    run: Run, played: PlayedStore
) -> None:
    coloured = run("--store", f"mine={played.url}", "--all", "--force-color", NO_COLOR="", FORCE_COLOR="").stdout
    plain = run("--store", f"mine={played.url}", "--all", "--no-color", NO_COLOR="", FORCE_COLOR="1").stdout
    assert plain.count("✓") == coloured.count("✓") > 3
    assert "\x1b[32m" in coloured
    assert "\x1b[32m" not in plain


@pytest.mark.thorough
def test_several_stores_are_all_told(run: Run, played: PlayedStore, in_memory: str) -> None:
    found = run("--store", f"first={played.url}", "--store", f"second={in_memory}", "--fail-on", "warning")
    assert found.returncode == 1
    assert found.stdout.index("first  postgresql://") < found.stdout.index("second  postgresql://")
    assert "/workers/?store=second&host=web-1" in found.stdout


def test_a_store_that_is_down_hides_no_other_and_exits_with_two(run: Run, in_memory: str) -> None:
    found = run("--store", f"down={DOWN}", "--store", f"mine={in_memory}", "--fail-on", "never")
    assert found.returncode == 2
    assert "cannot be reached" in found.stdout
    assert "web-1 keeps its checkpoints in memory" in found.stdout
    assert "pa55word" not in found.stdout + found.stderr
    told = json.loads(run("--store", f"down={DOWN}", "--format", "json").stdout)
    assert told["findings"] == []
    assert "cannot be reached" in told["stores"][0]["error"]


def test_without_a_store_it_says_what_to_give(run: Run) -> None:
    found = run()
    assert found.returncode == 2
    assert "No checkpoint store is configured." in found.stderr


def test_an_index_that_knows_the_store_is_used_and_remembers(run: Run, in_memory: str, index: str) -> None:
    sync = [sys.executable, "-m", "inspector", "sync", "--store", f"mine={in_memory}"]
    subprocess.run(sync, env={**os.environ, "INSPECTOR_DATABASE_URL": index}, check=True, capture_output=True)
    first, second = (_finding(run, in_memory, INSPECTOR_DATABASE_URL=index) for _ in range(2))
    assert first["since"] == second["since"] < second["seen_at"]
    assert FindingEntry.objects.get(rule="saver-in-memory").status == "error"


def test_an_index_that_does_not_know_the_store_is_left_as_it_is(run: Run, in_memory: str, index: str) -> None:
    assert run("--store", f"mine={in_memory}", INSPECTOR_DATABASE_URL=index).returncode == 1
    assert not StoreEntry.objects.exists()


def test_an_interrupt_ends_it_without_a_traceback(environment: dict[str, str], tmp_path: Path) -> None:
    kept = tmp_path / "temporary"
    kept.mkdir()
    with EmbeddedPostgres() as server:
        with open_saver(server.create_database("store")):
            pass
        with frozen(server):
            process = subprocess.Popen(
                [sys.executable, "-m", "inspector", "doctor", "--store", server.url_for("store")],
                env={**environment, "TMPDIR": str(kept)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            wait_for(lambda: list(kept.glob("inspector-*/index.sqlite3")), seconds=60)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out) in ((130, ""), (2, out))  # the store was given up in the very same moment
    assert "Traceback" not in err
    assert list(kept.glob("inspector-*")) == []


def _finding(run: Run, url: str, **variables: str) -> dict[str, Any]:
    told = json.loads(run("--store", f"mine={url}", "--format", "json", **variables).stdout)
    return next(one for one in told["findings"] if one["rule"] == "saver-in-memory")
