"""A secret that a worker put into `configurable` is in the store's metadata in clear. It goes no further."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.index.connections import get_reader
from inspector.models import ThreadEntry
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser, address

CANARY = "sk-canary-hunter2"


@pytest.fixture(scope="module")
def leaky(postgres: EmbeddedPostgres) -> str:
    """A store whose metadata holds the canary under several keys, beside harmless ones."""
    url = postgres.create_database()
    with open_saver(url) as saver:
        config: Any = {
            "configurable": {"thread_id": "leaky", "openai_api_key": CANARY, "max_tokens": 512, "user_id": "ada"},
            "metadata": {"authorization": f"Bearer {CANARY}", "worker_hostname": "web-1", "db_password": CANARY},
        }
        build_chat(saver).invoke({"messages": [("user", "hi")]}, config)
        assert CANARY in str(saver.get_tuple(config))
    return url


@pytest.fixture
def pages_of_leaky(show_stores: Any, leaky: str) -> Browser:
    browser: Browser = show_stores(leaky=leaky)
    sync(get_reader())
    return browser


def test_no_page_in_any_size_shows_it(pages_of_leaky: Browser) -> None:
    steps = [step["checkpoint_id"] for step in pages_of_leaky.data("/thread/", id="leaky")["checkpoints"]]
    tabs = [{"tab": tab, "checkpoint": step} for tab in ("changes", "state", "writes", "metadata") for step in steps]
    addresses = [
        *(
            address(path, limit=500)
            for path in ("/threads/", "/orphans/", "/orphans/alerts/", "/workers/", "/doctor/", "/stores/", "/-/health")
        ),
        address("/threads/", q="leaky"),
        *(address("/thread/", id="leaky", **tab) for tab in tabs),
    ]
    for url in addresses:
        as_data = f"{url}{'&' if '?' in url else '?'}format=json"
        for size, headers in ((url, {}), (url, {"HX-Request": "true"}), (as_data, {})):
            response = pages_of_leaky.ask("GET", size, headers)
            assert response.status_code == 200
            assert CANARY.encode() not in response.content, size


def test_that_there_is_one_shows_and_harmless_keys_stay(pages_of_leaky: Browser) -> None:
    selected = pages_of_leaky.data("/thread/", id="leaky")["selected"]["metadata"]
    (listed,) = pages_of_leaky.data("/threads/")["threads"]

    for metadata in (selected, listed["metadata"]):
        assert metadata["openai_api_key"] == metadata["authorization"] == metadata["db_password"] == "***"
        assert metadata["max_tokens"] == 512
    assert listed["owner"] == "ada"
    assert [worker["hostname"] for worker in listed["workers"]] == ["web-1"]


def test_an_owner_key_that_is_a_secret_names_nobody(show_stores: Any, leaky: str) -> None:
    show_stores(leaky=leaky)
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, owner_keys=("openai_api_key",))):
        sync(get_reader())

    assert CANARY not in ThreadEntry.objects.get().owner


def test_neither_the_index_file_nor_the_command_holds_it(leaky: str, tmp_path: Path) -> None:
    """`inspector sync` as people run it; its file is looked through byte by byte, with what SQLite has not freed."""
    environment = {**os.environ, "INSPECTOR_DATA_DIR": str(tmp_path), "INSPECTOR_STORES": f"leaky={leaky}"}
    command = [sys.executable, "-m", "inspector", "sync"]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    files = [path for path in tmp_path.iterdir() if path.name.startswith("index.sqlite3")]
    content = b"".join(path.read_bytes() for path in files)

    assert done.returncode == 0, done.stderr
    assert b"max_tokens" in content
    assert CANARY.encode() not in content + done.stdout + done.stderr
