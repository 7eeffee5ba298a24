"""The files that people deploy with: Kubernetes' API, compose's own schema and systemd accept them, and every setting
that they or their pages name is one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from inspector import __version__
from inspector.config import SETTINGS
from tests.packaging.builds import ROOT
from tests.packaging.image.dockerfile import read_dockerfile

DEPLOY = ROOT / "docs" / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
#: What the probe reads in the workers, beside the dashboard's settings; docs/configuration.md has both.
PROBES = {"INSPECTOR_LEDGER_URL_FILE", "INSPECTOR_HOSTNAME"}
NAMED = sorted(path for path in (ROOT / "compose.yaml", ROOT / "Dockerfile", *DEPLOY.rglob("*")) if path.is_file())


def settings_known() -> set[str]:
    secrets = {f"{setting.variable}_FILE" for setting in SETTINGS if setting.secret}
    return {setting.variable for setting in SETTINGS} | secrets | PROBES


@pytest.mark.parametrize("path", NAMED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    named = set(re.findall(r"INSPECTOR_\w+", path.read_text(encoding="utf-8")))
    assert named - settings_known() == set()


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def manifests() -> list[dict[str, Any]]:
    """All but those of kinds that Kubernetes itself does not have."""
    found = [document for path in sorted(KUBERNETES.glob("*.yaml")) for document in documents(path)]
    return [one for one in found if one["kind"] not in ("Kustomization", "ServiceMonitor")]


def called(kind: str, name: str) -> dict[str, Any]:
    (found,) = (one for one in manifests() if (one["kind"], one["metadata"]["name"]) == (kind, name))
    return found


DEPLOYMENTS = ["inspector-sync", "inspector-web"]
KINDS = {
    "ConfigMap",
    "Deployment",
    "Ingress",
    "Namespace",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "Secret",
    "Service",
}


@pytest.mark.parametrize("version", ["1.31", kubernetes_validate.latest_version()])
def test_kubernetes_takes_every_manifest(version: str) -> None:
    assert {manifest["kind"] for manifest in manifests()} == KINDS
    for manifest in manifests():
        kubernetes_validate.validate(manifest, version, strict=True)


def test_kubernetes_would_not_take_a_word_that_it_does_not_know() -> None:
    manifest = called("Deployment", "inspector-web")
    manifest["spec"]["template"]["spec"]["containers"][0]["readyProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_kustomize_applies_files_that_are_there() -> None:
    (kustomization,) = documents(KUBERNETES / "kustomization.yaml")
    resources = set(kustomization["resources"])
    apart = {"kustomization.yaml", "secret.yaml", "servicemonitor.yaml"}
    assert resources == {path.name for path in KUBERNETES.glob("*.yaml")} - apart
    (image,) = kustomization["images"]
    assert image["newTag"] == __version__
    assert {pod(name)["containers"][0]["image"] for name in DEPLOYMENTS} == {image["name"]}


def pod(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = called("Deployment", name)["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_fits_the_image_and_the_strictest_profile(name: str) -> None:
    spec = pod(name)
    (container,) = spec["containers"]
    (data,) = (
        step.words()
        for step in read_dockerfile((ROOT / "Dockerfile").read_text())["dashboard"].steps
        if step.name == "VOLUME"
    )
    places = {*data, "/tmp", "/run/secrets/inspector"}  # noqa: S108  in the container
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == places
    assert (spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["runAsUser"]) == (True, 10001)
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    drain = int(called("ConfigMap", "inspector")["data"]["INSPECTOR_DRAIN_SECONDS"])
    assert spec["terminationGracePeriodSeconds"] > drain + 20


def test_the_first_users_pod_is_one_that_kubernetes_takes() -> None:
    """The guide names the image: by `--override-type=strategic` it goes into the container of the same name."""
    overrides = json.loads((KUBERNETES / "first-user.json").read_text())
    named = overrides | {"kind": "Pod", "metadata": {"name": "first-user"}}
    kubernetes_validate.validate(named, kubernetes_validate.latest_version(), strict=True)
    (container,) = overrides["spec"]["containers"]
    assert container["securityContext"] == pod("inspector-web")["containers"][0]["securityContext"]
    assert overrides["spec"]["securityContext"] == pod("inspector-web")["securityContext"]
    guide = (DEPLOY / "kubernetes.md").read_text(encoding="utf-8")
    assert (container["name"], "image" in container) == ("first-user", False)
    assert f" run {container['name']} " in guide
    assert "--override-type=strategic" in guide
    assert f"--image=registry.example.com/checkpoint-inspector:{__version__} " in guide


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_is_asked_whether_it_lives_and_whether_it_is_ready(name: str) -> None:
    (container,) = pod(name)["containers"]
    asked = {probe: container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    checks = {probe: get["path"].partition("check=")[2] for probe, get in asked.items()}
    assert checks == {"startupProbe": "live", "livenessProbe": "live", "readinessProbe": "ready"}
    assert all(get["httpHeaders"] == [{"name": "Host", "value": "localhost"}] for get in asked.values())


def test_the_pod_that_prometheus_reaches_believes_no_proxy() -> None:
    (container,) = pod("inspector-sync")["containers"]
    given = {one["name"]: one.get("value") for one in container["env"]}
    assert given["INSPECTOR_PROXY_ADDRESSES"] == "127.0.0.1"


def test_every_file_that_a_setting_names_is_in_the_secret() -> None:
    named = called("ConfigMap", "inspector")["data"]
    files = {text.removeprefix("/run/secrets/inspector/") for key, text in named.items() if key.endswith("_FILE")}
    assert files == set(called("Secret", "inspector")["stringData"])


def test_each_selector_finds_what_it_is_for() -> None:
    labels = {name: called("Deployment", name)["spec"]["template"]["metadata"]["labels"] for name in DEPLOYMENTS}

    def found(selector: dict[str, str]) -> list[str]:
        return [name for name in DEPLOYMENTS if selector.items() <= labels[name].items()]

    assert found(called("Service", "inspector")["spec"]["selector"]) == ["inspector-web"]
    assert found(called("Service", "inspector-metrics")["spec"]["selector"]) == ["inspector-sync"]
    budget = called("PodDisruptionBudget", "inspector-web")["spec"]["selector"]["matchLabels"]
    assert found(budget) == ["inspector-web"]
    policies = {
        one["metadata"]["name"]: one["spec"]["podSelector"] for one in manifests() if one["kind"] == "NetworkPolicy"
    }
    assert {name: found(selector["matchLabels"]) for name, selector in policies.items()} == {
        "inspector": DEPLOYMENTS,
        "inspector-web": ["inspector-web"],
        "inspector-metrics": ["inspector-sync"],
    }


#: The fields that ours uses, by the API reference of the Prometheus Operator. Kubernetes' own API does not have it.
SERVICE_MONITOR = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "additionalProperties": False,
    "properties": {
        "apiVersion": {"const": "monitoring.coreos.com/v1"},
        "kind": {"const": "ServiceMonitor"},
        "metadata": {"type": "object"},
        "spec": {
            "type": "object",
            "required": ["endpoints", "selector"],
            "additionalProperties": False,
            "properties": {
                "selector": {"type": "object", "properties": {"matchLabels": {"type": "object"}}},
                "endpoints": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "port": {"type": "string"},
                            "path": {"type": "string"},
                            "interval": {"type": "string", "pattern": "^([0-9]+(ms|[smhdwy]))+$"},
                            "scrapeTimeout": {"type": "string", "pattern": "^([0-9]+(ms|[smhdwy]))+$"},
                            "authorization": {
                                "type": "object",
                                "additionalProperties": False,
                                "properties": {
                                    "type": {"type": "string"},
                                    "credentials": {
                                        "type": "object",
                                        "required": ["key"],
                                        "additionalProperties": False,
                                        "properties": {"name": {"type": "string"}, "key": {"type": "string"}},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def test_prometheus_finds_the_metrics_and_their_token() -> None:
    (monitor,) = documents(KUBERNETES / "servicemonitor.yaml")
    jsonschema.validate(monitor, SERVICE_MONITOR)
    service = called("Service", "inspector-metrics")
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    credentials = endpoint["authorization"]["credentials"]
    assert credentials["key"] in called("Secret", credentials["name"])["stringData"]


UNIT = DEPLOY / "checkpoint-inspector.service"
analyzer = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


@analyzer
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/checkpoint-inspector/bin/inspector", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (done.returncode, [line for line in done.stderr.splitlines() if UNIT.name in line]) == (0, [])


@analyzer
def test_the_unit_exposes_little_of_the_machine() -> None:
    """systemd's own measure, times ten: 0 is best, 100 is worst, and what has no hardening has 96."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", UNIT]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr


def test_nginx_hands_on_nothing_that_a_browser_says_of_who_asks_or_for_what() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    given = dict(re.findall(r"proxy_set_header (\S+) +(\S+);", text))
    empty = {f"X-Forwarded-{name}" for name in ("User", "Email", "Groups", "Host", "Uri")}
    assert {name for name, value in given.items() if value == '""'} == empty
    assert given["X-Forwarded-For"] == given["X-Real-IP"] == "$remote_addr"
    assert given["X-Forwarded-Proto"] == "$scheme"
