"""Parameters that nothing reads: a query and the names that are read in, what to say about the others out. Pure.

A filter with a slip in its name must not show everything as if it had been applied.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

LONGEST_NAME = 60  # characters of one that is repeated
MOST_NAMED = 3


def unread(given: Iterable[str], read: Collection[str]) -> list[str]:
    """The names in a query that nothing reads, each once, as they were given."""
    return [name for name in dict.fromkeys(given) if name not in read]


def remedies(names: Iterable[str], read: Collection[str]) -> list[str]:
    """What to say about each of these names: the one that was probably meant, or all there are."""
    return [_remedy(name, read) for name in list(names)[:MOST_NAMED]]


def _remedy(name: str, read: Collection[str]) -> str:
    said = f"There is no parameter “{''.join(filter(str.isprintable, name))[:LONGEST_NAME]}”"
    near = difflib.get_close_matches(name.lower(), sorted(read), n=1)
    if near:
        return f"{said}; did you mean “{near[0]}”?"
    return f"{said}; there are {', '.join(sorted(read))}." if read else f"{said}; nothing can be asked for here."
