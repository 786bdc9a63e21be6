"""Signed links: what they allow, to whom, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import LinkError
from worker.links import Action, Do, link, read

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
SECRET = "a secret of thirty-two characters"
BASE = "https://monitor.example"


def token(do: Do = Do.ACKNOWLEDGE, secret: str = SECRET) -> str:
    return link(BASE, secret, do, 12, NOW + timedelta(hours=1)).removeprefix(f"{BASE}/do/")


@pytest.mark.parametrize("do", Do)
def test_what_a_link_allows_can_be_read_again(do: Do) -> None:
    assert read(token(do), SECRET, NOW) == Action(do, 12, NOW + timedelta(hours=1))


def test_a_link_needs_no_escaping_and_stays_short() -> None:
    made = token()

    assert made.replace(".", "").replace("-", "").replace("_", "").isalnum()
    assert len(made) < 60


def test_a_link_ends_when_it_says() -> None:
    with pytest.raises(LinkError, match="expired on 2026-03-14 13:00 UTC"):
        read(token(), SECRET, NOW + timedelta(hours=1))


def test_a_link_of_another_secret_is_none_of_ours() -> None:
    with pytest.raises(LinkError, match="not one of ours"):
        read(token(secret="another secret of thirty-three chars"), SECRET, NOW)


@pytest.mark.parametrize("change", [(0, "snooze2h"), (1, "13"), (2, "1999999999"), (3, "")])
def test_whatever_is_changed_in_a_link_it_is_refused(change: tuple[int, str]) -> None:
    parts = token().split(".")
    parts[change[0]] = change[1]

    with pytest.raises(LinkError):
        read(".".join(parts), SECRET, NOW)


@given(st.text(st.characters(), max_size=300))
def test_whatever_comes_instead_of_a_token_is_refused(text: str) -> None:
    with pytest.raises(LinkError):
        read(text, SECRET, NOW)


def test_a_short_secret_signs_nothing() -> None:
    with pytest.raises(ValueError, match="at least 32 characters"):
        link(BASE, "short", Do.ACKNOWLEDGE, 1, NOW)
