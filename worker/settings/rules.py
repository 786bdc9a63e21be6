"""`rules.toml` in; frozen rules out.

A rule asks for concepts, for words of its own, or for both. What can never fire is a mistake and is said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from worker.errors import SettingsError
from worker.model import ConceptName, Region, Rule, Severity, Stance
from worker.settings.toml import Section, nearest, read_toml

Word = Annotated[str, Field(min_length=2, max_length=100)]
Language = Annotated[str, Field(pattern="^[a-z]{2}$")]
# The commonest words of the six languages: a rule that asks for nothing else fires on everything.
_COMMONEST = """
    a an and are as at be been but by for from had has have he her his in is it its not of on or she that the their
    they this to was we were which will with
    а был была были в во все для до его ее за и из или их к как ко на не но о об он она они от по с со так что это
    այդ այս են է էր և եւ համար հետ մի նա որ որը ու
    amma bir bu da də ilə isə ki o olan olub onun sonra və üçün
    ama çok da daha de en gibi için ile ise ne olan sonra ve ya
    ამ არ არის და ეს თუ იყო მათ მისი რომ
    """
_IN_EVERY_TEXT = frozenset(_COMMONEST.split())
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
                    # Any of them will do: the wider one decides. All are needed: the narrower one does.
                    needless, decides = (other, word) if words is self.all else (word, other)
                    raise ValueError(f"{needless!r} adds nothing to {decides!r}; take it out")
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
    if all(part in _IN_EVERY_TEXT for part in word.casefold().split()):
        raise ValueError(f"{word!r} is in nearly every text; write a word that tells something")


def _covering(word: str, others: Iterable[str]) -> str:
    """The one of `others` that is found wherever `word` is, being as wide or a part of it; "" for none."""
    parts = word.casefold().split()
    for other in others:
        wider = other.casefold().split()
        starts = range(len(parts) - len(wider) + 1)
        if any(all(map(_is_wider, wider, parts[at : at + len(wider)])) for at in starts):
            return other
    return ""


def _is_wider(part: str, other: str) -> bool:
    return part == other or (part.endswith("*") and other.rstrip("*").startswith(part.rstrip("*")))


class RulesFile(Section):
    """`rules.toml`."""

    rule: tuple[RuleSection, ...] = Field(min_length=1)


def read_rules(
    path: Path, places: frozenset[str] | None = None, publishers: frozenset[str] | None = None
) -> tuple[Rule, ...]:
    """The rules in the file at `path`.

    Args:
        path: of `rules.toml`.
        places: the gazetteer's names, for finding places that no article can name; None checks none.
        publishers: those of the feeds and their families, for finding some that no feed has; None checks none.

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
                remedy = _nearest(place, places) or "use a name of region.toml"
                key = f"rule[{number}].places"
                raise SettingsError(path.name, key, f"{place!r} is not in the gazetteer", remedy)
        for publisher in section.publishers:
            if publishers is not None and publisher not in publishers:
                remedy = _nearest(publisher, publishers) or "use a publisher or family of feeds.toml"
                raise SettingsError(path.name, f"rule[{number}].publishers", f"no feed is of {publisher!r}", remedy)
    return tuple(_rule(section) for section in file.rule)


def _nearest(name: str, known: frozenset[str]) -> str:
    """A question after the one of `known` that `name` may be meant for; "" for none."""
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near else ""


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
