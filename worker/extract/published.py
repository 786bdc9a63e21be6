"""When a page's article was published and last changed, and how we know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from worker.boilerplate import is_banner
from worker.dates import believed, read_local
from worker.extract.body import Body
from worker.extract.metadata import Metadata

_URL_DATE = re.compile(
    r"/((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2]|[a-z]{3}|[1-9])[/-]?(0[1-9]|[12]\d|3[01]|[1-9])(?=[/_.-]|$)", re.IGNORECASE
)
_CHANGED = re.compile(
    r"updat|modif|edited|обновл|измен|թարմաց|yenilən|dəyiş|güncel|განახლ|aktualis|geändert|mis à jour|"
    r"modifié|actualizad|aggiornat",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(r"publ|posted|erschien|опубл|հրապարակ|dərc|yayın|გამოქვეყ|pubbl|first", re.IGNORECASE)
_DATED = re.compile(r"date|time|publi|posted|byline|dateline|stamp|created|tarix|tarih|datum|meta|info", re.IGNORECASE)
# Names of what holds other stories' dates, the visit's day or the site's age.
_ELSEWHERE = re.compile(
    r"(?<![a-z])(?:comment|related|recommend|popular|most-?read|latest|sidebar|widget|footer|copyright|trending|ticker|"
    r"clock|today|weather|calendar|teaser|card|promo|read-?also|more-?news|archive)",
    re.IGNORECASE,
)
# Names of a page's own head, where the day of the visit stands; an article's header is none of them.
_MASTHEAD = re.compile(
    r"(?<![a-z])(?:top-?(?:bar|line|nav|menu|panel)|mast-?head|(?:site|page|main|global)-?header|header|nav-?bar|logo|brand|"
    r"(?:current|now|today)-?date|date-?(?:now|today)|curdate)",
    re.IGNORECASE,
)
_OWN_HEADER = re.compile(r"article|entry|post|story|single|content|news[-_]?(?:item|detail|header)", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|понедельник|вторник|сред[аы]|четверг|пятниц|суббот|воскресень|"
    r"երկուշաբթի|երեքշաբթի|չորեքշաբթի|հինգշաբթի|ուրբաթ|շաբաթ|կիրակի|bazar|çərşənbə|cümə|şənbə|pazar|salı|çarşamba|perşembe|"
    r"cuma|ორშაბათი|სამშაბათი|ოთხშაბათი|ხუთშაბათი|პარასკევი|შაბათი|კვირა",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "footer", "nav", "aside", "select", "form"})
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)")
# A date in any common form that opens a paragraph, and is followed by a dash, a colon, a quotation or a sentence.
_LEADING = re.compile(
    r"^\W{0,2}(\d{1,2}[./]\s?\d{1,2}[./]\s?(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d|"
    r"\d{1,2}\.? [^\W\d]{3,12},? (?:19|20)\d\d|"
    r"[^\W\d]{3,12}\.? \d{1,2}, (?:19|20)\d\d)(?:\s*[-–—:|„“\"«(]|\s[A-ZА-ЯԱ-Ֆ]|$)"
)
# Keys of content systems for the day of publication: pubDate, published_at, firstPublished, regDt, deploy-dt, …
_KEYED = re.compile(
    r"""["'\s](?:\w*[_-])?(?:pub\w*|first_?pub\w*|publish\w*|created?|issued?|deploy|reg|input|release|post(?:ed)?)[_-]?"""
    r"""(?:dt|date|time|at|on)\\?["']?\s*[:=]\s*\\?["']([^"'\\]{8,40})\\?["']""",
    re.IGNORECASE,
)
_TELLING = 20  # characters of a headline that nothing else on the page begins with
_DISAGREEMENT = timedelta(days=2)
_MAX_SCRIPT = 1_000_000  # characters
_NEAR, _FAR = 6, 12  # levels up, within which an element's class says what its contents are; and its tag
_MAX_LINE = 120
_PARAGRAPH = 80  # characters at least
_TEXT = 250  # characters of paragraphs below the headline: what follows may belong to other news
_MENU = 5  # links
_ENOUGH = 3  # dates below the headline; the first is nearly always the right one
_HEADER_PARTS = 400  # elements; what has more is the page, whatever it is called
_DIGITS = re.compile(r"\d")


class Times(NamedTuple):
    """Both times, and for `notes` where they come from."""

    published_at: datetime | None
    updated_at: datetime | None
    notes: tuple[str, ...]


