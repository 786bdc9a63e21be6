"""The forms of the pages, and the links of messages: what they do is in `deeds`; this leads back to the page.

A link acts only when its own page's button is pressed: mail scanners follow links, and press nothing.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from worker.bootstrap import Services
from worker.errors import LinkError
from worker.links import Action, read
from worker.model import Silence
from worker.model.people import How, Role, Visitor
from worker.pipeline.reactions import link_secret
from worker.web import deeds
from worker.web.access import Admin, Analyst
from worker.web.api.parameters import Id
from worker.web.plain import form, plain_page
from worker.web.problems import ProblemError
from worker.web.signin import within

LENGTHS = {
    "1h": timedelta(hours=1),
    "2h": timedelta(hours=2),
    "4h": timedelta(hours=4),
    "12h": timedelta(hours=12),
    "1d": timedelta(days=1),
    "1w": timedelta(weeks=1),
}
LONGEST_REASON = 1000  # characters
VERDICTS = {"right": True, "wrong": False}


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/alerts/{alert_id}/ack")
    def acknowledge(alert_id: Id, request: Request, visitor: Analyst) -> Response:
        deeds.acknowledge(services, visitor, alert_id)
        return _back(request)

    @routes.post("/alerts/{alert_id}/snooze")
    def snooze(alert_id: Id, request: Request, visitor: Analyst) -> Response:
        deeds.snooze(services, visitor, alert_id, _length(request))
        return _back(request)

    @routes.post("/alerts/{alert_id}/silence")
    def silence(alert_id: Id, request: Request, visitor: Analyst) -> Response:
        alert = services.store.alerts.alert(alert_id)
        if alert is None:
            raise ProblemError(404, "There is no such alert.")
        deeds.add_silence(services, visitor, _silence(services, request, (alert.rule_id,), alert.places[:1]))
        return _back(request)

    @routes.post("/alerts/{alert_id}/{verdict}")
    def give_feedback(alert_id: Id, verdict: str, request: Request, visitor: Analyst) -> Response:
        # A form of its own button for each verdict, or one with a field for it (…/feedback).
        said = VERDICTS.get(_text(request, "verdict") if verdict == "feedback" else verdict)
        if said is None:
            raise ProblemError(404)
        deeds.give_feedback(services, visitor, alert_id, right=said, reason=_text(request, "reason"))
        return _back(request)

    _add_silences(routes, services)
    _add_switches(routes, services)
    _add_links(routes, services)
    return routes


def _add_silences(routes: APIRouter, services: Services) -> None:
    @routes.post("/silences")
    def add_silence(request: Request, visitor: Analyst) -> Response:
        rules, places = (tuple(filter(None, [_text(request, name)])) for name in ("rule", "place"))
        silence = _silence(services, request, rules, places)
        deeds.check_silence(services, silence)
        deeds.add_silence(services, visitor, silence)
        return _back(request)

    @routes.post("/silences/{silence_id}/end")
    def end_silence(silence_id: Id, request: Request, visitor: Analyst) -> Response:
        deeds.end_silence(services, visitor, silence_id)
        return _back(request)


def _add_switches(routes: APIRouter, services: Services) -> None:
    @routes.post("/feeds/{feed_id}/enable")
    def enable(feed_id: Id, request: Request, visitor: Admin) -> Response:
        deeds.switch_feed(services, visitor, feed_id, enabled=True)
        return _back(request)

    @routes.post("/feeds/{feed_id}/disable")
    def disable(feed_id: Id, request: Request, visitor: Admin) -> Response:
        deeds.switch_feed(services, visitor, feed_id, enabled=False)
        return _back(request)

    @routes.post("/feeds/{feed_id}/reset")
    def reset(feed_id: Id, request: Request, visitor: Admin) -> Response:
        deeds.reset_feed(services, visitor, feed_id)
        return _back(request)

    @routes.post("/feeds/{feed_id}/poll")
    def poll(feed_id: Id, request: Request, visitor: Admin) -> Response:
        deeds.poll_feed(services, visitor, feed_id)
        return _back(request)


def _add_links(routes: APIRouter, services: Services) -> None:
    def action_of(token: str) -> Action:
        try:
            return read(token, link_secret(services), services.now())
        except LinkError as error:
            raise ProblemError(410, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error

    @routes.get("/do/{token}")
    def ask(token: str, request: Request) -> Response:
        action = action_of(token)
        alert = services.store.alerts.alert(action.alert_id)
        if alert is None:
            raise ProblemError(404, "There is no such alert any more.")
        what = _words(action)
        button = form(f"/do/{token}", request.state.csrf, what)
        return HTMLResponse(plain_page(f"{what}?", alert.article.article.title, alert.match.sentence, form=button))

    @routes.post("/do/{token}")
    def act(token: str, request: Request) -> Response:
        action = action_of(token)
        address = request.client.host if request.client else ""
        known: Visitor | None = request.state.visitor
        visitor = known or Visitor("link", Role.ANALYST, How.LINK, address)
        if action.do.snooze is None:
            deeds.acknowledge(services, visitor, action.alert_id)
        else:
            deeds.snooze(services, visitor, action.alert_id, action.do.snooze)
        return HTMLResponse(plain_page("Done", f"{_words(action)}: done. This page may be closed."))


def _words(action: Action) -> str:
    snooze = action.do.snooze
    return "Acknowledge this alert" if snooze is None else f"Snooze this alert for {snooze // timedelta(hours=1)} hours"


def _silence(services: Services, request: Request, rules: tuple[str, ...], places: tuple[str, ...]) -> Silence:
    comment = _text(request, "comment")
    if not comment:
        raise ProblemError(422, "Say why: the comment is shown with everything that is muted.", ["comment"])
    now = services.now()
    return Silence(0, comment, now, now + _length(request), rules=rules, places=places)


def _length(request: Request) -> timedelta:
    length = LENGTHS.get(_text(request, "for"))
    if length is None:
        raise ProblemError(422, f"For how long? One of {', '.join(LENGTHS)}.", ["for"])
    return length


def _text(request: Request, name: str) -> str:
    return str(request.state.form.get(name, "")).replace("\0", "").strip()[:LONGEST_REASON]


def _back(request: Request) -> Response:
    return RedirectResponse(within(request.state.form.get("next", "/")), 303)
