"""Alerts on a terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from io import FileIO, TextIOWrapper

import pytest

from tests.messages import NOW, a_message
from worker.channels import Channels
from worker.errors import DeliveryError
from worker.model import Channel, FetchLimits, Severity

CONSOLE = Channel("console", "console")


@pytest.fixture
def channels() -> Iterator[Channels]:
    channels = Channels(FetchLimits("Trucewire/1.0"))
    yield channels
    channels.close()


def test_the_message_is_written_as_text(channels: Channels, capsys: pytest.CaptureFixture[str]) -> None:
    message = a_message(text="CRITICAL: ceasefire, agreed\nHeadline [sic]\n\n  »Ceasefire« 12:00 :) agreed")

    channels.send(CONSOLE, message, NOW)

    assert capsys.readouterr().out == f"{message.text}\n\n"


def test_long_lines_are_left_to_the_terminal(channels: Channels, capsys: pytest.CaptureFixture[str]) -> None:
    message = a_message(text="x" * 500)

    channels.send(CONSOLE, message, NOW)

    assert capsys.readouterr().out == f"{message.text}\n\n"


@pytest.mark.parametrize("control", ["\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\x08", "\r", "\x00", "\x7f"])
def test_a_headline_cannot_steer_the_terminal(
    channels: Channels, capsys: pytest.CaptureFixture[str], control: str
) -> None:
    channels.send(CONSOLE, a_message(text=f"a{control}b\nc{control}d"), NOW)

    assert not set(capsys.readouterr().out) & set("\x1b\x9b\x07\x08\r\x00\x7f")


@pytest.mark.parametrize("severity", list(Severity))
def test_every_severity_has_a_colour_on_a_terminal(
    channels: Channels, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, severity: Severity
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")

    channels.send(CONSOLE, replace(a_message(text="head\nrest"), severity=severity), NOW)

    coloured, rest = capsys.readouterr().out.splitlines()[:2]
    assert coloured.startswith("\x1b[1;3")
    assert rest == "rest"


def test_a_reader_that_has_gone_is_a_failure(channels: Channels, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    with TextIOWrapper(FileIO(writing, "w"), "utf-8", write_through=True) as broken:
        monkeypatch.setattr("sys.stdout", broken)
        with pytest.raises(DeliveryError, match="console: standard output") as raised:
            channels.send(CONSOLE, a_message(), NOW)

    assert not raised.value.permanent
