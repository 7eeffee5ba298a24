"""What `inspector grants` prints for stores outside Postgres suffices, for their ledgers too."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.test import override_settings
from langgraph.checkpoint.redis import RedisSaver

from inspector.demo.graphs.chat import build_chat
from inspector.errors import ConfigError
from inspector.index.connections import all_readers
from inspector.index.passes import run_pass
from inspector.ledger.registry import open_ledger_reader
from inspector.models import StoreEntry
from inspector.stores.guard import Limits
from tests.pages.conftest import configured
from tests.pages.places import chat_in_redis, chat_in_sqlite
from tests.redis_server import RedisServer

_USER = "reader"


def printed(url: str) -> str:
    out = StringIO()
    with override_settings(INSPECTOR=configured()):
        call_command("grants", store=[f"store={url}"], role=_USER, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_lines_for_redis_let_the_reader_read_the_store_and_the_ledger_in_it(
    show_stores: Any, redis_server: RedisServer
) -> None:
    url = chat_in_redis(redis_server.flush(), "one")
    lines = [line for line in printed(url).splitlines() if line.startswith("ACL ")]
    admin = redis.Redis.from_url(url)
    try:
        for line in lines:
            admin.execute_command(*line.split())  # type: ignore[no-untyped-call]
        admin.execute_command("ACL", "SETUSER", _USER, ">pw")  # type: ignore[no-untyped-call]
        browser = show_stores(cache=url.replace("://", f"://{_USER}:pw@"))
        assert run_pass(all_readers()["cache"]).complete
        (store,) = browser.data("/stores/")["stores"]
        assert (store["error"], store["could_write"], store["index"]["ledger"]["error"]) == ("", [], "")
        assert browser.data("/workers/")["error"] == ""
    finally:
        admin.execute_command("ACL", "DELUSER", _USER, "checkpoint_probe")  # type: ignore[no-untyped-call]
        admin.close()


@pytest.mark.django_db
def test_a_file_gets_no_sql_but_is_said_to_have_no_logins(tmp_path: Path) -> None:
    told = printed(chat_in_sqlite(tmp_path / "memory.db", "one"))

    assert told.startswith("-- A SQLite file has no logins")
    assert all(line.startswith("--") for line in told.splitlines())


@pytest.mark.django_db
def test_two_prefixes_of_one_redis_are_two_stores_that_hold_the_same_thread(
    show_stores: Any, redis_server: RedisServer
) -> None:
    """The prefixes in their URLs are no parameters of the client that reads the ledger beside them."""
    url = redis_server.flush()
    for prefix in ("eu", "us"):
        with RedisSaver.from_conn_string(
            url, checkpoint_prefix=prefix, checkpoint_write_prefix=f"{prefix}-writes"
        ) as saver:
            saver.setup()
            graph: Any = build_chat(saver)
            graph.invoke({"messages": [("user", "Hello")]}, {"configurable": {"thread_id": "same"}})
    urls = {prefix: f"{url}?prefix={prefix}&write_prefix={prefix}-writes" for prefix in ("eu", "us")}
    browser = show_stores(**urls)
    for reader in all_readers().values():
        assert run_pass(reader).complete

    assert [entry.ledger_error for entry in StoreEntry.objects.all()] == ["", ""]
    assert [also["store"] for also in browser.data("/thread/", id="same")["thread"]["also_in"]] == ["us"]
    assert browser.data("/workers/", store="us")["error"] == ""


def test_a_ledger_with_a_parameter_that_no_client_knows_is_refused_without_its_text() -> None:
    with pytest.raises(ConfigError, match="parameter") as refused:
        open_ledger_reader("redis://user:hunter2@localhost:1/0?prefix=eu", Limits())
    assert "hunter2" not in str(refused.value)
