"""Masks that are on unless the setting switches them off: texts that are secrets by their form.

The forms are what the vendors' own documents show of their keys: a prefix that is theirs, an alphabet, a length. Where
a vendor states no length, the shortest one seen is taken with some room.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from inspector.decode.sight.mask_checks import assigned, json_values, with_digit
from inspector.decode.sight.mask_rule import Spans, TextRule, compiled, inside

#: The name of the rule that masks by key, at any depth: not one of texts.
SECRET_KEYS = "secret-key"  # noqa: S105  a name

#: Words of keys that look secret (`domain.secrets`), as a hint: more than those match it.
ANYWHERE = "password|passwd|pwd|passphrase|passcode|secret|credential|creds|authorization|cookie|apikey|jwt"
_OPENING = (
    "api|private|access|secret|signing|encryption|service|master|ssh|aes|account|auth|session|license|openai|"
    "anthropic|bearer|refresh|shared|subscription|storage"
)
AT_THE_END = f"token|auth|bearer|session|sessionid|otp|pass|(?:{_OPENING})[^A-Za-z]*(?:keys?|tokens)"

#: What a key begins behind: RE2 looks at no sign without taking it.
_BEFORE = r"(?:^|[^A-Za-z])"
_WORD = r"[A-Za-z0-9_-]"


@dataclass(frozen=True, slots=True)
class _Form:
    says: str
    shape: str
    spans: Spans = inside


_KEYS: dict[str, _Form] = {
    "anthropic-key": _Form("Anthropic: sk-ant-…", rf"sk-ant-{_WORD}{{16,}}"),
    "api-key": _Form("OpenAI, and others that begin with sk-", rf"sk-{_WORD}{{20,}}", with_digit),
    "aws-key": _Form("AWS: AKIA… and ASIA…", r"(?:AKIA|ASIA)[A-Z2-7]{16}"),
    "github-token": _Form(
        "GitHub: ghp_…, gho_…, ghu_…, ghs_…, ghr_…, github_pat_…",
        r"(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    ),
    "gitlab-token": _Form("GitLab: glpat-…", rf"glpat-{_WORD}{{20,}}", with_digit),
    "slack-token": _Form("Slack: xoxb-…, xoxp-…, xapp-…", r"(?:xox[abeoprs]|xapp)-[A-Za-z0-9.-]{10,}", with_digit),
    "slack-webhook": _Form(
        "Slack: the path of a webhook", r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,}"
    ),
    "google-key": _Form("Google: AIza… and ya29.…", rf"(?:AIza{_WORD}{{35}}|ya29\.{_WORD}{{20,}})"),
    "stripe-key": _Form(
        "Stripe: sk_live_…, sk_test_…, rk_live_…, whsec_…",
        r"(?:(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,})",
    ),
    "huggingface-token": _Form("Hugging Face: hf_…", r"hf_[A-Za-z0-9]{30,}"),
    "langsmith-key": _Form("LangSmith: lsv2_pt_…, lsv2_sk_…", r"lsv2_(?:pt|sk)_[A-Za-z0-9]{16,}(?:_[A-Za-z0-9]+)*"),
    "npm-token": _Form("npm: npm_…", r"npm_[A-Za-z0-9]{36,}"),
    "pypi-token": _Form("PyPI: pypi-…", rf"pypi-{_WORD}{{50,}}"),
    "groq-key": _Form("Groq: gsk_…", r"gsk_[A-Za-z0-9]{30,}"),
    "xai-key": _Form("xAI: xai-…", r"xai-[A-Za-z0-9]{40,}"),
    "sendgrid-key": _Form("SendGrid: SG. and two parts", rf"SG\.{_WORD}{{16,}}\.{_WORD}{{16,}}"),
    "tavily-key": _Form("Tavily: tvly-…", rf"tvly-{_WORD}{{20,}}", with_digit),
}
_JWT = r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){1,3}"
_JWT_HINT = r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10}"
#: A marked secret has a space in it, and a word of prose no digit.
_BEARER = r"(?i)(?:bearer|basic)\s+(?P<mask>[A-Za-z0-9._~+/-]{12,}=*)"
_PEM = r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)"
_URL = r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@\"'<>]*:(?P<mask>[^\s/\"'<>]+)@"
_NAME = r"(?P<name>[A-Za-z][A-Za-z0-9_.-]*)"
_ASSIGNED = _BEFORE + _NAME + r"""\s?[=:]\s?(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s"',;&]{6,}))"""
_ASSIGNED_HINT = rf"""(?i:{ANYWHERE}|{AT_THE_END})[A-Za-z0-9_.-]*\s?[=:]\s?[^\s]"""
_JSON_HINT = rf"""["'][^"'\\\n:]*(?i:(?:{ANYWHERE})[^"'\\\n:]*|(?:{AT_THE_END})[^A-Za-z0-9"'\\\n:]*)\\*["']\s*:"""
_JSON = (
    r"""["'](?P<name>[^"'\\\n:]{1,80})\\*["']\s*:\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"""
    r"""|\\+"(?P<escaped>(?:[^"\\]|\\{2,}"?|\\[^"\\])*)"""
    r"""|'(?P<single>(?:[^'\\]|\\.)*)"""
    r"""|(?P<number>-?[0-9]{3,}[0-9.eE+-]*)|(?P<open>[\[{]))"""
)


#: By name, what each masks, in the order in which they look.
BUILT_IN: dict[str, str] = {
    "private-key": "private keys in PEM form: -----BEGIN … PRIVATE KEY-----",
    "url-password": "passwords in URLs: scheme://user:PASSWORD@host",
    **{name: form.says for name, form in _KEYS.items()},
    "jwt": "JSON Web Tokens: eyJ….….…",
    "bearer": "credentials of a header: Bearer … and Basic …",
    "json-secret": "values of keys that look secret, in texts that hold JSON or a printed mapping",
    "assigned-secret": "values of names that look secret: API_KEY=…, password: …",
    SECRET_KEYS: "values of keys that look secret (password, api_key, access_token …), at any depth",
}


@cache
def built_in(name: str) -> TextRule:
    """The rule of texts of this name, one of `BUILT_IN`."""
    if name in _KEYS:
        form = _KEYS[name]
        return TextRule(name, compiled(f"{_BEFORE}(?P<mask>{form.shape})"), form.shape, form.spans)
    match name:
        case "private-key":
            return TextRule(name, compiled(_PEM), r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY")
        case "url-password":
            return TextRule(name, compiled(_URL), r"://[^\s/:@\"'<>]*:[^\s/\"'<>]+@", inside)
        case "jwt":
            return TextRule(name, compiled(_BEFORE + f"(?P<mask>{_JWT})"), _JWT_HINT, inside)
        case "bearer":
            return TextRule(name, compiled(_BEARER), r"(?i:bearer|basic)\s+[A-Za-z0-9._~+/-]{12}", with_digit)
        case "json-secret":
            return TextRule(name, compiled(_JSON), _JSON_HINT, json_values)
        case "assigned-secret":
            return TextRule(name, compiled(_ASSIGNED), _ASSIGNED_HINT, assigned)
    raise KeyError(name)
