"""A headline (and a text) in, what they say of their own article out: urgent, updated, corrected, withdrawn, a denial.

"(URGENT)", "UPDATE 2", "(CORRECTED)" are information, and stay in the headline as published. Only a word that stands
apart from the headline is one: before a colon, after a closing dash, in brackets at either end, or in capitals. A word
within the sentence is news about something else. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from worker.prefilter import Prefilter

URGENT, UPDATED, CORRECTED, WITHDRAWN, DENIAL = "urgent", "updated", "corrected", "withdrawn", "denial"

LABELS: Mapping[str, str] = MappingProxyType(
    {
        URGENT: "sent ahead of everything else: often one sentence, of which details follow",
        UPDATED: "says more than an earlier version of itself, and takes nothing back",
        CORRECTED: "an earlier version of this article was wrong in part; this one says what is right",
        WITHDRAWN: "the publisher takes this article back: nothing in it may be relied on",
        DENIAL: "announces that somebody denies a claim, whoever made it: news, and no withdrawal of this article",
    }
)
"""Every label with its meaning. Alerts depend on `corrected` and `withdrawn`: these two ask for the clearest words."""

# Folded as `_folded` does. Before a colon or a dash at the beginning, in any case …
_OPENING = {
    URGENT: "urgent|breaking(?: news)?|just in|срочн(?:о|ая новость)|молния|экстренно|շտապ|հրատապ|təcili|son dakika|"
    "acil|სასწრაფოდ|სასწრაფო",
    UPDATED: r"updated?(?: ?\d{1,2})?|upd(?: ?\d{1,2})?|обновлен[оие]{1,2}|обновляется|дополнено|թարմացվել է|թարմացված|"
    r"թարմացում|yenilənib|yeniləndi|yenilənmə|əlavə olunub|güncellendi|güncelleme(?: ?\d{1,2})?|განახლებულია|"
    "განახლდა|განახლება|"
    "mise à jour",
    CORRECTED: "corrected|corrections?(?: to)?|corrects|correcting and replacing|clarification|refiled?|"
    "исправлен[оие]{1,2}|поправка|уточнен[оие]{1,2}|ճշտում|ուղղում|ճշտված|ուղղված|düzəliş|dəqiqləşdirmə|düzəldilib|düzeltme|düzeltildi|შესწორება|"
    "შესწორებულია|დაზუსტება|rectificatif|berichtigung",
    WITHDRAWN: "retract(?:ed|ion)(?: notice)?|notice of retraction|(?:story|article) (?:withdrawn|retracted|removed)|"
    "kill notice|снято с публикации|"
    "отзыв (?:новости|сообщения|материала)|(?:новость|сообщение|материал) (?:отозван[оа]?|аннулирован[оа]?)|"
    "(?:նյութը|լուրը|հաղորդագրությունը) հետ է կանչվել|(?:xəbər|material) geri (?:çağirilib|götürül(?:üb|dü))|"
    "haber (?:geri çekildi|yayindan kaldirildi)|"
    "(?:სტატია|მასალა) გამოხმობილია",
    DENIAL: "опровержение|հերքում|təkzib|tekzip|yalanlama|უარყოფა",
}
# … after a closing dash, in any case …
_CLOSING = {
    UPDATED: "updated|upd|обновлено|дополнено|թարմացված|yenilənib|yeniləndi|əlavə olunub|güncellendi|განახლებულია",
    CORRECTED: "correct(?:ed|ion)|исправлено|уточнено|ճշտված|ուղղված|düzəldilib|düzeltildi|შესწორებულია",
    WITHDRAWN: "retracted",
}
# … in brackets, in any case: what has changed, or when, may stand behind it …
_CHANGES = r"(?:[\s:,.–-]+[^()\[\]]{1,60})?"
_BRACKETED = {
    UPDATED: rf"(?:updates?|updated|обновлен\w*|дополнен\w*|adds|recasts|թարմացվ\w+|yenilən\w+|güncellen\w+){_CHANGES}",
    CORRECTED: rf"(?:correct(?:s|ed)|corrig[eé]\w*|исправлен\w*|уточнен\w*|с исправлением|с уточнением|ճշտված|ուղղված|"
    rf"düzəliş\w*|düzəldil\w+|düzeltil\w+){_CHANGES}",
    WITHDRAWN: "withdrawn by (?:the )?publisher|отозвано|аннулировано|հետ է կանչվել|geri çağirilib|გამოხმობილია",
}
# … and in capitals, where the headline itself is not.
_LOUD = {
    URGENT: "flash|alert|flaş|şok|ფლეში",
    CORRECTED: "поправка|correction",
    WITHDRAWN: "withdrawn|kill|отозвано|аннулировано|geri çağirilib|geri çəkilib|geri çekildi",
}
# A stop behind these does as well, in any case; in capitals they need nothing behind them.
_CRIES = "срочно|молния|շտապ|təcili|son dakika|urgent|breaking"


def _named(*tables: Mapping[str, str]) -> str:
    """One alternative for each label, its group named after it."""
    words = {label: "|".join(table[label] for table in tables if label in table) for label in LABELS}
    return "|".join(rf"(?P<{label}>{listed})" for label, listed in words.items() if listed)


_LEAD = r"[^\w(\[]{0,4}"  # "🔴 ", "⚡️", a quotation mark
# "Correction (25 Sept):", "Updated at 14:05:"
_WHEN = r"(?:\s\([^()\d]{0,12}\d[^()]{0,20}\)|,?\s(?:at\s|в\s|saat\s)?\d{1,2}[:.]\d{2})?"
_BEFORE_COLON = re.compile(rf"{_LEAD}(?:{_named(_OPENING)}){_WHEN}(?:\s?[:՝։!|]+|\s[-–—]\s)\s*")
_IN_FRONT = re.compile(rf"{_LEAD}[(\[]\s?(?:{_named(_OPENING, _BRACKETED)})[\s.!]*[)\]]\W{{0,3}}")
_AT_THE_END = re.compile(rf"[(\[]\s?(?:{_named(_OPENING, _BRACKETED)})[\s.!]*[)\]]\W{{0,2}}$")
_BEHIND_DASH = re.compile(rf"(?:\s[-–—|]|[.!?])\s(?:{_named(_CLOSING)})\W{{0,2}}$")
# Armenian headlines have a full stop where others have a colon, and others have one now and then.
_BEFORE_STOP = re.compile(
    rf"{_LEAD}(?:(?P<{URGENT}>{_CRIES})|"
    rf"(?P<{CORRECTED}>correction|исправление|поправка|ճշտում|ուղղում|düzeltme|düzəliş|შესწორება)|"
    rf"(?P<{UPDATED}>թարմացվել է|թարմացում))[.․]\s+"
)
_LOUD_FRONT = re.compile(rf"{_LEAD}(?:{_named(_OPENING, _LOUD)})\s?[-:.․։՝–—|!]+\s?")
_LOUD_CRY = re.compile(rf"{_LEAD}(?P<{URGENT}>{_CRIES})\s+")
_LOUD_BRACKETS = re.compile(rf"[(\[](?:{_named(_OPENING, _LOUD)})[\s.!]*[)\]]")
_LOUD_END = re.compile(rf"\s[-–—|]\s(?:{_named(_OPENING, _CLOSING, _LOUD)})\W{{0,2}}$")
_ANY_WORD = Prefilter(
    *(_BEFORE_COLON, _IN_FRONT, _BEFORE_STOP, _LOUD_FRONT, _LOUD_CRY),
    *(_AT_THE_END, _BEHIND_DASH, _LOUD_END, _LOUD_BRACKETS),
)
_STRESS = re.compile("[՛՜՞\u0301]")

# What an article says of itself below or above its text.
_THIS = r"\bthis (?:article|story|report|post|piece)"
_THE_RU = r"(?:новост|стать|публикаци|заметк|материал|текст|сообщени)\w*"
_THE_AZ, _THE_TR = r"(?:xəbər|məqalə|material|mətn)\w*", r"(?:haber|makale|metin|içerik)\w*"
_THE_HY, _THE_KA = r"(?:հոդված|նյութ|լուր|հրապարակ)\w*", r"(?:სტატი|მასალ|ტექსტ|ცნობ)\w*"
# A line that begins with the word is a notice: "Correction: …", "Исправление (25 сентября). …".
_LINE = r"(?:^|\n)\W{0,3}"
_COLON = r"(?:,?\s[^:\n]{1,24}|\s?\([^()\n]{1,24}\))?\s?[:՝․.։–—]"
_NOTICES = {
    UPDATED: re.compile(
        rf"{_LINE}(?:update|updated|обновлено|дополнено|թարմացում|թարմացվել է|yenilənib|güncelleme|განახლებულია)"
        r"(?: \d{1,2})?(?:\s(?:at|on|в|saat)\s[^:\n]{0,20}\d{1,2}[:.]\d{2}\b|\s?:)"
    ),
    CORRECTED: re.compile(
        rf"{_LINE}(?:corrections?|исправление|поправка|düzeltme|düzəliş|ուղղում|ճշտում|შესწორება){_COLON}|"
        rf"{_THIS}(?:['’]s headline)? (?:has been|was) (?:corrected\b|amended\b)|"
        r"\b(?:an? )?(?:earlier|previous|original) version of this (?:article|story|report|headline|post) "
        r"(?:incorrectly|wrongly|mistakenly|misstated|misspelled|misidentified|said incorrectly|gave the wrong)|"
        rf"{_THIS} (?:originally|previously|earlier) (?:stated|said|misstated|reported)|\bwe regret the error\b|"
        r"\bв (?:более ранней|предыдущей|первоначальной|первой) версии (?:этого |этой |данного )?"
        r"(?:материала|статьи|новости|текста|заметки)\b.{0,60}\b(?:ошиб|неверн|неправильн|неточн)|"
        r"(?:^|[\n.!?]\s?)(?:ранее )?в (?:этом |этой |данном |данной )?(?:тексте|материале|заметке|новости|статье) "
        r"(?:ранее )?(?:была |были )?(?:допущен\w* |исправлен\w* )?(?:ошибка|неточность|опечатка)|"
        r"\bxəbərin (?:əvvəlki|ilk) (?:variant|versiya)\w*\b.{0,60}\b(?:səhv|yanliş)|"
        rf"\b{_THE_AZ}(?:da|də) düzəliş edil|"
        r"\bhaberin (?:önceki|ilk) (?:sürüm|versiyon|hal)\w*\b.{0,60}\b(?:yanliş|hata)|"
        rf"\bbu {_THE_TR}(?:de|da|te|ta) düzeltme yapil|"
        r"(?:հոդվածի|նյութի|լուրի) նախորդ տարբերակում.{0,60}(?:սխալ|վրիպ)|"
        rf"{_THE_HY}ում (?:\w+ )?(?:ուղղում|սխալ|վրիպակ)\w* (?:է )?(?:կատարվել|ուղղվել|եղել)|"
        r"(?:სტატიის|მასალის) (?:წინა|პირველ) ვერსიაში.{0,60}(?:შეცდომ|არასწორ)|"
        rf"{_THE_KA}ში შესწორება შევიდა"
    ),
    WITHDRAWN: re.compile(
        rf"{_LINE}(?:retraction(?: notice)?|kill notice){_COLON}|"
        rf"{_THIS} (?:has been|was|is) (?:retracted|withdrawn|taken down|removed (?:because|from))\b|"
        r"(?:^|[\n.!?]\s?)(?:the|our) (?:article|story|report) has been (?:retracted|withdrawn)\b|"
        r"\b(?:we|the editors) (?:have )?(?:retracted|withdrawn|retract|withdraw) this (?:article|story|report)\b|"
        r"\b(?:эта|данная) (?:новость|статья|публикация|заметка) (?:была )?(?:отозвана|аннулирована)\b|"
        r"\b(?:это|данное) сообщение (?:было )?(?:отозвано|аннулировано)\b|"
        rf"(?:^|[\n.!?]\s?)(?:эт\w+ |данн\w+ )?{_THE_RU} (?:был[аио]? )?"
        r"(?:отозван[аоы]?(?: редакцией)?\s?(?:[.\n]|$)|снят[аоы]? с публикации)|"
        rf"\bредакция отзывает (?:эт\w+ |данн\w+ )?{_THE_RU}|"
        rf"\bbu {_THE_AZ} (?:geri (?:çağirilib|götürülüb)|(?:saytdan )?(?:çixarilib|silinib))|"
        rf"\bbu {_THE_TR} (?:geri çekil|yayindan kaldiril)(?:di|miştir)|"
        rf"(?:^|[\n.!?]\s?){_THE_TR} (?:geri çekil|yayindan kaldiril)miştir|"
        rf"(?:^|[\n.!?։]\s?)(?:այս )?{_THE_HY} (?:հետ է կանչվել|հանվել է կայքից)|"
        rf"(?:^|[\n.!?]\s?)(?:ეს )?{_THE_KA} (?:გამოხმობილია|გაუქმებულია|წაიშალა საიტიდან)"
    ),
}
_ANY_NOTICE = Prefilter(*_NOTICES.values())
_EDGE = 400  # characters at either end of a text in which notices stand


def labels_of(title: str, text: str = "") -> tuple[str, ...]:
    """Which of `LABELS` an article says of itself, in their order.

    Args:
        title: its headline, as published.
        text: its plain text, where known: only an explicit notice at either end counts ("An earlier version of this
            article misstated …", "This article has been retracted").
    """
    if not title.isascii():
        title = _STRESS.sub("", title)
    found = {*_in_title(title.strip()), *_in_notices(text)}
    return tuple(label for label in LABELS if label in found) if found else ()


def _in_title(title: str) -> Iterator[str]:
    if not _ANY_WORD.may_match(title):
        return
    folded, start, end = _folded(title), 0, len(title)
    loud = not title.isupper()
    opening = (_IN_FRONT, _BEFORE_COLON, _BEFORE_STOP, *((_LOUD_FRONT, _LOUD_CRY) if loud else ()))
    closing = (_AT_THE_END, _BEHIND_DASH, *((_LOUD_END,) if loud else ()))
    while match := _first(
        match for form in opening if (match := form.match(folded, start, end)) and _said(title, match)
    ):
        yield str(match.lastgroup)
        start = match.end()
    while match := _first(
        match for form in closing if (match := form.search(folded, start, end)) and _said(title, match)
    ):
        yield str(match.lastgroup)
        end = match.start()
    if loud:
        for match in _LOUD_BRACKETS.finditer(folded, start, end):
            if _said(title, match):
                yield str(match.lastgroup)


def _first(matches: Iterator[re.Match[str]]) -> re.Match[str] | None:
    return next(matches, None)


def _said(title: str, match: re.Match[str]) -> bool:
    """Whether a form that asks for capitals has them."""
    return match.re not in _CAPITALS or title[slice(*match.span(str(match.lastgroup)))].isupper()


_CAPITALS = frozenset({_LOUD_FRONT, _LOUD_CRY, _LOUD_BRACKETS, _LOUD_END})


def _in_notices(text: str) -> Iterator[str]:
    if _ANY_NOTICE.may_match(text):
        folded = _folded(text if len(text) <= 2 * _EDGE else f"{text[:_EDGE]}\n{text[-_EDGE:]}")
        yield from (label for label, notice in _NOTICES.items() if notice.search(folded))


def _folded(text: str) -> str:
    """In small letters, character for character: İ and ı are i, ё is е."""
    return text.replace("İ", "i").lower().replace("ı", "i").replace("ё", "е")
