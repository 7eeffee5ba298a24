"""`inspector user`, `inspector link`, and where `inspector serve` asks for a login."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import RequestFactory, override_settings

from inspector.access.modes import has_accounts, login_is_configured
from inspector.config import load
from inspector.errors import ConfigError, InspectorError
from inspector.management.addresses import base_url, is_loopback
from inspector.management.commands.serve import _opens_by_link, _told_ways
from inspector.models import Access, SignInLink
from tests.signing_in import PASSWORD, give_access, make_account

pytestmark = pytest.mark.django_db

EVERYWHERE = "0.0.0.0"  # noqa: S104
STORES = {"INSPECTOR_STORES": "main=sqlite:////nowhere/main.db"}


def run(*words: str) -> tuple[str, str]:
    """What it says, and what it warns of. No terminal is there to ask for a password."""
    out, err = StringIO(), StringIO()
    with override_settings(INSPECTOR=load(STORES)):
        call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def can_sign_in(name: str, password: str) -> bool:
    return authenticate(RequestFactory().post("/login/"), username=name, password=password) is not None


def given() -> list[tuple[str, str, list[str] | None, bool]]:
    return list(Access.objects.order_by("username").values_list("username", "role", "stores", "auditor"))


def test_a_password_is_made_and_shown_once_where_nobody_can_be_asked() -> None:
    said, _ = run("user", "add", "ada", "--role", "content")
    password = said.strip().rpartition(" ")[2]
    assert len(password) >= 20
    assert can_sign_in("ada", password)
    assert given() == [("ada", "content", None, False)]
    assert password not in run("user", "list")[0]


def test_a_password_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    said, _ = run("user", "add", "ada", "--role", "shape", "--password-file", str(tmp_path / "password"))
    assert PASSWORD not in said
    assert can_sign_in("ada", PASSWORD)


def test_a_password_is_asked_for_twice_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, "another one than that", PASSWORD, PASSWORD])
    monkeypatch.setattr("inspector.management.commands.user.getpass", lambda prompt: next(typed))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    with pytest.raises(ConfigError, match="differ"):
        run("user", "add", "ada", "--role", "shape")
    assert given() == []
    assert PASSWORD not in run("user", "add", "ada", "--role", "shape")[0]
    assert can_sign_in("ada", PASSWORD)


@pytest.mark.parametrize("password", ["short", "password1234", "ada-lovelace"])
def test_a_password_that_is_easy_to_guess_is_refused_and_nothing_is_made(tmp_path: Path, password: str) -> None:
    (tmp_path / "password").write_text(password)
    with pytest.raises(InspectorError, match="cannot be used"):
        run("user", "add", "ada-lovelace", "--role", "content", "--password-file", str(tmp_path / "password"))
    assert (given(), get_user_model().objects.count()) == ([], 0)


def test_a_file_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        run("user", "add", "ada", "--role", "content", "--password-file", "/nowhere/at/all")


def test_a_store_that_is_not_configured_is_warned_of_and_kept() -> None:
    said, warned = run("user", "add", "ada", "--role", "shape", "--store", "main", "--store", "later", "--auditor")
    assert "the stores main, later" in said
    assert "'later'" in warned
    assert "'main'" not in warned
    assert given() == [("ada", "shape", ["later", "main"], True)]


def test_a_name_that_is_there_is_refused_or_left_as_it_is() -> None:
    make_account("ada", "shape", ["main"])
    with pytest.raises(InspectorError, match="has access already"):
        run("user", "add", "ada", "--role", "content")
    assert "stays as they are" in run("user", "add", "ada", "--role", "content", "--if-missing")[0]
    assert given() == [("ada", "shape", ["main"], False)]
    assert can_sign_in("ada", PASSWORD)


@pytest.mark.parametrize("name", ["", " ", " ada", "a\nb", "a\x00b", "x" * 151])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(InspectorError, match="cannot be a name"):
        run("user", "add", name, "--role", "content", "--no-password")
    assert given() == []


def test_somebody_whom_a_proxy_signs_in_has_access_and_no_password() -> None:
    run("user", "add", "ada@example.com", "--role", "content", "--no-password")
    assert given() == [("ada@example.com", "content", None, False)]
    assert not get_user_model().objects.exists()
    assert "no password here" in run("user", "list")[0]
    assert not has_accounts()


def test_what_somebody_may_see_is_changed_bit_by_bit() -> None:
    make_account("ada")
    run("user", "change", "ada", "--role", "shape")
    assert given() == [("ada", "shape", None, False)]
    run("user", "change", "ada", "--store", "main", "--auditor")
    assert given() == [("ada", "shape", ["main"], True)]
    run("user", "change", "ada", "--all-stores", "--no-auditor")
    assert given() == [("ada", "shape", None, False)]
    with pytest.raises(ConfigError, match="Nothing to change"):
        run("user", "change", "ada")
    with pytest.raises(ConfigError, match="different things"):
        run("user", "change", "ada", "--all-stores", "--store", "main")


def test_who_is_removed_is_gone() -> None:
    make_account("ada")
    run("user", "remove", "ada")
    assert (given(), get_user_model().objects.count()) == ([], 0)
    for words in (("remove", "ada"), ("change", "ada", "--role", "shape"), ("password", "ada")):
        with pytest.raises(InspectorError, match="has no access"):
            run("user", *words)


def test_a_new_password_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    make_account("ada")
    (tmp_path / "password").write_text("another horse, another battery")
    run("user", "password", "ada", "--password-file", str(tmp_path / "password"))
    assert [can_sign_in("ada", word) for word in (PASSWORD, "another horse, another battery")] == [False, True]


def test_an_empty_list_says_how_to_begin() -> None:
    assert "inspector user add" in run("user", "list")[0]


def test_a_wrong_option_is_told_as_by_other_commands() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        run("user", "add", "ada", "--role", "admin")


@pytest.mark.parametrize(
    ("words", "public", "begins"),
    [
        ((), "", "http://127.0.0.1:8765/login/?token="),
        (("--port", "9000"), "https://inspector.example.com", "http://127.0.0.1:9000/login/?token="),
        (("--host", "::1"), "", "http://[::1]:8765/login/?token="),
        ((), "https://inspector.example.com", "https://inspector.example.com/login/?token="),
    ],
)
def test_a_link_leads_to_where_the_dashboard_is(words: tuple[str, ...], public: str, begins: str) -> None:
    out = StringIO()
    with override_settings(INSPECTOR=load({"INSPECTOR_PUBLIC_URL": public})):
        call_command("link", *words, stdout=out)
    assert out.getvalue().startswith(begins)


@pytest.mark.parametrize("port", ["0", "-1", "99999"])
def test_no_link_is_made_to_a_port_that_there_is_not(port: str) -> None:
    with pytest.raises(ConfigError, match=f"There is no port {port}"):
        call_command("link", "--port", port)
    assert not SignInLink.objects.exists()


@pytest.mark.parametrize(
    ("host", "reached"),
    [("127.0.0.1", False), ("127.8.0.1", False), ("::1", False), ("localhost", False)]
    + [(host, True) for host in (EVERYWHERE, "::", "", "10.0.0.7", "inspector.example.com")],
)
def test_only_this_machine_reaches_a_loopback_address(host: str, reached: bool) -> None:
    assert is_loopback(host) is not reached
    if reached:
        with pytest.raises(ConfigError, match="no login is configured") as refused:
            _opens_by_link(host)
        assert all(way in refused.value.hint for way in ("inspector user add", "PROXY_USER_HEADER", "OIDC_ISSUER"))
    else:
        assert _opens_by_link(host)


def test_a_browser_is_given_an_address_that_it_can_open() -> None:
    hosts = ("127.0.0.1", EVERYWHERE, "::", "::1", "inspector.example.com")
    assert [base_url(host, 80) for host in hosts] == [
        "http://127.0.0.1:80",
        "http://127.0.0.1:80",
        "http://127.0.0.1:80",
        "http://[::1]:80",
        "http://inspector.example.com:80",
    ]


def test_with_a_login_others_may_reach_it_and_no_link_is_printed() -> None:
    make_account("ada")
    assert login_is_configured()
    assert not _opens_by_link(EVERYWHERE)
    assert not _opens_by_link("127.0.0.1")


@pytest.mark.parametrize(
    ("host", "port", "public", "command"),
    [
        ("127.0.0.1", 8765, "", "inspector link"),
        ("127.0.0.1", 9000, "", "inspector link --port 9000"),
        (EVERYWHERE, 9000, "", "inspector link --port 9000"),
        ("10.0.0.7", 8765, "", "inspector link --host 10.0.0.7"),
        (EVERYWHERE, 9000, "https://inspector.example.com", "inspector link"),
    ],
)
def test_with_a_login_the_terminal_says_how_to_come_in(host: str, port: int, public: str, command: str) -> None:
    make_account("ada")
    with override_settings(INSPECTOR=load({"INSPECTOR_PUBLIC_URL": public})):
        assert _told_ways(host, port) == f"Sign in with an account; `{command}` prints a link that works once."


def test_every_way_in_is_told_by_its_name() -> None:
    proxy = {"INSPECTOR_PROXY_ADDRESSES": "10.0.0.7", "INSPECTOR_PROXY_USER_HEADER": "X-Remote-User"}
    provider = {"INSPECTOR_OIDC_ISSUER": "https://id.example.com", "INSPECTOR_OIDC_CLIENT_ID": "inspector"}
    with override_settings(INSPECTOR=load({**proxy, **provider, "INSPECTOR_OIDC_CLIENT_SECRET": "hunter2"})):
        assert _told_ways("127.0.0.1", 8765).startswith("Sign in through the proxy or with id.example.com; ")


def test_an_account_that_nobody_can_use_is_no_login() -> None:
    give_access("ada")
    assert not login_is_configured()
    user = get_user_model().objects.create_user(username="ada")
    assert not login_is_configured()
    user.set_password(PASSWORD)
    user.is_active = False
    user.save()
    assert not login_is_configured()
    user.is_active = True
    user.save()
    assert login_is_configured()
    Access.objects.all().delete()
    assert not login_is_configured()


def test_a_proxy_is_a_login_where_address_and_header_are_known() -> None:
    one = {"INSPECTOR_PROXY_ADDRESSES": "10.0.0.7"}
    for environment, configured in ((one, False), ({**one, "INSPECTOR_PROXY_USER_HEADER": "X-Remote-User"}, True)):
        with override_settings(INSPECTOR=load(environment)):
            assert login_is_configured() is configured
