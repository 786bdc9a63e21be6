"""Paragraphs of an article in, the article's own paragraphs out.

Drops what publishers print around and between a text: "read also" boxes and tails with other stories' headlines,
banners with today's date, calls to subscribe, buttons, counters. Their words would match rules for wars that the
article is not about, and their numbers would make a revision of every visit. Pure.
"""

from __future__ import annotations

from worker.boilerplate.counters import settled_text, settled_title
from worker.boilerplate.paragraphs import is_banner, own_paragraphs

__all__ = ["is_banner", "own_paragraphs", "settled_text", "settled_title"]
