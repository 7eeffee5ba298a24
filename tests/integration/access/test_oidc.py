"""Signing in with a real OpenID Connect provider over real HTTP."""

from __future__ import annotations

import dataclasses
import logging
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from inspector.access.oidc import provider as at_provider
from inspector.access.viewer import Role
from inspector.config.groups import parse_groups
from inspector.errors import ConfigError
from inspector.models import Access
from tests.oidc.running import Provider
from tests.oidc.signing_in import CALLBACK, begin, come_in, configured, path_of, viewer_after, words
from tests.oidc.site import CLIENT_SECRET

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh")]


def test_somebody_of_a_group_with_content_comes_in(dashboard: Client, provider: Provider) -> None:
    answer = come_in(dashboard, provider, "ada", next="/thread/?id=a%26b")
    assert (answer.status_code, answer["Location"]) == (303, "/thread/?id=a%26b")
    viewer = viewer_after(dashboard)
    assert (viewer.name, viewer.via, viewer.role, viewer.auditor) == (
        "oidc:ada@example.com",
        "oidc",
        Role.CONTENT,
        True,
    )


def test_somebody_of_a_group_with_shapes_sees_shapes(dashboard: Client, provider: Provider) -> None:
    come_in(dashboard, provider, "bea")
    viewer = viewer_after(dashboard)
    assert (viewer.role, viewer.auditor) == (Role.SHAPE, False)


def test_somebody_of_no_group_is_known_and_sees_nothing(dashboard: Client, provider: Provider) -> None:
    assert come_in(dashboard, provider, "cid").status_code == 303
    answer = dashboard.get("/threads/")
    assert answer.status_code == 403
    assert "oidc:cid@example.com" in words(answer)


def test_one_group_told_as_a_text_is_one_group(dashboard: Client, provider: Provider) -> None:
    come_in(dashboard, provider, "eve")
    assert viewer_after(dashboard).role is Role.CONTENT


def test_another_claim_can_name_people(provider: Provider) -> None:
    with override_settings(INSPECTOR=configured(provider, oidc_username_claim="preferred_username")):
        client = Client()
        come_in(client, provider, "dan")
        assert viewer_after(client).name == "oidc:dan"


def test_nobody_gets_what_an_account_of_the_same_name_was_given(dashboard: Client, provider: Provider) -> None:
    from django.utils import timezone

    for name in ("cid", "cid@example.com"):
        get_user_model().objects.create_user(name, "cid@example.com", "x")
        Access.objects.create(username=name, role="content", stores=None, auditor=True, made_at=timezone.now())
    come_in(dashboard, provider, "cid")
    assert viewer_after(dashboard) is None
    Access.objects.create(username="oidc:cid@example.com", role="shape", stores=["a"], made_at=timezone.now())
    viewer = viewer_after(dashboard)
    assert (viewer.role, viewer.stores, viewer.auditor) == (Role.SHAPE, frozenset({"a"}), False)


def test_the_page_of_the_login_leads_there_by_a_link(dashboard: Client) -> None:
    page = words(dashboard.get("/login/", {"next": "/thread/?id=a&b=c"}))
    assert 'href="/login/oidc/?next=%2Fthread%2F%3Fid%3Da%26b%3Dc"' in page
    assert "Sign in with Example SSO" in page
    assert "inspector link" not in page


