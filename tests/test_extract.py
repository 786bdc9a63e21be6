from __future__ import annotations

import csv
import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.extract import extract
from worker.model import Page

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
DATA = Path(__file__).parent / "data" / "pages"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "pages"
URL = "https://gazette.example/news/bridge?utm_source=rss"

TEXT = (
    "<p>The mayor cut a ribbon at eight o'clock, watched by some two hundred people from both banks of the river.</p>"
    "<p>Repairs had taken longer than planned because steel for the middle span arrived late, said the engineer.</p>"
    "<p>Farmers expect that the journey to the market will be an hour shorter than it was in the years before.</p>"
)


def page(name: str, url: str = URL) -> Page:
    return extract((DATA / name).read_bytes(), url, now=NOW)


def made(head: str = "", above: str = "", text: str = TEXT, below: str = "", url: str = URL) -> Page:
    h1 = "<h1>Bridge over the Aras reopens</h1>"
    html = f"<html><head>{head}</head><body>{above}<article>{h1}{text}</article>{below}</body></html>"
    return extract(html.encode(), url, now=NOW)


def json_ld(**fields: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | fields)}</script>'


def test_a_news_page_gives_its_article_and_nothing_else() -> None:
    found = page("news.html")

    assert found.title == "Bridge over the Aras reopens after two years"
    assert found.text.startswith("Cars crossed the river again on Saturday morning")
    assert found.text.endswith("the mayor told the Gazette after the ceremony.")
    assert (found.author, found.site, found.language) == ("Nare Petrosyan", "Border Gazette", "en")
    assert found.published_at == datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
    assert found.canonical_url == "https://gazette.example/news/bridge"
    assert not found.machine_written


@pytest.mark.parametrize(
    "word", ["ceasefire", "offensive", "shelling", "disarm", "miss", "read also", "rights reserved", "today"]
)
def test_no_word_of_other_stories_stays_in_the_text(word: str) -> None:
    assert word not in page("news.html").text.lower()


def test_a_page_without_metadata_is_dated_by_what_it_prints_and_not_by_its_banner() -> None:
    found = page("bare.html", "https://copies.example/a")

    assert found.title == "Governor Opens ‘Longest Tunnel’ as Villages Celebrate"
    assert found.published_at == datetime(2023, 9, 20, tzinfo=UTC)
    assert found.text.startswith("The governor of the province opened a tunnel")
    assert found.text.endswith("its director announced.")
    assert (found.author, found.machine_written) == ("OpenAI", True)
    assert 'text: cut at "Don\'t Miss"' in found.notes
    assert "machine_written: author: OpenAI" in found.notes


def test_a_wire_flash_of_one_sentence_is_an_article() -> None:
    found = page("flash.html")

    assert found.text == "Движение по мосту через Аракс открыто, сообщила администрация района."
    assert (found.title, found.language) == ("Мост через Аракс открыт", "ru")


def test_a_cookie_banner_is_not_part_of_the_text() -> None:
    banner = (
        "<div class='consent'><h2>Your privacy</h2><p>We use cookies to improve your experience on this site.</p></div>"
    )

    assert "cookies" not in made(above=banner).text


def test_a_page_that_draws_itself_by_script_gives_the_article_that_its_scripts_carry() -> None:
    more = "<p>The ferry that had taken their cars across will be sold in spring, and its two pilots will retire.</p>"
    state = f"self.push([1, {json.dumps(f'<div>{more}{TEXT}</div>')}])".replace("<", "\\u003c")
    head = "<title>Bridge over the Aras reopens</title>"
    html = f"<html><head>{head}</head><body><div id='root'></div><script>{state}</script></body></html>"

    found = extract(html.encode(), URL, now=NOW)

    assert found.text.startswith("The ferry that had taken")
    assert found.text.endswith("in the years before.")


@pytest.mark.parametrize(
    "script",
    [
        'var a = "' + "x" * 500 + '";',
        'var a = "<p>' + "y" * 500 + '</p>";',
        '"' * 5000,
        'var a = "<p>' + '\\"' * 200_000,  # read from each quote to the end, it would take half an hour
    ],
)
def test_strings_of_scripts_that_are_no_article_are_not_its_text(script: str) -> None:
    html = f"<html><body><h1>Bridge over the Aras reopens</h1><script>{script}</script></body></html>"

    assert "x" * 9 not in extract(html.encode(), URL, now=NOW).text


def test_teasers_of_other_stories_beside_a_flash_are_not_its_text() -> None:
    card = "<div class='item'><a href='/{0}'>Ceasefire collapses in war {0}</a><p>It went on for hours.</p></div>"
    cards = "".join(map(card.format, range(6)))
    html = (
        "<html><head><title>Bridge over the Aras reopens</title></head><body><div class='one'>"
        "<h1>Bridge over the Aras reopens</h1>"
        "<div class='full'><p>The bridge is open again, said the mayor.</p></div></div>"
        f"<div class='list'><h3>Most read</h3>{cards}</div></body></html>"
    )

    assert extract(html.encode(), URL, now=NOW).text == "The bridge is open again, said the mayor."


