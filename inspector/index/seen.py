"""Rows of the index as a viewer may see them. What the index knows of a thread beside ids, times, counts and hosts came
from the metadata of its runs: its owner, and the metadata itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from inspector.decode import HIDDEN_OWNER, Sight
from inspector.errors import NotAllowed
from inspector.models import ThreadEntry

_NO_OWNERS = "Your role does not see owners, so threads cannot be asked for by theirs."


def see_entries(entries: Iterable[ThreadEntry], sight: Sight) -> list[ThreadEntry]:
    """The same, to be shown and never to be saved. They were masked when they were read, but maybe by older rules: it
    takes a while until a pass has read all threads anew."""
    found = list(entries)
    if sight.shape or sight.masks is not None:
        for entry in found:
            entry.owner = sight.see_owner(entry.owner)
            entry.metadata = sight.see_metadata(entry.metadata)
    return found


def true_owners(entries: Collection[ThreadEntry]) -> Mapping[int, str]:
    """Whose each of these rows is, by its number, also where they were hidden: for what is said of threads without
    naming anybody."""
    owners = {entry.pk: entry.owner for entry in entries}
    hidden = [number for number, owner in owners.items() if owner == HIDDEN_OWNER]
    if hidden:
        rows = ThreadEntry.every.filter(pk__in=hidden)
        owners.update(rows.order_by().values_list("pk", "owner"))
    return owners


def check_owner(owner: str | None, sight: Sight) -> None:
    """Raises `NotAllowed` where somebody asks for an owner's threads who may not know whose a thread is: by asking for
    one owner after the other they would learn it."""
    if sight.shape and owner is not None:
        raise NotAllowed(_NO_OWNERS, "Leave `owner` out of the address.")
