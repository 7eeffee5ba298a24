"""What is masked of texts and values, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode import Sight, see_value
from inspector.decode.sight import Masks

SALT = b"a salt of tests " * 2
BUILT_IN = Masks.of("", SALT)
LONG = "abcDEF0123456789abcDEF0123456789abcDEF0123456789"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"
#: What each built-in mask finds, and the secret in it.
FOUND = {
    "private-key": (f"key: {PEM} and more", PEM),
    "url-password": ("postgresql://app:hunter2@db.example:5432/app", "hunter2"),
    "anthropic-key": (f"sk-ant-api03-{LONG}", f"sk-ant-api03-{LONG}"),
    "api-key": (f"use sk-proj-{LONG}.", f"sk-proj-{LONG}"),
    "aws-key": ("id AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    "github-token": (f"ghp_{LONG}", f"ghp_{LONG}"),
    "gitlab-token": ("glpat-a1b2c3d4e5f6g7h8i9j0", "glpat-a1b2c3d4e5f6g7h8i9j0"),
    "slack-token": ("xoxb-123456789012-abcdef", "xoxb-123456789012-abcdef"),
    "slack-webhook": ("https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXX", "T00000000/B00000000/XXXXXXXX"),
    "google-key": (f"AIza{LONG[:35]}", f"AIza{LONG[:35]}"),
    "stripe-key": ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
    "huggingface-token": (f"hf_{LONG[:34]}", f"hf_{LONG[:34]}"),
    "langsmith-key": ("lsv2_pt_0123456789abcdef0123456789abcdef_0123456789", "0123456789abcdef0123456789abcdef"),
    "npm-token": (f"npm_{LONG[:36]}", f"npm_{LONG[:36]}"),
    "pypi-token": (f"pypi-AgEIcHlwaS5vcmc{LONG}", LONG),
    "groq-key": (f"gsk_{LONG}", f"gsk_{LONG}"),
    "xai-key": (f"xai-{LONG}", f"xai-{LONG}"),
    "sendgrid-key": (f"SG.{LONG[:22]}.{LONG}", LONG),
    "tavily-key": ("tvly-dev-a1b2c3d4e5f6g7h8", "tvly-dev-a1b2c3d4e5f6g7h8"),
    "jwt": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_1", "eyJzdWIiOiIxMjM0In0"),
    "bearer": ("Authorization: Bearer 0123456789abcdef", "0123456789abcdef"),
    "json-secret": ('{"password": "hunter2", "n": 1}', "hunter2"),
    "assigned-secret": ("export DB_PASSWORD='hunter two'", "hunter two"),
}
#: Those of which a part is the secret, and what is around it stays.
KEPT = {"private-key", "url-password", "api-key", "bearer", "json-secret", "assigned-secret"}
#: What looks like one and is none.
NEAR = [
    "sk-learn-is-a-library-for-machine-learning",
    "task-force-of-many-people-and-1-dog",
    "AKIATOOSHORT",
    "ghp_short",
    "http://localhost:8080/users/@me",
    "https://example.com/a?mail=ada@example.com",
    "Bearer authentication is used here",
    "eyJ is how they begin",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    '{"max_tokens": 512, "total_tokens": 900, "session_id": "s-1"}',
    "the password is not told here",
    "session = requests.Session()",
    "token: str = None",
    "hf_model",
    "pypi-publish",
]


@pytest.mark.parametrize("name", FOUND)
def test_a_built_in_mask_hides_the_secret_and_keeps_the_rest(name: str) -> None:
    text, secret = FOUND[name]
    seen = BUILT_IN.mask_text(text)
    assert secret not in seen
    assert f"[masked {name} ~" in seen
    before, _, after = text.partition(secret)
    assert seen.startswith(before.partition("[")[0][:3] if name in KEPT else "")
    assert not after or name not in KEPT or seen.endswith(after)
    assert BUILT_IN.mask_text(seen) == seen


@pytest.mark.parametrize("before", ["key_", "2", "(", "a: "])
@pytest.mark.parametrize("name", [name for name, (text, secret) in FOUND.items() if text == secret])
def test_a_key_is_found_behind_whatever_is_no_letter(name: str, before: str) -> None:
    text = FOUND[name][0]
    assert text not in BUILT_IN.mask_text(before + text)
    assert BUILT_IN.mask_text(before + text).startswith(f"{before}[masked {name} ~")


@pytest.mark.parametrize("name", FOUND)
def test_each_can_be_switched_off(name: str) -> None:
    assert f"[masked {name} " not in Masks.of(f"-{name}", SALT).mask_text(FOUND[name][0])


@pytest.mark.parametrize("text", NEAR)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert BUILT_IN.mask_text(text) is text


def test_json_in_a_text_is_masked_at_any_depth_of_escaping() -> None:
    assert "hunter" not in BUILT_IN.mask_text(r"{\"api_key\": \"hunter\", \"q\": 1}")
    assert "hunter" not in BUILT_IN.mask_text(r'{"api_key": "a\"hunter", "q": 1}')
    assert "hunter" not in BUILT_IN.mask_text("{'password': 'hunter'}")
    nested = BUILT_IN.mask_text('{"credentials": {"a": ["}", "hunter"]}, "user": "ada"}')
    assert "hunter" not in nested
    assert '"user": "ada"' in nested


PRESETS = {
    "email": ("write to ada.lovelace+1@example.co.uk!", "ada.lovelace+1@example.co.uk"),
    "card": ("paid with 4111 1111 1111 1111 today", "4111 1111 1111 1111"),
    "phone": ("call +49 30 1234567 now", "+49 30 1234567"),
    "iban": ("to DE89 3704 0044 0532 0130 00 please", "DE89 3704 0044 0532 0130 00"),
    "ip": ("from 10.1.2.3 and", "10.1.2.3"),
}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_off_until_the_setting_names_it(name: str) -> None:
    text, found = PRESETS[name]
    assert BUILT_IN.mask_text(text) is text
    before, after = text.split(found)
    seen = Masks.of(name, SALT).mask_text(text)
    assert seen.startswith(f"{before}[masked {name} ~")
    assert seen.endswith(f"]{after}")
    assert "[masked who ~" in Masks.of(f"who={name}", SALT).mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "12345678901234567890123",
        "1.2.3",
        "12:30:45",
        "GB00 WEST 1234 5698 7654 32",
        "a@b",
        "a ::b and :: and std::vector",
        "2026-11-23",
    ],
)
def test_what_does_not_add_up_is_none(text: str) -> None:
    assert Masks.of("email\ncard\nphone\niban\nip", SALT).mask_text(text) is text


def test_a_card_behind_other_digits_is_found() -> None:
    assert Masks.of("card", SALT).mask_text("1234 4111 1111 1111 1111").startswith("1234 [masked card ~")


def test_an_own_pattern_masks_what_matches_or_its_group() -> None:
    assert Masks.of("pattern:ORD-[0-9]+", SALT).mask_text("see ORD-77!").startswith("see [masked pattern-1 ~")
    seen = Masks.of("ORDER=pattern:order no (?P<mask>[0-9]+)", SALT).mask_text("order no 77!")
    assert seen.startswith("order no [masked ORDER ~")
    assert seen.endswith("]!")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("emails", "neither a preset"),
        ("pattern:(", "missing"),
        ("pattern:a*", "nothing in it"),
        ("pattern:(?=a)", "line 2: "),
        ("pattern:", "nothing follows"),
        ("path:messages//x", "empty"),
        ("-no-such", "no built-in mask"),
        ("what:x", "begins with pattern:"),
        ("path:" + "a/" * 30, "at most 20 parts"),
        ("pattern:" + "x" * 3_000, "characters are taken"),
    ],
)
def test_a_wrong_rule_is_told_with_its_line_and_without_its_text(line: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^line 2: ") as caught:
        Masks.of(f"# a comment\n{line}\nemail", SALT)
    assert words in str(caught.value)
    assert "(?=a)" not in str(caught.value)


def test_equal_secrets_have_equal_marks_and_others_do_not() -> None:
    first, second = (BUILT_IN.mask_text(f"redis://:{word}@host") for word in ("one", "two"))
    assert first != second
    assert BUILT_IN.mask_text("x redis://:one@host") == f"x {first}"
    assert Masks.of("", b"another salt").mask_text("redis://:one@host") != first


TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [text for text, _ in (*FOUND.values(), *PRESETS.values())]
            + NEAR
            + ["[masked email ~123abc]", "\ufdd0", '"', " "]
        ),
        st.text(max_size=20),
    ),
    max_size=6,
).map("".join)
EVERYTHING = Masks.of("email\ncard\nphone\niban\nip\npattern:[a-c]{3}\npattern:^x", SALT)


@given(TEXTS)
def test_to_mask_twice_is_to_mask_once(text: str) -> None:
    for masks in (BUILT_IN, EVERYTHING):
        seen = masks.mask_text(text)
        assert masks.mask_text(seen) == seen


TREES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(TEXTS, st.text()), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(TREES)
def test_the_bytes_never_rule_out_what_a_walk_would_mask(value: Any) -> None:
    """The short way and the long one come to the same."""
    for masks in (BUILT_IN, EVERYTHING):
        sight = Sight(masks=masks)
        tag, blob = JsonPlusSerializer().dumps_typed(value)
        short = see_value(tag, blob, sight=sight).value
        assert short == masks.see(see_value(tag, blob, sight=Sight()).value)
        again = masks.see(short)
        assert again == short


@given(TREES)
def test_what_holds_nothing_is_the_same_object(value: Any) -> None:
    seen = BUILT_IN.see(value)
    assert seen is value or seen != value


@pytest.mark.parametrize(
    "text",
    [
        "a" * 5_000_000,
        "4 " * 500_000,
        '"password": [' * 50_000,
        "://a:b" * 200_000,
        "sk-" * 500_000,
        "=" * 1_000_000,
        "[masked " * 200_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_texts_come_to_an_end(text: str) -> None:
    EVERYTHING.mask_text(text)
