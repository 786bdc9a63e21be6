"""The items of a plain RSS 2.0 or Atom document, read in a twentieth of feedparser's time.

A document taken apart comes in; its entries and the document around them go out. Complains where any item holds
something that this module does not know to mean what it seems to: then feedparser reads all of it. What is written here
is what feedparser makes of such items, habits included; the tests hold the two against each other. `plain_head` reads
what stands around the items.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from feedparser.api import StrictFeedParser
from feedparser.util import FeedParserDict

from worker.model import Entry
from worker.parse.elements import (
    XML_LANG,
    Element,
    NotPlainError,
    check_characters,
    read_document,
    read_row,
    within,
)
from worker.urls import clean_url

_PREFIXES = {uri.lower(): prefix for uri, prefix in StrictFeedParser.namespaces.items()}
ATOM = "http://www.w3.org/2005/Atom"
# What feedparser joins with the base and gets back as it was. Without `;`: it mends entities in links.
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[^\s;?#]*)?(?:\?[^\s;?#]+)?(?:#[^\s;?#]+)?")
_NAME = re.compile(r"(?:tag|urn):[^\s;?#/]+(?:[/#][^\s;?#]+)?")
_BEYOND_LATIN_1 = re.compile("[^\x00-\xff]")

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
PLACE, _PLACE_TAG = b"<item/>", b"item"  # of an item that was taken out
# feedparser stores these under names that no entry of ours is made of, and they change nothing else.
_HARMLESS = frozenset(
    {"enclosure", "media_content", "media_group", "media_thumbnail", "media_credit", "media_rating", "media_player"}
)
# … and these it stores under such names without saying so.
_MEANT = frozenset({"feedburner_origlink", "guidislink", "links", "authors", "tags", *FeedParserDict.keymap})
_OF_LINKS = frozenset({"href", "rel", "type", "hreflang", "title", "length"})
_TYPES = frozenset({"", "text", "html", "text/plain", "text/html"})


class PlainItems(NamedTuple):
    """A plain document, taken apart."""

    entries: tuple[Entry, ...]
    shares_addresses: bool  # whether several of the items may name one address
    root: Element
    namespaces: Mapping[bytes, str]
    head: tuple[Element, ...]  # what stands beside the items
    slots: Slots


class Slots(dict[bytes, str]):
    """Which part of an entry the elements of one document are, by tag; `UNREAD` for none; "" where it is not known."""

    def __init__(self, namespaces: Mapping[bytes, str]) -> None:
        """Learn the document's prefixes.

        Raises:
            NotPlainError: one of them is bound in a way that feedparser has its own thoughts about.
        """
        super().__init__()
        self._prefixes: dict[bytes, str] = {b"": ""}
        unknown: set[str] = set()
        for prefix, uri in namespaces.items():
            known, written = _PREFIXES.get(uri.lower()), prefix.decode()
            if "backend.userland.com" in uri or (written in _PREFIXES.values() and known != written):
                raise NotPlainError
            if known is None and uri in unknown:  # which of two prefixes an element has would matter
                raise NotPlainError
            if known is None:
                unknown.add(uri)
            self._prefixes[prefix] = written if known is None else known

    def __missing__(self, tag: bytes) -> str:
        """The part that an element met for the first time is."""
        slot = self[tag] = _slot(self.name_of(tag))
        return slot

    def name_of(self, tag: bytes) -> str:
        """What feedparser calls an element.

        Raises:
            NotPlainError: its prefix is none.
        """
        written, _, local = tag.rpartition(b":")
        prefix = self._prefixes.get(written)
        if prefix is None:
            raise NotPlainError
        return f"{prefix}_{local.decode()}".lower() if prefix else local.decode().lower()


def read_plain_items(around: bytes, items: Iterable[bytes], base: str) -> PlainItems:
    """The entries of a document, and what stands around its items.

    Args:
        around: the document, in UTF-8, with `PLACE` where items stand.
        items: those that are to be read.
        base: the document's address.

    Raises:
        NotPlainError: feedparser is needed.
        UnicodeDecodeError: it is no UTF-8.
    """
    check_characters(around)
    root, namespaces = read_document(around)
    slots = Slots(namespaces)
    parent, name = _parent_of_items(root, namespaces)
    head = tuple(child for child in parent.children if child.tag != _PLACE_TAG)
    if len(head) + around.count(PLACE) != len(parent.children) or any(slots[child.tag] == "content" for child in head):
        raise NotPlainError  # items stand elsewhere, or the feed is taken for one
    language = root.attributes.get(XML_LANG, "").replace("_", "-")
    addresses: set[str] = set()
    shares_addresses = False
    entries: list[Entry] = []
    for item in items:
        entry, named = _entry(_elements_of(item, name, namespaces), base, language, slots)
        entries.append(entry)
        shares_addresses = shares_addresses or not addresses.isdisjoint(named)
        addresses |= named
    return PlainItems(tuple(entries), shares_addresses, root, namespaces, head, slots)


def _parent_of_items(root: Element, namespaces: Mapping[bytes, str]) -> tuple[Element, bytes]:
    """The element whose children the items are, and their tag."""
    if not root.attributes.keys() <= {"version", XML_LANG}:
        raise NotPlainError
    if root.tag == b"feed" and namespaces.get(b"") == ATOM:
        return root, b"entry"
    if root.tag == b"rss" and b"" not in namespaces and len(root.children) == 1:
        channel = root.children[0]
        if channel.tag == b"channel" and not channel.attributes:
            return channel, b"item"
    raise NotPlainError


def _elements_of(item: bytes, name: bytes, namespaces: Mapping[bytes, str]) -> Sequence[Element]:
    """What stands in an item."""
    check_characters(item)
    start, end = b"<%b>" % name, b"</%b>" % name
    if item.startswith(start) and item.endswith(end):
        row = read_row(item[len(start) : -len(end)])
        if row is not None:
            return row
    (element,) = read_document(within(item, namespaces)).root.children
    if element.tag != name or element.attributes:
        raise NotPlainError
    return element.children


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
        self.addresses: set[str] = set()  # by which the item may be known, in links and GUIDs


def _entry(elements: Iterable[Element], base: str, language: str, slots: Slots) -> tuple[Entry, set[str]]:
    """The entry, and the addresses by which it may be known."""
    reading = Reading()
    found = reading.found
    for element in elements:
        slot = slots[element.tag]
        if slot == UNREAD:
            if element.children:
                check_unread(element, slots)
        elif not slot or (slot in found and slot not in ("category", "link")):
            raise NotPlainError
        else:
            READERS[slot](element, reading)
    said_in = language if "title" in found or "summary" in found else ""
    entry = Entry(
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
    return entry, reading.addresses


def check_unread(element: Element, slots: Slots) -> None:
    """Complain where an element that is not read holds one that is.

    Raises:
        NotPlainError: it does.
    """
    for child in element.children:
        if slots[child.tag] != UNREAD:
            raise NotPlainError
        check_unread(child, slots)


def text_of(element: Element, *attributes: str) -> str:
    """The element's own text, which is all that it may hold besides `attributes`.

    Raises:
        NotPlainError: it holds more.
    """
    if element.children or (element.attributes and not element.attributes.keys() <= set(attributes)):
        raise NotPlainError
    text = element.text.strip()
    if text.isascii() or _BEYOND_LATIN_1.search(text):
        return text
    try:  # feedparser undoes UTF-8 that was taken for Latin-1
        return text.encode("iso-8859-1").decode("utf-8").strip()
    except UnicodeError:
        return text


def _typed_text(element: Element) -> str:
    if element.attributes and element.attributes.get("type", "").lower() not in _TYPES:
        raise NotPlainError
    return text_of(element, "type")


def _read_title(element: Element, reading: Reading) -> None:
    reading.found["title"] = _typed_text(element)


def _read_summary(element: Element, reading: Reading) -> None:
    reading.found["summary"] = _typed_text(element)


def _read_content(element: Element, reading: Reading) -> None:
    reading.found["content"] = _typed_text(element)


def _read_link(element: Element, reading: Reading) -> None:
    if not element.attributes:
        reading.found["link"] = link = _checked(ADDRESS, text_of(element))
        reading.addresses.add(link)
        return
    if not element.attributes.keys() <= _OF_LINKS or element.children:
        raise NotPlainError
    href = element.attributes.get("href")
    if not href:
        raise NotPlainError
    reading.addresses.add(element.text.strip() or href)
    is_page = element.attributes.get("type", "text/html").lower() in (
        "text/html",
        "html",
        "xhtml",
        "application/xhtml+xml",
    )
    if element.attributes.get("rel", "alternate").lower() == "alternate" and is_page:
        reading.found["link"] = _checked(ADDRESS, href)


def _read_guid(element: Element, reading: Reading) -> None:
    guid = text_of(element, "isPermaLink")
    is_link = element.attributes.get("isPermaLink", "true") == "true"
    if is_link and not ADDRESS.fullmatch(guid):
        _checked(_NAME, guid)
    reading.found["guid"] = guid
    if guid:
        reading.addresses.add(guid)
    reading.permalink = is_link and "link" not in reading.found
    if is_link:
        reading.found.setdefault("link", guid)


def _read_author(element: Element, reading: Reading) -> None:
    if not element.children:
        reading.found["author"] = text_of(element)
        return
    parts: dict[str, str] = {}
    for child in element.children:
        name = child.tag.decode()
        if name not in ("name", "email", "uri") or name in parts or child.attributes or child.children:
            raise NotPlainError
        parts[name] = child.text.strip()
    name, email = parts.get("name", ""), parts.get("email", "")
    if element.attributes or not name or element.text.strip():
        raise NotPlainError
    reading.found["author"] = f"{name} ({email})" if email else name


def _read_time(slot: str) -> Callable[[Element, Reading], None]:
    def read(element: Element, reading: Reading) -> None:
        reading.found[slot] = text_of(element)

    return read


def _read_category(element: Element, reading: Reading) -> None:
    value = text_of(element, "term", "scheme", "domain", "label")
    if element.attributes:
        scheme = element.attributes.get("scheme", element.attributes.get("domain"))
        _add_tag(reading, element.attributes.get("term"), scheme, element.attributes.get("label"))
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


def _read_source(element: Element, reading: Reading) -> None:
    reading.found["source"] = text_of(element, "url")
    reading.source_url = element.attributes.get("url", "")


def _checked(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise NotPlainError
    return text


READERS: dict[str, Callable[[Element, Reading], None]] = {
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
