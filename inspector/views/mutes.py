"""`/orphans/mutes/`: what people want no word of, and why; and the two addresses that take it from them."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from inspector.errors import BadRequest
from inspector.index.marking import mark
from inspector.index.mutes import active_mutes
from inspector.index.seen import check_owner
from inspector.models import Mute, StoreEntry
from inspector.models.database import atomic
from inspector.views.actions import Form, action_view, go_on
from inspector.views.bar import entry_of, moment, reader_of
from inspector.views.mute_form import PATTERN, WHATS, blank, filled, read_end, read_pattern
from inspector.views.mute_page import mutes_page
from inspector.views.page import page_view, show, wants_json
from inspector.views.parameters import read_choice, read_text

#: Mutes of one store that are in force at once: each is compared with each thread that is written.
MOST = 200
REASON = (3, 500)  #: characters, at least and at most
#: Seconds that who changed the mutes waits until lists go by them. Where that is not enough, the background goes on.
_PATIENCE = 0.5


@page_view
def list_mutes(request: HttpRequest) -> HttpResponse:
    entry = entry_of(reader_of(request))
    at = moment()
    what = read_choice(request, "what", tuple(WHATS), "id")
    pattern = read_text(request, "pattern")[:PATTERN]
    return show(request, "mutes", mutes_page(request, entry, at, blank(what, pattern, at.now)))


@action_view
def add_mute(request: HttpRequest) -> HttpResponse:
    """A mute, or with `do=preview` what it would cover."""
    reader = reader_of(request)
    entry = entry_of(reader)
    at = moment()
    form = Form(request.POST)
    check_owner(request.POST.get("pattern") if request.POST.get("what") == "owner" else None, reader.sight)
    if request.POST.get("do") == "preview":
        read_pattern(form)
        form.text("reason", what="The reason", most=REASON[1])
        read_end(form, at.now, asked=False)
    elif (made := _make(form, entry, at.now)) is not None:
        mark(entry.name, _PATIENCE)
        return _back(request, made=made.pk)
    if wants_json(request) and not form.is_right:
        raise BadRequest(" ".join(form.errors.values()), "Nothing was muted.")
    page = mutes_page(request, entry, at, filled(form, at.now))
    return show(request, "mutes", page, status=200 if form.is_right else 422)


def _make(form: Form, entry: StoreEntry, now: datetime) -> Mute | None:
    """None where something is wrong with the form, which then says what. Of two that come at once, as by a click too
    many, the second one is refused."""
    what, pattern = read_pattern(form)
    reason = form.text("reason", what="The reason", least=REASON[0], most=REASON[1])
    ends_at = read_end(form, now)
    if not form.is_right:
        return None
    with atomic():
        StoreEntry.objects.select_for_update().filter(pk=entry.pk).first()
        if why := _refusal(entry, now, what, pattern):
            form.refuse("pattern", why)
            return None
        told = {"what": what, "pattern": pattern, "reason": reason}
        return Mute.objects.create(store=entry, made_at=now, ends_at=ends_at, **told)


@action_view
def undo_mute(request: HttpRequest) -> HttpResponse:
    """One that is over or undone already stays as it is."""
    entry = entry_of(reader_of(request))
    number = request.POST.get("mute", "")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise BadRequest("No mute was named.", "Nothing was changed. Undo it on the page Mutes.")
    now = moment().now
    if not Mute.objects.filter(store=entry, pk=int(number)).exists():
        raise BadRequest("There is no such mute in this store.", "Nothing was changed. The page Mutes lists them.")
    active_mutes(entry, now).filter(pk=int(number)).update(undone_at=now)
    mark(entry.name, _PATIENCE)
    return _back(request, undone=int(number))


def _refusal(entry: StoreEntry, now: datetime, what: str, pattern: str) -> str:
    """Why a mute that is right as such is not made; "" where it is."""
    if not entry.pk:
        return "This store has not been read yet. Mute its threads once it has been."
    mutes = active_mutes(entry, now)
    if mutes.count() >= MOST:
        return f"{MOST} mutes are in force, and more are not taken. Undo some, or use a wider pattern."
    if mutes.filter(what=what, pattern=pattern).exists():
        return "This is muted already: see the list below."
    return ""


def _back(request: HttpRequest, **told: int) -> HttpResponse:
    form = "json" if wants_json(request) else ""
    return go_on("mutes", store=request.GET.get("store", ""), format=form, **told)
