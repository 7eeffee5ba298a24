"""What of stored values may be seen, and the key that opens them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from secrets import token_bytes

from inspector.decode.sight.masks import Masks
from inspector.decode.sight.metadata import shape_of_metadata
from inspector.decode.sight.shape import pseudonym, shape_of, shape_of_error
from inspector.domain.channels import ERROR
from inspector.domain.secrets import mask_secrets
from inspector.domain.value import Absent, Json, Value

#: Stands for an owner whom the viewer may not know.
HIDDEN_OWNER = "(hidden)"
#: The key of the marks where none is given: nobody else has it, and it goes with the process.
_SALT = token_bytes(32)


@dataclass(frozen=True, slots=True)
class Sight:
    """Given to all that decodes, and asked before a value leaves it.

    `key` opens values closed with LangGraph's AES cipher (16, 24 or 32 bytes). `shape` hides every value and leaves its
    form. `channel` is the one whose value is looked at, "" where that is none or not known. `salt` is the key of what
    stands for hidden values (16 to 64 bytes); `names` are metadata keys whose values name hosts and graphs.
    `masks` hide secrets from everybody; without them metadata alone is seen to.
    """

    key: bytes | None = field(default=None, repr=False)
    shape: bool = False
    channel: str = ""
    salt: bytes = field(default=_SALT, repr=False)
    names: frozenset[str] = frozenset()
    masks: Masks | None = field(default=None, repr=False)

    def of(self, channel: str) -> Sight:
        """For a value of this channel."""
        if channel == self.channel:
            return self
        return Sight(self.key, self.shape, channel, self.salt, self.names, self.masks)  # `replace` takes twice as long

    def for_names(self) -> Sight:
        """For values of which only names of nodes and tasks are taken, that everybody may see. What is decoded by it
        must not be shown."""
        return Sight(key=self.key)

    def of_everybody(self) -> Sight:
        """For what is kept and told to all viewers, and holds no value."""
        return replace(self, shape=False)

    def shaped(self) -> Sight:
        return replace(self, shape=True)

    def see(self, value: Value | Absent) -> Value | Absent:
        """The tree as it may be seen. What is seen whole is the same object."""
        if not self.shape or isinstance(value, Absent):
            return value
        return shape_of_error(value, self.salt) if self.channel == ERROR else shape_of(value, self.salt)

    def see_metadata(self, metadata: Mapping[str, Json]) -> dict[str, Json]:
        """The metadata of a checkpoint as it may be seen: in any case without secrets."""
        seen = mask_secrets(metadata) if self.masks is None else self.masks.see_metadata(metadata)
        if not self.shape:
            return seen
        return shape_of_metadata(seen, names=self.names, pseudonym=partial(pseudonym, salt=self.salt))

    def see_owner(self, owner: str) -> str:
        """The owner of a thread as it may be seen, "" where there is none."""
        if self.shape and owner:
            return HIDDEN_OWNER
        return owner if self.masks is None else self.masks.mask_text(owner)


#: Sees all there is, with no key at hand.
FULL = Sight()
