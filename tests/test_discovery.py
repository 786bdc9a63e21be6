"""Where a page says, or suggests, that its feeds are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.discovery import (
    Candidate,
    Source,
    linked_feeds,
    named_feeds,
    sitemaps_in,
    sitemaps_named,
    usual_feeds,
    where_the_feed_is,
)

PAGE = "https://outlet.example/en/news"


def a_page(head: str = "", body: str = "") -> bytes:
    return f"<!doctype html><html><head><title>Outlet</title>{head}</head><body>{body}</body></html>".encode()


def urls(candidates: tuple[Candidate, ...]) -> list[str]:
    return [candidate.url for candidate in candidates]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', "https://outlet.example/rss"),
        ("<LINK HREF=/rss TYPE=application/atom+xml REL=ALTERNATE>", "https://outlet.example/rss"),
        (
            '<link rel="alternate nofollow" type="application/rss+xml; charset=UTF-8" href="rss?format=xml&amp;n=50">',
            "https://outlet.example/en/rss?format=xml&n=50",
        ),
        ('<link rel="alternate" type="application/feed+json" href="//cdn.example/f">', "https://cdn.example/f"),
        ('<link rel="alternate" type="text/xml" href="/export/feed.xml">', "https://outlet.example/export/feed.xml"),
        ('<link rel="feed" href="/latest">', "https://outlet.example/latest"),
        ('<base href="/am/"><link rel="alternate" type="application/rdf+xml" href="rdf">', "https://outlet.example/am/rdf"),
    ],
)  # fmt: skip
def test_a_page_names_its_feed_in_many_dresses(link: str, url: str) -> None:
    assert urls(named_feeds(a_page(link), PAGE)) == [url]


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" hreflang="hy" href="/hy/">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">',
        '<link rel="alternate" type="application/json+oembed" href="/wp-json/oembed?format=json">',
        '<link rel="alternate" type="application/rss+xml" href="/story/comments/feed/">',
        '<link rel="alternate" type="application/rss+xml" title="Комментарии к записи" href="/7/feed/">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:void(0)">',
        '<link rel="alternate" type="application/rss+xml" href="https://[">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate stylesheet" type="" href="/feed.css">',
        '<link rel="canonical" type="application/rss+xml" href="/rss">',
        f'<link rel="alternate" type="application/rss+xml" href="{PAGE}#top">',
        '<!-- <link rel="alternate" type="application/rss+xml" href="/rss"> -->',
    ],
)
def test_other_links_are_no_feeds(link: str) -> None:
    assert named_feeds(a_page(link), PAGE) == ()


def test_a_feed_is_called_what_its_link_says() -> None:
    links = (
        '<link rel="alternate" type="application/rss+xml" title="News &amp;amp; views" href="/rss">'
        '<link rel="alternate" type="application/rss+xml" title="the same" href="/rss">'
    )

    assert named_feeds(a_page(links), PAGE) == (Candidate("https://outlet.example/rss", Source.LINK, "News & views"),)


def test_the_feed_of_the_site_comes_before_that_of_the_article() -> None:
    links = (
        f'<link rel="alternate" type="application/rss+xml" href="{PAGE}/feed/">'
        '<link rel="alternate" type="application/rss+xml" href="/feed/">'
    )

    assert urls(named_feeds(a_page(links), PAGE)) == ["https://outlet.example/feed/", f"{PAGE}/feed/"]


def test_a_page_in_another_encoding_is_read() -> None:
    page = a_page('<link rel="alternate" type="application/rss+xml" title="Новости" href="/rss">').decode()

    found = named_feeds(page.encode("cp1251"), PAGE, "text/html; charset=windows-1251")

    assert [candidate.title for candidate in found] == ["Новости"]


@pytest.mark.parametrize(
    ("anchor", "url"),
    [
        ('<a href="/rss">RSS</a>', "https://outlet.example/rss"),
        ('<a class="icon-rss" href="/api/zq">World</a>', "https://outlet.example/api/zq"),
        ('<a href="/list"><b>Our RSS feeds</b></a>', "https://outlet.example/list"),
        ('<a href="/export/politics.xml?format=rss">Politics</a>', "https://outlet.example/export/politics.xml?format=rss"),
        ('<a href="/rss/politics.xml">Politics</a>', "https://outlet.example/rss/politics.xml"),
        ('<a href="https://feeds.outlet.example/all.rss">All</a>', "https://feeds.outlet.example/all.rss"),
        ('<a href="https://feeds.elsewhere.example/outlet">RSS</a>', "https://feeds.elsewhere.example/outlet"),
    ],
)  # fmt: skip
def test_a_link_may_look_like_a_feed(anchor: str, url: str) -> None:
    assert urls(linked_feeds(a_page(body=anchor), PAGE)) == [url]


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="/feedback">Feedback</a>',
        '<a href="/news/across-the-border">Across</a>',
        '<a href="https://social.example/feed">Follow us</a>',
        '<a href="https://other.example/about-rss">RSS</a>',
        '<a href="/story/comments.rss">Comments</a>',
        '<a name="rss">RSS</a>',
        '<a href="mailto:rss@outlet.example">RSS</a>',
    ],
)
def test_other_anchors_do_not(anchor: str) -> None:
    assert linked_feeds(a_page(body=anchor), PAGE) == ()


def test_a_page_that_lists_thousands_is_cut() -> None:
    anchors = "".join(f'<a href="/rss/{number}">RSS</a>' for number in range(5000))

    assert len(linked_feeds(a_page(body=anchors), PAGE)) == 60


def test_usual_places_are_below_the_language_first() -> None:
    found = urls(usual_feeds("https://outlet.example/hy/article/1"))

    assert found[0] == "https://outlet.example/hy/feed/"
    assert "https://outlet.example/rss.xml" in found
    assert len(found) == len(set(found))


def test_a_site_without_languages_has_its_usual_places_at_the_root() -> None:
    assert urls(usual_feeds("https://outlet.example"))[0] == "https://outlet.example/feed/"


def test_robots_names_sitemaps_and_those_of_news_come_first() -> None:
    robots = b"User-agent: *\nDisallow: /x\nSitemap: https://outlet.example/map.xml\nsitemap: /news-map.xml\n"

    found = sitemaps_named(robots, "https://outlet.example/robots.txt")

    assert urls(found) == ["https://outlet.example/news-map.xml", "https://outlet.example/map.xml"]


@pytest.mark.parametrize("robots", [b"", b"User-agent: *\nAllow: /\n", b"<html>Not found</html>", b"\xff\xfe\0"])
def test_where_robots_names_none_the_usual_places_are_looked_at(robots: bytes) -> None:
    assert "https://outlet.example/news-sitemap.xml" in urls(sitemaps_named(robots, PAGE))


def test_an_index_leads_to_its_sitemaps_of_news() -> None:
    index = b"""<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <sitemap><loc>https://outlet.example/pages.xml</loc></sitemap>
    <sitemap><loc>
      https://outlet.example/sitemaps/news.xml </loc></sitemap></sitemapindex>"""

    assert urls(sitemaps_in(index, PAGE)) == ["https://outlet.example/sitemaps/news.xml"]


