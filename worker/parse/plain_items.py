"""The items of a plain RSS 2.0 or Atom document, read in a twentieth of feedparser's time.

A document comes in; its entries and what is left of it go out, or None where any item holds something that this module
does not know to mean what it seems to: then feedparser reads all of it. What is written here is what feedparser makes
of such items, habits included; the tests hold the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from feedparser.api import StrictFeedParser
from feedparser.util import FeedParserDict
from lxml import etree

from worker.model import Entry
from worker.urls import clean_url

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIXES = {uri.lower(): prefix for uri, prefix in StrictFeedParser.namespaces.items()}
_ATOM = "http://www.w3.org/2005/Atom"
# What feedparser joins with the base and gets back as it was. Without `;`: it mends entities in links.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[^\s;?#]*)?(?:\?[^\s;?#]+)?(?:#[^\s;?#]+)?")
_NAME = re.compile(r"(?:tag|urn):[^\s;?#/]+(?:[/#][^\s;?#]+)?")
# U+0080 to U+009F, in UTF-8 or as references: feedparser takes them for windows-1252.
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_C1_REFERENCE = re.compile(rb"&#(?:0*1[2-5][0-9]|[xX]0*[89][0-9a-fA-F]);")

_SLOTS = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "id": "guid",
    "description": "summary",
    "summary": "summary",
    "content": "content",
    "content_encoded": "content",
    "author": "author",
    "dc_creator": "author",
    "pubdate": "published",
    "published": "published",
    "updated": "updated",
    "dc_date": "updated",
    "category": "category",
    "dc_subject": "category",
    "source": "source",
}
_UNREAD = "unread"
# feedparser stores these under names that no entry of ours is made of, and they change nothing else.
_HARMLESS = frozenset(
    {"enclosure", "media_content", "media_group", "media_thumbnail", "media_credit", "media_rating", "media_player"}
)
# … and these it stores under such names without saying so.
_MEANT = frozenset({"feedburner_origlink", "guidislink", "links", "authors", "tags", *FeedParserDict.keymap})
_TYPES = frozenset({"", "text", "html", "text/plain", "text/html"})


class PlainItems(NamedTuple):
    """A plain document, taken apart."""

    entries: tuple[Entry, ...]
    head: str  # the document without its items


class _NotPlainError(Exception):
    """Something that only feedparser knows the meaning of."""


def read_plain_items(document: str, base: str) -> PlainItems | None:
    """The items of `document`; None where feedparser is needed.

    Args:
        document: with an XML declaration that says UTF-8.
        base: its address.
    """
    root_end = document.find(">", document.find("<", document.find("?>")))
    if "<!DOCTYPE" in document or document.find("xmlns", root_end) >= 0:
        return None
    data = document.encode("utf-8", "replace")
    if _C1.search(data) or _C1_REFERENCE.search(data):
        return None
    try:
        root = etree.fromstring(data, _parser())
        parent, name = _parent_of_items(root)
        language = root.get(_XML_LANG, "").replace("_", "-")
        items = [child for child in parent if child.tag == name]
        entries = tuple(_entry(item, base, language) for item in items)
    except (etree.XMLSyntaxError, _NotPlainError):
        return None
    for item in items:
        parent.remove(item)
    return PlainItems(entries, etree.tostring(root, encoding="unicode"))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def _parent_of_items(root: etree._Element) -> tuple[etree._Element, str]:
    """The element whose children the items are, and their tag."""
    for prefix, uri in root.nsmap.items():
        known = _PREFIXES.get(uri.lower())
        if "backend.userland.com" in uri or (prefix in _PREFIXES.values() and known != prefix):
            raise _NotPlainError
    if root.tag == f"{{{_ATOM}}}feed":
        parent, name = root, f"{{{_ATOM}}}entry"
    elif root.tag == "rss" and len(root) == 1 and root[0].tag == "channel" and not root[0].attrib:
        parent, name = root[0], "item"
    else:
        raise _NotPlainError
    if not set(root.attrib) <= {"version", _XML_LANG}:
        raise _NotPlainError
    if any(_slot(child.tag, child.prefix) == "content" for child in parent):
        raise _NotPlainError
    return parent, name


@lru_cache(maxsize=1024)
def _slot(tag: str, prefix: str | None) -> str:
    """Which part of an entry an element is; `_UNREAD` for none; "" where that is not known."""
    uri, _, local = tag.rpartition("}")
    known = _PREFIXES.get(uri[1:].lower(), prefix)
    name = f"{known.lower()}_{local.lower()}" if known else local.lower()
    if name in _SLOTS:
        return _SLOTS[name]
    if name in _HARMLESS:
        return _UNREAD
    handled = hasattr(StrictFeedParser, f"_start_{name}") or hasattr(StrictFeedParser, f"_end_{name}")
    return "" if handled or name in _MEANT or name.endswith("_detail") else _UNREAD


class _Reading:
    """One item while it is read."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.found: dict[str, str] = {}
        self.permalink = True
        self.source_url = ""
        self.tags: list[tuple[str | None, str | None, str | None]] = []


