from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, a_feed
from worker.model import Article, Entry, Outcome, Page, ParsedFeed
from worker.normalise import articles_of, fingerprint_of, identities, identity_reason, normalise, with_page
from worker.parse import parse

FEED = a_feed(url="https://gazette.example/rss", publisher="Border Gazette", family="gazette", country="")
DATA = Path(__file__).parent / "data" / "feeds"


def a_document(*entries: Entry) -> ParsedFeed:
    return ParsedFeed(Outcome.NEW, "rss20", url="https://gazette.example/", entries=entries)


def an_entry(**changes: Any) -> Entry:
    entry = Entry(guid="gazette-1", url="https://gazette.example/news/1", title="Bridge reopens", permalink=False)
    return replace(entry, **changes)


def normalised(**changes: Any) -> Article:
    entry = an_entry(**changes)
    return normalise(entry, FEED, a_document(entry), NOW)


def keys_of(*entries: Entry) -> list[str]:
    return [article.key for article in articles_of(a_document(*entries), FEED, NOW)]


def test_an_entry_becomes_an_article() -> None:
    parsed = parse((DATA / "rss.xml").read_bytes(), FEED.url)

    article = articles_of(parsed, FEED, NOW)[0]

    assert article == Article(
        key="https://gazette.example/news/1",
        identity="https://gazette.example/news/1",
        url="https://gazette.example/news/1",
        title="Ministers meet & talk in Tbilisi",
        summary="The ministers met for an hour.",
        text="The ministers met for an hour.\n\nThey will meet again.",
        author="Nare Petrosyan",
        language="en",
        publisher="Border Gazette",
        family="gazette",
        published_at=datetime(2026, 3, 14, 7, 30, tzinfo=UTC),
        first_seen_at=NOW,
        fingerprint=article.fingerprint,
    )


# Identity


def test_a_mass_change_of_guids_changes_no_key() -> None:
    before = [an_entry(guid=f"http://old/{n}", url=f"https://gazette.example/{n}", title=f"News {n}") for n in range(9)]
    after = [replace(entry, guid=entry.guid.replace("http://old", "https://new")) for entry in before]

    assert keys_of(*after) == keys_of(*before)


def test_a_move_to_https_and_to_www_changes_no_key() -> None:
    assert keys_of(an_entry(url="http://gazette.example/1")) == keys_of(an_entry(url="https://www.gazette.example/1/"))


def test_one_guid_for_all_entries_identifies_none() -> None:
    keys = keys_of(*(an_entry(guid="feed", url=f"https://gazette.example/{n}", title=f"News {n}") for n in (1, 2)))

    assert keys == ["https://gazette.example/1", "https://gazette.example/2"]


def test_one_guid_for_all_entries_without_links_yields_to_what_they_say() -> None:
    keys = keys_of(*(an_entry(guid="feed", url="", title=f"News {n}") for n in (1, 2)))

    assert len(set(keys)) == 2


def test_a_guid_is_an_identity_that_any_database_stores() -> None:
    assert identities([an_entry(guid=" a\0b\ud800c ", url="")], FEED) == ("guid:abc",)
    assert identities([an_entry(guid="a\0b", url="")], FEED, repeated=["a\0b"])[0].startswith("hash:")


def test_a_guid_reused_for_new_news_is_a_new_article() -> None:
    assert keys_of(an_entry(url="https://gazette.example/1")) != keys_of(an_entry(url="https://gazette.example/2"))


def test_one_link_for_all_entries_yields_to_the_guid() -> None:
    live = "https://gazette.example/live"

    keys = keys_of(an_entry(guid="a", url=live, title="One"), an_entry(guid="b", url=live, title="Two"))

    assert keys == ["https://gazette.example/rss#guid:a", "https://gazette.example/rss#guid:b"]


def test_fragments_count_where_nothing_else_tells_entries_apart() -> None:
    live = "https://gazette.example/live"

    keys = keys_of(an_entry(guid="x", url=f"{live}#1", title="One"), an_entry(guid="x", url=f"{live}#2", title="Two"))

    assert keys == [f"{live}#1", f"{live}#2"]


def test_a_link_shared_with_a_known_item_identifies_nothing() -> None:
    live = "https://gazette.example/live"

    assert identities([an_entry(guid="a", url=live)], FEED, repeated=[live]) == ("guid:a",)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://gazette.example/",
        "https://gazette.example/rss",
        "https://bit.ly/1",
        "https://news.google.com/rss/articles/C1",
    ],
)
def test_where_the_link_names_no_article_the_guid_does(link: str) -> None:
    assert keys_of(an_entry(url=link)) == ["https://gazette.example/rss#guid:gazette-1"]


