"""Feedback: what people say of alerts, kept as labelled data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from worker.tables import alerts, feedback


class FeedbackStore:
    """Writes of verdicts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, alert_id: int, *, right: bool, reason: str, now: datetime) -> bool:
        """Keep a verdict on an alert, beside earlier ones; False where there is no such alert."""
        with self._engine.begin() as connection:
            if connection.scalar(select(alerts.c.id).where(alerts.c.id == alert_id)) is None:
                return False
            row = {"alert_id": alert_id, "verdict": "right" if right else "wrong", "reason": reason, "at": now}
            connection.execute(feedback.insert(), row)
        return True
