"""Which events an article reports, in which sentence, with which stance, and who says so."""

from worker.concepts.matching import Concepts
from worker.concepts.speakers import Name

__all__ = ["Concepts", "Name"]
