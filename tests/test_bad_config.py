"""Bad settings files, each with the one complaint it must bring: tests/data/bad_config/<case>/expected.txt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from worker.errors import SettingsError
from worker.settings.feeds import read_feeds

CASES = Path(__file__).parent / "data" / "bad_config"
READERS: dict[str, Callable[[Path], object]] = {
    "feeds.toml": read_feeds,
}
BAD_FILES = sorted(path for name in READERS for path in CASES.glob(f"*/{name}"))


@pytest.mark.parametrize("path", BAD_FILES, ids=[path.parent.name for path in BAD_FILES])
def test_a_bad_file_brings_its_one_line_of_complaint(path: Path) -> None:
    expected = (path.parent / "expected.txt").read_text(encoding="utf-8").rstrip("\n")

    with pytest.raises(SettingsError) as caught:
        READERS[path.name](path)

    assert str(caught.value) == expected
