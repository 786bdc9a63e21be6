"""Events and stances in six languages, by tables of inflected sentences."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from worker.concepts import Concepts
from worker.model import ConceptTerms, Cue, Lexicon, Match, Stance
from worker.settings.lexicons import read_lexicons
from worker.text import read_passage

TABLES = Path(__file__).parent / "data" / "inflections"
LANGUAGES = ["en", "ru", "hy", "az", "tr", "ka"]
YEAR = datetime(2023, 9, 20, tzinfo=UTC).year


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def agency_rows(language: str) -> list[dict[str, str]]:
    return rows(f"../agency/{language}.tsv")


LOOK_ALIKES = rows("lookalikes.tsv")


@pytest.fixture(scope="module")
def concepts() -> Concepts:
    """The concepts of the lexicons that Trucewire ships."""
    return Concepts(read_lexicons())


def read(concepts: Concepts, text: str, language: str = "en", field: str = "text") -> tuple[Match, ...]:
    return concepts.matches([read_passage(field, text)], language, year=YEAR)


def stances(concepts: Concepts, text: str, concept: str, language: str = "en") -> list[Stance]:
    return [match.stance for match in read(concepts, text, language) if match.concept == concept]


@pytest.mark.parametrize("language", LANGUAGES)
def test_inflected_forms_are_found(concepts: Concepts, language: str) -> None:
    table = rows(f"{language}.tsv")

    missed = [row["sentence"] for row in table if not stances(concepts, row["sentence"], row["concept"], language)]

    assert len(table) >= 40
    assert len(missed) <= 0.02 * len(table), missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stance_is_that_of_the_sentence(concepts: Concepts, language: str) -> None:
    table = rows(f"{language}.tsv")

    wrong = [
        row["sentence"]
        for row in table
        if row["stance"] not in stances(concepts, row["sentence"], row["concept"], language)
    ]

    assert len(wrong) <= 0.1 * len(table), wrong


@pytest.mark.parametrize("row", LOOK_ALIKES, ids=[f"{row['language']}: {row['sentence'][:40]}" for row in LOOK_ALIKES])
def test_look_alikes_are_not_found(concepts: Concepts, row: dict[str, str]) -> None:
    assert stances(concepts, row["sentence"], row["must_not_match"], row["language"]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_agency_news_is_read(concepts: Concepts, language: str) -> None:
    """Sentences with the clauses of news agencies: passives, reported speech, conditions, dates, nominalisations."""
    table = agency_rows(language)

    read_right = [row for row in table if row["stance"] in stances(concepts, row["sentence"], row["concept"], language)]

    assert len(table) >= 120
    assert len(read_right) >= 0.9 * len(table)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_every_concept(language: str) -> None:
    (lexicon,) = [lexicon for lexicon in read_lexicons() if lexicon.language == language]

    assert len({concept.concept for concept in lexicon.concepts}) == 12
    assert {cue.stance for cue in lexicon.cues} >= set(Stance) - {Stance.UNKNOWN}


def test_a_match_marks_its_terms_in_the_sentence_as_written(concepts: Concepts) -> None:
    text = "Rain fell. Baku and Yerevan agreed to a cease\u2011fire and to a quiet. Snow fell."

    (match,) = [match for match in read(concepts, text) if match.concept == "ceasefire"]

    assert match.sentence == "Baku and Yerevan agreed to a cease\u2011fire and to a quiet."
    assert text[match.span.start : match.span.end] == match.sentence
    assert [match.sentence[start:end] for start, end in match.marks] == ["cease\u2011fire"]
    assert match.cues == ("agreed",)


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("They refuse to sign a ceasefire.", Stance.DENIED),
        ("Baku urged Yerevan to respect the ceasefire.", Stance.CALLED_FOR),
        ("Yerevan could agree to a ceasefire.", Stance.PROPOSED),
        ("The sides did not agree to a ceasefire.", Stance.DENIED),
    ],
)
def test_a_denial_a_call_or_a_proposal_governs_the_verb_it_stands_before(
    concepts: Concepts, text: str, stance: Stance
) -> None:
    assert stances(concepts, text, "ceasefire") == [stance]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("The ceasefire of 1994 ended a long war.", Stance.BACKGROUND),
        ("Azerbaijan violated the 2020 ceasefire.", Stance.VIOLATED),
        ("The ceasefire of 2023 holds.", Stance.IN_FORCE),
    ],
)
def test_a_past_year_makes_history_unless_something_happens_to_it_now(
    concepts: Concepts, text: str, stance: Stance
) -> None:
    assert stances(concepts, text, "ceasefire") == [stance]


def test_nothing_is_read_below_the_heading_that_advertises_other_articles(concepts: Concepts) -> None:
    text = "The ceasefire in Karabakh holds.\n\nDon't Miss\n\nIsrael launches an offensive in Gaza"

    assert {match.concept for match in read(concepts, text)} == {"ceasefire"}


def test_those_words_within_a_sentence_end_nothing(concepts: Concepts) -> None:
    text = "Commuters don't miss the old road.\nThe ceasefire in Karabakh holds."

    assert {match.concept for match in read(concepts, text)} == {"ceasefire"}


def test_another_sense_in_the_title_holds_for_the_whole_article(concepts: Concepts) -> None:
    passages = [read_passage("title", "Fireworks blast at a shop"), read_passage("text", "Three people were killed.")]

    assert concepts.matches(passages, "en", year=YEAR) == ()


def test_a_language_without_a_lexicon_has_no_matches(concepts: Concepts) -> None:
    assert read(concepts, "Ceasefire agreed", language="xx") == ()


def a_lexicon(**changes: Any) -> Lexicon:
    parts: dict[str, Any] = {
        "language": "en",
        "concepts": (ConceptTerms("ceasefire", ("truce",), unless=("tariff",)),),
        "cues": (Cue(Stance.AGREED, ("signed",), 3.0, before=3),),
    }
    return Lexicon(**{**parts, **changes})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They signed a truce.", [Stance.AGREED]),
        ("Signed by nobody at all was the truce.", [Stance.UNKNOWN]),  # out of reach
        ("They signed. A truce came.", [Stance.UNKNOWN]),  # another sentence
        ("They signed, then truce.", [Stance.UNKNOWN]),  # its weight is spent by the comma
        ("They signed a tariff truce.", []),
    ],
)
def test_a_cue_reaches_as_far_as_its_lexicon_says(text: str, found: list[Stance]) -> None:
    concepts = Concepts([a_lexicon(cues=(Cue(Stance.AGREED, ("signed",), 1.5, before=3),))])

    assert [match.stance for match in read(concepts, text)] == found


@pytest.mark.parametrize(
    ("text", "stance"),
    [("During the truce two men were shot.", Stance.VIOLATED), ("During the truce nothing moved.", Stance.UNKNOWN)],
)
def test_a_cue_may_ask_for_another_concept_beside_it(text: str, stance: Stance) -> None:
    lexicon = a_lexicon(
        concepts=(ConceptTerms("ceasefire", ("truce",)), ConceptTerms("casualties", ("shot",))),
        cues=(Cue(Stance.VIOLATED, ("during the",), 3.0, before=2, beside=("casualties",)),),
    )

    matches = read(Concepts([lexicon]), text)

    assert [match.stance for match in matches if match.concept == "ceasefire"] == [stance]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Stepanakert accepted a proposal for a ceasefire.", Stance.AGREED),
        ("Stepanakert refuses to accept a proposal for a ceasefire.", Stance.DENIED),
        ("Paris urges Baku to accept a proposal for a ceasefire.", Stance.CALLED_FOR),
        ("Moscow has a proposal for a ceasefire.", Stance.PROPOSED),
    ],
)
def test_a_proposal_that_is_accepted_is_agreed(concepts: Concepts, text: str, stance: Stance) -> None:
    assert stances(concepts, text, "ceasefire") == [stance]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Thirty years ago a truce was signed in Bishkek.", Stance.BACKGROUND),
        ("A truce was signed in Bishkek.", Stance.AGREED),
        ("Yerevan broke the truce that was signed two days ago.", Stance.VIOLATED),
    ],
)
def test_years_ago_is_as_good_as_a_date(concepts: Concepts, text: str, stance: Stance) -> None:
    assert stances(concepts, text, "ceasefire") == [stance]


def test_a_cue_hides_another_only_where_it_speaks_of_the_same_concept() -> None:
    refused = Cue(Stance.DENIED, ("refused",), 3.0, before=4)
    talks = Cue(Stance.ENDED, ("refused to attend",), 5.0, before=4, concepts=("talks",))

    (match,) = read(Concepts([a_lexicon(cues=(refused, talks))]), "They refused to attend a truce.")

    assert match.stance is Stance.DENIED


def test_people_alone_are_background_and_what_befalls_them_is_news(concepts: Concepts) -> None:
    assert stances(concepts, "Refugees receive a monthly allowance.", "displacement") == [Stance.BACKGROUND]
    assert stances(concepts, "Refugees crossed the border at night.", "displacement") == [Stance.IN_FORCE]


@pytest.mark.parametrize(
    ("language", "text", "numbers"),
    [
        ("en", "At least 32 people were killed and over 200 injured.", (("killed", 32), ("wounded", 200))),
        ("en", "The strike killed three soldiers and wounded 1,200 more.", (("killed", 3), ("wounded", 1200))),
        ("en", "In 2020 soldiers were killed near Goris.", ()),
        ("en", "Dozens were killed.", ()),
        ("ru", "Погибли двое военнослужащих, ещё 15 ранены.", (("killed", 2), ("wounded", 15))),
        ("hy", "Զոհվել է 3 զինծառայող, վիրավորվել՝ 7-ը։", (("killed", 3), ("wounded", 7))),
        ("hy", "Երկու զինծառայող է զոհվել։", (("killed", 2),)),
        ("az", "İki hərbçi həlak olub, 5 nəfər yaralanıb.", (("killed", 2), ("wounded", 5))),
        ("tr", "İki asker hayatını kaybetti, 5 asker yaralandı.", (("killed", 2), ("wounded", 5))),
        ("ka", "ორი ჯარისკაცი დაიღუპა, 5 დაიჭრა.", (("killed", 2), ("wounded", 5))),
    ],
)
def test_casualties_are_counted_where_the_sentence_counts_them(
    concepts: Concepts, language: str, text: str, numbers: tuple[tuple[str, int], ...]
) -> None:
    (match,) = [match for match in read(concepts, text, language) if match.concept == "casualties"]

    assert match.numbers == numbers


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The two armies exchanged the bodies of soldiers under Red Cross mediation."),
        ("ru", "Стороны обменялись телами погибших военнослужащих."),
        ("hy", "Կողմերը փոխանակել են զոհվածների մարմինները։"),
        ("az", "Tərəflər həlak olanların meyitlərini mübadilə edib."),
        ("tr", "Taraflar ölen askerlerin cenazelerini takas etti."),
        ("ka", "მხარეებმა დაღუპულთა ცხედრები გაცვალეს."),
    ],
)
def test_the_dead_who_are_sent_home_are_no_new_casualties(concepts: Concepts, language: str, text: str) -> None:
    assert stances(concepts, text, "prisoner_exchange", language) == [Stance.IN_FORCE]
    assert set(stances(concepts, text, "casualties", language)) <= {Stance.BACKGROUND}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "If the sides do not cease fire, the mediators will call another meeting."),
        ("ru", "Если стороны не прекратят огонь, посредники созовут новую встречу."),
        ("ka", "თუ მხარეები ცეცხლს არ შეწყვეტენ, შუამავლები ახალ შეხვედრას მოიწვევენ."),
    ],
)
def test_what_happens_unless_fire_ceases_denies_no_ceasefire(concepts: Concepts, language: str, text: str) -> None:
    assert stances(concepts, text, "ceasefire", language) == [Stance.PROPOSED]


def test_shelling_that_has_stopped_is_no_ceasefire(concepts: Concepts) -> None:
    text = "The shelling stopped shortly before dawn."

    assert stances(concepts, text, "ceasefire") == []
    assert stances(concepts, text, "shelling") == [Stance.ENDED]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Survivors recount the shelling of their village.", "shelling"),
        ("The two armies completed a joint exercise near the border.", "troop_movement"),
    ],
)
def test_what_is_remembered_or_routine_is_of_its_kind_but_reports_nothing_new(
    concepts: Concepts, text: str, concept: str
) -> None:
    assert stances(concepts, text, concept) == [Stance.UNKNOWN]
