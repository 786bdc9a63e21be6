"""A newsroom that never sleeps: an article every half second, in turn in each of its feeds, until /tmp/stop exists.

Each tells of something else, in words of its own: what repeats the words of another would join its story, and raise no
alert. What it has published stands in /tmp/published.jsonl. Runs in the image under test, and needs nothing but Python.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import deque
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FEEDS = 12
EVERY_S = 0.5
KEPT = 100  # items a feed shows
STOP, PUBLISHED = Path("/tmp/stop"), Path("/tmp/published.jsonl")

shown: list[deque[str]] = [deque(maxlen=KEPT) for _ in range(FEEDS)]


SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]


def words(number: int, count: int) -> str:
    """So many words that no other number has."""
    chance = random.Random(number)
    return " ".join("".join(chance.choices(SYLLABLES, k=4)) for _ in range(count))


def publish() -> None:
    """Publish until told to stop."""
    number = 0
    with PUBLISHED.open("a", encoding="utf-8") as log:
        while not STOP.exists():
            number += 1
            title = f"Bulletin {number} from Ruritania: {words(number, 6)}"
            link = f"http://feeds:8080/articles/{number}"
            now = format_datetime(datetime.now(UTC), usegmt=True)
            log.write(json.dumps({"title": title}) + "\n")
            log.flush()
            shown[number % FEEDS].appendleft(
                f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{now}</pubDate>"
                f"<description>{words(number, 20)}.</description></item>"
            )
            time.sleep(EVERY_S)


class Handler(BaseHTTPRequestHandler):
    """`/feeds/<number>`; there are no pages."""

    def do_GET(self) -> None:  # the name that http.server asks for
        """Answer with the feed as it stands."""
        if not self.path.startswith("/feeds/"):
            self.send_error(404)
            return
        items = "".join(list(shown[int(self.path.rpartition("/")[2])]))
        head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Ruritania Today</title>'
        body = f"{head}<link>http://feeds:8080/</link>{items}</channel></rss>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


threading.Thread(target=publish, daemon=True).start()
ThreadingHTTPServer(("", 8080), Handler).serve_forever()
