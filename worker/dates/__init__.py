"""The date strings of feeds and pages in, moments in UTC out.

Reads ISO 8601, RFC 822, Unix times, day-first numbers and month names in the languages of the region and its
neighbours, the Iranian calendar, digits of any script, with the zone names that are used there. What it cannot read is
None, never now: it knows no clock, so half a date ("Monday", "2 hours ago", "September") is unknown as well.
"""

from __future__ import annotations

from worker.dates.reading import TOLERANCE, believed, is_dateline, month_of, read_date, read_local

__all__ = ["TOLERANCE", "believed", "is_dateline", "month_of", "read_date", "read_local"]
