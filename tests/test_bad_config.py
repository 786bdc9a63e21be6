"""Bad settings files, each with the one complaint it must bring: tests/data/bad_config/<case>/expected.txt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from worker.errors import SettingsError
from worker.model import Channel
from worker.settings.channels import read_channels
from worker.settings.feeds import read_feeds
from worker.settings.region import read_region
from worker.settings.routes import KnownNames, read_routes
from worker.settings.rules import read_rules

CASES = Path(__file__).parent / "data" / "bad_config"
SECRETS = {
    "TRUCEWIRE_SMTP_PASSWORD": "a password",
    "TRUCEWIRE_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "TRUCEWIRE_WEAK_SECRET": "whsec_c2hvcnQ=",
    "TRUCEWIRE_NOT_APPRISE": "a bottle in the sea",
}
KNOWN = KnownNames(
    (Channel("desk", "console"), Channel("phone", "console")),
    frozenset({"ceasefire"}),
    frozenset({"Lachin corridor"}),
    frozenset({"outlet"}),
)
READERS: dict[str, Callable[[Path], object]] = {
    "channels.toml": lambda path: read_channels(path, SECRETS, frozenset({"ceasefire"})),
    "feeds.toml": read_feeds,
    "region.toml": read_region,
    "routes.toml": lambda path: read_routes(path, KNOWN),
    "rules.toml": lambda path: read_rules(path, frozenset({"Lachin corridor"}), frozenset({"Outlet"})),
}
BAD_FILES = sorted(path for name in READERS for path in CASES.glob(f"*/{name}"))


@pytest.mark.parametrize("path", BAD_FILES, ids=[path.parent.name for path in BAD_FILES])
def test_a_bad_file_brings_its_one_line_of_complaint(path: Path) -> None:
    expected = (path.parent / "expected.txt").read_text(encoding="utf-8").rstrip("\n")

    with pytest.raises(SettingsError) as caught:
        READERS[path.name](path)

    assert str(caught.value) == expected
