"""The pages: a request in, HTML out. They ask `worker.queries` and change nothing but by forms that others answer."""

from __future__ import annotations

from fastapi import APIRouter

from worker.bootstrap import Services
from worker.web import assets
from worker.web.pages import (
    articles,
    audit,
    feeds,
    live,
    log,
    map,  # noqa: A004  as the pages are called
    now,
    rules,
    stories,
    story,
    trends,
)
from worker.web.pages.rendering import Pages


def router(services: Services) -> APIRouter:
    """Every page and its live stream."""
    pages = Pages(services, assets.all_assets())
    routes = APIRouter()
    for part in (now, log, articles, stories, story, map, trends, feeds, rules, audit, live):
        routes.include_router(part.router(pages))
    return routes
