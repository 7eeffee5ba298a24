"""`/masks/`: the rules by which values are masked, and the address that tries one on a text.

What is tried is neither stored nor logged.
"""

from __future__ import annotations

import json
import os

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from inspector.decode import Sight, see_json
from inspector.decode.sight import Masks
from inspector.decode.sight.mask_lines import LONGEST, Rules, read_rules
from inspector.domain.value import to_json
from inspector.errors import BadRequest, NotAllowed
from inspector.views.actions import Form, action_view
from inspector.views.bar import make_bar, signed_in
from inspector.views.contexts.masks import MaskedPart, MaskForm, MaskRule, MasksPage, MaskTrial
from inspector.views.page import page_view, show, wants_json

#: Characters of a text that is tried.
TEXT = 40_000


@page_view
def list_masks(request: HttpRequest) -> HttpResponse:
    return show(request, "masks", _page(request, MaskForm(), None))


@action_view
def try_masks(request: HttpRequest) -> HttpResponse:
    """The text that was sent, masked by the rules in force and by the one to try."""
    form = Form(request.POST)
    text = form.text("text", what="The text", least=1, most=TEXT)
    rule = form.text("rule", what="The rule", most=LONGEST)
    if rule and form.is_right:
        _check(form, rule)
    trial = _try(text, rule) if form.is_right else None
    page = _page(request, MaskForm(form.typed["text"], form.typed["rule"], form.errors), trial)
    if wants_json(request) and not form.is_right:
        raise BadRequest(" ".join(form.errors.values()), "Nothing was tried.")
    return show(request, "masks", page, status=200 if form.is_right else 422)


def _check(form: Form, rule: str) -> None:
    if "\n" in rule:
        form.refuse("rule", "One rule at a time: this has several lines.")
        return
    try:
        read_rules(f"{_configured()}\n{rule}")  # as it is tried: so many lines may be all that are taken
    except ValueError as error:
        form.refuse("rule", f"This rule cannot be used: {str(error).partition(': ')[2]}.")


def _configured() -> str:
    return settings.INSPECTOR.masks.reveal() if settings.INSPECTOR.masks else ""


def _page(request: HttpRequest, form: MaskForm, trial: MaskTrial | None) -> MasksPage:
    if not signed_in(request).sees_content:
        raise NotAllowed("Your role does not see values, masked or not.", "The rules are for those who see content.")
    found: Rules = read_rules(_configured())
    rules = tuple(MaskRule(line.name, line.kind, line.says, line.number) for line in found.lines)
    return MasksPage(
        rules=rules,
        off=tuple(sorted(found.off)),
        trial=trial,
        bar=make_bar(request, "masks"),
        form=form,
        built_in=tuple(rule for rule in rules if not rule.line),
        configured=tuple(rule for rule in rules if rule.line),
    )


def _try(text: str, rule: str) -> MaskTrial:
    """The tags of the marks are of this try alone: nobody can find out a masked text by trying what it may be."""
    masks = Masks.of(f"{_configured()}\n{rule}", os.urandom(32))
    read_as, seen = _seen(text, masks)
    parts = tuple(MaskedPart(part.text, part.label) for part in masks.marked(seen))
    labels = [part.label for part in parts if part.label]
    return MaskTrial(read_as, parts, tuple(dict.fromkeys(labels)), len(labels))


def _seen(text: str, masks: Masks) -> tuple[str, str]:
    """JSON is masked as a value: an object as a state, each of its keys a channel."""
    if text[:1] not in ("{", "["):
        return "text", masks.mask_text(text)
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return "text", masks.mask_text(text)
    sight = Sight(masks=masks)
    is_state = isinstance(parsed, dict)
    seen = {name: _value(one, sight.of(name)) for name, one in parsed.items()} if is_state else _value(parsed, sight)
    return "json", json.dumps(seen, indent=2, ensure_ascii=False)


def _value(parsed: object, sight: Sight) -> object:
    value = see_json(parsed, sight=sight).value
    return to_json(value)  # type: ignore[arg-type]  # JSON holds no channel that is absent
