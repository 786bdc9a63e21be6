"""The bytes of an article's page in, the article on it out.

Comes in: a page as fetched and its address. Goes out: a `Page` with title, text, author, times, site and language,
whose notes say where each time comes from. Boilerplate, "read also" tails and banners stay out. Never raises, never
fetches, and never takes the day of the visit, a copyright year or a script's date for the article's.

The only home of trafilatura, which finds the body; title and times are read here, where their sources can be weighed.
"""

from worker.extract.page import extract

__all__ = ["extract"]
