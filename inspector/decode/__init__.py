"""Floor 1: bytes to value trees, importing and calling nothing that the data names.

`seen` is the way in, and gives what a viewer's `sight` shows. `serde` chooses by type tag; `msgpack`, `jsonplus`,
`pickles` and `cipher` read one format each; `pairs` reads two values to compare them; `objects` and `envelopes` say
what a stored object is shown as; `budget` bounds all of them.
"""

from inspector.decode.budget import DEFAULT_BUDGET, Budget
from inspector.decode.pairs import PAIR_BUDGET
from inspector.decode.seen import open_bytes, see_json, see_pair, see_value
from inspector.decode.serde import Decoded
from inspector.decode.sight import FULL, HIDDEN_OWNER, Sight

__all__ = [
    "DEFAULT_BUDGET",
    "FULL",
    "HIDDEN_OWNER",
    "PAIR_BUDGET",
    "Budget",
    "Decoded",
    "Sight",
    "open_bytes",
    "see_json",
    "see_pair",
    "see_value",
]
