"""The ladder of ARCHITECTURE.md, enforced."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import worker

ROOT = Path(worker.__file__).parent

# Highest first. A module imports only from rungs below its own, never from its own rung.
LADDER = [
    ["cli"],
    ["embedded"],
    ["demo"],
    ["tasks", "web"],
    ["pipeline"],
    ["bootstrap", "health"],
    ["fetch", "store", "queries", "channels", "hubs", "pings", "settings"],
    ["database"],
    ["tables", "connections", "credentials"],
    ["backtest", "evaluation"],
    ["judge", "polling", "alerting", "updates", "titling", "sources"],
    [
        "parse",
        "extract",
        "normalise",
        "places",
        "concepts",
        "rules",
        "stories",
        "claims",
        "corroboration",
        "quiet",
        "schedule",
        "routing",
        "render",
        "opml",
        "websub",
        "discovery",
        "exports",
        "evidence",
    ],
    [
        "urls",
        "text",
        "markup",
        "dates",
        "languages",
        "bylines",
        "boilerplate",
        "encoding",
        "headlines",
        "labels",
        "links",
    ],
    ["prefilter"],
    ["errors"],
    ["model"],
]
RUNG = {room: len(LADDER) - height for height, rooms in enumerate(LADDER) for room in rooms}

ONLY_IN = {
    "celery": {"tasks", "embedded"},
    "kombu": {"tasks", "embedded"},
    "sqlalchemy": {"tables", "migrations", "database", "store", "queries"},
    "alembic": {"migrations", "database"},
    "requests": {"connections"},
    "urllib3": {"connections"},
    "feedparser": {"parse"},
    "trafilatura": {"extract"},
    "rensa": {"stories"},
    "redis": {"health"},
    "typer": {"cli"},
    "rich": {"cli", "embedded", "channels"},
    "pydantic": {"settings", "web"},
    "argon2": {"credentials"},
    "pyarrow": {"exports"},
    "fastapi": {"web"},
    "jinja2": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
}
CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
CLOCK_ROOMS = {"bootstrap"}
PURE_RUNGS = RUNG["judge"]


def modules() -> list[Path]:
    return sorted(p for p in ROOT.rglob("*.py") if p != ROOT / "__init__.py")


def room_of(path: Path) -> str:
    """The module or package right below worker/."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            if node.module == "worker":
                yield from ((f"worker.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield node.module or "", node.lineno


def every_import() -> Iterator[tuple[Path, str, str, int]]:
    for path in modules():
        for name, line in imports_of(path):
            yield path, room_of(path), name, line


def test_every_module_has_its_rung() -> None:
    rooms = {room_of(path) for path in modules()} - {"migrations"}

    assert rooms <= set(RUNG)


def test_a_module_imports_only_from_rungs_below_its_own() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path, room, name, line in every_import()
        if name.startswith("worker.") and room in RUNG
        for target in [name.split(".")[1]]
        if target in RUNG and target != room and RUNG[target] >= RUNG[room]
    ]

    assert wrong == []


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_imported_only_in_its_rooms(library: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path, room, name, line in every_import()
        if name.split(".")[0] == library and room not in ONLY_IN[library]
    ]

    assert wrong == []


def test_only_bootstrap_reads_the_clock() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        if room_of(path) not in CLOCK_ROOMS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in CLOCK
    ]

    assert wrong == []


def test_pure_rungs_neither_log_nor_open_files() -> None:
    forbidden = {"logging", "socket", "os", "pathlib", "subprocess", "threading"}

    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path, room, name, line in every_import()
        if RUNG.get(room, PURE_RUNGS + 1) <= PURE_RUNGS and name.split(".")[0] in forbidden
    ]

    assert wrong == []


def test_no_room_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "helpers", "manager", "common", "misc"}

    assert {path.stem for path in modules()} & drawers == set()


def test_a_module_stays_under_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if "versions" not in path.parts  # a migration is a list of tables, and stays as it was released
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }

    assert long == {}
