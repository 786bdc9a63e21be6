"""Unmatched articles in; judgements, stories and alerts stored."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from worker.alerting import match_plan, wants_page
from worker.bootstrap import Services
from worker.model import Judged, Judgement, MatchPlan, Outcome, Region, Relevance, StoredArticle, StorySignature
from worker.store.matches import Place
from worker.stories import WINDOW, Geography

log = logging.getLogger("trucewire")

BATCH = 200
LEASE = timedelta(minutes=5)
ALONE_WITHIN_S = 120.0  # of its lease, for articles that are placed one by one; what is left comes again as it lapses


@dataclass(frozen=True, slots=True)
class MatchSummary:
    """What a batch of judgements did."""

    judged: int
    alert_ids: tuple[int, ...]
    pages_due: bool  # some articles want their page
    more: bool  # the batch was full: there may be further ones


def match(services: Services) -> MatchSummary:
    """Judge a batch of unmatched articles, place them into stories, raise alerts."""
    now = services.now()
    claimed = services.store.articles.lease_unmatched(BATCH, now, now + LEASE)
    judged = [Judged(stored, _judgement(services, stored)) for stored in claimed]
    raised = _apply(services, judged, now)
    if judged:
        in_region = sum(one.judgement.relevance.region is Region.YES for one in judged)
        log.info("match articles=%d in_region=%d alerts=%d", len(judged), in_region, len(raised))
    return MatchSummary(
        judged=len(judged),
        alert_ids=tuple(raised),
        pages_due=any(wants_page(one) for one in judged),
        more=len(claimed) == BATCH,
    )


def _judgement(services: Services, stored: StoredArticle) -> Judgement:
    try:
        return services.judge(stored)
    except Exception as error:
        log.exception("match article=%d outcome=%s", stored.article_id, Outcome.INTERNAL_ERROR)
        return Judgement(Relevance(Region.UNKNOWN, evidence=(f"could not be judged: {type(error).__name__}: {error}",)))


def _apply(services: Services, judged: Sequence[Judged], now: datetime) -> list[int]:
    """Place articles and write what follows; one that cannot be holds up no other. The ids of alerts that changed."""
    apply = partial(
        services.store.matches.apply_matches,
        place=_placing(services, now),
        now=now,
        since=now - WINDOW,
        opposed=services.settings.profile.opposed,
        language=services.settings.language,
    )
    try:
        return apply(judged)
    except Exception as error:
        log.warning("match batch=%d apply=one_by_one", len(judged), exc_info=True)
        fault = error
    told: dict[int, None] = {}
    placed, end = 0, time.monotonic() + ALONE_WITHIN_S
    for one in judged:
        if time.monotonic() > end:
            break
        try:
            told |= dict.fromkeys(apply([one]))
            placed += 1
        except Exception:
            log.exception("match article=%d outcome=%s", one.stored.article_id, Outcome.INTERNAL_ERROR)
    if not placed:
        raise fault  # the database may be gone
    return list(told)


def _placing(services: Services, now: datetime) -> Place:
    geography, fresh_for = Geography.of(services.settings.profile), services.settings.fresh_for

    def place(judged: Judged, signed: StorySignature | None, candidates: Sequence[StorySignature]) -> MatchPlan:
        return match_plan(judged, signed, candidates, now=now, fresh_for=fresh_for, geography=geography)

    return place
