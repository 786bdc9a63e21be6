"""The bytes of a feed document in, its entries out, as published.

Comes in: any bytes at all, with the address and the Content-Type they came with. Goes out: a `ParsedFeed` whose
outcome names what the bytes were; `NOT_A_FEED` for a challenge page, an error page or garbage. Never raises, never
fetches (external entities stay unread), and never cleans text or believes a date: `normalise` does that.

The only home of feedparser. JSON Feed and news sitemaps, which feedparser does not know, have readers of their own.
"""

from worker.parse.document import parse

__all__ = ["parse"]
