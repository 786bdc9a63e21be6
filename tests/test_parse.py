from __future__ import annotations

import codecs
import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.model import Entry, Outcome, ParsedFeed
from worker.parse import parse
from worker.parse.items import MAX_ELEMENTS, MAX_ITEMS

DATA = Path(__file__).parent / "data" / "feeds"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "feeds"
URL = "https://gazette.example/rss"
RUSSIAN = "Перемирие на границе: стороны договорились вечером о прекращении огня"


def a_document(items: str, encoding: str = "utf-8") -> str:
    head = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>Gazette</title>'
    return f"{head}{items}</channel></rss>"


def an_item(number: int = 1, **fields: Any) -> str:
    values = {"title": f"News {number}", "link": f"https://gazette.example/{number}"} | fields
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in values.items()) + "</item>"


def captured(name: str) -> bytes:
    return (DATA / name).read_bytes()


def test_rss_is_read_as_published() -> None:
    feed = parse(captured("rss.xml"), URL)

    assert (feed.outcome, feed.version, feed.encoding) == (Outcome.NEW, "rss20", "utf-8")
    assert (feed.title, feed.url, feed.language) == ("Border Gazette", "https://gazette.example/", "en")
    assert (feed.ttl_s, feed.hub_url, feed.self_url) == (1800, "https://hub.example/", "https://gazette.example/rss")
    assert feed.problems == ()
    assert feed.entries[0] == Entry(
        guid="gazette-1",
        url="https://gazette.example/news/1",
        title="Ministers meet &amp; talk in Tbilisi",
        summary="<p>The ministers met for an hour.</p>",
        content="<p>The ministers met for an hour.</p><p>They will meet again.</p>",
        author="Nare Petrosyan",
        published="Sat, 14 Mar 2026 11:30:00 AMT",
        permalink=False,
        categories=("Politics",),
    )


def test_atom_is_read_as_published() -> None:
    feed = parse(captured("atom.xml"), "https://cdn.example/atom")

    entry = feed.entries[0]
    assert (feed.version, feed.language, feed.self_url) == ("atom10", "ka", "https://mtis.example/atom")
    assert (entry.guid, entry.url) == ("tag:mtis.example,2026:1", "https://mtis.example/news/1")
    assert (entry.published, entry.updated) == ("2026-03-14T10:00:00+04:00", "2026-03-14T11:00:00+04:00")
    assert (entry.title, entry.author, entry.language) == ("ხიდი გაიხსნა", "ნინო", "ka")
    assert "მოძრაობა აღდგა." in entry.content


def test_rdf_is_read_as_published() -> None:
    feed = parse(captured("rdf.xml"), "https://dag.example/rdf")

    assert (feed.version, feed.ttl_s) == ("rss10", 1800)
    assert feed.entries[0].url == "https://dag.example/xeber/1"
    assert feed.entries[0].updated == "2026-03-14T10:00:00+04:00"


def test_json_feed_may_name_hubs_of_another_protocol_first() -> None:
    hubs = b'[{"type": "rssCloud", "url": "https://a.example/"}, {"type": "WebSub", "url": "https://b.example/"}]'
    feed = parse(b'{"version": "https://jsonfeed.org/version/1.1", "items": [], "hubs": ' + hubs + b"}", "")

    assert feed.hub_url == "https://b.example/"


def test_json_feed_has_a_reader_of_its_own() -> None:
    feed = parse(captured("feed.json"), "https://haber.example/feed.json")

    assert (feed.outcome, feed.version, feed.language) == (Outcome.NEW, "json11", "tr")
    assert (feed.hub_url, feed.url) == ("https://hub.example/", "https://haber.example/")
    assert feed.entries[0] == Entry(
        guid="1",
        url="https://haber.example/haber/1",
        title="Köprü &lt;açıldı&gt; &amp; yol hazır",
        summary="Köprü açıldı.",
        content="<p>Köprü açıldı.</p>",
        author="Ayşe, Mehmet",
        published="2026-03-14T10:00:00+03:00",
        updated="2026-03-14T11:00:00+03:00",
        categories=("yol",),
    )
    assert feed.entries[1] == Entry(guid="2", content="1 &lt; 2", author="Can")


def test_a_news_sitemap_has_a_reader_of_its_own() -> None:
    feed = parse(captured("news_sitemap.xml"), "https://lur.example/sitemap.xml")

    assert (feed.outcome, feed.version) == (Outcome.NEW, "news_sitemap")
    assert feed.entries == (
        Entry(
            guid="https://lur.example/hy/1",
            url="https://lur.example/hy/1",
            title="Կամուրջը բացվել է",
            published="2026-03-14T10:00:00+04:00",
            updated="2026-03-14T11:00:00+04:00",
            language="hy",
            categories=("կամուրջ", "ճանապարհ"),
        ),
    )


