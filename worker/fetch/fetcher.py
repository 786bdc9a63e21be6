"""`Fetcher`: one conditional GET for feeds, pages and OPML."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import lru_cache

from worker.connections import AllowList, Answer, Connections, Exchange, Resolver, absolute_url, retry_after_s
from worker.connections.sockets import resolve
from worker.errors import FetchError
from worker.fetch.decoding import ACCEPTED, unpacked
from worker.fetch.outcomes import USER_AGENT_REFUSALS, outcome_of
from worker.fetch.redirects import REDIRECTS, Chain
from worker.fetch.turns import Turns
from worker.model.polling import FetchLimits, FetchRequest, FetchResponse, Outcome

_WHOLE = frozenset({200, 203})  # 203: a proxy on the way changed it, but it is whole
_GZIP_FILES = frozenset({"application/gzip", "application/x-gzip"})
_REMEMBERED_HOSTS = 4096
# However many threads read, only so many of them hold a large body at once: a worker's memory stays bounded.
_LARGE_BYTES = 2**20
_LARGE_AT_ONCE = 3
_VALIDATOR_CHARACTERS = 1024


class Fetcher:
    """HTTP GET within hard limits. One per process, thread-safe, keeps its connections.

    Args:
        limits: of time, size, politeness and address.
        now: reads the clock; only a `Retry-After` date from a server that sends no `Date` needs it.
        resolver: host, port → addresses; the system's unless a test brings its own.
    """

    def __init__(self, limits: FetchLimits, now: Callable[[], datetime], resolver: Resolver = resolve) -> None:
        self._limits = limits
        self._now = now
        self._connections = Connections(limits, resolver)
        self._turns = Turns(limits.per_host, limits.spacing_s, patience_s=limits.total_s)
        # Hosts that the operator has opened are the operator's own: nobody there asks for spacing.
        self._is_own = lru_cache(_REMEMBERED_HOSTS)(AllowList.of(limits.allow).names)
        self._own_turns = Turns(limits.per_host, 0.0, patience_s=limits.total_s)
        self._large = Turns(_LARGE_AT_ONCE, 0.0, patience_s=limits.total_s)
        self._user_agents = (limits.user_agent, limits.second_user_agent or _as_browsers_do(limits.user_agent))
        self._second_first: set[str] = set()  # hosts that refuse the first User-Agent and take the second

    def get(self, request: FetchRequest) -> FetchResponse:
        """The document at `request.url`, or word that it has not changed.

        Returns:
            A status of 200 with the whole body, decompressed; or of 304 without one.

        Raises:
            FetchError: everything else, with its outcome.
        """
        exchange = self._connections.exchange()
        chain = Chain(absolute_url(request.url), self._limits.max_redirects)
        try:
            while (response := self._hop(exchange, request, chain)) is None:
                pass
        except FetchError as error:
            raise FetchError(
                f"{chain.url}: {error}",
                error.outcome,
                permanent=error.permanent and not chain.targets,  # a redirect may lead elsewhere next time
                retry_after_s=error.retry_after_s,
                status=error.status,
            ) from error
        return response

    def close(self) -> None:
        """Close every idle connection."""
        self._connections.close()

    def _hop(self, exchange: Exchange, request: FetchRequest, chain: Chain) -> FetchResponse | None:
        """One request of the chain: its response, or None where it was redirected."""
        host = chain.host
        turns = self._own_turns if self._is_own(host) else self._turns
        with turns.turn(host) as waited_s:
            exchange.pause(waited_s)
            answer = self._answer(exchange, request, chain, host)
            try:
                if answer.status in REDIRECTS:
                    chain.follow(answer.status, answer.headers.get("location", ""))
                    return None
                return self._response(answer, request, chain)
            except FetchError as error:
                error.status = answer.status
                raise
            finally:
                answer.finish()

    def _answer(self, exchange: Exchange, request: FetchRequest, chain: Chain, host: str) -> Answer:
        """Send the request, a second time under the other User-Agent where the first is refused."""
        first, second = self._user_agents if host not in self._second_first else self._user_agents[::-1]
        answer = self._connections.send(exchange, "GET", chain.url, _headers(request, first))
        if answer.status not in USER_AGENT_REFUSALS or first == second:
            return answer
        answer.finish()
        answer = self._connections.send(exchange, "GET", chain.url, _headers(request, second))
        if answer.status not in USER_AGENT_REFUSALS:
            self._take_first(host, second)
        return answer

    def _take_first(self, host: str, user_agent: str) -> None:
        if len(self._second_first) >= _REMEMBERED_HOSTS:
            self._second_first.clear()  # what is forgotten is found out again by one more request
        if user_agent == self._user_agents[1]:
            self._second_first.add(host)
        else:
            self._second_first.discard(host)

    def _response(self, answer: Answer, request: FetchRequest, chain: Chain) -> FetchResponse:
        headers = answer.headers
        if answer.status in _WHOLE:
            body = self._body(answer)
            return FetchResponse(chain.url, 200, headers, body, chain.permanent_url, tuple(chain.targets))
        if answer.status == 304 and (request.etag or request.last_modified):
            return FetchResponse(chain.url, 304, headers, b"", chain.permanent_url, tuple(chain.targets))
        raise FetchError(
            f"HTTP {answer.status}",
            outcome_of(answer.status),
            permanent=answer.status == 410,
            retry_after_s=retry_after_s(headers, self._now(), self._limits.max_retry_after_s),
            status=answer.status,
        )

    def _body(self, answer: Answer) -> bytes:
        limits, length = self._limits, answer.headers.get("content-length", "")
        if length.isdecimal() and (len(length) > 15 or int(length) > limits.max_bytes):
            raise FetchError(f"the body has {length[:20]} bytes", Outcome.TOO_LARGE)
        coding = answer.headers.get("content-encoding", "")
        if not coding and answer.headers.get("content-type", "").partition(";")[0].strip().lower() in _GZIP_FILES:
            coding = "gzip"  # feed.xml.gz, as sitemaps are often served
        parts: list[bytes] = []
        size = 0
        with ExitStack() as held:
            for part in unpacked(answer.pieces(), coding, limits.max_bytes, limits.max_decompressed_bytes):
                parts.append(part)
                if size <= _LARGE_BYTES < size + len(part):
                    answer.exchange.pause(held.enter_context(self._large.turn("a large body")))
                size += len(part)
            return b"".join(parts)


def _as_browsers_do(user_agent: str) -> str:
    """`Name/1 (+contact)` as `Mozilla/5.0 (compatible; Name/1; +contact)`: honest still, and let in at more doors."""
    return f"Mozilla/5.0 (compatible; {user_agent.replace(' (', '; ').rstrip(')')})"


def _headers(request: FetchRequest, user_agent: str) -> dict[str, str]:
    # No Connection header: HTTP/1.1 keeps connections anyway, and requests' "keep-alive" hangs at some CDNs.
    headers = {"User-Agent": user_agent, "Accept": request.accept, "Accept-Encoding": ACCEPTED}
    if request.etag and _sendable(request.etag):
        headers["If-None-Match"] = request.etag
    if request.last_modified and _sendable(request.last_modified):
        headers["If-Modified-Since"] = request.last_modified
    return headers


def _sendable(value: str) -> bool:
    """Whether a validator, which a server made up, can be sent back."""
    return len(value) <= _VALIDATOR_CHARACTERS and value.isascii() and value.isprintable()
