"""Which events an article reports, in which sentence, and with which stance."""

from worker.concepts.matching import Concepts

__all__ = ["Concepts"]
