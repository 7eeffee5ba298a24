"""How much of stored values one page may show. A page of a megabyte helps nobody; what is left out is counted."""

from __future__ import annotations

from dataclasses import dataclass

from django.template import Library

register = Library()

PAGE_NODES = 1_500
CHANNEL_NODES = 400
PAGE_CHARACTERS = 60_000
CHANNEL_CHARACTERS = 30_000


@dataclass(slots=True)
class Room:
    """What is left for one channel. `page` is what is left for all of them together."""

    nodes: int = CHANNEL_NODES
    characters: int = CHANNEL_CHARACTERS
    page: Room | None = None

    def take_node(self) -> bool:
        """Room for one more part of a value."""
        if self.nodes <= 0 or (self.page is not None and self.page.nodes <= 0):
            return False
        self._pass_on(1, 0)
        return True

    def take_text(self, wanted: int) -> int:
        """How many of so many characters may be shown."""
        granted = min(wanted, self.characters)
        if self.page is not None:
            granted = min(granted, self.page.characters)
        self._pass_on(0, granted)
        return granted

    def _pass_on(self, nodes: int, characters: int) -> None:
        self.nodes -= nodes
        self.characters -= characters
        if self.page is not None:
            self.page.nodes -= nodes
            self.page.characters -= characters


@register.simple_tag
def page_room() -> Room:
    """`{% page_room as room %}`: the room of the whole page."""
    return Room(PAGE_NODES, PAGE_CHARACTERS)


@register.filter
def for_channel(page: Room) -> Room:
    """The room of one channel within the page's."""
    return Room(page=page)
