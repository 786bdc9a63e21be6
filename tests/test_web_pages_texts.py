"""What pages are made of: marked texts, differences, times, bars, a window on the world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.model import Region, Rule, Severity, Stance
from worker.settings.rules import read_rules
from worker.web.pages.atlas import WIDTH, land_in, window_on
from worker.web.pages.charts import bars, stacked, ticks
from worker.web.pages.differences import differences
from worker.web.pages.drafts import rule_as_toml
from worker.web.pages.feeds import why_then
from worker.web.pages.lettering import around, beside, of_country
from worker.web.pages.marks import marked, paragraphs
from worker.web.pages.moments import ago, time_tag
from worker.web.pages.rendering import address, tongue, web_address
from worker.web.pages.words import stance

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def test_terms_are_marked_and_everything_is_escaped() -> None:
    assert marked("a <b> truce & more", [(6, 11)]) == "a &lt;b&gt; <mark>truce</mark> &amp; more"


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=5))
def test_whatever_is_to_be_marked_the_text_stays_as_it_is(text: str, marks: list[tuple[int, int]]) -> None:
    within = [(start, end) for start, end in marks if start >= 0]

    assert marked(text, within).striptags() == marked(text, []).striptags()


def test_a_sentence_is_found_in_its_paragraph() -> None:
    text = "First.\n\nA truce holds. More."
    match = {"concept": "ceasefire", "stance": "in_force", "field": "text", "start": 8, "end": 22, "marks": [[2, 7]]}

    first, second = paragraphs(text, [match])

    assert first == "First."
    assert second.startswith('<span class="trigger" title="ceasefire: in force">A <mark>truce</mark> holds.</span>')


def test_differences_are_by_words() -> None:
    found = [(piece.kind, piece.text) for piece in differences("Three were hurt today.", "Five were killed today.")]

    assert found == [
        ("del", "Three"),
        ("ins", "Five"),
        ("same", " were "),
        ("del", "hurt"),
        ("ins", "killed"),
        ("same", " today."),
    ]


def test_long_stretches_that_are_the_same_are_left_out() -> None:
    same = " ".join(f"word{number}" for number in range(200))

    kinds = [piece.kind for piece in differences(f"{same} old", f"{same} new")]

    assert kinds == ["gap", "same", "del", "ins"]


@given(st.text(alphabet="ab .\n", max_size=40), st.text(alphabet="ab .\n", max_size=40))
def test_differences_hold_both_versions(before: str, after: str) -> None:
    found = differences(before, after)

    old = "".join(piece.text for piece in found if piece.kind in {"same", "del"})
    new = "".join(piece.text for piece in found if piece.kind in {"same", "ins"})
    assert (old, new) == ((before, after) if found else ("", ""))


@pytest.mark.parametrize(
    ("back", "words"),
    [
        ({"seconds": 20}, "just now"),
        ({"minutes": 4}, "4 min ago"),
        ({"hours": 30}, "30 h ago"),
        ({"days": 3}, "3 d ago"),
        ({"days": 10}, "4 Mar"),
        ({"days": 400}, "7 Feb 2025"),
        ({"minutes": -5}, "in 5 min"),
    ],
)
def test_times_are_relative(back: dict[str, float], words: str) -> None:
    assert ago(NOW - timedelta(**back), NOW) == words


def test_what_should_have_begun_is_due() -> None:
    assert ">due now<" in time_tag(NOW - timedelta(seconds=30), NOW, "due")
    assert ">in 5 min<" in time_tag(NOW + timedelta(minutes=5), NOW, "due")


def test_a_time_carries_its_exact_utc_and_an_unknown_one_says_so() -> None:
    assert 'title="14 Mar 2026, 11:00:00 UTC"' in time_tag(NOW - timedelta(hours=1), NOW)
    assert "time unknown" in time_tag(None, NOW)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/x?y#z", True),
        ("javascript:alert(1)", False),
        (" JavaScript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example/", False),
        ("http://[::1", False),
        ("https:", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_become_links(url: str, kept: bool) -> None:
    assert bool(web_address(url)) is kept


@pytest.mark.parametrize(
    ("language", "attributes"),
    [
        ("fa", 'lang="fa" dir="rtl"'),
        ("hy", 'lang="hy" dir="ltr"'),
        ("", 'lang="und" dir="auto"'),
        ('"><b', 'lang="und"'),
    ],
)
def test_a_text_says_its_language_and_direction(language: str, attributes: str) -> None:
    assert attributes in tongue(language)


def test_an_address_leaves_out_what_is_empty() -> None:
    assert address("/log", {"q": "a b", "place": "", "before": "7"}, before=None) == "/log?q=a+b"


def test_a_blockade_that_ends_is_good_news() -> None:
    assert stance("ended", "blockade").tone == "holds"
    assert stance("ended", "ceasefire").tone == "broken"
    assert stance("in_force", "shelling").word == "reported"


def test_bars_fill_their_drawing_and_stand_on_its_ground() -> None:
    drawn = bars([("a", 1), ("b", 4)], 100, 40)

    assert [bar.y + bar.height for bar in drawn] == [40, 40]
    assert drawn[1].height == 40
    assert drawn[0].width + drawn[1].width < 100


def test_stacked_bars_stand_on_each_other() -> None:
    low, high = stacked([("a", (1, 3))], 10, 40)

    assert (low[0].y, high[0].y, high[0].height) == (30, 0, 30)


@given(st.integers(0, 10**9))
def test_lines_are_drawn_at_up_to_three_values(highest: int) -> None:
    drawn = ticks(highest)

    assert len(drawn) <= 3
    assert all(0 < value <= highest for value in drawn)


def test_a_window_shows_all_its_points_and_the_land_around_them() -> None:
    points = [(46.75, 39.82), (44.51, 40.18), (49.87, 40.41)]

    window = window_on(points)

    assert all(window.shows(*point) for point in points)
    assert 0.4 * WIDTH <= window.height <= 1.05 * WIDTH
    assert {"Armenia", "Azerbaijan", "Georgia"} <= {land.name for land in land_in(window)}


def test_a_window_on_nothing_is_a_window_all_the_same() -> None:
    assert window_on([]).height > 0


def test_a_region_beyond_the_shapes_gets_a_map_without_them() -> None:
    assert land_in(window_on([(-70.0, -30.0)])) == ()


def test_a_name_stands_right_of_its_spot_left_of_it_or_nowhere() -> None:
    spot, right, left = around(100, 50, 10), around(130, 50, 10), around(60, 50, 10)

    assert [found and found[0].anchor for found in (beside("Goris", spot, taken, 900) for taken in ([], [right]))] == [
        "start",
        "end",
    ]
    assert beside("Goris", spot, [left, right], 900) is None


def test_a_countrys_name_gives_way_to_what_stands_there() -> None:
    assert of_country("Armenia", (100, 100), []) == (100, 100)
    assert of_country("Armenia", (100, 100), [around(100, 95, 10)]) == (100, 124)
    assert of_country("Armenia", (100, 100), [around(100, 100, 200)]) is None


def test_a_rule_that_is_written_down_is_read_as_it_was(tmp_path: Path) -> None:
    rule = Rule(
        "road",
        'The "road"',
        Severity.WARNING,
        severities={Stance.DENIED: Severity.INFO},
        concepts=("blockade",),
        none=("drill*",),
        regions=(Region.YES, Region.UNKNOWN),
    )
    path = tmp_path / "rules.toml"
    path.write_text(rule_as_toml(rule), encoding="utf-8")

    assert read_rules(path, frozenset(), frozenset()) == (rule,)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("healthy: 4.5 entries a day now, 1.6 usually; again in 300 s", "4.5 a day now, 1.6 usually"),
        (
            "burst: 31.8 entries a day now, 2.7 usually; again in 60 s",
            "news breaks: 31.8 a day now, 2.7 usually",
        ),
        ("timed_out, 4 in a row: slowed to 3 h", "timed_out, 4 in a row: slowed to 3 h"),
        (None, ""),
    ],
)
def test_a_schedules_reason_leaves_out_what_stands_beside_it(reason: str | None, words: str) -> None:
    assert why_then(reason) == words
