"""A body's length that is no number brings no page down."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("length", ["x", "-1", "1_0", "\u0661", ""])
def test_a_form_of_no_length_is_answered(length: str) -> None:
    kind = "application/x-www-form-urlencoded"
    answer = Client().generic("POST", "/login/", b"username=ada&password=x", kind, CONTENT_LENGTH=length)
    assert answer.status_code < 500
