"""A feed document without the items that are known: what feedparser need not read again.

Parsing costs a hundred times what hashing does, and most items of a changed document are those of the last poll.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Container, Iterator
from typing import NamedTuple

# An item's borders, past CDATA and comments, which may hold anything.
_BORDER = re.compile(r"<!\[CDATA\[|<!--|<(/?)(item|entry)(?=[\s>/])", re.IGNORECASE)
# `[^<>]*`, here and below: what never closes would otherwise be followed to the end of the item from every `<` anew.
_ADDRESS = re.compile(
    r"""<(?:(?:link|guid|id)(?:\s[^<>]*)?>\s*+(?:<!\[CDATA\[)?([^<]{1,2048}+)</|"""
    r"""link\s[^<>]*?href\s*=\s*["']([^"']{1,2048})["'])""",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"</title\s*>.*(?:</(?:link|guid|id)\s*>|<link\s[^>]*/>)|</(?:link|guid|id)\s*>.*</title\s*>", re.DOTALL | re.I
)
_ROOT_START = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)(?:\s[^<>]*)?>", re.IGNORECASE)
_ROOT_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_TITLE = re.compile(r"<title(?:\s[^<>]*)?>([^<]*(?:<!\[CDATA\[[^<]*)?)", re.IGNORECASE)


# The first thousand items are the newest; a document of millions of elements is no feed, but would cost minutes.
MAX_ITEMS = 1000
MAX_ELEMENTS = 50_000
_HEAD = 20_000  # characters of a torn item in which its title and address must stand for it to be of use


class Items(NamedTuple):
    """A document taken apart. Without `hashes` it could not be, and `unknown` is all of it."""

    unknown: str  # the document less its known items
    hashes: tuple[str, ...] = ()
    repeated: frozenset[str] = frozenset()  # links and GUIDs of several items that differ in their titles
    problems: tuple[str, ...] = ()


def items_of(document: str, known: Container[str]) -> Items:
    """`document` less the items whose hashes are `known`, and less half an item at the end of a torn document.

    A document whose items nest or do not end is left whole: what is broken is read with all that is around it.
    """
    spans, torn_at = _spans(document)
    problems: list[str] = []
    if torn_at is not None:
        document = document[:torn_at]
        problems.append("the document is torn: its last item was left out")
    if not spans:
        return Items(document, problems=tuple(problems))
    if len(spans) > MAX_ITEMS:
        document = document[: spans[MAX_ITEMS][0]] + document[spans[-1][1] :]
        problems.append(f"{len(spans)} items: the first {MAX_ITEMS} were read")
        spans = spans[:MAX_ITEMS]
    texts = [document[start:end] for start, end in spans]
    hashes = tuple(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest() for text in texts)
    pieces, position = [], 0
    for (start, end), digest in zip(spans, hashes, strict=True):
        if digest in known:
            pieces.append(document[position:start])
            position = end
    # Where nothing is new there is no entry whose address could be another's, too.
    repeated = _repeated(texts) if len(pieces) < len(texts) else frozenset[str]()
    return Items("".join((*pieces, document[position:])), hashes, repeated, tuple(problems))


def single_items(document: str) -> Iterator[str]:
    """`document` with one item at a time, for each that can be told apart, and nothing that describes the feed."""
    spans, _ = _spans(document)
    if spans:
        roots = [root.end() for root in _ROOT_START.finditer(document, 0, spans[0][0])] or [spans[0][0]]
        in_channel = "</channel" not in document[: spans[0][0]].lower()  # in RDF, items stand behind it
        head, foot = document[: roots[-1 if in_channel else 0]], document[spans[-1][1] :]
        yield from (f"{head}{document[start:end]}{foot}" for start, end in spans[:MAX_ITEMS])


def is_too_large(document: str) -> bool:
    """Whether the document has more elements than any feed of `MAX_ITEMS` items needs."""
    elements, position = 0, 0
    while (start := document.find("<![CDATA[", position)) >= 0:
        elements += document.count("<", position, start)
        end = document.find("]]>", start)
        if end < 0:
            return elements > MAX_ELEMENTS
        position = end
    return elements + document.count("<", position) > MAX_ELEMENTS


def _repeated(items: list[str]) -> frozenset[str]:
    stands_in: dict[str, set[int]] = {}
    for number, item in enumerate(items):
        for written, href in _ADDRESS.findall(item):
            address = html.unescape(written.strip().removesuffix("]]>") or href).strip()
            stands_in.setdefault(address, set()).add(number)
    shared = {address: numbers for address, numbers in stands_in.items() if address and len(numbers) > 1}
    return frozenset(
        address for address, numbers in shared.items() if len({_title_of(items[number]) for number in numbers}) > 1
    )


def _title_of(item: str) -> str:
    found = _TITLE.search(item)
    return (found[1].strip() if found else "") or item


def _spans(document: str) -> tuple[list[tuple[int, int]], int | None]:
    """Where each item begins and ends ([] if they cannot be told apart), and where a torn last one begins."""
    spans: list[tuple[int, int]] = []
    start, position = -1, 0
    while border := _BORDER.search(document, position):
        position = border.end()
        if border[2] is None:
            position = document.find("]]>" if border.group() == "<![CDATA[" else "-->", position) + 3
            if position < 3:
                break
        elif not border[1]:
            if start >= 0:
                return [], None
            start = border.start()
        else:
            end = document.find(">", position) + 1
            if start < 0 or not end:
                return [], None
            spans.append((start, end))
            start, position = -1, end
    if start < 0:
        return spans, None
    if spans and not _ROOT_END.search(document, start) and not _NAMED.search(document[start : start + _HEAD]):
        return spans, start
    return [], None
