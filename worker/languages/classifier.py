"""The classifier of Latin text, ready for use: what py3langid's model knows of Latin letters and of our languages.

Imported when the first Latin text comes: unpacking the model takes seconds and temporary space of 80 MB. And a module
is imported once, however many threads ask for it at the same moment.

The whole model tells 142 languages by a table of states of 40 MB, most of which only other scripts lead to. Two thirds
of the states and all but a dozen of the languages are left out here; what stays gives the same scores.
"""

from __future__ import annotations

import lzma
import re
import shutil
import tempfile
from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

LATIN = ("en", "az", "tr", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "ro")

_BYTES = 256
_BYTES_OF_LATIN = np.r_[0x00:0x80, 0x80:0xC0, 0xC2:0xCA]  # UTF-8 up to U+027F: ə is U+0259
_BEYOND_LATIN = re.compile(r"[^\u0000-\u027f]+")
_AT_ONCE = 256  # rows, which take as many kilobytes


def rank(text: str) -> list[tuple[str, float]]:
    """The languages of `LATIN`, the likeliest first, with their scores; letters of other scripts count for nothing."""
    return _IDENTIFIER.rank(_BEYOND_LATIN.sub(" ", text))  # type: ignore[no-any-return]


def _load() -> LanguageIdentifier:
    """The model's part; one array of it after the other, so that never two large ones are in memory."""
    with tempfile.TemporaryFile(suffix=".npz") as unpacked:
        with lzma.open(MODEL_DIR / MODEL_FILE) as packed:
            shutil.copyfileobj(packed, unpacked, length=1 << 20)
        unpacked.seek(0)
        with np.load(unpacked, allow_pickle=False) as model:
            states, transitions, row_of = _reachable(model["nextmove"].reshape(-1, _BYTES), model["nextmove_row"])
            output = model["out_feat"][states]
            features = np.unique(output[output >= 0])
            names = model["classes"].tolist()
            kept = [number for number, name in enumerate(names) if name in LATIN]
            return LanguageIdentifier(
                model["ptc"][:, kept][features],
                model["pc"][kept],
                [names[number] for number in kept],
                transitions,
                array("i", np.where(output >= 0, np.searchsorted(features, output), -1).tolist()),
                tk_row=array("I", row_of.tolist()),
            )


def _reachable(table: NDArray[Any], row_of: NDArray[Any]) -> tuple[NDArray[Any], array[int], NDArray[Any]]:
    """The states that Latin text leads to; their transitions, by numbers of their own; and the row of each in those."""
    seen = np.zeros(len(row_of), dtype=bool)
    seen[0] = True
    new = np.flatnonzero(seen)
    while len(new):
        led_to = np.zeros_like(seen)
        for rows in _parts(np.unique(row_of[new])):
            led_to[table[np.ix_(rows, _BYTES_OF_LATIN)]] = True
        new = np.flatnonzero(led_to & ~seen)
        seen |= led_to
    states = np.flatnonzero(seen)
    rows, row_of = np.unique(row_of[states], return_inverse=True)
    number_of = np.cumsum(seen, dtype=np.uint32) - 1
    # An array of Python's own: single numbers of it are read three times as fast as numpy's.
    transitions = array("H" if len(states) <= 1 << 16 else "I", [0]) * (len(rows) * _BYTES)
    smaller = np.frombuffer(transitions, dtype=transitions.typecode).reshape(-1, _BYTES)
    for at in _parts(np.arange(len(rows))):
        smaller[np.ix_(at, _BYTES_OF_LATIN)] = number_of[table[np.ix_(rows[at], _BYTES_OF_LATIN)]]
    return states, transitions, row_of


def _parts(rows: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """A few at a time: what a table of them takes is then found again for the next."""
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))


_IDENTIFIER = _load()
