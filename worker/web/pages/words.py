"""What the pages call things: names of the model in, words, icons and tones out. Pure.

A tone is the end of a CSS class; colour never stands without its word and its icon.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Sign:
    """A word with its icon and its tone."""

    word: str
    icon: str
    tone: str = ""
    title: str = ""  # what it means, in a sentence


SEVERITIES = {
    "critical": Sign("critical", "triangle", "critical", "Look at this now."),
    "warning": Sign("warning", "diamond", "warning", "Look at this today."),
    "info": Sign("info", "circle", "info", "Good to know."),
}
STANCES = {
    "agreed": Sign("agreed", "check", "holds", "It is reported as agreed."),
    "in_force": Sign("in force", "check", "holds", "It is reported as being so."),
    "proposed": Sign("proposed", "dots", "open", "Somebody proposes it."),
    "called_for": Sign("called for", "arrow", "open", "Somebody calls for it."),
    "violated": Sign("violated", "cross", "broken", "It is reported as broken."),
    "ended": Sign("ended", "stop", "broken", "It is reported as over."),
    "denied": Sign("denied", "slash", "denied", "Somebody denies it."),
    "background": Sign("background", "back", "quiet", "It is told as history."),
    "unknown": Sign("stance unknown", "question", "quiet", "The sentence does not say."),
}
CONFIRMATIONS = {
    "single_source": Sign("single source", "ring", "", "Only one independent voice reports it so far."),
    "one_side": Sign("one side only", "half", "", "Several publishers, all of one side of the conflict."),
    "both_sides": Sign("both sides", "pair", "", "Both sides of the conflict say so."),
    "independent": Sign("independently confirmed", "seal", "", "Publishers of no side confirm it."),
}
REGIONS = {
    "yes": Sign("about the region", "pin", ""),
    "no": Sign("not about the region", "slash", "quiet"),
    "unknown": Sign("region unknown", "question"),
    "": Sign("not judged yet", "dots", "quiet"),
}
REASONS = {
    "raised": "raised",
    "confirmed": "confirmed",
    "escalated": "escalated",
    "turned": "turned",
    "numbers": "new numbers",
    "corrected": "corrected",
    "retracted": "retracted",
}
LANGUAGES = {
    "am": "Amharic",
    "ar": "Arabic",
    "az": "Azerbaijani",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "he": "Hebrew",
    "hy": "Armenian",
    "it": "Italian",
    "ka": "Georgian",
    "ro": "Romanian",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
}
HARMFUL = frozenset({"offensive", "shelling", "casualties", "displacement", "blockade", "troop_movement"})
UNSAID = "unknown"
_TURNED = {"holds": "broken", "broken": "holds"}
LASTING = frozenset({"ceasefire", "disarmament", "peace_deal", "blockade", "peacekeepers"})  # can be in force


def words(name: str) -> str:
    """A name of the model as people write it: `troop_movement` → `troop movement`."""
    return name.replace("_", " ")


def severity(name: str) -> Sign:
    """The sign of a severity."""
    return SEVERITIES.get(name, Sign(words(name), "circle", "info"))


@lru_cache(maxsize=256)
def stance(name: str, concept: str = "") -> Sign:
    """The sign of a stance; an agreement is in force, an event is reported, and a blockade that ends is good news."""
    sign = STANCES.get(name, Sign(words(name), "question", "quiet"))
    if name == "in_force" and concept and concept not in LASTING:
        sign = Sign("reported", "check", "holds" if concept in HARMFUL else "open", "It is reported.")
    if concept in HARMFUL:
        sign = replace(sign, tone=_TURNED.get(sign.tone, sign.tone))
    return sign


def reports(found: Iterable[str]) -> list[tuple[str, list[str]]]:
    """`concept:stance`, … as concepts with their stances, each once; an unknown stance only where no other is told."""
    by_concept: dict[str, list[str]] = {}
    for name in found:
        concept, _, said = name.partition(":")
        by_concept.setdefault(concept, []).append(said)
    return [
        (concept, list(dict.fromkeys(one for one in said if one != UNSAID)) or [UNSAID])
        for concept, said in by_concept.items()
    ]


def confirmation(name: str) -> Sign:
    """The sign of a confirmation."""
    return CONFIRMATIONS.get(name, Sign(words(name), "ring"))


def region(name: str | None) -> Sign:
    """The sign of an article's region."""
    return REGIONS.get(name or "", REGIONS[""])


def language(code: str) -> str:
    """The name of a language; its code where that is all we know."""
    return LANGUAGES.get(code, code or "unknown language")


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 publisher`, `3 publishers`; thousands apart."""
    return f"{grouped(number)} {noun if number == 1 else plural or noun + 's'}"


def grouped(number: int) -> str:
    """A number with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u202f")
