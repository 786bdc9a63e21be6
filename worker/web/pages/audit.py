"""`/audit`: who signed in and who changed what; for admins."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from worker.queries.people import audit_choices, audit_log, token_list, user_list
from worker.web.access import Admin
from worker.web.pages.asking import SPAN_WORDS, asked, moment
from worker.web.pages.rendering import Pages, address

AT_ONCE = 100
READ = ("who", "action", "subject", "since", "until", "before")


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(include_in_schema=False)
    services = pages.services
    engine = services.store.engine

    @routes.get("/audit")
    def audit_page(request: Request, visitor: Admin) -> Response:
        now = services.now()
        query = asked(request.query_params, READ, now)
        before, filtered = query.number("before"), query.without("before")
        found = audit_log(
            engine,
            who=query.get("who"),
            action=query.get("action"),
            subject=query.get("subject"),
            since=moment(query.get("since"), now),
            until=moment(query.get("until"), now),
            before_id=before,
            limit=AT_ONCE + 1,
        )
        shown = found[:AT_ONCE]
        return pages.page(
            request,
            "audit.html",
            now=now,
            found=shown,
            choices=audit_choices(engine),
            spans=SPAN_WORDS,
            filtered=filtered,
            unread=query.unread,
            users=user_list(engine),
            tokens=token_list(engine),
            newest=address("/audit", filtered) if before else "",
            older=address("/audit", filtered, before=shown[-1]["id"]) if len(found) > AT_ONCE else "",
        )

    return routes
