"""A page that draws itself by script in, the article's markup that its scripts carry out.

Frameworks send such pages an empty body and the article as a string of HTML (Next.js calls it flight data, others the
initial state). Only strings that are markup by themselves are believed; nothing is run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

# Or all the rest, where a string does not end: so that it is not read to there again from each quote within.
_STRING = re.compile(r'"((?:[^"\\]|\\.){400,}+)(?:"|(\\?\Z))', re.DOTALL)
_PARAGRAPHS = 3  # at least: less is a dialogue, or a teaser
_MAX_SCRIPT = 1_000_000  # characters


def markup_in_scripts(tree: HtmlElement) -> str:
    """The longest piece of HTML with paragraphs among the strings of the page's scripts; "" where there is none."""
    return max(_markups(tree), key=len, default="")


def _markups(tree: HtmlElement) -> Iterator[str]:
    for script in tree.iter("script"):
        text = (script.text or "")[:_MAX_SCRIPT]
        if "p>" not in text and "p\\u003e" not in text:
            continue
        for found in _STRING.finditer(text):
            if found[2] is not None:
                break
            try:
                value = json.loads(f'"{found[1]}"', strict=False)
            except ValueError:
                continue
            if value.lstrip().startswith("<") and value.count("</p>") >= _PARAGRAPHS:
                yield value
