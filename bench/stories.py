"""Stories beside single-pass TF-IDF, and what placing an article costs: `python -m bench stories [FILE.jsonl]`.

Without a file, articles are made up: words by Zipf's law, events with words of their own, each told by several desks.
A file holds {title, text?, story, time?} a line. Both ways see the articles once, in the order of their times, and
words alone: what the judge finds is left out. B-cubed and CPU time of one core. TF-IDF is the textbook's: words as
they stand, the nearest centroid joined above a threshold, with frequencies of what has been read so far.

Then a log of `--window` articles is filled as newsrooms in six languages would, in SQLite or, with `--postgresql`, in a
server whose time is counted, too; and the match stage's own transaction is timed on articles that come next: 100,000
take some minutes to fill in.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import re
import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from bench._news import News, Newsrooms
from bench._window import filled, size_of
from bench.servers import Running, postgresql
from worker.alerting import match_plan, signature
from worker.database import connect
from worker.model import Article, Judged, Judgement, MatchPlan, Region, Relevance, StorySignature
from worker.store import Store
from worker.store.candidates import Candidates, Window
from worker.stories import WINDOW, Geography, StoryLog, keys_of, signature_of, story_for
from worker.tables import articles

START = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS = "abdegiklmnoprstuvz"
THRESHOLDS = (0.1, 0.2, 0.3)
WAITING = 3_000  # articles that are measured
KINDS = ("judged", "placed", "by step")
NOTHING = Judgement(Relevance(Region.NO))


@dataclass(frozen=True)
class Item:
    """One article, and the event it is on."""

    title: str
    text: str
    story: str
    at: datetime

    def signature(self, number: int) -> StorySignature:
        """Its signature, without what a judge would find."""
        article = Article(str(number), str(number), "", self.title, text=self.text, language="en", published_at=self.at)
        return signature_of(article, places=(), reports=(), at=self.at, article_id=number)


def made_up(count: int, seed: int = 1) -> Iterator[Item]:
    """`count` articles within the window, one event every four of them, each event told within a day."""
    dice = random.Random(seed)
    words = ["".join(dice.choices(LETTERS, k=dice.randint(4, 10))) for _ in range(30_000)]
    often = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    step = WINDOW / count
    events: list[tuple[str, list[str]]] = []
    for number in range(count):
        if number % 4 == 0:
            events.append((f"event {number}", dice.choices(words[500:], k=14)))
        story, own = dice.choice(events[-200:])
        common = dice.choices(words, cum_weights=often, k=24)
        title = [*dice.sample(own, 4), *common[:4]]
        text = [*dice.sample(own, 9), *common[4:]]
        dice.shuffle(title)
        dice.shuffle(text)
        yield Item(" ".join(title), " ".join(text), story, START + number * step)


def read(path: Path) -> list[Item]:
    """The articles of a file, in the order of their times."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    items = [
        Item(row["title"], row.get("text") or row.get("summary") or "", str(row["story"]), _time(row)) for row in rows
    ]
    return sorted(items, key=lambda item: item.at)


def _time(row: dict[str, Any]) -> datetime:
    given = row.get("time") or row.get("published_at") or 0
    return datetime.fromisoformat(given) if isinstance(given, str) else datetime.fromtimestamp(given, UTC)


def by_stories(items: Sequence[Item]) -> list[int]:
    log = StoryLog(Geography())
    for number, item in enumerate(items):
        log.place(item.signature(number))
    placed = log.stories
    return [placed[number] for number in range(len(items))]


def by_tf_idf(items: Sequence[Item], threshold: float) -> list[int]:
    """Single-pass clustering: the nearest centroid's cluster, or a new one where none is near enough."""
    documents: Counter[str] = Counter()
    centroids: list[dict[str, float]] = []
    using: dict[str, set[int]] = defaultdict(set)
    found = []
    for number, item in enumerate(items, 1):
        counts = Counter(re.findall(r"\w+", f"{item.title} {item.text}".lower()))
        documents.update(counts.keys())
        vector = {
            word: (1 + math.log(count)) * math.log((1 + number) / documents[word]) for word, count in counts.items()
        }
        vector = _unit(vector)
        near = set().union(*(using[word] for word in vector)) if vector else set()
        scores = {cluster: _cosine(vector, centroids[cluster]) for cluster in near}
        best = max(scores, key=lambda cluster: scores[cluster], default=-1)
        if best < 0 or scores[best] < threshold:
            best = len(centroids)
            centroids.append({})
        for word, weight in vector.items():
            centroids[best][word] = centroids[best].get(word, 0.0) + weight
            using[word].add(best)
        found.append(best)
    return found


