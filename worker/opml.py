"""An OPML document in, feeds out, and the other way round.

Export, then import, loses nothing: languages and a country travel in OPML's own `language` and `category` attributes,
the rest in attributes of a namespace, as OPML 2.0 asks of extensions. Documents of other readers bring an address and a
title; such a feed stands alone (its own publisher, its own family) until feeds.toml says more.

Never fetches and never follows what a document includes. Source: http://opml.org/spec2.opml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from worker.errors import SettingsError
from worker.model import Feed

LONGEST_DOCUMENT = 4 * 1024 * 1024  # bytes; 20,000 feeds need about as much
LONGEST_ADDRESS = 2_048  # characters

SIDE = "[A-Z][A-Z-]{1,7}"  # the form of a side's name: mostly a country of ISO 3166-1

_NAMESPACE = "urn:trucewire:opml"
_OWN = f"{{{_NAMESPACE}}}"
# A bare & in an address is the mistake most often made in these documents, and a strict parser drops what follows it.
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What an OPML document holds.

    Attributes:
        feeds: in the document's order, each address once.
        problems: one line for each outline that was left out, with the reason.
    """

    feeds: tuple[Feed, ...]
    problems: tuple[str, ...] = ()


def feeds_from_opml(document: bytes) -> tuple[Feed, ...]:
    """The feeds of `document`; `subscriptions` also says what was left out.

    Raises:
        SettingsError: it is too large, or no OPML.
    """
    return subscriptions(document).feeds


def subscriptions(document: bytes) -> Subscriptions:
    """The feeds of `document`, and what was left out of it.

    Raises:
        SettingsError: it is too large, or no OPML.
    """
    feeds: dict[str, Feed] = {}
    problems: list[str] = []
    for outline in _outlines(document):
        url = outline.get("xmlurl", "")
        if complaint := address_complaint(url):
            problems.append(f"{url[:200]!r} {complaint}")
        elif url in feeds:
            problems.append(f"{url!r} stands there twice")
        else:
            feeds[url] = _feed(url, outline)
    return Subscriptions(tuple(feeds.values()), tuple(problems))


def opml_from_feeds(feeds: Iterable[Feed]) -> bytes:
    """`feeds` as an OPML 2.0 document in UTF-8, in their order."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"tw": _NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Trucewire feeds"
    body = etree.SubElement(root, "body")
    for feed in feeds:
        etree.SubElement(body, "outline", _attributes(feed))
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def address_complaint(url: str) -> str:
    """What is wrong with `url` as the address of a feed, "" where nothing is."""
    if not url:
        return "is empty"
    if len(url) > LONGEST_ADDRESS:
        return f"is longer than {LONGEST_ADDRESS} characters"
    if any(character.isspace() or not character.isprintable() for character in url):
        return "has a space or a control character in it"
    try:
        parts = urlsplit(url)
        port_is_good = parts.port != 0
    except ValueError as error:
        return f"is no address ({error})"
    if parts.scheme not in {"http", "https"}:
        return "is neither http nor https"
    if not parts.hostname or not port_is_good:
        return "names no host"
    if "@" in parts.netloc:
        return "has a user name or a password in it"
    return ""


def own_family(publisher: str) -> str:
    """The family of a publisher that stands alone: its name in small letters and hyphens, in whatever script."""
    return re.sub(r"[\W_]+", "-", publisher.casefold()).strip("-") or publisher


def _outlines(document: bytes) -> Iterator[dict[str, str]]:
    """The attributes of every outline that names a feed; OPML's own names in lower case, as some programs have them."""
    root = _root(document)
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise SettingsError("OPML", "", "not an OPML document", "export the subscriptions as OPML, and give that file")
    for element in root.iter("{*}outline"):
        attributes = {
            (name if name.startswith("{") else name.lower()): " ".join(value.split())
            for name, value in element.attrib.items()
        }
        # A subscription list is another document, not a feed.
        if "xmlurl" in attributes and attributes.get("type", "").lower() not in {"include", "link", "source"}:
            yield attributes


def _root(document: bytes) -> etree._Element | None:
    if len(document) > LONGEST_DOCUMENT:
        raise SettingsError("OPML", "", f"larger than {LONGEST_DOCUMENT} bytes", "split it")
    if b"\0" not in document:  # not UTF-16 or UTF-32
        document = _BARE_AMPERSAND.sub(b"&amp;", document.strip())
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _feed(url: str, outline: dict[str, str]) -> Feed:
    title = outline.get("text") or outline.get("title") or urlsplit(url).hostname or url
    publisher = outline.get(f"{_OWN}publisher") or title
    languages = outline.get(f"{_OWN}languages") or outline.get("language", "")[:2]
    side = outline.get(f"{_OWN}side", "")
    country = outline.get(f"{_OWN}country", "")
    return Feed(
        url=url,
        name=title,
        publisher=publisher,
        family=outline.get(f"{_OWN}family") or own_family(publisher),
        languages=tuple(code for code in languages.lower().split() if re.fullmatch("[a-z]{2}", code)),
        country=country if re.fullmatch("[A-Z]{2}", country) else "",
        side=side if re.fullmatch(SIDE, side) else "",
        dedicated=outline.get(f"{_OWN}dedicated") == "true",
        enabled=outline.get(f"{_OWN}enabled") != "false",
        origin="opml",
    )


def _attributes(feed: Feed) -> dict[str, str]:
    attributes = {
        "type": "rss",
        "text": feed.name,
        "title": feed.name,
        "xmlUrl": feed.url,
        "language": feed.languages[0] if feed.languages else "",
        "category": f"/{feed.country}" if feed.country else "",
        f"{_OWN}publisher": feed.publisher,
        f"{_OWN}family": feed.family,
        f"{_OWN}languages": " ".join(feed.languages),
        f"{_OWN}country": feed.country,
        f"{_OWN}side": feed.side,
        f"{_OWN}dedicated": "true" if feed.dedicated else "",
        f"{_OWN}enabled": "" if feed.enabled else "false",
    }
    return {name: _legal(value) for name, value in attributes.items() if value}


def _legal(value: str) -> str:
    """`value` on one line, without the characters that XML 1.0 has no way to write."""
    return " ".join(re.sub(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]", "", value).split())
