"""Several processes behind one address: they share the work, one that dies comes back, and all end together."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from inspector.management.processes import OPTION
from tests.integration.index.conftest import NewDatabase
from tests.integration.operation.served import TOKEN, Served, serving
from tests.integration.operation.test_stop import held, wait_until_waits
from tests.integration.postgres.polling import wait_for

STARTED_ANEW = "Another one starts"


def children(served: Served) -> dict[int, int]:
    """How many threads each of those has that answer pages, by their ids."""
    asked = ["ps", "-ww", "-o", "pid=,nlwp=,args=", "--ppid", str(served.process.pid)]
    found = [line.split(None, 2) for line in subprocess.run(asked, capture_output=True, text=True).stdout.splitlines()]
    return {int(pid): int(threads) for pid, threads, arguments in found if OPTION in arguments}


def wait_until_all_listen(served: Served, number: int = 2) -> list[int]:
    """Their ids. One that listens has more threads than it begins with: those that answer."""
    wait_for(lambda: [threads > 8 for threads in children(served).values()] == [True] * number, seconds=120)
    return sorted(children(served))


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Within it the process stands still."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def wait_until_gone(processes: list[int]) -> None:
    def lives(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True

    wait_for(lambda: not any(map(lives, processes)), seconds=60)


@pytest.fixture
def index(new_database: NewDatabase) -> str:
    return new_database()


@pytest.fixture
def served(tmp_path: Path, index: str, new_database: NewDatabase) -> Iterator[Served]:
    with serving(tmp_path, index, new_database(), processes="2") as served:
        wait_for(served.is_ready, seconds=120)
        yield served


def test_all_of_them_answer(served: Served) -> None:
    """One is stopped where it stands; whoever asks is answered by the other one, and the other way round."""
    for process in wait_until_all_listen(served):
        with stopped(process):
            assert served.ask("/-/health")[0] == 200


def test_one_that_is_killed_comes_back(served: Served) -> None:
    before = wait_until_all_listen(served)
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: STARTED_ANEW in served.said, seconds=60)
    after = wait_until_all_listen(served)
    assert set(before) & set(after) == {before[1]}
    assert served.ask("/-/health")[0] == 200
    assert "signal 9" in served.said


def test_one_that_cannot_be_started_now_is_started_later(served: Served) -> None:
    """There is no descriptor left for the line to it."""
    before = wait_until_all_listen(served)
    least, most = resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE, (8, most))
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: "could not be started" in served.said, seconds=60)
    assert served.ask("/-/health")[0] == 200
    resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE, (least, most))
    after = wait_until_all_listen(served)
    assert set(before) & set(after) == {before[1]}


def test_the_word_to_end_under_load_loses_no_request(served: Served) -> None:
    """Whoever is connected gets the answer to what was asked; no exit code but 0, and nobody is left."""
    processes = wait_until_all_listen(served)
    answers: list[int] = []
    refused = threading.Event()

    def ask_on() -> None:
        while not refused.is_set():
            asking = HTTPConnection("127.0.0.1", served.port, timeout=60)
            try:
                asking.connect()
            except ConnectionRefusedError:
                refused.set()
                return
            asking.request("GET", "/-/health", headers={"Authorization": f"Bearer {TOKEN}"})
            answers.append(asking.getresponse().status)
            asking.close()

    with ThreadPoolExecutor(4) as beside:
        asking = [beside.submit(ask_on) for _ in range(4)]
        wait_for(lambda: len(answers) > 20, seconds=60)
        served.signal()
        for one in asking:
            one.result(60)
    assert set(answers) == {200}
    assert served.ended() == 0
    wait_until_gone(processes)
    assert "Traceback" not in served.said
    assert STARTED_ANEW not in served.said


@pytest.mark.thorough
def test_a_slow_request_gets_its_answer_though_each_process_is_told_to_end(served: Served, index: str) -> None:
    """As systemd tells all processes of a service, and the first of them tells the others."""
    processes = wait_until_all_listen(served)
    with ThreadPoolExecutor(1) as beside:
        with held(index):
            asked = beside.submit(served.ask, "/-/health")
            wait_until_waits(index)
            served.signal()
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGTERM)
            wait_for(lambda: not served.listens(), seconds=60)
            assert not asked.done()
        assert asked.result(60)[0] == 200
    assert served.ended() == 0
    wait_until_gone(processes)


@pytest.mark.thorough
def test_the_second_word_ends_all_at_once(served: Served, index: str) -> None:
    processes = wait_until_all_listen(served)
    with ThreadPoolExecutor(1) as beside, held(index):
        asked = beside.submit(served.ask, "/-/health")
        wait_until_waits(index)
        served.signal()
        wait_for(lambda: not served.listens(), seconds=60)
        assert not asked.done()
        served.signal()
        assert served.ended() == 128 + signal.SIGTERM
        assert asked.exception(60) is not None
    wait_until_gone(processes)


@pytest.mark.thorough
def test_nobody_is_left_when_the_first_process_is_killed(served: Served) -> None:
    processes = wait_until_all_listen(served)
    os.kill(served.process.pid, signal.SIGKILL)
    served.ended()
    wait_until_gone(processes)
    assert not served.listens()


def test_a_link_works_once_and_its_session_on_all(tmp_path: Path, new_database: NewDatabase) -> None:
    with serving(tmp_path, new_database(), new_database(), "--processes", "2") as served:
        served.wait_said("/login/?token=")
        link = next(word for word in served.said.split() if "/login/?token=" in word)
        processes = wait_until_all_listen(served)
        person = build_opener(HTTPCookieProcessor(CookieJar()))
        assert person.open(link, timeout=60).status == 200
        for process in processes:
            with stopped(process):
                page = person.open(f"http://127.0.0.1:{served.port}/threads/", timeout=60)
                assert "/threads/" in page.url
        other = build_opener(HTTPCookieProcessor(CookieJar()))
        with pytest.raises(OSError, match="HTTP Error 4"):
            other.open(link, timeout=60)


@pytest.mark.thorough
@pytest.mark.parametrize("number", ["0", "65"])
def test_a_number_that_makes_no_sense_is_refused(tmp_path: Path, new_database: NewDatabase, number: str) -> None:
    with serving(tmp_path, new_database(), new_database(), "--processes", number) as served:
        assert served.ended() == 2
    assert "--processes takes 1 to 64" in served.said
