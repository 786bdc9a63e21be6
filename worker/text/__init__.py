"""Text as people write it in, text as machines compare it out: folding, sentences, terms.

Knows letters, endings and full stops of many languages; knows nothing of markup, places, concepts or articles.
"""

from worker.text.folding import Folded, fold, script_of
from worker.text.passages import LONGEST_PASSAGE, Passage, read_passage
from worker.text.sentences import LONGEST_SENTENCE, sentence_spans
from worker.text.terms import Hit, Term, TermError, TermIndex, check_term, spaced_out

__all__ = [
    "LONGEST_PASSAGE",
    "LONGEST_SENTENCE",
    "Folded",
    "Hit",
    "Passage",
    "Term",
    "TermError",
    "TermIndex",
    "check_term",
    "fold",
    "read_passage",
    "script_of",
    "sentence_spans",
    "spaced_out",
]
