"""Users, tokens, the audit log and evidence bundles on the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import an_article, raise_alerts
from tests.test_cli import CONFIG, rows, run
from worker.database import connect
from worker.errors import TrucewireError
from worker.model.people import Role
from worker.store import Store

PASSWORD = "correct horse battery\n"


@pytest.fixture
def store(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Of an installation with one story."""
    shutil.copy(migrated_sqlite, tmp_path / "trucewire.db")
    monkeypatch.setenv("TRUCEWIRE_DATA", str(tmp_path))
    monkeypatch.setenv("TRUCEWIRE_CONFIG", str(CONFIG))
    monkeypatch.chdir(tmp_path)
    engine = connect(f"sqlite:///{tmp_path / 'trucewire.db'}")
    store = Store.on(engine)
    raise_alerts(store, an_article(1))
    yield store
    engine.dispose()


def complaint(*words: str, stdin: str = "") -> str:
    result = run(*words, stdin=stdin)
    assert isinstance(result.exception, TrucewireError), result.output
    return str(result.exception)


def test_a_user_is_added_changed_and_removed(store: Store) -> None:
    run("user", "add", "anna", "--role", "analyst", stdin=PASSWORD)
    added = store.people.role_of("anna", PASSWORD.strip())
    run("user", "role", "anna", "admin")
    listed = rows("user", "list", "--json")
    run("user", "remove", "anna")

    assert added is Role.ANALYST
    assert [(row["name"], row["role"]) for row in listed] == [("anna", "admin")]
    assert store.people.any_users() is False
    assert [row["action"] for row in rows("audit", "--json")] == ["user.remove", "user.role", "user.add"]


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (["user", "add", "anna"], "short\n", "10 to 1024 characters"),
        (["user", "add", "a b"], PASSWORD, "cannot be"),
        (["user", "role", "nobody", "admin"], "", "no user 'nobody'"),
        (["user", "password", "nobody"], PASSWORD, "no user 'nobody'"),
        (["user", "remove", "nobody"], "", "no user 'nobody'"),
        (["token", "revoke", "nothing"], "", "no valid token 'nothing'"),
        (["token", "add", "t", "--for", "ever"], "", "duration"),
        (["export", "story"], "", "which story"),
        (["export", "story", "99", "--zip"], "", "no story 99"),
        (["verify", "nowhere.zip"], "", "nowhere.zip"),
    ],
)
def test_a_mistake_is_one_clear_line(store: Store, words: list[str], stdin: str, said: str) -> None:
    line = complaint(*words, stdin=stdin)

    assert said in line
    assert "\n" not in line


def test_a_token_is_shown_once_and_revoked(store: Store) -> None:
    shown = run("token", "add", "grafana", "--for", "90d").stdout
    listed = run("token", "list").stdout
    revoked = run("token", "revoke", "grafana").exit_code

    token = next(line for line in shown.splitlines() if line.startswith("tw_"))
    assert token not in listed
    assert (revoked, complaint("token", "add", "grafana").startswith("token 'grafana' exists")) == (0, True)


def test_a_bundle_is_written_and_verified(store: Store, tmp_path: Path) -> None:
    written = run("export", "story", "1", "--zip")
    good = run("verify", "story-1.zip")
    data = (tmp_path / "story-1.zip").read_bytes()
    (tmp_path / "broken.zip").write_bytes(data.replace(b"story.json", b"story.jsom", 1))
    broken = run("verify", "broken.zip")

    assert (written.exit_code, good.exit_code, broken.exit_code) == (0, 0, 1)
    assert "as they were" in good.output


def test_a_story_is_one_json_object(store: Store) -> None:
    assert [row["id"] for row in rows("export", "story", "1")] == [1]
