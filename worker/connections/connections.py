"""Requests out, answers in, over connections that are kept and guarded; every failure becomes a named `FetchError`.

Follows no redirect, keeps no cookie, knows no proxy, and decodes no body. Those are the callers' matters or nobody's.

Why not a finished guard: `requests-hardened` (kept, used by Saleor) resolves anew for every request even where a
connection is kept, tries only the first address, and has no list of permitted hosts or networks; none that we know
bounds headers or the total time. Why not `requests.Session.send`: it costs as much again as the whole exchange
(cookies, hooks, environment), and following redirects by itself it would leave no place for a check.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http.client import BadStatusLine, HTTPException, RemoteDisconnected
from typing import Any, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.poolmanager import PoolManager

from worker.connections.addresses import AllowList
from worker.connections.exchange import Exchange, Resolver, current
from worker.connections.pools import GuardedPool, GuardedResponse, GuardedTLSPool
from worker.connections.sockets import resolve, tls_context
from worker.errors import FetchError
from worker.model.polling import FetchLimits, Outcome

_PIECE_BYTES = 64 * 1024
# Reading this much of an unwanted body is cheaper than a new connection.
_DRAINED_BYTES = 16 * 1024
_DRAINED_S = 0.25
_KEPT_PER_HOST = 16  # what lies idle; how many are at work at once is the callers' matter
_CLOSED = (RemoteDisconnected, ConnectionError, ssl.SSLEOFError)


@dataclass(slots=True)
class Answer:
    """The head of a response; its body is still on the wire. `finish` it, whatever happens."""

    status: int
    headers: dict[str, str]  # names in lower case, repeated ones joined by commas; see `heads`
    raw: urllib3.BaseHTTPResponse
    exchange: Exchange

    def pieces(self) -> Iterator[bytes]:
        """The body as sent, still encoded.

        Raises:
            FetchError: timed_out, or bad_response where it ends early.
        """
        try:
            while piece := self.raw.read(_PIECE_BYTES, decode_content=False):
                yield piece
        except Exception as error:
            raise named(error) from error

    def finish(self) -> None:
        """Give the connection back for reuse, or close it where the rest of the body is long or slow."""
        if self.status == 304:  # has no body: there is nothing to wait for
            self.raw.release_conn()
            return
        deadline = self.exchange.deadline
        self.exchange.deadline = min(deadline, time.monotonic() + _DRAINED_S)
        try:
            if self.raw.read(_DRAINED_BYTES, decode_content=False) and self.raw.read(1, decode_content=False):
                self.raw.close()
        except (urllib3.exceptions.HTTPError, OSError):
            self.raw.close()
        finally:
            self.exchange.deadline = deadline
            self.raw.release_conn()


class Connections:
    """The kept connections of one process. Thread-safe.

    Args:
        limits: hold for every exchange.
        resolver: host, port → addresses; the system's unless a test brings its own.
    """

    def __init__(self, limits: FetchLimits, resolver: Resolver = resolve) -> None:
        self.limits = limits
        self._allow = AllowList.of(limits.allow)
        self._resolver = resolver
        self._adapter = _GuardedAdapter(limits)

    def exchange(self) -> Exchange:
        """A new exchange; its deadline starts to run now."""
        return Exchange(self.limits, self._allow, self._resolver, time.monotonic() + self.limits.total_s)

    def headers_of(self, content_type: str, body: bytes) -> dict[str, str]:
        """What every request says that brings a body: who sends it, its type and its length."""
        return {
            "User-Agent": self.limits.user_agent,
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
        }

    def send(
        self, exchange: Exchange, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Send one request and read the head of its answer.

        Args:
            exchange: carries the deadline over several requests.
            method: GET or POST.
            url: as `absolute_url` returned it.
            headers: sent as they are, after Host.
            body: sent with its length, where there is one.

        Raises:
            FetchError: blocked_address, unreachable, tls_error, timed_out, too_large (headers) or bad_response.
        """
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, url, body
        request.headers = cast(Any, headers)  # nothing below asks for a name in another spelling
        if exchange.remaining_s <= 0:
            raise FetchError("the total time is used up", Outcome.TIMED_OUT)
        token = current.set(exchange)
        try:
            raw = cast(GuardedResponse, self._sent(request, exchange).raw)
        except FetchError:
            raise
        except Exception as error:
            raise named(error) from error
        finally:
            current.reset(token)
        return Answer(raw.status, raw.kept, raw, exchange)

    def _sent(self, request: requests.PreparedRequest, exchange: Exchange) -> requests.Response:
        timeout = (self.limits.connect_s, self.limits.read_s)
        try:
            return self._adapter.send(request, stream=True, timeout=timeout)
        except requests.ConnectionError as error:
            # A kept connection that the server closed at this very moment says nothing about the server.
            if not exchange.reused or not isinstance(_root(error), _CLOSED):
                raise
            return self._adapter.send(request, stream=True, timeout=timeout)

    def close(self) -> None:
        """Close every idle connection."""
        self._adapter.close()


