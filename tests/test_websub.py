"""The decisions of a WebSub subscriber."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, a_response
from worker.model import Outcome, ParsedFeed
from worker.model.subscriptions import HubAnswer, HubOffer, Subscription, SubscriptionState
from worker.websub import (
    BACK_OFF_CAP_S,
    MAXIMUM_LEASE_S,
    MINIMUM_LEASE_S,
    PushSignature,
    Step,
    back_off_s,
    callback_url,
    hub_of,
    intent_of,
    is_accepted,
    is_news,
    is_refused,
    next_step,
    renewal_at,
    request_form,
)

HUB = "https://hub.example/"
TOPIC = "https://outlet.example/rss"
SECRET = "a secret"


def a_subscription(**changes: Any) -> Subscription:
    subscription = Subscription(
        subscription_id=1,
        feed_id=7,
        feed_url=TOPIC,
        hub_url=HUB,
        topic=TOPIC,
        token="t0ken",
        secret=SECRET,
        state=SubscriptionState.ACTIVE,
        next_attempt_at=NOW,
        requested_at=NOW - timedelta(days=8),
        verified_at=NOW - timedelta(days=8),
        lease_until=NOW + timedelta(days=2),
    )
    return replace(subscription, **changes)


def a_document(**changes: Any) -> ParsedFeed:
    return replace(ParsedFeed(Outcome.NEW, hub_url=HUB), **changes)


def a_query(**changes: str) -> dict[str, str]:
    query = {"mode": "subscribe", "topic": TOPIC, "challenge": "c", "lease_seconds": "864000"} | changes
    return {f"hub.{name}": value for name, value in query.items()}


def signed(body: bytes, method: str, secret: str = SECRET) -> str:
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


def is_right(header: str, *pieces: bytes) -> bool:
    signature = PushSignature(SECRET, header)
    for piece in pieces:
        signature.update(piece)
    return signature.is_right


# ------------------------------------------------------------------------------------------------------------ hubs


def test_a_feed_is_known_under_the_address_that_it_names() -> None:
    document = a_document(self_url="https://outlet.example/feed?b=2&a=1")

    assert hub_of(7, a_response(), document) == HubOffer(7, HUB, "https://outlet.example/feed?b=2&a=1")


@pytest.mark.parametrize("self_url", ["", "javascript:alert(1)", "https://outlet.example/" + "x" * 3000])
def test_a_feed_without_a_usable_name_is_known_under_its_address(self_url: str) -> None:
    offer = hub_of(7, a_response(), a_document(self_url=self_url))

    assert offer == HubOffer(7, HUB, "https://outlet.example/rss")


def test_relative_addresses_are_meant_from_the_feed() -> None:
    offer = hub_of(7, a_response(), a_document(hub_url="/?pushpress=hub", self_url="feed"))

    assert offer == HubOffer(7, "https://outlet.example/?pushpress=hub", "https://outlet.example/feed")


UNUSABLE = ["", "mailto:hub@example.org", "https://", "http://[", "https://hub.example/\0", "https://hub.example/a b"]


@pytest.mark.parametrize("hub_url", UNUSABLE)
def test_no_usable_hub_is_no_hub(hub_url: str) -> None:
    assert hub_of(7, a_response(), a_document(hub_url=hub_url)) is None


LINKS = """<https://api.example/>; rel="https://api.w.org/", <https://first.example/>; title="a, b; c"; REL="Hub",
<https://outlet.example/topic>; rel="canonical self\""""


@pytest.mark.parametrize(
    "header",
    [
        '<https://first.example/>; rel="hub", <https://outlet.example/topic>; rel="self"',
        "<https://outlet.example/topic>;rel=self,<https://first.example/>;rel=hub,<https://second.example/>;rel=hub",
        LINKS,
    ],
)
def test_link_headers_come_before_the_document(header: str) -> None:
    response = a_response(headers={"link": header})

    offer = hub_of(7, response, a_document(self_url="https://outlet.example/other"))

    assert offer == HubOffer(7, "https://first.example/", "https://outlet.example/topic")


@given(st.text(alphabet='<>;="rhubelslf, \t/:', max_size=200))
def test_no_link_header_is_an_error(header: str) -> None:
    assert hub_of(7, a_response(headers={"link": header}), a_document()) is not None


