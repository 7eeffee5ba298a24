"""Decoding runs nothing of the data: proved by the interpreter's own audit events, in a process of its own."""

from __future__ import annotations

import base64
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

from tests.unit.decode.raw import an_object, ext, pack

ROOT = Path(__file__).parents[3]

SCRIPT = """
import base64, json, sys

from inspector.decode.serde import decode_value, decode_json_inline
from inspector.domain.value import to_json

cases = json.load(sys.stdin)
cases = [(tag, base64.b64decode(blob)) for tag, blob in cases]
decode_value("msgpack", b"\\x90")

seen = []
watching = True


def hook(event, args):
    if watching:
        seen.append((event, repr(args)[:200]))


sys.addaudithook(hook)
before = set(sys.modules)
for tag, blob in cases:
    decoded = decode_value(tag, blob, key=None)
    if not isinstance(decoded.value, type(None)):
        to_json(decoded.value)
watching = False
print(json.dumps({"events": seen, "modules": sorted(set(sys.modules) - before)}))
"""


def hostile_cases(marker: Path) -> list[tuple[str, bytes]]:
    command = f"touch {marker}"

    class Reduced:
        def __reduce__(self) -> object:
            return os.system, (command,)

    objects = [
        an_object(0, "os", "system", command),
        an_object(1, "os", "system", [command]),
        an_object(1, "subprocess", "call", [["touch", str(marker)]]),
        an_object(2, "subprocess", "Popen", {"args": command, "shell": True}),
        an_object(3, "os", "path", command, "system"),
        an_object(4, "evil_mod", "Model", {"a": 1}),
        an_object(5, "evil_mod", "Model", {"a": 1}, "model_validate_json"),
        an_object(0, "builtins", "eval", f"open({str(marker)!r}, 'w')"),
        an_object(0, "builtins", "exec", f"open({str(marker)!r}, 'w')"),
        an_object(1, "builtins", "open", [str(marker), "w"]),
        an_object(0, "zoneinfo", "ZoneInfo", "../../etc/passwd"),
        an_object(1, "pathlib", "PosixPath", [str(marker)]),
        an_object(1, "re", "compile", ["(a+)+$", 0]),
        an_object(6, "<f8", [10**9, 10**9], "C", b"x" * 8),
        ext(7, an_object(0, "this", "x", 1)),
    ]
    envelopes = [
        {"lc": 2, "type": "constructor", "id": ["os", "system"], "args": [command]},
        {"lc": 1, "type": "constructor", "id": ["antigravity", "X"], "kwargs": {"a": 1}},
        {"lc": 2, "type": "constructor", "id": ["builtins", "eval"], "method": "x", "args": ["1"]},
        {"lc": 1, "type": "secret", "id": ["HOME"]},
        {"__bytes__": "AAEC"},
    ]
    broken = [blob[:cut] for blob in objects for cut in range(1, len(blob), 3)]
    return [
        *(("msgpack", blob) for blob in objects),
        *(("msgpack", blob) for blob in broken),
        ("msgpack", pack([1, {"a": "x" * 200_000}])),
        *(("json", json.dumps(envelope).encode()) for envelope in envelopes),
        *(("pickle", pickle.dumps(Reduced(), protocol)) for protocol in range(6)),
        ("pickle", b"V\\u0041\n."),
        ("pickle", b"S'a\\x41'\n."),
        ("pickle", b"cevil_mod\nrun\n(tR."),
        ("msgpack+aes", b"x" * 100),
        ("evil_mod.loads", b"x"),
    ]


def test_no_import_call_file_or_socket_comes_from_decoding(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    cases = [(tag, base64.b64encode(blob).decode()) for tag, blob in hostile_cases(marker)]

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=json.dumps(cases), capture_output=True, text=True, cwd=ROOT, timeout=60
    )

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["events"] == []
    assert report["modules"] == []
    assert not marker.exists()


def test_the_watch_would_see_them() -> None:
    """The proof above is worth something only if the same hook notices what it looks for."""
    script = SCRIPT.replace("before = set(sys.modules)", "before = set(sys.modules)\nimport colorsys", 1)
    done = subprocess.run(
        [sys.executable, "-c", script], input="[]", capture_output=True, text=True, cwd=ROOT, timeout=60
    )

    assert {"import", "open", "exec"} <= {event for event, _ in json.loads(done.stdout)["events"]}


def test_the_decoder_needs_nothing_but_the_standard_library_and_the_patterns_of_masks() -> None:
    script = (
        "import sys; before = set(sys.modules); import inspector.decode; "
        "print(sorted({n.partition('.')[0] for n in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)

    assert done.stdout.strip() == "['inspector', 're2']", done.stderr
