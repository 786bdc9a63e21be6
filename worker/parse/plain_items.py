"""The items of a plain RSS 2.0 or Atom document, read in a twentieth of feedparser's time.

A document comes in; its entries and what is left of it go out, or None where any item holds something that this module
does not know to mean what it seems to: then feedparser reads all of it. What is written here is what feedparser makes
of such items, habits included; the tests hold the two against each other. `plain_head` reads what is left.
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

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIXES = {uri.lower(): prefix for uri, prefix in StrictFeedParser.namespaces.items()}
ATOM = "http://www.w3.org/2005/Atom"
# What feedparser joins with the base and gets back as it was. Without `;`: it mends entities in links.
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[^\s;?#]*)?(?:\?[^\s;?#]+)?(?:#[^\s;?#]+)?")
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
UNREAD = "unread"
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
    root: etree._Element  # the document without its items
    parent: etree._Element  # in which they stood
    slots: Slots

    @property
    def head(self) -> str:
        """The document without its items, as XML."""
        return str(etree.tostring(self.root, encoding="unicode"))


class NotPlainError(Exception):
    """Something that only feedparser knows the meaning of."""


class Slots(dict[str, str]):
    """Which part of an entry the elements of one document are, by tag; `UNREAD` for none; "" where it is not known."""

    def __init__(self, root: etree._Element) -> None:
        """Learn the document's prefixes.

        Raises:
            NotPlainError: one of them is bound in a way that feedparser has its own thoughts about.
        """
        super().__init__()
        self._prefixes: dict[str, str | None] = {}
        for prefix, uri in root.nsmap.items():
            known = _PREFIXES.get(uri.lower())
            if "backend.userland.com" in uri or (prefix in _PREFIXES.values() and known != prefix):
                raise NotPlainError
            if known is None and uri in self._prefixes:  # which of two prefixes an element has would matter
                raise NotPlainError
            self._prefixes[uri] = prefix

    def __missing__(self, tag: str) -> str:
        """The part that an element met for the first time is."""
        slot = self[tag] = _slot(self.name_of(tag))
        return slot

    def name_of(self, tag: str) -> str:
        """What feedparser calls an element."""
        uri, _, local = tag.rpartition("}")
        prefix = _PREFIXES.get(uri[1:].lower(), self._prefixes.get(uri[1:]))
        return f"{prefix}_{local}".lower() if prefix else local.lower()


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
        slots = Slots(root)
        parent, name = _parent_of_items(root, slots)
        language = root.get(XML_LANG, "").replace("_", "-")
        items = parent.findall(name)
        entries = tuple(_entry(item, base, language, slots) for item in items)
    except (etree.XMLSyntaxError, NotPlainError):
        return None
    for item in items:
        parent.remove(item)
    return PlainItems(entries, root, parent, slots)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def _parent_of_items(root: etree._Element, slots: Slots) -> tuple[etree._Element, str]:
    """The element whose children the items are, and their tag."""
    if root.tag == f"{{{ATOM}}}feed":
        parent, name = root, f"{{{ATOM}}}entry"
    elif root.tag == "rss" and len(root) == 1 and root[0].tag == "channel" and not root[0].attrib:
        parent, name = root[0], "item"
    else:
        raise NotPlainError
    if not set(root.attrib) <= {"version", XML_LANG}:
        raise NotPlainError
    if any(slots[child.tag] == "content" for child in parent):
        raise NotPlainError
    return parent, name


@lru_cache(maxsize=1024)
def _slot(name: str) -> str:
    if name in _SLOTS:
        return _SLOTS[name]
    if name in _HARMLESS:
        return UNREAD
    handled = hasattr(StrictFeedParser, f"_start_{name}") or hasattr(StrictFeedParser, f"_end_{name}")
    return "" if handled or name in _MEANT or name.endswith("_detail") else UNREAD


class Reading:
    """One item while it is read."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.permalink = True
        self.source_url = ""
        self.tags: list[tuple[str | None, str | None, str | None]] = []


def _entry(item: etree._Element, base: str, language: str, slots: Slots) -> Entry:
    if item.attrib:
        raise NotPlainError
    reading = Reading()
    found = reading.found
    for element in item:
        slot = slots[element.tag]
        if slot == UNREAD:
            check_unread(element, slots)
        elif not slot or (slot in found and slot not in ("category", "link")):
            raise NotPlainError
        else:
            READERS[slot](element, reading)
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
        source_url=clean_url(reading.source_url, base) if reading.source_url else "",
        permalink=reading.permalink,
        categories=tuple(term for tag in reading.tags if tag[0] and (term := tag[0].strip())),
    )


