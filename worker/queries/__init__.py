"""Read-only questions to the log, the same for the command line, the API and the page.

Filters in, rows out: a row is a dict of plain values, times as aware datetimes in UTC, newest first where there is an
order. Never writes, never waits for a writer.
"""

from worker.queries.filters import AlertFilter, ArticleFilter, Health, Row
from worker.queries.log import Queries

__all__ = ["AlertFilter", "ArticleFilter", "Health", "Queries", "Row"]