def times_of(
    tree: HtmlElement,
    metadata: Metadata,
    headline: str,
    body: Body,
    url: str,
    now: datetime | None,
    zone: tzinfo = UTC,
) -> Times:
    """The article's times: what the page tells machines, else what it prints beside the headline, else its address.

    Args:
        tree: the page.
        metadata: what its head says.
        headline: as chosen; a printed date counts the more the nearer it stands below.
        body: the article's text, which may open with the date.
        url: the page's address; `/2023/09/20/` in it is a date.
        now: when the page was fetched, None if unknown: nothing later is believed.
        zone: of times that are printed without one.
    """
    visits: list[str] = []
    sources = (  # in falling order of trust; each is read only if those before it gave nothing
        metadata.published,
        _marked(tree, headline),
        _printed(tree, headline, now, visits),
        _leading(body.text),
        _in_names(tree, url),
        _in_data(tree, headline),
    )
    published = next((read for source in sources if (read := _first(source, zone, now))), None)
    updated = _first(metadata.updated, zone, now)
    dateline = _first([("printed above the text, days before what the page says", body.dateline)], zone, now)
    if published and dateline and published[1] - dateline[1] >= _DISAGREEMENT:
        published, updated = dateline, updated or published  # printed anew: the page dates the copy
    if updated and published and updated[1] <= published[1]:
        updated = None
    notes = [f"{name}: {read[0]}" for name, read in (("published_at", published), ("updated_at", updated)) if read]
    if not published and visits:
        notes.append(f"published_at: unknown: {visits[0]!r} in the page's own header is the day of a visit")
    return Times(published[1] if published else None, updated[1] if updated else None, tuple(notes))


def _first(candidates: Iterable[tuple[str, str]], zone: tzinfo, now: datetime | None) -> tuple[str, datetime] | None:
    for source, raw in candidates:
        read = read_local(raw, zone)
        if read is not None and (now is None or believed(read, now)):
            return source, read
    return None


def _marked(tree: HtmlElement, headline: str) -> Iterator[tuple[str, str]]:
    """Elements that are marked as the publication's time: microdata, then `<time>` outside of lists of other news."""
    for element in tree.iter():
        if isinstance(element.tag, str) and (element.get("itemprop") or "").lower() == "datepublished":
            yield "itemprop datePublished", element.get("datetime") or element.get("content") or element.text_content()
    times = [
        element for element in tree.iter("time") if not _elsewhere(element) and not _in_masthead(element, headline)
    ]
    for element in sorted(times, key=_time_rank):
        yield "time element", element.get("datetime") or element.text_content()


def _time_rank(element: HtmlElement) -> int:
    """0 for one that says it is the publication's, 2 for one that says it is an update's, 1 for the others."""
    above = element.getparent()
    own = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-testid') or ''}"
    around = "" if above is None else f"{above.get('class') or ''} {(above.text or '')[:40]}"
    if element.get("pubdate") is not None or _PUBLISHED.search(own):
        return 0
    return 2 if _CHANGED.search(f"{own} {around} {(element.text or '')[:40]}") else 1


def _elsewhere(element: HtmlElement) -> bool:
    """Whether the element stands in a list of other news, a sidebar or the page's foot."""
    for depth, above in enumerate(element.iterancestors()):
        if above.tag in ("body", "html") or depth > _FAR:
            return False
        if (above.tag in _SKIPPED and not _closes_article(above)) or above.tag == "li":
            return True
        if depth < _NEAR and _ELSEWHERE.search(f"{above.get('class') or ''} {above.get('id') or ''}"):
            return True
    return False


def _closes_article(element: HtmlElement) -> bool:
    """Whether a `<footer>` is an article's own: some content systems print author and date in it."""
    return element.tag == "footer" and any(above.tag == "article" for above in element.iterancestors())


def _printed(tree: HtmlElement, headline: str, now: datetime | None, visits: list[str]) -> Iterator[tuple[str, str]]:
    """Short lines that hold a date: those below the headline in the page's order, those above it, those below the text.

    Lines of the page's own header go into `visits` instead: they say which day it is.
    """
    above: list[tuple[str, int]] = []  # lines, and how many links stand above them
    links = 0
    lines: dict[str, list[str]] = {"below": [], "end": [], "update": []}
    place, passed = "above", 0
    body = tree.find("body")
    for element in (tree if body is None else body).iter():
        if not isinstance(element.tag, str) or element.tag in _SKIPPED:
            continue
        text = " ".join((element.text or "").split())
        if place == "above" and _opens(text, headline):
            place = "below"
            visits += [line for line, before in above if _is_apart(line, links - before, now)]
            above = [one for one in above if one[0] not in visits][::-1]  # the nearest comes first
        elif place == "below":
            passed += sum(len(words) for words in (text, element.tail or "") if len(words) > _PARAGRAPH)
        links += element.tag == "a"
        line = _line_of(element, text)
        if line and (kind := _kind_of(line, element)):
            if place == "above" and (_in_masthead(element, headline) or _is_visit(line, now)):
                visits.append(line)
                continue
            if place == "above" and kind == "published":
                above.append((line, links))
                continue
            if place == "below" and passed > _TEXT and not _PUBLISHED.search(line):
                kind = "end"
            lines[place if kind == "published" else kind].append(line)
            if len(lines["below"]) >= _ENOUGH:
                break
    yield from (("printed below the headline", line) for line in lines["below"])
    yield from (("printed above the headline", line) for line, _ in above)
    yield from (("printed below the text", line) for line in lines["end"])
    yield from (("printed as the time of an update", line) for line in lines["update"])


