"""Rules as text in, what they would have raised over the log out. Nothing is stored, nobody is told."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore

from worker.backtest import Backtest, RuleChange
from worker.bootstrap import Services
from worker.errors import SettingsError
from worker.model import Rule
from worker.settings import publishers_of
from worker.settings.rules import read_rules
from worker.web.problems import ProblemError

LONGEST_S = 20.0  # of trying; what was seen by then is the answer
_AT_ONCE = BoundedSemaphore(2)  # of a process: each keeps a core busy
SOON = {"Retry-After": "10"}


@dataclass(frozen=True, slots=True)
class Trial:
    """What would have been."""

    changes: dict[str, RuleChange]  # by rule
    articles: int  # that were looked at, oldest first
    complete: bool  # whether these were all


def try_rules(services: Services, text: str, since: datetime) -> Trial:
    """Run rules over the articles first seen since then.

    Args:
        services: whose log.
        text: rules in the form of `config/rules.toml`.
        since: where to begin.

    Raises:
        ProblemError: the first mistake in `text`; or others are tried already.
    """
    if not _AT_ONCE.acquire(blocking=False):
        raise ProblemError(429, "Other rules are being tried right now; try again in a moment.", headers=SOON)
    try:
        return _tried(services, _read(services, text), since)
    finally:
        _AT_ONCE.release()


def _read(services: Services, text: str) -> tuple[Rule, ...]:
    places = frozenset(place.label for place in services.settings.profile.places)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rules.toml"
        path.write_text(text, encoding="utf-8")
        try:
            return read_rules(path, places, publishers_of(services.settings.feeds))
        except SettingsError as error:
            raise ProblemError(422, str(error), ["rules"]) from error


def _tried(services: Services, rules: tuple[Rule, ...], since: datetime) -> Trial:
    backtest = Backtest(rules, services.settings.fresh_for)
    end = time.monotonic() + LONGEST_S
    for stored, judgement in services.queries.judged_articles(since):
        if time.monotonic() > end:
            return Trial(backtest.changes, backtest.articles, complete=False)
        backtest.add(stored, judgement)
    return Trial(backtest.changes, backtest.articles, complete=True)
