"""A title as published in; the headline without the site's name out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

SEPARATOR = r"(?:\s*(?:[|•·~ㅣ｜]|::|--)\s*|\s+[-–—:/»›«]\s+|[-–—](?=\S{1,12}$))"
_SPLIT = re.compile(SEPARATOR)
_SEPARATES = re.compile("[-–—:/»›«|•·~ㅣ｜]")  # one of these stands in every separator, and in few headlines
_DASHED = re.compile(r"\s+[-–—|]\s+")
_UNSEEN = re.compile("[\xad\u200b-\u200d\u2060\ufeff]")  # soft hyphens, joiners: trafilatura drops them as well
_WORDS = re.compile(r"\W+")
# A last part that reads like an outlet, for titles that were copied from one site to another.
_OUTLET = re.compile(
    r"^(?:The )?(?:[A-Z][\w.&’'-]*\s){0,3}(?:Times|Post|Herald|Tribune|Gazette|Guardian|Independent|Telegraph|Journal|"
    r"Daily|News|Press|Agency|Observer|Monitor|Mirror|Chronicle|Today|Radio|TV|Insider|Standard)"
    r"(?: (?:Agency|Online|Service))?$|"
    r"^(?:www\.)?[\w-]+\.(?:com|net|org|info|am|az|ge|ru|tr|ir|eu|tv|news|co\.uk|com\.tr)$|"
    r"^(?:BBC|CNN|AP|AFP|Reuters|Euronews|Al Jazeera|Deutsche Welle|DW|Bloomberg|Politico|Anadolu Agency|Azatutyun|"
    r"Armenpress|Azertac|Eurasianet|Meduza|RFE/RL|Radio Free Europe.{0,20})(?: \w+)?$"
)
_ALIKE = 50.0  # of 100; two headlines picked at random share about 30
_SHORTEST = 20  # characters that must be left: "Interview – The Times" stays as it is


def title_key(text: str) -> str:
    """The words of `text` alone, for comparing titles: case, punctuation and what is not seen do not count."""
    return _WORDS.sub(" ", _UNSEEN.sub("", text)).strip().casefold()


def alike(one: str, other: str) -> bool:
    """Whether two headlines may be of one article: they share half of their words, or one of them is missing."""
    return not one or not other or fuzz.token_set_ratio(title_key(one), title_key(other)) >= _ALIKE


def without_site(title: str, names: Iterable[str]) -> str:
    """`title` without leading and trailing parts that are one of `names`, or plainly another outlet's."""
    if not _SEPARATES.search(title):
        return title.strip()
    keys = {key for name in names if (key := title_key(name))}
    parts = list(_SPLIT.finditer(title))
    start, end = 0, len(title)
    while parts and title_key(title[parts[-1].end() : end]) in keys:
        end = parts.pop().start()
    while parts and title_key(title[start : parts[0].start()]) in keys:
        start = parts.pop(0).end()
    return _without_outlet(title[start:end].strip())


def _without_outlet(title: str) -> str:
    dashes = list(_DASHED.finditer(title))
    if dashes and dashes[-1].start() >= _SHORTEST and _OUTLET.match(title[dashes[-1].end() :]):
        return title[: dashes[-1].start()]
    return title
