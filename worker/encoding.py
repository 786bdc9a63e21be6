"""The bytes of a feed or page in, its characters out, whatever the document and its server say of the encoding.

Never raises: bytes that fit no encoding are replaced, and a note says so.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# "<" and the character after it, where no BOM gives the width away.
_WIDE = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})|"""
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""",
    re.IGNORECASE,
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_ESCAPED = re.compile(r"^(?:utf-?7|hz|iso-2022)", re.IGNORECASE)  # encodings whose bytes are all ASCII
# What a wrong label stands for in practice (WHATWG Encoding Standard).
_MEANT = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin1": "cp1252", "iso-8859-9": "cp1254"}
# Encodings of the region's languages that a declaration of UTF-8 may hide.
_LIKELY = ["cp1251", "koi8_r", "cp1252", "cp1254", "cp1256", "iso8859_5", "cp866"]
_ACCENTED = re.compile("[\xc0-\xff]")
_ACCENTED_WORD = re.compile("[\xc0-\xff]{4,}")
_TURKISH = re.compile(b"[\xd0\xdd\xde\xf0\xfd\xfe]")  # ğ, ı, ş, İ; in windows-1252, letters of Icelandic alone
_SAMPLE = 20_000  # bytes are enough to tell one encoding from another
_TORN = 0.02  # share of broken bytes up to which UTF-8 is torn UTF-8 and not another encoding


def decoded(body: bytes, content_type: str = "") -> tuple[str, str, tuple[str, ...]]:
    """`body` as text, the name of its encoding, and what was wrong with what it said of itself.

    Trust falls from the byte-order mark over bytes that are valid UTF-8, the document's own declaration and the
    HTTP header to a guess: many documents declare UTF-8 and are windows-1251, and many servers say Latin-1 of all.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace"), encoding, ()
    head = body[:200].lstrip(b" \t\r\n")
    for start, encoding in _WIDE:
        if head.startswith(start):
            return body.decode(encoding, "replace"), encoding, ()
    return _decoded_bytes(body, _declared(body, content_type))


def is_said_to_be_utf8(body: bytes, content_type: str = "") -> bool:
    """Whether `decoded` would read the body as UTF-8 and find nothing wrong with that, if it is valid."""
    declared = _declared(body, content_type)
    return not any(map(_ESCAPED.match, declared)) and not _override(declared, "utf-8")


def _decoded_bytes(body: bytes, declared: list[str]) -> tuple[str, str, tuple[str, ...]]:
    if not any(_ESCAPED.match(name) for name in declared):
        try:
            return body.decode("utf-8"), "utf-8", _override(declared, "utf-8")
        except UnicodeDecodeError:
            pass
    for name in declared:
        if codecs.lookup(name).name != "utf-8":
            try:
                text = body.decode(_MEANT.get(name, name))
            except (UnicodeDecodeError, LookupError):
                continue
            if not _is_misread(text):
                return text, name, ()
    text = body.decode("utf-8", "replace")
    beyond_ascii = sum(byte >= 0x80 for byte in body[:_SAMPLE]) or 1
    broken = body[:_SAMPLE].decode("utf-8", "replace").count("\ufffd")
    if broken <= max(2, beyond_ascii * _TORN) and (beyond_ascii > 2 * broken or _is_utf8(declared)):
        return text, "utf-8", ("bytes that are no UTF-8 were replaced",)
    guess = _guessed(body)
    return (
        body.decode(guess, "replace"),
        guess,
        (f"declared as {declared[0] if declared else 'nothing'}, read as {guess}",),
    )


def _is_misread(text: str) -> bool:
    """Whether Cyrillic was read as Latin: most accented letters then stand in whole words of accented letters."""
    sample = text[:_SAMPLE]
    return 2 * sum(map(len, _ACCENTED_WORD.findall(sample))) > len(_ACCENTED.findall(sample)) > 0


def _is_utf8(declared: list[str]) -> bool:
    return not declared or codecs.lookup(declared[0]).name == "utf-8"


def _guessed(body: bytes) -> str:
    first = next((i for i, byte in enumerate(body) if byte >= 0x80), 0)
    sample = body[first : first + _SAMPLE]
    best = from_bytes(sample, cp_isolation=_LIKELY, threshold=0.5).best() or from_bytes(sample).best()
    if best is None or best.encoding == "cp1252":
        return "cp1254" if _TURKISH.search(sample) else "cp1252"
    return best.encoding


def _override(declared: list[str], actual: str) -> tuple[str, ...]:
    if declared and all(codecs.lookup(name).name not in (actual, "ascii") for name in declared):
        return (f"declared as {declared[0]}, read as {actual}",)
    return ()


def _declared(body: bytes, content_type: str) -> list[str]:
    return [name for name in (_declared_inside(body), _declared_in_header(content_type)) if _known(name)]


def _declared_inside(body: bytes) -> str:
    found = _DECLARED.search(body[:4000])
    return (found[1] or found[2]).decode("ascii").lower() if found else ""


def _declared_in_header(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else ""


def _known(name: str) -> bool:
    try:
        return bool(name) and isinstance(b"    ".decode(name, "replace"), str)  # `hex` and the like raise
    except (LookupError, ValueError):
        return False
