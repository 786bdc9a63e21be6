"""`/api/v1/me`, `users`, `tokens`, `audit`: who asks, who may, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from worker.bootstrap import Services
from worker.queries.people import audit_log, token_list, user_list
from worker.web.access import Admin, Reader
from worker.web.api.articles import next_of
from worker.web.api.cursors import last_seen
from worker.web.api.parameters import Cursor, Limit, Moment, Word

AUDIT = "audit"


class Me(BaseModel):
    """Who asks."""

    name: str
    role: str
    how: str


class UserItem(BaseModel):
    """A user."""

    name: str
    role: str
    created_at: datetime
    last_login_at: datetime | None


class UserList(BaseModel):
    """Users, by name."""

    items: list[UserItem]


class TokenItem(BaseModel):
    """A token; its secret is kept nowhere."""

    name: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class TokenList(BaseModel):
    """Tokens, by name."""

    items: list[TokenItem]


class AuditItem(BaseModel):
    """One line of the audit log."""

    id: int
    at: datetime
    who: str
    how: str
    address: str
    action: str
    subject: str
    detail: dict[str, Any] | None


class AuditPage(BaseModel):
    """The audit log, newest first."""

    items: list[AuditItem]
    next: str | None


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["people"])
    engine = services.store.engine

    @routes.get("/me")
    def get_me(visitor: Reader) -> Me:
        """Who asks."""
        return Me(name=visitor.name, role=str(visitor.role), how=str(visitor.how))

    @routes.get("/users")
    def list_users(visitor: Admin) -> UserList:
        """Who may sign in; they are made by `trucewire user`."""
        return UserList(items=[UserItem(**row) for row in user_list(engine)])

    @routes.get("/tokens")
    def list_tokens(visitor: Admin) -> TokenList:
        """Tokens for programs; they are made by `trucewire token`."""
        return TokenList(items=[TokenItem(**row) for row in token_list(engine)])

    _add_audit(routes, services)
    return routes


def _add_audit(routes: APIRouter, services: Services) -> None:
    engine = services.store.engine

    @routes.get("/audit")
    def list_audit(
        visitor: Admin,
        who: Word = "",
        action: Annotated[Word, Query(description="`alert.snooze`; `alert` stands for all that begin with it")] = "",
        subject: Annotated[Word, Query(description="what it was done to: an id, a name")] = "",
        since: Moment | None = None,
        until: Moment | None = None,
        cursor: Cursor = "",
        limit: Limit = 50,
    ) -> AuditPage:
        """Who signed in and who changed what."""
        before_id = last_seen(AUDIT, cursor)
        rows = audit_log(
            engine,
            who=who,
            action=action,
            subject=subject,
            since=since,
            until=until,
            before_id=before_id,
            limit=limit + 1,
        )
        return AuditPage(items=[AuditItem(**row) for row in rows[:limit]], next=next_of(AUDIT, rows, limit))
