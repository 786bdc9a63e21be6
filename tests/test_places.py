"""Places of the region, and whether an article is about it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.factories import an_article
from worker.judge import Judge
from worker.model import Lexicon, Place, Profile, Region, Relevance
from worker.places import Places, mentions_of, relevance_of
from worker.text import read_passage

TABLES = Path(__file__).parent / "data" / "inflections"


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


ELSEWHERE = rows("elsewhere.tsv")


def relevance(judge: Judge, title: str, **changes: Any) -> Relevance:
    article = an_article(title=title, **{"summary": "", "language": "en", **changes})
    return judge.judge(article).relevance


@pytest.mark.parametrize("row", ELSEWHERE, ids=[f"{row['language']}: {row['text'][:40]}" for row in ELSEWHERE])
def test_a_headline_is_about_the_region_or_is_not(judge: Judge, row: dict[str, str]) -> None:
    judged = relevance(judge, row["text"], language=row["language"])

    assert judged.region == row["region"]
    assert judged.evidence


@pytest.mark.parametrize("language", ["en", "ru", "hy", "az", "tr", "ka"])
def test_both_sides_names_of_a_place_are_found_in_any_case(judge: Judge, language: str) -> None:
    table = [row for row in rows(f"{language}.tsv") if row["place"]]

    missed = [
        row["sentence"]
        for row in table
        if row["place"] not in relevance(judge, row["sentence"], language=language).places
    ]

    assert len(missed) <= 0.02 * len(table), missed


def test_a_name_means_a_place_only_in_the_languages_that_use_it(judge: Judge) -> None:
    turkish = relevance(judge, "Çocuklarınıza iyi bakın", language="tr")

    assert turkish.places == ()


def test_a_single_mention_far_down_an_article_about_elsewhere_is_in_passing(judge: Judge) -> None:
    text = "The prime minister of Spain spoke in Madrid about pensions. " * 10 + "Guests came from Armenia too."

    judged = relevance(judge, "Spain raises pensions", text=text)

    assert judged.region is Region.NO
    assert judged.evidence[0] == "only in passing"


def test_an_ambiguous_name_alone_is_unknown_and_in_company_it_is_not(judge: Judge) -> None:
    alone = relevance(judge, "Protest in Georgia enters its second day")
    in_company = relevance(judge, "Protest in Georgia over the foreign agents law enters its second day")

    assert alone.region is Region.UNKNOWN
    assert in_company.region is Region.YES


def test_sport_is_not_about_the_region_whoever_plays(judge: Judge) -> None:
    judged = relevance(judge, "Armenia beat Kosovo in the Nations League")

    assert judged.region is Region.NO
    assert judged.evidence[0].startswith("sport: ")


def test_a_feed_about_the_region_vouches_for_an_article_that_names_no_place(judge: Judge) -> None:
    article = an_article(title="Parliament passes the budget", summary="The vote was close.")

    assert judge.judge(article).relevance.region is Region.NO
    assert judge.judge(article, dedicated=True).relevance.region is Region.YES


def test_a_name_that_is_misspelt_as_published_is_known(judge: Judge) -> None:
    assert relevance(judge, "Ceasefire agreed in Nagorno-Karakbakh").region is Region.YES


def test_two_words_are_too_short_to_tell(judge: Judge) -> None:
    assert relevance(judge, "Live blog").region is Region.UNKNOWN


PROFILE = Profile(
    name="Shire",
    countries=("Shire",),
    languages=("en",),
    places=(
        Place("Hobbiton", "village", {"en": ("Hobbiton", "Hobbiton's")}),
        Place("Hill", "hill", {"en": ("Hill",)}, needs=True),
    ),
    traps={"en": {"film": ("Hobbiton Movie Set",)}},
)
LEXICON = Lexicon("en", {}, world={"Gondor": ("Gondor", "Minas Tirith"), "Shire": ("Shire",)})


def test_mentions_carry_the_place_and_the_stretch_as_written() -> None:
    passages = [read_passage("title", "Fire\u00adworks in HOBBITON")]

    mentions = mentions_of(passages, Places(PROFILE, [LEXICON]).sightings(passages, "en"))

    assert [(mention.place, mention.term, mention.span.start) for mention in mentions] == [("Hobbiton", "HOBBITON", 14)]


@pytest.mark.parametrize(
    ("title", "region"),
    [
        ("Harvest begins in Hobbiton", Region.YES),
        ("Minas Tirith besieged, Gondor says", Region.NO),
        ("A visit to the Hobbiton Movie Set", Region.NO),
        ("Party on the Hill near Hobbiton", Region.YES),
        ("The harvest was good", Region.YES),
        ("Harvest", Region.UNKNOWN),
    ],
)
def test_any_profile_makes_its_own_region(title: str, region: Region) -> None:
    passages = [read_passage("title", title)]
    sightings = Places(PROFILE, [LEXICON]).sightings(passages, "en")

    judged = relevance_of(PROFILE, sightings, language="en", dedicated=False, conflict=False, words=len(title.split()))

    assert judged.region is region


def test_a_place_of_two_entries_is_one_place_to_people(judge: Judge) -> None:
    judged = relevance(judge, "Georgian army ends its exercise as Georgia and Armenia sign an accord")

    assert sorted(judged.places) == ["Armenia", "Georgia"]
    assert "(country)" not in " ".join(judged.evidence)
