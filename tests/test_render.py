"""What an alert says, and that nothing an article says becomes markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, a_channel, a_match, a_stored, an_alert
from worker.model import Message, Notification, Stance
from worker.render import channel_disabled_message, marked, message_for, probe_message


def rendered(**changes: Any) -> Message:
    return message_for(Notification(1, an_alert(**changes), "desk", "msg_1"))


def test_an_alert_says_what_where_when_who_the_sentence_the_link_and_why() -> None:
    assert rendered().text == (
        "CRITICAL: ceasefire, agreed\n"
        "Headline 1\n"
        "\n"
        "  Armenia and Azerbaijan agreed on a »ceasefire«.\n"
        "\n"
        "Where: Lachin, Armenia\n"
        "Publisher: Outlet (not confirmed by another publisher)\n"
        "Published: 2026-03-14 11:55 UTC\n"
        "First seen: 2026-03-14 12:00 UTC\n"
        "Link: https://outlet.example/1\n"
        "Why: rule ceasefire: summary reports it\n"
        "Alert 1, revision 1"
    )


def test_an_agreement_is_in_force_and_an_event_is_reported() -> None:
    shelling = rendered(rule_id="shelling", stance=Stance.IN_FORCE, match=a_match(concept="shelling"))

    assert shelling.text.startswith("CRITICAL: shelling, reported\n")
    assert rendered(stance=Stance.IN_FORCE).text.startswith("CRITICAL: ceasefire, in force\n")


def test_unknown_is_shown_as_unknown() -> None:
    text = rendered(article=a_stored(published_at=None, publisher="", url=""), places=()).text

    assert "Published: unknown" in text
    assert "Publisher: unknown" in text
    assert "Where: unknown" in text
    assert "Link:" not in text


def test_independent_publishers_are_counted() -> None:
    assert "(3 publishers)" in rendered(publishers=("a", "b", "c")).text


def test_a_machine_written_copy_is_named_so() -> None:
    assert "looks machine-written" in rendered(article=a_stored(machine_written=True)).text


def test_the_subject_is_one_line_of_bounded_length() -> None:
    subject = rendered(article=a_stored(title="Line\r\nBcc: everybody@example.org\x00" + "x" * 500)).subject

    assert subject.startswith("[critical] ceasefire, agreed · Lachin: Line Bcc: everybody@example.org")
    assert len(subject) <= 200
    assert subject.isprintable()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.found


HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">"\'><b>'


def test_no_markup_of_an_article_survives_as_markup() -> None:
    harmless = tags_of(rendered().html)
    article = a_stored(title=HOSTILE, publisher=HOSTILE, language='en" onload="x', url='https://outlet.example/?"><b>')

    hostile = tags_of(
        rendered(
            article=article, match=a_match(sentence=HOSTILE, marks=((0, 8), (4, 12))), places=(HOSTILE,), why=(HOSTILE,)
        ).html
    )

    assert [tag for tag, _ in hostile] == [tag for tag, _ in harmless]
    assert not any("onerror" in attributes or "onload" in attributes for _, attributes in hostile)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    links = [attributes["href"] for tag, attributes in tags_of(rendered(article=a_stored(url=url)).html) if tag == "a"]

    assert links == ["#"]


def test_the_trigger_words_are_marked_in_html() -> None:
    assert "<mark>ceasefire</mark>." in rendered().html


def test_the_payload_is_json_with_the_form_of_standard_webhooks() -> None:
    payload = json.loads(json.dumps(rendered().payload))

    assert (payload["type"], payload["timestamp"]) == ("alert.raised", NOW.isoformat())
    assert payload["data"]["sentence"] == "Armenia and Azerbaijan agreed on a ceasefire."
    assert payload["data"]["publisher_families"] == ["outlet"]


def test_a_later_revision_is_an_update() -> None:
    assert rendered(revision=2).payload["type"] == "alert.updated"


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
def test_marking_never_loses_a_character(sentence: str, spans: list[tuple[int, int]]) -> None:
    marks = tuple((min(a, b, len(sentence)), min(max(a, b), len(sentence))) for a, b in spans)

    assert marked(sentence, marks, "", "") == sentence


def test_a_disabled_channel_is_reported_with_its_remedy() -> None:
    message = channel_disabled_message(a_channel(name="mail"), "535 <wrong> password", NOW)

    assert "trucewire channel enable mail" in message.text
    assert "&lt;wrong&gt;" in message.html


def test_a_probe_names_its_channel() -> None:
    assert "channel desk" in probe_message(a_channel(), NOW).subject