@pytest.mark.parametrize(
    "body",
    [
        captured("challenge.html"),
        b"",
        b"   \n",
        b"\x00\x01\x02\xff",
        b"Service unavailable",
        b"{}",
        b'{"items": "none"}',
        b"[1, 2]",
        b'{"title": "torn',
        b"<html><body><h1>502 Bad Gateway</h1></body></html>",
        b"<opml><body/></opml>",
        b"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap/></sitemapindex>",
        b"\x1f\x8b\x08\x00garbage",
    ],
)
def test_what_is_no_feed_is_named_so(body: bytes) -> None:
    feed = parse(body, URL)

    assert feed.outcome is Outcome.NOT_A_FEED
    assert feed.entries == ()
    assert feed.problems != ()


def test_a_feed_without_entries_is_empty_and_not_broken() -> None:
    assert parse(a_document("").encode(), URL).outcome is Outcome.EMPTY


@pytest.mark.parametrize(
    "body",
    [
        a_document(an_item(title=RUSSIAN), "windows-1251").encode("cp1251"),
        a_document(an_item(title=RUSSIAN), "utf-8").encode("cp1251"),
        a_document(an_item(title=RUSSIAN), "windows-1251").encode(),
        codecs.BOM_UTF8 + a_document(an_item(title=RUSSIAN)).encode(),
        a_document(an_item(title=RUSSIAN), "utf-16").encode("utf-16"),
        a_document(an_item(title=RUSSIAN), "utf-16").encode("utf-16-be"),
        a_document(an_item(title=RUSSIAN), "utf-8").encode("utf-16-le"),
        a_document(an_item(title=RUSSIAN), "koi8-r").encode("koi8-r"),
    ],
)
@pytest.mark.parametrize(
    "content_type", ["", "text/xml", "text/xml; charset=iso-8859-1", "application/rss+xml; charset=utf-8"]
)
def test_russian_is_read_whatever_is_said_of_its_encoding(body: bytes, content_type: str) -> None:
    assert parse(body, URL, content_type).entries[0].title == RUSSIAN


@pytest.mark.parametrize(
    "body",
    [
        b" \n\t" + a_document(an_item()).encode(),
        b"\xef\xbb\xbf\n" + a_document(an_item()).encode(),
        b"<br />\n<b>Warning</b>:  Undefined index in <b>/srv/rss.php</b> on line <b>7</b><br />\n"
        + a_document(an_item()).encode(),
        a_document(an_item(description="a\x0bb\x01c")).encode(),
        a_document(an_item(description="salt & pepper")).encode(),
        a_document(an_item(description="a&nbsp;b &laquo;c&raquo;")).encode(),
        a_document(an_item(description="<p>unclosed")).encode(),
        a_document(an_item()).encode() + b"<script>counter()</script>",
        a_document(an_item()).removesuffix("</channel></rss>").encode(),
        a_document(an_item()).encode() + b"\x00\x00",
    ],
)
def test_a_broken_document_still_gives_its_entries(body: bytes) -> None:
    feed = parse(body, URL)

    assert [entry.title for entry in feed.entries] == ["News 1"]
    assert feed.entries[0].url == "https://gazette.example/1"


@pytest.mark.parametrize("reference", ["&#xD800;", "&#55296;", "&#99999999999999999999;", "&#0;", "&#x110000;"])
def test_a_reference_to_no_character_hides_no_entry(reference: str) -> None:
    feed = parse(a_document(an_item(1, title=f"News{reference} 1") + an_item(2)).encode(), URL)

    assert [entry.title for entry in feed.entries] == ["News 1", "News 2"]


def test_an_item_that_breaks_the_parser_hides_no_other() -> None:
    poison = "<author></media:player><media:player url='u'>"  # KeyError in feedparser 6
    items = an_item(1) + an_item(2).replace("<title>", f"{poison}<title>") + an_item(3)
    body = a_document(items).replace("<rss", '<rss xmlns:media="http://search.yahoo.com/mrss/"').encode()

    feed = parse(body, URL)

    assert [entry.title for entry in feed.entries] == ["News 1", "News 3"]
    assert feed.problems == ("unreadable: KeyError: 'media_player'", "read item by item")


def test_a_head_that_breaks_the_parser_hides_no_entry() -> None:
    head = "<image><media:x/></image><author></media:player><media:player url='u'>"
    body = a_document(head + an_item(1) + an_item(2)).replace(
        "<rss", '<rss xmlns:media="http://search.yahoo.com/mrss/"'
    )

    assert [entry.title for entry in parse(body.encode(), URL).entries] == ["News 1", "News 2"]


