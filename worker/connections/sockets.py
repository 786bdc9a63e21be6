"""Sockets that keep a deadline and connect only to addresses that were checked.

The time-out of a socket begins anew with each byte, so a server that sends one byte a second holds a reader for ever.
Here every read is also bounded by the exchange's deadline, in the headers as in the body.
A name is resolved once, each of its addresses is checked, and the connection is made to the checked number itself:
between check and connect there is no second look-up that another answer could slip into (DNS rebinding).
"""

from __future__ import annotations

import socket
import ssl
import threading
from queue import Empty, SimpleQueue
from typing import Any

import certifi

from worker.connections.addresses import Address, host_key, numeric_address, refusal
from worker.connections.exchange import Exchange
from worker.errors import FetchError
from worker.model.polling import Outcome


class DeadlineSocket(socket.socket):
    """A TCP socket whose reads end at the exchange's deadline."""

    exchange: Exchange | None = None  # the one under way, or the last one

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Receive as the base class does, or time out at the deadline."""
        _shorten_timeout(self, self.exchange)
        return super().recv_into(*args, **kwargs)


class DeadlineTLSSocket(ssl.SSLSocket):
    """The same over TLS. The handshake is bounded as a whole by the socket's time-out while connecting."""

    exchange: Exchange | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Receive as the base class does, or time out at the deadline."""
        _shorten_timeout(self, self.exchange)
        return super().recv_into(*args, **kwargs)


def _shorten_timeout(sock: socket.socket, exchange: Exchange | None) -> None:
    if exchange is None:
        return
    remaining = exchange.remaining_s
    if remaining <= 0:
        raise TimeoutError("the total time is used up")
    timeout = sock.gettimeout()
    if timeout is None or remaining < timeout:
        sock.settimeout(remaining)


def tls_context() -> ssl.SSLContext:
    """TLS 1.2 or newer, certificates and host names verified.

    Trusted are Mozilla's authorities (certifi) and those of the system; `SSL_CERT_FILE` adds a private one.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.sslsocket_class = DeadlineTLSSocket
    return context


def resolve(host: str, port: int) -> list[Address]:
    """The addresses of `host` in the system's order of preference. Blocks as long as the system's resolver does."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = (numeric_address(str(answer[4][0])) for answer in answers)
    return [address for address in dict.fromkeys(addresses) if address is not None]


def connect(host: str, port: int, exchange: Exchange) -> DeadlineSocket:
    """A connection to the first permitted address of `host` that answers.

    Raises:
        FetchError: blocked_address, unreachable or timed_out.
    """
    addresses = _addresses(host, port, exchange)
    permitted = [a for a in addresses if refusal(a) is None or exchange.allow.opens(host, a)]
    if not permitted:
        reasons = ", ".join(f"{address} is {refusal(address)}" for address in addresses)
        if not reasons:
            raise FetchError(f"{host} has no address", Outcome.UNREACHABLE)
        raise FetchError(f"{host} is never connected to: {reasons}", Outcome.BLOCKED_ADDRESS, permanent=True)
    failure: OSError | None = None
    for address in permitted:
        timeout = min(exchange.limits.connect_s, exchange.remaining_s)
        if timeout <= 0:
            break
        try:
            return _connected(address, port, timeout)
        except OSError as error:
            failure = error
    if failure is None or isinstance(failure, TimeoutError):
        raise FetchError(f"connecting to {host} took too long", Outcome.TIMED_OUT) from failure
    raise FetchError(f"no connection to {host}: {failure.strerror or failure}", Outcome.UNREACHABLE) from failure


def _connected(address: Address, port: int, timeout: float) -> DeadlineSocket:
    sock = DeadlineSocket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(timeout)
        sock.connect((str(address), port))
    except BaseException:
        sock.close()
        raise
    return sock


def _addresses(host: str, port: int, exchange: Exchange) -> list[Address]:
    literal = numeric_address(host)
    if literal is not None:
        return [literal]
    # getaddrinfo knows no time-out. It works in a thread of its own, which outlives the wait if it must.
    box: SimpleQueue[list[Address] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            box.put(exchange.resolver(host, port))
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that is too long or empty
            box.put(error)

    threading.Thread(target=look_up, name=f"resolve {host_key(host)}", daemon=True).start()
    try:
        answer = box.get(timeout=max(0.0, min(exchange.limits.connect_s, exchange.remaining_s)))
    except Empty:
        raise FetchError(f"resolving {host} took too long", Outcome.TIMED_OUT) from None
    if isinstance(answer, Exception):
        raise FetchError(f"{host} does not resolve: {answer}", Outcome.UNREACHABLE) from answer
    return answer
