"""Which metadata keys are taken for secrets, and which are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.secrets import MASK, looks_secret, mask_secrets
from inspector.domain.value import Json

SECRET = """
api_key apikey apiKey API_KEY X-API-Key openai_api_key OPENAI_API_KEY openai_key apiKeys api_keys
token access_token accessToken refresh_token id_token authToken authtoken bearer bot-token access_tokens
password Password passwd pwd db_password dbpassword user.password db_pass passphrase
secret client_secret clientSecret clientsecret AWS_SECRET_ACCESS_KEY secrets secret_name
authorization Authorization proxy-authorization auth basic_auth
credential credentials google_credentials private_key privateKey ssh_private_key signing_key encryption_key
cookie Cookie set-cookie cookies session user_session session_token session_key sessionid jwt
"""
HARMLESS = """
tokens tokens_used max_tokens token_count tokenCount total_tokens prompt_tokens completion_tokens token_limit
session_id sessionId session_count author authored_by authority user_id thread_id worker_hostname tokenizer
key keys sort_key primary_key cache_key keyboard monkey passed pass passenger bypass compass
secretary cookiecutter source step parents run_id assistant_id langgraph_node model ünïcode $
"""


@pytest.mark.parametrize("key", SECRET.split())
def test_a_key_that_names_a_secret_is_masked(key: str) -> None:
    assert looks_secret(key)
    assert mask_secrets({key: "hunter2"}) == {key: MASK}


@pytest.mark.parametrize("key", [*HARMLESS.split(), "", " "])
def test_a_key_that_only_resembles_one_is_not(key: str) -> None:
    assert not looks_secret(key)
    assert mask_secrets({key: "hunter2"}) == {key: "hunter2"}


@pytest.mark.parametrize("value", ["hunter2", 1234, 0.5, ["hunter2"], {"user": "ada", "value": "hunter2"}])
def test_a_secret_is_masked_whole_whatever_its_form(value: Json) -> None:
    assert mask_secrets({"credentials": value}) == {"credentials": MASK}


@pytest.mark.parametrize("value", [None, True, False, ""])
def test_that_there_is_no_secret_may_be_seen(value: Json) -> None:
    assert mask_secrets({"password": value}) == {"password": value}


def test_secrets_inside_mappings_and_lists_are_masked_too() -> None:
    metadata: dict[str, Json] = {
        "request": {"headers": {"Authorization": "Bearer hunter2", "Accept": "*/*"}, "retries": 2},
        "tools": [{"name": "search", "api_key": "hunter2"}, [{"token": "hunter2"}], "plain"],
        "max_tokens": 512,
    }

    assert mask_secrets(metadata) == {
        "request": {"headers": {"Authorization": MASK, "Accept": "*/*"}, "retries": 2},
        "tools": [{"name": "search", "api_key": MASK}, [{"token": MASK}], "plain"],
        "max_tokens": 512,
    }


def test_the_metadata_itself_stays_as_it_was() -> None:
    metadata: dict[str, Json] = {"a": {"token": "hunter2"}}

    mask_secrets(metadata)

    assert metadata == {"a": {"token": "hunter2"}}


trees: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("hunter2"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["api_key", "note", "x"]) | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), trees))
def test_masking_twice_changes_nothing_more(metadata: dict[str, Json]) -> None:
    once = mask_secrets(metadata)

    assert mask_secrets(once) == once


@given(trees)
def test_nothing_gets_past_a_secret_key(inside: Json) -> None:
    shown = mask_secrets({"outer": [{"api_key": ["hunter2", inside]}]})

    assert shown == {"outer": [{"api_key": MASK}]}
