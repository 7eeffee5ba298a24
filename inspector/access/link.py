"""The link that signs its opener in, once: for whoever runs the dashboard on their own machine."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from django.utils import timezone

from inspector.addresses import address_of
from inspector.errors import IndexTrouble
from inspector.index.trouble import told
from inspector.models import SignInLink

#: The parameter of its address.
TOKEN = "token"  # noqa: S105  a name, no secret
LASTS = timedelta(hours=24)


def make_link(base: str) -> str:
    """The address of a new one. `base` is where the dashboard is opened, as `http://127.0.0.1:8765`. Those that have
    ended are cleared away."""
    token, now = secrets.token_urlsafe(32), timezone.now()
    SignInLink.objects.filter(ends_at__lt=now).delete()
    SignInLink.objects.create(token_hash=_hash(token), made_at=now, ends_at=now + LASTS)
    return f"{base.rstrip('/')}{address_of('login')}?{urlencode({TOKEN: token})}"


def offer_link(base: str) -> str:
    """A line for whoever starts the dashboard. On a disk that is full no link can be made, and all else goes on."""
    try:
        with told():
            return f"Open this link, it works once: {make_link(base)}"
    except IndexTrouble as trouble:
        return f"No link can be made now. {trouble.message} `inspector link` prints one when that is over."


def use_link(token: str) -> bool:
    """Whether it may sign somebody in now. Of two who open one at once, one does: a single statement decides."""
    now = timezone.now()
    unused = SignInLink.objects.filter(token_hash=_hash(token), used_at=None, ends_at__gt=now)
    return unused.update(used_at=now) == 1


def _hash(token: str) -> str:
    """A token has 256 random bits: a slow hash would guard nothing more."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
