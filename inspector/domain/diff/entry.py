"""What a diff is made of: one `ChannelChange` a channel, one entry for each thing that is different in it.

The entries of a change are simultaneous, not a script: none refers to a state between the two. A place that
is gone is named as the older value had it, a place that is there as the newer value has it, and whatever no
entry mentions stayed and kept its order. That alone says how the newer value follows from the older one;
`apply_change` does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from inspector.domain.value import Absent, Value

Kind: TypeAlias = Literal["added", "removed", "changed"]
#: A channel's version as the saver made it: text on Postgres, SQLite and Redis, a number elsewhere.
Version: TypeAlias = str | int | float | None

#: Entries kept for one channel; the rest is counted in `left_out`.
MAX_ENTRIES = 500
#: Nodes looked at for one channel before differing parts are shown whole. About two seconds of work.
MAX_NODES = 5_000_000


@dataclass(frozen=True, slots=True)
class ValueEntry:
    """One place of a value that is different.

    `path` is a JSON pointer into the value as `to_json` shows it: `""` is the whole value, a key of its own
    that begins with `$` is doubled, `~` and `/` are `~0` and `~1`, a set's or tuple's element is
    `/items/0`, a value of a mapping with other keys than text is `/items/0/1`. For `removed` it points into
    the older value, for `added` and `changed` into the newer one (an element of a list may have another
    position in the older one). `before` is ABSENT for `added`, `after` for `removed`.
    """

    kind: Kind
    path: str
    before: Value | Absent
    after: Value | Absent


@dataclass(frozen=True, slots=True)
class MessageEntry:
    """One message of a message list that is different.

    `position_before` counts in the older list (None for `added`), `position_after` in the newer one (None for
    `removed`), both from 0. `moved`: it changed places with messages that stayed; a message that only moved
    is `changed` with `before` and `after` the same. `message_id` is the newer one's, else the older one's,
    else None.
    """

    kind: Kind
    message_id: str | None
    role: str
    before: Value | Absent
    after: Value | Absent
    position_before: int | None
    position_after: int | None
    moved: bool = False


Entry: TypeAlias = ValueEntry | MessageEntry


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What became of one channel.

    `form` says which entries: `messages` holds `MessageEntry` only, `text` one `ValueEntry` of two texts
    (to be shown by word), `tree` any `ValueEntry`. `unchanged` counts what stayed: messages, or the largest
    equal parts of a tree.
    """

    channel: str
    kind: Kind
    version_before: Version
    version_after: Version
    entries: tuple[Entry, ...]
    unchanged: int
    form: Literal["messages", "text", "tree"]
    #: Some part is equal as far as it was read, and was not read to its end: it may differ beyond that.
    #: Then, and only then, `entries` may be empty.
    cut: bool = False
    #: Entries beyond the limit, counted but not kept.
    left_out: int = 0
    #: The comparison ran out of its budget: some entries show a part whole of which less may be different.
    coarse: bool = False
    #: A channel that LangGraph keeps for itself (`__start__`, `branch:to:agent`).
    internal: bool = False
