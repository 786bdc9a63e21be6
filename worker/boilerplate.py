"""Paragraphs of an article in, the article's own paragraphs out.

Drops what publishers print around a text: "read also" tails with other stories' headlines, banners with today's date,
repeated headlines, calls to subscribe. The words of a tail would match rules for wars that the article is not about.
"""

from __future__ import annotations

import re

# A line that opens a tail: everything after it belongs to other articles.
_TAIL = re.compile(
    r"^(?:don[’'`]?t miss|read (?:also|more|next)|also read|see also|more (?:on|from|stories|news|about)\b.{0,40}|"
    r"related(?: (?:articles?|stories|news|topics|posts|content))?|recommended(?: for you)?|you may also like|"
    r"you might also like|most (?:read|popular|viewed)|latest news|top stories|trending(?: now)?|what to read next|"
    r"читайте также|читать также|смотрите также|ещё по теме|еще по теме|материалы по теме|по теме|другие новости|"
    r"новости по теме|похожие (?:новости|материалы)|главные новости|популярное|"
    r"կարդացեք նաև|կարդալ նաև|կարդա՛ նաև|նմանատիպ նյութեր|այս թեմայով|առնչվող նյութեր|"
    r"həmçinin oxuyun|oxşar xəbərlər|digər xəbərlər|əlaqəli xəbərlər|maraqlı xəbərlər|"
    r"ayrıca okuyun|ilgili haberler|benzer haberler|i̇lgili haberler|bunlar da ilginizi çekebilir|"
    r"წაიკითხეთ ასევე|ასევე წაიკითხეთ|მსგავსი სიახლეები|დაკავშირებული სიახლეები|"
    r"lire aussi|à lire aussi|lesen sie auch|mehr zum thema)\s*[:.!…→»>-]*$",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"^(?:today(?: is)?|сегодня|այսօր|bu ?gün|bugün|დღეს)\s*[:՝—–,-].{0,40}\d{4}\D{0,5}$", re.IGNORECASE
)


def without_tail(paragraphs: list[str]) -> tuple[list[str], str]:
    """The paragraphs before the first line that opens a tail, and that line ("" where there is none)."""
    for number, paragraph in enumerate(paragraphs):
        line = paragraph.strip()
        if number and len(line) <= 60 and _TAIL.match(line):
            return paragraphs[:number], line
    return paragraphs, ""


def is_banner(paragraph: str) -> bool:
    """Whether the paragraph is a page's "Today: …" banner, which dates the visit and not the article."""
    return bool(_BANNER.match(paragraph.strip()))