def check_unread(element: etree._Element, slots: Slots) -> None:
    """Complain where an element that is not read holds one that is.

    Raises:
        NotPlainError: it does.
    """
    for child in element:
        if slots[child.tag] != UNREAD:
            raise NotPlainError
        check_unread(child, slots)


def text_of(element: etree._Element, *attributes: str) -> str:
    """The element's own text, which is all that it may hold besides `attributes`.

    Raises:
        NotPlainError: it holds more.
    """
    names = element.keys()
    if len(element) or (names and not set(names).issubset(attributes)):
        raise NotPlainError
    text = (element.text or "").strip()
    if text.isascii():
        return text
    try:  # feedparser undoes UTF-8 that was taken for Latin-1
        return text.encode("iso-8859-1").decode("utf-8").strip()
    except UnicodeError:
        return text


def _typed_text(element: etree._Element) -> str:
    if element.get("type", "").lower() not in _TYPES:
        raise NotPlainError
    return text_of(element, "type")


def _read_title(element: etree._Element, reading: Reading) -> None:
    reading.found["title"] = _typed_text(element)


def _read_summary(element: etree._Element, reading: Reading) -> None:
    reading.found["summary"] = _typed_text(element)


def _read_content(element: etree._Element, reading: Reading) -> None:
    reading.found["content"] = _typed_text(element)


def _read_link(element: etree._Element, reading: Reading) -> None:
    if not element.attrib:
        reading.found["link"] = _checked(ADDRESS, text_of(element))
        return
    if not set(element.attrib) <= {"href", "rel", "type", "hreflang", "title", "length"} or len(element):
        raise NotPlainError
    href = element.get("href")
    if not href:
        raise NotPlainError
    is_page = element.get("type", "text/html").lower() in ("text/html", "html", "xhtml", "application/xhtml+xml")
    if element.get("rel", "alternate").lower() == "alternate" and is_page:
        reading.found["link"] = _checked(ADDRESS, href)


def _read_guid(element: etree._Element, reading: Reading) -> None:
    guid = text_of(element, "isPermaLink")
    is_link = element.get("isPermaLink", "true") == "true"
    if is_link and not ADDRESS.fullmatch(guid):
        _checked(_NAME, guid)
    reading.found["guid"] = guid
    reading.permalink = is_link and "link" not in reading.found
    if is_link:
        reading.found.setdefault("link", guid)


def _read_author(element: etree._Element, reading: Reading) -> None:
    if not len(element):
        reading.found["author"] = text_of(element)
        return
    parts: dict[str, str] = {}
    for child in element:
        name = str(child.tag).removeprefix(f"{{{ATOM}}}")
        if name not in ("name", "email", "uri") or name in parts or child.attrib or len(child):
            raise NotPlainError
        parts[name] = (child.text or "").strip()
    name, email = parts.get("name", ""), parts.get("email", "")
    if element.attrib or not name or (element.text or "").strip():
        raise NotPlainError
    reading.found["author"] = f"{name} ({email})" if email else name


def _read_time(slot: str) -> Callable[[etree._Element, Reading], None]:
    def read(element: etree._Element, reading: Reading) -> None:
        reading.found[slot] = text_of(element)

    return read


def _read_category(element: etree._Element, reading: Reading) -> None:
    value = text_of(element, "term", "scheme", "domain", "label")
    if element.keys():
        scheme = element.get("scheme", element.get("domain"))
        _add_tag(reading, element.get("term"), scheme, element.get("label"))
    if not value:
        return
    if reading.tags and not reading.tags[-1][0]:
        reading.tags[-1] = (value, *reading.tags[-1][1:])
    else:
        _add_tag(reading, value, None, None)


def _add_tag(reading: Reading, term: str | None, scheme: str | None, label: str | None) -> None:
    tag = (term, scheme, label)
    if (term or scheme or label) and tag not in reading.tags:
        reading.tags.append(tag)


def _read_source(element: etree._Element, reading: Reading) -> None:
    reading.found["source"] = text_of(element, "url")
    reading.source_url = element.get("url", "")


def _checked(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise NotPlainError
    return text


READERS: dict[str, Callable[[etree._Element, Reading], None]] = {
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
