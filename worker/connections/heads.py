"""Heads of HTTP messages: request lines as bytes, and the head of a response read within limits.

Nothing here knows feeds or channels. `http.client` stops at 100 header lines, which real sites exceed, lets each of
them be 64 KB long, and hands them to the parser of e-mail, which costs more than the rest of an exchange;
`LimitedResponse` counts lines and bytes itself and keeps only what Trucewire reads.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, BinaryIO, cast

from worker.connections.exchange import Exchange, current
from worker.errors import FetchError
from worker.model.polling import Outcome

# Framing, validators, redirects, caching, waiting, and what tells a challenge page. The rest, mostly cookies and
# policies for browsers, is counted and dropped.
KEPT_HEADERS = {
    name: name.decode()
    for name in (
        b"age|alt-svc|cache-control|cf-mitigated|connection|content-encoding|content-language|content-length"
        b"|content-location|content-type|date|etag|expires|keep-alive|last-modified|link|location|proxy-connection"
        b"|ratelimit-reset|retry-after|server|transfer-encoding|vary|via|warning|x-cache|x-ratelimit-reset|x-robots-tag"
    ).split(b"|")
}
_BLANK = (b"\r\n", b"\n", b"")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)  # RFC 9110, 5.6.2
_LINE_END = re.compile(r"[\r\n\0]")
_SWITCHING_PROTOCOLS = 101


@lru_cache(maxsize=16_384)  # of each feed's validators, and the few lines that all requests share
def header_line(name: str, value: str) -> bytes:
    """One line of a request's head, without its end.

    Raises:
        ValueError: it could be taken for more than one line.
    """
    if not _NAME.fullmatch(name) or _LINE_END.search(value):
        raise ValueError(f"{name!r}: {value!r} is no header")
    return f"{name}: {value}".encode("latin-1")


class HeadReader:
    """The head of a response, interim responses (100 Continue) included: counts every line and byte.

    Args:
        stream: the buffered socket.
        exchange: whose limits hold.
    """

    def __init__(self, stream: BinaryIO, exchange: Exchange) -> None:
        self._stream = stream
        self._lines = exchange.limits.max_headers + 2  # the status line and the blank one
        self._bytes = exchange.limits.max_header_bytes

    def readline(self, limit: int = -1) -> bytes:
        """The next line; b"" at the end of the stream.

        Raises:
            FetchError: too_large.
        """
        line = self._stream.readline(self._bytes + 1)
        self._bytes -= len(line)
        self._lines -= 1
        if self._bytes < 0 or self._lines < 0:
            raise FetchError("the response has too many headers, or too large ones", Outcome.TOO_LARGE)
        return line

    def headers(self) -> list[tuple[str, str]]:
        """The headers that are kept, names in lower case, up to the blank line."""
        found: list[tuple[str, str]] = []
        kept: str | None = None
        while (line := self.readline()) not in _BLANK:
            if line[0] in b" \t":  # continues the header before it (obsolete folding)
                if kept is not None:
                    found[-1] = (kept, f"{found[-1][1]} {line.strip().decode('latin-1')}")
                continue
            name, colon, value = line.partition(b":")
            kept = KEPT_HEADERS.get(name.lower()) if colon else None
            if kept is not None:
                found.append((kept, value.strip().decode("latin-1")))
        return found

    def close(self) -> None:
        """Close the stream, as `http.client` does after a status line that is not HTTP."""
        self._stream.close()


class LimitedResponse(http.client.HTTPResponse):
    """A response whose head is read by a `HeadReader`."""

    kept: dict[str, str]  # headers, names in lower case, repeated ones joined by commas
    _method: str

    def begin(self) -> None:
        """Read status line and headers, and find out how the body is framed, as the base class does.

        Raises:
            FetchError: too_large.
        """
        stream, head = self.fp, HeadReader(cast(BinaryIO, self.fp), current.get())
        self.fp = cast(Any, head)
        try:
            version, status, reason = self._read_status()
            while 100 <= status < 200 and status != _SWITCHING_PROTOCOLS:
                head.headers()
                version, status, reason = self._read_status()
            lines = head.headers()
        finally:
            if self.fp is not None:
                self.fp = stream
        if not version.startswith("HTTP/1.") and version != "HTTP/0.9":
            raise http.client.UnknownProtocol(version)
        self.version = 10 if version in ("HTTP/1.0", "HTTP/0.9") else 11
        self.code = self.status = status
        self.reason = reason.strip()
        self.kept = _joined(lines)
        self.headers = self.msg = cast(Any, dict(reversed(lines)))  # the first of its name counts
        self._frame()

    def _read_status(self) -> tuple[str, int, str]:
        return super()._read_status()  # type: ignore[misc,no-any-return]  # nobody's but http.client's, and ours

    def _frame(self) -> None:
        """Where the body ends: by chunks, after `length` bytes, or with the connection (RFC 9112, 6.3)."""
        bodiless = self.status in (204, 304) or 100 <= self.status < 200 or self._method == "HEAD"
        coding = self.kept.get("transfer-encoding", "").rpartition(",")[2].strip().lower()  # the last one frames
        self.chunked = coding == "chunked" and not bodiless  # what servers say of a 304 is of the body it stands for
        self.chunk_left = None
        self.length = 0 if bodiless else None if self.chunked else _length(self.kept.get("content-length", ""))
        unframed = not self.chunked and self.length is None
        self.will_close = self._check_close() or unframed  # type: ignore[attr-defined]  # the base class's


def _joined(lines: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in lines:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _length(value: str) -> int | None:
    """What Content-Length says, once or several times the same (RFC 9110, 8.6); None where it is no number.

    Raises:
        FetchError: bad_response, where it says different things: nobody knows where such a body ends.
    """
    try:
        lengths = {int(one) for one in value.split(",")}
    except ValueError:
        return None
    if len(lengths) > 1:
        raise FetchError(f"the response has several lengths: {value[:100]}", Outcome.BAD_RESPONSE)
    length = lengths.pop()
    return length if length >= 0 else None
