"""The article it all started from: machine-rewritten, a wrong date in its banner, other wars' headlines at its end."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.world import Item, World, rss
from worker import pipeline
from worker.extract import extract
from worker.judge import Judge
from worker.model import Article, Page
from worker.queries import AlertFilter

pytestmark = pytest.mark.shared

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TAIL = ("Gaza", "Modi", "Don't Miss", "Don’t Miss")


@pytest.fixture(scope="module")
def seed(shared: Path) -> list[str]:
    """The article's lines."""
    return [
        line.strip() for line in (shared / "seed-article.txt").read_text(encoding="utf-8").splitlines() if line.strip()
    ]


@pytest.fixture(scope="module")
def page(seed: list[str]) -> Page:
    """The article as its page would be read."""
    banner, headline, *paragraphs = map(html.escape, seed)
    body = "".join(f"<p>{line}</p>" for line in paragraphs)
    document = (
        f"<html><head><title>{headline}</title></head><body><div>{banner}</div><h1>{headline}</h1>{body}</body></html>"
    )
    return extract(document.encode(), "https://copies.example/karabakh", now=NOW)


def test_its_page_is_dated_by_its_dateline_and_not_by_its_banner(page: Page) -> None:
    assert page.published_at is not None
    assert page.published_at.date() == date(2023, 9, 20)


def test_its_page_ends_before_the_other_wars_begin(page: Page) -> None:
    assert "Yevlakh" in page.text
    assert "justifiable" in page.text
    assert [word for word in TAIL if word in page.text] == []


def test_its_page_is_known_as_machine_written(page: Page) -> None:
    assert page.machine_written


def test_its_page_is_about_the_region_and_fires_ceasefire_and_disarmament(page: Page, judge: Judge) -> None:
    article = Article(key="", identity="", url="", title=page.title, text=page.text, language="en")

    judgement = judge.judge(replace(article, published_at=page.published_at))

    sentences = {trace.rule_id: trace.match.sentence for trace in judgement.fired if trace.match}
    assert judgement.relevance.region == "yes"
    assert "ceasefire" in sentences["ceasefire"].lower()
    assert any(word in sentences["disarmament"].lower() for word in ("disarm", "weapons", "disband"))
    assert [s for s in sentences.values() if any(word in s for word in TAIL)] == []


def test_as_a_feed_item_it_raises_both_alerts_once(world: World, seed: list[str]) -> None:
    _, headline, *paragraphs = seed
    text = "".join(f"<p>{html.escape(line)}</p>" for line in paragraphs)
    world.settings = replace(world.settings, fresh_for=timedelta(days=10_000))
    world.publishes(rss(Item(1, headline, text, published="Mon, 08 Jul 2024 08:00:00 GMT")))
    services = world.services

    for batch in pipeline.tick(services):
        pipeline.poll(services, batch)
    pipeline.match(services)

    article = services.queries.article(1)
    rules = [row["rule_id"] for row in services.queries.alerts(AlertFilter())]
    assert article is not None
    assert article["published_at"] is None or article["published_at"].date() == date(2023, 9, 20)
    assert {"ceasefire", "disarmament"} <= set(rules)
    assert len(rules) == len(set(rules))
