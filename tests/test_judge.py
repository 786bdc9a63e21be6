"""The whole decision on an article."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.factories import an_article
from worker.judge import Judge, judgement_from_json, judgement_to_json
from worker.model import CONCEPTS, Region, Stance

TABLES = Path(__file__).parent / "data" / "inflections"
with (TABLES / "everyday.tsv").open(encoding="utf-8", newline="") as table:
    EVERYDAY = list(csv.DictReader(table, delimiter="\t"))

BODY = (
    "Armenia and Azerbaijan agreed on Tuesday to a ceasefire around Lachin, both ministries said.\n\n"
    "Two soldiers were wounded near Goris on Monday.\n\n"
    "The defence minister of Azerbaijan spoke of a provocation."
)
TAIL = (
    "\n\nDon't Miss\n\nIsrael launches a new offensive in Gaza\n\n"
    "Ukraine says missile strikes killed ten people in Kharkiv"
)


def alerts(judge: Judge, **changes: Any) -> set[str]:
    parts: dict[str, Any] = {"title": "Headline", "summary": "", "language": "en", **changes}
    article = an_article(**parts)
    return {trace.rule_id for trace in judge.judge(article).fired}


def test_a_ceasefire_in_the_region_fires(judge: Judge) -> None:
    assert "ceasefire" in alerts(judge, title="Truce agreed near Lachin", text=BODY)


def test_the_other_articles_at_the_end_of_a_page_fire_nothing(judge: Judge) -> None:
    assert alerts(judge, title="Truce agreed near Lachin", text=BODY + TAIL) == alerts(
        judge, title="Truce agreed near Lachin", text=BODY
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Israel launches a new offensive in Gaza.",
        "Ukraine says Russian missile strikes on Kharkiv killed ten civilians.",
        "In Sudan, thousands of refugees fled the fighting in Darfur.",
        "Hamas and Israel signed a ceasefire agreement.",
    ],
)
def test_another_war_in_passing_fires_nothing(judge: Judge, sentence: str) -> None:
    text = f"Armenia opened a school in Yerevan.\n\n{sentence}\n\nThe parliament of Armenia debates the budget."

    assert alerts(judge, title="School opens in Yerevan", text=text) == set()


def test_another_war_fires_nothing(judge: Judge) -> None:
    assert (
        alerts(judge, title="Ceasefire agreed near Zaporizhzhia", summary="Kyiv and Moscow agreed to a truce.") == set()
    )


@pytest.mark.parametrize(
    "title",
    [
        "Pashinyan calls for a ceasefire in Karabakh",
        "Moscow proposes a truce for Karabakh",
        "Baku denies a ceasefire was agreed in Karabakh",
        "Armenia marks the anniversary of the Karabakh ceasefire",
        "Three years ago a truce was signed in Karabakh",
    ],
)
def test_what_is_called_for_proposed_denied_or_past_raises_no_first_alert(judge: Judge, title: str) -> None:
    assert "ceasefire" not in alerts(judge, title=title)


@pytest.mark.parametrize("row", EVERYDAY, ids=[f"{row['language']}: {row['text'][:40]}" for row in EVERYDAY])
def test_the_everyday_news_of_the_region_raises_nothing(judge: Judge, row: dict[str, str]) -> None:
    assert alerts(judge, title=row["text"], language=row["language"]) == set()


def test_every_concept_has_a_default_rule_of_its_name(judge: Judge) -> None:
    traces = judge.judge(an_article()).rules

    assert [trace.rule_id for trace in traces] != []
    assert {trace.rule_id for trace in traces} == set(CONCEPTS)
    assert all(trace.reason for trace in traces)


def test_the_script_contradicts_a_wrong_language(judge: Judge) -> None:
    article = an_article(title="Սյունիքում հրադադարը պահպանվում է", summary="", language="en")

    assert [match.stance for match in judge.judge(article).matches] == [Stance.IN_FORCE]


def test_an_article_without_a_word_is_unknown(judge: Judge) -> None:
    judged = judge.judge(an_article(title="", summary="", language=""))

    assert judged.relevance.region is Region.UNKNOWN
    assert judged.fired == ()


def test_a_past_year_is_judged_by_the_year_of_publication(judge: Judge) -> None:
    then = an_article(title="Karabakh ceasefire of 2020 holds", published_at=datetime(2020, 11, 10, tzinfo=UTC))
    later = an_article(title="The Karabakh ceasefire of 2020", published_at=datetime(2023, 11, 10, tzinfo=UTC))

    assert judge.judge(then).matches[0].stance is Stance.IN_FORCE
    assert judge.judge(later).matches[0].stance is Stance.BACKGROUND


@pytest.mark.parametrize("text", ["", BODY, BODY + TAIL, "Հրադադարը խախտվել է Սյունիքում։"])
def test_a_judgement_survives_being_stored_as_json(judge: Judge, text: str) -> None:
    judged = judge.judge(an_article(title="Truce agreed near Lachin", text=text))

    stored = json.loads(json.dumps(judgement_to_json(judged)))

    assert judgement_from_json(stored) == judged


@pytest.mark.shared
def test_the_seed_article_is_judged_as_it_should(judge: Judge, shared: Path) -> None:
    article = (shared / "seed-article.txt").read_text(encoding="utf-8")
    _, _, rest = article.partition("\n\n")
    title, _, text = rest.partition("\n")

    judged = judge.judge(an_article(title=title, summary="", text=text, published_at=datetime(2023, 9, 20, tzinfo=UTC)))

    fired = {trace.rule_id: trace for trace in judged.fired}
    assert judged.relevance.region is Region.YES
    assert {"ceasefire", "disarmament"} <= fired.keys()
    assert all("Gaza" not in match.sentence and "Modi" not in match.sentence for match in judged.matches)
    assert "mediated by Russian peacekeepers" in fired["ceasefire"].match.sentence  # type: ignore[union-attr]
    assert "Disarm" in fired["disarmament"].match.sentence  # type: ignore[union-attr]
