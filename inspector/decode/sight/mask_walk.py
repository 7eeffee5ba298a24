"""A tree as the masks leave it: what has nothing to hide stays the same object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from inspector.decode.sight.mask_builtin import SECRET_KEYS
from inspector.decode.sight.mask_lines import Rules
from inspector.decode.sight.mask_places import METADATA, NOWHERE, Places, at_channel, below, label_at
from inspector.decode.sight.mask_raw import RawHints
from inspector.decode.sight.mask_rule import mark
from inspector.decode.sight.mask_texts import TextMasks
from inspector.domain.deferred import Deferred, resolved
from inspector.domain.secrets import looks_secret
from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged, digits_of, to_json

#: A key of more bytes is a sentence where it has a space in it.
_NAME_BYTES = 31
#: Texts that are tested together, in characters.
_CHUNK = 65_536
#: At the end of a text that was cut a secret may be cut too, and then nothing tells it: so much of it is left away.
_TAIL, _LAST_WORD = 64, 2_000
_SMALL = range(128)
_LARGE = 65_535


class MaskWalk:
    """Walks one value, or two that share parts. `keys` are labels by key, as far as they are known."""

    def __init__(self, rules: Rules, texts: TextMasks, raw: RawHints, salt: bytes, keys: dict[str, str]) -> None:
        self._rules, self._texts, self._raw, self._salt = rules, texts, raw, salt
        self._known: dict[str, str] = {}
        self._keys = keys
        self._later: dict[int, tuple[Deferred, Deferred]] = {}

    def see_channel(self, value: Any, channel: str) -> Any:
        label = self.label_of_key(channel) if channel else ""
        if label:
            return self._hidden(label, value)
        return self._start(value, at_channel(self._rules.paths, channel, value))

    def see_metadata(self, metadata: Mapping[str, Any]) -> Any:
        """Keys that look secret were seen to before."""
        return self._start(dict(metadata), at_channel(self._rules.paths, METADATA, {}))

    def label_of_key(self, key: str) -> str:
        """The rule that hides what is under this key, "" where none does."""
        label = self._keys.get(key)
        if label is None:
            label = self._keys[key] = self._judge(key)
        return label

    def _judge(self, key: str) -> str:
        for rule in self._rules.keys:
            if rule.fits(key):
                return rule.label
        if not self._rules.secret_keys or not looks_secret(key):
            return ""
        if "[masked " in key and any(part.label for part in self._texts.marked(key)):
            return ""  # judged before it was masked: a mark's words are not the key's
        is_name = " " not in key or len(key.encode("utf-8", "replace")) <= _NAME_BYTES
        return SECRET_KEYS if is_name else ""

    def _start(self, value: Any, places: Places) -> Any:
        if label := label_at(places):
            return self._hidden(label, value)
        if not places and not self._may_hold(value):
            return value
        return self._seen(value, places)

    def _may_hold(self, value: Any) -> bool:
        """Whether something in a tree is masked without a path. Texts are tested many at a time: one by one that takes
        longer than to decode them."""
        texts: list[str] = []
        keys: set[str] = set()
        waiting, size = [value], 0
        while waiting:
            item = waiting.pop()
            kind = type(item)
            if kind is str:
                texts.append(item)
                size += len(item)
                if size > _CHUNK:
                    if self._raw.are_in(texts):
                        return True
                    texts, size = [], 0
            elif kind is dict:
                keys.update(item)
                waiting += item.values()
            elif kind is list:
                waiting += item
            elif kind is Tagged:
                keys.update(item.fields)
                waiting += item.fields.values()
            elif kind is Pairs:
                keys.update(key for key, _ in item.items if isinstance(key, str))
                waiting += [part for pair in item.items for part in pair]
            elif kind is Deferred or kind is CutText:
                return True
            elif kind is Binary:
                if len(item.head) < item.size:
                    return True
                texts.append(_letters(item.head))
            elif kind is int and self._is_looked_at(item):
                return True
        return any(map(self.label_of_key, keys)) or self._raw.are_in([*texts, *keys])

    def _seen(self, value: Any, places: Places) -> Any:
        if places and (label := label_at(places)):
            return self._hidden(label, value)
        kind = type(value)
        if kind is str:
            return self._text(value)
        if kind is dict:
            return self._mapping(value, places, value)
        if kind is list:
            inner = below(places, "*", within=value) if places else NOWHERE
            items = [self._seen(item, inner) for item in value]
            return items if _differ(value, items) else value
        if kind is Tagged:
            fields = self._mapping(value.fields, places, value)
            return value if fields is value.fields else Tagged(value.type_name, fields)
        if kind is Deferred:
            return self._deferred(value, places)
        return self._other(value, places)

    def _mapping(self, fields: Any, places: Places, within: Any) -> Any:
        seen: dict[str, Any] = {}
        changed = False
        for key, item in fields.items():
            shown = self._text(key)
            if shown in seen and shown is not key:
                shown = f"{shown} ({len(seen)})"
            now = self._entry(key, item, places, within)
            seen[shown] = now
            changed = changed or now is not item or shown is not key
        return seen if changed else fields

    def _entry(self, key: str, item: Any, places: Places, within: Any) -> Any:
        label = self.label_of_key(key)
        if label and not _says_nothing(item):
            return self._hidden(label, item)
        return self._seen(item, below(places, key, within=within) if places else NOWHERE)

    def _other(self, value: Any, places: Places) -> Any:
        if isinstance(value, Pairs):
            pairs = [
                (
                    self._seen(key, NOWHERE),
                    self._entry(key, item, places, value)
                    if isinstance(key, str)
                    else self._seen(item, below(places, "*", within=value)),
                )
                for key, item in value.items
            ]
            flat = [part for pair in pairs for part in pair]
            return Pairs(tuple(pairs)) if _differ([part for pair in value.items for part in pair], flat) else value
        if isinstance(value, CutText):
            return self._cut(value)
        if isinstance(value, Binary):
            return self._binary(value)
        if type(value) is int and self._is_looked_at(value):
            digits = digits_of(value)
            shown = self._text(digits)
            return value if shown is digits else shown
        return value

    def _is_looked_at(self, number: int) -> bool:
        """Whether a number is long enough for a rule of texts. Those that take one or two bytes are not."""
        return self._raw.digits > 0 and abs(number) > max(_LARGE, 10 ** (self._raw.digits - 1))

    def _text(self, text: str) -> str:
        known = self._known.get(text)
        if known is None:
            known = self._texts.mask(text) if self._raw.may_be_in(text) else text
            if len(self._known) < _CHUNK:
                self._known[text] = known
        return text if known == text else known

    def _cut(self, value: CutText) -> CutText:
        """Without its end: a secret that was cut there would not be known for one."""
        shown = self._texts.mask(value.head)[:-_TAIL]
        last = max(shown.rfind(" ", len(shown) - _LAST_WORD), shown.rfind("\n", len(shown) - _LAST_WORD))
        return CutText(shown[: last + 1] if last >= 0 else shown[:-_LAST_WORD], value.size)

    def _binary(self, value: Binary) -> Any:
        """Bytes are shown or they are not. A text among them that was cut may hold more than is here; what is no text,
        as a picture, is not looked into: among many bytes there is anything by chance."""
        letters = _letters(value.head)
        is_cut = len(value.head) < value.size and letters.isprintable()
        if letters and (is_cut or self._text(letters) is not letters):
            return Omitted("masked", value.size, "Bytes that may hold something masked.")
        return value

    def _deferred(self, value: Deferred, places: Places) -> Deferred:
        """Remembered, so that a part that two states share is one object still."""
        known = self._later.get(id(value))
        if known is None:
            later = Deferred(lambda *_: self._seen(value.value, places), type_name=value.type_name)
            known = self._later[id(value)] = (value, later)
        return known[1]

    def _hidden(self, label: str, value: Any) -> Any:
        """A mark in place of a whole value. What is masked already, or not there, stays."""
        if value is None or (isinstance(value, Omitted) and value.reason != "size") or self._is_masked(value):
            return value
        whole = resolved(value)
        content = whole if isinstance(whole, str) else json.dumps(to_json(whole), sort_keys=True, ensure_ascii=False)
        return mark(label, self._salt, content)

    def _is_masked(self, value: Any) -> bool:
        if isinstance(value, Tagged) and set(value.fields) == {"value"}:
            value = value.fields["value"]
        return isinstance(value, str) and (not value.strip("*") or self._texts.is_mark(value))


def _says_nothing(value: Any) -> bool:
    """Tells that there is none, whether there is one, or how many."""
    if value is None or isinstance(value, bool) or (type(value) is int and value in _SMALL):
        return True
    return isinstance(value, str | list | dict) and not value


def _letters(head: bytes) -> str:
    """Bytes as the text that they are, "" where they are none. The last character may have been cut."""
    for end in range(len(head), max(-1, len(head) - 4), -1):
        try:
            return head[:end].decode()
        except UnicodeDecodeError:
            pass
    return ""


def _differ(before: Iterable[Any], after: Iterable[Any]) -> bool:
    return any(one is not other for one, other in zip(before, after, strict=True))
