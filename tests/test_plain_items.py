"""Plain items are read as feedparser reads them, or left to it."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.farm import Farm
from worker.model import ParsedFeed
from worker.parse import parse, xml_feed
from worker.parse.elements import NotPlainError
from worker.parse.items import items_of
from worker.parse.plain_head import read_plain_head
from worker.parse.plain_items import PLACE, PlainItems, read_plain_items

URL = "https://outlet.example/feeds/news.xml"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def rss(item: str, attributes: str = "") -> str:
    names = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:odd="urn:odd"'
    )
    root = f'<rss version="2.0" {names}{attributes}>'
    return f"{DECLARATION}{root}<channel><title>T</title><item>{item}</item></channel></rss>"


def atom(entry: str, attributes: str = "") -> str:
    name = 'xmlns="http://www.w3.org/2005/Atom"'
    return f"{DECLARATION}<feed {name}{attributes}><title>T</title><entry>{entry}</entry></feed>"


def by_feedparser_alone(body: bytes) -> ParsedFeed:
    with patch.object(xml_feed, "read_plain_items", side_effect=NotPlainError):
        return parse(body, URL)


def plain(document: str) -> PlainItems:
    items = items_of(document.encode())
    return read_plain_items(items.around(PLACE), items.texts, URL)


def assert_same(body: bytes) -> None:
    assert parse(body, URL) == by_feedparser_alone(body)


PLAIN = [
    rss("<title>A &amp; B</title><link>https://o.example/1?a=1&amp;b=2</link><guid>https://o.example/1</guid>"),
    rss("<guid>https://o.example/1</guid><title> x </title>"),
    rss("<guid>https://o.example/1</guid><link>https://o.example/2</link>"),
    rss('<title>x</title><guid isPermaLink="false">7</guid><pubDate>Sat, 14 Mar 2026 11:55:00 GMT</pubDate>'),
    rss("<description><![CDATA[<p>One</p>]]></description><content:encoded>&lt;p&gt;All&lt;/p&gt;</content:encoded>"),
    rss("<content:encoded>&lt;p&gt;All&lt;/p&gt;</content:encoded><description>One</description>"),
    rss("<content:encoded>&lt;p&gt;All&lt;/p&gt;</content:encoded>"),
    rss("<dc:creator>A. Writer</dc:creator><dc:date>2026-03-14</dc:date><dc:subject>war</dc:subject>"),
    rss("<author>desk@o.example (A. Writer)</author>"),
    rss('<category domain="d">war</category><category>war</category><category/><category>peace</category>'),
    rss('<category domain="d"/><category>peace</category>'),
    rss('<source url="https://s.example/rss">Source</source><title>x</title>'),
    rss('<title>x</title><media:content url="https://o.example/1.jpg"><media:credit>C</media:credit></media:content>'),
    rss(
        '<title>x</title><odd:title>y</odd:title><odd:link href="z">w</odd:link><comments>https://o.example/c</comments>'
    ),
    rss("<title>x<!-- c -->y</title><description>a<?pi b?>c</description>"),
    rss("<title>caf\u00c3\u00a9</title>"),
    rss("<title>x</title>", ' xml:lang="en_US"'),
    atom('<title>x</title><id>tag:o.example,2026:1</id><link href="https://o.example/1"/>', ' xml:lang="hy"'),
    atom('<id>urn:uuid:1</id><link rel="replies" href="c"/><link href="https://o.example/1"/>'),
    atom('<id>tag:o.example,2026:1</id><title type="html">&lt;b&gt;x&lt;/b&gt;</title>'),
    atom('<link rel="alternate" type="text/html" href="https://o.example/1"/><link href="https://o.example/2"/>'),
    atom("<author><name>A</name><email>a@o.example</email><uri>https://o.example/a</uri></author>"),
    atom('<category term="war" label="War"/><category term="war" label="War"/><published>2026-03-14</published>'),
    atom('<content type="html">&lt;p&gt;x&lt;/p&gt;</content><summary>y</summary><updated>2026-03-14</updated>'),
]
NOT_PLAIN = [
    rss("<title>a\u0093b\u0094</title>"),
    rss("<title>a&#147;b&#X94;</title>"),
    rss("<title>x</title><title>y</title>"),
    rss("<title>a <b>bold</b> one</title>"),
    rss("<link>/relative</link>"),
    rss("<link>https://o.example/?a=1&amp;amp;b=2</link>"),
    rss("<guid>7</guid>"),
    rss("<title>x</title><media:title>y</media:title>"),
    rss("<title>x</title><media:group><media:description>y</media:description></media:group>"),
    rss("<title>don&#146;t</title>"),
    rss("<title>x</title><date>2026-03-14</date>"),
    rss("<title>x</title><odd:y xmlns:odd='http://purl.org/dc/elements/1.1/'/>"),
    rss("<link>https://o.example/1</link>", ' xml:base="https://other.example/"'),
    rss("<title>x &nbsp; y</title>"),
    atom('<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content>'),
    atom('<content type="application/octet-stream">eA==</content>'),
    atom('<content src="https://o.example/1"/>'),
    atom("<author><name>A</name></author><author><name>B</name></author>"),
    atom("<source><title>S</title></source>"),
]


@pytest.mark.parametrize("document", PLAIN)
def test_a_plain_item_is_read_as_feedparser_reads_it(document: str) -> None:
    assert len(plain(document).entries) == 1
    assert_same(document.encode())


@pytest.mark.parametrize("document", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_feedparser(document: str) -> None:
    with pytest.raises(NotPlainError):
        plain(document)
    assert_same(document.encode())


def test_items_that_stand_elsewhere_are_left_to_feedparser() -> None:
    document = rss("<title>x</title>").replace("</channel>", "<image><item><title>y</title></item></image></channel>")

    assert_same(document.encode())


def test_items_in_capitals_are_left_to_feedparser() -> None:
    document = rss("<title>x</title>").replace("</channel>", "<ITEM><title>y</title></ITEM></channel>")

    assert_same(document.encode())


@pytest.mark.parametrize("number", range(3))
def test_a_whole_feed_is_read_as_feedparser_reads_it(number: int, tmp_path: Path) -> None:
    body = (tmp_path / Farm(tmp_path, 3).names[number]).read_bytes()

    assert len(plain(body.decode()).entries) == 30
    assert_same(body)


HEADS = [
    "<link>https://o.example/</link><description>d</description><language>hy</language><ttl>15</ttl>",
    '<atom:link rel="self" href="https://o.example/feed"/><atom:link rel="hub" href="https://hub.example/"/>',
    "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
    "<image><url>https://o.example/i.png</url><title>I</title><link>https://i.example/</link><width>9</width></image>",
    "<lastBuildDate>Sat, 14 Mar 2026 11:55:00 GMT</lastBuildDate><generator>g</generator><copyright>c</copyright>",
    "<managingEditor>a@o.example (A)</managingEditor><webMaster>w</webMaster><category>news</category><docs>d</docs>",
    "<skipHours><hour>5</hour></skipHours><odd:x>y</odd:x><cloud domain='rpc.o.example' port='80'/>",
]
NOT_PLAIN_HEADS = [
    "<title>Again</title>",
    "<link>/relative</link>",
    "<language>ru</language><language>hy</language>",
    "<dc:language>ru</dc:language>",
    "<image><copyright>c</copyright><title>I</title></image>",
    "<textInput><title>I</title><link>https://i.example/</link></textInput>",
    '<atom:link rel="self" href="feed"/>',
    "<description>a <b>b</b></description>",
]


def with_head(head: str, version: str = "2.0") -> str:
    names = (
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:odd="urn:odd"'
    )
    item = "<item><title>x</title></item>"
    return f'{DECLARATION}<rss version="{version}" {names}><channel><title>T</title>{head}{item}</channel></rss>'


def head_of(document: str) -> object:
    return read_plain_head(plain(document))


@pytest.mark.parametrize("head", HEADS)
def test_a_plain_head_is_read_as_feedparser_reads_it(head: str) -> None:
    assert head_of(with_head(head)) is not None
    assert_same(with_head(head).encode())


@pytest.mark.parametrize("head", NOT_PLAIN_HEADS)
def test_a_head_that_is_not_plain_is_left_to_feedparser(head: str) -> None:
    assert head_of(with_head(head)) is None
    assert_same(with_head(head).encode())


@pytest.mark.parametrize("version", ["0.91", "2.0.1", "", "1.0"])
def test_other_versions_are_left_to_feedparser(version: str) -> None:
    assert head_of(with_head("", version)) is None
    assert_same(with_head("", version).encode())


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
NAMES = (
    "title link guid description content:encoded author dc:creator pubDate category odd:x media:title media:content "
    "comments enclosure source updated dc:date summary content"
)
ELEMENTS = st.sampled_from(NAMES.split())


@given(st.lists(st.tuples(ELEMENTS, TEXTS), max_size=6))
def test_any_rss_item_is_read_as_feedparser_reads_it(parts: list[tuple[str, str]]) -> None:
    assert_same(rss("".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts)).encode("utf-8", "replace"))


LINKS = st.sampled_from(
    ["https://o.example/1", "http://o.example", "https://o.example/?#", "/1", "tag:o,2026:1", "7", ""]
)


@given(LINKS, LINKS, st.sampled_from(["", ' isPermaLink="false"', ' isPermaLink="TRUE"']), st.booleans())
def test_links_and_guids_are_read_as_feedparser_reads_them(link: str, guid: str, said: str, link_first: bool) -> None:
    parts = [f"<link>{link}</link>", f"<guid{said}>{guid}</guid>"]

    assert_same(rss("".join(parts if link_first else parts[::-1])).encode())


@given(st.lists(st.tuples(st.sampled_from(["title", "summary", "content", "id", "updated"]), TEXTS), max_size=5), LINKS)
def test_any_atom_entry_is_read_as_feedparser_reads_it(parts: list[tuple[str, str]], link: str) -> None:
    entry = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts)

    assert_same(atom(f'{entry}<link href="{link}"/>', ' xml:lang="en"').encode("utf-8", "replace"))


IN_HEADS = (
    "title link guid id description language ttl sy:updatePeriod sy:updateFrequency lastBuildDate pubDate generator "
    "copyright category author managingEditor docs odd:x dc:language dc:title image textInput summary logo"
)
ATTRIBUTES = ["", ' isPermaLink="false"', ' type="html"', ' xml:lang="ka"', ' href="https://o.example/?a=1&amp;b=2"']
HEAD_TEXTS = st.sampled_from(
    ["https://o.example/", "ru", "15", " daily ", "tag:o,2026:1", "", "<b>", "caf\u00c3\u00a9"]
)
HEAD_ELEMENTS = st.tuples(st.sampled_from(IN_HEADS.split()), st.sampled_from(ATTRIBUTES), HEAD_TEXTS | TEXTS).map(
    lambda found: f"<{found[0]}{found[1]}>{escape(found[2])}</{found[0]}>"
)
HEAD_LINKS = st.tuples(st.sampled_from(["self", "HUB", "alternate", "next", ""]), LINKS).map(
    lambda found: f'<atom:link rel="{found[0]}" href="{found[1]}"/>'
)
HEAD_IMAGES = st.lists(HEAD_ELEMENTS, max_size=3).map(lambda found: f"<image>{''.join(found)}</image>")


@given(st.lists(HEAD_ELEMENTS | HEAD_LINKS | HEAD_IMAGES, max_size=5).map("".join))
def test_any_rss_head_is_read_as_feedparser_reads_it(head: str) -> None:
    assert_same(with_head(head).encode("utf-8", "replace"))


@given(st.lists(HEAD_ELEMENTS | HEAD_LINKS | HEAD_IMAGES, max_size=5).map("".join), st.sampled_from(["", "en_US"]))
def test_any_atom_head_is_read_as_feedparser_reads_it(head: str, language: str) -> None:
    names = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    document = atom("<title>x</title>", f' xml:lang="{language}" {names} xmlns:odd="urn:odd"')

    body = document.replace("<title>T</title>", head.replace("atom:", "")).encode("utf-8", "replace")

    assert_same(body)


@pytest.mark.shared
def test_captured_feeds_are_read_as_feedparser_reads_them(shared: Path) -> None:
    bodies = [
        path.read_bytes() for path in sorted((shared / "data" / "feeds").iterdir()) if path.stat().st_size < 200_000
    ]

    differing = [body[:200] for body in bodies if parse(body, URL) != by_feedparser_alone(body)]

    assert differing == []
