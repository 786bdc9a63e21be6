"""`trucewire try …`: what the line would make of an input. Stores nothing.

Others rely on the shapes that `--json` prints: fields may be added, none goes away.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from worker import __version__
from worker.backtest import Backtest, Example, RuleChange
from worker.bootstrap import settings_of_environment, utc_now
from worker.cli.console import (
    JsonOption,
    SinceOption,
    UsageError,
    clock,
    console,
    json_lines,
    moment,
    notices,
    opened,
    print_json,
    print_rows,
    progressing,
    read_input,
    said,
)
from worker.cli.show import print_judgement
from worker.dates import read_date
from worker.errors import FetchError
from worker.evaluation import scores_of
from worker.extract import extract
from worker.fetch import Fetcher
from worker.judge import Judge, judgement_to_json
from worker.languages import language_of
from worker.model import Article, Feed, FetchRequest, Judgement, ParsedFeed
from worker.normalise import identities, identity_reason, normalise
from worker.parse import parse
from worker.queries import ArticleFilter
from worker.schedule.simulator import simulate
from worker.settings import fetch_limits, publishers_of
from worker.settings.rules import read_rules

app = typer.Typer(help="See what the line would make of an input. Stores nothing.", no_args_is_help=True)

FeedArgument = typer.Argument(metavar="FILE|URL…", help="Feed documents; - is standard input.")
ItemsArgument = typer.Argument(metavar="FILE.jsonl", help="One item a line; - is standard input.")


@app.command("feed")
def try_feed(sources: Annotated[list[str], FeedArgument], as_json: Annotated[bool, JsonOption] = False) -> None:
    """Read feeds: their entries, and what identity and times are decided on, with reasons."""
    fetcher: Fetcher | None = None
    unreadable = False
    for source in sources:
        try:
            if source.startswith(("http://", "https://")):
                fetcher = fetcher or Fetcher(fetch_limits(os.environ, __version__), utc_now)
                response = fetcher.get(FetchRequest(source))
                report = _feed_report(source, response.url, response.body, response.headers.get("content-type", ""))
            else:
                report = _feed_report(source, "", read_input(source), "")
        except FetchError as error:
            report = _no_feed(source, error.outcome, str(error))
        except UsageError as error:
            report, unreadable = _no_feed(source, "unreadable", str(error)), True
        print_json(report) if as_json else _print_feed(report)
    if unreadable:
        raise typer.Exit(1)


def _feed_report(source: str, url: str, body: bytes, content_type: str) -> dict[str, Any]:
    parsed = parse(body, url, content_type)
    feed = Feed(url or source, source, parsed.title, "")
    return {
        "file": source,
        "outcome": str(parsed.outcome),
        "version": parsed.version,
        "encoding": parsed.encoding,
        "title": parsed.title,
        "url": parsed.url,
        "language": parsed.language,
        "entries": list(_entries(parsed, feed)),
        "problems": list(parsed.problems),
    }


def _entries(parsed: ParsedFeed, feed: Feed) -> Iterator[dict[str, Any]]:
    now = utc_now()
    for entry, identity in zip(parsed.entries, identities(parsed.entries, feed, parsed.repeated), strict=True):
        article = normalise(entry, feed, parsed, now, identity)
        yield {
            "guid": entry.guid,
            "url": entry.url,
            "title": article.title,
            "summary": article.summary,
            "text": article.text,
            "author": article.author,
            "published_at": article.published_at,
            "updated_at": article.updated_at,
            "language": article.language,
            "publisher": article.publisher,
            "key": article.key,
            "identity": article.identity,
            "identity_reason": identity_reason(entry, identity),
            "published": entry.published,
            "updated": entry.updated,
            "labels": list(article.labels),
            "credit": article.credit,
            "notes": list(article.notes),
        }


def _no_feed(source: str, outcome: str, problem: str) -> dict[str, Any]:
    empty = {"version": "", "encoding": "", "title": "", "url": "", "language": "", "entries": []}
    return {"file": source, "outcome": str(outcome), **empty, "problems": [problem]}


def _print_feed(report: dict[str, Any]) -> None:
    form = " ".join(filter(None, (report["version"], report["encoding"])))
    console.print(Text(f"{report['file']}: {report['outcome']}", style="bold") + (f" ({form})" if form else ""))
    for problem in report["problems"]:
        console.print(Text(f"  problem: {problem}", style="yellow"))
    for entry in report["entries"]:
        said(f"  {clock(entry['published_at'])} [{entry['language'] or '?'}] {entry['title']}")
        said(f"    {entry['url'] or 'no address'}")
        console.print(Text(f"    identity: {entry['identity']} ({entry['identity_reason']})", style="dim"))
        for name in ("published", "updated"):
            if entry[name]:
                read = clock(entry[f"{name}_at"])
                console.print(Text(f"    {name}: {entry[name]!r} is {read} UTC", style="dim"))
        for note in entry["notes"]:
            console.print(Text(f"    {note}", style="dim"))


@app.command("page")
def try_page(
    source: Annotated[str, typer.Argument(metavar="LIST.jsonl|FILE|URL", help="- is standard input.")],
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Read article pages: a list of {name, file, url} gives JSON lines, one page is shown to a person."""
    if source.endswith(".jsonl") or source == "-":
        for item in json_lines(source):
            file = str(Path(source).parent / str(item["file"])) if source != "-" else str(item["file"])
            report = _page_report(_unpacked(read_input(file)), str(item.get("url") or ""))
            print_json({"name": item.get("name"), **report})
        return
    if source.startswith(("http://", "https://")):
        response = Fetcher(fetch_limits(os.environ, __version__), utc_now).get(FetchRequest(source))
        report = _page_report(response.body, response.url, response.headers.get("content-type", ""))
    else:
        report = _page_report(_unpacked(read_input(source)), "")
    print_json(report) if as_json else _print_page(report)


