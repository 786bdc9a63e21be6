"""HTML in, plain text out: one line for a title, paragraphs for a summary or a body.

Comes in: markup as publishers write it, escaped once too often, unclosed, hostile or none at all. Goes out: text
without tags, entities, control characters or lone surrogates, so nothing active survives and any database stores it.
Never raises, never fetches, and never keeps what a reader would not see (scripts, styles, forms, frames).
"""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import name2codepoint
from itertools import groupby

from lxml import etree
from lxml.html import defs

# A title may say "<Karabakh>" or "a < b": only what HTML, SVG or MathML knows as an element is taken for a tag.
_TAG_NAMES = "|".join(sorted(defs.tags | {"svg", "math", "font", "nobr", "wbr"}, key=len, reverse=True))
_TAG = re.compile(rf"</?(?:{_TAG_NAMES})(?=[\s/>])[^<>]*>|<!\[CDATA\[|\]\]>", re.IGNORECASE)
_HIDING = re.compile(r"<(?:script|style|template|!--)", re.IGNORECASE)  # what stands inside is not to be read
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_UNSEEN = _names(
    "script style template noscript head title iframe frame object embed applet svg math canvas audio video map "
    "select option button textarea input form-control datalist"
)
_BLOCKS = _names(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre section summary table tbody tfoot thead "
    "tr ul"
)
_CELLS = frozenset({"td", "th"})

# Most summaries are paragraphs with a few links and pictures: their text is what stands between the tags.
# No <hr>: it ends a paragraph that it stands in, which is more than a break.
_BREAKS = {
    **dict.fromkeys(_names("a b big cite code em font i img q s small span strong sub sup time u"), ""),
    **dict.fromkeys(_names("article blockquote div figcaption figure h1 h2 h3 h4 h5 h6 li ol p section ul"), "\n\n"),
    "br": "\n",
}
# The tags without attributes, spelt out: nine of ten are one of them.
_BARE_TAGS = {form.format(name): gap for name, gap in _BREAKS.items() for form in ("{}", "/{}", "{}/", "{} /")}
_DOUBLY_QUOTED = re.compile(r'"[^"]*"')
_TAG_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9]*)(?:\s|/?$)")
# Numbers below 160 are control characters or mean windows-1252, which is lxml's to know.
_SIMPLE_ENTITY = re.compile(r"&(?:([A-Za-z]{2,8}[0-9]{0,2})|#(1[6-9][0-9]|[2-9][0-9]{2}|[1-9][0-9]{3}));")

# Escaping three times over was seen in the wild; more rounds would let a text about entities dissolve.
_ESCAPE_ROUNDS = 3
# Characters of markup that are read; what is longer is cut.
MAX_LINE = 20_000
MAX_CHARS = 1_000_000


def plain_line(markup: str) -> str:
    """`markup` as one line of text: for titles, names and bylines.

    Double escapes (`&amp;amp;`) are undone, tags dropped, white space collapsed.
    """
    markup = markup[:MAX_LINE]
    if "<" not in markup and "&" not in markup:
        return markup.strip(" ") if _is_settled(markup) else _one_line(markup)
    text = _unescaped(markup)
    if _HIDING.search(text):
        text = _element_text(text)
    return _one_line(_TAG.sub(_gap, text) if "<" in text else text)


def plain_text(markup: str) -> str:
    """`markup` as text: paragraphs separated by a blank line, a `<br>` as a line end."""
    return _blocks(_lines(markup))


def plain_lines(markup: str) -> list[str]:
    """The lines of `plain_text`, without those that part its paragraphs."""
    return [line for line in _lines(markup) if line]


def _lines(markup: str) -> list[str]:
    """The lines of `plain_text`; any number of empty ones parts two paragraphs."""
    markup = markup[:MAX_CHARS]
    if "<" not in markup:
        markup = _unescaped(markup)
    if "<" not in markup:
        return _mended_lines(_UNWANTED.sub(" ", markup))
    text = _simple_text(markup)
    if text is None:
        text = _element_text(_UNWANTED.sub(" ", markup))
    elif not ("&" in text or "<" in text) and (lines := _settled_lines(text)) is not None:
        return lines
    else:
        text = _UNWANTED.sub(" ", text)
    if ("&" in text and _ENTITY.search(text)) or (
        "<" in text and _TAG.search(text)
    ):  # escaped once more than the feed's format asks for
        text = _element_text(_with_breaks(text)) if _TAG.search(_unescaped(text)) else _unescaped(text)
    return _mended_lines(text)


