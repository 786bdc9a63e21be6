"""The API asked everything that its description allows: no 5xx, and no answer that it does not describe."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup

from tests.factories import an_article, raise_alerts
from tests.switchboard import switchboard
from tests.world import World
from worker.database import connect
from worker.judge import Judge
from worker.settings import Settings
from worker.store import Store
from worker.web import create_app

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

EXAMPLES = 60  # of each operation
CHECKS = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def description(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    migrated_sqlite: Path,
    settings: Settings,
    judge: Judge,
) -> Iterator[Any]:
    """Of a running service with a few articles."""
    path = tmp_path_factory.mktemp("fuzzed") / "trucewire.db"
    shutil.copy(migrated_sqlite, path)
    is_sqlite = request.param == "sqlite"
    engine = connect(f"sqlite:///{path}" if is_sqlite else request.getfixturevalue("postgresql")())
    world = World(Store.on(engine), settings, judge)
    raise_alerts(world.store, *(an_article(number) for number in range(1, 6)))
    with switchboard() as board:
        board.app = create_app(world.services)
        yield schemathesis.openapi.from_url(f"{board.address}/api/v1/openapi.json")
    engine.dispose()


def faults(operation: Any, mode: GenerationMode, demanded: Sequence[Any]) -> list[str]:
    """What is wrong with the answers to one operation."""
    found: list[str] = []

    @hypothesis_settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        try:
            case.call_and_validate(checks=list(demanded), timeout=30)
        except FailureGroup as failed:
            found.extend(f"{operation.label}: {one}" for one in failed.exceptions)

    with contextlib.suppress(Unsatisfiable):  # an operation without parameters has none that are wrong
        ask()
    return found


@pytest.mark.parametrize(
    ("mode", "demanded"),
    [(GenerationMode.POSITIVE, CHECKS), (GenerationMode.NEGATIVE, (checks.not_a_server_error,))],
    ids=["what it allows", "what it forbids"],
)
def test_every_answer_is_as_described(description: Any, mode: GenerationMode, demanded: Sequence[Any]) -> None:
    operations = [one.ok() for one in description.get_all_operations()]

    wrong = [fault for operation in operations for fault in faults(operation, mode, demanded)]

    assert len(operations) > 30
    assert wrong == []
