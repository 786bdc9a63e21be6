"""What a poll changes, decided without a network or a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, a_feed, a_polled, a_response, a_state, an_article
from worker.errors import FetchError
from worker.model import KnownArticle, Outcome, ParsedFeed, PollPlan
from worker.polling import REDIRECTS_BEFORE_MOVING, Polled, _skipped_s, digest_of, poll_plan, request_for
from worker.schedule import Limits

SURELY_CONDITIONAL = 0.5


def planned(polled: Polled, entries: Any = None, articles: Any = None) -> PollPlan:
    return poll_plan(polled, entries or {}, articles or {}, limits=Limits(), price=1.0, jitter=0.5)


def known(number: int = 1, feed_id: int = 1, **changes: Any) -> KnownArticle:
    article = an_article(number)
    return replace(KnownArticle(number, article.key, feed_id, article.fingerprint, 1), **changes)


def failed(outcome: Outcome = Outcome.TIMED_OUT, **changes: Any) -> Polled:
    error = FetchError("no answer", outcome)
    return replace(a_polled(response=None, parsed=None, error=error), **changes)


def test_an_entry_never_seen_is_a_new_article() -> None:
    plan = planned(a_polled(an_article(1)))

    assert (plan.outcome, plan.new) == (Outcome.NEW, (an_article(1),))
    assert plan.seen == ((an_article(1).identity, an_article(1).key),)


def test_a_document_with_nothing_new_says_so_and_keeps_no_capture() -> None:
    plan = planned(a_polled(an_article(1)), entries={an_article(1).identity: known()})

    assert (plan.outcome, plan.new, plan.revised, plan.seen, plan.capture) == (Outcome.NOTHING_NEW, (), (), (), None)


def test_a_changed_headline_at_its_own_feed_is_a_revision() -> None:
    changed = an_article(1, title="Another headline")

    plan = planned(a_polled(changed), entries={changed.identity: known()})

    assert plan.outcome is Outcome.NEW
    assert [revised.article.title for revised in plan.revised] == ["Another headline"]


def test_another_feeds_teaser_of_a_known_article_is_no_revision() -> None:
    teaser = an_article(1, summary="Shorter.")

    plan = planned(a_polled(teaser), articles={teaser.key: known(feed_id=2)})

    assert (plan.new, plan.revised) == ((), ())
    assert plan.seen == ((teaser.identity, teaser.key),)


@pytest.mark.parametrize(
    ("revision", "minutes_ago", "revised"),
    [
        (1, 0, True),
        (4, 0, True),
        (5, 1, False),
        (5, 2, True),
        (8, 15, False),
        (8, 16, True),
        (60, 1439, False),
        (60, 1440, True),
    ],
)
def test_a_text_that_changes_at_every_poll_is_revised_ever_more_rarely(
    revision: int, minutes_ago: int, revised: bool
) -> None:
    changed = an_article(1, text="1,234 readers")
    flapping = known(revision=revision, revised_at=NOW - timedelta(minutes=minutes_ago))

    plan = planned(a_polled(changed), entries={changed.identity: flapping})

    assert bool(plan.revised) is revised


def test_a_document_with_a_postponed_change_is_read_again_at_the_next_poll() -> None:
    state = a_state(etag='"before"', body_sha256="before")
    flapping = known(revision=9, revised_at=NOW - timedelta(minutes=1))
    changed = an_article(1, text="1,234 readers")

    plan = planned(a_polled(changed, state=state), entries={changed.identity: flapping})

    assert (plan.state.etag, plan.state.body_sha256, plan.read) == ('"before"', "before", False)
    assert plan.outcome is Outcome.NOTHING_NEW


@pytest.mark.parametrize(
    ("cache_control", "ttl_s", "hint_s"),
    [
        ("", None, None),
        ("public, max-age=120", None, 120),
        ('Max-Age="120"', 60.0, 120),
        ("s-maxage=600", 60.0, 60),
        ("max-age=never", None, None),
    ],
)
def test_the_wishes_of_feed_and_server_are_hints_for_the_schedule(
    cache_control: str, ttl_s: float | None, hint_s: float | None
) -> None:
    parsed = ParsedFeed(Outcome.NEW, ttl_s=ttl_s)

    plan = planned(a_polled(response=a_response(headers={"cache-control": cache_control}), parsed=parsed))

    assert plan.state.rate["hint_s"] == (hint_s or 0)


def test_a_feed_that_is_gone_asks_for_a_person() -> None:
    assert planned(failed(Outcome.GONE)).needs_person
    assert not planned(failed(Outcome.TIMED_OUT)).needs_person


def test_new_guids_for_known_addresses_are_no_flood() -> None:
    renamed = [replace(an_article(number), identity=f"changed-{number}") for number in range(30)]

    plan = planned(a_polled(*renamed), articles={article.key: known(n) for n, article in enumerate(renamed)})

    assert (plan.outcome, plan.new, plan.revised) == (Outcome.NOTHING_NEW, (), ())
    assert len(plan.seen) == 30


def test_one_article_twice_in_a_document_is_stored_once() -> None:
    plan = planned(a_polled(an_article(1), an_article(1)))

    assert len(plan.new) == 1


def test_what_is_new_is_kept_with_the_bytes_that_brought_it() -> None:
    response = a_response(b"<rss>news</rss>", headers={"etag": '"2"', "set-cookie": "secret"})

    plan = planned(a_polled(an_article(1), response=response))

    assert plan.capture is not None
    assert plan.capture.body == response.body
    assert plan.capture.headers == {"etag": '"2"'}


def test_validators_and_digest_are_remembered_for_the_next_poll() -> None:
    response = a_response(headers={"etag": '"2"', "last-modified": "Sat, 14 Mar 2026 11:00:00 GMT"})

    state = planned(a_polled(an_article(1), response=response)).state
    request = request_for(state, SURELY_CONDITIONAL)

    assert (request.etag, request.last_modified) == ('"2"', "Sat, 14 Mar 2026 11:00:00 GMT")
    assert digest_of(response.body) == state.body_sha256
    assert digest_of(response.body + b" ") != state.body_sha256


def test_a_304_is_unchanged_and_keeps_the_validators() -> None:
    polled = a_polled(state=a_state(etag='"1"'), response=a_response(b"", status=304, headers={}), parsed=None)

    plan = planned(polled)

    assert (plan.outcome, plan.status, plan.state.etag) == (Outcome.UNCHANGED, 304, '"1"')
    assert plan.state.last_ok_at == NOW


def test_an_unchanged_body_is_never_parsed_and_has_its_own_outcome() -> None:
    assert planned(a_polled(parsed=None)).outcome is Outcome.SAME_BODY


@pytest.mark.parametrize("outcome", [Outcome.NOT_A_FEED, Outcome.EMPTY])
def test_what_the_parser_says_of_a_document_is_the_outcome(outcome: Outcome) -> None:
    parsed = ParsedFeed(outcome, problems=("a challenge page",))

    assert planned(a_polled(parsed=parsed)).outcome is outcome


def test_a_challenge_page_leaves_validators_alone_and_counts_as_a_failure() -> None:
    parsed = ParsedFeed(Outcome.NOT_A_FEED, problems=("a challenge page",))

    plan = planned(a_polled(state=a_state(etag='"good"', failures=2), parsed=parsed))

    assert (plan.state.etag, plan.state.failures, plan.error) == ('"good"', 3, "a challenge page")


def test_a_failure_is_stored_with_its_name_and_counted() -> None:
    plan = planned(failed())

    assert (plan.outcome, plan.error, plan.state.failures) == (Outcome.TIMED_OUT, "no answer", 1)
    assert plan.state.last_ok_at is None


def test_success_ends_a_row_of_failures() -> None:
    assert planned(a_polled(an_article(1), state=a_state(failures=9))).state.failures == 0


def test_after_a_failure_the_whole_document_is_asked_for() -> None:
    request = request_for(a_state(etag='"1"', failures=1), SURELY_CONDITIONAL)

    assert (request.etag, request.last_modified) == (None, None)


def test_the_whole_document_is_asked_for_now_and_then() -> None:
    assert request_for(a_state(etag='"1"'), 0.001).etag is None
    assert request_for(a_state(etag='"1"'), SURELY_CONDITIONAL).etag == '"1"'


def redirected(polls: int, target: str = "https://new.example/rss") -> Any:
    state = a_state()
    for _ in range(polls):
        state = planned(a_polled(state=state, response=a_response(permanent_url=target))).state
    return state


def test_a_permanent_redirect_is_believed_once_it_has_held() -> None:
    before, after = redirected(REDIRECTS_BEFORE_MOVING - 1), redirected(REDIRECTS_BEFORE_MOVING)

    assert request_for(before, SURELY_CONDITIONAL).url == a_feed().url
    assert request_for(after, SURELY_CONDITIONAL).url == "https://new.example/rss"


def test_a_moved_feed_stays_moved_while_it_answers_and_goes_home_when_it_fails() -> None:
    moved = planned(a_polled(state=redirected(REDIRECTS_BEFORE_MOVING))).state
    broken = planned(failed(state=moved)).state

    assert request_for(moved, SURELY_CONDITIONAL).url == "https://new.example/rss"
    assert request_for(broken, SURELY_CONDITIONAL).url == a_feed().url


def test_a_redirect_that_changes_its_mind_is_not_believed() -> None:
    state = redirected(REDIRECTS_BEFORE_MOVING - 1)

    state = planned(a_polled(state=state, response=a_response(permanent_url="https://parked.example/"))).state

    assert request_for(state, SURELY_CONDITIONAL).url == a_feed().url


@given(st.sampled_from([outcome for outcome in Outcome if not outcome.ok]), st.integers(0, 100))
def test_no_failure_ever_gives_a_feed_up(outcome: Outcome, failures: int) -> None:
    plan = planned(failed(outcome, state=a_state(failures=failures)))

    assert plan.state.next_poll_at is not None
    assert NOW < plan.state.next_poll_at < NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("hours", "days", "at", "hint_s"),
    [
        ({22, 23, 0}, set(), datetime(2026, 3, 14, 22, 30, tzinfo=UTC), 9000.0),
        ({22, 23, 0}, set(), datetime(2026, 3, 14, 21, 30, tzinfo=UTC), None),
        (set(), {5}, datetime(2026, 3, 14, 23, 0, tzinfo=UTC), 3600.0),
        (set(range(24)), set(), datetime(2026, 3, 14, 12, 0, tzinfo=UTC), None),
        (set(), set(), datetime(2026, 3, 14, 12, 0, tzinfo=UTC), None),
    ],
)
def test_hours_and_days_in_which_a_feed_is_not_to_be_asked_are_hints(
    hours: set[int], days: set[int], at: datetime, hint_s: float | None
) -> None:
    parsed = ParsedFeed(Outcome.EMPTY, skip_hours=frozenset(hours), skip_days=frozenset(days))

    assert _skipped_s(parsed, at) == hint_s
