"""A template and what it shows in, an answer out: the one place of the web service that makes HTML pages.

Jinja escapes everything by itself; what is already HTML is `Markup`, made in `marks`, `moments` and the templates'
macros only. An answer carries an ETag of its own content, so that a page that is as it was costs its reader nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from worker import __version__
from worker.bootstrap import Services
from worker.model.people import Role
from worker.queries import Row
from worker.queries.sources import SourceQueries
from worker.web.assets import Assets
from worker.web.pages import marks, moments, signs, words
from worker.web.pages.names import Names

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ckb", "ps"})
NAVIGATION = (
    ("/", "Now", "n"),
    ("/stories", "Stories", "s"),
    ("/log", "Log", "l"),
    ("/map", "Map", "m"),
    ("/trends", "Trends", "t"),
    ("/feeds", "Feeds", "f"),
    ("/rules", "Rules", "r"),
)
KNOWN_FOR = timedelta(minutes=1)  # feeds change seldom
AUDIT = ("/audit", "Audit", "u")  # for admins


class Pages:
    """Renders templates on these services."""

    def __init__(self, services: Services, assets: Assets) -> None:
        self.services = services
        self._sources = SourceQueries(services.store.engine)
        self._known: tuple[datetime, list[Row], Names] | None = None
        self._environment = environment(assets)

    @property
    def names(self) -> Names:
        """What sides and families are called."""
        return self._told()[1]

    @property
    def publishers(self) -> list[Row]:
        """Who is read, as `SourceQueries.publishers` says."""
        return self._told()[0]

    def _told(self) -> tuple[list[Row], Names]:
        now = self.services.now()
        if self._known is None or not timedelta(0) <= now - self._known[0] < KNOWN_FOR:
            found = self._sources.publishers()
            pairs = [(row["publisher"], row["family"]) for row in found]
            self._known = (now, found, Names(self.services.settings.profile, pairs))
        return self._known[1:]

    def page(self, request: Request, template: str, status: int = 200, **shown: Any) -> Response:
        """A page.

        Args:
            request: what asks for it.
            template: its file's name.
            status: of the answer.
            shown: what the template shows; `now` is the time of this run, `unread` says what of the query was left out.
        """
        shown = {"now": self.services.now(), "unread": ()} | shown
        shown["names"] = self.names
        body = self._environment.get_template(template).render(**_frame(request), **shown).encode()
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
        if status == 200 and etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, status, headers, "text/html; charset=utf-8")

    def piece(self, template: str, macro: str, *arguments: Any, now: datetime) -> str:
        """A macro of a template by itself, for what is put into a page that stands already."""
        module = self._environment.get_template(template).make_module(
            {"now": now, "csrf": "", "may_act": True, "names": self.names}
        )
        return str(getattr(module, macro)(*arguments))


def _frame(request: Request) -> dict[str, Any]:
    visitor = getattr(request.state, "visitor", None)
    return {
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "navigation": (*NAVIGATION, AUDIT) if visitor is not None and visitor.role is Role.ADMIN else NAVIGATION,
        "csrf": getattr(request.state, "csrf", ""),
        "visitor": visitor,
        "may_act": visitor is not None and visitor.role.includes(Role.ANALYST),
        "query": dict(request.query_params),
    }


@cache
def environment(assets: Assets) -> Environment:
    """Jinja as all pages use it; made once, as it keeps the templates that it has compiled."""
    jinja = Environment(
        loader=PackageLoader("worker.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    jinja.filters |= {
        "words": words.words,
        "grouped": words.grouped,
        "language": words.language,
        "sentence": marks.sentence_of,
        "headline": marks.headline,
        "reports": words.reports,
        "web": web_address,
        "lasting": moments.length,
    }
    jinja.globals |= {
        "asset": assets.url,
        "version": __version__,
        "icon": signs.icon,
        "sign": signs.sign,
        "severity": words.severity,
        "stance": words.stance,
        "confirmation": words.confirmation,
        "region": words.region,
        "reasons": words.REASONS,
        "count": words.count,
        "time": moments.time_tag,
        "since_words": moments.since_words,
        "tongue": tongue,
        "says_it": marks.says_it,
        "address": address,
    }
    return jinja


def tongue(language: str) -> Markup:
    """The attributes of an element that holds text in `language`: `lang`, and the direction it is written in."""
    direction = "rtl" if language in RIGHT_TO_LEFT else "auto" if not language else "ltr"
    named = language if language.isascii() and language.isalpha() and len(language) in {2, 3} else "und"
    return Markup(f'lang="{named}" dir="{direction}"')  # noqa: S704  both are of a few letters, as just seen


def web_address(url: str) -> str:
    """`url` where it leads to the web, "" where following it would do something else, as javascript: and data: do."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    plain = all(char.isprintable() for char in url)
    return url.strip() if plain and parts.scheme in {"http", "https"} and parts.netloc else ""


def address(path: str, query: Mapping[str, Any], **changes: Any) -> str:
    """`path` with the query parameters `query`, some of them changed; empty ones are left out."""
    merged = {name: value for name, value in {**query, **changes}.items() if value not in ("", None)}
    return f"{path}?{urlencode(merged)}" if merged else path
