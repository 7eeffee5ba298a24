"""Where the values of large documents lie, remembered: a page reads one checkpoint several times, and every read would
look through all of it again."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from threading import Lock

from inspector.msgpack_format import Watch
from inspector.stores.sqlite.document import Document, read_document

#: A smaller document is read sooner than it is found.
_LARGE = 100_000
#: Documents remembered, and bytes of one beside its values.
_MOST, _MOST_REST = 16, 200_000


class KnownDocuments:
    """Documents by their bytes, so one that is stored anew under the same id is another. Safe to share between
    threads; nobody changes what it gives."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Document] = OrderedDict()
        self._lock = Lock()

    def read(self, data: bytes, watch: Watch) -> Document:
        """As `read_document`, values and all."""
        if len(data) < _LARGE:
            return read_document(data, watch)
        digest = sha256(data).digest()
        with self._lock:
            found = self._known.get(digest)
            if found is not None:
                self._known.move_to_end(digest)
                return found
        found = read_document(data, watch)
        if found.is_whole and len(data) - sum(end - start for start, end in found.values.values()) <= _MOST_REST:
            with self._lock:
                self._known[digest] = found
                while len(self._known) > _MOST:
                    self._known.popitem(last=False)
        return found


#: Of all stores of this process: what is remembered depends on the bytes alone.
KNOWN = KnownDocuments()
