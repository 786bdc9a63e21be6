"""Hubs that feeds name in; subscriptions asked for, renewed, and ended."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from worker.bootstrap import Services
from worker.errors import FetchError
from worker.model.subscriptions import Subscription
from worker.polling import Polled
from worker.websub import (
    SILENT_FOR,
    Step,
    back_off_s,
    hub_of,
    is_accepted,
    is_news,
    is_refused,
    next_step,
    request_form,
)

log = logging.getLogger("trucewire")

BATCH = 40
REQUESTS_AT_ONCE = 8
LEASE = timedelta(minutes=5)  # above what a batch takes, each of its requests at its deadline
JITTER = 0.1  # of a wait, so that the subscriptions of one hub do not stay in step


def note_hubs(services: Services, polled: Sequence[Polled]) -> None:
    """Want a subscription where a poll has found a hub. Nothing without an address that hubs can reach."""
    if not services.settings.public_url:
        return
    found = [
        offer
        for one in polled
        if one.response and one.parsed and one.outcome.ok
        if (offer := hub_of(one.state.feed_id, one.response, one.parsed))
    ]
    if not found:
        return
    now = services.now()
    known = services.store.subscriptions.of_feeds(offer.feed_id for offer in found)
    if news := [offer for offer in found if is_news(offer, known.get(offer.feed_id), now)]:
        services.store.subscriptions.offer(news, now)


def subscribe(services: Services) -> list[int]:
    """Do what is due at hubs; the feeds that pushes made due in the meantime, and that are to be polled."""
    public_url = services.settings.public_url
    if not public_url:
        return []
    now = services.now()
    pushed = services.store.subscriptions.settle(public_url, now)
    due = services.store.subscriptions.lease(BATCH, now, now + LEASE)
    if due:
        with ThreadPoolExecutor(min(REQUESTS_AT_ONCE, len(due)), "subscribe") as pool:
            for _ in pool.map(lambda subscription: _attend_to(services, subscription, now), due):
                pass  # an error that is not the hub's is raised here
    return pushed


def _attend_to(services: Services, subscription: Subscription, now: datetime) -> None:
    step = next_step(subscription, now)
    if step is Step.DEMOTE:
        reason = f"accepted, but pushed nothing since {subscription.last_push_at or subscription.verified_at}"
        services.store.subscriptions.record_silence(subscription.subscription_id, reason, now + SILENT_FOR)
        _log(subscription, step, "silent")
    elif step is Step.UNSUBSCRIBE:
        _unsubscribe(services, subscription, now)
    else:
        _subscribe(services, subscription, now)


def _subscribe(services: Services, subscription: Subscription, now: datetime) -> None:
    record, public_url = services.store.subscriptions, services.settings.public_url
    failures, one = subscription.failures + 1, subscription.subscription_id
    record.record_request(one, public_url, now, now + _wait(services, back_off_s(failures)))
    try:
        answer = services.ask_hub(subscription.hub_url, request_form(subscription, Step.SUBSCRIBE, public_url), now)
    except FetchError as error:
        wait = _wait(services, back_off_s(failures, refused=error.permanent))
        record.record_failure(one, str(error), now + wait, refused=error.permanent)
        _log(subscription, Step.SUBSCRIBE, str(error.outcome))
        return
    if is_accepted(answer):
        _log(subscription, Step.SUBSCRIBE, "accepted")
        return
    refused = is_refused(answer)
    wait_s = max(back_off_s(failures, refused=refused), answer.retry_after_s or 0.0)
    error_text = f"HTTP {answer.status} {answer.text}".strip()
    record.record_failure(one, error_text, now + _wait(services, wait_s), refused=refused)
    _log(subscription, Step.SUBSCRIBE, "refused" if refused else "failed")


def _unsubscribe(services: Services, subscription: Subscription, now: datetime) -> None:
    """Tell the hub, once: one that does not listen meets a 410 at its next push."""
    if subscription.requested_at is not None:
        form = request_form(subscription, Step.UNSUBSCRIBE, services.settings.public_url)
        try:
            services.ask_hub(subscription.hub_url, form, now)
        except FetchError as error:
            _log(subscription, Step.UNSUBSCRIBE, str(error.outcome))
    services.store.subscriptions.end(subscription.subscription_id)
    _log(subscription, Step.UNSUBSCRIBE, "ended")


def _wait(services: Services, seconds: float) -> timedelta:
    return timedelta(seconds=seconds * (1 + JITTER * services.chance()))


def _log(subscription: Subscription, step: Step, outcome: str) -> None:
    log.info(
        "subscribe feed=%s hub=%s step=%s outcome=%s", subscription.feed_url, subscription.hub_url, step.value, outcome
    )
