"""Signs as they are drawn: an icon and its word. Names in, HTML out; made once for each, as a page has hundreds."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from worker.web.pages.words import Sign

# Within 16 by 16.
_SHAPES = {
    "triangle": '<path d="M8 1.6 15.2 14H.8z"/>',
    "diamond": '<path d="M8 .8 15.2 8 8 15.2.8 8z"/>',
    "circle": '<circle cx="8" cy="8" r="5.6"/>',
    "check": '<path class="line" d="m2.5 8.5 3.7 3.8 7.3-8.6"/>',
    "cross": '<path class="line" d="m3 3 10 10M13 3 3 13"/>',
    "slash": '<circle class="line" cx="8" cy="8" r="6"/><path class="line" d="m3.8 12.2 8.4-8.4"/>',
    "stop": '<rect x="3" y="3" width="10" height="10" rx="1"/>',
    "dots": '<circle cx="3" cy="8" r="1.6"/><circle cx="8" cy="8" r="1.6"/><circle cx="13" cy="8" r="1.6"/>',
    "arrow": '<path class="line" d="M2 8h11M9 3.8 13.2 8 9 12.2"/>',
    "back": '<path class="line" d="M3 4v4h4M3.4 8A5.4 5.4 0 1 1 5 12.4"/>',
    "question": '<path class="line" d="M5 5.4a3 3 0 1 1 4.4 2.7c-1 .6-1.4 1-1.4 2.1"/>'
    '<circle cx="8" cy="13.2" r="1.1"/>',
    "ring": '<circle class="line" cx="8" cy="8" r="5.4"/>',
    "half": '<circle class="line" cx="8" cy="8" r="5.4"/><path d="M8 2.6a5.4 5.4 0 0 0 0 10.8z"/>',
    "pair": '<circle class="line" cx="5.4" cy="8" r="3.9"/><circle class="line" cx="10.6" cy="8" r="3.9"/>',
    "seal": '<circle cx="8" cy="8" r="6.4"/><path class="knock" d="m4.8 8.2 2.3 2.3 4.2-4.8"/>',
    "pin": '<path d="M8 1.2a5 5 0 0 1 5 5c0 3.4-5 8.6-5 8.6S3 9.6 3 6.2a5 5 0 0 1 5-5z"/>'
    '<circle class="hole" cx="8" cy="6.2" r="1.9"/>',
}
_ICON = Markup('<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{}</svg>')
_SIGN = Markup('<span class="{}"{}>{}<span>{}</span></span>')
_TITLE = Markup(' title="{}"')


@lru_cache(maxsize=64)
def icon(name: str) -> Markup:
    """An icon, which says nothing to those who cannot see it: its word stands beside it.

    Raises:
        KeyError: there is none of this name.
    """
    return _ICON.format(Markup(_SHAPES[name]))  # noqa: S704  written above


@lru_cache(maxsize=512)
def sign(what: Sign, kind: str = "") -> Markup:
    """An icon and its word; `kind` is a further class."""
    classes = " ".join(filter(None, ("sign", kind, f"tone-{what.tone}" if what.tone else "")))
    return _SIGN.format(classes, _TITLE.format(what.title) if what.title else "", icon(what.icon), what.word)
