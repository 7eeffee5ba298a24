"""`/thread/image/`: one picture out of a channel, for who asked to see it.

Its media type is told by its first bytes, never by what the data says of itself; nothing but PNG, JPEG, GIF and WebP is
sent, since an SVG is a program. The answer may do nothing in a browser but be seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse

from inspector.decode import Budget
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.media import MOST_IMAGE_BYTES, SAFE_IMAGES, fingerprint, kind_of, whole_image
from inspector.domain.value import Absent, Binary, CutText, Pairs, Tagged, Value
from inspector.errors import NotAllowed, NotFound
from inspector.reader import Reader
from inspector.views.bar import reader_of
from inspector.views.page import page_view
from inspector.views.parameters import read_text

#: A picture whole, as bytes or in base64, which takes four characters for three bytes.
_BUDGET = Budget(max_text=MOST_IMAGE_BYTES * 4 // 3 + 200, max_binary=MOST_IMAGE_BYTES)
_HEADERS = {
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",  # conversations do not belong in a disk cache
}
_GONE = "It may have been pruned, or its thread goes on elsewhere. Open it from the thread's page again."


@page_view
def show_image(request: HttpRequest) -> HttpResponse:
    """The picture that `image` names in `channel` at `checkpoint`, or at `against`, where that is given."""
    reader = reader_of(request)
    if reader.sight.shape:
        raise NotAllowed("Your role does not see values, and pictures are such.", "Their sizes are on the step's page.")
    wanted, channel = read_text(request, "image"), read_text(request, "channel")
    ids = [text for name in ("checkpoint", "against") if (text := read_text(request, name))]
    found: set[bytes] = set()
    for checkpoint_id in ids:
        checkpoint = reader.read_checkpoint(read_text(request, "id"), read_text(request, "ns"), checkpoint_id)
        if checkpoint is not None:
            found |= {image for image in _images(reader, checkpoint, channel, wanted) if image}
        if found:
            break
    if len(found) > 1:
        raise NotFound("Two pictures of this channel begin alike and are of one size.", "The JSON has both.")
    image = next(iter(found), b"")
    media_type = kind_of(image)[1]
    if media_type not in SAFE_IMAGES or len(image) > MOST_IMAGE_BYTES:
        raise NotFound("No such picture is stored there.", _GONE)
    return HttpResponse(image, content_type=media_type, headers=_HEADERS)


def _images(reader: Reader, checkpoint: Checkpoint, channel: str, wanted: str) -> Iterator[bytes]:
    for state in reader.read_state(checkpoint, load=[channel], only=[channel], budget=_BUDGET):
        for value in _data(state.value):
            if fingerprint(value) == wanted:
                yield whole_image(value)


def _data(value: Value | Absent) -> Iterator[str | CutText | Binary]:
    """Every text and all bytes of a tree, whose depth decoding bounds."""
    match value:
        case str() | CutText() | Binary():
            yield value
        case list():
            for item in value:
                yield from _data(item)
        case dict():
            for item in value.values():
                yield from _data(item)
        case Tagged():
            for item in value.fields.values():
                yield from _data(item)
        case Pairs():
            for key, item in value.items:
                yield from _data(key)
                yield from _data(item)
