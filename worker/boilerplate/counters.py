"""Words in, the same words without what changes while they stay: counters, clocks, marks of pictures and videos.

Two readings of an article that differ only in these are one revision. Numbers of the news are left alone: "5 killed"
and "7 killed" differ.
"""

from __future__ import annotations

import re

from worker.prefilter import Prefilter

# What is counted beside an article, and changes at every fetch.
_COUNTED = (
    r"views?|reads?|comments?|shares?|likes?|просмотр\w*|комментари\w*|прочтени\w*|դիտում\w*|մեկնաբանություն\w*|"
    r"baxış\w*|oxunma\w*|oxunub|şərh\w*|görüntülen\w*|okunma\w*|yorum\w*|ნახვ\w*|კომენტარ\w*|"
    r"retweets?|reposts?|репост\w*|поделил\w*|paylaşım\w*|paylaşma\w*|կիսվել\w*|տարածում\w*|გაზიარებ\w*"
)
_COUNTER = re.compile(
    rf"^\W*(?:(?:{_COUNTED})(?: [^\W\d]{{2,8}})?\W*\d[\d\s.,]*k?|\d[\d\s.,]*k?\W*(?:{_COUNTED}))\W*$", re.IGNORECASE
)
_INLINE = re.compile(
    rf"(?<![\w.,])(?:(?:{_COUNTED})\s?[:՝—–(-]\s?\d[\d\s.,]*k?\)?(?!\w)|"
    rf"\d[\d\s.,]*(?:k|тыс\.|min|bin)?\s?(?:{_COUNTED})(?!\w| of\b))|"  # "5 shares of the bank" are none
    r"(?:viewed|read|shared|прочитано|просмотрено)\s\d[\d\s.,]*(?:times|раза?)(?!\w)|"
    "[👁👀💬❤👍👎🔁🗨🔥▶]\ufe0f?\\s?\\d[\\d\\s.,]*k?(?!\\w)",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"(?<!\w)\d{1,2}\s?(?:min(?:ute)?s?|hours?|мин\w*|час\w*|dəqiqə|dakika|saat|րոպե|ժամ|წუთის|საათის)\.?\s+"
    r"(?:ago|назад|əvvəl|önce|առաջ|წინ)(?!\w)",
    re.IGNORECASE,
)
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?"
_UPDATED_AT = re.compile(
    r"(?:last )?(?:updated|обновлено|обновлена|yenilənib|güncellendi|güncelleme|թարմացվել է|განახლდა|განახლებულია)"
    rf"(?:\s?[:՝-])?(?:\s(?:at|в|saat))?\s?[\d./\s,-]{{0,12}}{_TIME}",
    re.IGNORECASE,
)
_MARK = (
    r"(?:videos?|photos?|audio|gallery|pictures|pics|видео|фото|аудио|фоторепортаж|видеорепортаж|фотогалерея|инфографика|"
    r"տեսանյութ|վիդեո|ֆոտո|լուսանկար(?:ներ)?|foto(?:lar|lent|galereya|qalereya|galeri)?|v[iİ]deo(?:lar)?|şəkil(?:lər)?|"
    r"ვიდეო|ფოტო(?:ები|გალერეა)?)"
)
_MARKS = rf"{_MARK}(?:\s?(?:[+&/,|–—-]|and|и|və|ve|և|და)\s?{_MARK})*"
_TITLE_EDGES = re.compile(
    rf"^(?:\W{{0,3}}[(\[]\s?\+?{_MARKS}\s?[)\]]\W{{0,2}}|{_MARKS}\s?(?:[:|+]|\s[–—-])\s+|\W{{0,2}}{_TIME}\s?[-–—|:․.]?\s+)|"
    rf"(?:\s*[(\[]\s?\+?{_MARKS}\s?[)\]]\W{{0,2}}|\s*(?:[|+–—]|-{{1,2}}|//)\s*{_MARKS}\W{{0,2}}|\s+[-–—|]\s*{_TIME}|"
    rf"\s*[(\[]\s?(?:\d{{1,5}})?\s?[)\]])$",
    re.IGNORECASE,
)
_BRACKETED_CLOCK = re.compile(rf"(?<=[(\[])([^()\[\]\d]{{0,20}}){_TIME}(?=[^()\[\]]{{0,12}}[)\]])")
# Stands in every counter and clock, which cost a hundred times more to look for; of the scripts that outlets count in,
# since \d knows sixty and takes six times as long.
_DIGIT = re.compile("[0-9٠-٩۰-۹०-९]")
_BORDER = re.compile(r"[(\[:|+–—/-]")  # … and one of these beside every mark at a headline's ends
_AROUND_COUNTERS = " |•·/,:–—-"
_EDGES = 6  # marks that one headline may have at its ends
_COUNTED_OR_TIMED = Prefilter(_INLINE, _AGO, _UPDATED_AT)


_BARE_NUMBER = re.compile(r"\d[\d\s.,]*k?", re.IGNORECASE)  # a counter whose name is an icon: "1 234", "2.5k"
_YEAR = re.compile(r"(?:19|20)\d\d")
_CLOCK_LINE = re.compile(
    rf"^\W*(?:{_TIME}(?:\s?(?:[ap]\.?m\.?|gmt|utc|msk|мск|azt|amt|get|trt|tsi))?|{_AGO.pattern})\W*$", re.IGNORECASE
)


def is_counter(line: str) -> bool:
    """Whether a line is nothing but a counter or a live blog's time stamp: "1,234 views", "14:05 GMT", "5 min ago"."""
    if not _DIGIT.search(line):
        return False
    return bool(_COUNTER.match(line) or _CLOCK_LINE.match(line) or _is_bare_count(line.strip()))


def _is_bare_count(line: str) -> bool:
    """Whether a line is a number alone; "1." numbers what follows it, and 2023 may be a heading."""
    return bool(_BARE_NUMBER.fullmatch(line)) and line[-1] not in ".," and not _YEAR.fullmatch(line)


def settled_title(title: str) -> str:
    """`title` without counters, clocks at its ends and marks such as "(VIDEO)", for comparing revisions."""
    settled = title
    if _DIGIT.search(title):
        uncounted = _INLINE.sub("", title)
        uncounted = title if uncounted == title else uncounted.strip(_AROUND_COUNTERS)
        settled = _BRACKETED_CLOCK.sub(r"\1", _AGO.sub("", uncounted))
    for _ in range(_EDGES if _BORDER.search(settled) else 0):
        shorter = _TITLE_EDGES.sub("", settled, count=1)
        if shorter == settled:
            break
        settled = shorter
    return title if settled == title else " ".join(settled.split())


def settled_text(text: str) -> str:
    """`text` without counters and clocks, for comparing revisions."""
    if not _COUNTED_OR_TIMED.may_match(text) or not _DIGIT.search(text):
        return text
    settled = _AGO.sub("", _UPDATED_AT.sub("", _INLINE.sub("", text)))
    return text if settled == text else " ".join(settled.split())