def test_a_page_that_is_laid_out_by_tables_gives_its_article_and_not_its_rows() -> None:
    paragraphs = TEXT.replace("<p>", "").replace("</p>", "<br><br>")
    html = (
        "<html><head><title>Bridge over the Aras reopens</title></head><body><table><tr><td><a href='/'>Home</a></td>"
        f"<td><font>14.03.2026</font><br><b>Bridge over the Aras reopens</b><br><br>{paragraphs}</td>"
        "<td><b>Most read</b><br><a href='/o'>Shelling kills nine</a></td></tr></table></body></html>"
    )

    found = extract(html.encode(), URL, now=NOW)

    assert found.title == "Bridge over the Aras reopens"
    assert found.text.startswith("The mayor cut a ribbon")
    assert found.text.endswith("in the years before.")
    assert found.published_at == datetime(2026, 3, 14, tzinfo=UTC)


def test_a_table_of_figures_stays() -> None:
    rows = "".join(f"<tr><td>Village {n}</td><td>{n * 7} houses repaired by the province</td></tr>" for n in range(9))

    assert "14 houses repaired" in made(text=f"{TEXT}<table>{rows}</table>").text


# Titles


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Bridge over the Aras reopens | Border Gazette</title>", "Bridge over the Aras reopens"),
        (
            "<meta property='og:title' content='A bridge for all'><title>Border Gazette</title>",
            "Bridge over the Aras reopens",
        ),
        (
            "<meta property='og:title' content='Finally: Bridge over the Aras reopens'>"
            + json_ld(headline="Finally: Bridge over the Aras reopens"),
            "Finally: Bridge over the Aras reopens",
        ),
        (json_ld(headline="Bridge over the Aras reopens &amp; how"), "Bridge over the Aras reopens"),
    ],
)
def test_the_headline_is_what_the_pages_titles_agree_on(head: str, title: str) -> None:
    assert made(head).title == title


def test_a_sites_name_as_heading_is_no_headline() -> None:
    head = '<meta property="og:site_name" content="Gazette"><title>Bridge reopens at last | Gazette</title>'
    html = f"<html><head>{head}</head><body><h1>Gazette</h1><article>{TEXT}</article></body></html>"

    assert extract(html.encode(), URL).title == "Bridge reopens at last"


def test_the_reading_aid_above_characters_is_not_part_of_a_headline() -> None:
    h1 = "<h1><ruby>橋<rt>はし</rt></ruby>が<ruby>開通<rt>かいつう</rt></ruby>した</h1>"
    html = f"<html><head><title>橋が開通した</title></head><body>{h1}</body></html>"

    assert extract(html.encode(), URL).title == "橋が開通した"


# Times


@pytest.mark.parametrize(
    ("head", "above", "source"),
    [
        (json_ld(datePublished="2026-03-14T09:00:00Z"), "", "JSON-LD datePublished"),
        (json_ld(datePublished="2026-03-14T09:00:00Z").replace('": "', '":"'), "", "JSON-LD datePublished"),
        ("<meta property='article:published_time' content='2026-03-14T09:00:00Z'>", "", "meta article:published_time"),
        ("<meta name='pubdate' content='2026-03-14T09:00:00Z'>", "", "meta pubdate"),
        ("", "<span itemprop='datePublished' content='2026-03-14T09:00:00Z'></span>", "itemprop datePublished"),
        ("", "<time datetime='2026-03-14T09:00:00Z'>today</time>", "time element"),
        ("", "<div class='date'>14.03.2026 09:00</div>", "printed above the headline"),
        (
            "",
            "<div><b>14</b> <i>March</i></div><div class='date'>14 марта 2026, 09:00</div>",
            "printed above the headline",
        ),
    ],
)
def test_the_time_comes_from_the_best_source_that_has_one(head: str, above: str, source: str) -> None:
    found = made(head, above)

    assert found.published_at == datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
    assert f"published_at: {source}" in found.notes


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("14 մարտի, 2026", 14), ("14 mart 2026", 14), ("14 მარტი, 2026", 14), ("14 Mart 2026 Cumartesi", 14),
        ("Published: March 14, 2026", 14), ("By Nare, 14 March 2026", 14), ("14.03.2026 – Güncelleme: 15.03.2026", 14),
    ],
)  # fmt: skip
def test_a_date_printed_below_the_headline_is_read_in_the_regions_languages(line: str, day: int) -> None:
    found = made(text=f"<p class='byline'>{line}</p>{TEXT}")

    assert found.published_at == datetime(2026, 3, day, tzinfo=UTC)
    assert line not in found.text


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("<div>Today: Mar 20, 2026</div>", ""),
        ("<div>Сегодня: 20 марта 2026</div>", ""),
        ("", "<footer>© 2026 Border Gazette, 20.03.2026</footer>"),
        ("", "<script>var offer = {expires: '2026-03-21'}</script>"),
        ("", "<aside><p>19 March 2026</p></aside>"),
        ("", "<div class='related'><span class='date'>19 March 2026</span></div>"),
        ("", "<section class='comments'><time datetime='2026-03-19'>yesterday</time></section>"),
        ("<meta property='article:published_time' content='2031-01-01T00:00:00Z'>", ""),
    ],
)
def test_what_dates_something_else_leaves_the_time_unknown(above: str, below: str) -> None:
    assert made(above=above, below=below).published_at is None


