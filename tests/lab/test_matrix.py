"""Every scenario against every rule: what is wrong is named, with its hosts, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.demo.lab import healthy
from inspector.demo.lab.lab import Lab, Probed, Variant
from inspector.demo.lab.live import Live
from inspector.demo.lab.scenario import Scenario
from inspector.demo.scenarios import scenarios
from inspector.doctor.rules import rules
from tests.lab.conftest import OpenLab
from tests.lab.harness import complaints, complaints_restricted, complaints_unwatched, examine

pytestmark = pytest.mark.django_db


def _needs_redis(scenario: Scenario) -> bool:
    return scenario.store == "redis" or "redis" in scenario.needs


def _is_of_a_cause(scenario: Scenario) -> bool:
    return any(slug in rules() and rules()[slug].cause for slug in scenario.raises)


def _each(*others: str, causes: bool = False) -> Any:
    """One parameter for each scenario and each of the others; names like `thread-id-random-broken`."""
    return [
        pytest.param(slug, other, id=f"{slug}-{other}", marks=[pytest.mark.redis] if _needs_redis(one) else [])
        for slug, one in scenarios().items()
        if not causes or _is_of_a_cause(one)
        for other in others
    ]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("slug", "variant"), _each("broken", "fixed"))
def test_what_is_wrong_is_named_and_nothing_else_is(open_lab: OpenLab, slug: str, variant: Variant) -> None:
    lab = open_lab(scenarios()[slug], variant)
    lab.play()

    wanted = lab.scenario.raises if variant == "broken" else {}
    said = complaints(examine(lab), wanted)
    assert not said, _tell(lab, said)
    if variant == "broken" and lab.scenario.store == "postgres":
        said = complaints_restricted(examine(lab, store_url=lab.make_reader()), lab.scenario)
        assert not said, "For the login that `inspector grants` makes:" + _tell(lab, said)


@pytest.mark.one_in(5)
@pytest.mark.parametrize(("slug", "probed"), _each("none", "first", causes=True))
def test_with_fewer_reports_it_is_named_or_unknown(open_lab: OpenLab, slug: str, probed: Probed) -> None:
    lab = open_lab(scenarios()[slug], "broken", probed=probed)
    lab.play()

    said = complaints_unwatched(examine(lab), lab.scenario)
    assert not said, _tell(lab, said)


@pytest.mark.parametrize("probed", ["all", "none", "first"])
def test_of_healthy_workers_nothing_is_said(open_lab: OpenLab, probed: Probed) -> None:
    lab = open_lab(healthy.SCENARIO, probed=probed)
    lab.play()
    assert [error.partition(":")[0] for _, error in lab.errors] == ["PaymentGatewayError"]

    said = complaints(examine(lab), {})
    assert not said, _tell(lab, said)


def test_while_healthy_workers_are_at_it_nothing_is_said(open_lab: OpenLab) -> None:
    """For ten minutes: `long_healthy.py`."""
    lab = open_lab(healthy.SCENARIO)
    with Live(lab, pause=0.005):
        for _ in range(4):
            said = complaints(examine(lab), {})
            assert not said, _tell(lab, said)


def _tell(lab: Lab, said: list[str]) -> str:
    """For whoever reads the failure: what was said, and what the workers answered with errors."""
    errors = [f"{host} answered {error}" for host, error in lab.errors[:5]]
    return "\n\n".join(["", *said, *errors])