def test_no_guid_and_no_link_leave_what_the_entry_says() -> None:
    one = an_entry(guid="", url="", published="Sat, 14 Mar 2026 10:00:00 GMT")

    key = keys_of(one)[0]

    assert key.startswith("https://gazette.example/rss#hash:")
    assert keys_of(one) == [key]
    assert keys_of(replace(one, title="Bridge closes")) != [key]


def test_a_permalink_serves_as_link() -> None:
    entry = an_entry(guid="https://gazette.example/news/9", url="", permalink=True)

    assert keys_of(entry) == ["https://gazette.example/news/9"]


def test_a_guid_that_is_said_to_be_no_link_does_not_serve_as_one() -> None:
    entry = an_entry(guid="https://gazette.example/news/9", url="", permalink=False)

    assert keys_of(entry) == ["https://gazette.example/rss#guid:https://gazette.example/news/9"]


def test_the_same_address_with_a_new_headline_is_a_revision() -> None:
    before, after = normalised(title="Bridge reopens"), normalised(title="Bridge reopens after repairs")

    assert after.key == before.key
    assert after.fingerprint != before.fingerprint


def test_the_same_title_at_another_address_is_another_article() -> None:
    assert normalised(url="https://gazette.example/1").key != normalised(url="https://gazette.example/2").key


def test_a_new_date_alone_is_no_revision() -> None:
    before = normalised(published="Sat, 14 Mar 2026 10:00:00 GMT")
    after = normalised(published="Sat, 14 Mar 2026 11:00:00 GMT")

    assert after.fingerprint == before.fingerprint


@pytest.mark.parametrize(
    ("before", "after", "revised"),
    [
        ({"title": "Shelling near Jermuk"}, {"title": "Shelling near Jermuk (VIDEO)"}, False),
        ({"title": "Shelling near Jermuk (12)"}, {"title": "Shelling near Jermuk (15)"}, False),
        ({"summary": "They met. 1,204 views"}, {"summary": "They met. 1,377 views"}, False),
        ({"summary": "They met. Updated 14:05"}, {"summary": "They met. Updated 15:10"}, False),
        ({"title": "5 killed near Jermuk"}, {"title": "7 killed near Jermuk"}, True),
        ({"title": "Three wounded"}, {"title": "Three wounded (CORRECTED)"}, True),
    ],
)
def test_counters_clocks_and_marks_make_no_revision_and_tolls_do(
    before: dict[str, str], after: dict[str, str], *, revised: bool
) -> None:
    assert (normalised(**before).fingerprint != normalised(**after).fingerprint) is revised


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (an_entry(), "its address"),
        (an_entry(url="", guid="tag:1", permalink=False), "its GUID: it has no address"),
        (an_entry(url="https://gazette.example/", guid="tag:1"), "its GUID: it has no address of its own"),
        (an_entry(url="", guid=""), "a hash of what it says: neither its address nor its GUID is its own"),
    ],
)
def test_a_person_is_told_what_an_identity_is_taken_from(entry: Entry, reason: str) -> None:
    (identity,) = identities([entry], FEED)

    assert identity_reason(entry, identity) == reason


def test_an_agencys_own_article_credits_nobody() -> None:
    text = "МОСКВА, 25 сен - РИА Новости. Мост открыт."

    own = normalise(an_entry(summary=text), replace(FEED, publisher="РИА Новости"), a_document(), NOW)

    assert (own.credit, normalised(summary=text).credit) == ("", "RIA Novosti")


def test_an_entry_that_stands_twice_is_one_article() -> None:
    assert keys_of(an_entry(), an_entry(guid="other")) == ["https://gazette.example/news/1"]


def test_an_entry_that_says_nothing_is_no_article() -> None:
    assert keys_of(Entry(), an_entry()) == ["https://gazette.example/news/1"]


def test_the_same_article_in_two_feeds_has_one_key() -> None:
    other = a_feed(url="https://other.example/rss")
    entry = an_entry()

    assert normalise(entry, other, a_document(entry), NOW).key == normalised().key


# Times


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Sat, 14 Mar 2026 12:00:00 AZT", datetime(2026, 3, 14, 8, tzinfo=UTC)),
        ("Sat, 14 Mar 2026 12:00:00 AMT", datetime(2026, 3, 14, 8, tzinfo=UTC)),
        ("Sat, 14 Mar 2026 12:00:00 MSK", datetime(2026, 3, 14, 9, tzinfo=UTC)),
        ("13 марта 2026, 10:00", datetime(2026, 3, 13, 10, tzinfo=UTC)),
        ("1773396000", datetime(2026, 3, 13, 10, tzinfo=UTC)),
        ("2016/6/29", datetime(2016, 6, 29, tzinfo=UTC)),
    ],
)
def test_times_are_kept_in_utc(raw: str, moment: datetime) -> None:
    assert normalised(published=raw).published_at == moment


