"""The certificate of a Postgres server expires, under a dashboard that checks it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.faults.bench import ROLE, STORE, reachable, reading
from tests.faults.certificates import Certificates
from tests.faults.processes import Instance
from tests.faults.proxy import reach_postgres
from tests.faults.tls import TlsEnd
from tests.faults.visitors import FROM_INDEX, check

ADDRESS = "127.0.0.1"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="There is no openssl to make certificates.")
def test_a_certificate_that_expires_is_told_and_a_new_one_is_taken(
    own_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    made = Certificates(tmp_path / "tls", ADDRESS)
    with reachable(own_server), TlsEnd(made, reach_postgres(own_server.url)) as end:
        url = f"postgresql://{ROLE}@{ADDRESS}:{end.port}/postgres?sslmode=verify-full&sslrootcert={made.root}"
        with reading(own_server, Instance(tmp_path / "own", {STORE: url})) as bench, bench.fault() as seen:
            made.issue(days=-1)
            end.end_all()
            time.sleep(5)
            made.issue(days=1)
    check(seen)
    assert {answer.status for answer in seen.of(*FROM_INDEX)} == {200}
    assert "certificate has expired" in seen.texts("thread", "diff", "find")
