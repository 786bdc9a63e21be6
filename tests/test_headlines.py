from __future__ import annotations

import pytest

from worker.headlines import title_key, without_site

NAMES = ("Outlet Daily", "outlet.example")


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("Both sides sign a truce - Outlet Daily", "Both sides sign a truce"),
        ("Both sides sign a truce | Outlet Daily", "Both sides sign a truce"),
        ("Both sides sign a truce — OUTLET DAILY", "Both sides sign a truce"),
        ("Both sides sign a truce – outlet.example", "Both sides sign a truce"),
        ("Outlet Daily | Both sides sign a truce", "Both sides sign a truce"),
        ("Both sides sign a truce - World - Outlet Daily", "Both sides sign a truce - World"),
        ("Both sides sign a truce – The Northern Times", "Both sides sign a truce"),
        ("Both sides sign a truce | northern.am", "Both sides sign a truce"),
        ("Both sides sign a truce - Reuters", "Both sides sign a truce"),
        ("Interview – The Times", "Interview – The Times"),
        ("Truce - what comes next for both sides", "Truce - what comes next for both sides"),
        ("Armenia-Azerbaijan talks", "Armenia-Azerbaijan talks"),
        ("Министр: «Мира нет»", "Министр: «Мира нет»"),
        ("Outlet Daily", "Outlet Daily"),
        ("", ""),
    ],
)
def test_a_headline_loses_the_sites_name_and_nothing_else(title: str, headline: str) -> None:
    assert without_site(title, NAMES) == headline


def test_titles_are_compared_by_their_words_alone() -> None:
    assert title_key("Cease\xadfire: “agreed”…") == title_key("CEASEFIRE — agreed")
