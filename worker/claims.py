"""A judged article in, its claims out: what it reports of the region, who says so, and whose voice that is.

Agreed and in force say the same of an event, and so do violated and ended: whoever reports one of a pair confirms the
other. Never compares articles: `worker.corroboration` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from worker.labels import WITHDRAWN
from worker.model import Judgement, Match, Stance, StoredArticle
from worker.model.stories import Claim

HOLDS, BROKEN, DENIED = "holds", "broken", "denied"
_SAYS = {
    Stance.AGREED: HOLDS,
    Stance.IN_FORCE: HOLDS,
    Stance.VIOLATED: BROKEN,
    Stance.ENDED: BROKEN,
    Stance.DENIED: DENIED,
}
LASTING = frozenset({"ceasefire", "disarmament", "peace_deal", "blockade", "peacekeepers"})  # what can be in force
ASSERTIONS = frozenset({HOLDS, BROKEN, DENIED})  # what turns an alert; calls and proposals only add to its story


def says(stance: Stance) -> str:
    """What a stance says of an event: `holds`, `broken`, `denied`, or the stance itself where it says none of these."""
    return _SAYS.get(stance, str(stance))


def worded(concept: str, stance: Stance) -> str:
    """A stance for people: an agreement is in force, an event is reported."""
    if stance is Stance.IN_FORCE and concept not in LASTING:
        return "reported"
    return str(stance).replace("_", " ")


def report_of(concept: str, stance: Stance) -> str:
    """What a match reports, such as `ceasefire:holds`: equal for two articles that confirm each other."""
    return f"{concept}:{says(stance)}"


def reported(judgement: Judgement) -> tuple[Match, ...]:
    """The matches that are news of the region, in the order of the article."""
    return tuple(match for match in judgement.matches if match.stance is not Stance.BACKGROUND and not match.elsewhere)


def reports(judgement: Judgement, field: str = "") -> frozenset[str]:
    """What an article, or one field of it, reports as news of the region, such as `ceasefire:holds`."""
    matches = (match for match in reported(judgement) if field in ("", match.span.field))
    return frozenset(report_of(match.concept, match.stance) for match in matches)


def claims_of(stored: StoredArticle, matches: Iterable[Match], at: datetime) -> tuple[Claim, ...]:
    """One claim for each concept and stance of `matches`, in their order; none of an article that was taken back.

    The first sentence that says so stands for it; its numbers and its speaker are the first that are known.
    """
    article = stored.article
    if WITHDRAWN in article.labels:
        return ()
    by_key: dict[tuple[str, Stance], list[Match]] = {}
    for match in matches:
        by_key.setdefault((match.concept, match.stance), []).append(match)
    return tuple(
        Claim(
            article_id=stored.article_id,
            concept=concept,
            stance=stance,
            sentence=same[0].sentence,
            speaker=(spoken := next((match for match in same if match.speaker_side), same[0])).speaker,
            side=spoken.speaker_side or stored.side,
            family=article.family,
            at=at,
            numbers=next((match.numbers for match in same if match.numbers), ()),
        )
        for (concept, stance), same in by_key.items()
    )