def test_the_way_there_has_a_state_a_nonce_and_a_challenge(dashboard: Client, provider: Provider) -> None:
    address = begin(dashboard)
    assert address.startswith(f"{provider.issuer}/authorize/?")
    query = parse_qs(urlsplit(address).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [f"http://testserver{CALLBACK}"]
    assert query["scope"] == ["openid email profile"]
    assert all(len(query[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    again = parse_qs(urlsplit(begin(dashboard)).query)
    assert all(query[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_the_way_back_is_the_public_address(provider: Provider) -> None:
    with override_settings(INSPECTOR=configured(provider, public_url="https://inspector.example.com")):
        query = parse_qs(urlsplit(begin(Client())).query)
    assert query["redirect_uri"] == [f"https://inspector.example.com{CALLBACK}"]


def test_without_a_provider_its_addresses_are_not_there(db: None) -> None:
    for path in ("/login/oidc/", CALLBACK):
        assert Client().get(path).status_code == 404


def test_a_session_ends_with_the_provider_that_it_came_by(dashboard: Client, provider: Provider) -> None:
    come_in(dashboard, provider, "ada")
    for issuer in ("", "https://another.example.com"):
        with override_settings(INSPECTOR=dataclasses.replace(configured(provider), oidc_issuer=issuer)):
            assert viewer_after(dashboard) is None
    assert viewer_after(dashboard) is not None


def test_what_a_group_gives_is_asked_anew_at_each_request(dashboard: Client, provider: Provider) -> None:
    come_in(dashboard, provider, "ada")
    changed = dataclasses.replace(configured(provider), content_groups=(), shape_groups=parse_groups("staff"))
    with override_settings(INSPECTOR=changed):
        assert viewer_after(dashboard).role is Role.SHAPE


def test_the_session_is_a_new_one_and_lasts_as_long_as_others(dashboard: Client, provider: Provider) -> None:
    address = begin(dashboard)
    before = dashboard.session.session_key
    assert dashboard.session.get_expiry_age() <= 3_600
    dashboard.get(path_of(provider.sign_in(address, "ada")))
    assert dashboard.session.session_key != before
    lasts = dashboard.session.get_expiry_age()
    assert settings.SESSION_COOKIE_AGE - 3_600 < lasts <= settings.SESSION_COOKIE_AGE
    assert not [name for name, _ in dashboard.session.items() if name.startswith("_state_")]


def test_signing_out_ends_the_session_here(dashboard: Client, provider: Provider) -> None:
    come_in(dashboard, provider, "ada")
    assert dashboard.post("/logout/").status_code == 303
    assert viewer_after(dashboard) is None


def test_who_signed_in_and_who_did_not_is_in_the_log_without_secrets(
    dashboard: Client, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "inspector.access"):
        come_in(dashboard, provider, "ada")
        provider.lie("audience")
        come_in(Client(), provider, "ada")
    told = [(one.levelname, one.getMessage()) for one in caplog.records if one.name == "inspector.access"]
    assert told[0] == ("INFO", "oidc:ada@example.com signed in by Example SSO from 127.0.0.1.")
    assert told[1][0] == "WARNING"
    assert "A sign-in by Example SSO from 127.0.0.1 failed" in told[1][1]
    assert CLIENT_SECRET not in caplog.text


def test_two_tabs_can_sign_in_one_after_the_other(dashboard: Client, provider: Provider) -> None:
    first, second = begin(dashboard, next="/stores/"), begin(dashboard, next="/workers/")
    other = provider.sign_in(second, "ada")
    assert dashboard.get(path_of(other))["Location"] == "/workers/"
    assert dashboard.get(path_of(provider.sign_in(first, "ada"))).status_code == 403  # that session is over
    assert viewer_after(dashboard) is not None


def test_addresses_of_the_provider_are_asked_for_once_an_hour(
    dashboard: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(dashboard)
    begin(dashboard)
    assert at_provider._make_client.cache_info().misses == 1
    later = time.monotonic() + at_provider.KEPT
    monkeypatch.setattr(at_provider.time, "monotonic", lambda: later)
    begin(dashboard)
    assert at_provider._make_client.cache_info().misses == 2


def test_settings_that_are_half_there_are_refused() -> None:
    from inspector import config

    with pytest.raises(ConfigError, match="INSPECTOR_OIDC_ISSUER is set"):
        config.load({"INSPECTOR_OIDC_ISSUER": "https://login.example.com", "INSPECTOR_OIDC_CLIENT_ID": "x"})
    for wrong in ("login.example.com", "http://login.example.com", "https://a:b@login.example.com", "https://x/?a=b"):
        with pytest.raises(ConfigError, match="INSPECTOR_OIDC_ISSUER"):
            config.load({"INSPECTOR_OIDC_ISSUER": wrong})
    with pytest.raises(ConfigError, match="openid"):
        config.load({"INSPECTOR_OIDC_SCOPES": "email"})


def test_without_its_extra_the_command_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from inspector import config
    from inspector.config import oidc

    monkeypatch.setattr(oidc, "_EXTRA", ("no_such_module_here",))
    with pytest.raises(ConfigError) as raised:
        config.load(
            {
                "INSPECTOR_OIDC_ISSUER": "https://login.example.com",
                "INSPECTOR_OIDC_CLIENT_ID": "x",
                "INSPECTOR_OIDC_CLIENT_SECRET": "y",
            }
        )
    assert "[dashboard,oidc]" in raised.value.hint
