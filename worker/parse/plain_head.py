"""What a plain document says of its feed, read without feedparser.

What is left of a document without its items comes in; the few things we ask of a feed go out under feedparser's names,
or None where anything in it may mean more than it seems to: then feedparser reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from worker.parse.elements import XML_LANG, Element, NotPlainError
from worker.parse.plain_items import ADDRESS, READERS, UNREAD, PlainItems, Reading, Slots, check_unread, text_of

# A document that speaks of these is of another version than its root says.
_OTHER_VERSIONS = frozenset({"http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"})
_TEXTS = frozenset({"language", "ttl", "sy_updateperiod", "sy_updatefrequency"})
_PARTS = {"title": "title", "link": "link", "guid": "guid", "id": "guid"}
# feedparser keeps these under names that nothing of ours is made of …
_IGNORED = frozenset(
    {"description", "subtitle", "lastbuilddate", "pubdate", "published", "updated", "generator", "copyright", "rights"}
    | {"managingeditor", "webmaster", "docs", "rating", "cloud", "category", "author", "logo", "icon"}
)
# … and what stands in these under names of their own, as long as it is nothing else.
_WITHIN = {
    "author": frozenset({"name", "email", "uri"}),
    "image": frozenset({"title", "link", "url", "width", "height", "description"}),
}


def read_plain_head(items: PlainItems) -> dict[str, Any] | None:
    """The feed of a plain document, with its version, as feedparser gives it; None where feedparser is needed."""
    root = items.root
    version, written = ("atom10", None) if root.tag == b"feed" else ("rss20", "2.0")
    if root.attributes.get("version") != written:
        return None
    if any(uri.lower() in _OTHER_VERSIONS for uri in items.namespaces.values()):
        return None
    try:
        feed = _feed(items.head, items.slots)
    except NotPlainError:
        return None
    if language := root.attributes.get(XML_LANG):
        feed.setdefault("language", language.replace("_", "-"))
    return {"version": version, "feed": feed}


def _feed(head: Iterable[Element], slots: Slots) -> dict[str, Any]:
    reading = Reading()
    texts: dict[str, str] = {}
    links: list[dict[str, str]] = []
    for element in head:
        name = slots.name_of(element.tag)
        part = _PARTS.get(name)
        if name in texts or (part in reading.found and name != "link"):
            raise NotPlainError
        if name in _TEXTS:
            texts[name] = text_of(element)
        elif part:
            READERS[part](element, reading)
            links += _links(element, name)
        elif name in _IGNORED or name in _WITHIN:
            _check_ignored(element, name, slots)
        elif slots[element.tag] == UNREAD:
            check_unread(element, slots)
        else:
            raise NotPlainError
    return {
        **texts,
        **{name: reading.found[name] for name in ("title", "link") if name in reading.found},
        "links": links,
    }


def _links(element: Element, name: str) -> list[dict[str, str]]:
    """The link where it is to a hub or to the feed itself; which must be written in full."""
    rel, href = element.attributes.get("rel", "").lower(), element.attributes.get("href", "")
    if name != "link" or rel not in ("hub", "self"):
        return []
    if not ADDRESS.fullmatch(href):
        raise NotPlainError
    return [{"rel": rel, "href": href}]


def _check_ignored(element: Element, name: str, slots: Slots) -> None:
    allowed = _WITHIN.get(name, frozenset())
    for child in element.children:
        if slots.name_of(child.tag) not in allowed or child.attributes or child.children:
            raise NotPlainError
