"""`/thread/channel/`: one channel along a branch, as a list of its changes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from inspector.domain.channels import is_internal
from inspector.errors import BadRequest, NotFound
from inspector.reader.branch import Branch
from inspector.reader.channel_steps import ChannelWalk, version_at, walk_channel
from inspector.views.bar import make_bar
from inspector.views.change_items import change_item
from inspector.views.contexts.follow import ChannelPage, ChannelStepItem
from inspector.views.followed import branches_off, find_branch, step_items
from inspector.views.opened import OpenThread, open_thread
from inspector.views.page import page_view, show
from inspector.views.parameters import read_choice, read_optional, read_text

#: Changes on one page.
CHANGES = 25


@page_view
def show_channel(request: HttpRequest) -> HttpResponse:
    opened = open_thread(request)
    channel = read_text(request, "channel")
    if not channel:
        raise BadRequest("The address names no channel.", "Open one from a step's changes, or add &channel=messages.")
    branch = find_branch(request, opened)
    sort, behind = _place(request, branch)
    reader = opened.reader
    walk = walk_channel(
        reader.store, reader.sight, branch, channel, behind=behind, upwards=sort == "oldest", most=CHANGES
    )
    if not walk.steps and not behind and not walk.cut and not walk.next:
        own = ", ".join(sorted(name for name in walk.names if not is_internal(name))[:20])
        raise NotFound("No step of this branch wrote a channel of this name.", f"It has {own}." if own else "")
    page = ChannelPage(
        store=opened.entry.name,
        thread=opened.thread,
        checkpoint_ns=opened.checkpoint_ns,
        channel=channel,
        end=branch.line[0],
        sort=sort,
        steps=_items(opened, branch, channel, walk),
        next=walk.next,
        cut=walk.cut,
        skipped=walk.skipped,
        branches=branches_off(branch, walk.passed),
        length=len(branch.line),
        whole=branch.whole,
        bar=make_bar(request, "threads", opened.entry),
        channels=tuple(sorted(name for name in walk.names if not is_internal(name) and name != channel)),
        end_step=branch.steps[branch.line[0]],
        first_page=not behind,
    )
    return show(request, "channel", page)


def _place(request: HttpRequest, branch: Branch) -> tuple[str, str]:
    """The order, and the checkpoint that the page goes on behind."""
    sort = read_choice(request, "sort", ("newest", "oldest"), "newest")
    given = {name: read_optional(request, name) or "" for name in ("before", "after")}
    used, other = ("before", "after") if sort == "newest" else ("after", "before")
    if given[other]:
        raise BadRequest(f"`{other}` does not go with this order.", f"Continue it with `{used}`.")
    if given[used] and given[used] not in branch.line:
        raise NotFound(f"`{used}` names no checkpoint of this branch.", f"Leave `{used}` out to begin anew.")
    return sort, given[used]


def _items(opened: OpenThread, branch: Branch, channel: str, walk: ChannelWalk) -> tuple[ChannelStepItem, ...]:
    rows = (row for step in walk.steps for row in (step.row, step.parent) if row is not None)
    steps = step_items(opened, rows)
    return tuple(
        ChannelStepItem(
            step=steps[step.row.checkpoint_id],
            version=version_at(step.row, channel),
            size_bytes=step.after.size_bytes if step.after is not None else 0,
            skipped=step.skipped,
            branches=branches_off(branch, step.passed),
            change=change_item(channel, step.before, step.after),
        )
        for step in walk.steps
    )
