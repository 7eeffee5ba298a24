"""What the page of mutes shows: those in force, past ones, what the settings say, and what may be muted."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from inspector.decode import Sight
from inspector.index.covered import Cover
from inspector.index.marking import is_marked
from inspector.index.mutes import active_mutes
from inspector.index.queries import Moment
from inspector.models import Mute, StoreEntry
from inspector.tags.words import percent
from inspector.views.bar import index_state, make_bar, reader_of
from inspector.views.contexts import MuteForm, MuteItem, MutePreview, MutesPage, PastMute, RuleMute
from inspector.views.mute_form import NAMES, without_owners
from inspector.views.suggestions import suggest

PAST = 50
#: From this share on, a mute leaves next to nothing that people are told of.
_NEARLY_ALL = 0.9


def mutes_page(request: HttpRequest, entry: StoreEntry, moment: Moment, form: MuteForm) -> MutesPage:
    cover, sight = Cover(entry), reader_of(request).sight
    form = without_owners(form) if sight.shape else form
    mutes = list(active_mutes(entry, moment.now).order_by("-made_at", "-pk")) if entry.pk else []
    items = tuple(_item(mute, cover, sight) for mute in mutes)
    past = _past(entry, moment.now, sight) if entry.pk else ()
    suggestions = suggest(entry, moment, mutes) if entry.pk else ()
    what = next((choice.value for choice in form.whats if choice.current), "id")
    return MutesPage(
        store=entry.name,
        mutes=items,
        past=past,
        settings=tuple(RuleMute(mute.rule, mute.what, mute.pattern) for mute in settings.INSPECTOR.muted),
        suggestions=suggestions,
        preview=_preview(what, form.pattern, cover) if form.pattern else None,
        index=index_state(entry),
        marking=bool(entry.pk) and not is_marked(entry, moment.now),
        bar=make_bar(request, "orphans", entry),
        form=form,
        done=next((item for item in items if str(item.id) == request.GET.get("made")), None),
        undone=next((mute for mute in past if mute.undone_at and str(mute.id) == request.GET.get("undone")), None),
        rather_not=tuple(one for one in suggestions if one.verdict == "lost"),
        to_mute=tuple(one for one in suggestions if one.verdict != "lost"),
    )


def _item(mute: Mute, cover: Cover, sight: Sight) -> MuteItem:
    covered = cover.of(mute.what, mute.pattern)
    return MuteItem(
        mute.pk,
        mute.what,
        _pattern(mute, sight),
        mute.reason,
        mute.made_at,
        mute.ends_at,
        covered.threads,
        covered.bound,
        NAMES[mute.what],
    )


def _pattern(mute: Mute, sight: Sight) -> str:
    return sight.see_owner(mute.pattern) if mute.what == "owner" else mute.pattern


def _past(entry: StoreEntry, now: datetime, sight: Sight) -> tuple[PastMute, ...]:
    """The last ended first. One that was undone ended then."""
    over = Mute.objects.filter(store=entry).exclude(pk__in=active_mutes(entry, now).values("pk"))
    ended = over.annotate(ended_at=Coalesce(F("undone_at"), F("ends_at"))).order_by("-ended_at", "-pk")[:PAST]
    return tuple(
        PastMute(
            mute.pk,
            mute.what,
            _pattern(mute, sight),
            mute.reason,
            mute.made_at,
            mute.ended_at,
            mute.undone_at,
            NAMES[mute.what],
        )
        for mute in ended
    )


def _preview(what: str, pattern: str, cover: Cover) -> MutePreview:
    covered = cover.of(what, pattern)
    share = cover.share(what, covered)
    warning = ""
    if share is not None and share >= _NEARLY_ALL and covered.threads > 1:
        kind = "newest " if what in ("id", "owner") and covered.bound else ""
        warning = f"This mutes {percent(share)} of all {kind}one-turn threads: next to nothing is left to be told of."
    return MutePreview(what, pattern, covered.threads, covered.bound, share, covered.examples, warning)
