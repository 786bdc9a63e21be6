"""What an article is about, as rows to look it up by: places, rules that fired, concepts, stances. Decides nothing."""

from __future__ import annotations

from worker.model import Judgement


def facets_of(judgement: Judgement) -> list[str]:
    """Each facet, once."""
    found = [f"place:{place}" for place in judgement.relevance.places]
    found += [f"rule:{trace.rule_id}" for trace in judgement.fired]
    for match in judgement.matches:
        found += [f"concept:{match.concept}", f"stance:{match.stance}", f"report:{match.concept}:{match.stance}"]
    return list(dict.fromkeys(found))
