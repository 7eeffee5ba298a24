"""A session: whom it lets in, how long, and what ends it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inspector.config import load
from inspector.models import Access
from tests.pages.doors import COOKIE, is_in, post


def test_the_session_has_another_name_after_signing_in_and_a_cookie_that_no_script_reads(nobody: Client) -> None:
    session = nobody.session
    session["x"] = "planted"
    session.save()
    nobody.cookies[COOKIE] = session.session_key
    cookie = post(nobody).cookies[COOKIE]
    assert cookie.value != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"], cookie["path"]) == (True, "Lax", "", "/")
    assert 11 * 3600 < cookie["max-age"] <= 12 * 3600


def test_nothing_that_is_written_into_a_session_puts_its_end_off(nobody: Client) -> None:
    session = nobody.session
    session.set_expiry(3_600)  # as of a sign-in by a provider that was begun and left
    session.save()
    nobody.cookies[COOKIE] = session.session_key
    post(nobody)
    ends = Session.objects.get(session_key=nobody.session.session_key).expire_date
    assert ends > timezone.now() + timezone.timedelta(hours=11)
    session = nobody.session
    session["more"] = "later"
    with override_settings(SESSION_COOKIE_AGE=48 * 3600):
        session.save()
    assert Session.objects.get(session_key=session.session_key).expire_date == ends


@pytest.mark.parametrize("name", ["a" * 31 + "\x00", "a" * 33, "A" * 32, "é" * 32])
def test_what_can_be_no_name_of_a_session_is_not_looked_up(nobody: Client, name: str) -> None:
    """A cookie in quotes can hold a NUL, at which Postgres fails."""
    nobody.cookies[COOKIE] = name
    with CaptureQueriesContext(connection) as asked:
        assert nobody.get("/threads/").status_code == 303
    assert not [one for one in asked if "session" in one["sql"]]


def test_a_cookie_that_came_by_https_goes_by_https_only(nobody: Client) -> None:
    config = load({"INSPECTOR_PUBLIC_URL": "https://inspector.example"})
    with override_settings(INSPECTOR=config, ALLOWED_HOSTS=["inspector.example"]):
        cookie = post(nobody, headers={"host": "inspector.example"}).cookies[COOKIE]
    assert cookie["secure"] is True


def test_signing_out_takes_a_post_and_ends_the_session(nobody: Client) -> None:
    post(nobody)
    key = nobody.cookies[COOKIE].value
    refused = nobody.get("/logout/")
    assert (refused.status_code, refused["Allow"]) == (405, "POST")
    assert is_in(nobody)
    assert nobody.post("/logout/")["Location"] == "/login/"
    assert not is_in(nobody)
    assert not Session.objects.filter(session_key=key).exists()


def test_another_sites_page_signs_nobody_out(nobody: Client) -> None:
    post(nobody)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert nobody.post("/logout/", headers=headers).status_code == 403
    assert is_in(nobody)


def test_what_somebody_may_see_counts_from_their_next_request(nobody: Client) -> None:
    post(nobody)
    assert "shape only" not in nobody.get("/threads/").content.decode()
    Access.objects.filter(username="ada").update(role="shape")
    assert "shape only" in nobody.get("/threads/").content.decode()
    Access.objects.filter(username="ada").update(stores=["another"])
    assert nobody.get("/threads/?format=json").status_code == 404
    Access.objects.filter(username="ada").delete()
    assert nobody.get("/threads/?format=json").status_code == 403


@pytest.mark.parametrize("end", ["removed", "switched off", "another password"])
def test_an_account_that_is_no_more_ends_its_sessions(nobody: Client, end: str) -> None:
    post(nobody)
    user = get_user_model().objects.get(username="ada")
    if end == "removed":
        user.delete()
    else:
        user.is_active = end != "switched off"
        user.set_password("another horse, another battery")
        user.save()
    assert nobody.get("/threads/?format=json").status_code == 401


def test_a_session_that_has_ended_lets_nobody_in_and_is_cleared_away(nobody: Client) -> None:
    post(nobody)
    Session.objects.update(expire_date=timezone.now())
    assert not is_in(nobody)
    post(Client())
    assert Session.objects.count() == 1


def test_a_session_key_that_was_made_up_opens_nothing(nobody: Client) -> None:
    for key in ("", "x" * 32, "a" * 10_000, "\x00", "../../etc/passwd"):
        nobody.cookies[COOKIE] = key
        assert not is_in(nobody)
