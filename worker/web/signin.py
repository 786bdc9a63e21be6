"""Signing in and out: `/login` with a name and a password, `/logout`.

A right password opens a session under a new secret, so that a cookie somebody planted is worth nothing (session
fixation). What fails is written to the audit log, which is also what the limits are counted by.
"""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from worker.bootstrap import Services
from worker.model.people import Deed, How, Role, Visitor
from worker.store.people import FAILED_LOGIN
from worker.web.access import cookie_name, set_cookie
from worker.web.plain import form, hidden, labelled, plain_page

LONGEST_NAME = 64
WRONG = "The name or the password is wrong."
TOO_MANY = "Too many wrong passwords of late; wait a quarter of an hour."
NOBODY = "There is no user yet. On the machine that Trucewire runs on: trucewire user add NAME --role admin"


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)
    people = services.store.people

    @routes.get("/login")
    def page(request: Request, next: str = "/") -> Response:  # noqa: A002  the parameter's name in the address
        if request.state.visitor is not None:
            return RedirectResponse(within(next), 303)
        return _page(request, next, "" if people.any_users() else NOBODY)

    @routes.post("/login")
    def sign_in(request: Request) -> Response:
        fields, now = request.state.form, services.now()
        name, back = fields.get("name", "")[:LONGEST_NAME], fields.get("next", "/")
        address = request.client.host if request.client else ""
        if not people.may_try(name, address, now):
            return _page(request, back, TOO_MANY, 429)
        role = people.role_of(name, fields.get("password", ""))
        if role is None:
            people.record(Visitor(name, Role.READER, How.SESSION, address), Deed(FAILED_LOGIN, name), now)
            return _page(request, back, WRONG, 401)
        secret = people.open_session(name, now)
        people.record(Visitor(name, role, How.SESSION, address), Deed("login", name), now)
        answer = RedirectResponse(within(back), 303)
        set_cookie(answer, request, secret)
        return answer

    @routes.post("/logout")
    def sign_out(request: Request) -> Response:
        visitor: Visitor = request.state.visitor
        answer = RedirectResponse("/login", 303)
        if visitor.how is How.SESSION:
            people.close_session(request.cookies.get(cookie_name(request), ""))
            people.record(visitor, Deed("logout", visitor.name), services.now())
            answer.delete_cookie(cookie_name(request), secure=request.url.scheme == "https", httponly=True, path="/")
        return answer

    return routes


def _page(request: Request, back: str, complaint: str, status: int = 200) -> Response:
    fields = (
        hidden("next", within(back)),
        labelled("Name", "name", complete="username"),
        labelled("Password", "password", "password", "current-password"),
    )
    page = plain_page("Sign in", complaint, form=form("/login", request.state.csrf, "Sign in", *fields))
    return HTMLResponse(page, status)


def within(path: str) -> str:
    """`path`, if it leads to a page of ours: an address elsewhere would make /login a trap (open redirect)."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return quote(path, safe="/?&=%:,+-._~") if ours else "/"
