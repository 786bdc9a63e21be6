"""Which places of the region an article names, and whether it is about the region."""

from worker.places.relevance import relevance_of
from worker.places.sightings import Places, Sighting, Sort, mentions_of

__all__ = ["Places", "Sighting", "Sort", "mentions_of", "relevance_of"]
