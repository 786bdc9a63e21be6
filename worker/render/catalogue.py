"""A language and a key in, words out, with the plural form that the language wants (CLDR, by Babel)."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from babel import Locale

from worker.render.texts import LANGUAGES

DEFAULT = "en"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language."""

    language: str

    def say(self, key: str, **values: object) -> str:
        """The text of `key`, with its `values` put in.

        Raises:
            KeyError: no text has this key.
        """
        text = LANGUAGES[self.language][key]
        if isinstance(text, dict):
            raise KeyError(f"{key} wants a number")
        return text.format(**values)

    def count(self, key: str, n: int) -> str:
        """The text of `key` for `n` things.

        Raises:
            KeyError: no text with a number has this key.
        """
        forms = LANGUAGES[self.language][key]
        if isinstance(forms, str):
            raise KeyError(f"{key} wants no number")
        return forms.get(_plural(self.language, n), forms["other"]).format(n=n)

    def knows(self, key: str) -> bool:
        """Whether a text has this key."""
        return key in LANGUAGES[self.language]


def catalogue(language: str) -> Catalogue:
    """The texts of a language, or the English ones where there are none."""
    return Catalogue(language if language in LANGUAGES else DEFAULT)


@functools.lru_cache(maxsize=4096)
def _plural(language: str, n: int) -> str:
    return str(Locale.parse(language).plural_form(n))
