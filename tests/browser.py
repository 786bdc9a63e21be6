"""A browser of the tests' own: keeps cookies, posts forms with their key, follows nothing by itself."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from worker.credentials import form_key


@dataclass
class Page:
    """What was answered."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.raw.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)


@dataclass
class Browser:
    """Somebody at a browser, or a program with a token."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Page:
        """GET."""
        return self.ask("GET", path, None, {"Accept": "text/html"} | _named(headers))

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Page:
        """POST a form with the key that this browser's cookie asks for."""
        if not self.cookies:
            self.get("/login")
        if not self.cookies:  # where nobody is asked to sign in, any page will do
            self.get("/no-such-page")
        secret = next(iter(self.cookies.values()))
        form = {"csrf": form_key(secret)} | (fields or {})
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.address, "Accept": "text/html"}
        return self.ask("POST", path, urlencode(form).encode(), kind | _named(headers))

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Page:
        """Send JSON."""
        data = None if body is None else json.dumps(body).encode()
        return self.ask(method, path, data, {"Content-Type": "application/json"} | _named(headers))

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        """Any request."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = self.headers | ({"Cookie": cookies} if cookies else {}) | headers
        with closing(http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)) as connection:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            for header in response.headers.get_all("set-cookie") or []:
                name, _, value = header.partition(";")[0].partition("=")
                self.cookies[name] = value.strip('"')
            found = {name.lower(): value for name, value in response.getheaders()}
            return Page(response.status, found, response.read())


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