@pytest.mark.parametrize(
    ("known", "news"),
    [
        (None, True),
        (a_subscription(), False),
        (a_subscription(state=SubscriptionState.REFUSED), False),
        (a_subscription(state=SubscriptionState.ENDED), True),
        (a_subscription(state=SubscriptionState.ENDING, hub_url="https://other.example/"), False),
        (a_subscription(hub_url="https://other.example/"), True),
        (a_subscription(topic="https://outlet.example/other"), True),
        (a_subscription(hub_url="https://other.example/", requested_at=NOW - timedelta(hours=23)), False),
        (a_subscription(hub_url="https://other.example/", requested_at=None), True),
    ],
)
def test_a_hub_is_news_where_there_is_none_or_has_been_another_for_a_day(
    known: Subscription | None, news: bool
) -> None:
    assert is_news(HubOffer(7, HUB, TOPIC), known, NOW) is news


# -------------------------------------------------------------------------------------------------------- requests


def test_a_subscription_is_asked_for_with_secret_and_lease() -> None:
    assert request_form(a_subscription(), Step.SUBSCRIBE, "https://monitor.example/trucewire/") == {
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.callback": "https://monitor.example/trucewire/websub/t0ken",
        "hub.verify": "async",
        "hub.secret": SECRET,
        "hub.lease_seconds": "864000",
    }


def test_the_end_of_a_subscription_is_asked_for_without_its_secret() -> None:
    form = request_form(a_subscription(), Step.UNSUBSCRIBE, "https://monitor.example")

    assert form["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in form


def test_neither_token_nor_secret_shows_in_a_log() -> None:
    assert "t0ken" not in repr(a_subscription())
    assert SECRET not in repr(a_subscription())


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, Step.SUBSCRIBE),
        ({"state": SubscriptionState.WANTED, "verified_at": None}, Step.SUBSCRIBE),
        ({"state": SubscriptionState.SILENT, "feed_last_new_at": NOW}, Step.SUBSCRIBE),
        ({"state": SubscriptionState.ENDING}, Step.UNSUBSCRIBE),
        # the feed brought news, and no push told of it
        ({"feed_last_new_at": NOW - timedelta(days=1)}, Step.DEMOTE),
        ({"feed_last_new_at": NOW - timedelta(days=1), "last_push_at": NOW - timedelta(days=4)}, Step.DEMOTE),
        # nothing to tell of, told of, or too early to say
        ({"feed_last_new_at": NOW - timedelta(days=9)}, Step.SUBSCRIBE),
        ({"feed_last_new_at": NOW - timedelta(days=4), "last_push_at": NOW - timedelta(days=4)}, Step.SUBSCRIBE),
        ({"feed_last_new_at": NOW - timedelta(days=1), "verified_at": NOW - timedelta(days=2)}, Step.SUBSCRIBE),
    ],
)
def test_a_hub_is_left_alone_where_polls_found_what_it_should_have_pushed(changes: dict[str, Any], step: Step) -> None:
    assert next_step(a_subscription(**changes), NOW) is step


@pytest.mark.parametrize(
    ("status", "accepted", "refused"),
    [
        (202, True, False),
        (204, True, False),
        (302, False, False),
        (400, False, True),
        (404, False, True),
        (408, False, False),
        (429, False, False),
        (503, False, False),
    ],
)
def test_what_a_hub_answers_is_yes_no_or_not_now(status: int, accepted: bool, refused: bool) -> None:
    answer = HubAnswer(status)

    assert (is_accepted(answer), is_refused(answer)) == (accepted, refused)


@given(st.integers(0, 10_000), st.booleans())
def test_back_off_never_shrinks_as_failures_grow(failures: int, refused: bool) -> None:
    wait_s, next_s = back_off_s(failures, refused=refused), back_off_s(failures + 1, refused=refused)

    assert 600 <= wait_s <= next_s
    assert back_off_s(failures) <= BACK_OFF_CAP_S
    assert back_off_s(failures) <= back_off_s(failures, refused=True)


def test_a_callback_lies_below_the_public_address() -> None:
    assert callback_url("https://monitor.example", "t0ken") == "https://monitor.example/websub/t0ken"


