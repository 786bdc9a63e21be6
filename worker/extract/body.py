"""The article's paragraphs: trafilatura finds them, what is not the article's is cut here."""

from __future__ import annotations

from collections.abc import Container, Iterable
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.utils import load_html

from worker.boilerplate import is_banner, own_paragraphs, settled_text
from worker.bylines import without_byline
from worker.dates import is_dateline
from worker.extract.metadata import Metadata
from worker.extract.state import markup_in_scripts
from worker.headlines import title_key, without_site
from worker.markup import plain_line, plain_text

_EDGE = 4  # paragraphs at the top among which headline, banner, byline and date may be printed again
_NOTED = 40  # characters of a line that was cut
_HEADLINE = 200
_SHORT = 200  # characters: less is a flash, or a text that was missed
_LEAD = 60
_AROUND = frozenset({"nav", "aside", "footer", "form", "noscript"})
_CARDS = frozenset({"div", "article", "li", "section"})
_ROW = 3  # boxes
_CARD_TITLE, _CARD_TEXT, _STAMP = 15, 600, 24  # characters at least, at most, at most
_CELL = 150  # characters at least
_BREAKS = ("br", "p", "div")
_TABLE_PARTS = ("tbody", "tr", "td", "th")
_LEADS = ("p", "h2", "h3", "div", "span", "strong", "em")


class Body(NamedTuple):
    """The article's own words, and what was cut from around them."""

    text: str = ""  # paragraphs separated by a blank line; "" where none was found
    author: str = ""  # as the text's last line names him
    dateline: str = ""  # a line above the text that is nothing but a date
    notes: tuple[str, ...] = ()


def body_of(tree: HtmlElement, metadata: Metadata, url: str, headline: str) -> Body:
    """The body of the article under `headline`."""
    paragraphs = _found(tree, metadata, url, headline)
    if not paragraphs:
        return Body(notes=("text: none found",))
    paragraphs, cut = own_paragraphs(paragraphs)
    paragraphs, author = without_byline(paragraphs)
    names = {title_key(headline), *map(title_key, metadata.authors), *map(title_key, metadata.sites), ""}
    top = [line for line in paragraphs[:_EDGE] if not _is_repetition(line, names)]
    dated = [line for line in top if is_dateline(settled_text(line))]  # a counter may stand beside it
    dateline = next(iter(dated), "")
    paragraphs = [line for line in top if line not in dated] + paragraphs[_EDGE:]
    if lead := _missed_lead(tree, metadata.description, [headline, *paragraphs]):
        paragraphs.insert(0, lead)
    notes = tuple(f"text: cut at {line[:_NOTED]!r}" for line in cut)
    return Body("\n\n".join(paragraphs), author, dateline, notes)


def first_line(article: str) -> tuple[str, str]:
    """The first paragraph as a headline and the rest, where it reads like one: short, and no sentence."""
    first, _, rest = article.partition("\n\n")
    if rest and len(first) <= _HEADLINE and not first.endswith((".", "!", "։", "…", ":", ";", ",")):
        return without_site(first, ()), rest
    return "", article


def _found(tree: HtmlElement, metadata: Metadata, url: str, headline: str) -> list[str]:
    """What trafilatura finds when it is strict, or else: the page's own word for its article, however short."""
    elsewhere = _cards(tree, headline)
    _unlay_tables(tree)
    strict = [line for line in _trafilatura(tree, url, strict=True) if title_key(line) not in elsewhere]
    if sum(map(len, strict)) >= _SHORT:
        return strict
    structured = [line for line in plain_text(metadata.body).split("\n") if line.strip()]
    longest = max(strict, structured, _flash(tree), key=lambda lines: sum(map(len, lines)))
    return longest or _stated(tree, url) or _trafilatura(tree, url, strict=False)


def _stated(tree: HtmlElement, url: str) -> list[str]:
    """The paragraphs of an article that the page would draw by script."""
    markup = markup_in_scripts(tree)
    stated = load_html(f"<html><body><article>{markup}</article></body></html>") if markup else None
    return [] if stated is None else _trafilatura(stated, url, strict=True)


def _cards(tree: HtmlElement, headline: str) -> frozenset[str]:
    """The words of other stories' teasers: of boxes of one kind in a row, each of which begins with a link.

    Beside a wire flash of one sentence, they are most of the page's text. A box under the article's own headline is
    none of them: its words are the article's.
    """
    own, words = title_key(headline), set()
    for parent in tree.iter("div", "section", "ul", "aside", "main"):
        kinds: dict[tuple[str, str], list[HtmlElement]] = {}
        for child in parent:
            if child.tag in _CARDS and (name := child.get("class")):
                kinds.setdefault((child.tag, name), []).append(child)
        for boxes in kinds.values():
            if len(boxes) >= _ROW and all(map(_begins_with_link, boxes)):
                parts = [[title_key(text) for text in box.itertext()] for box in boxes]
                words |= {part for lines in parts if own not in lines for part in (*lines, " ".join(lines))}
    return frozenset(words)


def _begins_with_link(box: HtmlElement) -> bool:
    """Whether the first words in a box are a link to another page; a date may stand before them."""
    for element in box.iter():
        text = (element.text or "").strip() if isinstance(element.tag, str) else ""
        if text and not (len(text) <= _STAMP and any(map(str.isdigit, text))):
            link = element if element.tag == "a" else next(element.iterancestors("a"), None)
            leads_away = link is not None and "#" not in (link.get("href") or "")
            return leads_away and len(text) >= _CARD_TITLE and len(box.text_content()) <= _CARD_TEXT
    return False


def _unlay_tables(tree: HtmlElement) -> None:
    """Make plain boxes of tables that lay out the page: for a table of figures, they are given back as its rows."""
    for table in tree.findall(".//table"):
        if any(_is_layout(cell) for cell in table.iter("td")):
            for part in table.iter(*_TABLE_PARTS):
                if part.getparent() is not None and _table_of(part) is table:
                    part.tag = "div"
            table.tag = "div"


def _is_layout(cell: HtmlElement) -> bool:
    """Whether a cell holds paragraphs, which no figure does."""
    return len(cell.text_content()) > _CELL and len(list(islice(cell.iter(*_BREAKS), 2))) == 2


def _table_of(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors("table"), None)


def _flash(tree: HtmlElement) -> list[str]:
    """The paragraphs inside the page's article element: a wire flash is too short for anything cleverer."""
    for container in (*tree.xpath(".//*[@itemprop='articleBody']"), *tree.iter("article"), *tree.iter("main")):
        texts = [
            plain_line(paragraph.text_content())
            for paragraph in container.iter("p")
            if not any(above.tag in _AROUND for above in paragraph.iterancestors())
        ]
        if any(texts):
            return [text for text in texts if text]
    return []


def _trafilatura(tree: HtmlElement, url: str, *, strict: bool) -> list[str]:
    document = bare_extraction(tree, url=url, include_comments=False, favor_precision=strict)
    text = "" if document is None or isinstance(document, dict) else document.text or ""
    return [line for line in text.split("\n") if line.strip()]


def _is_repetition(line: str, names: Container[str]) -> bool:
    return is_banner(line) or title_key(line) in names or title_key(without_site(line, ())) in names


def _missed_lead(tree: HtmlElement, description: str, lines: Iterable[str]) -> str:
    """The page's description where it is printed as the article's lead, but stands in none of `lines`."""
    key = title_key(description)
    if len(description) < _LEAD or any(key in title_key(line) for line in lines):
        return ""
    for element in tree.iter(*_LEADS):
        if len(element) <= 3 and title_key(element.text_content()) == key:
            return description
    return ""
