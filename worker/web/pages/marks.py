"""A text and stretches of it in, escaped HTML with `<mark>` around them out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

_MARK = Markup("<mark>{}</mark>")
_TRIGGER = Markup('<span class="trigger" title="{}">{}</span>')


def marked(text: str, marks: Iterable[Sequence[int]]) -> Markup:
    """`text` with its terms marked.

    Args:
        text: plain text.
        marks: (start, end) in characters; where they overlap, the first one counts, and what lies outside is left out.
    """
    parts, done = [], 0
    for start, end in sorted((mark[0], mark[1]) for mark in marks):
        if start < done or end > len(text) or start >= end:
            continue
        parts += [escape(text[done:start]), _MARK.format(text[start:end])]
        done = end
    return Markup("").join([*parts, escape(text[done:])])


def sentence_of(match: Mapping[str, Any]) -> Markup:
    """The sentence of a stored match, its terms marked."""
    return marked(match["sentence"], match.get("marks") or ())


def headline(title: str, match: Mapping[str, Any]) -> Markup:
    """A title, its terms marked where it is the very sentence that matched."""
    return sentence_of(match) if says_it(title, match) else escape(title)


def says_it(title: str, match: Mapping[str, Any]) -> bool:
    """Whether a title is the sentence that matched: then nobody needs to read it twice."""
    return bool(title) and title.strip() == str(match["sentence"]).strip()


def passage(text: str, field: str, matches: Iterable[Mapping[str, Any]]) -> Markup:
    """A field of an article with the sentences that matched in it.

    Args:
        text: the field.
        field: its name: title, summary or text.
        matches: rows of the table of matches.
    """
    parts, done = [], 0
    for start, end, names, marks in _stretches(text, field, matches):
        if start < done:
            continue
        parts += [escape(text[done:start]), _TRIGGER.format(", ".join(names), marked(text[start:end], marks))]
        done = end
    return Markup("").join([*parts, escape(text[done:])])


def paragraphs(text: str, matches: Sequence[Mapping[str, Any]], field: str = "text") -> list[Markup]:
    """A text's paragraphs, which a blank line separates, with the sentences that matched in them."""
    found, start = [], 0
    for part in text.split("\n\n"):
        here = [
            {**match, "start": match["start"] - start, "end": match["end"] - start}
            for match in matches
            if match["field"] == field and match["start"] >= start and match["end"] <= start + len(part)
        ]
        if part.strip():
            found.append(passage(part, field, here))
        start += len(part) + 2
    return found


def _stretches(
    text: str, field: str, matches: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[int, int, list[str], list[Sequence[int]]]]:
    """Sentences in order, each once, with what was found in it."""
    found: dict[tuple[int, int], tuple[list[str], list[Sequence[int]]]] = {}
    for match in matches:
        start, end = match["start"], match["end"]
        if match["field"] == field and 0 <= start < end <= len(text):
            names, marks = found.setdefault((start, end), ([], []))
            names.append(f"{match['concept']}: {match['stance']}".replace("_", " "))
            marks.extend(match["marks"] or ())
    for (start, end), (names, marks) in sorted(found.items()):
        yield start, end, names, marks
