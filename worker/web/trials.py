"""Rules as text in, what they would have raised over the log out. Nothing is stored, nobody is told."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from worker.backtest import Backtest, RuleChange
from worker.bootstrap import Services
from worker.errors import SettingsError
from worker.settings import publishers_of
from worker.settings.rules import read_rules
from worker.web.problems import ProblemError

LONGEST_S = 20.0  # of trying; what was seen by then is the answer


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
        ProblemError: the first mistake in `text`.
    """
    places = frozenset(place.name for place in services.settings.profile.places)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rules.toml"
        path.write_text(text, encoding="utf-8")
        try:
            rules = read_rules(path, places, publishers_of(services.settings.feeds))
        except SettingsError as error:
            raise ProblemError(422, str(error), ["rules"]) from error
    backtest = Backtest(rules, services.settings.fresh_for)
    end = time.monotonic() + LONGEST_S
    for stored, judgement in services.queries.judged_articles(since):
        if time.monotonic() > end:
            return Trial(backtest.changes, backtest.articles, complete=False)
        backtest.add(stored, judgement)
    return Trial(backtest.changes, backtest.articles, complete=True)
