"""Two versions of a text in, what was taken out and what was put in, word by word, out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import Indel

_PIECE = re.compile(r"\s+|\w+|[^\w\s]")
KEPT_WORDS = 12  # of an unchanged stretch, on either side
MOST_PIECES = 20_000  # of both; beyond, the texts are compared line by line


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of both versions (same), of the earlier one (del), of the later one (ins), or left out (gap)."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """What lies between two versions; [] where nothing does. Long stretches that are the same are shortened."""
    if before == after:
        return []
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    if len(old) + len(new) > MOST_PIECES:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[Piece] = []
    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            found.append(Piece("same", "".join(old[step.src_start : step.src_end])))
            continue
        for kind, part in (("del", old[step.src_start : step.src_end]), ("ins", new[step.dest_start : step.dest_end])):
            if part:
                found.append(Piece(kind, "".join(part)))
    return _shortened(_joined(found))


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Changes that only a blank separates become one: that is how people read them."""
    runs: list[list[str]] = []  # taken out, put in; or one text that is the same
    for piece in pieces:
        blank = piece.kind == "same" and not piece.text.strip()
        if piece.kind != "same" or (blank and runs and len(runs[-1]) == 2):
            if not runs or len(runs[-1]) == 1:
                runs.append(["", ""])
            runs[-1][0] += piece.text if piece.kind != "ins" else ""
            runs[-1][1] += piece.text if piece.kind != "del" else ""
        else:
            runs.append([piece.text])
    found: list[Piece] = []
    for run in runs:
        kinds = ("del", "ins") if len(run) == 2 else ("same",)
        found += [Piece(kind, text) for kind, text in zip(kinds, run, strict=True) if text]
    return found


def _shortened(pieces: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        words = piece.text.split(" ")
        if piece.kind != "same" or len(words) <= 2 * KEPT_WORDS + 4:
            found.append(piece)
            continue
        if number > 0:
            found.append(Piece("same", " ".join(words[:KEPT_WORDS])))
        found.append(Piece("gap", "…"))
        if number < len(pieces) - 1:
            found.append(Piece("same", " ".join(words[-KEPT_WORDS:])))
    return found
