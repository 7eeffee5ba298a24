"""A text without what the rules mask in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from inspector.decode.sight.mask_rule import Span, TextRule, mark, mark_pattern

#: Stands for a mark while rules look at the rest: none of them is to look into one. Unicode keeps these for such use.
_STANDS = ("\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3")
#: A text in which one rule finds more is masked whole.
_MOST = 20_000
#: What a rule uncovers for another one is looked at again, so often.
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text as it is seen; `label` is that of the rule that masked it, "" for what stays."""

    text: str
    label: str = ""


class TextMasks:
    def __init__(self, rules: Sequence[TextRule], labels: Iterable[str], salt: bytes) -> None:
        self._rules = tuple(rules)
        self._salt = salt
        self._marks = mark_pattern(labels)

    def mask(self, text: str) -> str:
        """The same text where there is nothing to mask."""
        parts = self.tell(text)
        return "".join(part.text for part in parts) if any(part.label for part in parts) else text

    def is_mark(self, text: str) -> bool:
        """Whether a text is one mark and nothing else."""
        return text.startswith("[masked ") and [(0, len(text))] == [one.span() for one in self._marks.matches(text)]

    def marked(self, text: str) -> tuple[Part, ...]:
        """The marks of a text with their labels, and what is between them."""
        spans = [found.span() for found in self._marks.matches(text)]
        plain = (Part(piece) for piece in _between(text, spans))
        marks = (Part(text[start:end], text[start:end].split(" ")[1]) for start, end in spans)
        both = chain.from_iterable(zip_longest(plain, marks, fillvalue=Part("")))
        return tuple(part for part in both if part.text)

    def tell(self, text: str) -> tuple[Part, ...]:
        """In pieces, masked and not. What was masked before stays as it is, and counts as not."""
        stand = next((sign for sign in _STANDS if sign not in text), "")
        if not stand:  # made to get around this
            return (Part(mark("text", self._salt, text), "text"),)
        work = _Work(text, stand, self._salt)
        if "[masked " in text:
            work.keep([found.span() for found in self._marks.matches(text)])
        for _ in range(_ROUNDS):
            # Each rule looks at what those before it left. What was right of one may now be at the end of a text.
            if not [rule for rule in self._rules if work.mask(rule)]:
                break
        return work.parts()


class _Work:
    """A text with a sign in place of each mark, and these marks in their order."""

    def __init__(self, text: str, stand: str, salt: bytes) -> None:
        self._text, self._stand, self._salt = text, stand, salt
        self._marks: list[Part] = []

    def keep(self, spans: Sequence[Span]) -> None:
        """Marks that are there already."""
        self._marks = [Part(self._text[start:end]) for start, end in spans]
        self._text = self._stand.join(_between(self._text, spans))

    def mask(self, rule: TextRule) -> bool:
        """Whether the rule masked something."""
        spans = self._spans(rule)
        if not spans:
            return False
        kept = _between(self._text, spans)
        marks: list[Part] = []
        left = iter(self._marks)
        for (start, end), before in zip(spans, kept, strict=False):
            marks += [next(left) for _ in range(before.count(self._stand))]
            inner = self._text[start:end]
            content = self._written(inner, [next(left) for _ in range(inner.count(self._stand))])
            marks.append(Part(mark(rule.label, self._salt, content), rule.label))
        self._marks = [*marks, *left]
        self._text = self._stand.join(kept)
        return True

    def _spans(self, rule: TextRule) -> list[Span]:
        """In order, none within another, and none of a mark alone."""
        found: list[Span] = []
        done = 0
        for match in rule.pattern.matches(self._text):
            if match.span()[1] <= done:
                continue
            if len(found) >= _MOST:
                return [(0, len(self._text))]
            for start, end in rule.spans(match):
                if start >= done and self._text[start:end].strip(self._stand):
                    found.append((start, end))
                    done = end
        return found

    def _written(self, text: str, marks: Sequence[Part]) -> str:
        pieces = zip_longest(text.split(self._stand), (part.text for part in marks), fillvalue="")
        return "".join(chain.from_iterable(pieces))

    def parts(self) -> tuple[Part, ...]:
        plain = (Part(piece) for piece in self._text.split(self._stand))
        both = chain.from_iterable(zip_longest(plain, self._marks, fillvalue=Part("")))
        return tuple(part for part in both if part.text)


def _between(text: str, spans: Sequence[Span]) -> list[str]:
    """What is left of a text without these parts: one piece more than there are parts."""
    begins = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(text)]
    return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
