"""Stories: which articles are copies of each other, and which report one event.

An article goes through three steps, each a pure function of its own module: `signature_of` boils it down to what is
compared, `keys_of` names the few integers under which articles that may report the same event find each other in an
index, and `story_for` compares it in full with what was found there and says where it belongs.
"""

from worker.stories.exchanges import events_of
from worker.stories.geography import Geography
from worker.stories.keys import MOST_CANDIDATES, PER_KEY, keys_of, weight_of
from worker.stories.log import StoryLog
from worker.stories.packing import is_readable, signature_from_bytes, signature_to_bytes
from worker.stories.placement import WINDOW, Placement, story_for
from worker.stories.signature import signature_of

__all__ = [
    "MOST_CANDIDATES",
    "PER_KEY",
    "WINDOW",
    "Geography",
    "Placement",
    "StoryLog",
    "events_of",
    "is_readable",
    "keys_of",
    "signature_from_bytes",
    "signature_of",
    "signature_to_bytes",
    "story_for",
    "weight_of",
]
