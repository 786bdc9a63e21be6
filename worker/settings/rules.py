"""`rules.toml` in; frozen rules out.

A rule asks for concepts, for words of its own, or for both. What can never fire is a mistake and is said so.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from worker.errors import SettingsError
from worker.model import ConceptName, Region, Rule, Severity, Stance
from worker.settings.toml import Section, read_toml

Word = Annotated[str, Field(min_length=2, max_length=100)]
Language = Annotated[str, Field(pattern="^[a-z]{2}$")]
# The commonest words of the six languages: a rule that asks for one of them fires on everything.
_IN_EVERY_TEXT = frozenset(
    {
        "the",
        "an",
        "of",
        "and",
        "in",
        "to",
        "on",
        "for",
        "at",
        "by",
        "is",
        "was",
        "with",
        "from",
        "that",
        "и",
        "в",
        "во",
        "на",
        "не",
        "что",
        "по",
        "из",
        "за",
        "от",
        "это",
        "և",
        "է",
        "են",
        "որ",
        "մի",
        "ու",
        "համար",
        "və",
        "bu",
        "bir",
        "da",
        "də",
        "ilə",
        "ki",
        "ve",
        "de",
        "için",
        "ile",
        "და",
        "არის",
        "რომ",
        "ეს",
        "არ",
        "თუ",
    }
)
_LEAST_BEFORE_STAR = 3  # letters; a shorter stem with any ending matches half of the language


class RuleSection(Section):
    """`[[rule]]`."""

    id: str = Field(pattern="^[a-z][a-z0-9_-]{0,39}$")
    title: str = Field(min_length=1, max_length=100)
    severity: Severity
    severities: dict[Stance, Severity] = Field(default_factory=dict)
    concepts: tuple[ConceptName, ...] = ()
    stances: tuple[Stance, ...] = ()
    any: tuple[Word, ...] = ()
    all: tuple[Word, ...] = ()
    none: tuple[Word, ...] = ()
    near: int | None = Field(default=None, ge=0, le=100)
    fields: tuple[Literal["title", "summary", "text"], ...] = Field(default=("title", "summary", "text"), min_length=1)
    regions: tuple[Region, ...] = (Region.YES,)
    places: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    publishers: tuple[str, ...] = ()
    enabled: bool = True

    @model_validator(mode="after")
    def _can_fire(self) -> RuleSection:
        if not (self.concepts or self.any or self.all):
            raise ValueError("asks for nothing; give concepts, any or all")
        if self.stances and not self.concepts:
            raise ValueError("stances without concepts; add concepts, or leave stances out")
        for stance in self.severities:
            if not self.concepts or (self.stances and stance not in self.stances):
                raise ValueError(f"severities of {stance}, which can never fire it; add it to stances, or take it out")
        if self.near is not None and len(self.all) + bool(self.any) < 2:
            raise ValueError("near needs two words; give at least two in all, or any beside all")
        return self

    @model_validator(mode="after")
    def _words_tell_something(self) -> RuleSection:
        for word in (*self.any, *self.all, *self.none):
            _check_word(word)
        for word in self.all:
            if other := _covering(word, self.none):
                raise ValueError(f"{word!r} is in all and {other!r} in none; take it out of one of them")
        if self.any and all(_covering(word, self.none) for word in self.any):
            raise ValueError("every word of any is also in none; take it out of one of them")
        for words in (self.any, self.all, self.none):
            for at, word in enumerate(words):
                if other := _covering(word, (*words[:at], *words[at + 1 :])):
                    raise ValueError(f"{word!r} adds nothing to {other!r}; take it out")
        return self


def _check_word(word: str) -> None:
    for part in word.split():
        letters = part.rstrip("*")
        if "*" in letters:
            raise ValueError(f"{word!r} has a * before its end; write * only where a word ends")
        if part.endswith("*") and len(letters) < _LEAST_BEFORE_STAR:
            raise ValueError(f"{word!r} matches nearly everything; write at least three letters before the *")
    if not any(char.isalnum() for char in word):
        raise ValueError(f"{word!r} has no letter; write a word")
    if word.casefold() in _IN_EVERY_TEXT:
        raise ValueError(f"{word!r} is in nearly every text; write a word that tells something")


def _covering(word: str, others: Iterable[str]) -> str:
    """The one of `others` that is found wherever `word` is; "" for none."""
    parts = word.casefold().split()
    for other in others:
        wider = other.casefold().split()
        if len(wider) == len(parts) and all(map(_is_wider, wider, parts)):
            return other
    return ""


def _is_wider(part: str, other: str) -> bool:
    return part == other or (part.endswith("*") and other.rstrip("*").startswith(part.rstrip("*")))


class RulesFile(Section):
    """`rules.toml`."""

    rule: tuple[RuleSection, ...] = Field(min_length=1)


def read_rules(path: Path, places: frozenset[str] | None = None) -> tuple[Rule, ...]:
    """The rules in the file at `path`.

    Args:
        path: of `rules.toml`.
        places: the gazetteer's names, for finding places that no article can name; None checks none.

    Raises:
        SettingsError: the first mistake, with file, key and remedy.
    """
    file = read_toml(path, RulesFile)
    seen: set[str] = set()
    for number, section in enumerate(file.rule, 1):
        if section.id in seen:
            raise SettingsError(path.name, f"rule[{number}].id", f"{section.id!r} is used twice", "choose another id")
        seen.add(section.id)
        for place in section.places:
            if places is not None and place not in places:
                near = difflib.get_close_matches(place, sorted(places), n=1) or [
                    name for name in sorted(places) if place.casefold() in name.casefold()
                ]
                remedy = f"did you mean {near[0]!r}?" if near else "use a name of region.toml"
                key = f"rule[{number}].places"
                raise SettingsError(path.name, key, f"{place!r} is not in the gazetteer", remedy)
    return tuple(_rule(section) for section in file.rule)


def _rule(section: RuleSection) -> Rule:
    return Rule(
        rule_id=section.id,
        title=section.title,
        severity=section.severity,
        severities=section.severities,
        concepts=section.concepts,
        stances=section.stances,
        any=section.any,
        all=section.all,
        none=section.none,
        near=section.near,
        fields=section.fields,
        regions=section.regions,
        places=section.places,
        languages=section.languages,
        publishers=section.publishers,
        enabled=section.enabled,
    )
