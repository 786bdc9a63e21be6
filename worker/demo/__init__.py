"""A made-up week of news in six languages, and a local server that replays it fast.

A time in, feeds on a port of 127.0.0.1 out. Every outlet, event and word is invented; the addresses are under
`.example`, which leads nowhere (RFC 2606). Never talks to the network, and reads no clock but a stopwatch.
"""

from worker.demo.server import DemoServer

__all__ = ["DemoServer"]
