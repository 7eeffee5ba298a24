"""`make audit`: asks the advisory service about every package of the dashboard's image, by its pinned version.

Exits 1 where one has a known vulnerability. Where the service cannot be asked, that is said so plainly that nobody
takes it for a clean result, and the exit code is 0: whether a build passes must not hang on somebody else's server.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

#: What pip-audit says where it had no answer, beside which there is no report.
NO_ANSWER = (
    "ConnectionError",
    "Connection error",
    "Could not connect",
    "timed out",
    "Max retries",
    "ServiceError",
    "503 Server Error",
)


def main(requirements: Path) -> int:
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner=off"]
        command += [f"--requirement={requirements}", "--format=json", f"--output={report}", "--timeout=20"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  our own words
        text = report.read_text(encoding="utf-8") if report.is_file() else ""
    code, words = verdict(text, done.stderr, done.returncode)
    print(f"{requirements}: {words}", file=sys.stderr if code else sys.stdout)
    return code


def verdict(report: str, errors: str, returned: int) -> tuple[int, str]:
    """The exit code and what to say, by what pip-audit wrote. A package that the service does not know counts as one
    that was not asked about: all of ours are public."""
    if not report:
        if any(word in errors for word in NO_ANSWER):
            return 0, "NOT AUDITED. The advisory service did not answer."
        return returned or 1, f"pip-audit failed.\n{errors.strip()}"
    packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    vulnerable = [
        f"  {package['name']} {package['version']}: {flaw['id']}, fixed in {_releases(flaw['fix_versions'])}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    if vulnerable:
        return 1, "\n".join(["known vulnerabilities.", *vulnerable])
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return 0, f"NOT AUDITED. The advisory service that can be reached here knows none of {len(packages)} packages."
    if unknown:
        return 0, f"NOT ALL AUDITED. No answer about {', '.join(unknown)}; no known vulnerability in the others."
    return 0, f"no known vulnerability in {len(packages)} packages."


def _releases(versions: list[str]) -> str:
    return ", ".join(versions) or "no release"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
