"""Paragraphs in, the article's own paragraphs out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.boilerplate.counters import is_counter
from worker.prefilter import Prefilter

# Words that point to one other story, alone on a line or in front of its headline …
_POINTERS = (
    r"(?:read|see|watch) (?:also|more|next)|also (?:read|see|on)|must[- ]read|"
    r"related(?: (?:articles?|stor(?:y|ies)|news|topics|posts|content|links|coverage))?|"
    r"(?:читайте|читать|смотрите|смотреть|узнайте) (?:также|еще|ещё|далее|больше)|"
    r"(?:еще|ещё|материалы|новости|статьи|видео)?\s?по теме|"
    r"(?:կարդացեք|կարդալ|կարդա՛|տես|տե՛ս) (?:նաև|ավելին)|"
    r"(?:həmçinin|bunu da|bunları da) oxuyun|(?:ayrıca|bunu da|bunları da) oku(?:yun)?|"
    r"(?:წაიკითხეთ|იხილეთ|ნახეთ) (?:ასევე|აგრეთვე)|(?:ასევე|აგრეთვე) (?:წაიკითხეთ|იხილეთ|ნახეთ)|"
    r"(?:à )?lire (?:aussi|également)|lesen sie auch|lea también|leggi anche"
)
# … and words that head a list of them.
_LISTS = (
    r"don[’'`´]?t miss|more (?:on|from|stories|news|about)(?: .{1,30})?|recommended(?: for you)?|"
    r"you (?:may|might) also (?:like|be interested in)|most (?:read|popular|viewed|recent)(?: .{1,30})?|"
    r"latest (?:news|stories)|top stories|trending(?: now)?|what to read next|editor[’']s (?:picks?|choice)|popular|"
    r"(?:другие|похожие|последние|главные|свежие) (?:новости|материалы|статьи)|популярное|рекомендуем|"
    r"вам может быть интересно|самое (?:читаемое|популярное|обсуждаемое|интересное)|"
    r"самые (?:читаемые|популярные).{0,20}|"
    r"лента новостей|ամենա(?:ընթերցված|դիտված)\w*|լրահոս|ən çox (?:oxunan|baxılan)\w*|xəbər lenti|öne çıkanlar|"
    r"პოპულარული|ყველაზე (?:კითხვადი|პოპულარული)|ახალი ამბები|"
    r"նմանատիպ (?:նյութեր|լուրեր)|(?:այս )?թեմայով|առնչվող (?:նյութեր|լուրեր)|"
    r"(?:վերջին|այլ) (?:նորություններ|լուրեր)|"
    r"(?:oxşar|digər|əlaqəli|maraqlı|son) xəbərlər|ən çox oxunanlar|"
    r"(?:i̇lgili|ilgili|benzer|son|diğer) haberler|bunlar da ilginizi çekebilir|en çok okunanlar|"
    r"(?:მსგავსი|დაკავშირებული|სხვა|ბოლო) (?:სიახლეები|ამბები)|mehr zum thema"
)
_OPENER = re.compile(rf"^\W{{0,3}}(?:{_POINTERS}|{_LISTS})\s*[:.!…→»>-]*\s*$", re.IGNORECASE)
_HEAD = re.compile(rf"^\W{{0,3}}(?:{_LISTS})\s*[:.!…→»>-]*\s*$", re.IGNORECASE)
# Of these, some are said of one story as well: "İlgili haber: …", "Похожие новости: …".
_RELATED = (
    r"(?:похожие|другие) (?:новости|материалы|статьи)|(?:ранее )?(?:на эту тему|в тему)|"
    r"նմանատիպ (?:նյութեր?|լուրեր?)|(?:նույն|այս) թեմայով|առնչվող (?:նյութեր?|լուրեր?)|"
    r"(?:oxşar|əlaqəli) xəbər(?:lər)?|(?:bu mövzuda|mövzu ilə (?:bağlı|əlaqəli))|"
    r"(?:i̇lgili|ilgili|benzer) haber(?:ler)?|konuyla ilgili|"
    r"(?:მსგავსი|დაკავშირებული) (?:სიახლე(?:ები)?|ამბ(?:ავი|ები))|ამავე თემაზე"
)
# A sentence that begins with a pointer's words has neither a colon nor a dash after them.
_POINTED = re.compile(
    rf"^\W{{0,3}}(?:{_POINTERS}|{_RELATED})\s*(?:[:|→»>՝]|\s[-–—]\s).{{1,200}}$|"
    r"^(?:à lire aussi|читайте также|lesen sie auch)\s.{1,200}$",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"^.{0,80}\b(?:(?:sign up|subscribe|register)\b.{0,60}\b(?:newsletters?|channel|updates|e-?mail|app)\b|"
    r"follow us (?:on|at)\b|join (?:us|our)\b.{0,30}(?:telegram|whatsapp|channel)|download (?:our|the) app\b|"
    r"support (?:our|independent) journalism).{0,80}$|"
    r"^(?:the post|запись|сообщение) .{1,160} "
    r"(?:first appeared|appeared first|впервые появил\w+|появил\w+ сначала) .{1,60}$|"
    r"^.{0,60}\b(?:uses?|использу\w+|использует|օգտագործում|istifadə|kullan\w+|იყენებს)\b.{0,40}(?:\bcookies?\b|куки).{0,160}$|"
    r"^.{0,60}(?:\bcookies?\b|\bкуки\b|\bkuki\w*|\bçerez\w*|ქუქი\w*).{0,40}"
    r"\b(?:istifadə|kullan\w+|օգտագործ\w+|использу\w+|იყენებ\w+).{0,120}$|"
    r"^.{0,60}(?:подпи(?:шитесь|сывайтесь)|присоединяйтесь).{0,80}$|"
    r"^.{0,60}(?:հետևեք|բաժանորդագրվեք|միացեք).{0,30}(?:մեզ|telegram|facebook|տելեգրամ|մեր).{0,60}$|"
    r"^.{0,60}(?:bizi .{0,30}izləyin|abunə olun|kanalımıza|bizi .{0,30}takip edin|abone olun).{0,60}$|"
    r"^.{0,60}(?:გამოგვყევით|გამოიწერეთ|შემოგვიერთდით).{0,60}$",
    re.IGNORECASE,
)
# Alone on a line.
_LABEL = re.compile(
    r"^(?:(?:advertisements?|sponsored|ad|реклама|գովազդ|reklam|რეკლამა|publicité|anzeige)\W{0,3}|"
    r"(?:continue reading|читать далее|подробнее|davamı|devamı|შემდეგი|ավելին)\W{0,5})$",
    re.IGNORECASE,
)
# How a teaser ends, behind its last whole sentence or where it is torn off.
_MORE = (
    r"read more|read on|read the full.{0,30}|read the rest.{0,30}|read full (?:story|article)|"
    r"continue reading|full story|more details|"
    r"подробнее|читать (?:далее|дальше|полностью|продолжение)|читайте далее|продолжение следует|"
    r"կարդալ ավելին|ավելին|շարունակությունը?|ətraflı(?: oxu)?|davamı(?:nı oxu)?|ardını oxu|"
    r"haberin devamı|devamı(?:nı oku)?|"
    r"სრულად|ვრცლად|გაგრძელება|წაიკითხეთ მეტი|lire la suite|weiterlesen|mehr lesen|leer más"
)
_TEASER_END = re.compile(
    rf"(?P<end>[.!?։»”\"]|…|\.\.\.|\[(?:…|\.{{3}}|&#8230;)\])\s*(?:(?:{_MORE})\b(?:\s?[“\"«].{{1,160}}|\s?about\s.{{1,120}})?"
    r"[\s:.…»>→⟶«”\"]*|"
    r"(?:the post|запись|сообщение)\s.{1,200}\s"
    r"(?:first appeared|appeared first|впервые появил\w+|появил\w+ сначала)\s.{1,80})$",
    re.IGNORECASE,
)
# Buttons: a line that holds nothing else, of which at least one word is the name of a network or says "share".
_SHARING = (
    "facebook twitter telegram whatsapp viber vkontakte vk linkedin pinterest reddit messenger instagram odnoklassniki "
    "фейсбук твиттер телеграм вконтакте вк одноклассники share tweet tweetle поделиться поделитесь paylaş paylaşın "
    "paylaşmaq կիսվել կիսվեք տարածել გაზიარება გააზიარე გააზიარეთ teilen partager"
)
_BESIDE = (
    "x this article story post on via in with to by and or it email e mail copy link print send save friends url ok "
    "page facebookda facebookta twitterda da də de ta te bu xəbəri linki kopyala yazdır göndər çap et dostlarınla в на "
    "с и эту новость друзьями ссылку скопировать отправить печать распечатать տպել ուղարկել հղումը պատճենել ბეჭდვა"
)
_NETWORKS = frozenset(_SHARING.split())
_BUTTONS = _NETWORKS | frozenset(_BESIDE.split())
_WORD = re.compile(r"[^\W\d_]+")
_TODAY = (
    r"(?:today(?: is|['’]s date)?|current date|сегодня|текущая дата|այսօր|bu ?gün|bugün|bugünkü tarix|bugünün tarihi|"
    r"დღეს)"
)
_BANNER = re.compile(
    rf"^{_TODAY}\s*(?:[:՝—–,-].{{0,40}}\d{{4}}\D{{0,5}}|(?:[\s:,]+[^\W\d_]{{2,12}})?[\s:,]+"
    r"(?:\d{1,2}\.?\s+[^\W\d_]{3,12}\.?,?\s+\d{4}|[^\W\d_]{3,12}\.?\s+\d{1,2},?\s+\d{4}|"
    r"\d{1,2}[./]\d{1,2}[./]\d{4})"
    r"\D{0,12})$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?։…:;][\"'”’»)\]]*$|^[\"“«].*[\"”»]$")

_ANY_OF_THESE = Prefilter(_OPENER, _POINTED, _CALL, _TEASER_END)

_LONGEST = 220  # characters of a line that is not the article's own
_OPENER_CHARS = 60
_TEASER_END_CHARS = 360
_HEADLINE_CHARS = 160
_LIST_SHARE = 0.3  # of headlines among what follows a box: above it, what follows is a list of other stories


def own_paragraphs(paragraphs: Sequence[str]) -> tuple[list[str], list[str]]:
    """The article's own paragraphs, and the lines that opened what was cut.

    A line such as "Read also" takes the headlines that follow it along. If what comes after those is a list of more
    headlines and teasers, it was the tail, and everything goes; if it is text, it was a box, and the text stays.
    """
    is_clean = not _ANY_OF_THESE.may_match("\n\n".join(paragraphs))
    lines = [paragraph.strip() for paragraph in paragraphs]
    if is_clean and all(len(line) > _OPENER_CHARS for line in lines):
        return lines, []
    return _without_others(lines, is_clean=is_clean)


def _without_others(lines: Sequence[str], *, is_clean: bool) -> tuple[list[str], list[str]]:
    """`own_paragraphs` line by line; `is_clean` where only a button, a counter or a label may be cut."""
    kept: list[str] = []
    cut: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position] if is_clean else _without_teaser_end(lines[position])
        is_short = len(line) <= _OPENER_CHARS
        position += 1
        if len(line) > _LONGEST:
            kept.append(line)
        elif is_short and (is_counter(line) or _is_sharing(line)):
            continue
        elif is_short and _LABEL.match(line):
            cut.append(line)
        elif is_clean:
            kept.append(line)
        elif _POINTED.match(line) or _CALL.match(line):
            cut.append(line)
        elif kept and is_short and _OPENER.match(line):
            cut.append(line)
            after = position
            while after < len(lines) and _is_headline(lines[after]):
                after += 1
            if (after > position or _HEAD.match(line)) and _is_list(lines[after:]):
                break
            position = after
        else:
            kept.append(line)
    return kept, cut


def is_banner(paragraph: str) -> bool:
    """Whether the paragraph is a page's "Today: …" banner, which dates the visit and not the article."""
    return len(paragraph) <= _LONGEST and bool(_BANNER.match(paragraph.strip()))


def _without_teaser_end(line: str) -> str:
    found = _TEASER_END.search(line, max(0, len(line) - _TEASER_END_CHARS))
    return line[: found.start()] + found["end"] if found else line


def _is_sharing(line: str) -> bool:
    words = {word.replace("İ", "i").lower() for word in _WORD.findall(line)}
    return bool(words & _NETWORKS) and words <= _BUTTONS


def _is_list(rest: Sequence[str]) -> bool:
    """Whether what follows a box is more of the same: headlines and their teasers, or one teaser alone."""
    return len(rest) <= 1 or sum(map(_is_headline, rest)) >= _LIST_SHARE * len(rest)


def _is_headline(paragraph: str) -> bool:
    """Whether a line reads like another story's headline or its torn teaser: short, or no whole sentence."""
    line = paragraph.strip()
    return len(line) <= _HEADLINE_CHARS and not _SENTENCE_END.search(line)
