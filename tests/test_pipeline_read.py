"""Articles completed by their own pages: once, only where it matters, and without harm where it fails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.test_pipeline import alerts_of
from tests.world import Item, World, rss
from worker import pipeline
from worker.errors import FetchError
from worker.model import FullText, Outcome
from worker.pipeline.read import MAX_ATTEMPTS
from worker.queries import AlertFilter

URL = "https://outlet.example/1"
TEASER = Item(1, "Evening news from Stepanakert", "What we know so far.")
PARAGRAPHS = (
    "The day began quietly in the streets of Stepanakert, residents told our correspondent by telephone.",
    "Armenia and Azerbaijan have agreed on a ceasefire in Nagorno-Karabakh, both governments said in the evening.",
    "Schools remain closed until Monday, the mayor said, and buses run only in the morning and in the afternoon.",
)


def page(*paragraphs: str) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<meta charset="utf-8"><title>{TEASER.title}</title>'
    return f"<html><head>{head}</head><body><article><h1>{TEASER.title}</h1>{body}</article></body></html>".encode()


def run_to_read(world: World, **feed: Any) -> int:
    world.publishes(rss(TEASER), **feed)
    services = world.services
    for batch in pipeline.tick(services):
        pipeline.poll(services, batch)
    pipeline.match(services)
    return pipeline.read(services)


def hourly(world: World, times: int) -> None:
    for _ in range(times):
        world.passes(hours=1)
        pipeline.read(world.services)


def read_and_judge(world: World, times: int) -> None:
    for _ in range(times):
        pipeline.match(world.services)
        pipeline.read(world.services)


def article(world: World) -> dict[str, Any]:
    found = world.services.queries.article(1)
    assert found is not None
    return found


def pages_asked(world: World) -> int:
    return sum(request.url == URL for request in world.requests)


def test_a_teaser_about_the_region_is_completed_by_its_page_and_judged_anew(world: World) -> None:
    world.documents[URL] = page(*PARAGRAPHS)

    read = run_to_read(world)
    pipeline.match(world.services)

    assert read == 1
    assert PARAGRAPHS[2] in article(world)["text"]
    assert alerts_of(world) == ["ceasefire"]


def test_the_page_is_read_once(world: World) -> None:
    world.documents[URL] = page(*PARAGRAPHS)
    run_to_read(world)

    pipeline.match(world.services)
    pipeline.read(world.services)

    assert pages_asked(world) == 1


def test_a_completed_article_is_no_revision_at_the_next_poll(world: World) -> None:
    world.documents[URL] = page(*PARAGRAPHS)
    run_to_read(world)
    world.passes(hours=1)

    world.documents["https://outlet.example/rss"] = rss(TEASER) + b"<!-- -->"
    pipeline.poll(world.services, [1])

    assert (article(world)["revision"], article(world)["revisions"]) == (1, [])


def test_a_revised_article_asks_for_its_page_again(world: World) -> None:
    world.documents[URL] = page(*PARAGRAPHS)
    run_to_read(world)
    world.passes(hours=1)
    world.documents["https://outlet.example/rss"] = rss(Item(1, TEASER.title + " (UPDATED)", TEASER.text))

    pipeline.poll(world.services, [1])
    pipeline.match(world.services)
    pipeline.read(world.services)

    assert pages_asked(world) == 2
    assert PARAGRAPHS[2] in article(world)["text"]
    assert PARAGRAPHS[2] in article(world)["revisions"][0]["text"]


@pytest.mark.parametrize(
    ("title", "full_text", "asked"),
    [
        ("Evening news from Stepanakert", FullText.NEVER, 0),
        ("Evening news from Madrid", FullText.RELEVANT, 0),
        ("Evening news from Madrid", FullText.ALWAYS, 1),
    ],
)
def test_each_feed_says_when_pages_are_fetched(world: World, title: str, full_text: FullText, asked: int) -> None:
    world.documents[URL] = page(*PARAGRAPHS)
    world.publishes(rss(Item(1, title, "The football match in Madrid, Spain, ended in a draw.")), full_text=full_text)
    services = world.services

    pipeline.poll(services, [1])
    pipeline.match(services)
    pipeline.read(services)

    assert pages_asked(world) == asked


def test_a_feed_that_carries_the_full_text_needs_no_page(world: World) -> None:
    world.publishes(rss(Item(1, TEASER.title, "".join(f"<p>{line}</p>" for line in PARAGRAPHS * 3))))
    services = world.services

    pipeline.poll(services, [1])
    pipeline.match(services)

    assert (pipeline.read(services), pages_asked(world)) == (0, 0)


def test_the_feeds_text_stays_where_the_page_fails_for_good(world: World) -> None:
    world.documents[URL] = FetchError("robots.txt forbids it", Outcome.DISALLOWED, permanent=True)

    read = run_to_read(world)

    assert read == 0
    assert article(world)["summary"] == TEASER.text
    assert article(world)["page_outcome"] == "disallowed"


def test_a_page_that_fails_for_now_is_tried_again_a_few_times(world: World) -> None:
    world.documents[URL] = FetchError("503", Outcome.SERVER_ERROR)
    run_to_read(world)

    world.passes(minutes=5)
    pipeline.read(world.services)
    too_early = pages_asked(world)
    hourly(world, MAX_ATTEMPTS + 1)

    assert too_early == 1
    assert pages_asked(world) == MAX_ATTEMPTS
    assert article(world)["page_outcome"] == "server_error"


def test_the_bytes_of_the_page_are_kept(world: World) -> None:
    world.documents[URL] = page(*PARAGRAPHS)

    run_to_read(world)

    capture = world.services.queries.page_capture(1)
    assert capture is not None
    assert capture.body == page(*PARAGRAPHS)


def test_a_page_that_names_a_better_address_gives_the_article_its_name(world: World) -> None:
    canonical = '<link rel="canonical" href="https://outlet.example/evening-news">'
    world.documents[URL] = page(*PARAGRAPHS).replace(b"</head>", canonical.encode() + b"</head>")

    run_to_read(world)

    known = world.store.polls.known_articles(["https://outlet.example/evening-news"])
    assert [one.article_id for one in known.values()] == [1]


def test_two_addresses_of_one_page_are_one_story_and_one_alert(world: World) -> None:
    canonical = '<link rel="canonical" href="https://outlet.example/evening-news">'
    told = page(*PARAGRAPHS).replace(b"</head>", canonical.encode() + b"</head>")
    second = Item(2, "Evening news: Stepanakert today", "A long day, in short.")
    world.documents |= {URL: told, "https://outlet.example/2": told}
    world.publishes(rss(TEASER))
    world.publishes(rss(second), url="https://outlet.example/other.rss")
    services = world.services

    for batch in pipeline.tick(services):
        pipeline.poll(services, batch)
    read_and_judge(world, 3)

    alerts = services.queries.alerts(AlertFilter())
    same = [services.queries.article(article_id) for article_id in (1, 2)]
    assert [row["rule_id"] for row in alerts] == ["ceasefire"]
    assert sum(row is not None and row["same_as_id"] is not None for row in same) == 1


def test_a_page_of_another_site_cannot_take_an_article_over(world: World) -> None:
    canonical = b'<link rel="canonical" href="https://other.example/evening-news">'
    world.documents[URL] = page(*PARAGRAPHS).replace(b"</head>", canonical + b"</head>")

    run_to_read(world)

    assert world.store.polls.known_articles(["https://other.example/evening-news"]) == {}


def test_a_page_with_another_headline_is_not_the_article(world: World) -> None:
    consent = b"<html><head><title>Before you continue</title></head><body><article><h1>Before you continue</h1>"
    world.documents[URL] = consent + b"<p>We and our partners use cookies to give you the best of our site.</p>" * 9

    run_to_read(world)

    assert "cookies" not in article(world)["text"]
    assert "its headline is another" in " ".join(article(world)["notes"])


def test_articles_of_different_headlines_are_never_the_same(world: World) -> None:
    canonical = b'<link rel="canonical" href="https://outlet.example/news">'
    world.documents[URL] = page(*PARAGRAPHS).replace(b"</head>", canonical + b"</head>")
    other = page("Troops left the heights above Goris at dawn, the ministry said.", *PARAGRAPHS[::2])
    other = other.replace(TEASER.title.encode(), b"Troops leave the heights above Goris")
    world.documents["https://outlet.example/2"] = other.replace(b"</head>", canonical + b"</head>")
    world.publishes(rss(TEASER, Item(2, "Troops leave the heights above Goris", "At dawn, in Armenia.")))
    services = world.services

    pipeline.poll(services, [1])
    read_and_judge(world, 3)

    same = [services.queries.article(article_id) for article_id in (1, 2)]
    assert [row["same_as_id"] for row in same if row] == [None, None]


def claims(world: World, *own: str) -> list[list[str]]:
    """The pages that two workers claim, one after the other, where two pages of one host are due."""
    world.publishes(rss(TEASER, Item(2, "Troops leave the heights above Goris", "At dawn, in Armenia.")))
    pipeline.poll(world.services, [1])
    pipeline.match(world.services)
    until = world.now + timedelta(minutes=5)
    both = [world.store.pages.lease_due(1, world.now, until, own.__contains__) for _ in range(2)]
    return [[stored.article.url for stored in claim] for claim in both]


def test_the_pages_of_a_host_are_one_workers_at_a_time(world: World) -> None:
    assert claims(world) == [[URL], []]


def test_the_pages_of_a_host_of_the_operators_own_are_anybodys(world: World) -> None:
    assert claims(world, "outlet.example") == [[URL], ["https://outlet.example/2"]]


def test_a_host_whose_page_is_under_way_is_not_polled(world: World) -> None:
    first, _ = claims(world)
    world.passes(minutes=1)
    world.store.feeds.make_due([1], world.now)

    meanwhile = pipeline.tick(world.services)
    world.passes(minutes=5)

    assert first == [URL]
    assert meanwhile == []
    assert pipeline.tick(world.services) == [[1]]
