"""Who may come in, and what they may change: the layer behind `security`, before every route.

A request comes in; the routes find `request.state.visitor` (who asks), `request.state.csrf` (for the hidden field
`csrf` of every form) and, with a form, `request.state.form` (its fields). It fails closed: a route that says nothing
about access is open to those who may look, and a change to analysts. Routes ask for more with `needs`.

Without users, the pages are open to whoever reaches them, provided that only this machine can: see `Doors`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.bootstrap import Services
from worker.credentials import form_key, new_secret, same
from worker.errors import SettingsError
from worker.model.people import How, Role, Visitor
from worker.settings import Settings
from worker.web.pace import KNOWN, STRANGER, Pace
from worker.web.problems import ProblemError, answer
from worker.web.security import is_loopback

COOKIE = "trucewire"
MOST_FIELDS = 100
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Nobody is asked who they are here: /websub/ and /do/ have secrets in their paths, the rest tells nothing.
OPEN = ("/static/", "/websub/", "/do/")
OPEN_PATHS = frozenset({"/login"})
NOT_COUNTED = ("/static/", "/websub/")  # files that lie in memory; pushes, which have a limit of their own
API = "/api/"
FEED_ENDS = (".atom", ".json")  # feed readers cannot sign in: a token in the query lets them read these
_FORM = "application/x-www-form-urlencoded"
_KNOWN_FOR = timedelta(seconds=5)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def refuse_open_doors(settings: Settings, *, anybody: bool) -> None:
    """Refuse to listen where others could come in and nobody would be asked who they are.

    Args:
        settings: where it listens.
        anybody: whether there is a user or a token.

    Raises:
        SettingsError: the address is reached from elsewhere.
    """
    if anybody or is_loopback(settings.web_published):
        return
    which = "TRUCEWIRE_WEB_HOST" if settings.web_host == settings.web_published else "TRUCEWIRE_WEB_PUBLISHED"
    complaint = f"{settings.web_published} can be reached from elsewhere, and there is no user to sign in as"
    raise SettingsError("environment", which, complaint, "run `trucewire user add NAME --role admin`, or use 127.0.0.1")


class Doors:
    """Who a request comes from."""

    def __init__(self, services: Services) -> None:
        self._people = services.store.people
        self._now = services.now
        # An address outside means a proxy on this machine: what comes in through it is not from this machine.
        self._alone = is_loopback(services.settings.web_published) and not services.settings.public_url
        self._users: tuple[datetime, bool] | None = None

    def is_open(self) -> bool:
        """Whether nobody need say who they are: only this machine comes in, and no user was ever made."""
        return self._alone and not self._any_users()

    def _any_users(self) -> bool:
        now = self._now()
        if self._users is None or not timedelta(0) <= now - self._users[0] < _KNOWN_FOR:
            self._users = (now, self._people.any_users())
        return self._users[1]

    def visitor(self, request: Request) -> tuple[Visitor | None, str | None]:
        """Who asks, None for a stranger; and the cookie's new secret where it is time for one.

        Raises:
            ProblemError: a token that is not valid, or a proxy before a service that asks nobody.
        """
        address = request.client.host if request.client else ""
        if token := _token(request):
            known = self._people.of_token(token, self._now())
            if known is None:
                raise ProblemError(401, "This token is not valid; `trucewire token list` shows which are.")
            return _at(known, address), None
        if self.is_open():
            if any(name in request.headers for name in _FORWARDED):
                raise ProblemError(
                    403, "This comes through a proxy, and there is no user to sign in as; run `trucewire user add`."
                )
            return Visitor("local", Role.ADMIN, How.LOOPBACK, address), None
        secret = request.cookies.get(cookie_name(request))
        session = self._people.session(secret, self._now()) if secret else None
        if session is None or secret is None:
            return None, None
        renewed = self._people.renew_session(secret, self._now()) if session.renew and request.method == "GET" else None
        return _at(session.visitor, address), renewed


def _at(visitor: Visitor, address: str) -> Visitor:
    return Visitor(visitor.name, visitor.role, visitor.how, address)


def _token(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    is_feed = request.method in {"GET", "HEAD"} and request.url.path.endswith(FEED_ENDS)
    return request.query_params.get("token") if is_feed else None


def cookie_name(request: Request) -> str:
    """The cookie's name: behind https one that no other host or path can have set (RFC 6265bis, __Host-)."""
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE


