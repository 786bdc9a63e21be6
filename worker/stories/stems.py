"""A folded word in, what is left of it for comparing it with other forms of itself out.

Russian, Armenian, Georgian, Azerbaijani and Turkish inflect at the end, and two desks rarely use the same case: the
first five letters tell a word as well as stemming by rules does (Snowball's for Russian, Armenian, Turkish and English
were measured beside them). A Georgian verb changes at its beginning, too, by direction and by whom it is done for:
*gatavisuplda* "was freed", *gaatavisuples* "they freed". Those prefixes are taken off, of nouns as well, always alike.
"""

from __future__ import annotations

import re

LETTERS = 5
_FEWEST = 5  # letters that a prefix must leave
_PREVERB = re.compile(
    "(?:გადმო|გადა|გამო|გან|გა|დამო|და|ჩამო|ჩა|წამო|წარმო|წარ|წა|შემო|შე|ამო|აღ|მო|მი|უ)(?:[აიუე](?=.{5}))?"
)


def stem_of(word: str, language: str) -> str:
    """The stem of `word`, which is folded: a few letters that most of its forms share."""
    if language == "ka" and (prefix := _PREVERB.match(word)) and len(word) - prefix.end() >= _FEWEST:
        word = word[prefix.end() :]
    return word[:LETTERS]
