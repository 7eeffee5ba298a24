"""The link that a dashboard prints, and what a program needs to look at it: a session's cookie."""

from __future__ import annotations

import http.client
import json
import re
import urllib.request
from typing import Any
from urllib.parse import urlsplit

_LINK = re.compile(r"http://\S+/login/\?token=\S+")


def find_link(said: str) -> str:
    """The newest link in what was printed; "" while there is none."""
    return next(reversed(_LINK.findall(said)), "")


def use_link(link: str) -> str:
    """The cookie that opening it gives, as a request sends it. It works once."""
    at = urlsplit(link)
    connection = http.client.HTTPConnection(at.netloc, timeout=20)
    try:
        connection.request("GET", f"{at.path}?{at.query}")
        response = connection.getresponse()
        response.read()
        cookie = response.getheader("Set-Cookie", "").partition(";")[0]
    finally:
        connection.close()
    assert response.status == 303, (response.status, link)
    assert cookie, link
    return cookie


def browser_cookies(cookie: str, origin: str) -> Any:
    """The same as Playwright's `add_cookies` takes it."""
    name, _, value = cookie.partition("=")
    return [{"name": name, "value": value, "url": origin}]


def read_data(address: str, cookie: str, timeout: float = 20) -> Any:
    """A page's data. Raises `OSError` for anything but an answer of 200."""
    request = urllib.request.Request(address, headers={"Cookie": cookie})  # noqa: S310
    with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310
        return json.load(response)
