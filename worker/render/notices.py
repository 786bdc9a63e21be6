"""A notice's kind and facts in, its title and text out, in the language of whoever reads it.

Facts are plain JSON, kept with the notice: times in ISO 8601, lengths in seconds, names and errors as they are. What an
error says stays as the other side said it; commands are the same in every language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from babel import Locale

from worker.model.delivery import NoticeKind
from worker.render.catalogue import DEFAULT, Catalogue, catalogue
from worker.render.words import when

Facts = Mapping[str, Any]
_DAYS_FROM = 72  # hours; a shorter time is told in hours


def notice_words(kind: str, facts: Facts, language: str = DEFAULT) -> tuple[str, str]:
    """Title, on one line, and text of a notice.

    Args:
        kind: one of `NoticeKind`.
        facts: what it is about. `channel_disabled`: channel, error. `delivery_failed`: channel, attempts, error, lost
            (headlines). `cut_off`: lost, asked (numbers of feeds), since, examples (name and error of some).
            `feed_failing`: feed, feed_id, url, since, error, needs_person. `source_quiet`: of (feed, family or
            country), name, feed_id (of a feed), since, longest_s, quiet_s.
        language: one without texts gets English ones.

    Raises:
        KeyError: of this kind nothing can be said in words, or a fact is missing.
    """
    texts = catalogue(language)
    values = _VALUES[NoticeKind(kind)](facts, texts) if kind in _VALUES else {}
    return texts.say(f"notice.{kind}.title", **values), texts.say(f"notice.{kind}.text", **values)


def _channel_disabled(facts: Facts, texts: Catalogue) -> dict[str, object]:
    return {**facts, "command": f"trucewire channel enable {facts['channel']}"}


def _delivery_failed(facts: Facts, texts: Catalogue) -> dict[str, object]:
    return {
        **facts,
        "attempts": texts.count("attempts", facts["attempts"]),
        "lost": "\n".join(f"- {title}" for title in facts["lost"]),
        "command": f"trucewire notifications --status failed --channel {facts['channel']}",
    }


def _cut_off(facts: Facts, texts: Catalogue) -> dict[str, object]:
    examples = [f"{name}: {error or texts.say('unknown_error')}" for name, error in facts["examples"]]
    return {**facts, "since": _time(facts["since"]), "examples": "\n".join(examples)}


def _feed_failing(facts: Facts, texts: Catalogue) -> dict[str, object]:
    return {
        **facts,
        "since": _time(facts["since"]),
        "error": facts["error"] or texts.say("unknown_error"),
        "remedy": texts.say("notice.feed_failing.person" if facts["needs_person"] else "notice.feed_failing.again"),
        "command": f"trucewire polls --feed {facts['feed_id']}",
    }


def _source_quiet(facts: Facts, texts: Catalogue) -> dict[str, object]:
    feed = facts["of"] == "feed"
    return {
        "name": _source(facts["of"], facts["name"], texts),
        "since": _time(facts["since"]),
        "span": _length(facts["quiet_s"], texts),
        "longest": _length(facts["longest_s"], texts),
        "command": f"trucewire polls --feed {facts['feed_id']}" if feed else "trucewire feeds",
    }


_VALUES: dict[str, Callable[[Facts, Catalogue], dict[str, object]]] = {
    NoticeKind.CHANNEL_DISABLED: _channel_disabled,
    NoticeKind.DELIVERY_FAILED: _delivery_failed,
    NoticeKind.CUT_OFF: _cut_off,
    NoticeKind.FEED_FAILING: _feed_failing,
    NoticeKind.SOURCE_QUIET: _source_quiet,
}


def _source(of: str, name: str, texts: Catalogue) -> str:
    if of == "country":  # as CLDR calls it; a code that it does not know stays one
        return texts.say("notice.country", name=Locale.parse(texts.language).territories.get(name, name))
    return texts.say("notice.family", name=name) if of == "family" else name


def _time(moment: str) -> str:
    return when(datetime.fromisoformat(moment))


def _length(seconds: float, texts: Catalogue) -> str:
    hours = seconds / 3600
    return texts.count("days", round(hours / 24)) if hours >= _DAYS_FROM else texts.count("hours", round(hours))