def test_a_torn_document_loses_its_last_half_item() -> None:
    whole = a_document(an_item(1) + an_item(2)).encode()

    feed = parse(whole[: whole.index(b"News 2") + 3], URL)

    assert [entry.title for entry in feed.entries] == ["News 1"]
    assert "torn" in feed.problems[0]


def test_a_torn_document_keeps_a_last_item_that_can_be_identified() -> None:
    whole = a_document(an_item(1) + an_item(2, description="A long text")).encode()

    feed = parse(whole[: whole.index(b"long text")], URL)

    assert [entry.url for entry in feed.entries] == ["https://gazette.example/1", "https://gazette.example/2"]


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET", encoding="utf-8")
    doctype = f'<!DOCTYPE rss [<!ENTITY file SYSTEM "{secret.as_uri()}">]>'
    document = a_document(an_item(title="News &file;")).replace("<rss", f"{doctype}<rss")

    feed = parse(document.encode(), URL)

    assert "SECRET" not in repr(feed)


def test_an_entity_bomb_stays_small() -> None:
    levels = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE rss [<!ENTITY b0 "boom">{levels}]>'
    document = a_document(an_item(title="News &b9;")).replace("<rss", f"{doctype}<rss")

    assert len(repr(parse(document.encode(), URL))) < 5000


def test_an_entity_bomb_in_a_sitemap_stays_small() -> None:
    levels = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    sitemap = (
        captured("news_sitemap.xml").decode().replace("<urlset", f'<!DOCTYPE u [<!ENTITY b0 "boom">{levels}]><urlset')
    )

    feed = parse(sitemap.replace("Կամուրջը", "&b9;").encode(), URL)

    assert len(repr(feed)) < 5000


def test_a_file_name_as_a_body_is_not_opened(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(a_document(an_item()), encoding="utf-8")

    assert parse(str(feed).encode(), URL).outcome is Outcome.NOT_A_FEED


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/news/7", "https://gazette.example/news/7"),
        ("http://http://gazette.example/7", "http://gazette.example/7"),
        ("//cdn.example/7", "https://cdn.example/7"),
        ("javascript:alert(1)", ""),
        ("https://gazette.example/7?a=1&amp;b=2", "https://gazette.example/7?a=1&b=2"),
        ("https://gazette.example/7?a=1&b=2", "https://gazette.example/7?a=1&b=2"),
    ],
)
def test_links_come_out_absolute_or_not_at_all(link: str, url: str) -> None:
    assert parse(a_document(an_item(link=link)).encode(), URL).entries[0].url == url


def test_a_permanent_guid_is_the_link_where_there_is_no_other() -> None:
    item = "<item><title>News</title><guid>https://gazette.example/7</guid></item>"

    entry = parse(a_document(item).encode(), URL).entries[0]

    assert (entry.url, entry.permalink) == ("https://gazette.example/7", True)


def test_the_source_of_an_aggregated_item_is_kept() -> None:
    item = an_item().replace("</item>", '<source url="https://outlet.example">Outlet Daily</source></item>')

    entry = parse(a_document(item).encode(), "https://aggregator.example/rss").entries[0]

    assert (entry.source_name, entry.source_url) == ("Outlet Daily", "https://outlet.example/")


def test_an_updated_time_is_not_taken_for_a_published_one() -> None:
    atom = captured("atom.xml").decode().replace("<published>2026-03-14T10:00:00+04:00</published>", "")

    entry = parse(atom.encode(), URL).entries[0]

    assert (entry.published, entry.updated) == ("", "2026-03-14T11:00:00+04:00")


@pytest.mark.parametrize(
    ("hint", "seconds"),
    [
        ("<ttl>60</ttl>", 3600.0),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>nan</ttl>", None),
        ("", None),
    ],
)
def test_the_feeds_hint_is_read_in_seconds(hint: str, seconds: float | None) -> None:
    assert parse(a_document(hint + an_item()).encode(), URL).ttl_s == seconds


def test_known_items_are_not_read_again() -> None:
    first = parse(a_document(an_item(1) + an_item(2)).encode(), URL)

    second = parse(a_document(an_item(3) + an_item(1) + an_item(2)).encode(), URL, known=set(first.item_hashes))

    assert [entry.title for entry in second.entries] == ["News 3"]
    assert second.item_hashes[1:] == first.item_hashes
    assert second.title == "Gazette"


