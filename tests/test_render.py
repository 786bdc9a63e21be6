"""What an alert says, and that nothing an article says becomes markup."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from string import Formatter
from typing import Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, a_channel, a_match, a_stored, an_alert
from worker.model import Alert, Confirmation, Message, Severity, Stance, UpdateReason
from worker.model.delivery import Form, Notice, NoticeKind, Outgoing
from worker.render import LANGUAGES, AlertLinks, catalogue, marked, message_for, notice_words, probe_message


def outgoing(*alerts: Alert, form: Form = Form.ALERT, **changes: Any) -> Outgoing:
    return replace(Outgoing(1, "desk", "msg_1", form, NOW, 1, alerts), **changes)


def rendered(**changes: Any) -> Message:
    return message_for(outgoing(an_alert(**changes)))


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


@pytest.mark.parametrize(
    ("confirmation", "said"),
    [
        (Confirmation.SINGLE_SOURCE, "(3 publishers)"),
        (Confirmation.ONE_SIDE, "(3 publishers, one side only)"),
        (Confirmation.BOTH_SIDES, "(3 publishers, both sides say so)"),
        (Confirmation.INDEPENDENT, "(3 publishers, independently confirmed)"),
    ],
)
def test_publishers_are_counted_and_weighed(confirmation: Confirmation, said: str) -> None:
    assert said in rendered(publishers=("a", "b", "c"), confirmation=confirmation).text


@pytest.mark.parametrize(
    ("families", "independent", "said"),
    [
        (("a", "b", "c"), 2, "(3 publishers, confirmed by 2 independent publishers)"),
        (("a", "b"), 2, "(confirmed by 2 independent publishers)"),
        (("a",), 1, "(confirmed by 1 independent publisher)"),
        (("a",), 3, "(confirmed by 3 independent publishers)"),
    ],
)
def test_it_is_said_how_many_confirm_it_independently(families: tuple[str, ...], independent: int, said: str) -> None:
    confirmed = rendered(publishers=families, confirmation=Confirmation.INDEPENDENT, independent=independent)

    assert said in confirmed.text
    assert confirmed.payload["data"]["independent_voices"] == independent


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


def test_below_the_subject_nothing_is_said_again() -> None:
    message = rendered(reason=UpdateReason.CONFIRMED)

    head = message.text.splitlines()[0]
    title = an_alert().article.article.title
    assert (head in message.text, title in message.text) == (True, True)
    assert (head in message.body, title in message.body) == (False, False)
    assert message.text.endswith(message.body.partition("\n")[2])


def test_a_headline_that_the_subject_cannot_carry_is_told_below_it() -> None:
    message = rendered(article=a_stored(title="long " * 100))

    assert message.body == ""


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


@pytest.mark.parametrize("reason", [reason for reason in UpdateReason if reason is not UpdateReason.RAISED])
def test_a_later_revision_is_an_update_and_says_why(reason: UpdateReason) -> None:
    message = rendered(revision=2, reason=reason, detail="3 killed, then 5", updated_at=NOW + timedelta(hours=1))

    assert message.payload["type"] == "alert.updated"
    assert message.payload["timestamp"] == (NOW + timedelta(hours=1)).isoformat()
    assert message.payload["data"]["reason"] == reason
    assert message.text.splitlines()[1].startswith("Update: ")
    assert "(3 killed, then 5)" in message.html


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
def test_marking_never_loses_a_character(sentence: str, spans: list[tuple[int, int]]) -> None:
    marks = tuple((min(a, b, len(sentence)), min(max(a, b), len(sentence))) for a, b in spans)

    assert marked(sentence, marks, "", "") == sentence


def test_a_notice_without_facts_is_said_as_it_is_and_escaped() -> None:
    notice = Notice(
        1, NoticeKind.CHANNEL_DISABLED, "mail", Severity.CRITICAL, "mail is off", "535 <wrong>\nCorrect it", NOW
    )

    message = message_for(outgoing(form=Form.NOTICE, notice=notice))

    assert message.subject == "[trucewire] mail is off"
    assert message.text == "mail is off\n\n535 <wrong>\nCorrect it"
    assert "535 &lt;wrong&gt;<br>Correct it" in message.html
    assert (message.payload["type"], message.payload["data"]["kind"]) == ("notice.raised", "channel_disabled")


def test_an_escalation_says_that_nobody_has_acknowledged() -> None:
    message = message_for(outgoing(an_alert(), escalates=True))

    assert message.text.splitlines()[1] == "Nobody has acknowledged this alert"
    assert message.payload["type"] == "alert.unacknowledged"


def test_a_probe_names_its_channel() -> None:
    assert "channel desk" in probe_message(a_channel(), NOW).subject


# several alerts at once

TWO = (an_alert(), an_alert(alert_id=2, rule_id="talks", severity=Severity.INFO, article=a_stored(title=HOSTILE)))


def test_a_group_is_named_by_its_most_urgent_alert_and_holds_each() -> None:
    message = message_for(outgoing(*TWO, form=Form.GROUP))

    assert message.subject == "[critical] 2 alerts: ceasefire, agreed · Lachin: Headline 1"
    assert message.severity is Severity.CRITICAL
    assert message.payload["type"] == "alerts.group"
    assert [one["alert_id"] for one in message.payload["data"]["alerts"]] == [1, 2]


def test_a_digest_is_named_by_its_size_even_where_it_holds_one() -> None:
    message = message_for(outgoing(*TWO[:1], form=Form.DIGEST))

    assert message.subject == "[critical] Digest: 1 alert"
    assert message.text.startswith("Digest: 1 alert\n\nCRITICAL: ceasefire, agreed · Lachin, Armenia\nHeadline 1\n")


def test_no_markup_survives_in_a_digest_either() -> None:
    harmless = tags_of(message_for(outgoing(TWO[0], replace(TWO[0], alert_id=2), form=Form.DIGEST)).html)

    hostile = tags_of(message_for(outgoing(*TWO, form=Form.DIGEST)).html)

    assert [tag for tag, _ in hostile] == [tag for tag, _ in harmless]


# links

LINKS = {1: AlertLinks("https://monitor.example/do/ack", "https://monitor.example/do/snooze")}


@pytest.mark.parametrize("form", [Form.ALERT, Form.GROUP])
def test_links_stand_in_every_form_of_a_message(form: Form) -> None:
    message = message_for(outgoing(an_alert(), form=form), links=LINKS)

    assert "Acknowledge: https://monitor.example/do/ack" in message.text
    assert "Snooze for 2 hours: https://monitor.example/do/snooze" in message.text
    assert 'href="https://monitor.example/do/ack"' in message.html
    assert "https://monitor.example/do/snooze" in json.dumps(message.payload)


# languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_values(language: str) -> None:
    def shape(texts: dict[str, str | dict[str, str]]) -> dict[str, set[str]]:
        return {
            key: {name for form in (text.values() if isinstance(text, dict) else [text]) for name in fields_of(form)}
            for key, text in texts.items()
        }

    assert shape(LANGUAGES[language]) == shape(LANGUAGES["en"])


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_has_every_form_that_its_language_knows(language: str) -> None:
    categories = {str(Locale.parse(language).plural_form(n)) for n in range(200)}

    forms = [set(text) for text in LANGUAGES[language].values() if isinstance(text, dict)]

    assert all(categories <= known for known in forms)


@pytest.mark.parametrize(
    ("n", "said"), [(1, "1 оповещение"), (3, "3 оповещения"), (5, "5 оповещений"), (21, "21 оповещение")]
)
def test_numbers_are_declined(n: int, said: str) -> None:
    assert catalogue("ru").count("alerts", n) == said


FACTS: dict[NoticeKind, dict[str, Any]] = {
    NoticeKind.CHANNEL_DISABLED: {"channel": "mail", "error": "535 <wrong> {password}"},
    NoticeKind.DELIVERY_FAILED: {"channel": "mail", "attempts": 15, "error": "503", "lost": ["Headline {1}", "Two"]},
    NoticeKind.CUT_OFF: {"lost": 7, "asked": 9, "since": NOW.isoformat(), "examples": [["Outlet", ""]]},
    NoticeKind.FEED_FAILING: {
        "feed": "Outlet",
        "feed_id": 4,
        "url": "https://outlet.example/rss",
        "since": NOW.isoformat(),
        "error": "404",
        "needs_person": True,
    },
    NoticeKind.SOURCE_QUIET: {
        "of": "country",
        "name": "AM",
        "feed_id": 0,
        "since": NOW.isoformat(),
        "quiet_s": 5 * 86_400,
        "longest_s": 3600,
    },
}


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_is_said_in_every_language(kind: NoticeKind, language: str) -> None:
    notice = Notice(1, kind, "mail", Severity.CRITICAL, "title", "text", NOW, facts=FACTS[kind])

    message = message_for(outgoing(form=Form.NOTICE, notice=notice), language)

    own = [str(LANGUAGES[language][f"notice.{kind}.{part}"]).partition("{")[0] for part in ("title", "text")]
    assert [part in message.text for part in own] == [True, True]
    assert "{" not in message.text.replace("{password}", "").replace("{1}", "")
    assert f'<div lang="{language}"' in message.html


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "every publisher of Armenia has been quiet for 5 days"),
        ("ru", "Армения, все издания: ничего нового уже 5 дней"),
        ("hy", "Հայաստան (բոլոր լրատվամիջոցները)՝ նոր ոչինչ չկա արդեն 5 օր"),
        ("az", "Ermənistan (bütün nəşrlər): yeni heç nə yoxdur, artıq 5 gün"),
        ("tr", "Ermenistan (bütün yayınlar): 5 gün boyunca yeni bir şey yok"),
        ("ka", "სომხეთი (ყველა გამოცემა): ახალი არაფერია უკვე 5 დღე"),
    ],
)
def test_a_quiet_country_is_called_by_its_name(language: str, title: str) -> None:
    assert notice_words(NoticeKind.SOURCE_QUIET, FACTS[NoticeKind.SOURCE_QUIET], language)[0] == title


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_stays_in_its_own_language(language: str) -> None:
    message = message_for(outgoing(an_alert()), language)

    assert "  Armenia and Azerbaijan agreed on a »ceasefire«." in message.text
    assert f'<div lang="{language}"' in message.html
    assert '<blockquote lang="en"' in message.html


def test_an_unknown_language_gets_english_words() -> None:
    assert message_for(outgoing(an_alert()), "xx") == message_for(outgoing(an_alert()), "en")
