"""`/doctor/rules/SLUG/`: what a rule finds, why it matters and how to mend it, without a way out to the internet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from inspector.doctor.rules import rules
from inspector.errors import NotFound
from inspector.views.bar import make_bar
from inspector.views.contexts import RulePage
from inspector.views.page import page_view, show
from inspector.views.rule_pages import read_rule_page, render_rule_page, title_of_page


@page_view
def show_rule(request: HttpRequest, slug: str) -> HttpResponse:
    known = rules()
    if slug not in known:
        raise NotFound("There is no such rule.", f"These are the rules: {', '.join(f'`{one}`' for one in known)}.")
    text = read_rule_page(slug)
    if text is None:
        raise NotFound(f"The rule `{slug}` has no page yet.", "The diagnosis tells what it finds, and the fix.")
    title = title_of_page(text) or known[slug].problem
    return show(request, "rule", RulePage(slug, title, text, render_rule_page(text), make_bar(request, "doctor")))
