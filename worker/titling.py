"""A story's articles, claims and alerts in, the article whose headline is the story's out.

The headline says what is so now: it is that of an article which reports what the story's weightiest alert says (the
most severe, then the latest), or, without an alert, what most articles claim. Among those, in this order: an original
before a copy or a machine's rewrite, the reader's language, a headline that says so itself, the alert's own article,
the earliest. Decided anew with each article, so it follows the story's turns. Never reads or makes up words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from worker.claims import ASSERTIONS, report_of, says
from worker.model.stories import Claim, KnownAlert, Source


def titling_article(
    sources: Mapping[int, Source], claims: Iterable[Claim], alerts: Collection[KnownAlert], language: str
) -> int | None:
    """The id of the article that gives the story its headline; None where there is none.

    Args:
        sources: the story's articles, by id.
        claims: what they claim.
        alerts: the story's, as they stand.
        language: the reader's, ISO 639-1.
    """
    alert = max(alerts, key=lambda one: (not one.closed, one.severity.rank, one.said_at, -one.alert_id), default=None)
    said = list(claims)
    report = report_of(alert.concept, alert.stance) if alert else _usual(said)
    telling = [claim for claim in said if report_of(claim.concept, claim.stance) == report]
    reports = {claim.article_id for claim in telling}
    titles = {claim.article_id for claim in telling if _is_title_of(claim, sources)}
    speaker = alert.told[-1].article_id if alert and alert.told else None
    if alert and not reports:  # a rule by words of one's own claims nothing
        reports = set(alert.spoke)

    def rank(source: Source) -> tuple[object, ...]:
        article = source.article_id
        return (
            source.withdrawn,
            article not in reports,
            source.copy_of is not None or source.machine_written,
            source.language != language,
            article not in titles,
            article != speaker,
            source.at,
            article,
        )

    return min(sources.values(), key=rank).article_id if sources else None


def _usual(claims: Iterable[Claim]) -> str:
    """What is claimed most often, assertions before calls and proposals; of equals the latest. "" nothing."""
    counts: Counter[str] = Counter()
    latest: dict[str, Claim] = {}
    for claim in claims:
        report = report_of(claim.concept, claim.stance)
        counts[report] += 1
        latest[report] = max(latest.get(report, claim), claim, key=lambda one: one.at)

    def weight(report: str) -> tuple[object, ...]:
        return says(latest[report].stance) in ASSERTIONS, counts[report], latest[report].at, report

    return max(counts, key=weight, default="")


def _is_title_of(claim: Claim, sources: Mapping[int, Source]) -> bool:
    source = sources.get(claim.article_id)
    return source is not None and bool(claim.sentence) and claim.sentence in source.title