def _unit(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {word: weight / length for word, weight in vector.items() if weight}


def _cosine(vector: dict[str, float], centroid: dict[str, float]) -> float:
    length = math.sqrt(sum(weight * weight for weight in centroid.values())) or 1.0
    return sum(weight * centroid.get(word, 0.0) for word, weight in vector.items()) / length


def b_cubed(truth: Sequence[str], found: Sequence[int]) -> tuple[float, float, float]:
    """Precision, recall and F1 (Bagga and Baldwin, 1998)."""
    both, true, got = Counter(zip(truth, found, strict=True)), Counter(truth), Counter(found)
    pairs = [(both[pair], true[pair[0]], got[pair[1]]) for pair in zip(truth, found, strict=True)]
    precision = sum(shared / size for shared, _, size in pairs) / len(pairs)
    recall = sum(shared / size for shared, size, _ in pairs) / len(pairs)
    return precision, recall, 2 * precision * recall / (precision + recall)


def compare(items: Sequence[Item]) -> None:
    ways: list[tuple[str, Callable[[], list[int]]]] = [("stories", lambda: by_stories(items))]
    ways += [(f"TF-IDF {limit:.2f}", lambda limit=limit: by_tf_idf(items, limit)) for limit in THRESHOLDS]  # type: ignore[misc]
    truth = [item.story for item in items]
    print(f"{len(items)} articles, {len(set(truth))} stories")
    print(f"{'':12} {'found':>6} {'precision':>10} {'recall':>7} {'B³ F1':>7} {'ms/article':>11} {'articles/s':>11}")
    for name, way in ways:
        begun = time.process_time()
        found = way()
        seconds = (time.process_time() - begun) / len(items)
        precision, recall, f1 = b_cubed(truth, found)
        print(
            f"{name:12} {len(set(found)):6} {precision:10.3f} {recall:7.3f} {f1:7.3f} {seconds * 1e3:11.2f}"
            f" {1 / seconds:11.0f}",
            flush=True,
        )


@dataclass
class Spent:
    """CPU seconds, and what they were spent on."""

    server: Running | None  # PostgreSQL's, where it is a process of its own
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    articles: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def on(self, step: str, articles: int) -> Iterator[None]:
        """Count what the block costs, this process and the server taken together."""
        begun, begun_there = time.process_time(), self._there()
        yield
        self.seconds[step] += time.process_time() - begun
        self.seconds[f"{step}, server"] += self._there() - begun_there
        self.articles[step] += articles

    def ms(self, step: str) -> float:
        """Milliseconds an article."""
        return 1e3 * self.seconds[step] / max(1, self.articles[step]) + self.there(step)

    def there(self, step: str) -> float:
        """… of which the server's."""
        return 1e3 * self.seconds[f"{step}, server"] / max(1, self.articles[step])

    def _there(self) -> float:
        return self.server.cpu_s() if self.server else 0.0


def cost(url: str, window: int, batch: int, server: Running | None = None) -> None:
    """Print what placing one more article costs with so many in the window.

    Batches are of three kinds in turn. Of two, the match stage's whole transaction is timed: of articles that are
    about nothing, so that only their judgement is written; and of articles that report an event. Placing is what the
    second costs beyond the first. Of the third kind, the steps that lead to a decision are timed one by one.
    """
    waiting = filled(url, window, WAITING)
    engine = connect(url)
    store, geography = Store.on(engine), Newsrooms().geography
    now = max(one.at for one in waiting.values())
    spent, found = Spent(server), Counter[str]()

    def place(one: Judged, signed: StorySignature | None, candidates: Sequence[StorySignature]) -> MatchPlan:
        found.update(articles=signed is not None, candidates=len(candidates))
        return match_plan(one, signed, candidates, now=now, fresh_for=WINDOW, geography=geography)

    remembered = loaded(engine, store.matches.window, now - WINDOW)
    for number in itertools.count():
        claimed = store.articles.lease_unmatched(batch, now, now + timedelta(minutes=5))
        if not claimed:
            break
        kind = KINDS[number % len(KINDS)]
        judged = [Judged(one, waiting[one.article_id].judgement if kind != "judged" else NOTHING) for one in claimed]
        if kind == "by step":
            by_step(engine, judged, now, geography, spent, store.matches.window)
            store.matches.apply_matches(judged, place, now, now - WINDOW)
        else:
            with spent.on(kind, len(judged)):
                store.matches.apply_matches(judged, place, now, now - WINDOW)
    print(f"{engine.dialect.name}, {window} articles in the window, {batch} in a batch")
    print(f"  {remembered}")
    report(spent)
    print(f"  {found['candidates'] / found['articles']:.0f} candidates each, B³ F1 {right(engine, waiting):.3f}")
    size = ", ".join(f"{name} {size:.0f}" for name, size in size_of(engine).items())
    print(
        f"  MB of database: {size}; MB of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}"
    )
    engine.dispose()


def loaded(engine: Engine, window: Window, since: datetime) -> str:
    """Read the index up, as a process does before its first match; what that costs, in words."""
    resident, begun = rss(), time.process_time()
    with engine.connect() as connection:
        window.read_up(connection, since)
    seconds = time.process_time() - begun
    return f"index in memory: read up in {seconds:.1f} s of CPU, {rss() - resident:.0f} MB more"


def rss() -> float:
    """Megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def by_step(
    engine: Engine, judged: Sequence[Judged], now: datetime, geography: Geography, spent: Spent, window: Window
) -> None:
    """What each step before the writing costs."""
    with spent.on("sign", len(judged)):
        batch = {one.stored.article_id: signature(one, now) for one in judged}
        keys = {number: keys_of(signed) for number, signed in batch.items()}
    with engine.connect() as connection:
        with spent.on("find", len(judged)):
            log = Candidates(connection, keys, now - WINDOW, window)
            found = {number: log.of(number) for number in batch}
        with spent.on("compare", len(judged)):
            for number, signed in batch.items():
                story_for(signed, found[number], geography)


def report(spent: Spent) -> None:
    """Milliseconds of CPU an article: of placing it, and of what placing consists of."""
    before = sum(spent.ms(step) for step in ("sign", "find", "compare"))
    placing = spent.ms("placed") - spent.ms("judged")
    steps = ", ".join(f"{step} {spent.ms(step):.2f}" for step in ("sign", "find", "compare"))
    there = spent.there("placed") - spent.there("judged")
    print(f"  placing an article: {placing:.2f} ms of CPU ({steps}, write {placing - before:.2f}; server {there:.2f})")
    print(f"  writing its judgement and search index: {spent.ms('judged'):.2f} ms")


def right(engine: Engine, waiting: Mapping[int, News]) -> float:
    """B-cubed F1 of the articles that were placed."""
    statement = select(articles.c.id, articles.c.story_id).where(articles.c.story_id.is_not(None))
    with engine.connect() as connection:
        rows = connection.execute(statement.where(articles.c.id >= min(waiting))).all()
    return b_cubed([str(waiting[row.id].event) for row in rows], [int(row.story_id) for row in rows])[2]


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench stories")
    parser.add_argument("file", nargs="?", type=Path, help="labelled articles; without it, 2,000 made-up ones")
    parser.add_argument("--window", type=int, default=10_000, help="articles in the log; 0: no timing of the log")
    parser.add_argument("--batch", type=int, default=200, help="articles that are placed in one transaction")
    parser.add_argument("--postgresql", action="store_true", help="have the log in PostgreSQL, not in SQLite")
    options = parser.parse_args(arguments)
    compare(read(options.file) if options.file else list(made_up(2_000)))
    if options.window:
        with tempfile.TemporaryDirectory() as folder:
            if options.postgresql:
                with postgresql(Path(folder)) as (server, url):
                    cost(url, options.window, options.batch, server)
            else:
                cost(f"sqlite:///{folder}/stories.db", options.window, options.batch)


if __name__ == "__main__":
    main()
