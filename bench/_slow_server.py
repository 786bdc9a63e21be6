"""A server that thinks before it answers: `python -m bench._slow_server PORT SECONDS`, on every loopback address.

Answers 304 to whoever knows the ETag, and a feed of one entry to others.
"""

from __future__ import annotations

import asyncio
import sys

_FEED = (
    b'<rss version="2.0"><channel><title>T</title><item><title>One</title><guid>tag:one</guid></item></channel></rss>'
)
_WHOLE = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n%s' % (
    len(_FEED),
    _FEED,
)
_UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'


async def serve(port: int, delay_s: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(delay_s)
                writer.write(_UNCHANGED if b"if-none-match" in request.lower() else _WHOLE)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