def _in_masthead(element: HtmlElement, headline: str) -> bool:
    """Whether the element stands in the page's own header: in one without the headline, and in no article."""
    for above in (element, *element.iterancestors()):
        if above.tag in ("article", "main", "body", "html"):
            return False
        names = f"{above.get('class') or ''} {above.get('id') or ''}"
        is_header = above.tag == "header" or any(
            _MASTHEAD.search(name) and not _OWN_HEADER.search(name) for name in names.split()
        )
        if is_header and not _holds(above, headline):
            return True
    return False


def _holds(element: HtmlElement, headline: str) -> bool:
    parts = (child.text for child in islice(element.iter(), _HEADER_PARTS) if isinstance(child.tag, str))
    return any(_opens(" ".join((text or "").split()), headline) for text in parts)


def _is_visit(line: str, now: datetime | None) -> bool:
    """Whether a line names the day of the visit as calendars do: with its weekday, and without a time."""
    if now is None or not _WEEKDAY.search(line) or _CLOCK.search(line):
        return False
    day = read_local(line)
    return day is not None and abs(day.date() - now.date()) <= timedelta(days=1)  # readers' days begin apart


def _is_apart(line: str, links: int, now: datetime | None) -> bool:
    """Whether a day above the headline stands over a menu: the visit's day, the likelier where it is today.

    Args:
        line: holds the day.
        links: how many there are between the line and the headline.
        now: when the page was fetched, None if unknown.
    """
    if links >= _MENU:
        return True
    day = read_local(line)
    is_today = now is not None and day is not None and abs(day.date() - now.date()) <= timedelta(days=1)
    return is_today and links > 0 and not _CLOCK.search(line)


def _opens(text: str, headline: str) -> bool:
    return bool(text and headline) and headline.startswith(text[:60]) and len(text) >= min(20, len(headline))


def _kind_of(line: str, element: HtmlElement) -> str:
    """What the date in `line` is: "published", "update", or "" for none and for those of other news."""
    if is_banner(line) or read_local(line) is None:
        return ""
    changed, published = _CHANGED.search(line), _PUBLISHED.search(line)
    if not published and _elsewhere(element):
        return ""
    if changed and not published and read_local(line[: changed.start()]) is None:
        return "update"
    return "published"


def _line_of(element: HtmlElement, text: str) -> str:
    """The element's own short line with digits; the whole of it where its class says that it is a date."""
    if _DATED.search(f"{element.get('class') or ''} {element.get('id') or ''}") and len(element) <= 8:
        text = " ".join(" ".join(element.itertext()).split())
    if 6 <= len(text) <= _MAX_LINE and _DIGITS.search(text):
        return text
    tail = " ".join((element.tail or "").split())
    return tail if 6 <= len(tail) <= _MAX_LINE and _DIGITS.search(tail) else ""


def _leading(article: str) -> Iterator[tuple[str, str]]:
    """A date that opens one of the first paragraphs, as in a list of reports: "20.09.2023 – The ministry …"."""
    for paragraph in article.split("\n\n", 3)[:3]:
        if found := _LEADING.match(paragraph):
            yield "opens the text", found[1]


def _in_data(tree: HtmlElement, headline: str) -> Iterator[tuple[str, str]]:
    """The one day of publication in the data attributes and inline scripts that also hold the headline."""
    days: dict[str, str] = {}
    for element in tree.iter("script", "div", "article", "section", "body"):
        text = element.text if element.tag == "script" else " ".join(f'{k}="{v}"' for k, v in element.items())
        text = (text or "")[:_MAX_SCRIPT].replace("\xa0", " ")
        if headline and headline[:_TELLING] in text:
            for value in _KEYED.findall(text):
                if day := read_local(value):
                    days.setdefault(f"{day:%Y-%m-%d}", value)
    if len(days) == 1:
        yield "in the page's data", next(iter(days.values()))


def _in_names(tree: HtmlElement, url: str) -> Iterator[tuple[str, str]]:
    """Days in the page's address (`/2023/09/20/`) and in the ids of its main elements (`news20230920_1`)."""
    if found := _URL_DATE.search(url):
        year, month, day = found.groups()
        yield "in the address", f"{day} {month} {year}" if month.isalpha() else f"{year}-{month}-{day}"
    for element in tree.iter("body", "main", "article"):
        if found := _COMPACT.search(element.get("id") or ""):
            yield "in the page's id", found[1]
