"""The classifier of Latin text, ready for use.

Imported when the first Latin text comes: unpacking the model takes seconds, memory and temporary space of 100 MB. And a
module is imported once, however many threads ask for it at the same moment.
"""

from __future__ import annotations

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LATIN = ("en", "az", "tr", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "ro")

_whole = LanguageIdentifier.from_model_file(MODEL_FILE)
_whole.set_languages(LATIN)
# One that has never known the other ninety languages: a restricted one keeps 27 MB of them.
IDENTIFIER = LanguageIdentifier(
    _whole.nb_ptc, _whole.nb_pc, _whole.nb_classes, _whole.tk_nextmove, _whole.tk_output, tk_row=_whole.tk_row
)
del _whole
