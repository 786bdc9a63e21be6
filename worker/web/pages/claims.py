"""A story's reports in, a table of who says what out: one row for each claim, one column for each side. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NOBODYS = ""  # the column of those who speak for no side
MOST_SIDES = 4  # columns; what other sides say stands in the last one
# A report says that something holds, is broken or is denied; the stances that stand for it on a page.
_SAYS = {"holds": "in_force", "broken": "violated"}


@dataclass(frozen=True, slots=True)
class Said:
    """Who of one side makes a claim: publishers, each with an article, the oldest first."""

    publishers: tuple[tuple[str, int], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One row."""

    concept: str
    stance: str
    confirmation: str
    voices: int
    by_side: dict[str, Said]


def claims_table(reports: Iterable[Mapping[str, Any]], most: int = 3) -> tuple[list[str], list[Claim]]:
    """The sides that are columns, and the rows; the column of nobody's voices comes last.

    Args:
        reports: as `StoryQueries.story` gives them.
        most: publishers that are named in a cell.
    """
    listed = list(reports)
    counted: dict[str, int] = {}
    for report in listed:
        for voice in report["voices"]:
            counted[voice["side"]] = counted.get(voice["side"], 0) + 1
    sides = sorted((side for side in counted if side), key=lambda side: (-counted[side], side))[:MOST_SIDES]
    columns = [*sides, NOBODYS] if len(counted) > len(sides) else sides
    return columns, [_row(report, sides, most) for report in listed]


def _row(report: Mapping[str, Any], sides: Sequence[str], most: int) -> Claim:
    by_side: dict[str, dict[str, int]] = {}
    for voice in report["voices"]:
        cell = by_side.setdefault(voice["side"] if voice["side"] in sides else NOBODYS, {})
        for article in voice["articles"]:
            cell.setdefault(article["publisher"] or article["family"], article["article_id"])
    return Claim(
        concept=report["concept"],
        stance=_SAYS.get(report["says"], report["says"]),
        confirmation=report["confirmation"],
        voices=len(report["voices"]),
        by_side={side: Said(tuple(cell.items())[:most], max(0, len(cell) - most)) for side, cell in by_side.items()},
    )
