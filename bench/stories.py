"""Stories beside single-pass TF-IDF, and what placing an article costs: `python -m bench stories [FILE.jsonl]`.

Without a file, articles are made up: words by Zipf's law, events with words of their own, each told by several desks.
A file holds {title, text?, story, time?} a line. Both ways see the articles once, in the order of their times, and
words alone: what the judge finds is left out. B-cubed and CPU time of one core. TF-IDF is the textbook's: words as
they stand, the nearest centroid joined above a threshold, with frequencies of what has been read so far.

Then a SQLite log of `--window` articles is filled, and the cost of placing one more is timed as the match stage has it:
signature, keys, candidates from the table, full comparison.
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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from worker.database import connect, migrate
from worker.model import Article, StorySignature
from worker.store.stories import Candidates
from worker.stories import WINDOW, Geography, StoryLog, keys_of, signature_of, signature_to_json, story_for
from worker.tables import articles, feeds, stories, story_keys

START = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS = "abdegiklmnoprstuvz"
THRESHOLDS = (0.1, 0.2, 0.3)
PLACED = 200  # in one batch, as the match stage takes them
AT_ONCE = 2_000


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


def filled(engine: Engine, items: Sequence[Item]) -> None:
    """Put `items` into a log, each in the story of its event."""
    ids = {story: number for number, story in enumerate(dict.fromkeys(item.story for item in items), 1)}
    with engine.begin() as connection:
        feed = {"url": "https://feed.example/", "name": "Feed", "publisher": "", "family": "", "languages": ["en"]}
        connection.execute(insert(feeds), _complete(feeds, feed))
        rows = [{"id": number, "title": story, "opened_at": START, "last_at": START} for story, number in ids.items()]
        connection.execute(insert(stories), rows)
    for first in range(0, len(items), AT_ONCE):
        batch = list(enumerate(items[first : first + AT_ONCE], first + 1))
        signatures = {number: item.signature(number) for number, item in batch}
        with engine.begin() as connection:
            rows = [_row(number, item, ids[item.story], signatures[number]) for number, item in batch]
            connection.execute(insert(articles), rows)
            keys: list[dict[str, Any]] = [
                {"key": key, "at": item.at, "article_id": number}
                for number, item in batch
                for key in keys_of(signatures[number])
            ]
            connection.execute(insert(story_keys), sorted(keys, key=lambda row: row["key"]))


def _row(number: int, item: Item, story_id: int, signature: StorySignature) -> dict[str, Any]:
    known = {"id": number, "key": str(number), "feed_id": 1, "title": item.title, "language": "en", "revision": 1}
    placed = {"first_seen_at": item.at, "story_id": story_id, "signature": signature_to_json(signature)}
    return _complete(articles, known | placed)


def _complete(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    """`row` with an empty value in every column that must have one."""
    empty = {"TEXT": "", "VARCHAR": "", "INTEGER": 0, "BIGINT": 0, "BOOLEAN": False, "JSON": [], "FLOAT": 0.0}
    needed = (
        column for column in table.columns if not (column.nullable or column.server_default or column.primary_key)
    )
    blank = {column.name: empty.get(_kind(column), START) for column in needed}
    return blank | row


def _kind(column: Any) -> str:
    return "JSON" if column.type.python_type is dict else str(column.type).partition("(")[0]


def cost(window: int) -> None:
    """Print what placing an article costs with so many in the window."""
    items = list(made_up(window + PLACED))
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "stories.db"
        engine = connect(f"sqlite:///{database}")
        migrate(engine)
        filled(engine, items[:window])
        spent: Counter[str] = Counter()
        with engine.begin() as connection:
            begun = time.process_time_ns()
            batch = {number: item.signature(number) for number, item in enumerate(items[window:], window + 1)}
            keys = {number: keys_of(signature) for number, signature in batch.items()}
            signed = time.process_time_ns()
            log = Candidates(connection, keys, items[-1].at - WINDOW)
            found = {number: log.of(number, keys[number]) for number in batch}
            looked_up = time.process_time_ns()
            for number, signature in batch.items():
                story_for(signature, found[number], Geography())
            compared = time.process_time_ns()
        spent.update(sign=signed - begun, find=looked_up - signed, compare=compared - looked_up)
        spent["candidates"] = sum(map(len, found.values()))
        engine.dispose()
        size = database.stat().st_size / window
    steps = ", ".join(f"{step} {spent[step] / PLACED / 1e6:.2f}" for step in ("sign", "find", "compare"))
    total = sum(spent[step] for step in ("sign", "find", "compare")) / PLACED / 1e6
    print(f"{window} articles in the window: {total:.2f} ms of CPU an article ({steps})")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{spent['candidates'] / PLACED:.0f} candidates; {size / 1024:.1f} KB of database an article, {memory:.0f} MB"
    )


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench stories")
    parser.add_argument("file", nargs="?", type=Path, help="labelled articles; without it, 2,000 made-up ones")
    parser.add_argument("--window", type=int, default=10_000, help="articles in the log; 0: no timing of the log")
    options = parser.parse_args(arguments)
    compare(read(options.file) if options.file else list(made_up(2_000)))
    if options.window:
        cost(options.window)


if __name__ == "__main__":
    main()
