"""The made-up week written straight into the tables as the line would have left them, and as much more as is wanted."""

from __future__ import annotations

import hashlib
import sys
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, update

from tests.made_up_week import EVENTS, FEEDS, Event, Piece, Raised, Told
from worker.judge import judgement_from_json
from worker.store.facets import facets_of
from worker.tables import (
    alert_articles,
    alert_updates,
    alerts,
    article_facets,
    articles,
    captures,
    claims,
    feedback,
    feeds,
    matches,
    notices,
    notifications,
    polls,
    revisions,
    stories,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

QUIET_SUBJECTS = (
    ("Border trade fair opens in Tbilisi", "Wine makers and carpet weavers met visitors from five countries.", "yes"),
    ("Snow closes mountain pass for two days", "Drivers are asked to stay in the valley.", "unknown"),
    ("Parliament debates the budget", "Members disagree about roads and schools.", "yes"),
    ("Chess tournament ends in a draw", "The two favourites agreed on a draw after six hours.", "no"),
    ("В столице открылась выставка ковров", "На выставке показали работы мастеров из трёх стран.", "yes"),
    ("Bazarda alma ucuzlaşdı", "Satıcılar bu il məhsulun bol olduğunu deyir.", "unknown"),
)
PLACES = ("Yerevan", "Baku", "Tbilisi", "Stepanakert", "Goris", "Lachin", "Gyumri", "Ganja", "Meghri", "Vanadzor")


def fill(engine: Engine, now: datetime, *, quiet: int = 60) -> None:
    """Write the week into an empty database.

    Args:
        engine: of a migrated database.
        now: the moment at which the week is looked at.
        quiet: articles without an event, spread over the week.
    """
    with engine.begin() as connection:
        for number, feed in enumerate(FEEDS):
            _feed(connection, number, feed, now)
        for number in reversed(range(quiet)):
            title, summary, region = QUIET_SUBJECTS[number % len(QUIET_SUBJECTS)]
            place = PLACES[number % len(PLACES)]
            piece = Piece(number % 8, 30 + number * 160.0, f"{title} ({number})", summary, (), (place,), region=region)
            _article(connection, piece, None, now)
        for event in EVENTS:
            _event(connection, event, now)
        # The index of the search takes an article in when it is judged, as an update.
        connection.execute(update(articles).values(matched_at=articles.c.first_seen_at))
        _service(connection, now)


def _id(connection: Connection, table: Table, **values: Any) -> int:
    return int(connection.execute(insert(table).returning(table.c.id), values).scalar_one())


def _feed(connection: Connection, number: int, feed: tuple[str, ...], now: datetime) -> None:
    name, publisher, family, language, country, side = feed
    failing = number == 6
    feed_id = _id(
        connection,
        feeds,
        url=f"https://{family}{number}.example/rss",
        name=name,
        publisher=publisher,
        family=family,
        languages=[language],
        country=country,
        side=side,
        dedicated=False,
        full_text="relevant",
        enabled=True,
        origin="config",
        added_at=now - timedelta(days=30),
        failures=4 if failing else 0,
        last_outcome="timed_out" if failing else "unchanged",
        last_error="no answer within 30 s" if failing else None,
        last_polled_at=now - timedelta(minutes=3),
        last_ok_at=now - timedelta(hours=9 if failing else 0, minutes=3),
        last_new_at=now - timedelta(minutes=26),
        next_poll_at=now + timedelta(minutes=2),
        schedule_reason="back-off after 4 failures" if failing else "expects 0.8 new articles an hour",
        rate={"hours": [1, 1, 0, 0, 1, 2, 5, 8, 9, 9, 8, 7, 6, 7, 8, 8, 7, 6, 5, 4, 4, 3, 2, 1]},
    )
    for step in reversed(range(36)):
        outcome = "timed_out" if failing and step < 4 else "new" if (step * 7 + number) % 11 == 0 else "unchanged"
        values = {
            "feed_id": feed_id,
            "started_at": now - timedelta(minutes=3 + 5 * step),
            "duration_ms": 120 + 13 * ((step * 31 + number) % 17),
            "outcome": outcome,
            "status": None if outcome == "timed_out" else 200 if outcome == "new" else 304,
            "bytes": 54_000 if outcome == "new" else 0,
            "entries": 30 if outcome == "new" else 0,
            "new": 2 if outcome == "new" else 0,
            "revised": 0,
            "error": "no answer within 30 s" if outcome == "timed_out" else None,
        }
        connection.execute(insert(polls), values)


def _event(connection: Connection, event: Event, now: datetime) -> None:
    first = max(event.pieces, key=lambda piece: piece.minutes)
    story_id = _id(
        connection,
        stories,
        title=event.pieces[0].title,
        opened_at=now - timedelta(minutes=first.minutes),
        last_at=now - timedelta(minutes=min(piece.minutes for piece in event.pieces)),
        confirmation=event.raised[0].confirmation,
    )
    ids: list[int] = []
    for piece in event.pieces:
        copy_of = None if piece.copy_of is None else ids[piece.copy_of]
        ids.append(_article(connection, piece, story_id, now, copy_of, event.raised))
    for raised in event.raised:
        _alert(connection, event, raised, story_id, ids, now)


def _article(
    connection: Connection,
    piece: Piece,
    story_id: int | None,
    now: datetime,
    copy_of: int | None = None,
    raised: tuple[Raised, ...] = (),
) -> int:
    _, publisher, family, language, _, _ = FEEDS[piece.feed]
    seen = now - timedelta(minutes=piece.minutes)
    key = hashlib.sha256(f"{piece.feed}{piece.title}{piece.minutes}".encode()).hexdigest()
    body = f"<item><title>{piece.title}</title>{key}</item>".encode()
    capture_id = _id(
        connection,
        captures,
        sha256=hashlib.sha256(body).hexdigest(),
        url=f"https://{family}{piece.feed}.example/rss",
        fetched_at=seen,
        headers={},
        size=len(body),
        body=zstd.compress(body),
    )
    article_id = _id(
        connection,
        articles,
        key=f"https://{family}.example/{key[:12]}",
        feed_id=piece.feed + 1,
        identity=key,
        url=f"https://{family}.example/{key[:12]}",
        title=piece.title,
        summary=piece.summary,
        text=piece.text,
        author="A. Vardanyan" if piece.labels else "",
        language=piece.language or language,
        publisher=publisher,
        family=family,
        published_at=seen - timedelta(minutes=4),
        first_seen_at=seen,
        fingerprint=key,
        machine_written=False,
        credit=piece.credit,
        labels=list(piece.labels),
        notes=["published_at: from the feed"],
        revision=2 if piece.before[0] else 1,
        revised_at=seen + timedelta(minutes=5) if piece.before[0] else None,
        capture_id=capture_id,
        region=piece.region,
        places=list(piece.places),
        judgement=_judgement(piece, raised),
        story_id=story_id,
        copy_of_id=copy_of,
    )
    _details(connection, piece, article_id, story_id, seen, raised)
    return article_id


def _details(
    connection: Connection,
    piece: Piece,
    article_id: int,
    story_id: int | None,
    seen: datetime,
    raised: tuple[Raised, ...],
) -> None:
    _, _, family, _, _, side = FEEDS[piece.feed]
    if piece.before[0]:
        title, summary = piece.before
        values = {"number": 1, "title": title, "summary": summary, "text": "", "seen_at": seen, "fingerprint": "0"}
        connection.execute(insert(revisions), values | {"article_id": article_id})
    for told in piece.told:
        span = _span(piece, told)
        values = {
            "article_id": article_id,
            "revision": 2 if piece.before[0] else 1,
            "concept": told.concept,
            "stance": told.stance,
            "terms": list(told.terms),
            "sentence": told.sentence,
            "field": "summary",
            "start": span[0],
            "end": span[1],
            "marks": _marks(told),
            "cues": [],
            "elsewhere": "",
            "speaker": told.speaker,
            "speaker_side": told.side,
        }
        connection.execute(insert(matches), values)
        claim = {
            "story_id": story_id,
            "article_id": article_id,
            "concept": told.concept,
            "stance": told.stance,
            "sentence": told.sentence,
            "speaker": told.speaker,
            "side": told.side or side,
            "family": family,
            "numbers": [list(pair) for pair in told.numbers],
            "at": seen,
        }
        if story_id is not None:
            connection.execute(insert(claims), claim)
    for facet in facets_of(judgement_from_json(_judgement(piece, raised))):
        connection.execute(insert(article_facets), {"facet": facet, "article_id": article_id})


def _span(piece: Piece, told: Told) -> tuple[int, int]:
    start = piece.summary.find(told.sentence)
    return start, start + len(told.sentence)


def _marks(told: Told) -> list[list[int]]:
    starts = [(told.sentence.find(term), term) for term in told.terms]
    return [[start, start + len(term)] for start, term in starts if start >= 0]


def _match(piece: Piece, told: Told) -> dict[str, Any]:
    start, end = _span(piece, told)
    return {
        "concept": told.concept,
        "stance": told.stance,
        "terms": list(told.terms),
        "sentence": told.sentence,
        "span": {"field": "summary", "start": start, "end": end},
        "marks": _marks(told),
        "speaker": told.speaker,
        "speaker_side": told.side,
        "numbers": [list(pair) for pair in told.numbers],
    }


def _judgement(piece: Piece, raised: tuple[Raised, ...]) -> dict[str, Any]:
    found = [_match(piece, told) for told in piece.told]
    fired = [
        {
            "rule_id": one.rule,
            "fired": any(told.concept == one.rule for told in piece.told),
            "reason": f"summary reports {one.rule}",
            "severity": one.severity,
            **({"match": 0} if piece.told else {}),
        }
        for one in raised
    ]
    other = {"rule_id": "talks", "fired": False, "reason": "reports no talks", "severity": "info"}
    evidence = [f"title names {place}" for place in piece.places]
    return {
        "region": piece.region,
        "places": list(piece.places),
        "evidence": evidence,
        "matches": found,
        "rules": [*fired, other],
    }


def _alert(connection: Connection, event: Event, raised: Raised, story_id: int, ids: list[int], now: datetime) -> None:
    first = event.pieces[0]
    said = next((piece for piece in event.pieces if piece.told[0].stance == raised.stance), first)
    at = now - timedelta(minutes=first.minutes)
    updated = now - timedelta(minutes=raised.updates[-1][2]) if raised.updates else None
    alert_id = _id(
        connection,
        alerts,
        rule_id=raised.rule,
        story_id=story_id,
        article_id=ids[event.pieces.index(said)],
        severity=raised.severity,
        stance=raised.stance,
        match=_match(said, said.told[0]),
        places=list(first.places),
        why=[f"rule {raised.rule}: summary reports it", "about the region: title names a place of it"],
        revision=1 + len(raised.updates),
        raised_at=at,
        confirmation=raised.confirmation,
        reason=raised.updates[-1][0] if raised.updates else "raised",
        detail=raised.updates[-1][1] if raised.updates else "",
        updated_at=updated,
        closed_at=now if raised.closed else None,
        acknowledged_at=at + timedelta(minutes=9) if raised.acknowledged else None,
        acknowledged_by="nino" if raised.acknowledged else "",
    )
    for article_id, piece in zip(ids, event.pieces, strict=True):
        stance = piece.told[0].stance if piece.told else raised.stance
        values = {"alert_id": alert_id, "article_id": article_id, "article_revision": 1, "stance": stance}
        connection.execute(insert(alert_articles), values | {"added_at": now - timedelta(minutes=piece.minutes)})
    told = (("raised", "", first.minutes), *raised.updates)
    for revision, (reason, detail, minutes) in enumerate(told, 1):
        values = {"alert_id": alert_id, "revision": revision, "reason": reason, "detail": detail}
        values |= {"article_id": ids[0], "severity": raised.severity, "stance": raised.stance}
        connection.execute(insert(alert_updates), values | {"at": now - timedelta(minutes=minutes)})
    values = {"alert_id": alert_id, "alert_revision": 1, "channel": "desk", "key": f"msg_{alert_id}", "status": "sent"}
    times = {"created_at": at, "next_attempt_at": at, "sent_at": at + timedelta(seconds=2)}
    connection.execute(insert(notifications), values | times | {"reason": "", "attempts": 1})
    connection.execute(insert(feedback), {"alert_id": alert_id, "verdict": "right", "reason": "", "at": now})


def _service(connection: Connection, now: datetime) -> None:
    values = {"kind": "source_quiet", "subject": "feed 7", "severity": "warning", "title": "Doğu Gündemi is quiet"}
    text = "It has brought nothing for 9 hours; its longest pause before was 2 hours."
    connection.execute(insert(notices), values | {"text": text, "raised_at": now - timedelta(hours=2)})
