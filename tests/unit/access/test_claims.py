"""Whom claims name, where signs look like others."""

from __future__ import annotations

import pytest

from inspector.access.oidc.claims import identify
from inspector.config import load


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("Mike@Example.com", "oidc:mike@example.com"),
        ("mi\N{KELVIN SIGN}e@example.com", "oidc:mi\N{KELVIN SIGN}e@example.com"),  # which Python makes a k
    ],
)
def test_no_sign_becomes_a_letter_of_somebody_elses_address(email: str, name: str) -> None:
    assert identify({"email": email, "email_verified": True}, load({})).name == name
