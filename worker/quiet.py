"""When sources brought something new in, which of them are unusually silent now out: silence is news, too.

A *source* is a feed, a publisher family, or the media of one country. It is quiet once it has brought nothing for half
as long again as ever in the last four weeks, and some hours more. On traces of real feeds that is one false alarm per
feed in half a year, and half of the feeds that go dead are noticed within a day and a half; a feed that pauses at
night only is noticed within sixteen hours. A source that seldom brings anything has no habit, and is never quiet.

Hours in which Trucewire itself was not running are nobody's habit.
Never looks at what was brought, and never reads the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

WATCHED = timedelta(days=28)  # what a habit is learned from
LONGER = 1.5  # times the longest pause
PATIENCE = timedelta(hours=6)
FEWEST_ARRIVALS = 20
SHORTEST_WATCH = timedelta(days=7)  # a week has its weekend


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """What can fall silent."""

    kind: str  # feed | family | country
    name: str  # the feed's id, the family's name, the country's ISO 3166-1 code

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Habit:
    """How a source used to publish."""

    first_at: datetime
    last_at: datetime
    arrivals: int  # times at which something came; what came together counts once
    longest: timedelta  # pause between two of them

    @property
    def known(self) -> bool:
        """Whether there was enough to call it a habit."""
        return self.arrivals >= FEWEST_ARRIVALS and self.last_at - self.first_at >= SHORTEST_WATCH

    @property
    def patience(self) -> timedelta:
        """The pause that is unusual."""
        return LONGER * self.longest + PATIENCE


@dataclass(frozen=True, slots=True)
class Quiet:
    """A source that is unusually silent."""

    source: Source
    since: datetime
    usual: timedelta  # its longest pause before


Absence = tuple[datetime, datetime]  # from when to when nobody looked


def habits(
    arrivals: Iterable[tuple[datetime, int]],
    sources: Mapping[int, Sequence[Source]],
    absences: Sequence[Absence] = (),
) -> dict[Source, Habit]:
    """What is usual for each source.

    Args:
        arrivals: when a feed brought something new, and the feed's id; in the order of time, of the last four weeks.
        sources: what each feed belongs to, itself included.
        absences: when Trucewire was not running.
    """
    found: dict[Source, Habit] = {}
    for at, feed_id in arrivals:
        for source in sources.get(feed_id, ()):
            habit = found.get(source)
            if habit is None:
                found[source] = Habit(at, at, 1, timedelta())
            elif at > habit.last_at:
                pause = at - habit.last_at - _absent(habit.last_at, at, absences)
                found[source] = Habit(habit.first_at, at, habit.arrivals + 1, max(habit.longest, pause))
    return found


def _absent(since: datetime, until: datetime, absences: Sequence[Absence]) -> timedelta:
    """For how long between two times nobody looked."""
    overlaps = (min(until, end) - max(since, start) for start, end in absences)
    return sum((overlap for overlap in overlaps if overlap > timedelta()), timedelta())


def quiet_sources(known: Mapping[Source, Habit], last_new: Mapping[Source, datetime], now: datetime) -> list[Quiet]:
    """The sources that are unusually silent at `now`, longest silence first.

    Args:
        known: what is usual, of sources that are read without failures; others are not quiet but unheard.
        last_new: when each last brought something new; it may be later than its habit knows.
        now: the time of this run.
    """
    found = []
    for source, habit in known.items():
        since = max(habit.last_at, last_new.get(source, habit.last_at))
        if habit.known and now - since > habit.patience:
            found.append(Quiet(source, since, habit.longest))
    return sorted(found, key=lambda quiet: (quiet.since, quiet.source))


def habits_to_json(known: Mapping[Source, Habit]) -> list[dict[str, Any]]:
    """Habits as they are remembered between two runs."""
    return [
        {
            "kind": source.kind,
            "name": source.name,
            "first_at": habit.first_at.isoformat(),
            "last_at": habit.last_at.isoformat(),
            "arrivals": habit.arrivals,
            "longest_s": habit.longest.total_seconds(),
        }
        for source, habit in known.items()
    ]


def habits_from_json(rows: Iterable[Mapping[str, Any]]) -> dict[Source, Habit]:
    """What `habits_to_json` made."""
    return {
        Source(row["kind"], row["name"]): Habit(
            datetime.fromisoformat(row["first_at"]),
            datetime.fromisoformat(row["last_at"]),
            row["arrivals"],
            timedelta(seconds=row["longest_s"]),
        )
        for row in rows
    }
