"""How much of stored values one page may show. A page of a megabyte helps nobody; what is left out is counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zlib import crc32

from django.template import Context, Library

from inspector.addresses import address_of
from inspector.tags.links import query_of

register = Library()

PAGE_NODES = 1_500
CHANNEL_NODES = 400
PAGE_CHARACTERS = 60_000
CHANNEL_CHARACTERS = 30_000
#: What the card of a message and a call in it weigh, in nodes. A card is half a kilobyte of names, ids and links.
CARD_NODES, CALL_NODES = 4, 2


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a store the values lie that are shown: a checkpoint, the one that it is compared with, and a channel.
    What needs an address of its own (an image, a whole conversation) is found again by these."""

    query: tuple[tuple[str, str], ...]  #: store, thread and namespace
    checkpoint_id: str
    path: str  #: of the page that it is shown on
    against: str = ""
    channel: str = ""
    unfolded: str = ""  #: the channel of which more messages were asked for
    apart: str = ""  #: tells this channel from itself at other steps, where a page shows several

    @property
    def anchor(self) -> str:
        """What ids of this channel's messages begin with: the same on every page, and another for each channel."""
        return f"m{crc32((self.apart + self.channel).encode('utf-8', 'replace')):x}-"

    @property
    def is_unfolded(self) -> bool:
        """More messages of this channel were asked for."""
        return bool(self.channel) and self.unfolded == self.channel

    def unfold_url(self, tab: str = "") -> str:
        """The same page, or a `tab` of it, with more messages of this channel in sight: of its changes those that
        stayed, of the state earlier ones."""
        pairs = [*self.query, ("checkpoint", self.checkpoint_id)]
        pairs += [("against", self.against)] if self.against else []
        pairs += [("tab", tab)] if tab else []
        return f"{self.path}?{query_of([*pairs, ('unfold', self.channel)])}"

    def state_url(self) -> str:
        """The state of the same step, on the thread's own page."""
        pairs = [*self.query, ("checkpoint", self.checkpoint_id), ("tab", "state")]
        return f"{address_of('thread')}?{query_of(pairs)}"

    def follow_url(self, message_id: str) -> str:
        """What became of a message along the branch that goes through here."""
        pairs = [*self.query, ("channel", self.channel), ("message", message_id), ("through", self.checkpoint_id)]
        return f"{address_of('thread-message')}?{query_of(pairs)}"

    def image_url(self, fingerprint: str) -> str:
        pairs = [*self.query, ("checkpoint", self.checkpoint_id)]
        pairs += [("against", self.against)] if self.against else []
        return f"{address_of('thread-image')}?{query_of([*pairs, ('channel', self.channel), ('image', fingerprint)])}"


@dataclass(slots=True)
class Room:
    """What is left for one channel. `page` is what is left for all of them together."""

    nodes: int = CHANNEL_NODES
    characters: int = CHANNEL_CHARACTERS
    page: Room | None = None
    spot: Spot | None = None

    @property
    def full(self) -> bool:
        return self.nodes <= 0 or (self.page is not None and self.page.full)

    @property
    def anchor(self) -> str:
        """What ids of the messages here begin with, "" where they have none."""
        return self.spot.anchor if self.spot is not None and self.spot.channel else ""

    def take_node(self, weight: int = 1) -> bool:
        """Room for one more part of a value. The last one may be heavier than what is left."""
        if self.full:
            return False
        self._pass_on(weight, 0)
        return True

    def take_text(self, wanted: int) -> int:
        """How many of so many characters may be shown."""
        granted = min(wanted, self._characters_left())
        self._pass_on(0, granted)
        return granted

    def within(self, nodes: int, characters: int) -> Room:
        """A part of this room, for what must not take it all."""
        return Room(nodes, characters, self, self.spot)

    def _characters_left(self) -> int:
        mine = max(0, self.characters)
        return mine if self.page is None else min(mine, self.page._characters_left())

    def _pass_on(self, nodes: int, characters: int) -> None:
        self.nodes -= nodes
        self.characters -= characters
        if self.page is not None:
            self.page._pass_on(nodes, characters)


@register.simple_tag(takes_context=True)
def page_room(context: Context, checkpoint_id: str = "", against: str | None = None) -> Room:
    """`{% page_room as room %}`: the room of the whole page. With a checkpoint, its values have addresses."""
    request = context.get("request")
    if request is None or not checkpoint_id:
        return Room(PAGE_NODES, PAGE_CHARACTERS)
    given = request.GET
    query = tuple((name, given[name]) for name in ("store", "id", "ns") if given.get(name))
    spot = Spot(query, checkpoint_id, request.path, against or "", unfolded=given.get("unfold", ""))
    return Room(PAGE_NODES, PAGE_CHARACTERS, spot=spot)


@register.filter
def for_channel(page: Room, channel: str = "") -> Room:
    """The room of one channel within the page's."""
    spot = replace(page.spot, channel=channel) if page.spot is not None and channel else None
    return Room(page=page, spot=spot)
