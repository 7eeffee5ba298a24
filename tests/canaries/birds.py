"""What a canary looks like, and how it is found again: as it is, and in the forms that programs put texts into."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

#: The beginning of each of them. No word of the dashboard or of LangGraph holds it.
CANARY = "kanarienvogel"
_NAMED = re.compile(rf"{CANARY}-[a-z0-9-]*", re.IGNORECASE)


def bird(name: str) -> str:
    """The canary of one kind of value."""
    return f"{CANARY}-{name}"


def leaks(text: str) -> list[str]:
    """The canaries in an answer, each once: also those in base64, in hexadecimal or reversed, which stand by their
    form."""
    found = dict.fromkeys(_NAMED.findall(text))
    found |= dict.fromkeys(form for form in _FORMS if form in text)
    return list(found)


def _base64_forms() -> list[str]:
    """Where a text begins in base64 depends on what stands before it: without the characters that it shares."""
    forms = []
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + CANARY.encode()).decode().rstrip("=")
        forms.append(encoded[before + 1 if before else 0 : -1])
    return forms


_FORMS = (*_base64_forms(), CANARY.encode().hex(), CANARY[::-1], quote(CANARY.encode("utf-16-le")))
