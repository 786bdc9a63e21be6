"""The classifier of Latin text, ready for use.

Imported when the first Latin text comes: unpacking the model takes seconds, memory and temporary space of 100 MB. And a
module is imported once, however many threads ask for it at the same moment.
"""

from __future__ import annotations

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LATIN = ("en", "az", "tr", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "ro")

IDENTIFIER = LanguageIdentifier.from_model_file(MODEL_FILE)
IDENTIFIER.set_languages(LATIN)
