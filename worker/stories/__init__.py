"""Stories: which articles are copies of each other, and which report one event.

An article goes through three steps, each a pure function of its own module: `signature_of` boils it down to what is
compared, `keys_of` names the few integers under which articles that may report the same event find each other in an
index (`Filing`), and `story_for` compares it in full with what was found there and says where it belongs.
"""

from worker.stories.exchanges import events_of
from worker.stories.filing import Filing, nearest, shared_keys
from worker.stories.geography import Geography
from worker.stories.keys import keys_of, weight_of
from worker.stories.log import StoryLog
from worker.stories.packing import (
    is_readable,
    keys_from_bytes,
    keys_to_bytes,
    signature_from_bytes,
    signature_to_bytes,
)
from worker.stories.placement import WINDOW, Placement, story_for
from worker.stories.signature import signature_of

__all__ = [
    "WINDOW",
    "Filing",
    "Geography",
    "Placement",
    "StoryLog",
    "events_of",
    "is_readable",
    "keys_from_bytes",
    "keys_of",
    "keys_to_bytes",
    "nearest",
    "shared_keys",
    "signature_from_bytes",
    "signature_of",
    "signature_to_bytes",
    "story_for",
    "weight_of",
]
