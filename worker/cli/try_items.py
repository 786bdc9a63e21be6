"""`trucewire try judge`, `try article` and `eval`: what the rules make of news items. Stores nothing.

Others rely on the shapes that `--json` prints: fields may be added, none goes away.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from worker.bootstrap import settings_of_environment
from worker.cli.console import JsonOption, print_json, print_rows
from worker.cli.items import Item, items_of
from worker.cli.show import print_judgement
from worker.evaluation import scores_of
from worker.judge import Judge, judgement_to_json
from worker.languages import language_of
from worker.model import Article, Judgement

ItemsArgument = typer.Argument(metavar="FILE.jsonl", help="One item a line; - is standard input.")


def try_judge(items: Annotated[str, ItemsArgument], as_json: Annotated[bool, JsonOption] = False) -> None:
    """Judge news items {id, title, summary?, text?, lang?, published_at?}: region, matches, alerts. JSON lines."""
    articles = [(item, _article_of(item)) for item in items_of(items)]  # a mistake is told before the work begins
    judge = _judge()
    for item, article in articles:
        print_json(_judgement_report(item, article, judge.judge(article)))


def _judge() -> Judge:
    settings = settings_of_environment()
    return Judge(settings.profile, settings.lexicons, settings.rules)


def _article_of(item: Item) -> Article:
    if item.lacks("title", "summary", "text"):
        raise item.mistake("title", "missing", "give an item a title, a summary or a text")
    title, summary, text = item.text("title"), item.text("summary"), item.text("text")
    identity = str(item.plain("id") or "")
    return Article(
        key=identity,
        identity=identity,
        url=item.text("url"),
        title=title,
        summary=summary,
        text=text,
        language=item.text("lang", "language") or language_of(title, text or summary),
        publisher=item.text("source", "publisher"),
        published_at=item.moment("published_at", "date"),
    )


def _judgement_report(item: Item, article: Article, judgement: Judgement) -> dict[str, Any]:
    trace = judgement_to_json(judgement)
    return {
        "id": item.plain("id"),
        "region": trace["region"],
        "places": trace["places"],
        "matches": [
            {
                "concept": match.concept,
                "stance": str(match.stance),
                "terms": list(match.terms),
                "sentence": match.sentence,
                "cues": list(match.cues),
                "elsewhere": match.elsewhere,
                "speaker": match.speaker,
                "speaker_side": match.speaker_side,
                "numbers": dict(match.numbers),
            }
            for match in judgement.matches
        ],
        "alerts": [rule.rule_id for rule in judgement.fired],
        "language": article.language,
        "evidence": trace["evidence"],
        "rules": trace["rules"],
    }


def try_article(title: str, text: Annotated[str, typer.Argument()] = "") -> None:
    """Judge one headline (and text) from the command line, for a person to read."""
    judgement = _judge().judge(_article_of(Item("", {"title": title, "text": text})))
    matches = [asdict(match) | {"field": match.span.field} for match in judgement.matches]
    print_judgement(judgement_to_json(judgement), matches)


def evaluate(items: Annotated[str, ItemsArgument], as_json: Annotated[bool, JsonOption] = False) -> None:
    """Score the rules on labelled news: precision and recall by rule, event, stance and language."""
    articles = [(_labels_of(item), _article_of(item)) for item in items_of(items)]
    judge = _judge()
    scores = scores_of((labels, article.language or "?", judge.judge(article)) for labels, article in articles)
    figures = [
        {
            "what": what,
            "language": language,
            "precision": score.precision,
            "recall": score.recall,
            "right": score.right,
            "false_alarms": score.false_alarms,
            "missed": score.missed,
        }
        for (what, language), score in scores.items()
    ]
    cells = (tuple(_figure(value) for value in row.values()) for row in figures)
    columns = ("what", "in", "precision", "recall", "right", "false alarms", "missed")
    print_rows(figures, columns, cells, as_json=as_json, empty="No item has a label; see trucewire export feedback.")


def _labels_of(item: Item) -> dict[str, Any]:
    """An item with its labels, those that are read named where they cannot be."""
    if "verdict" in item.values and not item.text("rule"):
        raise item.mistake("rule", "missing", "a verdict is on a rule: give its id")
    if not isinstance(item.values.get("events", []), list):
        raise item.mistake("events", f"not a list, got {item.shown('events')}", "put it in [ ]")
    return item.values


def _figure(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("judge")(try_judge)
    app.command("article")(try_article)
    app.command("eval", rich_help_panel="Workbench")(evaluate)
