"""The bytes of XML in UTF-8 in, its elements out.

Most items of feeds are a row of elements with a text each. One expression takes such a row apart, in a third of the
time that lxml takes for a tree and Python for its elements. It is strict: what it accepts is well-formed and means what
it seems to; lxml reads everything else. Neither follows anything, or reads the entities of a document type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from lxml import etree

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# Possessive throughout: what was read as a name, a blank or a text is never given back to be read in another way.
_NAME = rb"[A-Za-z_][\w.-]*+(?::[A-Za-z_][\w.-]*+)?+"
_ATTRIBUTES = rb"(?:\s++%b\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+" % _NAME
_CHILD = rb"<(?P<within>%b)%b\s*+(?:/>|>[^<]*+</(?P=within)\s*+>)\s*+" % (_NAME, _ATTRIBUTES)
_CDATA = rb"<!\[CDATA\[((?:[^\]]++|\](?!\]>))*+)\]\]>\s*+"
# The name and the attributes of an element, its text, a CDATA section or its children; or all the rest, from where it
# is no such element any more: so that nothing is tried there again and again.
_ROW = re.compile(
    rb"<(%b)(%b)\s*+(?:/>|>([^<]*+)(?:%b|((?:%b)++))?+</\1\s*+>)|(\S[\s\S]*+)" % (_NAME, _ATTRIBUTES, _CDATA, _CHILD)
)
_ATTRIBUTE = re.compile(rb"(%b)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')" % _NAME)
_CHARACTERS = {b"lt": b"<", b"gt": b">", b"amp": b"&", b"quot": b'"', b"apos": b"'"}
_NUMBER = re.compile(rb"#(?:([0-9]{1,7})|x([0-9a-fA-F]{1,6}))")
_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
# U+FFFE and U+FFFF, which are no characters; and U+0080 to U+009F, in UTF-8 or as references, which feedparser takes
# for windows-1252.
_NO_CHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_C1_REFERENCE = re.compile(rb"&#(?:0*1[2-5][0-9]|[xX]0*[89][0-9a-fA-F]);")
_NONE: Mapping[str, str] = {}
_OFTEN = 200  # bytes of attributes up to which they may be those of many elements


class NotPlainError(Exception):
    """Something that only feedparser knows the meaning of."""


class Element(NamedTuple):
    """An element with all that it holds."""

    tag: bytes  # with its prefix, as written
    attributes: Mapping[str, str]
    text: str  # what stands before its children
    children: Sequence[Element] = ()


class Document(NamedTuple):
    """A document's root, and the namespaces that it declares: URIs by prefix, b"" for the default."""

    root: Element
    namespaces: Mapping[bytes, str]


def check_characters(data: bytes) -> None:
    """Complain of characters that XML does not have, and of those that feedparser takes for others.

    Raises:
        NotPlainError: there is one.
    """
    if len(data.translate(None, _CONTROLS)) != len(data) or (b"&#" in data and _C1_REFERENCE.search(data)):
        raise NotPlainError
    # One byte is found at once; an expression takes a look at each.
    if (b"\xc2" in data and _C1.search(data)) or (b"\xef" in data and _NO_CHARACTER.search(data)):
        raise NotPlainError


def read_row(data: bytes) -> list[Element] | None:
    """The elements that `data` is, with blanks between them; None where lxml must say what it is.

    Raises:
        UnicodeDecodeError: it is no UTF-8.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    row: list[Element] = []
    for tag, written, text, cdata, inner, _, rest in _ROW.findall(data):
        attributes: Mapping[str, str] | None = _NONE
        if written:
            attributes = _attributes(written) if len(written) <= _OFTEN else _read_attributes(written)
        value = _referenced(text) if b"&" in text or b">" in text else text
        children = read_row(inner) if inner else ()
        if rest or attributes is None or value is None or children is None:
            return None
        row.append(Element(tag, attributes, (value + cdata).decode(), children))
    return row


@lru_cache(maxsize=1024)
def _attributes(written: bytes) -> Mapping[str, str] | None:
    return _read_attributes(written)


def _read_attributes(written: bytes) -> Mapping[str, str] | None:
    found: dict[str, str] = {}
    pairs = _ATTRIBUTE.findall(written)
    for name, in_double, in_single in pairs:
        value = _referenced(in_double or in_single)
        # Line ends and tabs are blanks in a value; a prefix asks for its namespace.
        if value is None or b":" in name or name == b"xmlns" or b"\n" in value or b"\t" in value:
            return None
        found[name.decode()] = value.decode()
    return found if len(found) == len(pairs) else None  # twice the same name is not well-formed


def _referenced(data: bytes) -> bytes | None:
    """`data` with its references read; None for strange ones."""
    if b">" in data and b"]]>" in data:  # forbidden, though harmless
        return None
    references = data.count(b"&")
    if not references:
        return data
    # Escaped HTML holds dozens of the same three. The ampersands come last, so that none is taken for a beginning.
    with_tags = data.replace(b"&lt;", b"<").replace(b"&gt;", b">")
    read = with_tags.replace(b"&amp;", b"&")
    if references == (len(data) - len(with_tags)) // len("lt;") + (len(with_tags) - len(read)) // len("amp;"):
        return read
    first, *others = data.split(b"&")
    pieces = [first]
    for other in others:
        name, ends, text = other.partition(b";")
        character = _CHARACTERS.get(name) or _numbered(name)
        if not ends or not character:
            return None
        pieces += (character, text)
    return b"".join(pieces)


def _numbered(name: bytes) -> bytes:
    """The character that a reference names by its number; b"" where there is none."""
    found = _NUMBER.fullmatch(name)
    if found is None:
        return b""
    number = int(found[1]) if found[1] else int(found[2], 16)
    exists = number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD
    return chr(number).encode() if exists or 0x10000 <= number <= 0x10FFFF else b""


def read_document(data: bytes) -> Document:
    """The whole of a document, by lxml.

    Raises:
        NotPlainError: it is not well-formed, has a document type, or namespaces that are declared below its root.
    """
    if b"<!DOCTYPE" in data:
        raise NotPlainError
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise NotPlainError from error
    namespaces = {(prefix or "").encode(): uri for prefix, uri in root.nsmap.items()}
    if data.count(b"xmlns") != len(namespaces):  # or somebody speaks of them
        raise NotPlainError
    return Document(_element(root), namespaces)


def _element(tree: etree._Element) -> Element:
    name = str(tree.tag).rpartition("}")[2]
    tag = f"{tree.prefix}:{name}" if tree.prefix else name
    attributes = {str(key): str(value) for key, value in tree.attrib.items()}
    return Element(tag.encode(), attributes, tree.text or "", [_element(child) for child in tree])


def within(element: bytes, namespaces: Mapping[bytes, str]) -> bytes:
    """A document whose root has these namespaces, and holds nothing but `element`."""
    declared = (
        b" xmlns%b=%b" % (b":" + prefix if prefix else b"", quoteattr(uri).encode())
        for prefix, uri in namespaces.items()
    )
    return b'<?xml version="1.0" encoding="utf-8"?><root%b>%b</root>' % (b"".join(declared), element)
