"""The article's paragraphs: trafilatura finds them, what is not the article's is cut here."""

from __future__ import annotations

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from worker.boilerplate import is_banner, without_tail
from worker.dates import read_date
from worker.headlines import without_site
from worker.markup import plain_line

_EDGE = 4  # paragraphs at the top among which headline, banner and date may be printed again
_DATE_LINE = 40  # characters
_HEADLINE = 200


def body_of(tree: HtmlElement, url: str, headline: str) -> tuple[str, tuple[str, ...]]:
    """The text with a blank line between paragraphs, "" where none was found, and what was cut from it."""
    document = bare_extraction(tree, url=url, include_comments=False, favor_precision=True)
    if document is None or isinstance(document, dict):
        return "", ("text: none found",)
    paragraphs = [line for line in (document.text or "").split("\n") if line.strip()]
    paragraphs, tail = without_tail(paragraphs)
    paragraphs = [
        paragraph
        for number, paragraph in enumerate(paragraphs)
        if not (number < _EDGE and _is_repetition(paragraph, headline))
    ]
    return "\n\n".join(paragraphs), (f"text: cut at {tail!r}",) if tail else ()


def first_line(article: str) -> tuple[str, str]:
    """The first paragraph as a headline and the rest, where it reads like one: short, and no sentence."""
    first, _, rest = article.partition("\n\n")
    if rest and len(first) <= _HEADLINE and not first.endswith((".", "!", "։", "…", ":", ";", ",")):
        return without_site(first, ()), rest
    return "", article


def _is_repetition(paragraph: str, headline: str) -> bool:
    line = plain_line(paragraph)
    if is_banner(line) or (
        headline and line.casefold().startswith(headline.casefold()) and len(line) < len(headline) + 40
    ):
        return True
    return len(line) <= _DATE_LINE and read_date(line) is not None
