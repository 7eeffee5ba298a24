"""Who may look where the dashboard is an app in somebody else's project: its accounts, by its permissions."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from inspector.access.grants import named_viewer
from inspector.access.viewer import Role, Viewer
from inspector.errors import ConfigError


def user_of(request: HttpRequest) -> AbstractBaseUser | None:
    """Who is signed in to the project, by whatever way it has. Raises `ConfigError` where it tells nobody's name."""
    user: AbstractBaseUser | AnonymousUser | None = getattr(request, "user", None)
    if user is None:
        raise ConfigError(
            "The project does not say who is signed in.",
            "Add django.contrib.auth.middleware.AuthenticationMiddleware to MIDDLEWARE.",
        )
    return user if isinstance(user, AbstractBaseUser) and user.is_active else None


def project_viewer(user: AbstractBaseUser) -> Viewer | None:
    """By what `inspector user` gave the name, else by the permissions. None for somebody who may see nothing."""
    name = user.get_username()
    known = named_viewer(name, "django")
    if known is not None:
        return known
    may = getattr(user, "has_perm", lambda _permission: False)  # a user model need have none
    for role, permission in ((Role.CONTENT, "inspector.view_content"), (Role.SHAPE, "inspector.view_shape")):
        if may(permission):
            return Viewer(name, "django", role, None, may("inspector.view_audit"))
    return None
