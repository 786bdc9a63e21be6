"""HTTP GET: a conditional request in; a whole body, a 304, or a `FetchError` with a named outcome out.

Follows redirects by itself and checks each hop, asks again under a second User-Agent before it believes a 403, unpacks
what is compressed within limits, and takes turns per host. Never keeps a cookie, never asks a proxy, never returns
a part of a body as the whole, and never judges what a body says: a challenge page is `parse`'s matter.
"""

from worker.fetch.fetcher import Fetcher
from worker.fetch.robots import PageFetcher

__all__ = ["Fetcher", "PageFetcher"]
