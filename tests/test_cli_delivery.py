"""The command line of delivery: previews, acknowledgements, routes explained, the audit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.factories import NOW, an_article, raise_alerts
from worker.bootstrap import utc_now
from worker.cli import app as command_line
from worker.database import connect
from worker.errors import TrucewireError
from worker.model import NotificationPlan, Severity
from worker.store import Store

ROUTES = """
[[route]]
name = "urgent"
minimum_severity = "critical"
group_wait = "30s"
escalate_after = "15m"
escalate_to = ["phone"]
channels = ["console"]

[[route]]
name = "phone"
channels = ["phone"]
rules = ["talks"]
quiet_hours = ["22:00-07:00"]
zone = "Asia/Yerevan"
"""
CHANNELS = '[[channel]]\nname = "console"\nkind = "console"\n\n[[channel]]\nname = "phone"\nkind = "console"\n'


@pytest.fixture
def store(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An installation with routes and one critical alert."""
    shutil.copy(migrated_sqlite, tmp_path / "trucewire.db")
    shutil.copytree(Path(__file__).parents[1] / "config", tmp_path / "config")
    (tmp_path / "config" / "routes.toml").write_text(ROUTES)
    (tmp_path / "config" / "channels.toml").write_text(CHANNELS)
    monkeypatch.setenv("TRUCEWIRE_DATA", str(tmp_path))
    monkeypatch.setenv("TRUCEWIRE_CONFIG", str(tmp_path / "config"))
    engine = connect(f"sqlite:///{tmp_path / 'trucewire.db'}")
    one = Store.on(engine)
    one.channels.sync(["console", "phone"], NOW)
    raise_alerts(one, an_article(1))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alerts SET raised_at = '{utc_now():%Y-%m-%d %H:%M:%S.000000}'")
    yield one
    engine.dispose()


def run(*words: str) -> Result:
    return CliRunner().invoke(command_line.app, list(words))


@pytest.mark.usefixtures("store")
def test_a_silence_says_what_it_would_have_muted_and_mutes_nothing() -> None:
    said = run("silence", "add", "exercise", "--for", "2h", "--rule", "ceasefire", "--preview").output

    assert "of 1 alerts of the last seven days, this would have silenced 1" in said
    assert "Headline 1" in said
    assert "There are no silences." in run("silences").output + run("silences").stderr


@pytest.mark.parametrize(
    ("condition", "muted"),
    [
        (("--language", "en"), 1),
        (("--language", "ru"), 0),
        (("--stance", "violated"), 0),
        (("--publisher", "outlet"), 1),
        (("--maximum-severity", "warning"), 0),
    ],
)
@pytest.mark.usefixtures("store")
def test_a_silence_has_conditions(condition: tuple[str, str], muted: int) -> None:
    assert f"silenced {muted}" in run("silence", "add", "x", "--for", "2h", *condition, "--preview").output


def test_an_alert_is_acknowledged_and_snoozed(store: Store) -> None:
    said = run("alert", "1", "--ack", "--by", "Ani", "--snooze", "2h").output

    alert = store.alerts.alert(1)
    assert alert is not None
    assert alert.acknowledged_by == "Ani"
    assert alert.snoozed_until is not None
    assert "alert 1 is acknowledged" in said
    assert "alert 1 is snoozed until" in said


@pytest.mark.usefixtures("store")
def test_what_is_done_to_alerts_at_the_terminal_is_in_the_audit_log() -> None:
    run("alert", "1", "--ack", "--by", "Ani", "--snooze", "2h")
    run("alert", "1", "--wrong", "an exercise")
    run("silence", "add", "an exercise", "--for", "2h")
    run("silence", "end", "1")
    run("channel", "enable", "console")

    said = run("audit").output

    done = ["alert.acknowledge", "alert.snooze", "alert.feedback", "silence.add", "silence.end", "channel.enable"]
    assert [deed for deed in done if deed not in said] == []


def test_an_alert_whose_claim_has_no_voice_left_says_so(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alerts SET stance = 'denied'")

    assert "no publisher's voice behind it yet; story 1" in run("alert", "1").output


@pytest.mark.parametrize("words", [("alert", "9", "--ack"), ("alert", "9", "--snooze", "1h"), ("route", "9")])
@pytest.mark.usefixtures("store")
def test_an_alert_that_does_not_exist_is_named(words: tuple[str, ...]) -> None:
    error = run(*words).exception

    assert isinstance(error, TrucewireError)
    assert "there is no alert 9" in str(error)


@pytest.mark.usefixtures("store")
def test_where_an_alert_goes_is_explained() -> None:
    said = run("route", "1").output

    assert "console: sent by route urgent, together with group:urgent:1" in said
    assert "phone: not sent: no route takes it (phone: rule ceasefire is not talks)" in said
    assert "route urgent: takes it" in said


@pytest.mark.usefixtures("store")
def test_where_an_alert_goes_is_told_to_machines() -> None:
    plans = [json.loads(line) for line in run("route", "1", "--json").stdout.splitlines()]

    assert {plan["channel"]: bool(plan["suppressed"]) for plan in plans} == {"console": False, "phone": True}


@pytest.mark.usefixtures("store")
def test_check_explains_the_routes_and_names_what_reaches_nobody() -> None:
    done = run("check")

    urgent = "urgent: critical and above → console (grouped by story, after 30s, unacknowledged for 15m → phone)"
    assert urgent in done.output
    assert "phone: rules talks → phone (grouped by story, quiet 22:00-07:00 Asia/Yerevan)" in done.output
    assert "rule peacekeepers (" in done.output + done.stderr
    assert "reaches no channel" in done.output + done.stderr


def test_the_audit_is_clean_or_names_the_gaps_and_fails(store: Store) -> None:
    before = run("notifications", "--audit")
    store.alerts.apply_routes(store.alerts.unrouted(1), [], NOW)
    after = run("notifications", "--audit")

    assert (before.exit_code, after.exit_code) == (0, 1)
    assert "1 alerts wait for routing" in before.output
    assert "2 pairs of alert and channel: none, 2 missing" in after.output
    assert "missing: alert 1, revision 1, channel phone" in after.output


def test_what_became_of_a_notice_is_listed_beside_alerts(store: Store) -> None:
    store.notices.raise_notice("source_quiet", "outlet", Severity.WARNING, "outlet is quiet", "", NOW)
    (notice,) = store.notices.unrouted(1)
    store.notices.apply_routes(notice, [NotificationPlan(0, 0, "console", "msg_notice")], NOW)

    assert "notice" in run("notifications").output
