"""Which of a page's many titles is the article's headline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from lxml.html import HtmlElement

from worker.extract.metadata import Metadata
from worker.headlines import SEPARATOR, title_key, without_site
from worker.markup import plain_line
from worker.urls import host_of

_H1S = 20  # a page with more of them has no headline among the rest
_SMALL = 12  # characters below which a heading is a kicker, not a headline
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "strong", "b")


def site_of(metadata: Metadata, url: str) -> str:
    """The site's name as it writes it, or its host."""
    return next((site for site in metadata.sites if site and not site.startswith("@")), "") or host_of(url)


def headline_of(tree: HtmlElement, metadata: Metadata, url: str) -> str:
    """The headline that most of the page's titles agree on, without the site's name.

    `<h1>`, JSON-LD, Open Graph and `<title>` each have a voice; where they tie, that order decides. A title that only
    adds a section or a site to another one speaks for that one.
    """
    names = _site_names(metadata, url)
    headings = [without_site(_heading_text(h1), names) for h1 in islice(tree.iter("h1"), _H1S)]
    headings = [heading for heading in headings if title_key(heading) not in {"", *names}]
    titles = [*metadata.titles[:1], *(plain_line(title.text_content()) for title in list(tree.iter("title"))[:1])]
    titles = [stripped for title in titles if (stripped := without_site(title, names))]
    structured = [without_site(headline, names) for headline in metadata.headlines[:1]]
    if not headings and not structured:
        headings = _headings_within(tree, titles, metadata.description)
    return _elected(headings, structured, titles)


def _elected(headings: Sequence[str], structured: Sequence[str], titles: Sequence[str]) -> str:
    sure = [*structured, *headings]
    voices = [*headings, *structured, *(_supported(title, sure) for title in titles)]
    votes = Counter(map(title_key, voices))
    most = max(votes.values(), default=0)
    return next((voice for voice in voices if votes[title_key(voice)] == most), "")


def _supported(title: str, sure: Iterable[str]) -> str:
    """The sure headline that `title` decorates with a section, a date or a site; else `title` itself."""
    folded = title.casefold()
    for headline in sorted(sure, key=lambda one: folded.find(one.casefold())):  # the site's name mostly comes last
        start = folded.find(headline.casefold())
        if start < 0 or len(headline) < _SMALL:
            continue
        before, after = title[:start], title[start + len(headline) :]
        # "Kicker: headline" is a headline of its own, "headline | section" is not.
        if (not before or re.search(r"[|»›]\s*$", before)) and (not after or re.match(SEPARATOR, after)):
            return headline
        if before and after and re.match(SEPARATOR, after):
            return headline
    return title


def _site_names(metadata: Metadata, url: str) -> set[str]:
    host = host_of(url)
    labels = host.split(".")
    names = {host, *labels[:-1], *metadata.sites, *(site.partition(".")[0] for site in metadata.sites)}
    return {key for name in names if (key := title_key(name)) and len(key) > 1}


def _headings_within(tree: HtmlElement, titles: Sequence[str], description: str) -> list[str]:
    """Where no `<h1>` serves: the description or the first heading that is a part of the page's title."""
    headings = (_heading_text(heading) for heading in tree.iter(*_HEADINGS))
    for text in (description, *headings):
        if len(text) >= _SMALL and any(text in title for title in titles):
            return [text]
    return []


def _heading_text(element: HtmlElement) -> str:
    return plain_line("".join(_itertext(element)))


def _itertext(element: HtmlElement) -> Iterable[str]:
    """The text without the pronunciation that stands above its characters (`<ruby>`)."""
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str) and child.tag not in ("rt", "rp", "script", "style", "svg"):
            yield " " if child.tag in ("br", "div", "p") else ""
            yield from _itertext(child)
        yield child.tail or ""
