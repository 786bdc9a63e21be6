"""One valid message for the tests of channels; they say only what matters to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from worker.model import Message, Severity

NOW = datetime(2023, 10, 3, 12, 0, tzinfo=UTC)


def a_message(**changes: Any) -> Message:
    message = Message(
        key="msg_0123456789abcdef",
        subject="[critical] ceasefire, agreed · Lachin: Headline",
        text="CRITICAL: ceasefire, agreed\nHeadline",
        html="<p><strong>CRITICAL</strong> · ceasefire, agreed</p>",
        payload={"type": "alert.raised", "data": {"title": "Headline"}},
        severity=Severity.CRITICAL,
        created_at=NOW,
    )
    return replace(message, **changes)
