"""Pages of a heading and a few lines: problems, signing in, confirming. Text in, HTML out; everything is escaped."""

from __future__ import annotations

from html import escape

from worker.web.assets import all_assets

ELSEWHERE = (("/", "Now"), ("/stories", "Stories"), ("/log", "Log"), ("/feeds", "Feeds"))


def plain_page(title: str, *lines: str, form: str = "", leads_on: bool = False) -> str:
    """A page.

    Args:
        title: its heading; plain text.
        lines: its paragraphs; plain text.
        form: HTML that follows them, escaped by its maker.
        leads_on: whether links to the other pages follow.
    """
    files = all_assets()
    said = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    links = "".join(f'<a href="{path}">{name}</a> ' for path, name in ELSEWHERE) if leads_on else ""
    nav = f'<nav class="links" aria-label="Pages">{links}</nav>' if links else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<script src="{files.url("theme.js")}"></script><link rel="stylesheet" href="{files.url("trucewire.css")}">'
        f"<title>{escape(title)} · Trucewire</title></head>"
        f'<body class="plain"><main><p class="wordmark">Trucewire</p><h1>{escape(title)}</h1>{said}{form}{nav}</main>'
        "</body></html>"
    )


def form(action: str, csrf: str, button: str, *fields: str) -> str:
    """A form that is posted to `action`; `fields` are HTML."""
    return (
        f'<form method="post" action="{escape(action)}"><input type="hidden" name="csrf" value="{escape(csrf)}">'
        f'{"".join(fields)}<button type="submit">{escape(button)}</button></form>'
    )


def hidden(name: str, value: str) -> str:
    """A field that nobody sees."""
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def labelled(label: str, name: str, kind: str = "text", complete: str = "off") -> str:
    """A field to be filled in."""
    return (
        f'<p><label for="{escape(name)}">{escape(label)}</label>'
        f'<input id="{escape(name)}" name="{escape(name)}" type="{kind}" autocomplete="{complete}" required></p>'
    )