@pytest.mark.parametrize(
    "header",
    [
        "<header><div class='date'>19 March 2026</div></header>",
        "<div class='top-bar'><span>Thursday, 19 March 2026, 14:00</span></div>",
        "<div id='header'><h1>Gazette</h1><p class='date'>19.03.2026</p></div>",
        "<header><time datetime='2026-03-19'>19 March</time></header>",
        "<div>Thursday, 19 March 2026</div>",
        "<table><tr><td>Пятница, 20 марта 2026</td></tr></table>",
        "<span>20.03.2026</span><div><a href='/'>Home</a></div>",
        "<p>5 May 2025, 14:03</p>" + "<a href='/s'>Section</a>" * 5,
    ],
)
def test_the_day_of_the_visit_in_a_pages_header_is_no_articles_date(header: str) -> None:
    found = made(above=header)

    assert found.published_at is None


def test_a_date_above_the_headline_is_believed_where_it_belongs_to_the_article() -> None:
    head = "<div class='header'><div class='date'>14 March 2026</div><h1>Bridge over the Aras reopens</h1></div>"

    found = extract(f"<html><body>{head}{TEXT}</body></html>".encode(), URL, now=NOW)

    assert found.published_at == datetime(2026, 3, 14, tzinfo=UTC)


def test_a_date_right_above_the_headline_is_believed_even_if_it_is_today() -> None:
    found = made(above="<a href='/'>Home</a><a href='/world'>World</a><div>20.03.2026</div>")

    assert found.published_at == datetime(2026, 3, 20, tzinfo=UTC)


def test_a_short_sentence_with_a_date_below_the_headline_is_part_of_the_text() -> None:
    found = made(text=f"<p>It had closed on 14 March 2024.</p>{TEXT}")

    assert found.text.startswith("It had closed on 14 March 2024.")


