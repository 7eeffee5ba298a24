"""What the first words of a thread say of whether it begins a conversation or goes on with one.

Some rules are English; the others ask for what any language does: whoever goes on says little, leaves names out, gives
a bare number, or repeats a rare word or a number of before. Every sign is a factor: so many times likelier in a text
that goes on than in one that begins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Characters of a text that are looked at: what matters is said at its beginning.
_LOOKED_AT = 600
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_GREETING = re.compile(
    r"\W*(?:hi|hello|hey|good (?:morning|day|afternoon|evening)|greetings|dear|hallo|guten (?:tag|morgen|abend)|moin"
    r"|servus|bonjour|salut|bonsoir|hola|buenos días|buenas|ciao|buongiorno|olá|bom dia|hej|привет|здравствуйте|cześć"
    r"|dzień dobry|merhaba|こんにちは|你好|您好|안녕하세요|مرحبا)(?!\w)",
    re.IGNORECASE,
)
_CJK_GREETING = re.compile(r"\W*(?:こんにちは|你好|您好|안녕)")
_THANKS = re.compile(
    r"\W*(?:thank|thanks|thx|ok\b|okay|great|perfect|cool|got it|yes\b|yep|no\b|nope|sure|right\b|fine\b|danke|ja\b"
    r"|nein\b|gut\b|merci|oui\b|non\b|gracias|sí\b|grazie|obrigad|はい|いいえ|好的|谢谢|네\b)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\W*(?:and\b|but\b|also\b|then\b|so\b|or\b|what about|how about|why\b(?:\W*$)|the (?:first|second|third|other|last"
    r"|same) one|it'?s?\b|that'?s?\b|this one|these\b|those\b|they\b|he\b|she\b|instead|actually|no,|yes,|wait|again"
    r"|as i said|like i said|i meant|i mean|still\b|same\b|another one|one more|und\b|aber\b|oder\b|dann\b|et\b|mais\b"
    r"|y\b|pero\b|e\b|それ|那|그)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:that (?:one|order|same|number|item|invoice|booking)"
    r"|the (?:order|number|one|item|invoice|booking) (?:i|you)\b"
    r"|(?:just|already) (?:asked|said|told|mentioned|gave|sent)|you (?:said|told|mentioned|suggested|asked)"
    r"|i (?:asked|told you|said)|before\?|earlier|above|the same|the (?:second|other|first|last) one|do it|try it|of it"
    r"|for it|about it|is it|does it|was it|change it|cancel it|send it|them\b|of those|of these)",
    re.IGNORECASE,
)

#: So many times likelier in a text that goes on. Measured on no corpus: they are orders of magnitude, kept mild.
GREETS, THANKS, GOES_ON, POINTS_BACK, BARE_NUMBER = 0.006, 7.0, 8.0, 6.0, 12.0
VERY_SHORT, SHORT = 3.0, 1.6
#: The same of a text that repeats nothing of before, and names something of its own.
NEW_TOPIC, NEW_NUMBER = 0.6, 0.05
#: A text that goes on repeats a rare word of before so often.
_REPEATS = 0.25
#: Few texts do not tell how rare a word is: so many more are imagined without it. Numbers are rare everywhere.
_UNSEEN, _UNSEEN_NUMBER = 10, 200
#: Words come in phrases that many use, so a second one says little more.
_MOST_SHARED, _MOST_FACTOR, _MORE = 3, 60.0, 1.5
#: Words that are in everybody's mouth are told by how many texts hold them; these stay out however few texts there are.
_COMMON = frozenset(
    {
        *(
            "where",
            "which",
            "would",
            "could",
            "should",
            "there",
            "their",
            "about",
            "please",
            "order",
            "thank",
            "thanks",
            "hello",
            "can't",
            "don't",
            "what's",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Wording:
    """`factor` says how many times likelier the text is to go on than to begin, without what it repeats; `signs` name
    what spoke for going on. `rare` are its words that may be repeated."""

    factor: float = 1.0
    signs: tuple[str, ...] = ()
    rare: frozenset[str] = frozenset()
    begins: bool = False  #: it greets: who does that begins


UNKNOWN = Wording()


def read_wording(text: str | None) -> Wording:
    """`UNKNOWN` where there is no text."""
    if text is None or not (text := text[:_LOOKED_AT].strip()):
        return UNKNOWN
    words = _WORD.findall(text)
    rare = frozenset(word for one in words if _may_be_rare(word := one.lower()))
    if _GREETING.match(text) or _CJK_GREETING.match(text):
        return Wording(GREETS, (), rare, begins=True)
    signs: dict[str, float] = {}
    if words and all(word.isdigit() for word in words):
        signs["a bare number"] = BARE_NUMBER
    elif _THANKS.match(text):
        signs["it answers"] = THANKS
    elif _GOES_ON.match(text):
        signs["it goes on in mid-thought"] = GOES_ON
    if _POINTS_BACK.search(text):
        signs["it points back"] = POINTS_BACK
    factor = _length_factor(text, words)
    if not signs and factor > 2:
        signs["very short"] = 1.0
    for sign in signs.values():
        factor *= sign
    return Wording(min(factor, 60.0), tuple(signs), rare)


def _length_factor(text: str, words: list[str]) -> float:
    """Scripts without spaces say in a character what others say in a syllable or two."""
    size = len(words) if len(words) > 2 or text.isascii() else len(text) / 3
    return VERY_SHORT if size <= 3 else SHORT if size <= 6 else 1.0


def _may_be_rare(word: str) -> bool:
    if _has_digit(word):
        return len(word) >= 3
    return (len(word) >= 5 or not word.isascii()) and word not in _COMMON


@dataclass(slots=True)
class Frequencies:
    """In how many texts a word is, of all that are compared."""

    texts: int = 0
    holding: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, wordings: Iterable[Wording]) -> Frequencies:
        found = cls()
        for wording in wordings:
            found.texts += 1
            found.holding.update(wording.rare)
        return found

    def repeats(self, wording: Wording, earlier: Mapping[str, int]) -> tuple[float, tuple[str, ...]]:
        """How many times likelier the repeated words make it that a text goes on with earlier ones, of which so many
        hold each word, and the words. A word is the more telling the fewer other texts hold it."""
        if not wording.rare:
            return 1.0, ()
        factors = []
        for word in wording.rare:
            if here := earlier.get(word, 0):
                elsewhere = max(self.holding[word] - here - 1, 0)
                factor = (
                    _REPEATS * (self.texts + (_UNSEEN_NUMBER if _has_digit(word) else _UNSEEN)) / (elsewhere + 1) / 2
                )
                if factor > 1.5:
                    factors.append((factor, word))
        if not factors and earlier:
            return _fresh(wording), ()
        factors.sort(reverse=True)
        best = min(factors[0][0], _MOST_FACTOR) if factors else 1.0
        more = _MORE if len(factors) > 1 else 1.0
        return best * more, tuple(word for _, word in factors[:_MOST_SHARED])


def _fresh(wording: Wording) -> float:
    """New names and numbers, and nothing that leans on what was before: a new topic."""
    if wording.signs or not wording.rare:
        return 1.0
    return NEW_NUMBER if any(map(_has_digit, wording.rare)) else NEW_TOPIC


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)
