"""How many independent voices say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import a_source
from worker.corroboration import Agencies, Story, Voice, confirmation_of
from worker.model import Confirmation, Stance
from worker.model.stories import Claim, Source

WATCHED = (
    ("Azertac", "az-state", "AZ"),
    ("Anadolu Agency", "tr-state", "TR"),
    ("Interfax", "interfax", ""),
)
OPPOSED = (frozenset({"AM", "AZ"}), frozenset({"GE", "RU"}))


def voices(*sources: Source, speaks: dict[int, str] | None = None) -> Sequence[Voice]:
    """The voices of one claim that all of `sources` make; `speaks` says whose officials they quote."""
    sides = speaks or {}
    claims = [
        Claim(one.article_id, "shelling", Stance.IN_FORCE, "Shelled.", "", side, one.family, one.at)
        for one in sources
        for side in [sides.get(one.article_id, one.side)]
    ]
    return Story({one.article_id: one for one in sources}, claims, Agencies(WATCHED), OPPOSED).voices_of(claims)


def state(*sources: Source, speaks: dict[int, str] | None = None) -> Confirmation:
    return confirmation_of(voices(*sources, speaks=speaks), OPPOSED)


AZ_AGENCY = a_source(1, "az-state", side="AZ")
AZ_TELEVISION = a_source(2, "az-state", side="AZ", publisher="Television")
AM_RADIO = a_source(3, "am-state", side="AM")
TR_AGENCY = a_source(4, "tr-state", side="TR")
HERALD = a_source(5, "herald")
GAZETTE = a_source(6, "gazette")
GAZETTE_LATER = a_source(7, "gazette")


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([], Confirmation.SINGLE_SOURCE),
        ([HERALD], Confirmation.SINGLE_SOURCE),
        ([GAZETTE, GAZETTE_LATER], Confirmation.SINGLE_SOURCE),
        ([HERALD, GAZETTE], Confirmation.INDEPENDENT),
        ([AZ_AGENCY], Confirmation.SINGLE_SOURCE),
        ([AZ_AGENCY, AZ_TELEVISION], Confirmation.ONE_SIDE),
        ([AZ_AGENCY, TR_AGENCY], Confirmation.ONE_SIDE),
        ([AZ_AGENCY, AM_RADIO], Confirmation.BOTH_SIDES),
        ([AZ_AGENCY, HERALD], Confirmation.INDEPENDENT),
        ([AZ_AGENCY, AM_RADIO, HERALD], Confirmation.INDEPENDENT),
    ],
)
def test_publishers_make_a_claim_as_sure_as_they_are_independent(sources: list[Source], expected: Confirmation) -> None:
    assert state(*sources) is expected


@pytest.mark.parametrize(
    "echo",
    [
        {"copy_of": 5},
        {"machine_written": True},
        {"credit": "Herald"},
    ],
    ids=["a copy", "a machine's rewrite", "an agency's text"],
)
def test_what_only_repeats_is_no_voice_of_its_own(echo: dict[str, Any]) -> None:
    found = Story(
        {5: HERALD, 6: replace(GAZETTE, **echo)},
        (),
        Agencies([*WATCHED, ("Herald", "herald", "")]),
        OPPOSED,
    ).voices()

    assert [voice.name for voice in found] == ["herald"]
    assert confirmation_of(found, OPPOSED) is Confirmation.SINGLE_SOURCE


def test_two_who_print_one_agency_are_one_voice_though_nobody_watches_it() -> None:
    found = voices(replace(HERALD, credit="Reuters"), replace(GAZETTE, credit="Reuters"))

    assert [(voice.name, len(voice.witnesses)) for voice in found] == [("reuters", 2)]
    assert confirmation_of(found, OPPOSED) is Confirmation.SINGLE_SOURCE


def test_an_agency_and_another_newsroom_are_two_voices() -> None:
    assert state(replace(HERALD, credit="Reuters"), GAZETTE) is Confirmation.INDEPENDENT


@pytest.mark.parametrize(("credit", "side"), [("Azertac", "AZ"), ("AZERTAC", "AZ"), ("Anadolu", "TR"), ("AP", "")])
def test_whose_voice_a_credit_is_is_known_by_the_publishers_that_are_watched(credit: str, side: str) -> None:
    (voice,) = voices(replace(HERALD, credit=credit))

    assert voice.side == side


def test_a_copy_of_a_copy_is_the_voice_of_the_first() -> None:
    found = voices(HERALD, replace(GAZETTE, copy_of=5), a_source(8, "post", copy_of=6))

    assert [voice.name for voice in found] == ["herald"]
    assert found[0].witnesses[2].reason == "copy of article 5"


def test_copies_that_name_each_other_come_to_an_end() -> None:
    assert len(voices(replace(HERALD, copy_of=6), replace(GAZETTE, copy_of=5))) > 0


def test_all_who_quote_one_sides_officials_are_that_sides_voice() -> None:
    found = voices(HERALD, GAZETTE, speaks={5: "AZ", 6: "AZ"})

    assert [(voice.name, voice.independent) for voice in found] == [("AZ", False)]
    assert confirmation_of(found, OPPOSED) is Confirmation.ONE_SIDE


def test_officials_of_both_sides_confirm_each_other_where_two_newsrooms_quote_them() -> None:
    assert state(HERALD, GAZETTE, speaks={5: "AZ", 6: "AM"}) is Confirmation.BOTH_SIDES
    assert state(GAZETTE, GAZETTE_LATER, speaks={6: "AZ", 7: "AM"}) is Confirmation.SINGLE_SOURCE


def test_a_power_that_is_no_party_is_independent_where_the_free_press_quotes_it() -> None:
    assert state(HERALD, GAZETTE, speaks={5: "AZ", 6: "UN"}) is Confirmation.INDEPENDENT


def test_state_media_speak_for_their_side_whomever_they_quote() -> None:
    assert state(AZ_AGENCY, AZ_TELEVISION, speaks={1: "AM", 2: "AZ"}) is Confirmation.ONE_SIDE


def test_what_was_taken_back_is_no_voice() -> None:
    assert state(HERALD, replace(GAZETTE, withdrawn=True)) is Confirmation.SINGLE_SOURCE


def test_where_no_sides_are_opposed_any_two_are() -> None:
    assert confirmation_of(voices(AZ_AGENCY, TR_AGENCY)) is Confirmation.BOTH_SIDES


def test_a_machine_alone_is_no_independent_voice() -> None:
    (voice,) = voices(replace(HERALD, machine_written=True))

    assert (voice.name, voice.independent) == ("machine-written", False)


SOURCES = st.lists(
    st.builds(
        a_source,
        st.integers(1, 12),
        st.sampled_from(["herald", "gazette", "post"]),
        side=st.sampled_from(["", "AM", "AZ"]),
        credit=st.sampled_from(["", "Reuters"]),
        copy_of=st.sampled_from([None, 1, 2, 3]),
        machine_written=st.booleans(),
        withdrawn=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda source: source.article_id,
)


@given(SOURCES)
def test_every_article_that_stands_belongs_to_exactly_one_voice(sources: list[Source]) -> None:
    found = Story({one.article_id: one for one in sources}, (), Agencies(WATCHED), OPPOSED).voices()

    heard = sorted(witness.article_id for voice in found for witness in voice.witnesses)
    assert len(heard) == len(set(heard))
    assert {one.article_id for one in sources if not one.withdrawn and one.copy_of is None} <= set(heard)


@given(SOURCES, st.sampled_from(["copy", "machine"]))
def test_repetition_never_makes_anything_surer(sources: list[Source], how: str) -> None:
    story = Story({one.article_id: one for one in sources}, (), Agencies(WATCHED), OPPOSED)
    first = min(sources, key=lambda one: one.at, default=None)
    copied = first.article_id if first and how == "copy" else None
    echo = a_source(99, "echo", copy_of=copied, machine_written=copied is None)
    with_echo = Story({**story.sources, 99: echo}, (), Agencies(WATCHED), OPPOSED)

    assert confirmation_of(with_echo.voices(), OPPOSED) == confirmation_of(story.voices(), OPPOSED)
