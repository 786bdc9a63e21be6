"""What is exchanged."""

from __future__ import annotations

import pytest

from worker.stories import events_of


@pytest.mark.parametrize(
    "sentence",
    [
        "The sides exchange the bodies of the fallen",
        "Стороны передали тела погибших",
        "Կողմերը փոխանակեցին մարմիններ",
        "Tərəflər meyitləri qaytarıb",
        "Taraflar cenazeleri teslim etti",
        "მხარეებმა ცხედრები გადასცეს",
    ],
)
def test_the_return_of_the_dead_is_an_event_of_its_own(sentence: str) -> None:
    assert list(events_of("prisoner_exchange", sentence)) == ["return_of_bodies"]


@pytest.mark.parametrize(
    "sentence",
    ["Ten prisoners freed", "Обмен пленными состоялся", "Գերիները վերադարձան", "Əsirlər dəyişdirildi", "Esir takası"],
)
def test_an_exchange_of_prisoners_stays_what_it_is(sentence: str) -> None:
    assert list(events_of("prisoner_exchange", sentence)) == ["prisoner_exchange"]


def test_a_sentence_on_both_reports_both() -> None:
    found = list(events_of("prisoner_exchange", "Prisoners and bodies were handed over"))

    assert found == ["return_of_bodies", "prisoner_exchange"]


def test_bodies_matter_to_exchanges_alone() -> None:
    assert list(events_of("casualties", "Two bodies were found")) == ["casualties"]
