"""What speaks for and against an orphan being a turn of a conversation that went on elsewhere, each with its weight."""

from inspector.orphans.evidence.assess import assess
from inspector.orphans.evidence.piece import VERDICTS, Assessment, Evidence

__all__ = ["VERDICTS", "Assessment", "Evidence", "assess"]
