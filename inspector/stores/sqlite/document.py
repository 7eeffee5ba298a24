"""A checkpoint's serialised document, read without its values: each is stepped over, and where it lies is kept.

LangGraph's serializer makes the whole checkpoint one msgpack map (`type` "msgpack"): `v`, `ts`, `id`, `channel_values`,
`channel_versions`, `versions_seen` and, in old ones, `pending_sends`. Any bytes may stand in the file: what is broken,
cut or of another shape gives what could be read before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from inspector.domain.channels import TASKS
from inspector.msgpack_format import LENGTH_WIDTHS, NUMBERS, TRUNCATED, Broken, Watch, skip

Version = str | int | float
#: Where a value lies: the positions of its first byte and behind its last.
Span = tuple[int, int]
#: The key behind the values, with its tag.
_NEXT_KEY = b"\xb0channel_versions"
#: Entries read of one map. LangGraph's have one for each channel or node.
_ENTRIES = 50_000
#: Since this format, Sends that wait for the next step are a channel's value like any other.
_SENDS_IN_CHANNEL = 4


@dataclass(slots=True)
class Document:
    """What a document holds beside its values. `is_whole` is False where something could not be read."""

    ts: str = ""
    version: int = 0
    values: dict[str, Span] = field(default_factory=dict)
    channel_versions: dict[str, Version] = field(default_factory=dict)
    versions_seen: dict[str, dict[str, Version]] = field(default_factory=dict)
    is_whole: bool = False


def read_document(data: bytes, watch: Watch, *, values: bool = True) -> Document:
    """What `data` holds. Raises what `watch.look` does, and nothing else. Without `values` they are jumped over where
    that can be done safely, which spares a thread's count nearly all of its time."""
    found = Document() if values else _read(data, watch, jump=True)
    return found if found.is_whole else _read(data, watch, jump=False)


def _read(data: bytes, watch: Watch, *, jump: bool) -> Document:
    walk = _Walk(data, watch, jump=jump)
    try:
        walk.read()
        walk.found.is_whole = walk.position == len(data)
    except Broken:
        pass  # what was read before is kept
    return walk.found


class _Walk:
    __slots__ = ("_data", "_jump", "_sends", "_watch", "found", "position")

    def __init__(self, data: bytes, watch: Watch, *, jump: bool) -> None:
        self._data = data
        self._jump = jump
        self._watch = watch
        self._sends: Span | None = None
        self.position = 0
        self.found = Document()

    def read(self) -> None:
        for key in self._entries():
            match key:
                case "ts":
                    ts = self._scalar()
                    self.found.ts = ts if isinstance(ts, str) else ""
                case "v":
                    version = self._scalar()
                    self.found.version = version if isinstance(version, int) and 0 <= version < 2**31 else 0
                case "channel_values":
                    self._jump_over() if self._jump else self._values(self.found.values)
                case "channel_versions":
                    self._versions(self.found.channel_versions)
                case "versions_seen":
                    for node in self._entries():
                        self._versions(self.found.versions_seen.setdefault(node, {}))
                case "pending_sends":
                    self._sends = self._span()
        self._move_sends()

    def _move_sends(self) -> None:
        """As LangGraph itself does when it reads an old checkpoint."""
        if self._sends is None or self.found.version >= _SENDS_IN_CHANNEL:
            return
        start, end = self._sends
        if end - start > 1 and TASKS not in self.found.values:  # an empty list is one byte
            self.found.values[TASKS] = self._sends

    def _jump_over(self) -> None:
        """To the key that LangGraph writes next, where it stands once only: a value or a channel may be named so, too.
        Where this is not the document's own, the rest of it does not come out even, and all of it is walked."""
        place = self._data.find(_NEXT_KEY, self.position)
        if place < 0 or self._data.find(_NEXT_KEY, place + 1) >= 0:
            raise Broken(TRUNCATED)
        self.position = place

    def _values(self, into: dict[str, Span]) -> None:
        for channel in self._entries():
            into[channel] = self._span()

    def _versions(self, into: dict[str, Version]) -> None:
        for channel in self._entries():
            version = self._scalar()
            if version is not None:
                into[channel] = version

    def _entries(self) -> Iterator[str]:
        """The keys of a map, each with `position` at its value. A value that nobody reads is stepped over, and so is
        what is no map, or has a key that is no text."""
        count = self._open_map()
        for number in range(count):
            if number == _ENTRIES:
                self._skip(2 * (count - number))
                return
            self._watch.look()
            key, start = self._text(), self.position
            if key is not None:
                yield key
            if self.position == start:
                self._skip()

    def _open_map(self) -> int:
        tag = self._tag()
        if 0x80 <= tag <= 0x8F:
            self.position += 1
            return tag & 0x0F
        if tag in (0xDE, 0xDF):
            self.position += 1
            return self._length(LENGTH_WIDTHS[tag])
        self._skip()
        return 0

    def _span(self) -> Span:
        start = self.position
        self._skip()
        return start, self.position

    def _scalar(self) -> Version | None:
        """A text or a number; None for anything else, which is stepped over."""
        tag = self._tag()
        if tag <= 0x7F or tag >= 0xE0:
            self.position += 1
            return tag if tag <= 0x7F else tag - 0x100
        number = NUMBERS.get(tag)
        if number is None:
            return self._text()
        start = self.position + 1
        self._move(start + number.size)
        value: int | float = number.unpack_from(self._data, start)[0]
        return value

    def _text(self) -> str | None:
        tag = self._tag()
        if 0xA0 <= tag <= 0xBF:
            self.position += 1
            size = tag & 0x1F
        elif 0xD9 <= tag <= 0xDB:
            self.position += 1
            size = self._length(LENGTH_WIDTHS[tag])
        else:
            self._skip()
            return None
        start = self.position
        self._move(start + size)
        return self._data[start : self.position].decode("utf-8", "replace")

    def _tag(self) -> int:
        if self.position >= len(self._data):
            raise Broken(TRUNCATED)
        return self._data[self.position]

    def _length(self, width: int) -> int:
        start = self.position
        self._move(start + width)
        return int.from_bytes(self._data[start : self.position], "big")

    def _skip(self, values: int = 1) -> None:
        self.position = skip(self._data, self.position, len(self._data), values, self._watch)

    def _move(self, position: int) -> None:
        if position > len(self._data):
            raise Broken(TRUNCATED)
        self.position = position
