"""A command imports what it needs and no more: what a start costs is mostly imports."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from worker.cli.commands import COMMANDS, Entry, load
from worker.cli.workbench import TRY

CONFIG = Path(__file__).parents[1] / "config"
# Each takes a tenth of a second or more, and some a second.
HEAVY = {
    "alembic",
    "apprise",
    "celery",
    "fastapi",
    "feedparser",
    "numpy",
    "py3langid",
    "pyarrow",
    "rensa",
    "requests",
    "sqlalchemy",
    "trafilatura",
    "uvicorn",
    "worker.judge",
}
PROGRAM = """
import sys
from worker.cli import main
sys.argv[0] = "trucewire"
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def imported_by(*words: str, data: Path) -> set[str]:
    """Which heavy modules a command has imported when it ends."""
    environment = os.environ | {"TRUCEWIRE_CONFIG": str(CONFIG), "TRUCEWIRE_DATA": str(data)}
    command = [sys.executable, "-c", PROGRAM, *words]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return HEAVY & set(ended.stderr.split())


@pytest.mark.parametrize(
    ("words", "may"),
    [
        (["--help"], set()),
        (["--version"], set()),
        (["try", "--help"], set()),
        (["check"], set()),
        (["articles"], {"sqlalchemy", "worker.judge"}),
        (["alerts", "--help"], {"sqlalchemy", "worker.judge"}),
        (["feeds"], {"sqlalchemy", "worker.judge"}),
        (["try", "article", "Ceasefire agreed near Lachin"], {"worker.judge", "numpy", "py3langid", "sqlalchemy"}),
    ],
)
def test_a_command_imports_what_it_needs_and_no_more(
    words: list[str], may: set[str], tmp_path: Path, migrated_sqlite: Path
) -> None:
    (tmp_path / "trucewire.db").write_bytes(migrated_sqlite.read_bytes())

    assert imported_by(*words, data=tmp_path) <= may


@pytest.mark.parametrize(("name", "entry"), [*COMMANDS.items(), *TRY.items()])
def test_the_list_says_of_a_command_what_it_says_of_itself(name: str, entry: Entry) -> None:
    command = load(entry, name)

    assert entry.help == inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ")
    assert (entry.panel, command.name) == (command.rich_help_panel or "", name)
