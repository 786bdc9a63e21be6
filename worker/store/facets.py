"""What an article is about, as rows to look it up by: places, rules that fired, concepts, stances. Decides nothing."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.engine import Connection

from worker.model import Judgement
from worker.tables import article_facets


def write_facets(connection: Connection, article_id: int, judgement: Judgement) -> None:
    """Replace the facets of an article by those of its newest judgement."""
    connection.execute(delete(article_facets).where(article_facets.c.article_id == article_id))
    rows = [{"facet": facet, "article_id": article_id} for facet in facets_of(judgement)]
    if rows:
        connection.execute(article_facets.insert(), rows)


def facets_of(judgement: Judgement) -> list[str]:
    """Each facet, once."""
    found = [f"place:{place}" for place in judgement.relevance.places]
    found += [f"rule:{trace.rule_id}" for trace in judgement.fired]
    for match in judgement.matches:
        found += [f"concept:{match.concept}", f"stance:{match.stance}", f"report:{match.concept}:{match.stance}"]
    return list(dict.fromkeys(found))
