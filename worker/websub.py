"""WebSub (https://www.w3.org/TR/websub/): the decisions of a subscriber. Documents, requests and times in, values out.

A hub is asked for pushes, and never trusted: a push says no more than *look now*, and only a signed one is heard. The
feed's own polls go on as if there were no hub, since hubs that accept and never push are common
(https://github.com/lion-reader/lion-reader/issues/1034). A hub that stays silent is left alone for a month.
Whoever overhears the secret on its way to a hub without TLS gains no more than polls ahead of their time.

Never sends, never stores, never reads the clock or draws a random number.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urljoin

from worker.model.polling import FetchResponse, ParsedFeed
from worker.model.subscriptions import HubAnswer, HubOffer, Subscription, SubscriptionState
from worker.urls import MAX_LENGTH, clean_url

LEASE_S = 10 * 86_400  # asked for; the hub decides
MINIMUM_LEASE_S, MAXIMUM_LEASE_S = 3600.0, 60 * 86_400.0  # what is believed of its decision
RENEWED_AFTER = 0.8  # of a lease
BACK_OFF_S, BACK_OFF_CAP_S = 600.0, 7 * 86_400.0  # no answer, or no verification
REFUSED_S, REFUSED_CAP_S = 86_400.0, 30 * 86_400.0  # a clear no
SILENT_AFTER = timedelta(days=3)
SILENT_FOR = timedelta(days=30)
# News that a poll brought so soon after the last push is the news it was about.
SAME_NEWS = timedelta(hours=1)
# Some feeds name now this hub, now that one: a change is believed a day after the last request.
HUB_HOLDS_FOR = timedelta(days=1)
CHALLENGE_CHARACTERS = 4096

_ALGORITHMS = frozenset({"sha1", "sha256", "sha384", "sha512"})
_TRY_LATER = frozenset({408, 421, 425, 429})  # 4xx that say nothing about the request itself
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:"[^"]*"|[^\s";,]*))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]*))', re.IGNORECASE)


class Step(StrEnum):
    """What is to be done about a subscription that is due."""

    SUBSCRIBE = "subscribe"  # for the first time, again, or to renew the lease
    UNSUBSCRIBE = "unsubscribe"
    DEMOTE = "demote"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a hub's request to the callback means."""

    challenge: str = ""  # to be echoed: the request is ours
    lease_s: float | None = None  # where it grants a subscription
    denied: str | None = None  # why the hub will not serve it; None = it does not say so


def hub_of(feed_id: int, response: FetchResponse, parsed: ParsedFeed) -> HubOffer | None:
    """The hub that a fetched feed names, None where there is none.

    `Link` headers come before the document (section 4). A feed that does not say under which address its hub knows it
    is known under the one that it was fetched from.
    """
    links = _link_header(response.headers.get("link", ""))
    hub_url = _address(links.get("hub") or parsed.hub_url, response.url)
    if not hub_url:
        return None
    return HubOffer(feed_id, hub_url, _address(links.get("self") or parsed.self_url, response.url) or response.url)


def _link_header(header: str) -> dict[str, str]:
    """The first target of each relation (RFC 8288)."""
    found: dict[str, str] = {}
    for link in _LINK.finditer(header[: 4 * MAX_LENGTH]):
        if rel := _REL.search(link[2]):
            for name in (rel[1] or rel[2] or "").lower().split():
                found.setdefault(name, link[1].strip())
    return found


def _address(url: str, base: str) -> str:
    """`url`, absolute and otherwise to the letter, as hubs compare topics so; "" for what is no web address."""
    if not url or not clean_url(url, base):
        return ""
    absolute = urljoin(base, url)
    usable = len(absolute) <= MAX_LENGTH and absolute.isprintable() and " " not in absolute
    return absolute if usable and absolute.startswith(("http://", "https://")) else ""


def is_news(offer: HubOffer, known: Subscription | None, now: datetime) -> bool:
    """Whether `offer` calls for a new subscription in the place of `known`."""
    if known is None or known.state is SubscriptionState.ENDED:
        return True
    if (offer.hub_url, offer.topic) == (known.hub_url, known.topic) or known.state is SubscriptionState.ENDING:
        return False
    return known.requested_at is None or now - known.requested_at >= HUB_HOLDS_FOR


def next_step(subscription: Subscription, now: datetime) -> Step:
    """What to do about a subscription that is due."""
    if subscription.state is SubscriptionState.ENDING:
        return Step.UNSUBSCRIBE
    return Step.DEMOTE if _is_silent(subscription, now) else Step.SUBSCRIBE


