"""`trucewire try rule`: what rules would have made of the stored log. Stores nothing.

Others rely on the shape that `--json` prints: fields may be added, none goes away.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from worker.backtest import Backtest, Example, RuleChange
from worker.cli.console import JsonOption, SinceOption, clock, console, moment, opened, print_json, progressing, said
from worker.queries import ArticleFilter
from worker.settings import publishers_of
from worker.settings.rules import read_rules


def try_rule(
    file: Annotated[str, typer.Argument(metavar="RULE.toml", help="Rules in the shape of config/rules.toml.")],
    since: Annotated[str, SinceOption] = "30d",
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Run rules over the stored log: what they would have raised, added to today's alerts, or removed from them."""
    with opened() as services:
        places = frozenset(place.label for place in services.settings.profile.places)
        rules = read_rules(Path(file), places, publishers_of(services.settings.feeds))
        backtest = Backtest(rules, services.settings.fresh_for)
        begin = moment(since) or services.now()
        total = services.queries.count_articles(ArticleFilter(since=begin))
        for stored, judgement in progressing(services.queries.judged_articles(begin), total, "backtest"):
            backtest.add(stored, judgement)
    for change in backtest.changes.values():
        print_json(_change_report(change)) if as_json else _print_change(change)
    if not as_json:
        said(f"{backtest.articles} judged articles since {clock(begin)} UTC")


def _change_report(change: RuleChange) -> dict[str, Any]:
    return {
        "rule": change.rule_id,
        "articles": change.articles,
        "alerts": len(change.stories),
        "alerts_before": len(change.stories_before),
        "added": change.added_count,
        "removed": change.removed_count,
        "added_examples": _examples(change.added),
        "removed_examples": _examples(change.removed),
    }


def _examples(examples: list[Example]) -> list[dict[str, Any]]:
    return [{"article": article_id, "title": title, "reason": reason} for article_id, title, reason in examples]


def _print_change(change: RuleChange) -> None:
    head = f"{change.rule_id}: alerts {len(change.stories)}, articles {change.articles}"
    console.print(Text(head, style="bold"))
    said(f"  more than today: {change.added_count}; fewer: {change.removed_count} of {len(change.stories_before)}")
    for sign, style, examples in (("+", "green", change.added), ("-", "red", change.removed)):
        for article_id, title, reason in examples:
            console.print(Text(f"  {sign} {article_id} {title}", style=style))
            console.print(Text(f"      {reason}", style="dim"))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rule")(try_rule)
