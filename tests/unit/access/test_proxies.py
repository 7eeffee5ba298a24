"""What a proxy says is believed of a known proxy, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.test import RequestFactory, override_settings

from inspector.access.bearer import has_metrics_token
from inspector.access.proxies import came_by_https, client_address, is_from_proxy
from inspector.config import load

TOKEN = "a-token-of-some-length"


@pytest.fixture(autouse=True)
def behind_proxies() -> Iterator[None]:
    config = load(
        {
            "INSPECTOR_PROXY_ADDRESSES": "10.0.0.7, 192.168.0.0/16, fd00::/8",
            "INSPECTOR_PUBLIC_URL": "https://inspector.example:8443",
            "INSPECTOR_METRICS_TOKEN": TOKEN,
        }
    )
    with override_settings(INSPECTOR=config, ALLOWED_HOSTS=["*"]):
        yield


def request_from(peer: str, **headers: str) -> HttpRequest:
    return RequestFactory().get(
        "/", REMOTE_ADDR=peer, headers={name.replace("_", "-"): headers[name] for name in headers}
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # anybody can write the header
        ("10.0.0.7", "", "10.0.0.7"),
        ("10.0.0.7", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what the client itself wrote stands before
        ("10.0.0.7", "198.51.100.1, 192.168.3.4", "198.51.100.1"),  # two proxies of ours
        ("10.0.0.7", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.7", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.7", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.7", "unknown, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "198.51.100.1, <script>", "10.0.0.7"),
        ("::ffff:10.0.0.7", "198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "", "fe80::1"),
        ("fd00::1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_proxy_of_ours(peer: str, forwarded: str, client: str) -> None:
    assert client_address(request_from(peer, X_Forwarded_For=forwarded)) == client


@pytest.mark.parametrize(
    ("peer", "said", "https"),
    [
        ("10.0.0.7", "https", True),
        ("10.0.0.7", "http, HTTPS", True),
        ("10.0.0.7", "https, http", False),
        ("10.0.0.7", "http", False),
        ("203.0.113.9", "https", False),
    ],
)
def test_only_a_proxy_says_whether_the_browser_speaks_tls(peer: str, said: str, https: bool) -> None:
    request = request_from(peer, X_Forwarded_Proto=said, Host="internal")
    assert is_from_proxy(request) is (peer == "10.0.0.7")
    assert came_by_https(request) is https


def test_the_address_that_people_open_says_it_too() -> None:
    assert came_by_https(request_from("203.0.113.9", Host="INSPECTOR.example:8443"))
    assert not came_by_https(request_from("203.0.113.9", Host="inspector.example"))


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (f"Bearer {TOKEN}", True),
        (f"bearer  {TOKEN} ", True),
        (f"Bearer {TOKEN}x", False),
        (f"Bearer {TOKEN[:-1]}", False),
        (f"Basic {TOKEN}", False),
        ("Bearer", False),
        ("Bearer \xe9", False),
        ("", False),
    ],
)
def test_the_token_is_taken_as_it_is_and_nothing_else(header: str, taken: bool) -> None:
    assert has_metrics_token(request_from("203.0.113.9", Authorization=header)) is taken


def test_without_a_token_set_none_is_taken() -> None:
    with override_settings(INSPECTOR=load({})):
        assert not has_metrics_token(request_from("203.0.113.9", Authorization="Bearer "))
        assert not has_metrics_token(request_from("203.0.113.9", Authorization="Bearer None"))
