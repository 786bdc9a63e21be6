"""feeds.toml: what a reader may leave out, and what the default file covers."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.errors import SettingsError
from worker.model import Feed
from worker.settings.feeds import read_feeds

DEFAULT = Path(__file__).parents[1] / "config" / "feeds.toml"


def written(folder: Path, toml: str) -> Path:
    path = folder / "feeds.toml"
    path.write_text(toml, encoding="utf-8")
    return path


def test_a_feed_takes_from_its_publisher_what_it_leaves_out(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [[publisher]]
        name = "Morning Post"
        family = "am-state"
        country = "AM"
        dedicated = true
        feeds = [
          { url = "https://post.example/hy", languages = ["hy", "ru"] },
          { url = "https://post.example/en", languages = ["en"], name = "English", dedicated = false, enabled = false },
        ]
        """,
    )

    feeds = read_feeds(path)

    assert feeds == (
        Feed(
            url="https://post.example/hy",
            name="Morning Post (hy/ru)",
            publisher="Morning Post",
            family="am-state",
            languages=("hy", "ru"),
            country="AM",
            dedicated=True,
        ),
        Feed(
            url="https://post.example/en",
            name="English",
            publisher="Morning Post",
            family="am-state",
            languages=("en",),
            country="AM",
            enabled=False,
        ),
    )


@pytest.mark.parametrize(
    ("publisher", "family"),
    [("OC Media", "oc-media"), ("1news.az", "1news-az"), ("Առավոտ", "առավոտ"), ("Радио  «Эхо»", "радио-эхо")],
)
def test_a_publisher_without_a_family_is_its_own(tmp_path: Path, publisher: str, family: str) -> None:
    path = written(
        tmp_path, f'[[publisher]]\nname = "{publisher}"\nfeeds = [{{ url = "https://a.example/", languages = ["en"] }}]'
    )

    (feed,) = read_feeds(path)

    assert feed.family == family


def test_a_password_in_an_address_is_not_repeated_in_the_complaint(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '[[publisher]]\nname = "Post"\nfeeds = [{ url = "https://me:letmein@post.example/", languages = ["en"] }]',
    )

    with pytest.raises(SettingsError) as caught:
        read_feeds(path)

    assert "letmein" not in str(caught.value)


def test_a_missing_file_is_named_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^feeds\.toml: not found in "):
        read_feeds(tmp_path / "feeds.toml")


def test_the_default_feeds_are_sixty_or_more() -> None:
    assert len(read_feeds(DEFAULT)) >= 60


def test_the_default_feeds_cover_the_region_and_its_neighbours() -> None:
    countries = {feed.country for feed in read_feeds(DEFAULT)}

    assert countries >= {"AM", "AZ", "GE", "TR", "RU", "IR", ""}


def test_the_default_feeds_cover_every_language() -> None:
    languages = {language for feed in read_feeds(DEFAULT) for language in feed.languages}

    assert languages >= {"en", "ru", "hy", "az", "tr", "ka", "fa", "fr"}


@pytest.mark.parametrize("country", ["AM", "AZ", "RU", "TR", "IR"])
def test_state_media_of_one_country_are_one_family(country: str) -> None:
    families = {feed.family for feed in read_feeds(DEFAULT)}

    assert f"{country.lower()}-state" in families
