"""The settings as a whole: what is shipped is right, and a mistake in the environment is one clear line."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from worker.errors import SettingsError
from worker.settings import complaints, load_settings

CONFIG = Path(__file__).parents[1] / "config"
ENVIRON = {"TRUCEWIRE_CONFIG": str(CONFIG)}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped configuration, to be broken."""
    shutil.copytree(CONFIG, tmp_path / "config")
    return tmp_path / "config"


def test_what_is_shipped_has_no_mistake() -> None:
    assert complaints(ENVIRON, "1.0") == []


def test_the_default_database_is_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings(ENVIRON | {"TRUCEWIRE_DATA": str(tmp_path)}, "1.0")

    assert settings.database_url == f"sqlite:///{tmp_path / 'trucewire.db'}"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://someone@db/trucewire\n", encoding="utf-8")

    settings = load_settings(ENVIRON | {"TRUCEWIRE_DATABASE_URL_FILE": str(tmp_path / "url")}, "1.0")

    assert settings.database_url == "postgresql://someone@db/trucewire"


def test_the_user_agent_is_honest_and_has_a_contact() -> None:
    settings = load_settings(ENVIRON | {"TRUCEWIRE_CONTACT": "desk@example.org"}, "1.0")

    assert settings.fetch.user_agent == "Trucewire/1.0 (+desk@example.org)"


def test_lists_and_numbers_are_read_from_the_environment() -> None:
    given = {
        "TRUCEWIRE_ALLOW": "hooks.internal, 10.0.0.0/8",
        "TRUCEWIRE_FRESH_HOURS": "6",
        "TRUCEWIRE_HOST_SPACING_S": "0",
    }

    settings = load_settings(ENVIRON | given, "1.0")

    assert settings.fetch.allow == ("hooks.internal", "10.0.0.0/8")
    assert settings.fresh_for == timedelta(hours=6)
    assert settings.fetch.spacing_s == 0


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings(ENVIRON | {"TRUCEWIRE_FRESH_HOURS": ""}, "1.0").fresh_for == timedelta(hours=24)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (
            {"TRUCEWIRE_FRESH_HOURS": "soon"},
            "environment: TRUCEWIRE_FRESH_HOURS: 'soon' is no number; write one, such as 0.5",
        ),
        (
            {"TRUCEWIRE_POLLS_PER_DAY": "0"},
            "environment: TRUCEWIRE_POLLS_PER_DAY: '0' is too small; write more than 0",
        ),
        (
            {"TRUCEWIRE_LOG_LEVEL": "LOUD"},
            "environment: TRUCEWIRE_LOG_LEVEL: 'LOUD' is not known; use one of 'DEBUG', 'INFO', 'WARNING' or 'ERROR'",
        ),
        (
            {"TRUCEWIRE_DATABSE_URL": "x"},
            "environment: TRUCEWIRE_DATABSE_URL: unknown variable; did you mean TRUCEWIRE_DATABASE_URL?",
        ),
        ({"TRUCEWIRE_QQQQ": "x"}, "environment: TRUCEWIRE_QQQQ: unknown variable; unset it"),
        (
            {"TRUCEWIRE_CONFIG": "/nowhere"},
            "region.toml: not found in /nowhere; create it, or set TRUCEWIRE_CONFIG to the folder that has it",
        ),
    ],
)
def test_a_mistake_in_the_environment_is_one_line_with_its_remedy(given: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingsError) as mistake:
        load_settings(ENVIRON | given, "1.0")

    assert str(mistake.value) == complaint


def test_a_channel_that_takes_a_rule_nobody_has_is_a_mistake(config: Path) -> None:
    channel = '[[channel]]\nname = "desk"\nkind = "console"\nrules = ["cease-fire"]\n'
    (config / "channels.toml").write_text(channel, encoding="utf-8")

    found = complaints({"TRUCEWIRE_CONFIG": str(config)}, "1.0")

    assert len(found) == 1
    assert "cease-fire" in str(found[0])


def test_a_list_whose_only_item_is_wrong_is_not_called_empty(config: Path) -> None:
    rule = '[[rule]]\nid = "a"\ntitle = "A"\nseverity = "info"\nany = ["the"]\n'
    (config / "rules.toml").write_text(rule, encoding="utf-8")

    found = [str(mistake) for mistake in complaints({"TRUCEWIRE_CONFIG": str(config)}, "1.0")]

    assert found == ["rules.toml: rule[1]: 'the' is in nearly every text; write a word that tells something"]


def test_a_rule_for_a_publisher_without_a_feed_is_a_mistake(config: Path) -> None:
    rule = '[[rule]]\nid = "a"\ntitle = "A"\nseverity = "info"\nany = ["drone"]\npublishers = ["Nobody\'s Times"]\n'
    (config / "rules.toml").write_text(rule, encoding="utf-8")

    found = [
        mistake for mistake in complaints({"TRUCEWIRE_CONFIG": str(config)}, "1.0") if mistake.file == "rules.toml"
    ]

    assert ["Nobody's Times" in str(mistake) for mistake in found] == [True]


def test_every_file_is_complained_of_once(config: Path) -> None:
    (config / "feeds.toml").write_text("", encoding="utf-8")
    (config / "rules.toml").write_text("nonsense", encoding="utf-8")

    found = complaints({"TRUCEWIRE_CONFIG": str(config)}, "1.0")

    assert [mistake.file for mistake in found] == ["feeds.toml", "rules.toml"]


def test_the_public_address_ends_without_a_slash() -> None:
    settings = load_settings(ENVIRON | {"TRUCEWIRE_PUBLIC_URL": "https://monitor.example/trucewire/"}, "1.0")

    assert settings.public_url == "https://monitor.example/trucewire"


@pytest.mark.parametrize(
    "url",
    [
        "monitor.example",
        "http://monitor.example",
        "https://",
        "https://[",
        "https://monitor.example/?a=b",
        "https://user:word@monitor.example",
    ],
)
def test_a_public_address_that_hubs_cannot_use_is_a_mistake(url: str) -> None:
    with pytest.raises(SettingsError, match="TRUCEWIRE_PUBLIC_URL"):
        load_settings(ENVIRON | {"TRUCEWIRE_PUBLIC_URL": url}, "1.0")


@pytest.mark.parametrize("url", ["hc-ping.com/abc", "ftp://hc-ping.com/abc", "https://"])
def test_a_switch_that_cannot_be_pinged_is_a_mistake(url: str) -> None:
    with pytest.raises(SettingsError, match="TRUCEWIRE_PING_URL"):
        load_settings(ENVIRON | {"TRUCEWIRE_PING_URL": url}, "1.0")
