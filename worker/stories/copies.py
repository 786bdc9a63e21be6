"""Two signatures in, whether one article is a near-copy of the other out: syndicated, rewritten a little, updated.

Texts are compared by the MinHash of their shingles. Where either text is too short for that, headlines decide, unless
a number in them has changed: that is an update, not a copy. Never compares across languages.
"""

from __future__ import annotations

import re
from datetime import timedelta
from operator import eq

from rapidfuzz import fuzz

from worker.headlines import title_key
from worker.model import StorySignature

WINDOW = timedelta(hours=48)
SAME_TEXT = 0.5  # of the shingles shared: agency copy with its own first paragraph, or a fifth of the words replaced
SAME_TITLE = 90.0  # of 100; a title of the same event by another desk scores 60 to 80
_FEWEST_WORDS = 4  # telling ones, of a headline that copies can be told by: "Weather forecast" is none
_NUMBER = re.compile(r"\d+")


def copied_share(new: StorySignature, old: StorySignature) -> float:
    """How much of one article is in the other, 0 to 1; 0 where they are not known to be copies."""
    if new.language != old.language or abs(new.at - old.at) > WINDOW:
        return 0.0
    if new.minhash and old.minhash:
        share = sum(map(eq, new.minhash, old.minhash)) / len(new.minhash)
        return share if share >= SAME_TEXT else 0.0
    if min(len(new.headline), len(old.headline)) < _FEWEST_WORDS:
        return 0.0
    one, other = title_key(new.title), title_key(old.title)
    if sorted(_NUMBER.findall(one)) != sorted(_NUMBER.findall(other)):
        return 0.0
    return fuzz.token_sort_ratio(one, other, score_cutoff=SAME_TITLE) / 100