def _gap(tag: re.Match[str]) -> str:
    name = tag.group().strip("</> ").split()[0].lower() if tag.group().strip("</> ") else ""
    return " " if name in _BLOCKS or name in ("br", "br/", "td", "th") else ""


def _unescaped(text: str) -> str:
    for _ in range(_ESCAPE_ROUNDS):
        if not _ENTITY.search(text):
            break
        text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    return text


def _with_breaks(text: str) -> str:
    return _unescaped(text).replace("\n\n", "<p>").replace("\n", "<br>")


def _one_line(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(_UNWANTED.sub(" ", text).split()))


def _mended_lines(text: str) -> list[str]:
    settled = _settled_lines(text)
    if settled is not None:
        return settled
    lines = [" ".join(line.split()) for line in _UNWANTED.sub("", text).splitlines()]
    return unicodedata.normalize("NFC", "\n".join(lines)).split("\n")


def _settled_lines(text: str) -> list[str] | None:
    """The lines of `text`; None where anything in them is to be mended but blanks at their ends."""
    lines = [line.strip(" ") for line in text.split("\n")]
    return lines if _is_settled("".join(lines)) else None


def _blocks(lines: list[str]) -> str:
    return "\n\n".join("\n".join(block) for written, block in groupby(lines, bool) if written)


def _is_settled(text: str) -> bool:
    """Whether nothing is to be mended but at the ends; asked first, since most texts are so and mending costs more."""
    # Of all white space, only the blank is printable; and nothing unwanted is.
    return text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text)


def _simple_text(markup: str) -> str | None:
    """What `_element_text` gives for tags that are in order, in a tenth of its time; None for all but the simplest.

    A stray end tag breaks the line, where lxml would let two words run together.
    """
    first, *rest = markup.replace("\r", " ").replace("\n", " ").split("<")
    pieces = [first]
    for piece in rest:
        tag, end, text = piece.partition(">")
        gap = _BARE_TAGS.get(tag)
        if gap is None:
            gap = _gap_of(tag)
        if gap is None or not end:
            return None
        pieces += (gap, text) if gap else (text,)
    return _simply_decoded("".join(pieces))


def _gap_of(tag: str) -> str | None:
    """What the tag stands for in the text; None for an unknown one, and where a quotation mark may hide its end."""
    if tag.count('"') % 2 or ("'" in tag and _DOUBLY_QUOTED.sub("", tag).count("'") % 2):
        return None
    gap = _BREAKS.get(tag.partition(" ")[0])  # nine of ten are "a href=…" or "img src=…"
    if gap is not None:
        return gap
    name = _TAG_NAME.match(tag)
    return _BREAKS.get(name[1].lower()) if name else None


def _simply_decoded(text: str) -> str | None:
    """`text` without its character references; None where one of them is for lxml to judge."""
    references = text.count("&")
    if references == text.count("&amp;"):
        return text.replace("&amp;", "&")
    try:
        decoded, written = _SIMPLE_ENTITY.subn(_character, text)
    except KeyError:
        return None
    return decoded if written == references else None


def _character(entity: re.Match[str]) -> str:
    return chr(name2codepoint[entity[1]] if entity[1] else int(entity[2]))


def _element_text(markup: str) -> str:
    try:
        # huge_tree: without it, libxml2 drops what is nested deeper than 256 elements. MAX_CHARS bounds the work.
        parser = etree.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
        root = etree.fromstring(f"<div>{markup}</div>", parser)
    except (etree.LxmlError, ValueError, AssertionError):
        root = None
    if root is None:
        return _TAG.sub(" ", markup)
    return "".join(_pieces(root))


def _pieces(root: etree._Element) -> list[str]:
    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "end":
            if name in _BLOCKS:
                pieces.append("\n\n")
            if element.tail:
                pieces.append(_flat(element.tail, name))
        elif name in _UNSEEN or not name:
            walk.skip_subtree()
        elif name in _BLOCKS:
            pieces += ["\n\n", _flat(element.text, name)]
        elif name == "br":
            pieces.append("\n")
        else:
            pieces += [" " if name in _CELLS else "", _flat(element.text, name)]
    return pieces


def _flat(text: str | None, name: str) -> str:
    """White space in HTML is a space, unless the element keeps it."""
    if not text:
        return ""
    return text if name == "pre" else text.replace("\r", " ").replace("\n", " ")