def _entry(item: etree._Element, base: str, language: str) -> Entry:
    if item.attrib:
        raise _NotPlainError
    reading = _Reading(language)
    for element in item:
        slot = _slot(element.tag, element.prefix)
        if slot == _UNREAD:
            _check_unread(element)
        elif not slot or (slot in reading.found and slot not in ("category", "link")):
            raise _NotPlainError
        else:
            _READERS[slot](element, reading)
    found = reading.found
    said_in = language if "title" in found or "summary" in found else ""
    return Entry(
        guid=found.get("guid", ""),
        url=clean_url(found.get("link", ""), base),
        title=found.get("title", ""),
        summary=found.get("summary", found.get("content", "")),
        content=found.get("content", ""),
        author=found.get("author", ""),
        published=found.get("published", ""),
        updated=found.get("updated", ""),
        language=said_in,
        source_name=found.get("source", ""),
        source_url=clean_url(reading.source_url, base),
        permalink=reading.permalink,
        categories=tuple(term for tag in reading.tags if tag[0] and (term := tag[0].strip())),
    )


def _check_unread(element: etree._Element) -> None:
    for child in element:
        if _slot(child.tag, child.prefix) != _UNREAD:
            raise _NotPlainError
        _check_unread(child)


def _text(element: etree._Element, *attributes: str) -> str:
    """The element's own text, which is all that it may hold."""
    if len(element) or not set(element.keys()).issubset(attributes):
        raise _NotPlainError
    text = (element.text or "").strip()
    if text.isascii():
        return text
    try:  # feedparser undoes UTF-8 that was taken for Latin-1
        return text.encode("iso-8859-1").decode("utf-8").strip()
    except UnicodeError:
        return text


def _typed_text(element: etree._Element) -> str:
    if element.get("type", "").lower() not in _TYPES:
        raise _NotPlainError
    return _text(element, "type")


def _read_title(element: etree._Element, reading: _Reading) -> None:
    reading.found["title"] = _typed_text(element)


def _read_summary(element: etree._Element, reading: _Reading) -> None:
    reading.found["summary"] = _typed_text(element)


def _read_content(element: etree._Element, reading: _Reading) -> None:
    reading.found["content"] = _typed_text(element)


def _read_link(element: etree._Element, reading: _Reading) -> None:
    if not element.attrib:
        reading.found["link"] = _checked(_ADDRESS, _text(element))
        return
    if not set(element.attrib) <= {"href", "rel", "type", "hreflang", "title", "length"} or len(element):
        raise _NotPlainError
    href = element.get("href")
    if not href:
        raise _NotPlainError
    is_page = element.get("type", "text/html").lower() in ("text/html", "html", "xhtml", "application/xhtml+xml")
    if element.get("rel", "alternate").lower() == "alternate" and is_page:
        reading.found["link"] = _checked(_ADDRESS, href)


def _read_guid(element: etree._Element, reading: _Reading) -> None:
    guid = _text(element, "isPermaLink")
    is_link = element.get("isPermaLink", "true") == "true"
    if is_link and not _ADDRESS.fullmatch(guid):
        _checked(_NAME, guid)
    reading.found["guid"] = guid
    reading.permalink = is_link and "link" not in reading.found
    if is_link:
        reading.found.setdefault("link", guid)


def _read_author(element: etree._Element, reading: _Reading) -> None:
    if not len(element):
        reading.found["author"] = _text(element)
        return
    parts: dict[str, str] = {}
    for child in element:
        name = str(child.tag).removeprefix(f"{{{_ATOM}}}")
        if name not in ("name", "email", "uri") or name in parts or child.attrib or len(child):
            raise _NotPlainError
        parts[name] = (child.text or "").strip()
    name, email = parts.get("name", ""), parts.get("email", "")
    if element.attrib or not name or (element.text or "").strip():
        raise _NotPlainError
    reading.found["author"] = f"{name} ({email})" if email else name


def _read_time(slot: str) -> Callable[[etree._Element, _Reading], None]:
    def read(element: etree._Element, reading: _Reading) -> None:
        reading.found[slot] = _text(element)

    return read


def _read_category(element: etree._Element, reading: _Reading) -> None:
    value = _text(element, "term", "scheme", "domain", "label")
    term, label = element.get("term"), element.get("label")
    scheme = element.get("scheme", element.get("domain"))
    _add_tag(reading, term, scheme, label)
    if not value:
        return
    if reading.tags and not reading.tags[-1][0]:
        reading.tags[-1] = (value, *reading.tags[-1][1:])
    else:
        _add_tag(reading, value, None, None)


def _add_tag(reading: _Reading, term: str | None, scheme: str | None, label: str | None) -> None:
    tag = (term, scheme, label)
    if (term or scheme or label) and tag not in reading.tags:
        reading.tags.append(tag)


def _read_source(element: etree._Element, reading: _Reading) -> None:
    reading.found["source"] = _text(element, "url")
    reading.source_url = element.get("url", "")


def _checked(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise _NotPlainError
    return text


_READERS: dict[str, Callable[[etree._Element, _Reading], None]] = {
    "title": _read_title,
    "link": _read_link,
    "guid": _read_guid,
    "summary": _read_summary,
    "content": _read_content,
    "author": _read_author,
    "published": _read_time("published"),
    "updated": _read_time("updated"),
    "category": _read_category,
    "source": _read_source,
}
