"""What the documentation gives to Prometheus and Grafana fits the metrics that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from inspector.metrics.families import METRICS, PREFIX

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = (DOCS / "how-to" / "prometheus.md").read_text(encoding="utf-8")
RULES: dict[str, Any] = yaml.safe_load(
    (DOCS / "prometheus" / "checkpoint-inspector.rules.yml").read_text(encoding="utf-8")
)
DASHBOARD: dict[str, Any] = json.loads((DOCS / "prometheus" / "grafana-checkpoint-inspector.json").read_text("utf-8"))
LABELS = {PREFIX + metric.name: metric.labels for metric in METRICS}
RECORDED = {rule["record"] for group in RULES["groups"] for rule in group["rules"] if "record" in rule}

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAME = re.compile(r"checkpoint_inspector[\w:]*")
_SELECTED = re.compile(r"(checkpoint_inspector[\w:]*)\{([^}]*)\}")
_PAIRS = {")": "(", "]": "[", "}": "{"}


def rules() -> Iterator[dict[str, Any]]:
    for group in RULES["groups"]:
        yield from group["rules"]


def expressions() -> Iterator[str]:
    for rule in rules():
        yield rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


@pytest.mark.parametrize("expression", list(expressions()))
def test_every_expression_is_about_metrics_and_labels_that_there_are(expression: str) -> None:
    names = set(_NAME.findall(expression))
    assert names
    assert names <= {*LABELS, *RECORDED}
    for name, selector in _SELECTED.findall(expression):
        matchers = re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', selector)
        assert matchers
        assert set(matchers) <= set(LABELS[name])
    bare = _STRING.sub("", expression)
    for labels in re.findall(r"\bby \(([^)]*)\)", bare):
        every = {label for name in names for label in LABELS[name]}
        assert {label.strip() for label in labels.split(",")} <= every
    assert balanced(bare)


def balanced(expression: str) -> bool:
    held: list[str] = []
    for character in expression:
        if character in _PAIRS.values():
            held.append(character)
        elif character in _PAIRS and (not held or held.pop() != _PAIRS[character]):
            return False
    return not held and "{{" not in expression


def test_unbalanced_expressions_are_told_from_balanced_ones() -> None:
    assert balanced("sum(a{}) by (b) / rate(c[5m])")
    assert not balanced("sum(a{)}")
    assert not balanced("sum(a")
    assert not balanced("a)")


def test_alerts_say_what_is_wrong_where_by_labels_that_they_have() -> None:
    alerts = [rule for rule in rules() if "alert" in rule]
    assert len({rule["alert"] for rule in alerts}) == len(alerts) >= 7
    for rule in alerts:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        told = " ".join(rule["annotations"].values())
        assert set(rule["annotations"]) == {"summary", "description"}
        named = set(re.findall(r"\$labels\.(\w+)", told))
        found = [LABELS[name] for name in _NAME.findall(rule["expr"]) if name in LABELS]
        if found:
            assert named <= set.union(*map(set, found))
        assert told.count("{{") == told.count("}}")


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    variables = {one["name"]: one for one in DASHBOARD["templating"]["list"]}
    assert set(variables) == {"datasource", "store", "host"}
    assert variables["datasource"]["type"] == "datasource"
    for name in ("store", "host"):
        metric, label = re.fullmatch(r"label_values\((\w+)(?:\{.*\})?, (\w+)\)", variables[name]["definition"]).groups()  # type: ignore[union-attr]
        assert (label, label in LABELS[metric]) == (name, True)
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert {panel["type"] for panel in panels} == {"stat", "timeseries", "table"}
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
        assert panel["datasource"]["uid"] == "${datasource}"
        for target in panel["targets"]:
            names = {label for name in _NAME.findall(target["expr"]) for label in LABELS[name]}
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= names
    assert {"title", "uid", "schemaVersion", "time", "refresh"} <= set(DASHBOARD)


def test_the_guide_explains_every_metric_as_the_code_does() -> None:
    rows = re.findall(r"^\| `(checkpoint_inspector_\w+)` \| ([^|]*) \| (.*) \|$", GUIDE, re.MULTILINE)
    told = {name: (tuple(re.findall(r"`(\w+)`", labels)), meaning) for name, labels, meaning in rows}
    assert told == {PREFIX + metric.name: (metric.labels, metric.help) for metric in METRICS}


def test_names_and_words_are_as_prometheus_wants_them() -> None:
    for metric in METRICS:
        assert re.fullmatch(r"[a-z][a-z_]*", metric.name)
        assert not metric.name.endswith(("_total", "_count", "_sum", "_bucket"))  # those are no gauges
        assert metric.help.endswith(".")
        assert "\n" not in metric.help


def test_the_yaml_of_the_guide_can_be_read() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    found = [yaml.safe_load(block) for block in blocks]
    assert found[0]["scrape_configs"][0]["metrics_path"] == "/-/metrics"
    assert found[-1]["spec"]["endpoints"][0]["path"] == "/-/metrics"
