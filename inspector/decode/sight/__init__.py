"""What of stored values may be seen: the one thing that every decoding passes through before anybody gets its tree."""

from inspector.decode.sight.masks import Masks
from inspector.decode.sight.sight import FULL, HIDDEN_OWNER, Sight

__all__ = ["FULL", "HIDDEN_OWNER", "Masks", "Sight"]