@pytest.mark.parametrize("raw", ["", "soon", "Sat, 14 Mar 2026 14:00:00 GMT", "2030-01-01", "1 Jan 1970"])
def test_no_date_and_a_date_in_the_future_are_unknown_and_not_now(raw: str) -> None:
    assert normalised(published=raw).published_at is None


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        ("soon", "published_at: 'soon' is no date"),
        ("2030-01-01", "published_at: '2030-01-01' lies in the future"),
    ],
)
def test_a_date_that_is_not_believed_leaves_a_note(raw: str, note: str) -> None:
    assert note in normalised(published=raw).notes


def test_a_time_without_a_zone_is_the_outlets_time() -> None:
    entry = an_entry(published="14 Mar 2026 12:00")

    article = normalise(entry, replace(FEED, country="AM"), a_document(entry), NOW)

    assert article.published_at == datetime(2026, 3, 14, 8, tzinfo=UTC)


def test_an_update_is_the_publication_where_nothing_else_is_said() -> None:
    article = normalised(updated="2026-03-14T10:00:00Z")

    assert (article.published_at, article.updated_at) == (datetime(2026, 3, 14, 10, tzinfo=UTC), None)


def test_the_time_of_the_poll_is_kept_beside_the_publishers() -> None:
    assert normalised().first_seen_at == NOW


def test_a_date_printed_above_the_text_beats_a_feed_that_dates_anew() -> None:
    text = "<p>Today: Mar 14, 2026</p><p>Bridge reopens</p><p>September 20, 2023</p><p>The bridge is open.</p>"

    article = normalised(published="Sat, 14 Mar 2026 10:00:00 GMT", summary=text)

    assert article.published_at == datetime(2023, 9, 20, tzinfo=UTC)
    assert article.updated_at == datetime(2026, 3, 14, 10, tzinfo=UTC)
    assert "published_at: 2023-09-20 as printed above the text, not the feed's" in article.notes


def test_a_banner_is_not_the_date_of_an_article() -> None:
    article = normalised(summary="<p>Today: Mar 14, 2026</p><p>The bridge is open.</p>")

    assert article.published_at is None
    assert article.summary == "The bridge is open."


# Text


def test_text_is_plain_and_loses_its_tail() -> None:
    article = normalised(content="<p>The bridge is open.</p><p>Don't Miss</p><p>War goes on elsewhere</p>")

    assert article.text == "The bridge is open."
    assert 'text: cut at "Don\'t Miss"' in article.notes


def test_a_summary_that_repeats_the_text_is_kept_once() -> None:
    article = normalised(summary="<p>The bridge is open.</p>", content="<div>The bridge is open.</div>")

    assert (article.summary, article.text) == ("The bridge is open.", "")


def test_a_title_loses_the_outlets_name() -> None:
    assert normalised(title="Bridge reopens after two years - Border Gazette").title == "Bridge reopens after two years"


@pytest.mark.parametrize("mark", ["(URGENT) Bridge reopens", "UPDATE 2: Bridge reopens", "(CORRECTED) Bridge reopens"])
def test_marks_in_a_title_are_information(mark: str) -> None:
    article = normalised(title=mark)

    assert article.title == mark
    assert article.labels


def test_nothing_active_survives() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>Text&lt;script&gt;alert(1)&lt;/script&gt;"

    article = normalised(title=hostile, summary=hostile, content=hostile, author=hostile, url="javascript:alert(1)")

    assert "alert" not in repr(article)


@pytest.mark.parametrize(
    ("title", "language"),
    [("Körpü yenidən açıldı", "az"), ("Köprü açıldı, yol hazır", "tr"), ("Мост снова открыт", "ru")],
)
def test_the_language_is_read_from_the_words(title: str, language: str) -> None:
    assert normalised(title=title).language == language


# Publishers


def test_an_aggregators_source_is_the_publisher() -> None:
    article = normalised(
        title="Bridge reopens after two years - Outlet Daily",
        source_name="Outlet Daily",
        source_url="https://www.outlet.example/",
    )

    assert (article.publisher, article.family) == ("Outlet Daily", "outlet-daily")
    assert article.title == "Bridge reopens after two years"


def test_an_aggregators_source_belongs_to_the_family_it_is_known_to_belong_to() -> None:
    entry = an_entry(source_name="Outlet Daily", source_url="https://www.outlet.example/")

    article = articles_of(a_document(entry), FEED, NOW, {"outlet.example": "outlet-group"})[0]

    assert article.family == "outlet-group"


