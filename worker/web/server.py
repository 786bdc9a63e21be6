"""An application in, its answers to HTTP out: uvicorn in a thread of this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from worker.errors import SettingsError

AT_ONCE = 1000  # connections; more are answered with 503
HEAD_BYTES = 16 * 1024
KEEP_ALIVE_S = 5
FINISH_S = 1  # what is under way when it is stopped may take so long
STOP_S = 5.0
_LOOK_S = 0.02


@contextmanager
def serving(app: ASGIApp, host: str, port: int, proxies: Sequence[str] = ()) -> Iterator[str]:
    """`app` served for as long as the block lasts.

    Args:
        app: the application.
        host: an address of this machine.
        port: 0 takes any that is free.
        proxies: addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed.

    Yields:
        The address that is listened on, such as `http://127.0.0.1:8642`.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    listening = _listening(host, port)
    server = uvicorn.Server(_config(app, proxies))
    running = threading.Thread(target=server.run, args=([listening],), name="web", daemon=True)
    running.start()
    try:
        while not server.started and running.is_alive():
            running.join(_LOOK_S)
        name, bound = listening.getsockname()[:2]
        yield f"http://[{name}]:{bound}" if ":" in name else f"http://{name}:{bound}"
    finally:
        server.should_exit = True
        running.join(STOP_S)


def _config(app: ASGIApp, proxies: Sequence[str]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,  # as the process has decided
        access_log=False,  # tokens stand in paths
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        limit_concurrency=AT_ONCE,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=FINISH_S,
    )


def _listening(host: str, port: int) -> socket.socket:
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        # asyncio does so itself only for a socket that names its protocol. Otherwise the body of an answer waits for
        # the client to acknowledge its head: 40 ms on a kept connection. Those that are accepted inherit it.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        complaint = f"{host}:{port} cannot be listened on: {error.strerror}"
        remedy = "end what listens there, or set TRUCEWIRE_WEB_HOST and TRUCEWIRE_WEB_PORT"
        raise SettingsError("environment", "TRUCEWIRE_WEB_PORT", complaint, remedy) from error
    return listening
