"""Headlines that a publisher really edited, replayed by address: one article each, with its revisions, and no alert."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import Item, World, rss
from worker import pipeline
from worker.database import connect, reading
from worker.judge import Judge
from worker.queries import AlertFilter, ArticleFilter
from worker.settings import Settings
from worker.store import Store
from worker.tables import revisions

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def edits(shared: Path) -> dict[str, list[str]]:
    """The headlines of each address, in their order; a headline that only came back is left out."""
    found: dict[str, list[str]] = {}
    lines = (shared / "data" / "clusters" / "bbc_revisions.jsonl").read_text(encoding="utf-8").splitlines()
    for row in sorted(map(json.loads, lines), key=lambda row: str(row["first_seen"])):
        titles = found.setdefault(row["url"], [])
        if row["title"] not in titles:
            titles.append(row["title"])
    assert len(found) > 100
    return found


@pytest.fixture
def world(tmp_path: Path, migrated_sqlite: Path, settings: Settings, judge: Judge) -> Iterator[World]:
    """A world on SQLite: PostgreSQL's part in it is tested with the store."""
    shutil.copy(migrated_sqlite, tmp_path / "trucewire.db")
    engine = connect(f"sqlite:///{tmp_path / 'trucewire.db'}")
    yield World(Store.on(engine), settings, judge)
    engine.dispose()


def replay(world: World, edits: dict[str, list[str]]) -> None:
    for edition in range(max(map(len, edits.values()))):
        items = [
            Item(number, titles[min(edition, len(titles) - 1)]) for number, titles in enumerate(edits.values(), start=1)
        ]
        for start in range(0, len(items), 200):
            world.publishes(rss(*items[start : start + 200]), url=f"https://outlet.example/{start}.rss")
        for batch in pipeline.tick(world.services):
            pipeline.poll(world.services, batch)
        while pipeline.match(world.services).more:
            pass
        world.passes(hours=1)


def test_edited_headlines_are_revisions_and_raise_no_new_alert(world: World, edits: dict[str, list[str]]) -> None:
    replay(world, {url: titles[:1] for url, titles in edits.items()})
    alerts_before = {row["id"] for row in world.services.queries.alerts(AlertFilter(), 1000)}

    replay(world, edits)

    with reading(world.store.engine) as connection:
        kept = len(connection.execute(revisions.select()).all())
    assert world.services.queries.count_articles(ArticleFilter()) == len(edits)
    assert kept == sum(len(titles) - 1 for titles in edits.values())
    assert {row["id"] for row in world.services.queries.alerts(AlertFilter(), 1000)} == alerts_before
