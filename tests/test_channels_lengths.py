"""Messages within what a service can carry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.channels.lengths import ELLIPSIS, Size, fitted, in_bytes

ALERT = (
    "CRITICAL: ceasefire, agreed\nHeadline\n\n  The sentence.\n\nWhere: Lachin\nLink: https://a.example/1\nWhy: rule"
)


@pytest.mark.parametrize("limit", [0, len(ALERT), 4096])
def test_a_text_that_fits_is_left_alone(limit: int) -> None:
    assert fitted(ALERT, limit) == ALERT


def test_what_stands_last_is_left_out_first_and_the_link_stays() -> None:
    short = fitted(ALERT, len(ALERT) - 5)

    assert short.splitlines() == [*ALERT.splitlines()[:6], ELLIPSIS, "Link: https://a.example/1"]


def test_a_headline_alone_is_cut() -> None:
    assert fitted("A headline that is long", 11) == "A headline…"


def test_bytes_are_counted_where_the_service_counts_them() -> None:
    short = fitted("Հրադադար " * 20, 100, in_bytes)

    assert 90 < in_bytes(short) <= 100


@given(st.text(max_size=300), st.integers(1, 200), st.sampled_from([len, in_bytes]))
def test_nothing_is_ever_longer_than_the_limit(text: str, limit: int, size: Size) -> None:
    assert size(fitted(text, limit, size)) <= limit
