"""What somebody may see: by what `inspector user` gave their name, else by their groups, else by the default."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.conf import settings

from inspector.access.oidc.claims import PREFIX
from inspector.access.viewer import Role, Via, Viewer
from inspector.config import GroupGrant
from inspector.models import Access


def find_viewer(name: str, via: Via, groups: Collection[str] = ()) -> Viewer | None:
    """None for somebody who may see nothing. Groups and the default are for those whom somebody else vouches for: an
    account of the dashboard's own has what it was given here, and after that was taken away it has nothing."""
    known = named_viewer(name, via)
    return known or (None if via == "password" else _by_groups(name, via, groups))


def named_viewer(name: str, via: Via) -> Viewer | None:
    """By what was given to the name alone. A name of the provider's is nobody else's, whatever a proxy says."""
    if name.startswith(PREFIX) and via != "oidc":
        return None
    row = Access.objects.filter(username=name).first()
    if row is None:
        return None
    stores = None if row.stores is None else frozenset(map(str, row.stores))
    return Viewer(name, via, Role(row.role), stores, row.auditor)


def _by_groups(name: str, via: Via, groups: Collection[str]) -> Viewer | None:
    """Content goes before shape: of somebody who has both, in the stores of the content alone."""
    config = settings.INSPECTOR
    auditor = any(grant.group in groups for grant in config.auditor_groups)
    for role, grants in ((Role.CONTENT, config.content_groups), (Role.SHAPE, config.shape_groups)):
        if held := [grant for grant in grants if grant.group in groups]:
            return Viewer(name, via, role, _stores(held), auditor)
    if config.default_role == "none":
        return None
    return Viewer(name, via, Role(config.default_role), None, auditor)


def _stores(grants: Iterable[GroupGrant]) -> frozenset[str] | None:
    names = {grant.store for grant in grants}
    return None if "" in names else frozenset(names)
