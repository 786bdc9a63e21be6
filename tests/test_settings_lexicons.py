"""The lexicons that ship have no mistake in them, which no start looks for."""

from __future__ import annotations

from pathlib import Path

import pytest

import worker
from worker.errors import SettingsError
from worker.settings.lexicons import read_lexicon, read_lexicons

SHIPPED = sorted((Path(worker.__file__).parent / "lexicons").glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_term_that_ships_can_be_compiled(path: Path) -> None:
    assert read_lexicon(path) in read_lexicons()


def test_a_mistyped_term_is_named(tmp_path: Path) -> None:
    path = tmp_path / "xx.toml"
    path.write_text('language = "xx"\n[[concept]]\nname = "ceasefire"\nterms = ["truce", "cease(fire"]\n', "utf-8")

    with pytest.raises(SettingsError, match=r"xx\.toml: concept\[1\]\.terms\[2\]: 'cease\(fire' cannot be read"):
        read_lexicon(path)
