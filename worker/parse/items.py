"""A feed document without the items that are known: what need not be read again.

Parsing costs a hundred times what hashing does, and most items of a changed document are those of the last poll.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

# An item's borders, past CDATA and comments, which may hold anything.
_BORDER = re.compile(rb"<!\[CDATA\[|<!--|<(/?)(item|entry)(?=[\s>/])", re.IGNORECASE)
# `[^<>]*`, here and below: what never closes would otherwise be followed to the end of the item from every `<` anew.
_ADDRESS = re.compile(
    rb"""<(?:(?:link|guid|id)(?:\s[^<>]*)?>\s*+(?:<!\[CDATA\[)?([^<]{1,2048}+)</|"""
    rb"""link\s[^<>]*?href\s*=\s*["']([^"']{1,2048})["'])""",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rb"</title\s*>.*(?:</(?:link|guid|id)\s*>|<link\s[^>]*/>)|</(?:link|guid|id)\s*>.*</title\s*>", re.DOTALL | re.I
)
_ROOT_START = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel)(?:\s[^<>]*)?>", re.IGNORECASE)
_ROOT_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_TITLE = re.compile(rb"<title(?:\s[^<>]*)?>([^<]*(?:<!\[CDATA\[[^<]*)?)", re.IGNORECASE)


# The first thousand items are the newest; a document of millions of elements is no feed, but would cost minutes.
MAX_ITEMS = 1000
MAX_ELEMENTS = 50_000
_SMALLEST = 3  # bytes of an element
_HEAD = 20_000  # bytes of a torn item in which its title and address must stand for it to be of use
_DIGITS = 24  # of a hash: 96 bits


class Items(NamedTuple):
    """A document taken apart. Without `spans` it could not be, and is read as a whole."""

    document: bytes  # less half an item at its end, and less what is too much
    spans: tuple[tuple[int, int], ...] = ()  # where each item begins and ends
    hashes: tuple[str, ...] = ()  # of each item
    problems: tuple[str, ...] = ()

    @property
    def texts(self) -> list[bytes]:
        """Every item, as it stands in the document."""
        return [self.document[start:end] for start, end in self.spans]

    def unknown(self, known: Container[str]) -> list[bytes]:
        """The items that are not `known` by their hashes."""
        hashed = zip(self.spans, self.hashes, strict=True)
        return [self.document[start:end] for (start, end), digest in hashed if digest not in known]

    def without(self, known: Container[str]) -> bytes:
        """The document less the items that are `known`."""
        hashed = zip(self.spans, self.hashes, strict=True)
        return b"".join(_left(self.document, [span for span, digest in hashed if digest in known]))

    def around(self, place: bytes) -> bytes:
        """The document with `place` for the items, once for those with nothing but blanks between them."""
        first, *between, last = _left(self.document, self.spans)
        return place.join((first, *filter(bytes.strip, between), last))

    def repeated(self) -> frozenset[str]:
        """Links and GUIDs of several items that differ in their titles."""
        texts = self.texts
        stands_in: dict[str, set[int]] = {}
        for number, text in enumerate(texts):
            for written, href in _ADDRESS.findall(text):
                address = (written.strip().removesuffix(b"]]>") or href).decode("utf-8", "replace")
                stands_in.setdefault(html.unescape(address).strip(), set()).add(number)
        shared = {address: numbers for address, numbers in stands_in.items() if address and len(numbers) > 1}
        return frozenset(
            address for address, numbers in shared.items() if len({_title_of(texts[number]) for number in numbers}) > 1
        )


def items_of(document: bytes) -> Items:
    """`document` taken apart, less half an item at the end of a torn one.

    A document whose items nest or do not end is left whole: what is broken is read with all that is around it.
    """
    spans, torn_at = _spans(document)
    problems: list[str] = []
    if torn_at is not None:
        document = document[:torn_at]
        problems.append("the document is torn: its last item was left out")
    if len(spans) > MAX_ITEMS:
        document = document[: spans[MAX_ITEMS][0]] + document[spans[-1][1] :]
        problems.append(f"{len(spans)} items: the first {MAX_ITEMS} were read")
        spans = spans[:MAX_ITEMS]
    hashes = tuple(hashlib.sha256(document[start:end]).hexdigest()[:_DIGITS] for start, end in spans)
    return Items(document, tuple(spans), hashes, tuple(problems))


def single_items(document: bytes) -> Iterator[bytes]:
    """`document` with one item at a time, for each that can be told apart, and nothing that describes the feed."""
    spans, _ = _spans(document)
    if spans:
        roots = [root.end() for root in _ROOT_START.finditer(document, 0, spans[0][0])] or [spans[0][0]]
        in_channel = b"</channel" not in document[: spans[0][0]].lower()  # in RDF, items stand behind it
        head, foot = document[: roots[-1 if in_channel else 0]], document[spans[-1][1] :]
        yield from (head + document[start:end] + foot for start, end in spans[:MAX_ITEMS])


def is_too_large(document: bytes) -> bool:
    """Whether the document has more elements than any feed of `MAX_ITEMS` items needs."""
    if len(document) < MAX_ELEMENTS * _SMALLEST:
        return False
    elements, position = 0, 0
    while (start := document.find(b"<![CDATA[", position)) >= 0:
        elements += document.count(b"<", position, start)
        end = document.find(b"]]>", start)
        if end < 0:
            return elements > MAX_ELEMENTS
        position = end
    return elements + document.count(b"<", position) > MAX_ELEMENTS


def _left(document: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """What is left of `document` without its `spans`: before, between and behind them."""
    position = 0
    for start, end in spans:
        yield document[position:start]
        position = end
    yield document[position:]


def _title_of(item: bytes) -> bytes:
    found = _TITLE.search(item)
    return (found[1].strip() if found else b"") or item


def _spans(document: bytes) -> tuple[list[tuple[int, int]], int | None]:
    """Where each item begins and ends ([] if they cannot be told apart), and where a torn last one begins."""
    spans: list[tuple[int, int]] = []
    start, position = -1, 0
    while border := _BORDER.search(document, position):
        position = border.end()
        if border[2] is None:
            position = document.find(b"]]>" if border.group() == b"<![CDATA[" else b"-->", position) + 3
            if position < 3:
                break
        elif not border[1]:
            if start >= 0:
                return [], None
            start = border.start()
        else:
            end = document.find(b">", position) + 1
            if start < 0 or not end:
                return [], None
            spans.append((start, end))
            start, position = -1, end
    if start < 0:
        return spans, None
    if spans and not _ROOT_END.search(document, start) and not _NAMED.search(document[start : start + _HEAD]):
        return spans, start
    return [], None
