"""One page, read once: its tree is parsed here and handed to the readers of body, headline and times."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from trafilatura.utils import load_html

from worker.bylines import agency_credit, machine_hint
from worker.encoding import decoded
from worker.extract.body import body_of, first_line
from worker.extract.headline import headline_of, site_of
from worker.extract.metadata import metadata_of
from worker.extract.published import times_of
from worker.languages import language_of
from worker.model import Page
from worker.urls import clean_url, same_site

_AUTHORS = 4  # names that are shown; news agencies list up to a dozen


def extract(body: bytes, url: str, content_type: str = "", *, now: datetime | None = None, zone: tzinfo = UTC) -> Page:
    """The article on the page `body` that was fetched from `url`.

    Args:
        body: as received, decompressed.
        url: the address it came from, after redirects.
        content_type: the HTTP header, of which only the charset counts.
        now: when it was fetched: no later time is believed. None where that is unknown.
        zone: of times that the page prints without one.
    """
    try:
        return _page(body, url, content_type, now, zone)
    except Exception as error:  # noqa: BLE001 - a stranger's page costs its text at most: the feed's text is kept
        return Page(notes=(f"page: unreadable: {type(error).__name__}: {error}"[:200],))


def _page(document: bytes, url: str, content_type: str, now: datetime | None, zone: tzinfo) -> Page:
    text, _, problems = decoded(document, content_type)
    tree = load_html(text)
    if tree is None:
        return Page(notes=(*problems, "page: no HTML"))
    metadata = metadata_of(tree, url)
    title = headline_of(tree, metadata, url)
    body = body_of(tree, metadata, url, title)
    article = body.text
    if not title:
        title, article = first_line(article)
    times = times_of(tree, metadata, title, body, url, now, zone)
    author = ", ".join(dict.fromkeys(filter(None, metadata.authors[:_AUTHORS]))) or body.author
    machine = machine_hint(body.author or author, article)
    notes = [*problems, *times.notes, *body.notes]
    if machine:
        notes.append(f"machine_written: {machine}")
    if credit := agency_credit(article, author):
        notes.append(f"credit: {credit}")
    canonical = clean_url(metadata.canonical, url)
    return Page(
        title=title,
        text=article,
        author=author,
        published_at=times.published_at,
        updated_at=times.updated_at,
        site=site_of(metadata, url),
        language=language_of(title, article, (metadata.language,) if metadata.language else ()),
        canonical_url=canonical if same_site(canonical, url) else "",
        machine_written=bool(machine),
        notes=tuple(notes),
    )
