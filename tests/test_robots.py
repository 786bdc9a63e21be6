"""Pages are fetched where robots.txt allows it, and only there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOW
from worker.errors import FetchError
from worker.fetch import PageFetcher
from worker.model import FetchRequest, FetchResponse, Outcome

PAGE = "https://outlet.example/news/1"
ROBOTS = "https://outlet.example/robots.txt"


class Site:
    """A site with a robots.txt, and a clock."""

    def __init__(self, robots: bytes | FetchError) -> None:
        self.robots, self.now = robots, NOW
        self.asked: list[str] = []
        self.fetcher = PageFetcher(self._fetch, lambda: self.now)

    def _fetch(self, request: FetchRequest) -> FetchResponse:
        self.asked.append(request.url)
        if request.url.endswith("/robots.txt"):
            if isinstance(self.robots, FetchError):
                raise self.robots
            return FetchResponse(request.url, 200, {}, self.robots)
        return FetchResponse(request.url, 200, {}, b"page")

    def get(self, url: str = PAGE) -> bytes:
        return self.fetcher.get(FetchRequest(url)).body


@pytest.mark.parametrize(
    "robots",
    [
        b"",
        b"User-agent: *\nDisallow: /search",
        b"User-agent: *\nDisallow: /\n\nUser-agent: Trucewire\nAllow: /news/",
        b"\xff\xfe not a robots file",
        FetchError("404", Outcome.NOT_FOUND),
        FetchError("403", Outcome.REFUSED),
    ],
)
def test_what_is_not_forbidden_is_fetched(robots: bytes | FetchError) -> None:
    assert Site(robots).get() == b"page"


@pytest.mark.parametrize(
    "robots",
    [
        b"User-agent: *\nDisallow: /",
        b"User-agent: *\nDisallow: /news/*",
        b"User-agent: trucewire\nDisallow: /news\n\nUser-agent: *\nAllow: /",
    ],
)
def test_what_is_forbidden_is_not_even_asked_for(robots: bytes) -> None:
    site = Site(robots)

    with pytest.raises(FetchError, match=r"robots\.txt forbids it") as refused:
        site.get()

    assert refused.value.permanent
    assert refused.value.outcome is Outcome.DISALLOWED
    assert site.asked == [ROBOTS]


@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.TIMED_OUT, Outcome.RATE_LIMITED])
def test_a_site_that_cannot_answer_just_now_is_asked_again_later(outcome: Outcome) -> None:
    site = Site(FetchError("not now", outcome))

    with pytest.raises(FetchError, match="not now") as refused:
        site.get()

    assert not refused.value.permanent


def test_robots_txt_is_asked_for_once_a_day() -> None:
    site = Site(b"")
    site.get()
    site.get()
    site.now += timedelta(hours=25)

    site.get()

    assert site.asked.count(ROBOTS) == 2


def test_each_site_has_rules_of_its_own() -> None:
    site = Site(b"")

    site.get("https://other.example/1")

    assert site.asked == ["https://other.example/robots.txt", "https://other.example/1"]