def test_a_changed_item_is_read_again() -> None:
    first = parse(a_document(an_item(1) + an_item(2)).encode(), URL)

    second = parse(a_document(an_item(1) + an_item(2, title="Changed")).encode(), URL, known=set(first.item_hashes))

    assert [entry.title for entry in second.entries] == ["Changed"]


def test_a_feed_of_known_items_is_not_empty() -> None:
    body = a_document(an_item()).encode()

    feed = parse(body, URL, known=set(parse(body, URL).item_hashes))

    assert (feed.outcome, feed.entries) == (Outcome.NEW, ())


def test_borders_of_items_inside_cdata_and_comments_do_not_count() -> None:
    items = an_item(1, description="<![CDATA[</item><item>]]>") + "<!-- <item> -->" + an_item(2)

    feed = parse(a_document(items).encode(), URL)

    assert (len(feed.item_hashes), len(feed.entries)) == (2, 2)


def test_addresses_that_items_share_are_named() -> None:
    items = an_item(1, link="https://gazette.example/live") + an_item(2, link="https://gazette.example/live")
    feed = parse(a_document(items).encode(), URL)

    assert feed.repeated == {"https://gazette.example/live"}


def test_of_endless_items_the_first_are_read() -> None:
    feed = parse(a_document("".join(map(an_item, range(MAX_ITEMS + 5)))).encode(), URL)

    assert len(feed.entries) == MAX_ITEMS
    assert feed.entries[0].title == "News 0"


@pytest.mark.parametrize("torn", ["<link ", "<link href=", "<title ", f"<guid>{' ' * 200}"])
def test_tags_that_never_end_are_refused_at_once(torn: str) -> None:
    feed = parse(a_document(f"<item>{torn * MAX_ELEMENTS}</item>{an_item()}").encode(), URL)

    assert feed.outcome is Outcome.NOT_A_FEED


def test_a_document_of_endless_elements_is_refused() -> None:
    feed = parse(a_document("<a>" * (MAX_ELEMENTS + 1)).encode(), URL)

    assert feed.outcome is Outcome.NOT_A_FEED


@given(st.binary())
def test_no_bytes_raise(body: bytes) -> None:
    assert parse(body, URL).outcome in (Outcome.NEW, Outcome.EMPTY, Outcome.NOT_A_FEED)


@given(
    st.integers(min_value=0),
    st.binary(min_size=1, max_size=8),
    st.sampled_from(["rss.xml", "atom.xml", "rdf.xml", "feed.json", "news_sitemap.xml"]),
)
def test_no_damage_raises(position: int, damage: bytes, name: str) -> None:
    body = captured(name)
    at = position % len(body)

    feed = parse(body[:at] + damage + body[at + len(damage) :], URL)

    assert feed.outcome in (Outcome.NEW, Outcome.EMPTY, Outcome.NOT_A_FEED)


def shared_feeds() -> list[Any]:
    if not SHARED.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason="the measuring data is not here"))]
    with (SHARED / "manifest.tsv").open(encoding="utf-8") as manifest:
        return list(csv.DictReader(manifest, delimiter="\t"))


@pytest.mark.shared
@pytest.mark.parametrize("row", shared_feeds(), ids=lambda row: row.get("file", "none")[-40:])
def test_a_captured_feed_gives_its_entries_and_the_same_ones_item_by_item(row: dict[str, str]) -> None:
    body = (SHARED / row["file"]).read_bytes()

    whole = parse(body, "https://captured.example/feed")
    known = set(whole.item_hashes[::2])
    part = parse(body, "https://captured.example/feed", known=known)

    kept = [True] * len(whole.entries) if len(whole.item_hashes) != len(whole.entries) else None
    assert len(whole.entries) >= int(row["feedparser_items"])
    assert whole.outcome is not Outcome.NOT_A_FEED or whole.problems
    assert kept or part.entries == tuple(
        entry for entry, digest in zip(whole.entries, whole.item_hashes, strict=True) if digest not in known
    )


def test_the_hours_and_days_to_skip_are_read() -> None:
    skipped = (
        "<skipHours><hour>0</hour><hour>23</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    )

    feed = parse(a_document(an_item(1)).replace("<item>", f"{skipped}<item>", 1).encode(), URL)

    assert feed.skip_hours == {0, 23}
    assert feed.skip_days == {6}


def test_a_document_of_known_items_is_read_no_further() -> None:
    body = a_document(an_item(1) + an_item(2)).encode()
    hashes = parse(body, URL).item_hashes

    again = parse(body, URL, known=set(hashes))

    assert again == ParsedFeed(Outcome.NEW, encoding="utf-8", item_hashes=hashes)
