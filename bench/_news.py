"""Made-up articles as a region's newsrooms tell them: events, in several languages, copied, rewritten, reported.

Deterministic. Words follow Zipf's law in each of six scripts or spellings; an event has words of its own in each
language, one to three places and a concept; one to thirty articles by forty publishers tell it within a day, and one in
five repeats an earlier one. What a judge would find is given along, so that what follows it can be measured alone.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from worker.model import CONCEPTS, Judgement, Match, Region, Relevance, RuleTrace, Severity, Span, Stance
from worker.stories import WINDOW, Geography

START = datetime(2026, 1, 1, tzinfo=UTC)
PUBLISHERS = 40
_ALPHABETS = {
    "en": "abdegiklmnoprstuvz",
    "ru": "абвгдеиклмнопрстузя",
    "hy": "աբգդեզիկլմնոպստր",
    "az": "abdəgiklmnoprsştuüvz",
    "tr": "abdeğıiklmnoprsştuüvz",
    "ka": "აბგდევზიკლმნოპრსტ",
}
_SHARES = (30, 30, 14, 12, 8, 6)
_COMMON, _OWN, _PLACES = 20_000, 24, 3_000
_TOLD_WITHIN_S = 86_400.0


@dataclass(frozen=True, slots=True)
class News:
    """One article, the event it is on, and what a judge finds in it."""

    number: int  # its id in the log
    event: int
    language: str
    publisher: int
    title: str
    text: str
    at: datetime
    places: tuple[str, ...]
    concept: str

    @property
    def judgement(self) -> Judgement:
        """Its headline reports the concept, and of one event in four, a rule fires."""
        match = Match(self.concept, Stance.IN_FORCE, (self.title[:8],), self.title, Span("title", 0, len(self.title)))
        rule = RuleTrace(self.concept, self.event % 4 == 0, "title reports it", match, Severity.WARNING)
        return Judgement(Relevance(Region.YES, self.places, ("title names a place",)), (match,), (rule,))


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    begun: float  # seconds since START
    places: tuple[str, ...]
    concept: str
    words: dict[str, list[str]]  # by language


class Newsrooms:
    """Whoever writes them."""

    def __init__(self, seed: int = 1) -> None:
        self._dice = random.Random(seed)
        self._words = {language: self._names(alphabet) for language, alphabet in _ALPHABETS.items()}
        self._often = list(itertools.accumulate(1 / rank for rank in range(1, _COMMON + 1)))
        self.places = [f"Place {number}" for number in range(_PLACES)]
        self.geography = Geography(frozenset(self.places), dict.fromkeys(self.places, "XX"))

    def window(self, count: int) -> Iterator[News]:
        """`count` articles within the stories' window, oldest first."""
        told: list[tuple[float, _Event]] = []
        while len(told) < count:
            event = self._event(len(told))
            size = min(30, int(self._dice.paretovariate(0.9)))
            told += [(event.begun + self._dice.uniform(0, _TOLD_WITHIN_S) ** 0.95, event) for _ in range(size)]
        written: dict[tuple[int, str], str] = {}
        for number, (second, event) in enumerate(sorted(told[:count], key=lambda pair: (pair[0], pair[1].number)), 1):
            yield self._article(number, START + timedelta(seconds=second), event, written)

    def _event(self, number: int) -> _Event:
        dice = self._dice
        return _Event(
            number,
            dice.uniform(0, WINDOW.total_seconds() - _TOLD_WITHIN_S),
            tuple(dice.sample(self.places, dice.randint(1, 3))),
            dice.choice(CONCEPTS),
            {language: dice.choices(words[300:], k=_OWN) for language, words in self._words.items()},
        )

    def _article(self, number: int, at: datetime, event: _Event, written: dict[tuple[int, str], str]) -> News:
        dice = self._dice
        (language,) = dice.choices(tuple(_ALPHABETS), _SHARES)
        own = event.words[language]
        title = self._sentence(language, dice.sample(own, 5), 4)
        text = written.get((event.number, language), "")
        if not text or dice.random() > 0.2:
            sentences = [self._sentence(language, dice.sample(own, 3), 12) for _ in range(dice.choice((2, 3, 12)))]
            text = written[event.number, language] = ". ".join(sentences)
        publisher = dice.randrange(PUBLISHERS)
        return News(number, event.number, language, publisher, title, text, at, event.places, event.concept)

    def _sentence(self, language: str, own: list[str], common: int) -> str:
        words = [*own, *self._dice.choices(self._words[language], cum_weights=self._often, k=common)]
        self._dice.shuffle(words)
        return " ".join(words).capitalize()

    def _names(self, alphabet: str) -> list[str]:
        return ["".join(self._dice.choices(alphabet, k=self._dice.randint(3, 10))) for _ in range(_COMMON)]
