"""Who asks: from a request to a viewer."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user
from django.http import HttpRequest

from inspector.access.grants import find_viewer
from inspector.access.project import project_viewer, user_of
from inspector.access.proxy import vouched_for
from inspector.access.sessions import groups_told, name_told, signed_in_via
from inspector.access.viewer import Role, Via, Viewer
from inspector.addresses import is_alone

#: What whoever opened a link is called.
BY_LINK = "local"


@dataclass(frozen=True, slots=True)
class Asker:
    """`name` is "" for an anonymous one. `viewer` is None for those and for who is signed in and may see nothing."""

    name: str = ""
    via: Via | None = None
    viewer: Viewer | None = None


def asker_of(request: HttpRequest) -> Asker:
    """By what a proxy says now, else by the session, with what that person may see as of now. In somebody else's
    project by its accounts alone."""
    if not is_alone():
        account = user_of(request)
        return Asker(account.get_username(), "django", project_viewer(account)) if account else Asker()
    vouched = vouched_for(request)
    if vouched is not None:
        return Asker(vouched.name, "header", find_viewer(vouched.name, "header", vouched.groups))
    via = signed_in_via(request)
    if via == "link":
        return Asker(BY_LINK, via, Viewer(BY_LINK, via, Role.CONTENT, auditor=True))
    if via is None:
        return Asker()
    if via == "oidc":
        name = name_told(request)
        return Asker(name, via, find_viewer(name, via, groups_told(request))) if name else Asker()
    user = get_user(request)  # no one, once the account is gone, is switched off, or has another password
    if not user.is_authenticated or not user.is_active:
        return Asker()
    name = user.get_username()
    return Asker(name, via, find_viewer(name, via, groups_told(request)))


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Whom the gate has let in; None of who is anonymous, or of a request that has not come to the gate."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    return viewer