def test_a_date_printed_above_the_text_beats_a_page_that_dates_its_copy() -> None:
    head = "<meta property='article:published_time' content='2026-03-14T09:00:00Z'>"

    found = made(head, text=f"<p>Today: Mar 20, 2026</p><p>September 20, 2023</p>{TEXT}")

    assert found.published_at == datetime(2023, 9, 20, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


def test_of_several_described_articles_the_page_is_the_one_with_its_address() -> None:
    other = json_ld(datePublished="2020-01-01", headline="Another story", url="https://gazette.example/news/other")
    this = json_ld(
        datePublished="2026-03-14T09:00:00Z", mainEntityOfPage={"@id": "https://gazette.example/news/bridge"}
    )

    assert made(other + this).published_at == datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


def test_the_dates_of_other_news_below_the_text_yield_to_one_above_the_headline() -> None:
    others = "".join(f"<div class='box'><span>{day}.03.2026</span><a href='/{day}'>Other</a></div>" for day in (16, 17))

    found = made(above="<span class='news-time'>14.03.2026 09:30</span>", below=f"<div class='right'>{others}</div>")

    assert found.published_at == datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


def test_an_articles_own_footer_may_hold_its_date() -> None:
    assert made(text=f"<footer><span>14.03.2026</span></footer>{TEXT}").published_at == datetime(
        2026, 3, 14, tzinfo=UTC
    )


@pytest.mark.parametrize(("address", "known"), [(URL, True), ("https://gazette.example/other", False)])
def test_a_web_page_node_dates_the_article_if_it_is_about_this_page(address: str, known: bool) -> None:
    node = json_ld(**{"@type": "WebPage", "url": address, "datePublished": "2026-03-14T09:00:00Z"})

    assert made(node).published_at == (datetime(2026, 3, 14, 9, 0, tzinfo=UTC) if known else None)


def test_the_address_dates_what_nothing_else_does() -> None:
    found = made(url="https://gazette.example/2026/03/14/bridge")

    assert found.published_at == datetime(2026, 3, 14, tzinfo=UTC)


def test_a_time_keeps_the_zone_of_its_page() -> None:
    found = made(json_ld(datePublished="2026-03-14T01:00:00+04:00"))

    assert str(found.published_at) == "2026-03-14 01:00:00+04:00"


def test_a_printed_time_without_a_zone_is_the_outlets() -> None:
    html = f"<html><body><h1>Bridge</h1><p class='date'>14 March 2026, 09:00</p>{TEXT}</body></html>"

    found = extract(html.encode(), URL, now=NOW, zone=timezone(timedelta(hours=4)))

    assert found.published_at == datetime(2026, 3, 14, 5, 0, tzinfo=UTC)


def test_broken_json_still_gives_its_dates() -> None:
    broken = '{"@type": "NewsArticle", "description": "he said "no"", "datePublished": "2026-03-14T09:00:00Z"}'

    found = made(f'<script type="application/ld+json">{broken}</script>')

    assert found.published_at == datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


# Addresses, encodings, hostile pages


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("/news/bridge", "https://gazette.example/news/bridge"),
        ("https://www.gazette.example/news/bridge", "https://www.gazette.example/news/bridge"),
        ("https://elsewhere.example/stolen", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_canonical_link_is_believed_on_its_own_site_only(href: str, canonical: str) -> None:
    assert made(f'<link rel="canonical" href="{href}">').canonical_url == canonical


def test_a_page_in_an_undeclared_encoding_is_read() -> None:
    body = (DATA / "flash.html").read_text(encoding="utf-8").replace('<meta charset="utf-8">', "").encode("cp1251")

    assert extract(body, URL).title == "Мост через Аракс открыт"


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"\x00\xff", b"plain words", b"<", b"<html></html>", b'{"json": 1}', b"\x1f\x8b\x08"]
)
def test_what_is_no_page_gives_an_empty_one(body: bytes) -> None:
    found = extract(body, URL)

    assert (found.published_at, found.author) == (None, "")


def test_nothing_active_survives() -> None:
    found = made("<title>a</title>", text=TEXT + "<p>One<script>alert(1)</script> <img src=x onerror=alert(2)>two.</p>")

    assert "alert" not in found.text


@settings(max_examples=50)
@given(
    st.integers(min_value=0),
    st.binary(min_size=1, max_size=12),
    st.sampled_from(["news.html", "bare.html", "flash.html"]),
)
def test_no_damage_raises(position: int, damage: bytes, name: str) -> None:
    body = (DATA / name).read_bytes()
    at = position % len(body)

    found = extract(body[:at] + damage + body[at + len(damage) :], URL, now=NOW)

    assert not any("unreadable" in note for note in found.notes)


def test_threads_do_not_disturb_each_other() -> None:
    alone = {name: page(name) for name in ("news.html", "bare.html", "flash.html")}

    with ThreadPoolExecutor(15) as pool:
        together = list(pool.map(page, [*alone] * 5))

    assert together == [*alone.values()] * 5


# The measured half of the captured pages


def normal(text: str | None) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in (text or "").lower()).split())


@pytest.fixture(scope="module")
def captured() -> list[tuple[dict[str, Any], Page]]:
    if not SHARED.exists():
        pytest.skip("the measuring data is not here")
    with (SHARED / "manifest.tsv").open(encoding="utf-8") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    return [
        (
            json.loads((SHARED / f"{row['name']}.expected.json").read_text(encoding="utf-8")),
            extract(gzip.decompress((SHARED / f"{row['name']}.html.gz").read_bytes()), row["url"]),
        )
        for row in rows
    ]


@pytest.mark.shared
def test_titles_of_captured_pages(captured: list[tuple[dict[str, Any], Page]]) -> None:
    right = [normal(want["title"]) == normal(found.title) for want, found in captured if want.get("title")]

    assert sum(right) >= 0.95 * len(right)


@pytest.mark.shared
def test_days_of_captured_pages(captured: list[tuple[dict[str, Any], Page]]) -> None:
    days = [(want.get("publishing_date") or want.get("date"), found.published_at) for want, found in captured]
    right = [str(want)[:10] == str(found)[:10] for want, found in days if want]

    assert sum(right) >= 0.96 * len(right)


@pytest.mark.shared
def test_texts_of_captured_pages(captured: list[tuple[dict[str, Any], Page]]) -> None:
    texts = [(want, " ".join(found.text.split())) for want, found in captured]
    held = [" ".join(s.split()) in text for want, text in texts for s in want.get("with_segments") or []]
    kept_out = [" ".join(s.split()) not in text for want, text in texts for s in want.get("without_segments") or []]

    assert sum(held + kept_out) >= 0.95 * len(held + kept_out)
