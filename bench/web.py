"""The pages' server time, and how soon an event reaches everybody who reads live: `python -m bench web`.

Made-up articles as in the bench of searches, and a hundred open alerts on some of them. The web service runs in a
process of its own; its readers are connections of this one, opened before the event and all waiting for it.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine, insert

from bench._log import News, fill
from worker.bootstrap import services_for
from worker.database import connect, migrate
from worker.settings import load_settings
from worker.tables import alert_articles, alert_updates, alerts, stories
from worker.web import create_app, serving

SENTENCE = "The two sides agreed on a ceasefire along the road."
PAGES = (
    "/",
    "/log",
    "/log?q=ba",
    "/stories/1",
    "/articles/1",
    "/articles/1/why",
    "/map",
    "/trends",
    "/feeds",
    "/rules",
)


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


def pages(address: str, rounds: int) -> None:
    """Print what each page takes, from the first byte of a request to the last of its answer."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc)) as connection:
        for path in PAGES:
            took, size = [], 0
            for _ in range(rounds + 1):
                start = time.perf_counter()
                connection.request("GET", path, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
                size = len(connection.getresponse().read())
                took.append((time.perf_counter() - start) * 1000)
            took = sorted(took[1:])  # the first one compiles the template
            says = f"median {statistics.median(took):6.1f} ms   p95 {took[int(len(took) * 0.95)]:6.1f} ms"
            print(f"{path:18} {says}   {size / 1024:5.1f} KB", flush=True)


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
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.serve:
        serve(chosen.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        engine = connect(url)
        migrate(engine)
        fill(engine, News(), chosen.articles)
        now = datetime.now(UTC)
        for number in range(1, 101):
            raise_alert(engine, number, now - timedelta(minutes=number))
        with service(url) as (address, pid):
            pages(address, chosen.rounds)
            asyncio.run(live(address, engine, chosen.readers, pid))
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1:])
