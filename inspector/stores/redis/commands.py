"""Every command that a Redis store is ever sent. None of them writes; the ACL line that suffices is made of this list.

Module commands carry no ACL category, so `+@read` would not allow them. Their key specifications say read and write, so
keys need `~`: Redis refuses `%R~` for them.
"""

from __future__ import annotations

#: What the client sends to log in. HELLO holds the login and the version of the protocol.
LOGIN = frozenset({"AUTH", "HELLO"})
#: To find rows: by the search indexes of the savers, and by the names of keys.
FINDING = frozenset({"FT._LIST", "FT.INFO", "FT.SEARCH", "SCAN"})
#: To read parts of a document, and to learn how large a part is before it is read.
READING = frozenset({"JSON.DEBUG", "JSON.GET", "JSON.MGET", "JSON.OBJKEYS", "JSON.STRLEN"})
#: To tell how long a key will live, which makes that no longer, and where pointers to the newest checkpoints lead.
LIVING = frozenset({"MGET", "PTTL"})
#: To tell which server this is, and that this login may not write.
TELLING = frozenset({"ACL|DRYRUN", "INFO"})

ALLOWED = FINDING | READING | LIVING | TELLING
