"""What headlines say of an event, and who says it: many ways of saying so in six languages."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories import an_article
from worker.judge import Judge
from worker.model import Match, Stance
from worker.settings.lexicons import read_lexicons
from worker.settings.region import read_region

ROOT = Path(__file__).parents[1]
LANGUAGES = ["en", "ru", "hy", "az", "ka", "tr"]
PUBLISHED = datetime(2025, 9, 20, tzinfo=UTC)

NEWS = frozenset({Stance.AGREED, Stance.IN_FORCE, Stance.VIOLATED, Stance.ENDED})
SAYS = {
    "holds": frozenset({Stance.AGREED, Stance.IN_FORCE}),
    "broken": frozenset({Stance.VIOLATED, Stance.ENDED}),
    "reported": NEWS,
    "asked for": frozenset({Stance.CALLED_FOR, Stance.PROPOSED}),
    "denied": frozenset({Stance.DENIED}),
    "past": frozenset({Stance.BACKGROUND}),
}


def headlines(language: str) -> list[tuple[str, str, str, str, str]]:
    with (ROOT / "tests" / "data" / "headlines" / f"{language}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(language, row["headline"], row["concept"], row["says"], row["speaker"]) for row in rows]


HEADLINES = [row for language in LANGUAGES for row in headlines(language)]


@pytest.fixture(scope="module")
def judge() -> Judge:
    """A judge with the profile and the lexicons that Trucewire ships."""
    return Judge(read_region(ROOT / "config" / "region.toml"), read_lexicons(), ())


def matches(judge: Judge, headline: str, concept: str, language: str = "en") -> list[Match]:
    article = an_article(title=headline, summary="", text="", language=language, published_at=PUBLISHED)
    return [match for match in judge.judge(article).matches if match.concept == concept]


def stances(judge: Judge, headline: str, concept: str, language: str = "en") -> set[Stance]:
    return {match.stance for match in matches(judge, headline, concept, language)}


@pytest.mark.parametrize(
    ("language", "headline", "concept", "says"), [row[:4] for row in HEADLINES if row[3] not in {"past", "nothing"}]
)
def test_a_headline_is_read_as_it_is_meant(judge: Judge, language: str, headline: str, concept: str, says: str) -> None:
    assert stances(judge, headline, concept, language) & SAYS[says]


@pytest.mark.parametrize(
    ("language", "headline", "concept"), [row[:3] for row in HEADLINES if row[3] in {"past", "nothing"}]
)
def test_history_and_other_senses_are_no_news(judge: Judge, language: str, headline: str, concept: str) -> None:
    assert not stances(judge, headline, concept, language) & NEWS


@pytest.mark.parametrize(
    ("language", "headline", "concept", "speaker"), [(*row[:3], row[4]) for row in HEADLINES if row[4]]
)
def test_who_denies_is_the_speaker(judge: Judge, language: str, headline: str, concept: str, speaker: str) -> None:
    assert [match.speaker for match in matches(judge, headline, concept, language)] == [speaker]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Baku denied that it had broken the ceasefire.", Stance.IN_FORCE),
        ("Baku rejects claims that the ceasefire has collapsed.", Stance.IN_FORCE),
        ("The truce has not been violated.", Stance.IN_FORCE),
        ("The ceasefire has never been broken.", Stance.IN_FORCE),
        ("No truce violations were reported.", Stance.IN_FORCE),
        ("Baku denied that a ceasefire had been agreed.", Stance.DENIED),
        ("Baku rejected the ceasefire.", Stance.DENIED),
        ("There is no ceasefire, and violations go on.", Stance.DENIED),
        ("Baku refused to condemn truce violations.", Stance.VIOLATED),
        ("Talks broke up without a truce.", Stance.DENIED),
    ],
)
def test_who_denies_a_breach_says_that_the_ceasefire_holds(judge: Judge, text: str, stance: Stance) -> None:
    assert stances(judge, text, "ceasefire") == {stance}


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("The disarmament of the brigade was completed in 2005.", Stance.BACKGROUND),
        ("In 2020 began the disarmament of the brigade.", Stance.BACKGROUND),
        ("The disarmament of the brigade was completed on Friday.", Stance.IN_FORCE),
        ("Baku violated the 2020 ceasefire.", Stance.VIOLATED),
    ],
)
def test_a_past_year_beside_the_verb_makes_history(judge: Judge, text: str, stance: Stance) -> None:
    concept = "disarmament" if "disarmament" in text else "ceasefire"

    assert stances(judge, text, concept) == {stance}


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("denies " * 3_000 + "ceasefire violations", Stance.IN_FORCE),
        ("ceasefire " * 3_000 + "not violated", Stance.IN_FORCE),
        ("no violation of the " * 2_000 + "ceasefire", Stance.IN_FORCE),
        ("rejects claims of " * 2_000 + "a ceasefire breach", Stance.IN_FORCE),
    ],
    ids=["denials", "mentions", "breaches", "claims"],
)
def test_a_hostile_sentence_is_read_to_its_end(judge: Judge, text: str, stance: Stance) -> None:
    assert stance in stances(judge, text, "ceasefire")