def _is_silent(subscription: Subscription, now: datetime) -> bool:
    """Whether polls have brought news that the hub should have told of."""
    heard = [at for at in (subscription.verified_at, subscription.last_push_at) if at is not None]
    news = subscription.feed_last_new_at
    if subscription.state is not SubscriptionState.ACTIVE or not heard or news is None:
        return False
    return now - max(heard) >= SILENT_AFTER and news - max(heard) > SAME_NEWS


def callback_url(public_url: str, token: str) -> str:
    """Where the hub is to send its pushes."""
    return f"{public_url.rstrip('/')}/websub/{token}"


def request_form(subscription: Subscription, step: Step, public_url: str) -> dict[str, str]:
    """The form of a request to the hub (section 5.1)."""
    form = {
        "hub.mode": step.value,
        "hub.topic": subscription.topic,
        "hub.callback": callback_url(public_url, subscription.token),
        "hub.verify": "async",  # hubs of PubSubHubbub 0.3 insist on it, later ones ignore it
    }
    if step is Step.SUBSCRIBE:
        form |= {"hub.secret": subscription.secret, "hub.lease_seconds": str(LEASE_S)}
    return form


def back_off_s(failures: int, *, refused: bool = False) -> float:
    """Seconds until a hub is asked again after `failures` requests in a row that came to nothing; doubled each time."""
    first_s, cap_s = (REFUSED_S, REFUSED_CAP_S) if refused else (BACK_OFF_S, BACK_OFF_CAP_S)
    return float(min(first_s * 2.0 ** min(max(failures, 1) - 1, 30), cap_s))


def is_accepted(answer: HubAnswer) -> bool:
    """Whether the hub took the request. It verifies later, or has done so while it was asked."""
    return 200 <= answer.status < 300


def is_refused(answer: HubAnswer) -> bool:
    """Whether the hub said no to this request, rather than *not now*."""
    return 400 <= answer.status < 500 and answer.status not in _TRY_LATER


def intent_of(subscription: Subscription, query: Mapping[str, str]) -> Intent | None:
    """What a GET of the callback means; None where it is not about something that we asked for (section 5.3).

    Args:
        subscription: that the callback belongs to.
        query: the parameters of the request.
    """
    mode, challenge = query.get("hub.mode", ""), query.get("hub.challenge", "")
    if query.get("hub.topic") != subscription.topic:
        return None
    ended = subscription.state in (SubscriptionState.ENDING, SubscriptionState.ENDED)
    if mode == "denied" and not ended:
        return Intent(denied=_line(query.get("hub.reason", "")) or "no reason given")
    if not 0 < len(challenge) <= CHALLENGE_CHARACTERS:
        return None
    if mode == "subscribe" and not ended and subscription.requested_at is not None:
        return Intent(challenge, lease_s=_lease_s(query.get("hub.lease_seconds", "")))
    return Intent(challenge) if mode == "unsubscribe" and ended else None


def _lease_s(text: str) -> float:
    granted = float(text) if text.isascii() and text.isdecimal() and len(text) < 16 else float(LEASE_S)
    return min(max(granted, MINIMUM_LEASE_S), MAXIMUM_LEASE_S)


def renewal_at(now: datetime, lease_s: float) -> datetime:
    """When a lease that was granted now is to be renewed."""
    return now + timedelta(seconds=RENEWED_AFTER * lease_s)


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:200]).strip()


class PushSignature:
    """Checks a push's body against its `X-Hub-Signature` piece by piece, so that none is held in memory (section 7.1).

    Args:
        secret: that the hub was given.
        header: as received, such as `sha256=0123…`; "" where it is missing.
    """

    def __init__(self, secret: str, header: str) -> None:
        method, _, signature = header.strip().partition("=")
        method = method.strip().lower()
        self._signature = signature.strip().lower()
        self._mac = hmac.new(secret.encode(), digestmod=method) if method in _ALGORITHMS else None

    def update(self, piece: bytes) -> None:
        """Read on."""
        if self._mac is not None:
            self._mac.update(piece)

    @property
    def is_right(self) -> bool:
        """Whether the body read so far is signed with the secret. Compares in constant time."""
        if self._mac is None:
            return False
        return hmac.compare_digest(self._mac.hexdigest().encode(), self._signature.encode())
