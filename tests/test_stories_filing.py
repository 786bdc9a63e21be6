"""The index of the stories' window: what is found in it, and that all who have read the same find the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.stories import Filing, nearest, shared_keys
from worker.stories.keys import MOST_CANDIDATES, PER_KEY

LOWEST, HIGHEST = -(1 << 31), (1 << 31) - 1
# Few articles, keys and minutes, so that they meet; keys that share a bucket and keys that share all but their bucket.
KEYS = st.sampled_from([LOWEST, -1, 0, 1, 1 << 20, (1 << 20) + 1, 5, HIGHEST])
ENTRIES = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 20), st.lists(KEYS, max_size=8, unique=True)), max_size=60
)

Entry = tuple[int, int, Sequence[int]]  # article, minute, keys


def filed(entries: Sequence[Entry], most: int = 1000) -> Filing:
    filing = Filing(most)
    for number, (article_id, minute, keys) in enumerate(entries, 1):
        filing.add(number, article_id, minute, keys)
    return filing


def looked_up(filing: Filing, keys: Sequence[int], since: int = 0) -> dict[int, list[int]]:
    return {key: [filing.article(one) for one in found] for key, found in filing.under(keys, since).items()}


def plainly(entries: Sequence[Entry], key: int, since: int, most: int = 1000) -> list[int]:
    """What should be found under a key, said plainly."""
    present = {article_id: (number, minute, keys) for number, (article_id, minute, keys) in enumerate(entries)}
    newest = sorted(present.items(), key=lambda one: -one[1][0])
    oldest = len(entries) - most
    return [one for one, (number, minute, keys) in newest if key in keys and minute >= since and number >= oldest][
        :PER_KEY
    ]


@given(entries=ENTRIES, since=st.integers(0, 20), key=KEYS, most=st.integers(1, 60))
def test_the_newest_articles_under_a_key_are_found_as_they_were_filed_last(
    entries: list[Entry], since: int, key: int, most: int
) -> None:
    assert looked_up(filed(entries, most), [key], since).get(key, []) == plainly(entries, key, since, most)


@given(entries=ENTRIES, since=st.integers(0, 20), before=st.integers(0, 20))
def test_a_process_that_has_just_started_finds_what_one_does_that_saw_it_all(
    entries: list[Entry], since: int, before: int
) -> None:
    old, new = filed([]), filed([])
    last = {article_id: number for number, (article_id, *_) in enumerate(entries, 1)}
    for number, (article_id, minute, keys) in enumerate(entries, 1):
        old.add(number, article_id, minute, keys)
        old.trim(before)
    # The database has each article once, as it was filed last, and nothing that is too old to be found.
    for number, (article_id, minute, keys) in enumerate(entries, 1):
        if last[article_id] == number and minute >= before:
            new.add(number, article_id, minute, keys)

    every = range(-2, 7)

    assert looked_up(old, every, max(since, before)) == looked_up(new, every, max(since, before))


def test_of_many_under_one_key_the_newest_are_found() -> None:
    filing = filed([(number, 0, [7]) for number in range(1, PER_KEY + 6)])

    assert looked_up(filing, [7]) == {7: list(range(PER_KEY + 5, 5, -1))}


def test_a_serial_number_leads_back_to_the_number_an_article_was_filed_under() -> None:
    filing = filed([(30, 0, [7]), (20, 0, [7])])

    (newest, oldest) = filing.under([7], 0)[7]

    assert [(filing.article(one), filing.number(one)) for one in (newest, oldest)] == [(20, 2), (30, 1)]
    assert filing.end == newest + 1


def test_numbers_only_rise() -> None:
    filing = filed([(1, 0, [7])])

    with pytest.raises(ValueError, match="article 2 is filed under 1, after 1"):
        filing.add(1, 2, 0, [7])


def test_those_that_share_most_keys_are_nearest_and_the_newest_among_equals() -> None:
    shared = {1: 2, 2: 3, 3: 2, 4: 1}

    assert nearest(shared) == [2, 3, 1, 4]


def test_so_many_are_nearest_and_no_more() -> None:
    assert nearest(dict.fromkeys(range(100), 2)) == list(range(99, 99 - MOST_CANDIDATES, -1))


def test_a_key_that_few_share_tells_more() -> None:
    under = filed([(1, 0, [7]), (2, 0, [8]), (3, 0, [8])]).under([7, 8], 0)

    (rare, *common) = sorted(shared_keys(under, [7, 8]).values(), reverse=True)

    assert rare > common[0] == common[1]