def set_cookie(response: Response, request: Request, secret: str) -> None:
    """Have the browser keep `secret`."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        cookie_name(request), secret, max_age=30 * 86_400, secure=secure, httponly=True, samesite="lax", path="/"
    )


class Gate:
    """Lets those in who may come in."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._doors = Doors(services)
        self._now = services.now
        self._pace = Pace()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            visitor, renewed = await run_in_threadpool(self._doors.visitor, request)
            self._slow_down(visitor, request)
            if visitor is None and not _is_open(request.url.path):
                await _sign_in(request)(scope, receive, send)
                return
            secret = renewed or request.cookies.get(cookie_name(request)) or new_secret()
            state = scope.setdefault("state", {})
            state |= {"visitor": visitor, "csrf": form_key(secret), "form": {}}
            if request.method in UNSAFE and not request.url.path.startswith("/websub/"):
                receive = await self._checked(request, visitor)
        except ProblemError as error:
            await answer(request, error.status, error.detail, headers=error.headers)(scope, receive, send)
            return
        fresh = secret if secret != request.cookies.get(cookie_name(request)) else None
        await self._app(scope, receive, _keeping(request, send, fresh) if fresh else send)

    def _slow_down(self, visitor: Visitor | None, request: Request) -> None:
        """Let nobody ask for more than this process can do for all; whoever sits at this machine may.

        Raises:
            ProblemError: it is too much at once.
        """
        if (visitor and visitor.how is How.LOOPBACK) or request.url.path.startswith(NOT_COUNTED):
            return
        who = f"{visitor.how} {visitor.name}" if visitor else f"at {request.client.host if request.client else ''}"
        if wait_s := self._pace.wait_s(who, KNOWN if visitor else STRANGER, self._now()):
            raise ProblemError(429, "That is too much at once; wait a little.", headers={"Retry-After": str(wait_s)})

    async def _checked(self, request: Request, visitor: Visitor | None) -> Receive:
        """Let a change through that our own page or a program sent; the body, to be received anew.

        Raises:
            ProblemError: it may have been sent by another site's page, or its sender may not change anything.
        """
        headers, path = request.headers, request.url.path
        refuse_other_sites(headers, request.url.scheme)
        if visitor is not None and not visitor.role.includes(Role.ANALYST) and path != "/logout":
            raise ProblemError(403, "A reader may look, but not change anything.")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if path.startswith(API):
            # A page of another site cannot send JSON without being let (CORS), and nobody is.
            if kind not in {"", "application/json"}:
                raise ProblemError(415, "The API takes application/json.")
            return request.receive
        body = await request.body()
        form = _fields(body) if kind == _FORM else {}
        given = form.get("csrf") or headers.get("x-csrf-token", "")
        is_program = visitor is not None and visitor.how is How.TOKEN
        if not is_program and not same(given, request.scope["state"]["csrf"]):
            raise ProblemError(403, "This form is too old, or cookies are off; load the page again.")
        request.scope["state"]["form"] = form
        return _again(body, request.receive)


def refuse_other_sites(headers: Headers, scheme: str) -> None:
    """Refuse what a browser says to come from another site's page.

    Raises:
        ProblemError: it does.
    """
    origin = headers.get("origin")
    if origin is not None:
        sent, host = urlsplit(origin), headers.get("host", "").lower()
        default = {"https": ":443", "http": ":80"}[scheme if scheme in {"https", "http"} else "http"]
        if sent.netloc.lower().removesuffix(default) != host.removesuffix(default) or not sent.netloc:
            raise ProblemError(403, "This was sent from another site's page.")
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise ProblemError(403, "This was sent from another site's page.")


def _fields(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError as error:
        raise ProblemError(400, "This form cannot be read.") from error


def _again(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def once_more() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith(OPEN)


def _sign_in(request: Request) -> Response:
    path = request.url.path
    if request.method == "GET" and "text/html" in request.headers.get("accept", "") and not path.startswith(API):
        back = path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(back)}" if back != "/" else "/login", 303)
    return answer(request, 401, "Sign in, or send a token.", headers={"WWW-Authenticate": 'Bearer realm="Trucewire"'})


def _keeping(request: Request, send: Send, secret: str) -> Send:
    """`send`, which gives pages' readers a cookie; programs have no use for one."""

    async def with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html") and "set-cookie" not in headers:
                response = Response()
                set_cookie(response, request, secret)
                headers.append("set-cookie", response.headers["set-cookie"])
        await send(message)

    return with_cookie


def needs(role: Role) -> Callable[[Request], Visitor]:
    """A dependency that gives the visitor, who has this role at least.

    Raises:
        ProblemError: the visitor may less.
    """

    def visitor(request: Request) -> Visitor:
        known: Visitor | None = request.state.visitor
        if known is None or not known.role.includes(role):
            raise ProblemError(403 if known else 401, f"This is for the role {role}.")
        return known

    return visitor


Reader = Annotated[Visitor, Depends(needs(Role.READER))]
Analyst = Annotated[Visitor, Depends(needs(Role.ANALYST))]
Admin = Annotated[Visitor, Depends(needs(Role.ADMIN))]
