"""One-turn threads read as one conversation: those that it is made of are noted in the audit log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inspector.models import Opened, ThreadEntry
from tests.pages.audited import person, proxy_trusted
from tests.pages.browse import Browser


@pytest.fixture(autouse=True)
def trusted(pages: Browser) -> Iterator[None]:
    with proxy_trusted():
        yield


def test_a_conversation_notes_its_threads_and_none_that_were_read_to_find_it() -> None:
    left = list(
        ThreadEntry.objects.filter(one_turn=True, muted=False)
        .exclude(state="interrupted")
        .values_list("thread_id", flat=True)[:12]
    )
    assert len(left) > 1
    for number, thread_id in enumerate(left):
        Opened.objects.all().delete()
        conversation = person(f"reader-{number}").data("/orphans/", group=thread_id)["conversation"]
        assert set(Opened.objects.values_list("thread_id", flat=True)) == {
            one["thread_id"] for one in conversation["threads"]
        }
