"""A text and its byline in; the agency whose text it prints, as far as they say, out.

Believed are the forms in which outlets credit what they took over: datelines, brackets, a prefix, a closing line, a
named source, and the sentence that hands the whole report on ("сообщает ТАСС", "APA xəbər verir"). An agency that is
only quoted within a story ("he told Reuters", "рассказал РИА Новости") has not written it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ahocorasick_rs import BytesAhoCorasick, Implementation

from worker.bylines.agencies import AGENCIES

_NAMES = {
    form: agency.name
    for agency in AGENCIES
    for alias in (*agency.aliases, *agency.domains)
    for form in (alias, alias.upper(), alias.capitalize() if "." in alias else alias)
}
_WORDS = {form for agency in AGENCIES if agency.is_word for alias in agency.aliases for form in (alias, alias.upper())}


def _alternatives(forms: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, forms), key=len, reverse=True))


def _agency(*, sure: bool = False, group: str = "agency", glued: bool = False, forms: Iterable[str] = _NAMES) -> str:
    """A named group for an agency, which is no part of an address or of a longer word.

    Args:
        sure: leave out those that are everyday words as well.
        group: its name.
        glued: an ending may follow without a hyphen, as in Armenian and Georgian.
        forms: those of `_NAMES` that are looked for.
    """
    listed = _alternatives(set(forms) - _WORDS if sure else forms)
    return rf"(?<![\w@.])(?P<{group}>{listed})" + ("" if glued else r"(?![\w@]|\.\w)")


_ANY, _GLUED, _SURE = _agency(), _agency(glued=True), _agency(sure=True)
_LOUD = _agency(group="loud", forms=[form for form in _NAMES if form.isupper()])
_OPEN, _CLOSE = r"[«\"“„(]?", r"[»\"”“)]?"
_CAPITAL = r"[^\W\d_a-zа-яёա-և]"
_DATE = (
    r"(?:\d{1,2}\.?\s[^\W\d_]{2,12}\.?(?:\s(?:19|20)\d\d)?|[^\W\d_]{2,12}\.?\s\d{1,2}(?:,?\s(?:19|20)\d\d)?|"
    r"\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?)"
)
_STOP = r"\s*(?:[.:։․,՝/»”)]|[—–-]|\n|$)"
_REPORTER = rf"(?:{_CAPITAL}[\w’'-]+\s{_CAPITAL}[\w’'-]+\s*[,—–-]\s*)?"
# "МОСКВА, 25 сен - РИА Новости.", "BAKU, Azerbaijan, September 25. Trend:"; without a date, a town in capitals.
_DATELINE = re.compile(
    rf"\W{{0,3}}(?:{_CAPITAL}[^\n\d(/]{{1,40}}?[,.․:/]?\s*{_DATE}|{_DATE}[^\n\d(/:]{{1,40}}|{_CAPITAL}{{3,20}})"
    rf"\s*[.,․:/«“\"—–-]+\s*{_REPORTER}{_OPEN}(?:{_ANY}{_STOP}|{_LOUD}\s(?={_CAPITAL}))"
)
# "Bakı. Sabina Əliyeva - APA. İki nəfər …": a town and a stop in front of it, a stop behind it.
_TOWN = re.compile(rf"\W{{0,3}}{_CAPITAL}[\w-]{{2,19}}\.\s{_REPORTER}{_OPEN}{_ANY}{_CLOSE}[.:]\s")
_PREFIX = re.compile(rf"\W{{0,3}}{_SURE}(?:\s*:\s|\.\s(?={_CAPITAL})|\s*[—–-]\s(?=[«\"“\d]|{_CAPITAL}))")
_BRACKETS = re.compile(
    rf"[(\[]\s*{_SURE}\s*(?:[,/;–-][^()\[\]\n]{{0,30}})?[)\]]|"
    rf"(?<![:/])/\s*(?:[Кк]орр\.?\s)?{_agency(group='slashed')}\s*(?:\s{_CAPITAL}[^\W\d_]+){{0,2}}/"
)
_MORE = rf"(?:\s*(?:,|/|&|and|и|və|ve|և)\s*(?:{_alternatives(_NAMES)}))*"
_CLOSING = re.compile(
    rf"(?:^|\n)\s*[—–-]{{0,2}}\s*{_ANY}{_MORE}\.?\s*$|"
    rf"[.!?…։»”\"]\s+[—–-]{{0,2}}\s*{_agency(sure=True, group='behind')}{_MORE}\.?\s*$"
)
_SOURCE = re.compile(
    rf"(?:^|\n|[.!?…։]\s+|\()\s*(?i:sources?|источники?|mənbə(?:lər)?|աղբյուր[ը]?|kaynak|წყარო|quelle)"
    rf"\s*[:՝—–]\s*{_OPEN}{_ANY}"
)
_HY_REPORTS = "(?:հաղորդում|հայտնում|տեղեկացնում|փոխանցում|գրում)"
_KA_REPORTS = "(?:იუწყება|იტყობინება|ავრცელებს|წერს|ატყობინებს)"
_TR_AGENCY = r"(?:\s(?:haber\s)?ajansı)?"
_REPORTED = tuple(
    re.compile(form)
    for form in (
        # Russian. "Сообщил РИА Новости" is "told RIA Novosti": agencies stand undeclined, so only the present counts.
        (
            r"\b(?:[Сс]ообща(?:ет|ют)|[Пп]ереда[её]т|[Пп]ередают|[Пп]ишет|[Ии]нформирует|"
            r"[Сс]ообщило(?=\s(?:информ)?агентство))(?:\sв[о]?\s[^\W\d_]+)?\s"
            r"(?:(?:информационное\s|новостное\s|информ)?агентство\s|(?:ИА|АМИ)\s|"
            r"(?:(?:собственный|специальный|наш)\s)?корреспонденты?\s(?:агентства\s|ИА\s)?)?"
            rf"{_OPEN}{_ANY}"
        ),
        rf"{_SURE}{_CLOSE}\s(?:сообща(?:ет|ют)|переда[её]т|информирует)\b",
        # Azerbaijani
        (
            rf"{_ANY}{_CLOSE}(?:\sagentliyi)?\s(?:bu\s(?:barədə|haqda)\s)?(?:(?:xəbər|məlumat)\s(?:verir|yayıb|"
            r"vermişdir|verib)|yazır|bildirir)\b"
        ),
        rf"{_SURE}{_CLOSE}(?:\sagentliyi)?\s(?:bildirib|yazıb)\b",
        rf"\b(?:xəbər|məlumat)\sverir(?:\ski)?,?\s{_OPEN}{_ANY}",
        rf"{_ANY}{_CLOSE}['’-]?n?[ıiuü]n\s(?:məlumatına|xəbərinə)\s(?:görə|əsasən)\b",
        # Turkish
        (
            rf"{_ANY}{_CLOSE}{_TR_AGENCY}['’]?n?[ıiuü]n\s(?:haberine|aktardığına|bildirdiğine|duyurduğuna|"
            r"(?:verdiği|aktardığı|geçtiği)\s(?:bilgiye|habere))\s?(?:göre)?\b"
        ),
        rf"{_SURE}{_CLOSE}{_TR_AGENCY}\s(?:bildirdi|duyurdu|aktardı)\b",
        rf"{_SURE}\smuhabirin\w*\b",
        # Armenian
        rf"{_HY_REPORTS}\s(?:է|են)\s(?:լրատվական\s)?{_OPEN}{_GLUED}(?:-?[ըն])?\b",
        rf"{_GLUED}{_CLOSE}-?[ըն]?\s(?:{_HY_REPORTS}\sէ|է\s{_HY_REPORTS})\b",
        rf"{_GLUED}{_CLOSE}-?ի\s(?:հաղորդմամբ|փոխանցմամբ|տեղեկացմամբ)\b",
        # Georgian
        rf"{_KA_REPORTS}\s(?:სააგენტო\s)?{_OPEN}{_ANY}",
        rf"{_GLUED}{_CLOSE}-?[ა-ჰ]{{0,5}}\s(?:ცნობით|ინფორმაციით|{_KA_REPORTS})",
        # English. "Trend reports say …" is about reports, "Trend reports, citing …" by Trend.
        (
            rf"(?<!\bto )(?<!\bby )(?<!\bwith )(?<!\bof )(?<!\bin )(?<!\btold ){_SURE}{_CLOSE}\s(?:news\sagency\s)?"
            r"(?:reports|reported|informs)\b(?!\s(?:by|from|of|in)\b)"
        ),
        (
            rf"(?:^|\n|[.,”]\s){_OPEN}{_ANY}{_CLOSE}\s(?:reports|informs)"
            r"(?=\.(?:\s|$)|,?\s(?:citing|referring|quoting|with\sreference|via)\b)"
        ),
        rf"\breports\s(?:the\s)?{_OPEN}{_SURE}",
        rf"\b(?:[Aa]s|[Tt]his\s(?:is|was))\sreported\sby\s(?:the\s)?{_OPEN}{_SURE}",
        rf"\b[Ww]ith\s(?:additional\s)?reporting\s(?:by|from)\s(?:[^\W\d_][\w.’'-]*,?\s(?:and\s)?){{0,4}}?{_SURE}",
    )
)
_DESK = re.compile(r"\(Reporting by [^()\n]{3,200}(?:Editing|Writing|Additional reporting) by\b")  # Reuters' own

# Few texts and authors name an agency at all: one look for all names at once spares the others the forms.
_ANY_NAME = BytesAhoCorasick([name.encode() for name in (*_NAMES, "Reporting")], implementation=Implementation.DFA)
_EDGE = 160  # characters at either end of a text in which credits stand …
_LEAD = 320  # … and in which a sentence at the beginning says who reports
_TAIL = 240  # … and one at the end
_AUTHOR = 200  # characters of a byline
_PARTS = re.compile(r"\s*(?:[,;/|&]|\band\b|\bи\b|\bvə\b|\bve\b|\bև\b)\s*")
_BY = re.compile(r"^(?:by|via|from|source:?)\s+|\s+(?:staff|agency|correspondent)$", re.IGNORECASE)


def agency_credit(text: str, author: str = "") -> str:
    """The agency that a text credits, or its byline names as the author; "" where nothing does.

    Args:
        text: plain, paragraphs separated by line ends.
        author: the byline.
    """
    text = text.strip()
    start, end = text[:_LEAD], text[-_LEAD:]
    edges = f"{author[:_AUTHOR]}\n{start}" if len(text) <= _LEAD else f"{author[:_AUTHOR]}\n{start}\n{end}"
    if not _ANY_NAME.find_matches_as_indexes(edges.encode("utf-8", "replace")):
        return ""
    return _by_author(author[:_AUTHOR]) or next((_named(match) for match in _matches(start, end) if match), "")


def _by_author(author: str) -> str:
    parts = (_BY.sub("", part.strip(' ().«»"')) for part in _PARTS.split(author))
    return next((_NAMES[part] for part in parts if part in _NAMES and part not in _WORDS), "")


def _matches(start: str, end: str) -> Iterator[re.Match[str] | None]:
    yield _DATELINE.match(start)
    yield _TOWN.match(start)
    yield _PREFIX.match(start)
    yield _BRACKETS.search(start[:_EDGE])
    yield _BRACKETS.search(end[-_EDGE:])
    yield _CLOSING.search(end)
    yield _SOURCE.search(start)
    yield _SOURCE.search(end)
    yield _DESK.search(end)
    yield from (form.search(part) for form in _REPORTED for part in (start, end[-_TAIL:]))


def _named(match: re.Match[str]) -> str:
    if match.re is _DESK:
        return "Reuters"
    return _NAMES[next(name for name in match.groupdict().values() if name)]
