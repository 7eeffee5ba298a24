"""A ledger's URL that cannot be read is told once, and the probe goes on as without a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from inspector.probe import finish, flush, install, process, watch
from inspector.probe.ledger_schema import Ledger
from tests.probing import Plain, installed, stop_probe

CONFIG: Any = {"configurable": {"thread_id": "a", "checkpoint_ns": ""}}


@pytest.fixture(autouse=True)
def no_probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("INSPECTOR_LEDGER_URL", "INSPECTOR_LEDGER_URL_FILE", "INSPECTOR_PROBE"):
        monkeypatch.delenv(name, raising=False)
    stop_probe()
    yield
    stop_probe()


def never(url: str) -> Ledger:
    raise AssertionError("the ledger was opened")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://app:hunter2@db/x", "Use postgresql://USER@HOST/DATABASE, redis://HOST:6379/0 or sqlite:///PATH."),
        ("postgresql://app:hun/ter2@db/x", "not percent-encoded"),
    ],
)
def test_it_is_told_once_with_the_settings_name_and_without_its_text(
    url: str, told: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INSPECTOR_LEDGER_URL", url)
    probe = process.start(open_ledger=never)
    process.start(hostname="web-2")
    saver: Any = watch(InMemorySaver())
    saver.get_tuple(CONFIG)
    assert flush(30)
    assert finish(30)
    assert not probe.flusher.started
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith("INSPECTOR_LEDGER_URL cannot be used: ")
    assert told in record.getMessage()
    assert "hun" not in caplog.text


def test_the_setting_that_was_used_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    file = tmp_path / "url"
    file.write_text("hunter2")
    monkeypatch.setenv("INSPECTOR_LEDGER_URL_FILE", str(file))
    process.start()
    process.start(ledger="hunter3")
    assert [record.getMessage().partition(" cannot be used")[0] for record in caplog.records] == [
        "INSPECTOR_LEDGER_URL_FILE",
        "install(ledger=…)",
    ]


def test_checkpoints_are_stamped_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    with installed(ledger_url="mysql://app:hunter2@db/x"):
        install()
        saver = Plain()
        watch(saver).put(CONFIG, {}, {}, {})
    assert saver.metadata == [{"worker_hostname": "web-1"}]
    assert len(caplog.records) == 1


def test_a_probe_that_is_switched_off_says_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INSPECTOR_PROBE", "off")
    process.start(ledger="hunter2")
    assert not caplog.records