class _GuardedAdapter(HTTPAdapter):
    """requests' adapter on our pools, without the cookies."""

    def __init__(self, limits: FetchLimits) -> None:
        super().__init__(pool_connections=limits.kept_hosts, pool_maxsize=_KEPT_PER_HOST, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **_: Any) -> None:
        self.poolmanager = PoolManager(connections, maxsize=maxsize, block=block)
        self.poolmanager.pool_classes_by_scheme = {"http": GuardedPool, "https": GuardedTLSPool}
        self.poolmanager.key_fn_by_scheme = dict.fromkeys(("http", "https"), cast(Any, _pool_key))

    def cert_verify(self, *_: Any) -> None:
        """Do nothing: our TLS context verifies, and the base class would read the certificates for every connection."""

    def get_connection_with_tls_context(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> Any:
        scheme, host, port = _origin(str(request.url))
        if scheme == "https" and "ssl_context" not in self.poolmanager.connection_pool_kw:
            # Reading the authorities takes 60 ms: only where TLS is used. Two threads that do so at once do no harm.
            self.poolmanager.connection_pool_kw["ssl_context"] = tls_context()
        return self.poolmanager.connection_from_host(host, port, scheme)

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        return request.path_url  # the base class looks for a proxy first

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = requests.Response.__new__(requests.Response)  # without the cookie jar that its __init__ makes
        response.raw = resp
        return response


def _pool_key(context: Mapping[str, Any]) -> tuple[str, str, int]:
    """What tells one pool from another; urllib3's own key has two dozen fields more, which are the same in all."""
    return context["scheme"], context["host"], context["port"]


@lru_cache(maxsize=4096)
def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urllib3.util.parse_url(url)
    return parts.scheme or "", parts.host or "", parts.port


@lru_cache(maxsize=4096)
def absolute_url(url: str) -> str:
    """`url` in the form it is sent in: ASCII, percent-encoded, without fragment and credentials.

    Raises:
        FetchError: blocked_address, where it is not an http(s) address.
    """
    request = requests.PreparedRequest()
    try:
        request.prepare_url(url, None)
        parts = urllib3.util.parse_url(request.url or "")
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
        raise FetchError(f"{url[:200]!r} is no address: {error}", Outcome.BLOCKED_ADDRESS, permanent=True) from error
    if parts.scheme not in ("http", "https") or not parts.host:
        raise FetchError(f"{url[:200]!r} is not an http(s) address", Outcome.BLOCKED_ADDRESS, permanent=True)
    return parts._replace(auth=None, fragment=None, path=parts.path or "/").url


def named(error: Exception) -> FetchError:
    """Any failure of requests, urllib3, http.client, ssl or the socket as a `FetchError` with its outcome."""
    root = _root(error)
    detail = str(getattr(root, "strerror", None) or root or type(root).__name__)
    if isinstance(root, FetchError):
        return root
    if isinstance(root, (TimeoutError, urllib3.exceptions.TimeoutError)):
        return FetchError("no answer in time", Outcome.TIMED_OUT)
    if isinstance(root, ssl.SSLError):
        return FetchError(f"TLS failed: {root.reason or detail}", Outcome.TLS_ERROR)
    if isinstance(root, BadStatusLine) and not isinstance(root, RemoteDisconnected):
        return FetchError("the answer is not HTTP", Outcome.BAD_RESPONSE)
    if isinstance(root, (HTTPException, OSError, urllib3.exceptions.HTTPError, ValueError)):
        return FetchError(f"the answer is broken: {detail}", Outcome.BAD_RESPONSE)
    raise error


def _root(error: BaseException) -> BaseException:
    """The innermost failure: requests wraps urllib3's, which wraps http.client's, which wraps the socket's."""
    inner = next((a for a in (*error.args, getattr(error, "reason", None)) if isinstance(a, BaseException)), None)
    return error if inner is None else _root(inner)
