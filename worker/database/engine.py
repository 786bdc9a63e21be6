"""A database URL in, a ready SQLAlchemy engine out; and the migrations that bring a database up to this code.

SQLite runs in WAL mode with one writer at a time; PostgreSQL through psycopg 3. Every other module is told neither.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.resources import as_file, files
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from worker.database.limits import limited
from worker.errors import AlreadyRunningError, StoreError

BUSY_TIMEOUT_S = 30
EMBEDDED_LOCK = 0x7472_7563  # "truc": the PostgreSQL advisory lock of an embedded Trucewire
STORY_LOCK = EMBEDDED_LOCK + 1  # … and of the one worker that places articles into stories
PAGE_LOCK = STORY_LOCK + 1  # … and of the one that claims pages
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    # Memory: of one connection, in KiB, and of all that a process has, in bytes. The system keeps the file's pages in
    # memory as well: a poll takes no longer than with 64 MB a connection.
    "cache_size=-8192",
    f"soft_heap_limit={16 * 2**20}",
)

_under_way: ContextVar[Connection | None] = ContextVar("worker.database.reading", default=None)

# https://www.postgresql.org/docs/current/wal-async-commit.html
_WAIT_FOR_NO_DISK = text("SET LOCAL synchronous_commit TO off")
_WAIT_AS_EVER = text("SET LOCAL synchronous_commit TO DEFAULT")  # an operator's standby may have to have it, too


def connect(url: str) -> Engine:
    """An engine for `url`; nothing is opened yet.

    Raises:
        StoreError: a URL that names neither SQLite nor PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"database URL {url!r} cannot be read: {error}") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql":
            return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=8)
        case other:
            raise StoreError(f"database {other!r} is not supported: use sqlite:///… or postgresql://…")


def _sqlite(url: URL) -> Engine:
    if url.database:
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{folder} cannot be made: {error.strerror}; set TRUCEWIRE_DATA to another folder"
            ) from error
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions are begun below, not guessed by the driver
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later could not be granted the write lock while another writer
        # has committed in between: SQLite answers "busy" at once, whatever the time-out. So writers say so up front.
        reading = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection in a read-only transaction, which never waits for a writer. Within another one, that one's.

    Raises:
        TooSlowError: what it was asked took longer than `limits.at_most` allows.
    """
    outer = _under_way.get()
    if outer is not None and outer.engine.pool is engine.pool:
        yield outer
        return
    with engine.connect() as connection:
        connection = connection.execution_options(read_only=True, postgresql_readonly=True)
        with connection.begin(), limited(connection):
            token = _under_way.set(connection)
            try:
                yield connection
            finally:
                _under_way.reset(token)


@contextmanager
def repeatable(engine: Engine) -> Iterator[Connection]:
    """A transaction that, were it lost, would be done again with the same outcome: its commit waits for no disk.

    It is lost only where the database server itself crashes within the second, and never alone: what was committed
    after it is lost, too. In SQLite every transaction is one: its log waits for the disk at checkpoints only.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(_WAIT_FOR_NO_DISK)
        yield connection


def make_lasting(connection: Connection) -> None:
    """Have the commit of a `repeatable` transaction wait for the disk after all."""
    if connection.dialect.name == "postgresql":
        connection.execute(_WAIT_AS_EVER)


def lock_stories(connection: Connection) -> None:
    """Hold every other match worker off until this transaction ends, so that two copies cannot open two stories."""
    _lock(connection, STORY_LOCK)


def lock_pages(connection: Connection) -> None:
    """Hold off whoever else claims pages until this transaction ends, so that no two claim pages of one host."""
    _lock(connection, PAGE_LOCK)


def _lock(connection: Connection, number: int) -> None:
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": number})


@contextmanager
def held_alone(engine: Engine) -> Iterator[None]:
    """Hold the database as its only embedded Trucewire.

    The lock dies with the process, so that a crash leaves nothing to clean up.

    Raises:
        AlreadyRunningError: another one holds it.
    """
    from filelock import FileLock, Timeout  # here: only the embedded Trucewire needs it

    name = engine.url.render_as_string(hide_password=True)
    taken = AlreadyRunningError(
        f"another trucewire is running on {name}: stop it, or set TRUCEWIRE_DATA to another folder"
    )
    if engine.dialect.name == "sqlite":
        try:
            with FileLock(f"{engine.url.database}.lock", timeout=0):
                yield
        except Timeout:
            raise taken from None
        return
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": EMBEDDED_LOCK}):
            raise taken
        connection.commit()
        try:
            yield
        finally:  # the connection goes back to the pool, and would keep the lock
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": EMBEDDED_LOCK})


def migrate(engine: Engine) -> None:
    """Bring the database up to this code's tables; twice is once.

    Raises:
        StoreError: it cannot be reached, or is of a later version.
    """
    if _is_current(engine):
        return
    from alembic import command  # here: 10 MB that no worker needs
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with as_file(files("worker") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        try:
            with engine.begin() as connection:
                known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
                _refuse_later_version(connection, known)
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except OperationalError as error:
            raise StoreError(f"database {engine.url!r} cannot be opened: {error.orig}") from error
        except DBAPIError as error:
            raise StoreError(f"database {engine.url!r} cannot be migrated: {error.orig}") from error


def _is_current(engine: Engine) -> bool:
    """Whether nothing is to be migrated: asked of the database alone, as every command asks it first."""
    newest = max(
        path.name
        for path in files("worker").joinpath("migrations", "versions").iterdir()
        if path.name[0] in "0123456789"
    )
    try:
        with reading(engine) as connection:
            return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest.partition("_")[0])
    except DBAPIError:  # there is no such table yet, or no such database: migrating makes them, or says what is wrong
        return False


def _refuse_later_version(connection: Connection, known: set[str]) -> None:
    from alembic.runtime.migration import MigrationContext

    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise StoreError(f"database {connection.engine.url!r} is of a later version ({current}): update Trucewire")
