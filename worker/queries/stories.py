"""Questions about stories: which there are, and one whole: what happened when, who claims what, whose voices those are.

Rows as everywhere in `worker.queries`. Which voices are independent is decided by `worker.corroboration`, by the same
rules as when the alerts were raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, case, exists, func, or_, select
from sqlalchemy.engine import Connection

from worker.claims import report_of
from worker.corroboration import Agencies, Opposed, Story, Voice, confirmation_of
from worker.database import reading
from worker.database.rows import families_of
from worker.database.stories import LARGEST, KnownStory, known_stories, publishers_of
from worker.model import Stance
from worker.queries.filters import ALERT_LIST, ARTICLE_LIST, Row
from worker.tables import alert_updates, alerts, article_facets, articles, claims, feeds, revisions, stories

MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Which stories; empty conditions match all that were not merged into others."""

    open: bool | None = None
    alerted: bool | None = None  # with an alert, or without
    confirmation: str = ""
    concept: str = ""
    language: str = ""
    place: str = ""
    rule: str = ""
    since: datetime | None = None  # by its newest article
    until: datetime | None = None
    among: frozenset[int] | None = None  # these stories only


class StoryQueries:
    """The questions."""

    def __init__(self, engine: Engine, opposed: Opposed = ()) -> None:
        """Ask the log on `engine`; `opposed` are the pairs of sides of the region's profile."""
        self._engine = engine
        self._opposed = opposed

    def stories(self, wanted: StoryFilter, limit: int = 50, before: tuple[datetime, int] | None = None) -> list[Row]:
        """Stories under a filter, the one with the newest article first.

        Each has its state (`open`), `articles`, of these `copies`, and `families` as numbers; `languages`, `sides`,
        `places` and `concepts` (as `concept:stance`), the most frequent first; the `language` of its title, "" unknown;
        and `alerts`, the most urgent first, with their rule, severity, concept, stance and confirmation.

        Args:
            wanted: the filter.
            limit: at most so many.
            before: `last_at` and `id` of the last story seen: the next ones are those behind it.
        """
        statement = select(stories).where(stories.c.merged_into_id.is_(None), *_conditions(wanted))
        if wanted.among is not None:
            statement = statement.where(stories.c.id.in_(wanted.among))
        if before is not None:
            last_at, story_id = before
            behind = and_(stories.c.last_at == last_at, stories.c.id < story_id)
            statement = statement.where(stories.c.last_at <= last_at, or_(stories.c.last_at < last_at, behind))
        statement = statement.order_by(stories.c.last_at.desc(), stories.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            found = _rows(connection, statement)
            of_stories = _summaries(connection, [row["id"] for row in found])
        return [row | {"open": row["closed_at"] is None} | of_stories[row["id"]] for row in found]

    def last_reports(self, since: datetime) -> dict[int, datetime]:
        """The time of the newest article of each story that has one since then, by the story's id."""
        statement = select(stories.c.id, stories.c.last_at)
        with reading(self._engine) as connection:
            rows = connection.execute(statement.where(stories.c.last_at >= since, stories.c.merged_into_id.is_(None)))
            return {row.id: row.last_at for row in rows}

    def story(self, story_id: int) -> Row | None:
        """One story whole; None where there is none of this id.

        Beside what `stories` says of it: `articles` (oldest first), `timeline` (what happened when), `claims` (who says
        what, with the article's link and language), `reports` (what is claimed, with its confirmation and the voices
        that say so), `sources` (the voices of the story as a whole) and `alerts` with their updates. A story that was
        merged into another has no articles of its own; `merged_into_id` names the other.
        """
        with reading(self._engine) as connection:
            found = _rows(connection, select(stories).where(stories.c.id == story_id))
            if not found:
                return None
            summary = _summaries(connection, [story_id])[story_id]
            known = known_stories(connection, [story_id])[story_id]
            agencies = Agencies(publishers_of(connection))
            members = _articles(connection, story_id)
            of_story = _whole_alerts(connection, story_id)
            earlier = _revisions(connection, story_id)
            said = _claims(connection, story_id)
            parts = _rows(connection, select(stories).where(stories.c.merged_into_id == story_id))
        story = Story(known.sources, known.claims, agencies, self._opposed)
        named = {row["id"]: row for row in members}
        return (
            found[0]
            | {"open": found[0]["closed_at"] is None}
            | summary
            | {
                "articles": members,
                "merged": [row["id"] for row in parts],
                "timeline": _timeline(found[0], members, earlier, of_story, parts),
                "claims": said,
                "reports": list(_reports(known, story, named)),
                "sources": _voices(story.voices(), named),
                "alerts": of_story,
            }
        )


def _conditions(wanted: StoryFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.open is not None:
        yield stories.c.closed_at.is_(None) if wanted.open else stories.c.closed_at.is_not(None)
    if wanted.confirmation:
        yield stories.c.confirmation == wanted.confirmation
    if wanted.since:
        yield stories.c.last_at >= wanted.since
    if wanted.until:
        yield stories.c.last_at < wanted.until
    if wanted.concept:
        yield exists().where(claims.c.story_id == stories.c.id, claims.c.concept == wanted.concept)
    if wanted.language:
        yield exists().where(articles.c.story_id == stories.c.id, articles.c.language == wanted.language)
    alerted = exists().where(alerts.c.story_id == stories.c.id)
    if wanted.alerted is not None:
        yield alerted if wanted.alerted else ~alerted
    # Few stories have a given rule or place: to look those up beats looking at every story until enough are found.
    if wanted.rule:
        yield stories.c.id.in_(select(alerts.c.story_id).where(alerts.c.rule_id == wanted.rule))
    if wanted.place:
        placed = select(articles.c.story_id).join_from(
            article_facets, articles, articles.c.id == article_facets.c.article_id
        )
        yield stories.c.id.in_(placed.where(article_facets.c.facet == f"place:{wanted.place}"))


def _summaries(connection: Connection, story_ids: Sequence[int]) -> dict[int, Row]:
    """What a list says of each story."""
    found: dict[int, Row] = {
        story_id: {
            "articles": 0,
            "copies": 0,
            **{name: {} for name in (*_COUNTED, "concepts")},
            "alerts": [],
        }
        for story_id in story_ids
    }
    for row in connection.execute(_members(story_ids)):
        story = found[row.story_id]
        story["articles"] += 1
        story["copies"] += row.copied
        values = ([row.family], [row.language], [row.side] if row.side else [], row.places or ())
        for name, given in zip(_COUNTED, values, strict=True):
            for value in given:
                story[name][value] = story[name].get(value, 0) + 1
    said = (
        select(claims.c.story_id, claims.c.concept, claims.c.stance, func.count().label("n"))
        .where(claims.c.story_id.in_(story_ids))
        .group_by(claims.c.story_id, claims.c.concept, claims.c.stance)
    )
    for claim in connection.execute(said):
        found[claim.story_id]["concepts"][f"{claim.concept}:{claim.stance}"] = claim.n
    for alert in _rows(connection, _raised(story_ids)):
        found[alert.pop("story_id")]["alerts"].append(alert | {"open": alert["closed_at"] is None})
    for story in found.values():
        for name in (*_COUNTED, "concepts"):
            story[name] = sorted(story[name], key=lambda value: -story[name][value])
        story["families"] = len(story["families"])
        story["places"] = story["places"][:MOST_PLACES]
    return found


_COUNTED = ("families", "languages", "sides", "places")


def _members(story_ids: Sequence[int]) -> Select[Any]:
    """The articles of some stories, as far as a list counts them."""
    copied = articles.c.copy_of_id.is_not(None).label("copied")
    columns = (articles.c.story_id, articles.c.family, articles.c.language, articles.c.places)
    return (
        select(*columns, feeds.c.side, copied)
        .join_from(articles, feeds, feeds.c.id == articles.c.feed_id)
        .where(articles.c.story_id.in_(story_ids))
        .order_by(articles.c.id)
    )


def _raised(story_ids: Sequence[int]) -> Select[Any]:
    """The alerts of some stories in short, the most urgent first."""
    urgency = case({"critical": 0, "warning": 1}, value=alerts.c.severity, else_=2)
    return (
        select(
            alerts.c.id,
            alerts.c.story_id,
            alerts.c.rule_id,
            alerts.c.severity,
            alerts.c.stance,
            alerts.c.confirmation,
            alerts.c.revision,
            alerts.c.closed_at,
            alerts.c.match["concept"].as_string().label("concept"),
        )
        .where(alerts.c.story_id.in_(story_ids), alerts.c.merged_into_id.is_(None))
        .order_by(urgency, alerts.c.id)
    )


def _articles(connection: Connection, story_id: int) -> list[Row]:
    statement = select(*ARTICLE_LIST, articles.c.copy_of_id, articles.c.updated_at, articles.c.revised_at)
    return _rows(connection, statement.where(articles.c.story_id == story_id).order_by(articles.c.id).limit(LARGEST))


def _revisions(connection: Connection, story_id: int) -> list[Row]:
    """Earlier versions of the story's articles: by the number of the one that took their place."""
    statement = (
        select(revisions.c.article_id, revisions.c.number, revisions.c.title, revisions.c.seen_at)
        .join_from(revisions, articles, articles.c.id == revisions.c.article_id)
        .where(articles.c.story_id == story_id)
        .order_by(revisions.c.article_id, revisions.c.number)
    )
    return _rows(connection, statement.limit(LARGEST))


def _claims(connection: Connection, story_id: int) -> list[Row]:
    beside = (articles.c.title, articles.c.url, articles.c.language, articles.c.publisher, articles.c.copy_of_id)
    statement = (
        select(claims, *beside)
        .join_from(claims, articles, articles.c.id == claims.c.article_id)
        .where(claims.c.story_id == story_id)
        .order_by(claims.c.at, claims.c.id)
        .limit(LARGEST)
    )
    return [row | {"report": report_of(row["concept"], Stance(row["stance"]))} for row in _rows(connection, statement)]


def _whole_alerts(connection: Connection, story_id: int) -> list[Row]:
    """The story's alerts, each with its updates."""
    statement = select(*ALERT_LIST).join_from(alerts, articles, articles.c.id == alerts.c.article_id)
    found = _rows(connection, statement.where(alerts.c.story_id == story_id).order_by(alerts.c.id))
    updates = updates_of(connection, [row["id"] for row in found])
    families = families_of(connection, [row["id"] for row in found])
    return [
        row
        | {
            "open": row["closed_at"] is None,
            "updates": updates.get(row["id"], []),
            "families": list(families.get(row["id"], ())),
        }
        for row in found
    ]


def updates_of(connection: Connection, alert_ids: Sequence[int]) -> dict[int, list[Row]]:
    """The revisions of alerts, oldest first, each with the article that made it."""
    beside = (articles.c.title, articles.c.url, articles.c.publisher, articles.c.language)
    statement = (
        select(alert_updates, *beside)
        .join_from(alert_updates, articles, articles.c.id == alert_updates.c.article_id)
        .where(alert_updates.c.alert_id.in_(alert_ids))
        .order_by(alert_updates.c.alert_id, alert_updates.c.revision)
    )
    found: dict[int, list[Row]] = {}
    for row in _rows(connection, statement):
        found.setdefault(row["alert_id"], []).append(row)
    return found


def _timeline(
    story: Row, members: Sequence[Row], earlier: Sequence[Row], of_story: Sequence[Row], parts: Sequence[Row]
) -> list[Row]:
    """What happened when, oldest first: `at`, `kind`, one line of `text`, and what it is about."""
    events: list[Row] = []
    for row in members:
        text = f"{row['publisher'] or row['family']}: {row['title']}"
        kind = "copy" if row["copy_of_id"] else "article"
        events.append({"at": row["first_seen_at"], "kind": kind, "text": text, "article_id": row["id"]})
    titles = {(row["article_id"], row["number"]): row for row in earlier}
    for article in members:
        for number in range(2, article["revision"] + 1):
            then = titles.get((article["id"], number))
            at, title = (then["seen_at"], then["title"]) if then else (article["revised_at"], article["title"])
            if at is not None:
                text = f"{article['publisher'] or article['family']} changes its article: {title}"
                events.append({"at": at, "kind": "revision", "text": text, "article_id": article["id"]})
    events += [event for alert in of_story for event in _of_alert(alert)]
    events += [{"at": row["closed_at"], "kind": "merged", "text": f"joined by story {row['id']}"} for row in parts]
    if story["closed_at"]:
        events.append({"at": story["closed_at"], "kind": "closed", "text": "the story is closed"})
    order = {"article": 0, "copy": 0, "revision": 0, "raised": 1, "closed": 3}
    events.sort(key=lambda event: (event.get("after", event["at"]), order.get(event["kind"], 2)))
    return [{name: value for name, value in event.items() if name != "after"} for event in events]


def _of_alert(alert: Row) -> Iterator[Row]:
    """What became of one alert; `after`: no revision stands before an earlier one, whose worker began later."""
    latest = accumulate((update["at"] for update in alert["updates"]), max)
    for update, after in zip(alert["updates"], latest, strict=True):
        text = f"{alert['rule_id']}: {update['detail']}"
        about = {"alert_id": alert["id"], "article_id": update["article_id"]}
        yield {"at": update["at"], "after": after, "kind": update["reason"], "text": text} | about
    if alert["closed_at"]:
        text = f"{alert['rule_id']}: {alert['closed_reason']}"
        yield {"at": alert["closed_at"], "kind": "closed", "text": text, "alert_id": alert["id"]}


def _reports(known: KnownStory, story: Story, named: dict[int, Row]) -> Iterator[Row]:
    """What is claimed, with the voices that say so, the best confirmed first."""
    found: list[Row] = []
    for report, said in known.reports().items():
        voices = story.voices_of(said)
        concept, _, says = report.partition(":")
        confirmation = str(confirmation_of(voices, story.opposed))
        found.append(
            {
                "report": report,
                "concept": concept,
                "says": says,
                "confirmation": confirmation,
                "claims": len(said),
                "voices": _voices(voices, named),
            }
        )
    yield from sorted(found, key=lambda row: (-len(row["voices"]), row["report"]))


def _voices(voices: Sequence[Voice], named: dict[int, Row]) -> list[Row]:
    return [
        {
            "voice": voice.name,
            "side": voice.side,
            "independent": voice.independent,
            "articles": [
                {
                    "article_id": witness.article_id,
                    "publisher": witness.publisher,
                    "reason": witness.reason,
                    **{name: named[witness.article_id][name] for name in ("title", "url", "language", "family")},
                }
                for witness in voice.witnesses
                if witness.article_id in named
            ],
        }
        for voice in voices
    ]


def _rows(connection: Connection, statement: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(statement).mappings()]
