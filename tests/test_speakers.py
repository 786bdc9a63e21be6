"""Who says so, and whose voice that is: sentences of agency news in six languages."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factories import an_article
from worker.judge import Judge
from worker.settings.lexicons import read_lexicons
from worker.settings.region import read_region

ROOT = Path(__file__).parents[1]


def rows() -> list[dict[str, str]]:
    with (ROOT / "tests" / "data" / "speakers.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def judge() -> Judge:
    """A judge with the profile and the lexicons that Trucewire ships."""
    return Judge(read_region(ROOT / "config" / "region.toml"), read_lexicons(), ())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["sentence"])
def test_a_match_names_its_speaker_and_their_side(judge: Judge, row: dict[str, str]) -> None:
    field: dict[str, Any] = {row["field"]: row["sentence"]}
    told = replace(an_article(title="", summary="", language=row["language"]), **field)

    matches = judge.judge(told).matches

    assert {(match.speaker, match.speaker_side) for match in matches} == {(row["speaker"], row["side"])}


def test_of_two_who_speak_the_first_counts(judge: Judge) -> None:
    text = "Armenia said that shells hit Sotk, and Azerbaijan's army denied it."

    (match,) = judge.judge(an_article(title="", summary="", text=text)).matches

    assert (match.speaker, match.speaker_side) == ("Armenia", "AM")


def test_a_speaker_without_a_country_has_no_side(judge: Judge) -> None:
    (match,) = judge.judge(an_article(title="", summary="", text="The ceasefire was broken, witnesses said.")).matches

    assert (match.speaker, match.speaker_side) == ("witnesses", "")
