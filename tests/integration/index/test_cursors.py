"""No text is taken for a cursor that is none, and none breaks a list."""

from __future__ import annotations

import base64
import contextlib
import json
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.decode import FULL
from inspector.errors import BadRequest
from inspector.index.cursor import decode_cursor
from inspector.index.queries import SORTS, Moment, ThreadQuery, find_threads
from inspector.models import StoreEntry

MOMENT = Moment(datetime(2026, 11, 22, 12, 0, tzinfo=UTC), 1800.0)
EACH_SORT = [f"{sign}{sort}" for sort, sign in product(SORTS, ("", "-"))]


@given(st.one_of(st.text(), st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="))))
def test_no_text_is_taken_for_a_cursor(text: str) -> None:
    with pytest.raises(BadRequest):
        decode_cursor(text, sort="-last_at")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=2),
)


@given(st.one_of(JSON, st.tuples(st.sampled_from(EACH_SORT), JSON, JSON)), st.sampled_from(EACH_SORT))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_no_data_dressed_as_a_cursor_breaks_a_list(index: str, data: object, sort: str) -> None:
    """Half a character, a number beyond any column, a list of lists: a page or a refusal, never an error."""
    store, _ = StoreEntry.objects.get_or_create(name="empty")
    text = base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")
    with contextlib.suppress(BadRequest):
        assert find_threads(store, ThreadQuery(sort=sort, after=text), MOMENT, sight=FULL).rows == ()
