"""The page by which people come in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoginPage:
    """Which ways in there are. `next` is where the browser goes then, "" for the first page. `not_believed` is the
    address of a request that names somebody in a proxy's header and comes from none."""

    next: str
    error: str
    by_password: bool
    by_proxy: bool
    by_link: bool
    username: str = ""
    not_believed: str = ""
    link_command: str = ""  #: what prints a link to the address that was opened; "" of a demo
    by_oidc: str = ""  #: the name of the OpenID Connect provider
