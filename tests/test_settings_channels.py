"""channels.toml and the secrets it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.errors import SettingsError
from worker.model import Channel, Severity
from worker.settings.channels import read_channels

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EXAMPLE = Path(__file__).parents[1] / "config" / "channels.toml"


def write(folder: Path, text: str) -> Path:
    path = folder / "channels.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_as_shipped_has_the_console_on_and_names_no_variable() -> None:
    settings = read_channels(EXAMPLE, {})

    assert settings.channels == (Channel("console", "console"),)
    assert settings.variables == frozenset()


def test_every_example_in_the_file_works_once_it_is_uncommented(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    examples = [line.removeprefix("# ") for line in lines if line.startswith(("# [[", "[[")) or " = " in line]
    environ = {
        "TRUCEWIRE_SMTP_PASSWORD": "pw",
        "TRUCEWIRE_WEBHOOK_SECRET": SECRET,
        "TRUCEWIRE_APPRISE_URL": "json://localhost",
    }

    settings = read_channels(write(tmp_path, "\n".join(examples)), environ, frozenset({"ceasefire", "disarmament"}))

    assert [channel.kind for channel in settings.channels] == ["console", "email", "webhook", "apprise"]
    assert settings.variables == frozenset(environ)


def test_a_file_without_channels_is_a_log_without_alerts(tmp_path: Path) -> None:
    assert read_channels(write(tmp_path, ""), {}).channels == ()


@pytest.mark.parametrize(
    ("security", "port", "expected"),
    [("starttls", None, 587), ("tls", None, 465), ("none", None, 25), ("tls", 2465, 2465)],
)
def test_a_mail_channel_finds_its_port(tmp_path: Path, security: str, port: int | None, expected: int) -> None:
    text = f"""
    [[channel]]
    name = "desk"
    kind = "email"
    host = "smtp.example.org"
    security = "{security}"
    sender = "Trucewire <wire@example.org>"
    recipients = ["desk@example.org", "Ελένη <eleni@example.org>"]
    minimum_severity = "warning"
    rules = ["ceasefire"]
    """ + (f"port = {port}" if port else "")

    (channel,) = read_channels(write(tmp_path, text), {}).channels

    assert (channel.minimum_severity, channel.rules) == (Severity.WARNING, ("ceasefire",))
    assert channel.options == {
        "host": "smtp.example.org",
        "port": expected,
        "security": security,
        "username": "",
        "sender": "Trucewire <wire@example.org>",
        "recipients": ("desk@example.org", "Ελένη <eleni@example.org>"),
        "timeout_s": 20.0,
    }


def test_a_secret_comes_from_the_file_that_its_variable_names(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    path = write(
        tmp_path,
        """
        [[channel]]
        name = "room"
        kind = "webhook"
        url = "https://example.org/hook"
        secret_env = "TRUCEWIRE_ROOM"
        """,
    )

    (channel,) = read_channels(path, {"TRUCEWIRE_ROOM_FILE": str(tmp_path / "secret")}).channels

    assert channel.options == {"url": "https://example.org/hook", "secret": SECRET}


def test_a_secret_file_that_is_gone_is_named_as_the_environments_mistake(tmp_path: Path) -> None:
    path = write(tmp_path, '[[channel]]\nname = "a"\nkind = "apprise"\nurl_env = "TRUCEWIRE_A"\n')

    with pytest.raises(SettingsError, match=r"^environment: TRUCEWIRE_A_FILE: /nowhere cannot be read"):
        read_channels(path, {"TRUCEWIRE_A_FILE": "/nowhere"})


def test_a_disabled_channel_needs_no_secret_but_its_variable_is_known(tmp_path: Path) -> None:
    path = write(tmp_path, '[[channel]]\nname = "a"\nkind = "apprise"\nurl_env = "TRUCEWIRE_A"\nenabled = false\n')

    settings = read_channels(path, {})

    assert settings.channels == (Channel("a", "apprise", enabled=False),)
    assert settings.variables == {"TRUCEWIRE_A"}


def test_a_complaint_never_shows_a_secret(tmp_path: Path) -> None:
    path = write(tmp_path, '[[channel]]\nname = "a"\nkind = "apprise"\nurl_env = "TRUCEWIRE_A"\n')

    with pytest.raises(SettingsError) as caught:
        read_channels(path, {"TRUCEWIRE_A": "hunter2"})

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "line", "per_minute"),
    [
        ("tgram://123456789:abcdefg_hijklmnop/12315544", "", 20),
        ("tgram://123456789:abcdefg_hijklmnop/12315544", "per_minute = 5", 5),
        ("json://receiver.example/", "", 0),
    ],
)
def test_what_a_service_takes_in_a_minute_is_known_or_said(
    tmp_path: Path, url: str, line: str, per_minute: int
) -> None:
    file = tmp_path / "channels.toml"
    file.write_text(f'[[channel]]\nname = "phone"\nkind = "apprise"\nurl_env = "TRUCEWIRE_PHONE"\n{line}\n')

    (channel,) = read_channels(file, {"TRUCEWIRE_PHONE": url}).channels

    assert channel.per_minute == per_minute
