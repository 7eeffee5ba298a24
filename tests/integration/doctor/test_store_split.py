"""Which places of workers are one store, which are another one, and what cannot be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from inspector.config import StoreSetting
from inspector.doctor.evidence.sites import is_local, sites_of
from inspector.doctor.rules import store_on_localhost, store_split
from inspector.index.connections import close_readers
from inspector.models import StoreEntry
from inspector.probe.ledger_schema import Place
from inspector.secret import StoreUrl
from tests.integration.doctor.crews import HERE, IN_MEMORY, case_with, process
from tests.integration.doctor.made import DOWN, NOW
from tests.integration.doctor.made_rows import Made
from tests.integration.doctor.made_rows import case_with as index

pytestmark = pytest.mark.django_db

AWAY = replace(HERE, identities=("away",), where="postgresql://app@old-db:5432/orders")
LOCAL = replace(HERE, identities=("local",), where="postgresql://app@localhost:5432/orders")
NAMELESS = replace(HERE, identities=())


def test_a_worker_that_leads_to_another_store_as_well_may_mean_it() -> None:
    both = (HERE, replace(AWAY, slot=1))
    verdict = store_split.check(case_with(process("web-1"), process("web-2", places=both)))
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", "possible", ("web-2",))


def test_a_worker_that_leads_only_elsewhere_is_split_off_for_certain() -> None:
    verdict = store_split.check(case_with(process("web-1"), process("web-2", places=(AWAY,))))
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", "certain", ("web-2",))
    assert "web-1 writes to this one" in verdict.sentence


def test_memory_is_no_other_store() -> None:
    assert store_split.check(case_with(process("web-1"), process("web-2", places=(IN_MEMORY,)))).outcome == "fine"


@pytest.mark.parametrize("rule", [store_split, store_on_localhost])
def test_a_worker_that_has_just_begun_is_not_judged_by_an_address(rule: object) -> None:
    local = replace(LOCAL, identities=())
    young = process("web-2", places=(local,), started_at=NOW.timestamp(), seen_at=NOW.timestamp())
    assert rule.check(case_with(process("web-1"), young)).outcome == "unknown"  # type: ignore[attr-defined]


def test_a_server_that_does_not_say_who_it_is_leaves_it_unknown() -> None:
    old = process("web-2", places=(NAMELESS,), seen_at=NOW.timestamp())
    assert store_split.check(case_with(process("web-1"), old)).outcome == "unknown"


def test_several_hosts_at_one_loopback_address_are_one_machine() -> None:
    reports = [process("web-1", places=(LOCAL,)), process("web-2", places=(LOCAL,)), process("web-3")]
    assert store_on_localhost.check(case_with(*reports)).outcome == "fine"


def test_one_host_alone_with_a_loopback_address_is_named() -> None:
    verdict = store_on_localhost.check(case_with(process("web-1"), process("web-2", places=(LOCAL,))))
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", "certain", ("web-2",))


def test_a_worker_alone_may_be_at_home() -> None:
    assert store_on_localhost.check(case_with(process("web-1", places=(LOCAL,)))).outcome == "fine"


@pytest.mark.parametrize(
    ("kind", "where", "local"),
    [
        ("postgres", "postgresql://app@localhost:5432/orders", True),
        ("postgres", "postgresql://app@[/run/postgresql]:5432/orders?schema=a", True),
        ("postgres", "postgresql://app@[::1]:5432/orders", True),
        ("postgres", "postgresql://app@localhost.internal:5432/orders", False),
        ("postgres", "postgresql://app@localhost,db-2:5432/orders", False),
        ("postgres", "postgresql, not known closer", False),
        ("redis", "redis://127.0.0.1:6379/0", True),
        ("redis", "redis:///run/redis.sock/0", True),
        ("redis", "redis://cache:6379/0", False),
        ("sqlite", "sqlite:///srv/app/checkpoints.db", True),
    ],
)
def test_which_addresses_lead_to_the_same_machine(kind: str, where: str, local: bool) -> None:
    assert is_local(Place(0, "saver", kind, ("x",), where)) is local


def test_hosts_that_are_each_alone_are_named_together() -> None:
    second = replace(LOCAL, identities=("another",))
    verdict = store_on_localhost.check(case_with(process("web-1", places=(LOCAL,)), process("web-2", places=(second,))))
    assert (verdict.outcome, verdict.hosts) == ("problem", ("web-1", "web-2"))
    assert "which only the same machine reaches, each of them on another machine: no other" in verdict.sentence


@pytest.mark.parametrize(
    ("did", "outcome"),
    [
        ({"reads": 40, "misses": 3}, "fine"),
        ({"reads": 40, "misses": 40}, "problem"),
        ({}, "problem"),  # and what it will put goes there
        ({"reads": 40, "checkpoints": 1}, "problem"),
    ],
)
def test_who_only_reads_may_do_so_at_a_replica(did: dict[str, int], outcome: str) -> None:
    reader = process("history-1", places=(AWAY,), **did)
    assert store_split.check(case_with(process("web-1"), reader)).outcome == outcome


@pytest.mark.parametrize(("rule", "place"), [(store_split, AWAY), (store_on_localhost, LOCAL)])
@pytest.mark.parametrize(
    ("threads", "shared", "confidence"), [(20, 0, "possible"), (19, 0, "certain"), (20, 1, "certain")]
)
def test_who_shares_no_thread_may_be_of_another_environment(
    rule: Any, place: Place, threads: int, shared: int, confidence: str
) -> None:
    """Staging and production that report to one ledger, and only one of them is configured."""
    ours = [Made(f"ours-{n}", {"web-1": 5}, asked={"staging-1": 1} if n < shared else {}) for n in range(threads)]
    theirs = [Made(f"theirs-{n}", asked={"staging-1": 1}) for n in range(threads)]
    index(*ours, *theirs)

    verdict = rule.check(case_with(process("web-1"), process("staging-1", places=(place,))))
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", confidence, ("staging-1",))
    assert ("environment" in verdict.sentence) == (confidence == "possible")


def test_what_arrives_may_be_that_of_another_process_of_the_host() -> None:
    """A server that serves here, and runs its queue's workers with another address."""
    index(*(Made(f"{n}", {"app-1": 5}, ago=60) for n in range(5)))
    away = process("app-1", places=(AWAY,), checkpoints=9)

    assert store_split.check(case_with(away)).outcome == "fine", "its data goes by two names"
    verdict = store_split.check(case_with(process("app-1", checkpoints=9), away))
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", "possible", ("app-1",))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("postgresql://app@localhost:5432/orders", "web-0, web-1, web-10 and 27 more hosts write their checkpoints to"),
        ("postgresql://app@db-{}:5432/orders", "So it is with 27 more places."),
    ],
)
def test_of_many_stores_few_sentences_are_said(form: str, said: str) -> None:
    places = [replace(HERE, identities=(f"own-{n}",), where=form.format(n)) for n in range(30)]
    case = case_with(process("api-1"), *(process(f"web-{n}", places=(place,)) for n, place in enumerate(places)))
    verdict = store_split.check(case)
    assert said in verdict.sentence
    assert len(verdict.hosts) == 30
    assert len(verdict.sentence) < 500
    assert store_on_localhost.check(case).hosts == (verdict.hosts if "localhost" in form else ())


