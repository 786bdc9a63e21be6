"""Headlines that are of another instance of what recurs."""

from __future__ import annotations

import pytest

from worker.stories.recurring import is_another_instance


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Weather forecast for 8 November", "Weather forecast for 16 November"),
        ("Прогноз погоды на 8 ноября", "Прогноз погоды на 16 ноября"),
        ("Fuel prices in Gyumri on 3 May", "Fuel prices in Vanadzor on 3 May"),
    ],
)
def test_another_day_or_town_is_another_instance(one: str, other: str) -> None:
    assert is_another_instance(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Curfew from 3 May", "Curfew of 3 May is lifted on 9 May"),
        ("Eleven villagers wounded at Goris", "Fourteen villagers wounded at Goris"),
        ("Talks in Vienna end", "Talks in Vienna end without result"),
        ("Miners rescued", "Miners rescued"),
    ],
)
def test_the_same_days_and_names_are_not(one: str, other: str) -> None:
    assert not is_another_instance(one, other)


def test_a_number_of_thousands_of_digits_is_no_day() -> None:
    assert not is_another_instance(f"Talks {'9' * 5000} May", f"Talks of {'9' * 5000} May")
