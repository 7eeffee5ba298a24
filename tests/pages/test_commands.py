"""The commands around the pages: what they print, and how they end."""

from __future__ import annotations

import socket
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from inspector.demo import embedded_redis, shown
from inspector.demo.repertoire import PlayedStore
from inspector.errors import ConfigError
from inspector.management.addresses import base_url
from inspector.management.commands.serve import _listen
from inspector.management.stores import use_stores
from inspector.models import ThreadEntry
from tests.pages.conftest import configured

NOWHERE = "postgresql://reader:hunter2@localhost:1/%5B%2Fred%5D"


@pytest.fixture(autouse=True)
def _no_stores(db: None) -> Any:
    """Commands replace the configured stores; each test begins with none and leaves none behind."""
    with override_settings(INSPECTOR=configured()):
        yield


def test_sync_makes_the_index_equal_to_the_store(
    scenario_store: PlayedStore, capfd: pytest.CaptureFixture[str]
) -> None:
    call_command("sync", store=[f"scenarios={scenario_store.url}"])

    told = capfd.readouterr().err
    assert f"{ThreadEntry.objects.count():,} threads read" in told
    call_command("sync", store=[f"scenarios={scenario_store.url}"])
    assert "nothing has changed" in capfd.readouterr().err


def test_sync_fails_when_a_store_does_and_goes_on_with_the_others(
    scenario_store: PlayedStore, capfd: pytest.CaptureFixture[str]
) -> None:
    """A database called `[/red]` is text to the terminal, not its markup."""
    with pytest.raises(SystemExit) as ended:
        call_command("sync", store=[f"gone={NOWHERE}", f"scenarios={scenario_store.url}"])

    told = capfd.readouterr().err
    assert ended.value.code == 1
    assert "[/red]" in told
    assert "hunter2" not in told
    assert ThreadEntry.objects.filter(store__name="scenarios").exists()


def test_grants_prints_what_a_reader_of_that_store_needs(scenario_store: PlayedStore) -> None:
    out = StringIO()

    call_command("grants", store=[f"scenarios={scenario_store.url}"], role="reader", stdout=out)

    assert 'ON DATABASE "scenarios" TO "reader"' in out.getvalue()
    assert '"public".checkpoints' in out.getvalue()


@pytest.mark.parametrize(
    ("url", "part"), [(NOWHERE, "GRANT SELECT ON"), ("redis://reader:hunter2@localhost:1/0", "ACL SETUSER")]
)
def test_grants_prints_a_template_where_the_store_cannot_be_asked(url: str, part: str) -> None:
    """A terminal has no page that would recover by itself."""
    out, complaints = StringIO(), StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("grants", store=[f"gone={url}"], stdout=out, stderr=complaints)

    assert ended.value.code == 1
    assert part in out.getvalue()
    assert "-- NOT CHECKED" in out.getvalue()
    assert "Check that the server runs" in complaints.getvalue()
    assert "page" not in complaints.getvalue()
    assert "hunter2" not in complaints.getvalue()


def test_a_demo_whose_redis_does_not_start_goes_on_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that ends at once, as one does that lacks a library."""
    monkeypatch.setattr(embedded_redis, "_located", lambda package, file: Path("/bin/false"))
    said: list[str] = []

    with shown._second_store(said.append) as other:
        assert other is None
    assert [line.partition(":")[0] for line in said] == ["There is no second store, in Redis"]


def test_grants_asks_nobody_when_everything_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("grants", database="orders", schema="lang", role="reader")

    assert '"lang".checkpoints' in capsys.readouterr().out


@pytest.mark.parametrize("command", ["sync", "grants", "serve"])
def test_without_a_store_a_command_says_how_to_give_one(command: str) -> None:
    with pytest.raises(ConfigError) as told:
        call_command(command)

    assert "--store" in told.value.hint


@pytest.mark.parametrize("given", [["hunter2"], ["a=postgresql://h/x", "a=postgresql://h/y"], ["=x"]])
def test_a_store_that_cannot_be_one_is_told_without_its_text(given: list[str]) -> None:
    with pytest.raises(ConfigError) as told:
        use_stores(given)

    assert "hunter2" not in told.value.message + told.value.hint


def test_stores_of_the_command_line_take_the_place_of_the_configured() -> None:
    use_stores(["one=postgresql://h/x", "postgresql://h/two"])

    assert [store.name for store in settings.INSPECTOR.stores] == ["one", "two"]


@pytest.mark.parametrize(
    ("host", "port", "option"),
    [
        ("127.0.0.1", 99_999, "--port"),
        ("127.0.0.1", -1, "--port"),
        ("no such host", 80, "--host"),
        ("192.0.2.1", 8882, "--host"),  # kept for documentation: no machine has it
    ],
)
@pytest.mark.parametrize("processes", [1, 2])
def test_an_address_that_cannot_be_listened_on_is_told_with_the_option_to_change(
    host: str, port: int, option: str, processes: int
) -> None:
    with pytest.raises(ConfigError) as told:
        _listen(host, port, processes)

    assert option in told.value.hint
    assert ".." not in told.value.message


def test_a_port_that_another_program_has_is_told_as_such() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="in use") as told:
            _listen("127.0.0.1", taken.getsockname()[1])

    assert "--port" in told.value.hint


@pytest.mark.parametrize("port", [0, 99_999])
def test_a_demo_is_not_begun_for_a_port_that_there_is_not(port: int) -> None:
    with pytest.raises(ConfigError, match=f"There is no port {port}"):
        call_command("demo", port=port)


@pytest.mark.parametrize(
    ("host", "shown"), [("", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]"), ("a.example", "a.example")]
)
def test_the_address_that_is_printed_can_be_opened(host: str, shown: str) -> None:
    assert base_url(host, 8765) == f"http://{shown}:8765"
