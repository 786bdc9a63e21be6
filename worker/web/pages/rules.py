"""`/rules`: what raises alerts, and what it has raised; any rule can be tried on the log before it is trusted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from worker.queries.outcomes import OutcomeQueries
from worker.web.access import Analyst
from worker.web.pages.drafts import rule_as_toml
from worker.web.pages.rendering import Pages
from worker.web.problems import ProblemError
from worker.web.trials import try_rules

LATELY = timedelta(days=7)
SPANS = {"1": "the last day", "7": "the last week", "30": "the last month", "90": "the last three months"}
LONGEST = 20_000  # characters of TOML
EXAMPLE = """[[rule]]
id = "ceasefire"
title = "Ceasefire"
severity = "critical"
concepts = ["ceasefire"]
stances = ["agreed", "in_force", "violated", "ended"]
"""


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)
    services = pages.services
    queries = OutcomeQueries(services.store.engine)

    def page(request: Request, text: str, days: str, status: int = 200, **shown: Any) -> Response:
        now = services.now()
        counted = queries.rules(now - LATELY)
        return pages.page(
            request,
            "rules.html",
            status,
            now=now,
            rules=[(rule, counted.get(rule.rule_id)) for rule in services.settings.rules],
            silences=[one for one in services.queries.silences() if now < one["ends_at"]],
            text=text,
            days=days,
            spans=SPANS,
            **({"trial": None, "complaint": "", "chosen": ""} | shown),
        )

    @routes.get("/rules")
    def rules_page(request: Request) -> Response:
        chosen = request.query_params.get("rule", "")
        draft = next((rule_as_toml(rule) for rule in services.settings.rules if rule.rule_id == chosen), "")
        return page(request, draft or EXAMPLE, "7", chosen=chosen if draft else "")

    @routes.post("/rules")
    def try_page(request: Request, visitor: Analyst) -> Response:
        form = request.state.form
        text, days = form.get("rules", "")[:LONGEST], form.get("days", "7")
        days = days if days in SPANS else "7"
        try:
            trial = try_rules(services, text, services.now() - timedelta(days=int(days)))
        except ProblemError as error:
            return page(request, text, days, 422, complaint=error.detail)
        return page(request, text, days, trial=trial)

    return routes
