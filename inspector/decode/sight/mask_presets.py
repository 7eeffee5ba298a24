"""Masks that a line of the setting switches on by their name: what tells who a person is."""

from __future__ import annotations

from inspector.decode.sight.mask_checks import addresses, cards, ibans
from inspector.decode.sight.mask_rule import TextRule, compiled

_EMAIL = r"[\pL\pN_.%+'-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+"
_CARD = r"[0-9]{4,}(?:[ -][0-9]+){2,}|[0-9]{13,}"
#: With the country's code, by ITU-T E.123; and as North America writes them.
_PHONE = (
    r"(?:\+|\b00)[1-9](?:[ ./-]?\(?[0-9]\)?){6,13}"
    r"|(?:\([0-9]{3}\) ?|\b[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}\b"
)
_PHONE_HINT = r"(?:\+|00)[1-9](?:[ ./-]?\(?[0-9]\)?){6}|[0-9]{3}[) .-]{1,2}[0-9]{3}[ .-][0-9]{4}"
_IBAN = r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}"
_IP = (
    r"(?:^|[^0-9A-Za-z.:])(?P<mask>[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
    r"|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{0,40}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3})?)"
)
_IP_HINT = r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}"


def preset(name: str, label: str = "") -> TextRule | None:
    """The rule of this name, None where there is none."""
    label = label or name
    match name:
        case "email":
            return TextRule(label, compiled(_EMAIL), r"@[\pL\pN-]+\.[\pL\pN-]")
        case "card":
            return TextRule(label, compiled(_CARD), r"[0-9]{13}|[0-9]{4}[ -][0-9]", cards, digits=13)
        case "phone":
            return TextRule(label, compiled(_PHONE), _PHONE_HINT, is_last=True)
        case "iban":
            return TextRule(label, compiled(_IBAN), r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11}", ibans)
        case "ip":
            return TextRule(label, compiled(_IP), _IP_HINT, addresses)
    return None


PRESETS = {
    "email": "email addresses",
    "card": "numbers of payment cards (13 to 19 digits that pass Luhn's check)",
    "phone": "telephone numbers with their country's code, or as North America writes them",
    "iban": "bank accounts (IBAN, by its check digits)",
    "ip": "IP addresses, version 4 and 6",
}
