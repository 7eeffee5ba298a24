"""Masks over values: the rules, compiled, and the tree without what they hide.

Most values hold nothing to mask. So the stored bytes are looked through first, once, by all rules together; only a
value that may hold something is walked, and what is seen whole stays the same object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property

from inspector.decode.sight.mask_builtin import BUILT_IN
from inspector.decode.sight.mask_lines import Rules, read_rules
from inspector.decode.sight.mask_places import at_channel
from inspector.decode.sight.mask_raw import RawHints
from inspector.decode.sight.mask_texts import Part, TextMasks
from inspector.decode.sight.mask_walk import MaskWalk
from inspector.domain.secrets import mask_secrets
from inspector.domain.value import Absent, Json, Value

#: So many names are remembered.
_NAMES = 4_096


class Masks:
    """Made once for a process. `salt` keys the tags of the marks (any bytes; its first 64 count)."""

    def __init__(self, rules: Rules, salt: bytes) -> None:
        self.rules = rules
        self._salt = salt
        self._texts = TextMasks(rules.texts, rules.labels, salt)
        self._raw = RawHints(rules)
        #: What was found out about names, by name: they are few, and pages meet them again and again.
        self._keys: dict[str, str] = {}
        self._walked: dict[str, bool] = {}

    @classmethod
    def of(cls, text: str, salt: bytes) -> Masks:
        """By the lines of a setting. Raises ValueError."""
        return cls(read_rules(text), salt)

    @cached_property
    def fingerprint(self) -> str:
        """Tells whether what was masked before is masked by the same rules."""
        told = repr((self.rules.text, list(BUILT_IN))).encode()
        return hashlib.blake2b(told, digest_size=8).hexdigest()  # without the salt: replicas write the same

    def may_hold(self, channel: str, tag: str, data: bytes) -> bool:
        """Whether a stored value may hold something to mask."""
        return self._walks(channel) or self._raw.may_hold(tag, data)

    def may_hold_either(self, channel: str, before: tuple[str, bytes], after: tuple[str, bytes]) -> bool:
        """Whether one of two values does."""
        return self._walks(channel) or self._raw.may_hold_either(before, after)

    def _walks(self, channel: str) -> bool:
        """Whether a path leads into the values of a channel, or its own name hides them."""
        walks = self._walked.get(channel)
        if walks is None:
            walks = bool(at_channel(self.rules.paths, channel, [])) or bool(
                channel and self._walk().label_of_key(channel)
            )
            if len(self._walked) < _NAMES:
                self._walked[channel] = walks
        return walks

    def see(self, value: Value | Absent, channel: str = "") -> Value | Absent:
        """A value as everybody sees it."""
        return value if isinstance(value, Absent) else self._walk().see_channel(value, channel)

    def see_both(
        self, before: Value | Absent, after: Value | Absent, channel: str
    ) -> tuple[Value | Absent, Value | Absent]:
        """Two values that may share `Deferred` parts, which they share afterwards too."""
        walk = self._walk()
        first, second = (
            value if isinstance(value, Absent) else walk.see_channel(value, channel) for value in (before, after)
        )
        return first, second

    def see_metadata(self, metadata: Mapping[str, Json]) -> dict[str, Json]:
        """Of a checkpoint."""
        known = mask_secrets(metadata) if self.rules.secret_keys else dict(metadata)
        seen = self._walk().see_metadata(known)
        return seen if isinstance(seen, dict) else {}

    def mask_text(self, text: str) -> str:
        """A text by itself, at no place and under no key."""
        return self._texts.mask(text) if self._raw.may_be_in(text) else text

    def marked(self, text: str) -> tuple[Part, ...]:
        """A text that was masked in pieces, each mark with its rule."""
        return self._texts.marked(text)

    def _walk(self) -> MaskWalk:
        if len(self._keys) > _NAMES:  # a store may have no end of keys
            self._keys = {}
        return MaskWalk(self.rules, self._texts, self._raw, self._salt, self._keys)
