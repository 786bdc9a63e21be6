"""A string in, the same string folded for matching out, with a map back to where each character came from.

Folding makes equal what readers take for the same letter: case (also İ and ı), NFC and NFD, the many hyphens and
apostrophes, no-break spaces, ё and е, stress marks, soft hyphens and zero-width characters, the Armenian marks
that stand inside a word (՛ ՜ ՞), եւ and և, and Latin letters that pass for Cyrillic ones. Diacritics that tell words
apart stay: öldü (died) is not oldu (became). Never changes the order of characters, never touches the original.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Characters that say nothing: soft hyphen, zero-width characters, direction marks, the Armenian marks inside words.
_SILENT = frozenset(
    "\u00ad\u034f\ufeff\u055b\u055c\u055e"
    + "".join(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065))))
)
_MARKS = frozenset(map(chr, range(0x0300, 0x0370)))  # combining: NFD, stress marks
_SILENT_CLASS = "".join(sorted(_SILENT))
_DROPPED_CLASS = "".join(sorted(_SILENT | _MARKS))
_ODD = re.compile(f"[եԵ]ւ|[{_SILENT_CLASS}]+|[^{_DROPPED_CLASS}][{_DROPPED_CLASS}]+|[{_DROPPED_CLASS}]+")
_TO_DROP = re.compile(f"[{_DROPPED_CLASS}]")
_DROP_SILENT = re.compile(f"[{_SILENT_CLASS}]")
_YEV = {"եւ": "և", "Եւ": "և"}  # Armenian, spelt either way: Երեւան is Երևան

# One character for one character, so that the map back stays the identity. After lower-casing.
_HYPHENS = "\u2010\u2011\u2012\u2212\u058a\u05be\ufe63\uff0d"  # \u058a is Armenian
_APOSTROPHES = "\u2019\u2018\u02bc\u02bb\u055a\u00b4`\u201b\uff07"
_BLANKS = "\t\n\r\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\u2028\u2029"
_SAME = (
    dict.fromkeys(_HYPHENS, "-") | dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_BLANKS, " ") | {"ı": "i", "ё": "е"}
)
_SAME_ASCII = {char: new for char, new in _SAME.items() if char.isascii()}
_TO_REPLACE = re.compile(f"[{''.join(map(re.escape, _SAME))}]")

_A_LATIN = re.compile("[a-z]")
_A_CYRILLIC = re.compile("[а-я]")
_LATIN_FOR_CYRILLIC = str.maketrans("abcehkmoptxyi", "авсенкмортхуі")
_CYRILLIC_FOR_LATIN = str.maketrans("авсенкмортхуіѕј", "abcehkmoptxyisj")
_MIXED = re.compile("[a-z](?=[а-яіїєґ])|[а-яіїєґ](?=[a-z])")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Folded:
    """Text folded for matching.

    `offsets[i]` is where character `i` of `text` began in the original, with the original's length at the end;
    None says that every character stands where it stood.
    """

    text: str
    offsets: tuple[int, ...] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that `text[start:end]` came from."""
        return (start, end) if self.offsets is None else (self.offsets[start], self.offsets[end])

    def position(self, origin: int) -> int:
        """The first character of `text` at or after `origin` of the original."""
        if self.offsets is None:
            return origin
        low, high = 0, len(self.offsets) - 1
        while low < high:
            middle = (low + high) // 2
            if self.offsets[middle] < origin:
                low = middle + 1
            else:
                high = middle
        return low


def fold(text: str) -> Folded:
    """`text` as it is compared. Folding what is folded changes nothing."""
    if text.isascii():
        text = text.lower()
        # A replace that finds nothing costs a memchr; str.translate costs a dictionary look-up for each character.
        for char, new in _SAME_ASCII.items():
            text = text.replace(char, new)
        return Folded(text)
    offsets: tuple[int, ...] | None = None
    if _TO_DROP.search(text) or "եւ" in text or "Եւ" in text:
        text, offsets = _composed(text)
    # "İ".lower() is two characters, i and a dot above: replaced first, so that lengths agree.
    text = text.replace("İ", "i").lower()
    # Most texts have few of these; one search for all of them is cheaper than a replace of each.
    for char in set(_TO_REPLACE.findall(text)):
        text = text.replace(char, _SAME[char])
    if _A_CYRILLIC.search(text) and _A_LATIN.search(text) and _MIXED.search(text):
        text = _WORD.sub(_one_script, text)
    return Folded(text, offsets)


def _composed(text: str) -> tuple[str, tuple[int, ...]]:
    """`text` without silent characters and with letters and their marks composed, and where each came from."""
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for odd in _ODD.finditer(text):
        start, end = odd.span()
        pieces.append(text[at:start])
        offsets.extend(range(at, start))
        letter = _YEV.get(odd.group()) or _composed_letter(odd.group())
        pieces.append(letter)
        offsets.extend([start] * len(letter))
        at = end
    pieces.append(text[at:])
    offsets.extend(range(at, len(text) + 1))
    return "".join(pieces), tuple(offsets)


def _composed_letter(cluster: str) -> str:
    """A letter and its marks as one character; marks that make none are dropped."""
    return _TO_DROP.sub("", unicodedata.normalize("NFC", _DROP_SILENT.sub("", cluster)))


def _one_script(word: re.Match[str]) -> str:
    """A word that mixes Latin and Cyrillic, in the script its unmistakable letters belong to."""
    written = word.group()
    if written.isascii() or not _MIXED.search(written):
        return written
    cyrillic = written.translate(_LATIN_FOR_CYRILLIC)
    if not re.search("[a-z]", cyrillic):
        return cyrillic
    latin = written.translate(_CYRILLIC_FOR_LATIN)
    return written if re.search("[а-я]", latin) else latin


_SCRIPTS = {
    "armenian": re.compile("[\u0531-\u0587]"),
    "georgian": re.compile("[\u10a0-\u10ff\u1c90-\u1cbf]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f]"),
}


def script_of(text: str) -> str:
    """The script most letters of `text` are written in: armenian, georgian, cyrillic, arabic, latin, or "" for none."""
    if text.isascii():
        return "latin" if _SCRIPTS["latin"].search(text) else ""
    counts = {script: len(letters.findall(text)) for script, letters in _SCRIPTS.items()}
    best = max(counts, key=lambda script: counts[script])
    return best if counts[best] else ""
