"""Secrets from variables and from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.errors import SettingsError
from worker.settings.environment import secret


def test_a_variable_is_its_value() -> None:
    assert secret("TRUCEWIRE_X", {"TRUCEWIRE_X": " a b "}) == " a b "


def test_a_variable_that_is_not_set_is_none() -> None:
    assert secret("TRUCEWIRE_X", {"TRUCEWIRE_Y": "y"}) is None


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("pw", "pw"),
        ("pw\n", "pw"),
        ("pw\r\n", "pw"),
        ("pw\n\n", "pw\n"),
        (" pw ", " pw "),
        ("", ""),
        ("ключ\n", "ключ"),
    ],
)
def test_a_file_is_read_without_its_last_newline(tmp_path: Path, content: str, value: str) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content.encode())

    assert secret("TRUCEWIRE_X", {"TRUCEWIRE_X_FILE": str(file)}) == value


def test_both_forms_at_once_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="environment: TRUCEWIRE_X: TRUCEWIRE_X_FILE is set, too; unset one"):
        secret("TRUCEWIRE_X", {"TRUCEWIRE_X": "a", "TRUCEWIRE_X_FILE": str(tmp_path)})


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"TRUCEWIRE_X_FILE: .*gone cannot be read: No such file"):
        secret("TRUCEWIRE_X", {"TRUCEWIRE_X_FILE": str(tmp_path / "gone")})


def test_a_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        secret("TRUCEWIRE_X", {"TRUCEWIRE_X_FILE": str(tmp_path)})


def test_a_file_that_is_not_text_is_a_mistake_and_stays_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"s3cr\xff3t")

    with pytest.raises(SettingsError, match="is not UTF-8; save it") as complaint:
        secret("TRUCEWIRE_X", {"TRUCEWIRE_X_FILE": str(file)})

    assert "s3cr" not in str(complaint.value)
