"""Where WebSub hubs call back: `/websub/{token}`, GET to verify that we asked, POST to push.

The token in the path cannot be guessed, so whoever does not know it meets a 404 and costs one look-up. A push's body is
read past its signature and dropped, never parsed: a right signature makes the feed due, and the ordinary poll reads it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse
from starlette.requests import ClientDisconnect

from worker.bootstrap import Services
from worker.model.subscriptions import Subscription, SubscriptionState
from worker.websub import PushSignature, back_off_s, intent_of, renewal_at

log = logging.getLogger("trucewire")

MAX_PUSH_BYTES = 8 * 2**20  # more than the largest feed that a poll would take
PUSH_S = 20.0  # from the head of a push to its last byte
# A challenge is the hub's own text, and must not be taken for a page by whoever is lured to it.
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def router(services: Services, nudge: Callable[[int], None]) -> APIRouter:
    """The two routes."""
    routes = APIRouter(prefix="/websub", include_in_schema=False)

    def found(token: str) -> Subscription:
        known = services.store.subscriptions.of_token(token) if _TOKEN.fullmatch(token) else None
        if known is None:
            raise HTTPException(404)
        return known

    @routes.get("/{token}")
    def verify(token: str, request: Request) -> Response:
        return _verified(services, found(token), dict(request.query_params))

    @routes.post("/{token}")
    async def push(token: str, request: Request, background: BackgroundTasks) -> Response:
        subscription = await run_in_threadpool(found, token)
        if subscription.state is SubscriptionState.ENDED:
            raise HTTPException(410)
        signature = PushSignature(subscription.secret, request.headers.get("x-hub-signature", ""))
        await _read(request, signature)
        if signature.is_right:
            due = await run_in_threadpool(
                services.store.subscriptions.record_push, subscription.subscription_id, services.now()
            )
            for feed_id in due:
                background.add_task(nudge, feed_id)
            outcome = "due" if due else "noted"
        else:
            outcome = "wrong_signature"
        log.info("push feed=%s hub=%s outcome=%s", subscription.feed_url, subscription.hub_url, outcome)
        # The same answer whether it was heard or not (section 7.1): who guesses at the secret learns nothing.
        return Response(status_code=202, background=background)

    return routes


def _verified(services: Services, subscription: Subscription, query: dict[str, str]) -> Response:
    intent, now, record = intent_of(subscription, query), services.now(), services.store.subscriptions
    one, state = subscription.subscription_id, subscription.state
    if intent is None:
        raise HTTPException(410 if state is SubscriptionState.ENDED else 404)
    if intent.denied is not None:
        wait = timedelta(seconds=back_off_s(subscription.failures, refused=True))
        record.record_denial(one, f"denied: {intent.denied}", now + wait)
        outcome = "denied"
    elif intent.lease_s is not None:
        lease_until = now + timedelta(seconds=intent.lease_s)
        record.record_verification(one, now, lease_until, renewal_at(now, intent.lease_s))
        outcome = "active"
    else:
        record.end(one)
        outcome = "ended"
    log.info("verify feed=%s hub=%s outcome=%s", subscription.feed_url, subscription.hub_url, outcome)
    return PlainTextResponse(intent.challenge, headers=HEADERS)


async def _read(request: Request, signature: PushSignature) -> None:
    """Read the body past `signature`.

    Raises:
        HTTPException: 413 where it is too large, 408 where it is too slow, 400 where it ends early.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_PUSH_BYTES:
        raise HTTPException(413)
    size = 0
    try:
        async with asyncio.timeout(PUSH_S):
            async for piece in request.stream():
                size += len(piece)
                if size > MAX_PUSH_BYTES:
                    raise HTTPException(413)
                signature.update(piece)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
