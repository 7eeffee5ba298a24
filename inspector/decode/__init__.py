"""Floor 1: bytes to value trees, importing and calling nothing that the data names.

`serde` is the way in and chooses by type tag; `msgpack`, `jsonplus`, `pickles` and `cipher` read one format each;
`pairs` reads two values to compare them; `objects` and `envelopes` say what a stored object is shown as; `budget`
bounds all of them.
"""

from inspector.decode.budget import DEFAULT_BUDGET, Budget
from inspector.decode.pairs import PAIR_BUDGET, decode_pair
from inspector.decode.serde import Decoded, decode_json_inline, decode_value

__all__ = [
    "DEFAULT_BUDGET",
    "PAIR_BUDGET",
    "Budget",
    "Decoded",
    "decode_json_inline",
    "decode_pair",
    "decode_value",
]