# --------------------------------------------------------------------------------------------------------- intents


def test_what_we_asked_for_is_confirmed_with_the_challenge() -> None:
    intent = intent_of(a_subscription(state=SubscriptionState.REQUESTED), a_query(challenge="42"))

    assert intent is not None
    assert (intent.challenge, intent.lease_s, intent.denied) == ("42", 864_000.0, None)


@pytest.mark.parametrize(
    ("state", "query"),
    [
        (SubscriptionState.ACTIVE, a_query(topic="https://outlet.example/other")),
        (SubscriptionState.ACTIVE, a_query(challenge="")),
        (SubscriptionState.ACTIVE, a_query(challenge="x" * 5000)),
        (SubscriptionState.ACTIVE, a_query(mode="unsubscribe")),
        (SubscriptionState.ACTIVE, a_query(mode="publish")),
        (SubscriptionState.ENDED, a_query()),
        (SubscriptionState.ENDED, a_query(mode="denied")),
        (SubscriptionState.ENDING, a_query()),
        (SubscriptionState.ACTIVE, {}),
    ],
)
def test_what_nobody_asked_for_is_not_confirmed(state: SubscriptionState, query: dict[str, str]) -> None:
    assert intent_of(a_subscription(state=state), query) is None


def test_a_hub_that_has_not_been_asked_is_not_confirmed() -> None:
    wanted = a_subscription(state=SubscriptionState.WANTED, requested_at=None)

    assert intent_of(wanted, a_query()) is None


@pytest.mark.parametrize("state", [SubscriptionState.ENDING, SubscriptionState.ENDED])
def test_the_end_that_we_asked_for_is_confirmed(state: SubscriptionState) -> None:
    intent = intent_of(a_subscription(state=state), a_query(mode="unsubscribe"))

    assert intent is not None
    assert (intent.challenge, intent.lease_s) == ("c", None)


@pytest.mark.parametrize(("reason", "denied"), [("no\r\nroom", "no  room"), ("", "no reason given")])
def test_a_denial_keeps_its_reason(reason: str, denied: str) -> None:
    intent = intent_of(a_subscription(), a_query(mode="denied", challenge="", reason=reason))

    assert intent is not None
    assert (intent.denied, intent.challenge) == (denied, "")


@given(st.text(max_size=30))
def test_a_lease_is_believed_within_bounds(lease: str) -> None:
    intent = intent_of(a_subscription(), a_query(lease_seconds=lease))

    assert intent is not None
    assert intent.lease_s is not None
    assert MINIMUM_LEASE_S <= intent.lease_s <= MAXIMUM_LEASE_S


@given(st.floats(MINIMUM_LEASE_S, MAXIMUM_LEASE_S))
def test_a_lease_is_renewed_while_it_lasts(lease_s: float) -> None:
    assert NOW < renewal_at(NOW, lease_s) < NOW + timedelta(seconds=lease_s)


# ------------------------------------------------------------------------------------------------------ signatures


@given(st.binary(max_size=200), st.sampled_from(["sha1", "sha256", "sha384", "sha512"]), st.integers(0, 200))
def test_a_right_signature_is_right_however_the_body_arrives(body: bytes, method: str, cut: int) -> None:
    assert is_right(signed(body, method), body[:cut], body[cut:])


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_signature_is_of_one_body(body: bytes, other: bytes) -> None:
    assert is_right(signed(body, "sha256"), other) is (body == other)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        "sha256",
        "=",
        signed(b"body", "sha256", "another secret"),
        signed(b"body", "md5"),
        signed(b"body", "sha256").replace("sha256", "sha512"),
        signed(b"body", "sha256")[:-1],
        signed(b"body", "sha256") + "0",
        signed(b"body", "sha256").removeprefix("sha256="),
        "sha256=ℵ",
        "sha256=" + "0" * 64,
    ],
)
def test_a_wrong_signature_is_wrong(header: str) -> None:
    assert not is_right(header, b"body")


def test_upper_case_is_the_same_signature() -> None:
    assert is_right(signed(b"body", "sha256").upper(), b"body")


@given(st.text(max_size=100))
def test_no_signature_is_an_error(header: str) -> None:
    assert not is_right(header, b"body")
