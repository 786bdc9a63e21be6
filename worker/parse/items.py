"""A feed document without the items that are known: what feedparser need not read again.

Parsing costs a hundred times what hashing does, and most items of a changed document are those of the last poll.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Container
from typing import NamedTuple

# An item's borders, past CDATA and comments, which may hold anything.
_BORDER = re.compile(r"<!\[CDATA\[|<!--|<(/?)(item|entry)(?=[\s>/])", re.IGNORECASE)
_ADDRESS = re.compile(
    r"""<(?:link|guid|id)(?:\s[^>]*)?>\s*(?:<!\[CDATA\[)?([^<]{1,2048}?)(?:\]\]>)?\s*</|"""
    r"""<link\s[^>]*?href\s*=\s*["']([^"']{1,2048})["']""",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<title(?:\s[^>]*)?>([^<]*(?:<!\[CDATA\[[^<]*)?)", re.IGNORECASE)


class Items(NamedTuple):
    """A document taken apart. Without `hashes` it could not be, and `unknown` is all of it."""

    unknown: str  # the document less its known items
    hashes: tuple[str, ...] = ()
    repeated: frozenset[str] = frozenset()  # links and GUIDs of several items that differ in their titles


def items_of(document: str, known: Container[str]) -> Items:
    """`document` less the items whose hashes are `known`.

    A document whose items nest, or begin and do not end, is left whole: what is broken is read with all that is
    around it.
    """
    spans = _spans(document)
    if not spans:
        return Items(document)
    texts = [document[start:end] for start, end in spans]
    hashes = tuple(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest() for text in texts)
    pieces, position = [], 0
    for (start, end), digest in zip(spans, hashes, strict=True):
        if digest in known:
            pieces.append(document[position:start])
            position = end
    unknown = "".join((*pieces, document[position:]))
    return Items(unknown, hashes, _repeated(texts))


def _repeated(items: list[str]) -> frozenset[str]:
    titles: dict[str, set[str]] = {}
    for item in items:
        found = _TITLE.search(item)
        title = (found[1].strip() if found else "") or item
        for written, href in _ADDRESS.findall(item):
            titles.setdefault(html.unescape(written or href).strip(), set()).add(title)
    return frozenset(address for address, said in titles.items() if address and len(said) > 1)


def _spans(document: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start, position = -1, 0
    while border := _BORDER.search(document, position):
        position = border.end()
        if border[2] is None:
            position = document.find("]]>" if border.group() == "<![CDATA[" else "-->", position) + 3
            if position < 3:
                return []
        elif not border[1]:
            if start >= 0:
                return []
            start = border.start()
        else:
            end = document.find(">", position) + 1
            if start < 0 or not end:
                return []
            spans.append((start, end))
            start, position = -1, end
    return spans if start < 0 else []
