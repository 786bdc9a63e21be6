"""`trucewire up` with more hanging receivers than it has threads: who works is told all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import an_article, raise_alerts
from tests.hostile_server import HostileServer, serving, silence, status
from worker import embedded
from worker.bootstrap import services_for
from worker.database import migrate
from worker.model import Channel
from worker.settings import load_settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HANGING = embedded.THREADS + 4
AT_MOST_S = 100.0


@pytest.fixture
def receivers() -> Iterator[HostileServer]:
    with serving({"/hanging": silence, "/well": status(204)}) as server:
        yield server


@pytest.mark.slow
def test_hanging_receivers_never_take_all_threads(tmp_path: Path, receivers: HostileServer) -> None:
    names = [*(f"hanging{number}" for number in range(HANGING)), "well"]
    channels = tuple(
        Channel(name, "webhook", {"url": receivers.url(f"/{name.rstrip('0123456789')}"), "secret": SECRET})
        for name in names
    )
    settings = load_settings({"TRUCEWIRE_DATA": str(tmp_path), "TRUCEWIRE_ALLOW": "127.0.0.1"}, "0")
    settings = replace(settings, channels=channels, fetch=replace(settings.fetch, read_s=4.0, total_s=5.0))
    services = services_for(settings)
    migrate(services.store.engine)
    raise_alerts(services.store, an_article(1), an_article(2))

    with embedded.running(services, ()):
        deadline = time.monotonic() + AT_MOST_S
        while len([one for one in receivers.log.requests if one.path == "/well"]) < 2:
            assert time.monotonic() < deadline, "the channel that works was not reached"
            time.sleep(0.1)
        states = [services.store.channels.state(name).failures for name in names]

    assert states[-1] == 0
    assert max(states) > 0
