from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from worker.urls import MAX_LENGTH, _joined, canonical_url, clean_url, host_of, same_site

ARTICLE = "https://outlet.example/news/truce-1"


@pytest.mark.parametrize(
    "twin",
    [
        "http://outlet.example/news/truce-1",
        "https://www.outlet.example/news/truce-1",
        "https://m.outlet.example/news/truce-1",
        "https://mobile.outlet.example/news/truce-1",
        "https://amp.outlet.example/news/truce-1",
        "https://OUTLET.example:443/news/truce-1",
        "https://outlet.example/news/truce-1/",
        "https://outlet.example/news/truce-1/amp/",
        "https://outlet.example/amp/news/truce-1",
        "https://outlet.example/news/truce-1?amp=1",
        "https://outlet.example/news/truce-1?outputType=amp",
        "https://outlet-example.cdn.ampproject.org/c/s/outlet.example/news/truce-1/amp",
        "https://www.google.com/amp/s/outlet.example/news/truce-1",
        "https://www.google.com/url?q=https%3A%2F%2Foutlet.example%2Fnews%2Ftruce-1&sa=U",
        "https://outlet.example/news/truce-1?utm_source=rss&utm_medium=feed&UTM_campaign=x",
        "https://outlet.example/news/truce-1?fbclid=a&gclid=b&yclid=c&mc_cid=d&at_medium=RSS&cmp=rss",
        "https://outlet.example/news/truce-1?_openstat=a&mibextid=b&gad_source=1&gbraid=c&_x_tr_sl=hy",
        "https://outlet.example/news/truce-1?ref=rss&source=twitter&from=telegram",
        "https://outlet.example/news/truce-1;jsessionid=0A1B?PHPSESSID=2",
        "https://outlet.example/news/truce-1#comments",
        "https://outlet.example//news///truce-1",
        "https://outlet.example/x/../news/./truce-1",
        "https://editor:secret@outlet.example/news/truce-1",
        "https://outlet.example:/news/truce-1",
        "https://outlet.example./news/truce-1",
        "http://http://outlet.example/news/truce-1",
        "https:/outlet.example/news/truce-1",
        "//outlet.example/news/truce-1",
        "https:\\\\outlet.example\\news\\truce-1",
        " \n https://outlet.example/news/truce-1 \u200b",
        "<![CDATA[https://outlet.example/news/truce-1]]>",
        "https://outlet.example/news/truce-1/index.html",
    ],
)
def test_twins_of_an_article_share_one_address(twin: str) -> None:
    assert canonical_url(twin) == ARTICLE


@pytest.mark.parametrize(
    "other",
    [
        "https://outlet.example/news/truce-2",
        "https://en.outlet.example/news/truce-1",
        "https://outlet.example:8080/news/truce-1",
        "https://outlet.example/news/truce-1?id=7",
        "https://outlet.example/news/truce-1?source=12",
        "https://outlet.example/news/truce-1?m=2",
        "https://outlet.example/News/truce-1",
        "https://outlet.example/news/truce-1#!/part/2",
    ],
)
def test_different_articles_keep_different_addresses(other: str) -> None:
    assert canonical_url(other) not in ("", ARTICLE)


def test_the_order_of_parameters_and_their_escapes_do_not_matter() -> None:
    one = canonical_url("https://outlet.example/n?b=2&a=%d0%bc%d0%b8%d1%80")
    other = canonical_url("https://outlet.example/n?a=мир&b=2")

    assert one == other == "https://outlet.example/n?a=%D0%BC%D0%B8%D1%80&b=2"


def test_an_international_host_is_written_in_ascii() -> None:
    assert canonical_url("https://пример.example/мир") == "https://xn--e1afmkfd.example/%D0%BC%D0%B8%D1%80"


@pytest.mark.parametrize(
    "nameless",
    [
        "https://outlet.example/",
        "https://outlet.example",
        "https://www.outlet.example/index.php",
        "https://outlet.example/en/",
        "https://outlet.example/?utm_source=rss",
        "https://bit.ly/3xYz",
        "https://t.co/abc",
        "https://news.google.com/rss/articles/CBMiAbc?oc=5",
        "https://news.google.com/articles/CBMiAbc",
        "https://feedproxy.google.com/~r/outlet/~3/abc/",
    ],
)
def test_home_pages_shorteners_and_opaque_links_name_no_article(nameless: str) -> None:
    assert canonical_url(nameless) == ""


