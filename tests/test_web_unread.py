"""Parameters that nothing reads are named, with the one that was probably meant."""

from __future__ import annotations

import pytest

from worker.web.unread import remedies, unread

READ = ("language", "place", "region", "since", "until")


def test_only_what_nothing_reads_is_named_and_once() -> None:
    assert unread(["since", "sinse", "lang", "sinse"], READ) == ["sinse", "lang"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sinse", "There is no parameter “sinse”; did you mean “since”?"),
        ("lang", "There is no parameter “lang”; did you mean “language”?"),
        ("Region", "There is no parameter “Region”; did you mean “region”?"),
        ("x", "There is no parameter “x”; there are language, place, region, since, until."),
    ],
)
def test_the_one_that_was_meant_is_named(name: str, said: str) -> None:
    assert remedies([name], READ) == [said]


def test_what_is_repeated_is_short_and_printable() -> None:
    said = remedies(["\u202e\x00" + "y" * 500], READ)[0]

    assert "y" * 60 in said
    assert "y" * 61 not in said
    assert said.isprintable()


def test_a_page_without_parameters_says_so() -> None:
    assert remedies(["x"], ()) == ["There is no parameter “x”; nothing can be asked for here."]
