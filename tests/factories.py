"""One valid default of each noun; tests say only what matters to them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from worker.model import (
    Alert,
    AlertPlan,
    Article,
    Channel,
    Feed,
    FeedState,
    FetchResponse,
    Judged,
    Judgement,
    Match,
    MatchPlan,
    Outcome,
    ParsedFeed,
    PollPlan,
    Region,
    Relevance,
    RuleTrace,
    Severity,
    Silence,
    Span,
    Stance,
    StoredArticle,
    StorySignature,
)
from worker.model.stories import Source
from worker.polling import Polled
from worker.store import Store
from worker.stories import signature_of
from worker.tables import notifications

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
SENTENCE = "Armenia and Azerbaijan agreed on a ceasefire."


def a_feed(**changes: Any) -> Feed:
    feed = Feed(
        url="https://outlet.example/rss",
        name="Outlet",
        publisher="Outlet",
        family="outlet",
        languages=("en",),
        country="AM",
    )
    return replace(feed, **changes)


def a_state(feed_id: int = 1, **changes: Any) -> FeedState:
    return replace(FeedState(feed_id=feed_id, feed=a_feed(), next_poll_at=NOW), **changes)


def an_article(number: int = 1, **changes: Any) -> Article:
    article = Article(
        key=f"https://outlet.example/{number}",
        identity=f"guid-{number}",
        url=f"https://outlet.example/{number}",
        title=f"Headline {number}",
        summary=SENTENCE,
        language="en",
        publisher="Outlet",
        family="outlet",
        published_at=NOW - timedelta(minutes=5),
    )
    article = replace(article, **changes)
    content = f"{article.title}\n{article.summary}\n{article.text}"
    return replace(article, fingerprint=hashlib.sha256(content.encode()).hexdigest())


def a_stored(number: int = 1, story_id: int | None = None, **changes: Any) -> StoredArticle:
    return StoredArticle(number, 1, 1, an_article(number, first_seen_at=NOW, **changes), story_id=story_id)


def a_response(body: bytes = b"<rss/>", **changes: Any) -> FetchResponse:
    return replace(FetchResponse("https://outlet.example/rss", 200, {"etag": '"1"'}, body), **changes)


def a_polled(*articles: Article, **changes: Any) -> Polled:
    parsed = ParsedFeed(Outcome.NEW, version="rss20")
    polled = Polled(a_state(), NOW, 10, response=a_response(), parsed=parsed, articles=articles)
    return replace(polled, **changes)


def a_poll_plan(*new: Article, feed_id: int = 1, **changes: Any) -> PollPlan:
    plan = PollPlan(
        state=a_state(feed_id, next_poll_at=NOW + timedelta(minutes=5), last_ok_at=NOW),
        outcome=Outcome.NEW,
        started_at=NOW,
        new=new,
        seen=tuple((article.identity, article.key) for article in new),
    )
    return replace(plan, **changes)


def a_match(**changes: Any) -> Match:
    match = Match(
        concept="ceasefire",
        stance=Stance.AGREED,
        terms=("ceasefire",),
        sentence=SENTENCE,
        span=Span("summary", 0, len(SENTENCE)),
        marks=((35, 44),),
        cues=("agreed",),
    )
    return replace(match, **changes)


def a_judgement(*matches: Match, region: Region = Region.YES, places: tuple[str, ...] = ("Lachin",)) -> Judgement:
    matches = matches or (a_match(),)
    rules = tuple(
        RuleTrace(match.concept, fired=True, reason="summary reports it", match=match, severity=Severity.CRITICAL)
        for match in matches
    )
    return Judgement(Relevance(region, places, ("summary names Armenia",)), matches, rules)


def a_judged(number: int = 1, judgement: Judgement | None = None, **changes: Any) -> Judged:
    return Judged(a_stored(number, **changes), judgement or a_judgement())


def a_signature(**changes: Any) -> StorySignature:
    article = an_article(title="Ceasefire agreed on the border")
    signature = signature_of(article, places=("Lachin",), reports=("ceasefire:holds",), at=NOW, story_id=7)
    return replace(signature, **changes)


def a_source(article_id: int, family: str, **changes: Any) -> Source:
    source = Source(article_id, family.title(), family, NOW + timedelta(minutes=article_id))
    return replace(source, **changes)


def an_alert(**changes: Any) -> Alert:
    alert = Alert(
        alert_id=1,
        rule_id="ceasefire",
        story_id=1,
        revision=1,
        severity=Severity.CRITICAL,
        stance=Stance.AGREED,
        raised_at=NOW,
        article=a_stored(),
        match=a_match(),
        places=("Lachin", "Armenia"),
        why=("rule ceasefire: summary reports it",),
        publishers=("outlet",),
    )
    return replace(alert, **changes)


def by_status(store: Store) -> dict[str, int]:
    """How many notifications stand where."""
    counted = select(notifications.c.status, func.count()).group_by(notifications.c.status)
    with store.engine.begin() as connection:
        return {row[0]: row[1] for row in connection.execute(counted)}


def a_channel(**changes: Any) -> Channel:
    return replace(Channel("desk", "console"), **changes)


def a_silence(**changes: Any) -> Silence:
    silence = Silence(silence_id=1, comment="drill", starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    return replace(silence, **changes)


def stored_feed(store: Store, **changes: Any) -> int:
    """Put a feed into the database; its id."""
    store.feeds.add([a_feed(**changes)], NOW)
    url = changes.get("url", a_feed().url)
    return next(feed.feed_id for feed in store.feeds.due_feeds(NOW, 1000) if feed.url == url)


def always_new_story(judged: Judged, _: Any, candidates: Any) -> MatchPlan:
    """A decision for tests of the store: every article opens a story, every rule that fired raises an alert."""
    alerts = tuple(
        AlertPlan(trace.rule_id, trace.severity, trace.match, (trace.reason,))
        for trace in judged.judgement.fired
        if trace.match
    )
    return MatchPlan(judged, opens_story=True, alerts=alerts)


def raise_alerts(store: Store, *articles: Article) -> list[int]:
    """Store articles of one feed and raise an alert on each; the alerts' ids."""
    feed_id = stored_feed(store)
    store.polls.apply_polls([a_poll_plan(*articles, feed_id=feed_id)])
    claimed = store.articles.lease_unmatched(100, NOW, NOW + timedelta(minutes=1))
    judged = [Judged(stored, a_judgement()) for stored in claimed]
    return store.matches.apply_matches(judged, always_new_story, NOW, NOW - timedelta(days=1))
