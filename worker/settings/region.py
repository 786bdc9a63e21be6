"""`region.toml` and the gazetteer it names in; a frozen profile of the region out.

The profile says which places, people and institutions make up the region, and what only sounds like it. A mistake in
either file is one `SettingsError` line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from worker.errors import SettingsError
from worker.model import ConceptName, Lexicon, Place, Profile
from worker.settings.lexicons import check_terms, read_lexicons
from worker.settings.toml import Section, read_toml

Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Language = Annotated[str, Field(pattern="^[a-z]{2}$")]
Side = Annotated[str, Field(pattern="^[A-Z][A-Z-]{1,7}$")]
ANY_LANGUAGE = "any"  # names that are written the same, without endings, in every language


class PlaceSection(Section):
    """`[[place]]`: a place, person or institution, with its names by language."""

    name: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    country: Country | None = None
    side: Side | None = None
    core: bool = False
    needs_company: bool = False
    weight: float = Field(default=1.0, gt=0, le=10)
    coordinates: tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]] | None = None
    names: dict[str, tuple[str, ...]] = Field(min_length=1)


class PlacesFile(Section):
    """A further file of places."""

    place: tuple[PlaceSection, ...]


class RegionFile(Section):
    """`region.toml`."""

    name: str = Field(min_length=1)
    countries: tuple[str, ...] = Field(min_length=1)
    powers: tuple[str, ...] = ()
    sides: dict[str, Side] = Field(default_factory=dict)
    opposed: tuple[tuple[Side, Side], ...] = ()
    languages: tuple[Language, ...] = ()
    places: tuple[str, ...] = ()
    place: tuple[PlaceSection, ...] = ()
    traps: dict[Language, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    company: dict[Language, tuple[str, ...]] = Field(default_factory=dict)
    terms: dict[Language, dict[ConceptName, tuple[str, ...]]] = Field(default_factory=dict)


def read_region(path: Path) -> Profile:
    """The profile in `path` and in the files of places it names, which lie beside it.

    Raises:
        SettingsError: the first mistake, with file, key and remedy.
    """
    file = read_toml(path, RegionFile)
    lexicons = {lexicon.language: lexicon for lexicon in read_lexicons()}
    places = _places(path.name, file.place, lexicons)
    for number, name in enumerate(file.places, 1):
        if Path(name).name != name:
            raise SettingsError(path.name, f"places[{number}]", f"{name!r} is a path", "name a file beside this one")
        further = read_toml(path.parent / name, PlacesFile)
        places += _places(name, further.place, lexicons)
    if not places:
        raise SettingsError(path.name, "place", "the region has no places", "add a [[place]], or name a file in places")
    for table, by_language in (("traps", file.traps), ("terms", file.terms)):
        for language, lists in by_language.items():
            _check_language(path.name, f"{table}.{language}", language, sorted(lexicons))
            for key, terms in lists.items():
                check_terms(path.name, f"{table}.{language}.{key}", terms, _endings(lexicons, language))
    for language, terms in file.company.items():
        _check_language(path.name, f"company.{language}", language, sorted(lexicons))
        check_terms(path.name, f"company.{language}", terms, _endings(lexicons, language))
    return Profile(
        name=file.name,
        countries=file.countries,
        languages=file.languages,
        places=tuple(places),
        powers=file.powers,
        sides=file.sides,
        opposed=_opposed(path.name, file, places),
        traps=file.traps,
        company=file.company,
        terms={language: {str(key): terms for key, terms in lists.items()} for language, lists in file.terms.items()},
    )


def _places(file: str, sections: tuple[PlaceSection, ...], lexicons: dict[str, Lexicon]) -> list[Place]:
    places = []
    for number, section in enumerate(sections, 1):
        for language, names in section.names.items():
            _check_language(file, f"place[{number}].names.{language}", language, (ANY_LANGUAGE, *sorted(lexicons)))
            check_terms(file, f"place[{number}].names.{language}", names, _endings(lexicons, language))
        latitude, longitude = section.coordinates or (None, None)
        places.append(
            Place(
                name=section.name,
                kind=section.kind,
                names=section.names,
                country=section.country or "",
                side=section.side or section.country or "",
                core=section.core,
                weight=section.weight,
                latitude=latitude,
                longitude=longitude,
                needs=section.needs_company,
            )
        )
    return places


def _opposed(file: str, section: RegionFile, places: Sequence[Place]) -> tuple[frozenset[str], ...]:
    """The pairs of `opposed`, each of two sides that somebody in the region or abroad speaks for."""
    known = {place.side for place in places} | set(section.sides.values())
    for number, pair in enumerate(section.opposed, 1):
        if pair[0] == pair[1]:
            raise SettingsError(file, f"opposed[{number}]", "the same side twice", "name two sides, or remove the pair")
        for side in pair:
            if side not in known:
                complaint = f"nobody speaks for {side!r}"
                remedy = "use a side or country of a [[place]], or one of sides"
                raise SettingsError(file, f"opposed[{number}]", complaint, remedy)
    return tuple(frozenset(pair) for pair in section.opposed)


def _check_language(file: str, key: str, language: str, known: Sequence[str]) -> None:
    """Complain of words that no article would ever be read with."""
    if language not in known:
        raise SettingsError(file, key, "no lexicon for this language", f"use one of {', '.join(known)}")


def _endings(lexicons: dict[str, Lexicon], language: str) -> dict[str, str]:
    return dict(lexicons[language].endings) if language in lexicons else {}
