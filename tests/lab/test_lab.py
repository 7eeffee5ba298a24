"""The lab itself: its workers are processes that live, answer, hang and die as those of a deployment do."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import psycopg
import pytest
import redis

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.lab.lab import Answer, Lab, LabError
from inspector.demo.lab.live import Live
from inspector.demo.lab.scenario import Request
from tests.lab import handlers
from tests.lab.conftest import OpenLab
from tests.lab.handlers import scenario
from tests.redis_server import RedisServer

HELLO = Request("conv-1", "Hello")


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_every_host_is_a_process_with_a_name_and_an_environment_of_its_own(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.telling, handlers.telling), probed="first")

    told = [lab.ask(host, Request("t", "", extra={"more": [1]})).value for host in lab.hosts]
    assert [one["host"] for one in told] == ["web-1", "web-2"]
    assert len({os.getpid(), *(one["pid"] for one in told)}) == 3
    assert [one["main"] for one in told] == [True, True]
    assert told[0]["extra"] == {"more": [1]}
    assert told[0]["environment"] == {
        "INSPECTOR_HOSTNAME": "web-1",
        "INSPECTOR_LEDGER_URL": lab.ledger_url,
        "LANGGRAPH_STRICT_MSGPACK": "true",
        "INSPECTOR_DATA_DIR": None,
    }
    assert told[1]["environment"]["INSPECTOR_LEDGER_URL"] is None


@pytest.mark.parametrize("make", [handlers.in_postgres, handlers.in_loop, handlers.beside_loop])
def test_a_saver_of_either_colour_remembers_across_hosts(open_lab: OpenLab, make: handlers.Make) -> None:
    lab = open_lab(scenario(make, make))

    assert [lab.ask(host, HELLO) for host in ("web-1", "web-2", "web-1")] == [Answer(2), Answer(4), Answer(6)]


def test_workers_share_a_sqlite_file(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(*[handlers.in_sqlite] * 3, store="sqlite"))

    assert [lab.ask(host, HELLO) for host in lab.hosts] == [Answer(2), Answer(4), Answer(6)]
    assert lab.store_url == f"sqlite:///{lab.sqlite_path}"


@pytest.mark.redis
def test_workers_share_a_redis(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(*[handlers.in_redis] * 3, store="redis"))

    assert [lab.ask(host, HELLO) for host in lab.hosts] == [Answer(2), Answer(4), Answer(6)]
    assert lab.store_url == lab.redis_url


def test_a_scenario_that_does_not_ask_for_redis_has_none(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.without_redis))

    assert lab.ask("web-1", HELLO).error.startswith("RuntimeError: This scenario has no Redis")
    with pytest.raises(LabError, match="no Redis"):
        _ = lab.redis_url


def test_the_second_database_is_another_one_with_tables(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.in_postgres, handlers.in_other_postgres))

    assert [lab.ask(host, HELLO) for host in lab.hosts] == [Answer(2), Answer(2)]
    assert lab.sql("select count(distinct thread_id) from checkpoints where thread_id like 'conv-%'") == [(1,)]


def test_an_event_loop_serves_requests_side_by_side(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.meeting))

    asked = [lab.send("web-1", HELLO) for _ in range(2)]
    assert [lab.wait("web-1", one) for one in asked] == [Answer("met"), Answer("met")]


def test_a_request_that_fails_is_answered_and_logged_and_the_next_one_is_served(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.failing))

    for text in ("one", "two"):
        assert lab.ask("web-1", Request("t", text)) == Answer(error=f"ValueError: {text}")
    assert lab.errors == [("web-1", "ValueError: one"), ("web-1", "ValueError: two")]
    assert "Traceback" in lab.log_of("web-1")


def test_a_worker_that_cannot_be_made_is_told_with_its_log(open_lab: OpenLab) -> None:
    with pytest.raises(LabError, match=r"web-2 did not start: RuntimeError: no such bucket(.|\n)*Traceback"):
        open_lab(scenario(handlers.telling, handlers.unmakable))


def test_a_process_that_dies_answers_with_an_error_and_can_come_back(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.dying, handlers.telling))

    assert lab.ask("web-1", HELLO) == Answer(error="The process is gone.")
    with pytest.raises(LabError, match="web-1 is gone"):
        lab.ask("web-1", HELLO)
    lab.flush()
    lab.revive()
    assert lab.ask("web-1", HELLO) == Answer(error="The process is gone.")


def test_a_killed_process_closes_nothing_and_a_restarted_one_does(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.closing, handlers.closing))
    killed, ended = (lab.ask(host, HELLO).value["pid"] for host in lab.hosts)

    lab.kill("web-1")
    lab.restart("web-1")
    lab.restart("web-2")
    assert [path.name for path in lab.sqlite_path.parent.iterdir()] == [f"web-2-{ended}"]
    now = [lab.ask(host, HELLO).value["pid"] for host in lab.hosts]
    assert len({killed, ended, *now}) == 4


def test_a_request_that_hangs_is_told_and_holds_up_neither_a_flush_nor_the_end(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.hanging))

    with pytest.raises(LabError, match="web-1 has not answered within 0 s"):
        lab.ask("web-1", HELLO, seconds=0.01)
    lab.flush()


def test_nothing_is_left_of_a_lab(postgres: EmbeddedPostgres) -> None:
    with Lab(scenario(handlers.closing, handlers.hanging), "broken", postgres=postgres) as lab:
        pid = lab.ask("web-1", HELLO).value["pid"]
        lab.send("web-2", HELLO)
        directory, urls = lab.directory, (lab.url, lab.other_url)
        assert is_running(pid)

    assert not is_running(pid)
    assert not directory.exists()
    for url in urls:
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(url)


def test_a_redis_is_empty_and_has_its_settings_back_after_a_scenario_that_changed_them(
    postgres: EmbeddedPostgres, redis_server: RedisServer
) -> None:
    def change(lab: Lab) -> None:
        with redis.Redis.from_url(lab.redis_url) as client:
            client.config_set("maxmemory-policy", "allkeys-lru")
            client.set("left", "over")

    def lab_with(**rest: Any) -> Lab:
        one = scenario(handlers.telling, needs=("redis",), **rest)
        return Lab(one, "broken", postgres=postgres, redis=lambda: redis_server)

    with lab_with(prepare=change) as lab:
        url = lab.redis_url
    with redis.Redis.from_url(url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with lab_with(), redis.Redis.from_url(url) as client:
        assert client.get("left") is None


def test_a_play_is_whole_when_it_returns_and_the_ledger_has_it(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.in_postgres, handlers.in_postgres))
    lab.play()

    assert lab.errors == []
    threads = lab.sql("select count(*) from checkpoints where metadata ->> 'source' = 'input' group by thread_id")
    assert sorted(number for (number,) in threads) == sorted(handlers.converse_turns(30))
    ((counted,),) = lab.sql("select sum(checkpoints) from inspector_counts")
    assert lab.sql("select count(*) from checkpoints") == [(counted,)]


def test_a_live_lab_goes_on_until_its_block_ends(open_lab: OpenLab) -> None:
    lab = open_lab(scenario(handlers.dying, handlers.telling, drive=handlers.ask_both))
    with Live(lab, pause=0.000_1):
        while len(lab.errors) < 3:  # the host that dies at every request has been back each time
            pass
    told = len(lab.errors)
    lab.revive()
    assert len(lab.errors) == told
