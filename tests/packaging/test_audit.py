"""The audit of dependencies: what fails it, what does not, and that nothing unasked passes for clean."""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any

import pytest

from tests.packaging.builds import ROOT, run

_spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
assert _spec
assert _spec.loader
audit = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(audit)

FINE: dict[str, Any] = {"name": "django", "version": "5.2.19", "vulns": []}
FLAWED: dict[str, Any] = {
    "name": "redis",
    "version": "4.5.3",
    "vulns": [{"id": "PYSEC-2023-45", "fix_versions": ["4.5.4"], "aliases": [], "description": ""}],
}
UNKNOWN: dict[str, Any] = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    ("packages", "errors", "returned", "code", "words"),
    [
        ([FINE], "", 0, 0, "no known vulnerability in 1 packages."),
        ([FINE, FLAWED], "", 1, 1, "redis 4.5.3: PYSEC-2023-45, fixed in 4.5.4"),
        ([UNKNOWN, FLAWED], "", 1, 1, "PYSEC-2023-45"),
        ([UNKNOWN, UNKNOWN], "", 0, 0, "NOT AUDITED"),
        ([UNKNOWN, FINE], "", 0, 0, "No answer about rich"),
        ([], "ERROR:pip_audit._cli:ConnectionError: refused", 1, 0, "NOT AUDITED"),
        ([], "ERROR:pip_audit._cli:requirement is not pinned", 1, 1, "is not pinned"),
        ([], "ERROR:pip_audit._cli:malformed: --hash=sha256:ab503cd", 1, 1, "malformed"),
        ([], "", 0, 1, "pip-audit failed"),
    ],
)
def test_the_verdict_is_plain(
    packages: list[dict[str, Any]], errors: str, returned: int, code: int, words: str
) -> None:
    got, said = audit.verdict(report(*packages) if packages else "", errors, returned)
    assert got == code
    assert words in said


def test_pip_audit_takes_the_pinned_file_and_an_unreachable_service_is_no_clean_result() -> None:
    """The proxy is a port of this machine where nobody listens."""
    nowhere = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), "http://127.0.0.1:9")
    environ = nowhere | {"NO_PROXY": "", "no_proxy": ""}
    done = run([sys.executable, ROOT / ".ci" / "audit.py", ROOT / "requirements" / "dashboard.txt"], ROOT, **environ)
    assert done.returncode == 0, done.stderr
    assert "NOT AUDITED" in done.stdout
