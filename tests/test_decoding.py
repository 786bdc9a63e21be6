"""Content codings, whole, torn, broken and explosive."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile_server import PACKERS, bomb, greedy_zstd
from worker.errors import FetchError
from worker.fetch.decoding import SLICE_BYTES, unpacked
from worker.model.polling import Outcome

CAP = 100_000
# A busy machine fails no property.
STEADY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CODINGS = sorted(PACKERS)


def whole(sent: list[bytes], coding: str, cap: int = CAP) -> bytes:
    return b"".join(unpacked(sent, coding, cap, cap))


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("coding", CODINGS)
@STEADY
@given(body=st.binary(max_size=3000), size=st.integers(2, 4000))
def test_what_was_packed_comes_out_whole_however_it_is_cut(coding: str, body: bytes, size: int) -> None:
    assert whole(pieces(PACKERS[coding](body), size), coding) == body


@pytest.mark.parametrize("coding", CODINGS)
@STEADY
@given(slices=st.integers(0, 3), odd=st.integers(-300, 300), size=st.integers(1, 200))
def test_a_slice_that_ends_with_its_input_loses_nothing(coding: str, slices: int, odd: int, size: int) -> None:
    body = bytes(max(0, slices * SLICE_BYTES + odd))

    assert whole(pieces(PACKERS[coding](body), max(2, size)), coding, 10**6) == body


@pytest.mark.parametrize("coding", CODINGS)
@STEADY
@given(body=st.binary(min_size=1, max_size=300), data=st.data())
def test_a_part_is_never_the_whole(coding: str, body: bytes, data: st.DataObject) -> None:
    packed = PACKERS[coding](body)
    torn = packed[: data.draw(st.integers(1, len(packed) - 1))]

    with pytest.raises(FetchError) as raised:
        whole([torn], coding)

    assert raised.value.outcome is Outcome.BAD_RESPONSE


@pytest.mark.parametrize("coding", CODINGS)
@STEADY
@given(noise=st.lists(st.binary(min_size=1, max_size=200), max_size=5))
def test_noise_is_read_or_named(coding: str, noise: list[bytes]) -> None:
    result = read_or_named(noise, coding)

    assert result in {Outcome.BAD_RESPONSE, Outcome.TOO_LARGE} or len(result) <= CAP


def read_or_named(noise: list[bytes], coding: str) -> bytes | Outcome:
    try:
        return whole(noise, coding)
    except FetchError as error:
        return error.outcome


@pytest.mark.parametrize("coding", CODINGS)
def test_a_bomb_costs_no_more_memory_than_its_cap(coding: str) -> None:
    packed = pieces(bomb(coding), 65536)
    tracemalloc.start()

    with pytest.raises(FetchError, match="unpacks to more than 1000000 bytes"):
        whole(packed, coding, 10**6)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 10**6


def test_a_zstd_frame_gets_no_larger_window_than_http_allows() -> None:
    with pytest.raises(FetchError) as raised:
        whole([greedy_zstd(b"greedy")], "zstd")

    assert raised.value.outcome is Outcome.BAD_RESPONSE


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_as_large_as_the_cap_passes(coding: str) -> None:
    body = bytes(1000)

    assert b"".join(unpacked([PACKERS[coding](body)], coding, CAP, 1000)) == body


@pytest.mark.parametrize("coding", ["", "identity", *CODINGS])
def test_an_empty_body_is_empty(coding: str) -> None:
    assert whole([], coding) == b""


def test_the_body_as_sent_has_a_cap_of_its_own() -> None:
    with pytest.raises(FetchError) as raised:
        list(unpacked([b"x" * 600, b"x" * 600], "", 1000, 10_000))

    assert raised.value.outcome is Outcome.TOO_LARGE


@pytest.mark.parametrize("coding", ["compress", "gzip, gzip", "gzip, br", "nonsense", "x" * 500])
def test_a_coding_that_was_not_asked_for_is_named(coding: str) -> None:
    with pytest.raises(FetchError) as raised:
        whole([b"x"], coding)

    assert (raised.value.outcome, len(str(raised.value)) < 100) == (Outcome.BAD_RESPONSE, True)
