"""Content codings, whole, torn, broken and explosive."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile_server import PACKERS, bomb
from worker.errors import FetchError
from worker.fetch.decoding import decoded
from worker.model.polling import Outcome

CAP = 100_000
CODINGS = sorted(PACKERS)


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("coding", CODINGS)
@given(body=st.binary(max_size=3000), size=st.integers(2, 4000))
def test_what_was_packed_comes_out_whole_however_it_is_cut(coding: str, body: bytes, size: int) -> None:
    assert decoded(pieces(PACKERS[coding](body), size), coding, CAP, CAP) == body


@pytest.mark.parametrize("coding", CODINGS)
@given(body=st.binary(min_size=1, max_size=300), data=st.data())
def test_a_part_is_never_the_whole(coding: str, body: bytes, data: st.DataObject) -> None:
    packed = PACKERS[coding](body)
    torn = packed[: data.draw(st.integers(1, len(packed) - 1))]

    with pytest.raises(FetchError) as raised:
        decoded([torn], coding, CAP, CAP)

    assert raised.value.outcome is Outcome.BAD_RESPONSE


@pytest.mark.parametrize("coding", CODINGS)
@given(noise=st.lists(st.binary(min_size=1, max_size=200), max_size=5))
def test_noise_is_read_or_named(coding: str, noise: list[bytes]) -> None:
    result = read_or_named(noise, coding)

    assert result in {Outcome.BAD_RESPONSE, Outcome.TOO_LARGE} or len(result) <= CAP


def read_or_named(noise: list[bytes], coding: str) -> bytes | Outcome:
    try:
        return decoded(noise, coding, CAP, CAP)
    except FetchError as error:
        return error.outcome


@pytest.mark.parametrize("coding", CODINGS)
def test_a_bomb_costs_no_more_memory_than_its_cap(coding: str) -> None:
    packed = pieces(bomb(coding), 65536)
    tracemalloc.start()

    with pytest.raises(FetchError, match="unpacks to more than 1000000 bytes"):
        decoded(packed, coding, 10**6, 10**6)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 10**6


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_as_large_as_the_cap_passes(coding: str) -> None:
    body = bytes(1000)

    assert decoded([PACKERS[coding](body)], coding, CAP, 1000) == body


@pytest.mark.parametrize("coding", ["", "identity", *CODINGS])
def test_an_empty_body_is_empty(coding: str) -> None:
    assert decoded([], coding, CAP, CAP) == b""


def test_the_body_as_sent_has_a_cap_of_its_own() -> None:
    with pytest.raises(FetchError) as raised:
        decoded([b"x" * 600, b"x" * 600], "", 1000, 10_000)

    assert raised.value.outcome is Outcome.TOO_LARGE


@pytest.mark.parametrize("coding", ["compress", "gzip, gzip", "gzip, br", "nonsense", "x" * 500])
def test_a_coding_that_was_not_asked_for_is_named(coding: str) -> None:
    with pytest.raises(FetchError) as raised:
        decoded([b"x"], coding, CAP, CAP)

    assert (raised.value.outcome, len(str(raised.value)) < 100) == (Outcome.BAD_RESPONSE, True)
