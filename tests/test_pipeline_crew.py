"""Threads that wait for servers: every task is done once, and slow ones hold up no others."""

from __future__ import annotations

import threading
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.pipeline.crew import Crew

PATIENCE_S = 30.0


@given(st.lists(st.lists(st.integers(), max_size=5), max_size=8), st.integers(1, 4))
def test_every_task_is_done_once(lanes: list[list[int]], most: int) -> None:
    crew = Crew(most, "test")

    done = [result for results in crew.results(map(deque, lanes), str) for result in results]

    assert sorted(done) == sorted(str(task) for lane in lanes for task in lane)


def test_hands_are_added_while_lanes_wait() -> None:
    crew, all_there = Crew(16, "test"), threading.Barrier(16)

    results = list(crew.results([deque([task]) for task in range(16)], lambda _: all_there.wait(PATIENCE_S)))

    assert sorted(number for some in results for number in some) == list(range(16))


def test_what_is_done_is_handed_over_while_others_wait() -> None:
    crew, let_go = Crew(2, "test"), threading.Event()
    lanes = [deque([True]), deque([False])]
    results = crew.results(lanes, lambda waits: waits and let_go.wait(PATIENCE_S))

    first = next(results)
    let_go.set()
    rest = list(results)

    assert (first, rest) == ([False], [[True]])


def test_what_no_task_can_be_blamed_for_ends_the_batch() -> None:
    crew = Crew(2, "test")

    with pytest.raises(ZeroDivisionError):
        list(crew.results([deque([0])], lambda number: 1 // number))


def test_a_batch_that_is_given_up_begins_no_further_lane() -> None:
    crew, let_go, begun = Crew(1, "test"), threading.Event(), list[int]()

    def do(task: int) -> None:
        begun.append(task)
        let_go.wait(PATIENCE_S)

    results = crew.results([deque([task]) for task in range(3)], do)
    next(results)
    results.close()
    let_go.set()
    crew._threads.shutdown()

    assert begun == [0]
