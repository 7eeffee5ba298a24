"""What a real process says of how people come in, once it listens."""

from __future__ import annotations

from pathlib import Path

from tests.integration.index.conftest import NewDatabase
from tests.integration.operation.served import serving


def test_where_people_sign_in_it_says_how_and_prints_no_link(tmp_path: Path, new_database: NewDatabase) -> None:
    proxy = {"proxy_addresses": "10.0.0.7", "proxy_user_header": "X-Remote-User"}
    with serving(tmp_path, new_database(), new_database(), **proxy) as served:
        served.wait_said("works once")
        assert f"Sign in through the proxy; `inspector link --port {served.port}` prints" in served.said
        assert "token=" not in served.said