def _unpacked(body: bytes) -> bytes:
    """`body`, which may be a gzip file."""
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def _page_report(body: bytes, url: str, content_type: str = "") -> dict[str, Any]:
    page = extract(body, url, content_type, now=utc_now())
    return {
        "url": url or page.canonical_url,
        "title": page.title,
        "text": page.text,
        "author": page.author,
        "published_at": page.published_at,
        "modified_at": page.updated_at,
        "language": page.language,
        "site": page.site,
        "machine_written": page.machine_written,
        "notes": list(page.notes),
    }


def _print_page(report: dict[str, Any]) -> None:
    console.print(Text(report["title"] or "no title found", style="bold"))
    said(f"{report['site'] or 'unknown site'}, {report['author'] or 'no author'}, language {report['language'] or '?'}")
    said(f"published {clock(report['published_at'])}, updated {clock(report['modified_at'])}")
    if report["machine_written"]:
        console.print(Text("looks machine-written", style="yellow"))
    said(f"\n{report['text'] or 'no article found'}\n")
    for note in report["notes"]:
        console.print(Text(note, style="dim"))


@app.command("judge")
def try_judge(items: Annotated[str, ItemsArgument], as_json: Annotated[bool, JsonOption] = False) -> None:
    """Judge news items {id, title, summary?, text?, lang?, published_at?}: region, matches, alerts. JSON lines."""
    settings = settings_of_environment()
    judge = Judge(settings.profile, settings.lexicons, settings.rules)
    for item in json_lines(items):
        article = _article_of(item)
        judgement = judge.judge(article)
        print_json(_judgement_report(item, article, judgement))


def _article_of(item: dict[str, Any]) -> Article:
    title, summary, text = (str(item.get(name) or "") for name in ("title", "summary", "text"))
    return Article(
        key=str(item.get("id", "")),
        identity=str(item.get("id", "")),
        url=str(item.get("url") or ""),
        title=title,
        summary=summary,
        text=text,
        language=str(item.get("lang") or "") or language_of(title, text or summary),
        publisher=str(item.get("source") or ""),
        published_at=_date_of(item),
    )


def _date_of(item: dict[str, Any]) -> datetime | None:
    raw = item.get("published_at") or item.get("date")
    return read_date(str(raw)) if raw else None


def _judgement_report(item: dict[str, Any], article: Article, judgement: Judgement) -> dict[str, Any]:
    trace = judgement_to_json(judgement)
    return {
        "id": item.get("id"),
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


@app.command("rule")
def try_rule(
    file: Annotated[str, typer.Argument(metavar="RULE.toml", help="Rules in the shape of config/rules.toml.")],
    since: Annotated[str, SinceOption] = "30d",
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Run rules over the stored log: what they would have raised, added to today's alerts, or removed from them."""
    with opened() as services:
        places = frozenset(place.name for place in services.settings.profile.places)
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


@app.command("article")
def try_article(title: str, text: Annotated[str, typer.Argument()] = "") -> None:
    """Judge one headline (and text) from the command line, for a person to read."""
    settings = settings_of_environment()
    judge = Judge(settings.profile, settings.lexicons, settings.rules)
    judgement = judge.judge(_article_of({"id": "", "title": title, "text": text}))
    matches = [asdict(match) | {"field": match.span.field} for match in judgement.matches]
    print_judgement(judgement_to_json(judgement), matches)


@app.command("schedule")
def try_schedule(
    traces: Annotated[str, typer.Argument(metavar="TRACES.jsonl", help="{feed_id, timestamps, resolution_s} a line.")],
    budget: Annotated[float, typer.Option("--budget", min=0.1, help="Polls a feed and day, on average.")] = 24,
    as_json: Annotated[bool, JsonOption] = False,
) -> None:
    """Replay publication times: how late each way of scheduling the same number of polls sees the news."""
    with notices.status("replaying …"):
        try:
            figures = simulate(json_lines(traces), budget)
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{traces}: {error}; write {{feed_id, timestamps: [Unix seconds]}} a line") from error
    if as_json:
        print_json({policy: asdict(result) for policy, result in figures.items()})
        return
    table = Table("policy", "mean", "median", "95 %", "polls", "mean ÷ optimum", box=None, header_style="dim")
    for policy, result in figures.items():
        minutes = [f"{seconds / 60:.1f} min" for seconds in (result.mean_s, result.median_s, result.p95_s)]
        table.add_row(policy, *minutes, str(result.polls), f"{result.mean_s / figures['optimum'].mean_s:.3f}")
    console.print(table)


def evaluate(items: Annotated[str, ItemsArgument], as_json: Annotated[bool, JsonOption] = False) -> None:
    """Score the rules on labelled news: precision and recall by rule, event, stance and language."""
    settings = settings_of_environment()
    judge = Judge(settings.profile, settings.lexicons, settings.rules)
    articles = ((item, _article_of(item)) for item in json_lines(items))
    scores = scores_of((item, article.language or "?", judge.judge(article)) for item, article in articles)
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


def _figure(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
