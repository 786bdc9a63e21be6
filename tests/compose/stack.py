"""The stack as a user starts it, with a newsroom and a webhook's receiver beside it, under a name of its own."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FILES = ("docker-compose.yml", "tests/compose/docker-compose.yml")
IMAGE = "trucewire-test"


@dataclass(frozen=True)
class Stack:
    """A running project of Compose."""

    project: str

    def compose(self, *words: str, check: bool = True) -> str:
        """The standard output of `docker compose words…`."""
        files = [word for file in FILES for word in ("--file", str(ROOT / file))]
        command = ["docker", "compose", "--project-name", self.project, *files, *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0 or not check, f"{' '.join(words)}: {done.stderr[-4000:]}"
        return done.stdout

    def up(self, **scale: int) -> None:
        """Build the image, and start everything with so many containers of each service."""
        scales = [word for name, count in scale.items() for word in ("--scale", f"{name.replace('_', '-')}={count}")]
        self.compose("up", "--detach", "--build", "--quiet-pull", *scales)

    def down(self) -> None:
        """Stop and remove what this project has made."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "3", check=False)

    def kill(self, service: str) -> list[str]:
        """`kill -9` every container of a service from the host, as a crash would; the containers that died.

        Docker takes its own `docker kill` for the user's wish and would restart nothing.
        """
        containers = self.compose("ps", "--quiet", service).split()
        assert containers, f"{service} is not running"
        pids = _docker("inspect", "--format", "{{.State.Pid}}", *containers).split()
        host = ("--rm", "--pid", "host", "--user", "0", "--network", "none", "--entrypoint", "sh")
        _docker("run", *host, "redis:8", "-c", f"kill -9 {' '.join(pids)}")
        return containers

    def restarts(self, containers: list[str]) -> list[int]:
        """How often Docker has restarted each container."""
        return [int(count) for count in _docker("inspect", "--format", "{{.RestartCount}}", *containers).split()]

    def states(self) -> dict[str, list[str]]:
        """By service: how each of its containers is, "healthy" or "exited" for example."""
        found: dict[str, list[str]] = {}
        for line in self.compose("ps", "--all", "--format", "json").splitlines():
            row = json.loads(line)
            found.setdefault(row["Service"], []).append(row["Health"] or row["State"])
        return found

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What the database answers."""
        wrapped = f"SELECT coalesce(json_agg(found), '[]') FROM ({query}) AS found"
        psql = ("psql", "--username", "trucewire", "--no-align", "--tuples-only", "--command", wrapped)
        rows: list[dict[str, Any]] = json.loads(self.compose("exec", "--no-TTY", "postgres", *psql))
        return rows

    def lines(self, service: str, path: str) -> list[dict[str, Any]]:
        """The JSON lines of a file in a container; none where there is no such file yet."""
        text = self.compose("exec", "--no-TTY", service, "cat", path, check=False)
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    def received(self) -> list[dict[str, Any]]:
        """What has come to the webhook's receiver."""
        return self.lines("sink", "/tmp/received.jsonl")


def wait_for(what: str, condition: Callable[[], bool], at_most_s: float) -> None:
    """Return once `condition` holds.

    Raises:
        TimeoutError: it does not in time.
    """
    deadline = time.monotonic() + at_most_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {at_most_s:.0f} s")
        time.sleep(1)


def engine_is_there() -> bool:
    """Whether a Docker engine with Compose answers."""
    try:
        words = (["docker", "info"], ["docker", "compose", "version"])
        return all(subprocess.run(each, capture_output=True, timeout=30).returncode == 0 for each in words)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def _docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout
