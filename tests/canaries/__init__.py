"""Texts that must not reach who may see shapes only, planted by real graphs in each kind of stored value."""

from tests.canaries.birds import CANARY, leaks
from tests.canaries.planting import OWNER_KEY, Planted, plant

__all__ = ["CANARY", "OWNER_KEY", "Planted", "leaks", "plant"]
