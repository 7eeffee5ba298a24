"""What the form of an id says of how it was made."""

from __future__ import annotations

import pytest

from inspector.domain.id_families import count_form, random_tail, run_form, run_prefix, shape_of

UUID = "d7291a34-c423-41bd-ab3c-99c1014bcfb8"


@pytest.mark.parametrize(
    ("thread_id", "shape"),
    [
        (UUID, "uuid4"),
        ("01932c07-209d-7000-9f1a-0b5e8f1f2a3b", "uuid7"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "ulid"),
        (UUID.replace("-", ""), "hex"),
        ("V1StGXR8_Z5jdHi6B-myT", "nanoid"),
        ("customer-conversation", ""),
        ("user-42", ""),
        ("42", ""),
        ("", ""),
        (f"chat-{UUID}", ""),
    ],
)
def test_ids_made_at_random_are_known_by_their_form(thread_id: str, shape: str) -> None:
    assert shape_of(thread_id) == shape


@pytest.mark.parametrize(
    ("thread_id", "tail", "prefix"),
    [
        (UUID, "", ""),
        (f"chat-{UUID}", "chat-", "chat-"),
        (f"nightly:{UUID}", "nightly:", "nightly:"),
        ("run_9f86d081884c", "run_", "run_"),
        ("alice:run-7", "", "alice:"),
        ("tenant/alice:run-7", "", "tenant/alice:"),
        ("job-2026-11-23", "", "job-"),
        ("conv-1001", "", "conv-"),
        ("alice", "", ""),
        ("42", "", ""),
        ("alice:", "", ""),
        ("a b", "", ""),
    ],
)
def test_what_ids_of_one_family_share_is_their_prefix(thread_id: str, tail: str, prefix: str) -> None:
    assert (random_tail(thread_id), run_prefix(thread_id)) == (tail, prefix)


def test_families_of_few_are_known_by_what_follows_the_prefix() -> None:
    assert run_form("alice:run-7", "alice:") == run_form("bo:run-12", "bo:") == "…:run-*"
    assert run_form("alice:fix-7", "alice:") != run_form("alice:run-7", "alice:")
    assert count_form(f"session-12:{UUID}") == "session-*:*"
