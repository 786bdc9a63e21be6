"""The pages of a long log: server time, first paint, size; and how soon an event reaches all who read live.

`python -m bench web` fills a database with a made-up log of 90 days: articles in six languages, stories, claims,
alerts, notifications and a month of polls. The web service runs in a process of its own. Where there is a Chromium,
each page is opened in it as by a first visitor, whose cache is empty. The live readers are connections of this
process, opened before the event and all waiting for it.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine, insert, select

from bench._desk import furnish
from bench._log import News
from worker.bootstrap import services_for
from worker.database import connect, migrate
from worker.settings import load_settings
from worker.tables import alert_articles, alert_updates, alerts, articles, stories
from worker.web import create_app, serving

SENTENCE = "The two sides agreed on a ceasefire along the road."
FIRST_PAINT = """() => new Promise(done => {
    const told = () => performance.getEntriesByName("first-contentful-paint")[0];
    const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const bytes = loaded.filter(one => !one.name.includes("/live")).reduce((sum, one) => sum + one.transferSize, 0);
    const answer = () => done([told().startTime, bytes]);
    told() ? answer() : new PerformanceObserver(answer).observe({type: "paint"});
})"""


def pages_of(engine: Engine) -> list[str]:
    """What is opened: every page, with a story as large as there is, and one that is open now."""
    word = News().words[300]
    with engine.connect() as connection:
        article, newest = connection.execute(
            select(articles.c.id, articles.c.story_id).join_from(alerts, articles).order_by(alerts.c.id.desc()).limit(1)
        ).one()
    return [
        "/",
        "/log",
        f"/log?q={word}",
        "/log?region=unknown&language=ka",
        "/stories/1",
        f"/stories/{newest}",
        f"/articles/{article}",
        f"/articles/{article}/why",
        "/map",
        "/map?span=90d",
        "/trends",
        "/trends?days=90d",
        "/feeds",
        "/feeds/7",
        "/rules",
        "/robots.txt",  # two lines of text: what Chromium takes by itself
    ]


def raise_alert(engine: Engine, number: int, now: datetime) -> None:
    """An open alert on the article of this number, in a story of its own."""
    match = {
        "concept": "ceasefire",
        "stance": "agreed",
        "terms": ["ceasefire"],
        "sentence": SENTENCE,
        "span": {"field": "summary", "start": 0, "end": len(SENTENCE)},
        "marks": [[26, 35]],
    }
    with engine.begin() as connection:
        story = {"title": f"Story {number}", "opened_at": now, "last_at": now}
        story_id = connection.execute(insert(stories).returning(stories.c.id), story).scalar_one()
        said = {"severity": "critical", "stance": "agreed", "article_id": number}
        alert = said | {"rule_id": "ceasefire", "story_id": story_id, "match": match, "places": ["Lachin"], "why": []}
        alert |= {"revision": 1, "raised_at": now}
        alert_id = connection.execute(insert(alerts).returning(alerts.c.id), alert).scalar_one()
        connection.execute(
            insert(alert_updates),
            said | {"alert_id": alert_id, "revision": 1, "reason": "raised", "detail": "", "at": now},
        )
        voice = {"alert_id": alert_id, "article_id": number, "article_revision": 1, "stance": "agreed", "added_at": now}
        connection.execute(insert(alert_articles), voice)


@contextmanager
def service(url: str) -> Iterator[tuple[str, int]]:
    """The web service on that database in a process of its own: its address and process id."""
    command = [sys.executable, "-m", "bench.web", "--serve", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.pid
        process.terminate()


def serve(url: str) -> None:
    """Be that process."""
    services = services_for(replace(load_settings({}, "bench"), database_url=url))
    with serving(create_app(services), "127.0.0.1", 0) as address:
        print(address, flush=True)
        threading.Event().wait()


def megabytes(pid: int) -> float:
    """Of memory that a process holds (Linux); 0 where that cannot be told."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@dataclass(frozen=True, slots=True)
class Painted:
    """What a first visitor of a page sees of its speed; medians."""

    first_ms: float  # until the first content is painted
    kilobytes: float  # transferred, with styles and scripts


