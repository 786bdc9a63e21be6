"""`trucewire up`: the whole line in one process, against a real feed server and a real receiver."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.factories import a_feed
from tests.hostile_server import Conversation, serving
from tests.world import Item, rss
from worker import embedded
from worker.bootstrap import Services, services_for
from worker.errors import AlreadyRunningError
from worker.model import Channel, Message
from worker.settings import load_settings

AT_MOST_S = 60.0
CEASEFIRE = "Armenia and Azerbaijan agreed a ceasefire in Nagorno-Karabakh on Thursday, officials said."


def one_article(conversation: Conversation) -> bool:
    """A feed with one article, published now."""
    item = Item(1, "Ceasefire agreed in Nagorno-Karabakh", CEASEFIRE, published=formatdate(usegmt=True))
    return conversation.answer(200, {"Content-Type": "application/rss+xml"}, rss(item))


@pytest.fixture
def feed_url() -> Iterator[str]:
    with serving({"/feed": one_article}) as server:
        yield server.url("/feed")


@pytest.fixture
def sent() -> list[Message]:
    return []


@pytest.fixture
def services(tmp_path: Path, sent: list[Message]) -> Services:
    environ = {"TRUCEWIRE_DATA": str(tmp_path), "TRUCEWIRE_ALLOW": "127.0.0.1"}
    settings = replace(load_settings(environ, "0"), channels=(Channel("console", "console"),))
    return replace(services_for(settings), send=lambda channel, message, now: sent.append(message))


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + AT_MOST_S
    while not condition():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.02)


def test_an_article_goes_in_and_an_alert_comes_out(services: Services, feed_url: str, sent: list[Message]) -> None:
    with embedded.running(services, (a_feed(url=feed_url),)):
        wait_for(lambda: bool(sent))

    assert len(sent) == 1
    assert "ceasefire" in json.dumps(sent[0].payload, default=str).lower()


def test_a_second_one_on_the_same_database_is_refused(services: Services) -> None:
    with (
        embedded.running(services, ()),
        pytest.raises(AlreadyRunningError, match="set TRUCEWIRE_DATA to another folder"),
        embedded.running(services_for(services.settings), ()),
    ):
        pass


def test_it_can_run_again_in_the_same_process(services: Services, feed_url: str, sent: list[Message]) -> None:
    with embedded.running(services, ()):
        pass
    with embedded.running(services, (a_feed(url=feed_url),)):
        wait_for(lambda: bool(sent))

    assert len(sent) == 1


@pytest.fixture
def config(tmp_path: Path, feed_url: str) -> Path:
    """The project's settings with one feed of ours."""
    folder = tmp_path / "config"
    folder.mkdir()
    own = f'[[publisher]]\nname = "Outlet"\nfeeds = [{{ url = "{feed_url}", languages = ["en"] }}]\n'
    (folder / "feeds.toml").write_text(own, encoding="utf-8")
    for name in ("region.toml", "places.toml", "rules.toml", "channels.toml"):
        (folder / name).symlink_to(Path("config").absolute() / name)
    return folder


@pytest.fixture
def up(config: Path, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start `trucewire up` once; it is ended after the test."""
    started: list[subprocess.Popen[str]] = []
    settings = {"TRUCEWIRE_CONFIG": str(config), "TRUCEWIRE_DATA": str(tmp_path), "TRUCEWIRE_ALLOW": "127.0.0.1"}

    def start() -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", "from worker.cli import main; main()", "up", "--verbose"],
                env={**os.environ, **settings},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """What the process prints, up to the line with `word`, or to its end."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            break
    return "".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(up: Callable[[], subprocess.Popen[str]], number: signal.Signals) -> None:
    process = up()
    before = read_until(process, "Alert 1,")

    process.send_signal(number)
    after = read_until(process, "Stopped.")

    assert "Stopped." in after
    assert process.wait(AT_MOST_S) == 0
    assert "Traceback" not in before + after
    assert "No hostname" not in before + after


@pytest.mark.slow
def test_a_second_command_says_that_the_first_is_running(up: Callable[[], subprocess.Popen[str]]) -> None:
    read_until(up(), "answered in the last ten minutes")

    second = up()

    assert "another trucewire is running" in read_until(second, "another trucewire")
    assert second.wait(AT_MOST_S) == 1


@pytest.mark.slow
def test_one_that_was_killed_leaves_nothing_in_the_way_of_the_next(up: Callable[[], subprocess.Popen[str]]) -> None:
    first = up()
    read_until(first, "answered in the last ten minutes")
    first.kill()
    first.wait()

    printed = read_until(up(), "answered in the last ten minutes")

    assert "1 of 1 feeds answered" in printed
