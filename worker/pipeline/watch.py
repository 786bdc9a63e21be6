"""Feeds and their habits in; notices of sources that are quiet or fail stored: silence is news, too."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from worker.bootstrap import Services
from worker.quiet import WATCHED, Absence, Habit, Source, habits, habits_from_json, habits_to_json
from worker.sources import Watched, source_plan, sources_of

log = logging.getLogger("trucewire")

LEARNED_EVERY = timedelta(hours=6)  # habits change slowly, and learning them reads four weeks
ABSENT_AFTER = timedelta(hours=1)  # of no watch: Trucewire was not running
_HABITS, _WATCHES = "habits", "watches"


def watch(services: Services) -> int:
    """Say which sources have fallen silent or fail, and which no longer do; how many notices that raised."""
    now, notices = services.now(), services.store.notices
    feeds = services.queries.sources.watched()
    absences = _absences(services, now)
    already = [(notice.kind, notice.subject) for notice in notices.open_notices()]
    plan = source_plan(feeds, _habits(services, feeds, absences, now), already, now)
    for kind, subject in plan.over:
        notices.close_notice(kind, subject, now)
        log.info("watch notice=%s subject=%r outcome=over", kind, subject)
    raised = 0
    for draft in plan.drafts:
        told = (draft.severity, draft.title, draft.text, now, draft.facts)
        if notices.raise_notice(draft.kind, draft.subject, *told) is not None:
            log.warning("watch notice=%s subject=%r title=%r", draft.kind, draft.subject, draft.title)
            raised += 1
    return raised


def _absences(services: Services, now: datetime) -> list[Absence]:
    """When Trucewire was not running in the last four weeks, as its own watches show."""
    remembered = services.store.upkeep.recall(_WATCHES) or {"last_at": now.isoformat(), "absences": []}
    last_at = datetime.fromisoformat(remembered["last_at"])
    spans = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in remembered["absences"]]
    if now - last_at > ABSENT_AFTER:
        spans.append((last_at, now))
    spans = [span for span in spans if now - span[1] < WATCHED]
    kept = [[start.isoformat(), end.isoformat()] for start, end in spans]
    services.store.upkeep.remember(_WATCHES, {"last_at": now.isoformat(), "absences": kept}, now)
    return spans


def _habits(
    services: Services, feeds: Sequence[Watched], absences: Sequence[Absence], now: datetime
) -> Mapping[Source, Habit]:
    """The habits as remembered, learned anew where that is some hours ago."""
    remembered = services.store.upkeep.recall(_HABITS)
    if remembered and now - datetime.fromisoformat(remembered["at"]) < LEARNED_EVERY:
        return habits_from_json(remembered["habits"])
    learned = habits(services.queries.sources.arrivals(now - WATCHED), sources_of(feeds), absences)
    services.store.upkeep.remember(_HABITS, {"at": now.isoformat(), "habits": habits_to_json(learned)}, now)
    return learned
