"""One field of an article, read once: as written, folded, and cut into sentences.

Everything that looks for places or concepts works on passages, so that nothing is folded or cut twice.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from worker.text.folding import Folded, fold
from worker.text.sentences import sentence_spans
from worker.text.terms import spaced_out

LONGEST_PASSAGE = 100_000  # characters that are read; no news article has more, but hostile input may


@dataclass(frozen=True)
class Passage:
    """`text` as written, and folded. Its sentences are cut when they are first asked for: most texts name nothing."""

    name: str  # title | summary | text
    text: str
    folded: Folded
    spaced: str = field(repr=False)  # the folded text with blanks for all that is no letter, for `TermIndex.find`

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Spans of the *folded* text."""
        spans = sentence_spans(self.text)
        if self.folded.offsets is None:
            return tuple(spans)
        return tuple((self.folded.position(start), self.folded.position(end)) for start, end in spans)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(start for start, _ in self.sentences)

    def sentence_at(self, position: int) -> int:
        """The number of the sentence that holds `position` of the folded text, or the one before it."""
        return max(0, bisect_right(self._starts, position) - 1)

    def written(self, start: int, end: int) -> str:
        """What stands in the original where the folded text has `[start:end]`."""
        origin = self.folded.origin(start, end)
        return self.text[origin[0] : origin[1]]


def read_passage(name: str, text: str) -> Passage:
    """The field `name` of an article, ready for matching. What lies beyond `LONGEST_PASSAGE` is not read."""
    text = text[:LONGEST_PASSAGE]
    folded = fold(text)
    return Passage(name, text, folded, spaced_out(folded.text))