def test_names_that_one_place_has_in_common_make_one_store_of_all() -> None:
    """One server tells all workers when it began, and only some of them which cluster it is."""
    names = [("start",), ("system",), ("third",), ("start", "system"), ("system",), ("third", "start"), ("alone",)]
    places = [replace(HERE, identities=name) for name in names]
    case = case_with(*(process(f"web-{number}", places=(place,)) for number, place in enumerate(places)))
    assert [site.hosts for site in sites_of(case)] == [tuple(f"web-{number}" for number in range(6)), ("web-6",)]


@pytest.fixture
def torn(settings: Any) -> Iterator[None]:
    """Both stores are configured, and web-1 and web-2 take turns in ten conversations, each in a store of its own."""
    stores = tuple(StoreSetting(name, StoreUrl(DOWN)) for name in ("store", "there"))
    settings.INSPECTOR = replace(settings.INSPECTOR, stores=stores)
    index(*(Made(f"{n}", {"web-1": 5}, ago=60 + n % 2) for n in range(10)))
    index(*(Made(f"{n}", {"web-2": 5}, ago=61 - n % 2) for n in range(10)), name="there")
    StoreEntry.objects.filter(name="there").update(identities=["away"])
    yield
    close_readers()


@pytest.mark.usefixtures("torn")
@pytest.mark.parametrize(
    ("places", "confidence"),
    [((AWAY,), "certain"), ((HERE, replace(AWAY, slot=1)), "likely"), ((NAMELESS,), "likely")],
)
def test_a_worker_that_leads_only_to_the_other_store_makes_torn_threads_certain(
    places: tuple[Place, ...], confidence: str
) -> None:
    verdict = store_split.check(case_with(process("web-1"), process("web-2", places=places)))
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", confidence, ("web-2",))
    said = [line.text for line in verdict.evidence]
    assert any(line.startswith("web-2, process ") and AWAY.where in line for line in said) == (confidence == "certain")
    assert any("5 checkpoints here, 5 in `there` by web-2" in line for line in said)
    assert any(line.startswith("web-1, process ") and HERE.where in line for line in said)


@pytest.mark.usefixtures("torn")
def test_torn_threads_and_both_sides_are_shown_however_many_processes_there_are() -> None:
    away = [process("web-2", pid=pid, places=(AWAY,)) for pid in range(60)]
    verdict = store_split.check(case_with(process("web-1"), *away))
    assert any("in `there` by web-2" in line.text for line in verdict.evidence)
    assert any(line.text.startswith("web-1, process ") for line in verdict.evidence)