def test_a_page_in_the_place_of_a_feed_says_where_the_feed_is() -> None:
    page = a_page('<link rel="alternate" type="application/rss+xml" href="/rss">')

    assert where_the_feed_is(page, PAGE) == "not a feed; the page names https://outlet.example/rss"


@pytest.mark.parametrize(
    "page",
    [b"<html>Are you human?</html>", a_page(f'<link rel="alternate" type="application/rss+xml" href="{PAGE}">')],
)
def test_a_page_that_names_no_other_address_says_nothing(page: bytes) -> None:
    assert where_the_feed_is(page, PAGE) == ""


MARKUP = (
    "<link |rel=alternate |type=application/rss+xml |href=|/rss|//|http:|[|>|<base |<a |\"|'|&#0;|\ud800|ա|</|"
    "<?xml encoding='x'?>|<![CDATA[|<sitemapindex>|<loc>|Sitemap: "
)
PIECES = st.sampled_from(MARKUP.split("|"))


@given(st.lists(PIECES, max_size=30).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass")) | st.binary())
def test_no_document_is_an_error(body: bytes) -> None:
    found = (*named_feeds(body, PAGE), *linked_feeds(body, PAGE), *sitemaps_in(body, PAGE), *sitemaps_named(body, PAGE))

    assert all(url.startswith(("http://", "https://")) and url.isprintable() for url in urls(found))
