"""`python -m bench` lists the benches and runs them all; `python -m bench NAME …` runs one with its options.

A bench is a module of this package with a function `main(arguments)`.
"""

from __future__ import annotations

import importlib
import pkgutil
import signal
import sys
from collections.abc import Callable, Sequence

import bench

Bench = Callable[[Sequence[str]], None]


def benches() -> dict[str, tuple[str, Bench]]:
    """The first line of each bench's docstring, and its function, by name."""
    found = {}
    for info in pkgutil.iter_modules(bench.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"bench.{info.name}")
        if callable(main := getattr(module, "main", None)):
            found[info.name] = ((module.__doc__ or "").partition("\n")[0], main)
    return found


def run(arguments: Sequence[str]) -> None:
    known = benches()
    if arguments and arguments[0] in known:
        known[arguments[0]][1](arguments[1:])
        return
    for name, (says, _) in known.items():
        print(f"{name:10} {says}")
    if arguments:
        sys.exit(0 if arguments[0] in ("-l", "--list", "-h", "--help") else f"no bench is called {arguments[0]!r}")
    for name, (_, main) in known.items():
        print(f"\n== {name} ==", flush=True)
        main([])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # what a bench has started, it stops
    run(sys.argv[1:])