@pytest.mark.parametrize(
    "source",
    [
        {"source_name": "Border Gazette"},
        {"source_name": "World desk", "source_url": "https://gazette.example/world"},
        {},
    ],
)
def test_an_outlet_that_names_itself_stays_the_publisher(source: dict[str, str]) -> None:
    article = normalised(**source)

    assert (article.publisher, article.family) == ("Border Gazette", "gazette")


def test_a_credit_line_is_noted() -> None:
    assert normalised(summary="TBILISI (Reuters) - The bridge is open.").credit == "Reuters"


def test_a_machines_byline_is_a_hint_with_a_reason() -> None:
    article = normalised(author="OpenAI")

    assert article.machine_written
    assert "machine_written: author: OpenAI" in article.notes


# Pages

PAGE = Page(
    title="The bridge reopens",
    text="The bridge is open.\n\nCars cross it.",
    author="Nare",
    published_at=datetime(2026, 3, 14, 13, 0, tzinfo=UTC).astimezone(),
    notes=("published_at: JSON-LD datePublished",),
)


def test_a_page_completes_what_the_feed_left_open() -> None:
    article = with_page(normalised(title="", summary="Teaser"), replace(PAGE, published_at=NOW), NOW)

    assert (article.title, article.text, article.author) == ("The bridge reopens", PAGE.text, "Nare")
    assert article.published_at == NOW
    assert "page: published_at: JSON-LD datePublished" in article.notes


def test_the_feeds_title_and_time_come_first() -> None:
    article = with_page(normalised(published="2026-03-14T10:00:00Z"), replace(PAGE, published_at=NOW), NOW)

    assert article.title == "Bridge reopens"
    assert article.published_at == datetime(2026, 3, 14, 10, tzinfo=UTC)


def test_a_page_that_dates_the_article_days_earlier_is_believed() -> None:
    earlier = replace(PAGE, published_at=datetime(2023, 9, 20, tzinfo=UTC))

    article = with_page(normalised(published="2026-03-14T10:00:00Z"), earlier, NOW)

    assert article.published_at == datetime(2023, 9, 20, tzinfo=UTC)
    assert article.updated_at == datetime(2026, 3, 14, 10, tzinfo=UTC)


def test_a_page_from_the_future_is_not_believed() -> None:
    assert with_page(normalised(), replace(PAGE, published_at=NOW + timedelta(days=1)), NOW).published_at is None


def test_the_feeds_text_stays_where_the_page_has_none() -> None:
    assert with_page(normalised(content="<p>From the feed.</p>"), Page(), NOW).text == "From the feed."


def test_a_page_is_no_revision_of_its_feed() -> None:
    before = normalised()

    assert with_page(before, replace(PAGE, published_at=None), NOW).fingerprint == before.fingerprint


# Properties

words = st.text(max_size=40)
entries = st.builds(
    Entry,
    guid=words,
    url=st.one_of(words, st.just("https://gazette.example/1"), st.just("javascript:alert(1)")),
    title=words,
    summary=words,
    content=words,
    author=words,
    published=st.one_of(words, st.just("Sat, 14 Mar 2026 12:00:00 AZT"), st.just("99999999999999")),
    updated=words,
    language=words,
    source_name=words,
    source_url=words,
    permalink=st.booleans(),
)


@given(st.lists(entries, max_size=5))
def test_normalise_never_raises_and_keys_are_unique(listed: list[Entry]) -> None:
    articles = articles_of(a_document(*listed), FEED, NOW)

    assert len({article.key for article in articles}) == len(articles)
    assert all(article.published_at is None or article.published_at <= NOW + timedelta(hours=1) for article in articles)


@given(st.lists(entries, max_size=5))
def test_the_same_document_gives_the_same_articles(listed: list[Entry]) -> None:
    assert articles_of(a_document(*listed), FEED, NOW) == articles_of(a_document(*listed), FEED, NOW)


@given(words, words, words, words, words, words)
def test_a_fingerprint_changes_with_any_of_its_words(a: str, b: str, c: str, d: str, e: str, f: str) -> None:
    assert (fingerprint_of(a, b, c) == fingerprint_of(d, e, f)) == ((a, b, c) == (d, e, f))


@pytest.mark.parametrize("sentence", ["Baku broke the truce of 10.11.2020.", "On 24 February 2022 war began."])
def test_a_sentence_with_a_date_in_it_is_no_dateline(sentence: str) -> None:
    article = normalised(summary=sentence)

    assert article.summary == sentence
    assert article.published_at is None or article.published_at.year > 2022