def pages(address: str, paths: Sequence[str], rounds: int) -> None:
    """Print what each page takes: from the first byte of a request to the last of its answer, and in a browser."""
    painted = paint(address, paths)
    print(f"{'page':36} {'median ms':>9} {'p95':>6} {'KB':>6} {'first paint ms':>15} {'KB in all':>10}")
    with closing(http.client.HTTPConnection(urlsplit(address).netloc)) as connection:
        for path in paths:
            took, size = [], 0
            for _ in range(rounds + 1):
                start = time.perf_counter()
                connection.request("GET", path, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
                size = len(connection.getresponse().read())
                took.append((time.perf_counter() - start) * 1000)
            took = sorted(took[1:])  # the first one compiles the template
            says = f"{path:36} {statistics.median(took):9.1f} {took[int(len(took) * 0.95)]:6.1f} {size / 1024:6.1f}"
            seen = painted.get(path)
            print(f"{says} {seen.first_ms:15.0f} {seen.kilobytes:10.1f}" if seen else says, flush=True)


def paint(address: str, paths: Sequence[str], times: int = 5) -> Mapping[str, Painted]:
    """Open each page in Chromium, always as a first visitor; nothing where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium here: no first paint", flush=True)
        return {}
    from playwright.sync_api import sync_playwright  # here: the other figures need none

    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for path in paths:
            seen = []
            for _ in range(times):
                with closing(browser.new_context()) as context:
                    page = context.new_page()
                    page.goto(address + path, wait_until="load")
                    seen.append(page.evaluate(FIRST_PAINT))
            first_ms, size = (statistics.median(one) for one in zip(*seen, strict=True))
            found[path] = Painted(first_ms, size / 1024)
        browser.close()
    return found


async def _reader(host: str, port: int, ready: asyncio.Semaphore, heard: list[float]) -> None:
    reading, writing = await asyncio.open_connection(host, port)
    writing.write(f"GET /live?about=alerts HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    async for line in reading:
        if line.startswith(b"retry"):
            ready.release()
        if line.startswith(b"event: story"):
            heard.append(time.perf_counter())
            break
    writing.close()


async def live(address: str, engine: Engine, readers: int, pid: int) -> None:
    """Print how soon an event reaches everybody."""
    host, port = urlsplit(address).hostname or "", urlsplit(address).port or 0
    before, ready, heard = megabytes(pid), asyncio.Semaphore(0), list[float]()
    waiting = [asyncio.create_task(_reader(host, port, ready, heard)) for _ in range(readers)]
    for _ in range(readers):
        await ready.acquire()
    await asyncio.sleep(1.5)
    held = megabytes(pid)
    await asyncio.to_thread(raise_alert, engine, 200, datetime.now(UTC))
    start = time.perf_counter()  # committed
    await asyncio.gather(*waiting)
    delays = sorted((at - start) * 1000 for at in heard)
    says = f"first {delays[0]:.0f} ms, median {statistics.median(delays):.0f} ms, last {delays[-1]:.0f} ms"
    print(f"{len(delays)} readers: an event after its commit: {says}")
    print(f"memory: {before:.0f} MB, with all readers {held:.0f} MB: {(held - before) * 1024 / readers:.0f} KB each")


def main(arguments: Sequence[str]) -> None:
    """Fill a database, time its pages, and its live readers."""
    parser = argparse.ArgumentParser(prog="python -m bench web", description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--at", default="", help="a database URL that this bench has filled before")
    parser.add_argument("--keep", default="", help="a file to fill and keep, for --at")
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.serve:
        serve(chosen.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.at or f"sqlite:///{chosen.keep or f'{folder}/bench.db'}"
        engine = connect(url)
        if not chosen.at:
            migrate(engine)
            known = [place.name for place in load_settings({}, "bench").profile.places]
            furnish(engine, chosen.articles, datetime.now(UTC), known)
        with service(url) as (address, pid):
            pages(address, pages_of(engine), chosen.rounds)
            asyncio.run(live(address, engine, chosen.readers, pid))
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1:])
