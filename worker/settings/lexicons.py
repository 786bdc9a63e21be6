"""The lexicons that ship with the package in; frozen lexicons out.

Language knowledge is not configuration: it lies beside the code in `worker/lexicons/<language>.toml`. The same checks
apply to it, so that a contributor who mistypes an ending is told the file, the key and the remedy.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

from pydantic import Field

from worker.errors import SettingsError
from worker.model import ConceptName, ConceptTerms, Cue, Lexicon, SpeechRole, Stance
from worker.settings.toml import Section, read_toml
from worker.text import TermError, check_term


class ConceptSection(Section):
    """`[[concept]]`: how the language names a concept."""

    name: ConceptName
    terms: tuple[str, ...] = Field(min_length=1)
    stance: Stance | None = None
    unless: tuple[str, ...] = ()


class CueSection(Section):
    """`[[cue]]`: words that say which stance a sentence takes."""

    stance: Stance
    terms: tuple[str, ...] = Field(min_length=1)
    strength: float = Field(gt=0, le=10)
    before: int = Field(default=0, ge=0, le=40)
    after: int = Field(default=0, ge=0, le=40)
    concepts: tuple[ConceptName, ...] = ()
    accepts: bool = False
    dates: bool = False
    beside: tuple[ConceptName, ...] = ()
    disputes: bool = False


class LexiconFile(Section):
    """One `worker/lexicons/<language>.toml`."""

    language: str = Field(pattern="^[a-z]{2}$")
    tails: tuple[str, ...] = ()
    determiners: tuple[str, ...] = ()
    names_are_capitalised: bool = False
    endings: dict[str, str] = Field(default_factory=dict)
    concept: tuple[ConceptSection, ...] = ()
    cue: tuple[CueSection, ...] = ()
    tolls: dict[Literal["killed", "wounded"], tuple[str, ...]] = Field(default_factory=dict)
    numbers: dict[str, int] = Field(default_factory=dict)
    verb_last: bool = False
    locative: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    capitals: bool = True
    speech: dict[SpeechRole, tuple[str, ...]] = Field(default_factory=dict)
    world: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    topics: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    hints: dict[str, tuple[str, ...]] = Field(default_factory=dict)


def read_lexicon(path: Path, *, checked: bool = True) -> Lexicon:
    """The lexicon in the file at `path`.

    Args:
        path: of the file.
        checked: whether each of its terms is compiled, to find mistakes.

    Raises:
        SettingsError: the first mistake, with file, key and remedy.
    """
    file = read_toml(path, LexiconFile)
    if checked:
        _check(path.name, file)
    return Lexicon(
        language=file.language,
        endings=file.endings,
        concepts=tuple(ConceptTerms(c.name, c.terms, c.stance, c.unless) for c in file.concept),
        cues=tuple(
            Cue(
                c.stance,
                c.terms,
                c.strength,
                c.before,
                c.after,
                c.concepts,
                accepts=c.accepts,
                dates=c.dates,
                beside=c.beside,
                disputes=c.disputes,
            )
            for c in file.cue
        ),
        determiners=file.determiners,
        names_are_capitalised=file.names_are_capitalised,
        tails=file.tails,
        tolls={str(kind): terms for kind, terms in file.tolls.items()},
        numbers=file.numbers,
        speech=file.speech,
        verb_last=file.verb_last,
        locative=file.locative,
        where=file.where,
        capitals=file.capitals,
        topics=file.topics,
        hints=file.hints,
        world=file.world,
    )


@lru_cache(maxsize=1)
def read_lexicons() -> tuple[Lexicon, ...]:
    """Every lexicon of the package, by language. Their terms are checked by the tests, not at every start.

    Raises:
        SettingsError: the first mistake, with file, key and remedy.
    """
    with as_file(files("worker") / "lexicons") as folder:
        return tuple(read_lexicon(path, checked=False) for path in sorted(folder.glob("*.toml")))


def check_terms(file: str, key: str, terms: tuple[str, ...], endings: dict[str, str]) -> None:
    """Complain of the first of `terms` that cannot be compiled.

    Raises:
        SettingsError: with `file`, `key` and the remedy.
    """
    for number, written in enumerate(terms, 1):
        try:
            check_term(written, endings)
        except TermError as error:
            complaint, _, remedy = str(error).partition("; ")
            raise SettingsError(file, f"{key}[{number}]", complaint, remedy) from error


def _check(name: str, file: LexiconFile) -> None:
    lists = [("tails", file.tails)]
    lists += [(f"concept[{n}].terms", section.terms) for n, section in enumerate(file.concept, 1)]
    lists += [(f"concept[{n}].unless", section.unless) for n, section in enumerate(file.concept, 1)]
    lists += [(f"cue[{n}].terms", section.terms) for n, section in enumerate(file.cue, 1)]
    lists += [(f"tolls.{kind}", terms) for kind, terms in file.tolls.items()]
    lists += [(f"speech.{role}", terms) for role, terms in file.speech.items()]
    lists += [("numbers", tuple(file.numbers))]
    for table, names in (("world", file.world), ("topics", file.topics), ("hints", file.hints)):
        lists += [(f"{table}.{key}", terms) for key, terms in names.items()]
    for key, terms in lists:
        check_terms(name, key, terms, file.endings)
