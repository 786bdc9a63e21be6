"""A list that came out empty in; a complaint where that is since a name or number in the question is not known, out.

Asked only then: what is known costs a look at the settings, and rules that were removed still have their alerts.
"""

from __future__ import annotations

from collections.abc import Iterable

from worker.bootstrap import Log
from worker.cli.console import UsageError
from worker.model import CONCEPTS
from worker.queries.stories import StoryQueries
from worker.settings.toml import nearest


def name_unknown(
    log: Log,
    *,
    rule: str = "",
    place: str = "",
    concept: str = "",
    channel: str = "",
    feed: int | None = None,
    story: int | None = None,
    alert: int | None = None,
) -> None:
    """Complain of the first of these that does not exist.

    Raises:
        UsageError: with what was probably meant, or where to look.
    """
    if concept:
        check_name("concept", concept, CONCEPTS, f"it is one of {', '.join(CONCEPTS)}")
    if rule:
        check_name("rule", rule, (one.rule_id for one in log.settings.rules), "see config/rules.toml")
    if place:
        check_name("place", place, (one.label for one in log.settings.profile.places), "see config/places.toml")
    if channel:
        check_name("channel", channel, (one.name for one in log.settings.channels), "see trucewire channels")
    if feed is not None and not any(row["id"] == feed for row in log.queries.feeds()):
        raise UsageError(f"there is no feed {feed}; see trucewire feeds")
    if story is not None and StoryQueries(log.engine).story(story) is None:
        raise UsageError(f"there is no story {story}; see trucewire stories")
    if alert is not None and log.queries.alert(alert) is None:
        raise UsageError(f"there is no alert {alert}; see trucewire alerts")


def check_name(what: str, name: str, known: Iterable[str], otherwise: str) -> None:
    """Complain of a name that is not among those that are `known`.

    Raises:
        UsageError: with the one that was probably meant, or else with `otherwise`.
    """
    names = set(known)
    if name not in names:
        close = nearest(name, names)
        raise UsageError(f"there is no {what} {name!r}; {f'did you mean {close}?' if close else otherwise}")
