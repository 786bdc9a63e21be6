"""lemon24 `reader` on the same feeds: run by `bench.poll` with the Python of an environment that holds it.

Arguments: the database's file, and a file of addresses, one a line. Each line on standard input asks for a round; its
answer is a line of JSON: {cpu_s, wall_s, new}.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import reader  # type: ignore[import-not-found,unused-ignore]  # not a dependency: it lives in an environment of its own


def cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def serve(database: str, addresses: Path) -> None:
    store = reader.make_reader(database)
    for url in addresses.read_text().split():
        store.add_feed(url)
    for _ in sys.stdin:
        before, began = cpu_s(), time.monotonic()
        new = sum(result.value.new for result in store.update_feeds_iter(scheduled=False) if result.value is not None)
        print(json.dumps({"cpu_s": cpu_s() - before, "wall_s": time.monotonic() - began, "new": new}), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))
