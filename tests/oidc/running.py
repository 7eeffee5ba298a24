"""The provider as tests use it: started, asked as a browser asks, told to lie, stopped."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx

from tests.oidc.site import PASSWORD

_CALLBACKS = ("http://testserver/login/oidc/callback/", "http://127.0.0.1/login/oidc/callback/")
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Provider:
    """`issuer` is without a slash at its end."""

    base: str
    process: subprocess.Popen[str]

    @property
    def issuer(self) -> str:
        return f"{self.base}/o"

    def lie(self, how: str) -> None:
        httpx.post(f"{self.base}/lie/", data={"how": how}).raise_for_status()

    def sign_in(self, address: str, name: str, *, allow: bool = True) -> str:
        """What a person does there: signs in, and allows the dashboard to know it. Gives the address that the browser
        is sent back to."""
        with httpx.Client(follow_redirects=True) as browser:
            page = browser.get(address)
            assert "The company's sign-in" in page.text, page.text[:500]
            given = {**_hidden(page.text), "username": name, "password": PASSWORD}
            asked = browser.post(str(page.url), data=given)
            assert asked.status_code == 200, asked.text[:500]
            fields = _hidden(asked.text)
            if allow:
                fields["allow"] = "Authorize"
            answer = browser.post(str(asked.url), data=fields, follow_redirects=False)
            assert answer.status_code == 302, answer.text[:500]
            return answer.headers["Location"]


@contextmanager
def running_provider() -> Iterator[Provider]:
    """The dashboard is known to it at `testserver`, and at any port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "tests.oidc.site", str(port), " ".join(_CALLBACKS)]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline(), "the provider did not start"
        transport = httpx.HTTPTransport(retries=20)
        with httpx.Client(transport=transport) as client:
            client.get(f"http://127.0.0.1:{port}/o/.well-known/openid-configuration").raise_for_status()
        yield Provider(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _hidden(html: str) -> dict[str, str]:
    """The fields of the page's form that nobody fills in."""
    inputs = (dict(re.findall(r'([a-z]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", html))
    return {one["name"]: unescape(one.get("value", "")) for one in inputs if one.get("type") == "hidden"}
