"""People who browse are answered, on one dashboard and on two. How soon is for machines of one's own to say."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import load, load_users
from benchmarks.load_servers import Person, Servers, mutes_are_shared
from benchmarks.scale_bench import Bench

pytestmark = pytest.mark.postgres
THREADS = 300


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    home = Path(tempfile.mkdtemp(prefix="inspector-load-"))
    home.chmod(0o711)  # for the server's own user, too
    with Bench(THREADS, THREADS, home, told=lambda figure: None) as bench:
        yield bench
    shutil.rmtree(home)


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("kind", "replicas"), [("sqlite", 1), ("postgres", 2)])
def test_everybody_is_answered_and_the_figures_are_told(
    bench: Bench, kind: str, replicas: int, capsys: pytest.CaptureFixture[str]
) -> None:
    index, person = bench.built(kind, bench.url), Person()
    with Servers(bench.url, index, bench.folder, replicas) as servers:
        person.sign_in(servers.all[0])
        load.load(argparse.Namespace(users=4, rate=5.0, minutes=0.05), person, servers)
        if replicas > 1:
            assert mutes_are_shared(person, servers)
    told = capsys.readouterr().out
    assert " 0 errors" in told
    assert "MB a minute" in told
    assert "thread" in told


@pytest.mark.thorough
def test_each_kind_of_request_is_made_and_a_refresh_sends_what_is_shown(bench: Bench) -> None:
    index, person = bench.built("sqlite", bench.url), Person()
    with Servers(bench.url, index, bench.folder, 1) as servers:
        person.sign_in(servers.all[0])
        orders = {"ports": [servers.all[0].port], "cookies": person.cookies, "users": 1, "rate": 1.0, "seed": 1}
        with closing(load_users.User(orders, 0)) as user:
            for kind in ("list", "thread", *load_users.MIX, "thread, refreshed", "list, refreshed"):
                user.act(kind)
    assert not user.errors
    assert {kind for kind, _, _ in user.seen} == set(load_users.MIX)
    assert any(alone for _, _, alone in user.seen)  # all of this store is older than a minute, but for what runs


@pytest.mark.thorough
def test_somebody_who_is_not_signed_in_meets_errors_and_no_answers(bench: Bench) -> None:
    with Servers(bench.url, bench.built("sqlite", bench.url), bench.folder, 1) as servers:
        orders = {"ports": [servers.all[0].port], "cookies": "", "users": 1, "rate": 1.0, "seed": 1}
        with closing(load_users.User(orders, 0)) as user:
            user.act("list")
    assert user.errors
    assert not user.seen