def test_a_link_that_names_no_article_can_still_be_opened() -> None:
    opened = clean_url("https://news.google.com/rss/articles/CBMiAbc?oc=5")

    assert opened == "https://news.google.com/rss/articles/CBMiAbc?oc=5"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "mailto:desk@outlet.example",
        "ftp://outlet.example/a",
        "file:///etc/passwd",
        "urn:uuid:1",
        "truce",
        "/news/truce",
        "https://",
        "https://out let.example/a",
        "https://[::1/a",
        "https://outlet.example:99999/a",
        f"https://outlet.example/{'a' * MAX_LENGTH}",
    ],
)
def test_what_is_no_web_address_becomes_nothing(bad: str) -> None:
    assert clean_url(bad) == ""
    assert canonical_url(bad) == ""


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("/news/1", "https://outlet.example/news/1"),
        ("news/1", "https://outlet.example/rss/news/1"),
        ("?p=1", "https://outlet.example/rss/feed?p=1"),
        ("//cdn.example/1", "https://cdn.example/1"),
        ("https://other.example/1", "https://other.example/1"),
        ("javascript:void(0)", ""),
    ],
)
def test_relative_links_are_resolved_against_the_feed(link: str, absolute: str) -> None:
    assert clean_url(link, "https://outlet.example/rss/feed") == absolute


def test_the_address_to_open_keeps_its_host_scheme_and_fragment() -> None:
    cleaned = clean_url("http://www.outlet.example/live?utm_source=rss#post-5")

    assert cleaned == "http://www.outlet.example/live#post-5"


def test_a_fragment_counts_only_where_it_is_asked_for() -> None:
    live = "https://outlet.example/live#post-5"

    assert canonical_url(live) == "https://outlet.example/live"
    assert canonical_url(live, fragment=True) == live


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Outlet.example:8443/a", "outlet.example"),
        ("https://m.outlet.example/", "outlet.example"),
        ("https://en.m.encyclopedia.example/wiki", "en.encyclopedia.example"),
        ("https://en.outlet.example/", "en.outlet.example"),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_a_host_is_named_without_its_twins(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://outlet.example/a", "http://www.outlet.example/b", True),
        ("https://rss.outlet.example/a", "https://outlet.example/b", True),
        ("https://outlet.example/a", "https://notoutlet.example/b", False),
        ("https://outlet.example/a", "", False),
        ("", "", False),
    ],
)
def test_a_site_is_a_host_and_what_lies_below_it(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


addresses = st.one_of(
    st.text(),
    st.text().map("https://outlet.example/".__add__),
    st.from_regex(r"https?://(www\.|m\.|amp\.){0,2}[a-z.:/\\?#=&%;0-9@ ]{0,40}", fullmatch=True),
)


@given(addresses)
def test_cleaning_twice_equals_cleaning_once(url: str) -> None:
    once = clean_url(url)

    assert clean_url(once) == once


@given(addresses)
def test_canonicalising_twice_equals_once(url: str) -> None:
    once = canonical_url(url)

    assert canonical_url(once) == once


@given(
    st.sampled_from(["https://outlet.example", "http://en.outlet.example:8080", "https://xn--80ak6aa92e.example"]),
    st.text("abcXYZ019-._~/", max_size=30),
)
def test_a_plain_path_is_canonical_as_it_stands(site: str, path: str) -> None:
    url = f"{site}/{path}"

    joined = _joined(urlsplit(url))

    assert joined == canonicalize_url(re.sub("(?<!:)/{2,}", "/", url), keep_fragments=True)


plain_addresses = st.builds(
    "{}://{}/{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(
        ["a.example", "www.a.example", "google.example", "m.a-b.example", "www.google.com", "xn--a.example"]
    ),
    st.from_regex(r"[A-Za-z0-9._~-]{0,6}(?:/[A-Za-z0-9._~-]{0,6}){0,3}", fullmatch=True),
    st.sampled_from(["", "?", "?utm_source=a", "?utm_source=a&ref=b&", "?id=1", "?amp&source=1", "?source=tg&a=b"]),
)


@given(plain_addresses)
def test_an_address_that_looks_plain_becomes_what_a_closer_look_makes_of_it(url: str) -> None:
    after_a_closer_look = clean_url(f" {url}")

    assert clean_url(url) == after_a_closer_look


@pytest.mark.parametrize("asked", [clean_url, canonical_url, host_of])
def test_no_text_as_long_as_a_document_is_kept(asked: Callable[[str], str]) -> None:
    class Text(str):
        """Text that tells when it is gone."""

    text = Text(f"https://gazette.example/{'a' * MAX_LENGTH}")
    kept = weakref.ref(text)

    asked(text)
    del text
    gc.collect()

    assert kept() is None
