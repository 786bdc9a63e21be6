"""routes.toml, read."""

from __future__ import annotations

from datetime import UTC, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from worker.model import Severity
from worker.model.delivery import (
    Conditions,
    Digest,
    Escalation,
    GroupBy,
    Inhibition,
    Names,
    QuietHours,
    Route,
    Routing,
    Throttle,
)
from worker.settings.routes import read_routes

WHOLE = """
[[route]]
name = "desk"
channels = ["desk"]
minimum_severity = "warning"
rules = ["ceasefire", "!talks"]
stances = ["violated"]
confirmations = ["!single_source"]
countries = ["AM"]
notices = true
group_by = "place"
group_wait = "30s"
group_interval = "10m"
throttle = "10 per 1h"
quiet_hours = ["22:00-07:00", "13:00-14:00"]
zone = "Asia/Yerevan"
let_pass = "none"
escalate_after = "15m"
escalate_to = ["phone"]

[[route]]
name = "letter"
digest = "daily 7:30"
zone = "UTC"

[[inhibition]]
name = "one-voice"
by = { minimum_severity = "critical" }
of = { rules = ["talks"] }
within = "2d"
"""


def test_every_key_has_its_meaning(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text(WHOLE)

    desk, letter = read_routes(tmp_path / "routes.toml").routes

    assert desk == Route(
        name="desk",
        channels=("desk",),
        conditions=Conditions(
            minimum_severity=Severity.WARNING,
            rules=Names(frozenset({"ceasefire"}), frozenset({"talks"})),
            stances=Names(frozenset({"violated"})),
            confirmations=Names(never=frozenset({"single_source"})),
            countries=Names(frozenset({"AM"})),
        ),
        notices=True,
        group_by=GroupBy.PLACE,
        group_wait=timedelta(seconds=30),
        group_interval=timedelta(minutes=10),
        throttle=Throttle(10, timedelta(hours=1)),
        quiet_hours=(QuietHours(time(22), time(7)), QuietHours(time(13), time(14))),
        zone=ZoneInfo("Asia/Yerevan"),
        let_pass=None,
        escalation=Escalation(timedelta(minutes=15), ("phone",)),
    )
    assert letter == Route("letter", digest=Digest(time(7, 30)), zone=ZoneInfo("UTC"))


def test_an_inhibition_has_a_source_and_a_target(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text(WHOLE)

    assert read_routes(tmp_path / "routes.toml").inhibitions == (
        Inhibition(
            "one-voice",
            Conditions(minimum_severity=Severity.CRITICAL),
            target_rules=Names(frozenset({"talks"})),
            within=timedelta(days=2),
        ),
    )


def test_without_the_file_there_are_no_routes(tmp_path: Path) -> None:
    assert read_routes(tmp_path / "routes.toml") == Routing()


def test_a_route_that_says_nothing_takes_everything_for_everyone_at_once(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text('[[route]]\nname = "everything"\n')

    assert read_routes(tmp_path / "routes.toml").routes == (Route("everything", zone=UTC),)


def test_the_commented_examples_that_are_shipped_can_be_used(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[1] / "config" / "routes.toml").read_text(encoding="utf-8")
    _, _, examples = shipped.partition('name = "everything"\n')
    uncommented = "\n".join(
        line.removeprefix("# ") for line in examples.splitlines() if line.startswith("# [") or " = " in line
    )
    (tmp_path / "routes.toml").write_text(uncommented)

    routing = read_routes(tmp_path / "routes.toml")

    assert [route.name for route in routing.routes] == ["desk", "phone", "newsletter"]
    assert [inhibition.name for inhibition in routing.inhibitions] == ["one-voice"]
