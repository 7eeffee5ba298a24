"""All that must not sign anybody in, tried with a real OpenID Connect provider that can be told to lie."""

from __future__ import annotations

import dataclasses
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client, override_settings

from inspector.access.oidc import provider as at_provider
from inspector.secret import Secret
from tests.oidc.running import Provider, running_provider
from tests.oidc.signing_in import CALLBACK, begin, come_in, configured, path_of, viewer_after, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh")]


def test_another_browser_cannot_finish_what_this_one_began(dashboard: Client, provider: Provider) -> None:
    back = path_of(provider.sign_in(begin(dashboard), "ada"))
    other = Client()
    answer = other.get(back)
    assert answer.status_code == 403
    assert "was not begun in this browser" in words(answer)
    assert viewer_after(other) is None


def test_a_made_up_state_signs_nobody_in(dashboard: Client, provider: Provider) -> None:
    parts = urlsplit(provider.sign_in(begin(dashboard), "ada"))
    code = parse_qs(parts.query)["code"][0]
    for query in ({"code": code, "state": "made up"}, {"code": code}, {"state": "made up"}, {}):
        assert dashboard.get(CALLBACK, query).status_code == 403
    assert viewer_after(dashboard) is None


def test_a_code_works_once(dashboard: Client, provider: Provider) -> None:
    back = path_of(provider.sign_in(begin(dashboard), "ada"))
    assert dashboard.get(back).status_code == 303
    dashboard.post("/logout/")
    assert dashboard.get(back).status_code == 403


def test_a_code_that_was_used_is_refused_by_the_provider_too(dashboard: Client, provider: Provider) -> None:
    """Put under the state of a sign-in that has just begun."""
    used = provider.sign_in(begin(dashboard), "ada")
    assert dashboard.get(path_of(used)).status_code == 303
    code = parse_qs(urlsplit(used).query)["code"][0]
    state = parse_qs(urlsplit(begin(dashboard)).query)["state"][0]
    answer = dashboard.get(CALLBACK, {"code": code, "state": state})
    assert answer.status_code == 403
    assert "has been used, or took too long" in words(answer)


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ("signature", "is signed by no key of its own"),
        ("changed", "is signed by no key of its own"),
        ("secret", "does not stand the checks"),
        ("unsigned", "does not stand the checks"),
        ("nonce", "was not begun in this browser"),
        ("audience", "is meant for another program"),
        ("issuer", "does not stand the checks"),
        ("past", "has run out, or is of the future"),
        ("future", "has run out, or is of the future"),
        ("none", "does not stand the checks"),
        ("garbage", "does not stand the checks"),
    ],
)
def test_a_token_that_is_not_true_signs_nobody_in(dashboard: Client, provider: Provider, lie: str, told: str) -> None:
    provider.lie(lie)
    answer = come_in(dashboard, provider, "ada")
    assert answer.status_code == 403
    assert told in words(answer)
    assert viewer_after(dashboard) is None


def test_who_declines_is_told_so(dashboard: Client, provider: Provider) -> None:
    answer = dashboard.get(path_of(provider.sign_in(begin(dashboard), "ada", allow=False)))
    assert answer.status_code == 403
    assert "it was declined there" in words(answer)
    assert "Sign in with Example SSO" in words(answer)


def test_words_that_somebody_puts_into_a_link_are_not_shown(dashboard: Client) -> None:
    state = parse_qs(urlsplit(begin(dashboard)).query)["state"][0]
    query = {"error": "call_0800", "error_description": "Call 0800 for help", "state": state}
    page = words(dashboard.get(CALLBACK, query))
    assert "Call 0800" not in page
    query = {"error": "<b>Call</b>", "state": parse_qs(urlsplit(begin(dashboard)).query)["state"][0]}
    assert "Call" not in words(dashboard.get(CALLBACK, query))


def test_a_wrong_secret_is_told_to_whoever_runs_the_dashboard(provider: Provider) -> None:
    config = dataclasses.replace(configured(provider), oidc_client_secret=Secret("wrong"))
    with override_settings(INSPECTOR=config):
        answer = come_in(Client(), provider, "ada")
    assert answer.status_code == 403
    assert "INSPECTOR_OIDC_CLIENT_SECRET" in words(answer)
    assert "wrong" not in words(answer).replace('id="wrong"', "").replace('"wrong"', "")


def test_a_provider_that_is_down_is_named_and_others_stay_signed_in() -> None:
    with running_provider() as brief, override_settings(INSPECTOR=configured(brief)):
        ada = Client()
        come_in(ada, brief, "ada")
        brief.process.terminate()
        brief.process.wait(20)
        at_provider._make_client.cache_clear()
        answer = Client().get("/login/oidc/")
        assert answer.status_code == 503
        assert "Example SSO cannot be asked: it cannot be reached." in words(answer)
        assert viewer_after(ada).name == "oidc:ada@example.com"


def test_a_provider_that_goes_while_somebody_signs_in_is_told(provider: Provider) -> None:
    with running_provider() as brief, override_settings(INSPECTOR=configured(brief)):
        client = Client()
        back = path_of(brief.sign_in(begin(client), "ada"))
        brief.process.terminate()
        brief.process.wait(20)
        answer = client.get(back)
    assert answer.status_code == 503
    assert viewer_after(client) is None


def test_an_issuer_that_is_another_ones_name_is_not_believed(provider: Provider) -> None:
    config = dataclasses.replace(configured(provider), oidc_issuer=f"{provider.issuer}/")
    with override_settings(INSPECTOR=config):
        answer = Client().get("/login/oidc/")
    assert answer.status_code == 503
    assert "it calls itself" in words(answer)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("id_token_signing_alg_values_supported", "it signs by no algorithm with a public key"),
        ("jwks_uri", "its answer does not say where it signs people in"),
        ("token_endpoint_auth_methods_supported", ""),
        ("userinfo_endpoint", ""),
    ],
)
def test_what_a_provider_says_is_null_counts_as_not_said(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    """As some write a list that they have not set."""
    heard = requests.Response.json
    monkeypatch.setattr(requests.Response, "json", lambda answer: {**heard(answer), name: None})
    with override_settings(INSPECTOR=configured(provider)):
        answer = Client().get("/login/oidc/")
    assert answer.status_code == (503 if told else 303)
    assert told in words(answer)


def test_an_address_that_is_not_verified_is_nobodys_name(dashboard: Client, provider: Provider) -> None:
    """Dan says that he has Ada's address."""
    answer = come_in(dashboard, provider, "dan")
    assert answer.status_code == 403
    assert "has not verified what it says in the claim" in words(answer)
    assert viewer_after(dashboard) is None


@pytest.mark.parametrize(
    "following", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere(dashboard: Client, provider: Provider, following: str) -> None:
    answer = come_in(dashboard, provider, "ada", next=following)
    assert (answer.status_code, answer["Location"]) == (303, "/")
