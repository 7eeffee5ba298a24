"""What a pattern alone cannot tell: whether digits add up, whether an address is one, where a JSON value ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from inspector.decode.sight.mask_rule import Span
from inspector.decode.sight.regex import Match
from inspector.domain.secrets import looks_secret

#: Digits of a card's number: ISO/IEC 7812 allows up to 19, and the shortest in use have 13.
_CARD = (13, 19)
#: An IBAN's length, by ISO 13616.
_IBAN = (15, 34)
_GROUP = re.compile(r"[0-9]+")
_BARE = re.compile(r"[\s\"'(\[{]")


def with_digit(match: Match) -> Iterable[Span]:
    """Made at random, a key has a digit in it; a compound of words has none."""
    start, end = match.span("mask")
    return ((start, end),) if any(char.isdigit() for char in match.string[start:end]) else ()


def cards(match: Match) -> Iterator[Span]:
    """What of a run of digits has a card's length and its check digit (Luhn, ISO/IEC 7812-1): one group, or several
    that begin with four digits, as cards are printed."""
    text, (start, end) = match.string, match.span()
    groups = [found.span() for found in _GROUP.finditer(text, start, end)]
    first = 0
    while first < len(groups):
        last = _card(text, groups, first)
        if last is None:
            first += 1
            continue
        yield groups[first][0], groups[last][1]
        first = last + 1


def _card(text: str, groups: list[Span], first: int) -> int | None:
    """The last group of the longest card that begins with this group."""
    begin, end = groups[first]
    if text[begin] not in "23456" or end - begin > _CARD[1]:
        return None
    if end - begin != 4:
        return first if end - begin >= _CARD[0] and _adds_up(text[begin:end]) else None
    digits, found = text[begin:end], None
    for place in range(first + 1, min(first + 5, len(groups))):
        begin, end = groups[place]
        if end - begin > 7:
            break
        digits += text[begin:end]
        if _CARD[0] <= len(digits) <= _CARD[1] and _adds_up(digits):
            found = place
    return found


def _adds_up(digits: str) -> bool:
    numbers = [int(digit) for digit in reversed(digits)]
    return (sum(numbers[::2]) + sum(sum(divmod(2 * number, 10)) for number in numbers[1::2])) % 10 == 0


def ibans(match: Match) -> Iterable[Span]:
    """The longest beginning of the match that has an IBAN's check digits (ISO 7064, mod 97-10)."""
    text, (start, end) = match.string, match.span()
    while end - start >= _IBAN[0]:
        letters = text[start:end].replace(" ", "")
        if not text[end - 1].isspace() and _IBAN[0] <= len(letters) <= _IBAN[1]:
            turned = letters[4:] + letters[:4]
            if int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1:
                return ((start, end),)
        end -= 1
    return ()


def addresses(match: Match) -> Iterable[Span]:
    """What is an IP address, and not a time or a version, nor the `::` of a program."""
    start, end = match.span("mask")
    text = match.string[start:end]
    if ":" in text and len(list(filter(None, text.split(":")))) < 2:
        return ()
    try:
        ip_address(text)
    except ValueError:
        return ()
    return ((start, end),)


def assigned(match: Match) -> Iterable[Span]:
    """The value of a name that looks secret, as in `API_KEY=…`. Without quotes only what can have been made up as one:
    programs have much that is called a token."""
    if not looks_secret(match.group("name")):
        return ()
    for quoted in ("double", "single"):
        if match.span(quoted)[0] >= 0:
            return (match.span(quoted),) if match.group(quoted) else ()
    start, end = match.span("bare")
    value = match.string[start:end]
    is_made_up = any(char.isdigit() for char in value) and not _BARE.search(value)
    return ((start, end),) if is_made_up else ()


def json_values(match: Match) -> Iterable[Span]:
    """The value of a key that looks secret in a text that holds JSON, or what Python prints of a mapping."""
    if not looks_secret(match.group("name").strip()):
        return ()
    for name in ("double", "escaped", "single", "number"):
        if match.span(name)[0] >= 0:
            return (match.span(name),) if match.group(name) else ()
    return ((match.span("open")[0], _closing(match.string, match.span("open")[0])),)


def _closing(text: str, start: int) -> int:
    """Where what opens here is closed, or the end of the text."""
    depth, quote = 0, ""
    place = start
    while place < len(text):
        sign = text[place]
        if quote:
            if sign == "\\" and quote == '"' and text[place + 1 : place + 2] != '"':
                place += 1
            elif sign == quote:
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
            if not depth:
                return place + 1
        place += 1
    return place
