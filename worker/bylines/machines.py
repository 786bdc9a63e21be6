"""A byline and a text in; the words that say a machine wrote, rewrote or translated it, out.

Only what a text says of itself counts: news about fabricated videos and generated articles is written by people.
"""

from __future__ import annotations

import re

from worker.prefilter import Prefilter

_MACHINES = (
    r"OpenAI|ChatGPT|GPT-?\d[\w.]*|Claude|Gemini|Google Bard|Copilot|Llama|DeepSeek|YandexGPT|GigaChat|Perplexity|Grok"
)
_AI = (
    rf"(?:{_MACHINES}|A\.?I\.?|(?:an? )?(?:AI|artificial intelligence)(?: (?:tools?|systems?|models?))?|"
    r"a language model)"
)
_RU_AI = rf"(?:нейросет\w+|искусственн\w+ интеллект\w*|ИИ\b|{_MACHINES}|Google Переводчик\w*|Яндекс\.?Переводчик\w*)"
_TRANSLATORS = r"(?:Google Translate|DeepL|Yandex(?:\.| )?Translate|Google Переводчика?|Яндекс\.?Переводчика?)"
_MACHINE_AUTHOR = re.compile(
    rf"^(?:(?:by|with|автор:?)\s+)?(?:{_MACHINES}|{_TRANSLATORS}|A\.?I\.?|AI (?:desk|bot|writer)|"
    r"artificial intelligence|ИИ|нейросеть|искусственный интеллект|süni intellekt|yapay zek[aâ]|"
    r"արհեստական բանականություն|ხელოვნური ინტელექტი)$",
    re.IGNORECASE,
)
_MACHINE_LINE = re.compile(
    r"^\s*(?:author|by|written by|source|автор|müəllif|yazar|հեղինակ|ავტორი)(?:\s*[:—–-]\s*|\s+)"
    rf"(?:{_MACHINES}|AI)\s*\.?$",
    re.IGNORECASE | re.MULTILINE,
)
# A line or sentence that begins with the deed speaks of the text it stands in …
_BEGIN = r"(?:^|[\n.!?…։(\[*])\s*(?:[*_(\[]\s*)?"
_END = r"(?=\s*(?:[.!)\]*\n:;,–—-]|$|\b(?:and|и|və|ve|և|და)\b))"
_DONE = r"(?:written|generated|produced|created|rewritten|translated|compiled|prepared|summari[sz]ed|edited|assisted)"
_AUTOMATIC = r"(?:automatically|entirely|partly|fully|in part|machine)"
_BARE = (
    (
        rf"{_BEGIN}(?:{_AUTOMATIC}\s+)?{_DONE}(?:\s+{_AUTOMATIC})?\s+(?:by|with|using|via)\s+(?:the help of\s+)?"
        rf"(?:{_AI}|{_TRANSLATORS})\b"
    ),
    (
        rf"{_BEGIN}(?:AI|machine|auto(?:matic(?:ally)?)?)[- ](?:generated|written|translat(?:ed|ion)|assisted)"
        rf"(?:\s+(?:article|content|text|summary|story|translation|from \w+))?{_END}"
    ),
    rf"{_BEGIN}(?:автоматический|машинный)\s+перевод{_END}",
    (
        rf"{_BEGIN}(?:создано|написано|сгенерировано|переведено|подготовлено)\s+(?:автоматически\s+)?"
        rf"(?:(?:с|при) помощью\s+|при помощи\s+)?{_RU_AI}"
    ),
    rf"{_BEGIN}(?:avtomatik|maşın)\s+tərcümə(?:si)?{_END}|{_BEGIN}(?:otomatik|makine)\s+çeviri(?:si)?{_END}",
    rf"{_BEGIN}(?:ավտոմատ|մեքենայական)\s+թարգմանություն{_END}|{_BEGIN}(?:ავტომატური|მანქანური)\s+თარგმანი{_END}",
)
# … and so does one about "this text", whatever else it says.
_SELF = (
    (
        rf"\bthis\s+(?:article|text|story|content|post|page|piece|summary|translation|report|news item)\s+"
        rf"(?:was|is|has been|were)\s+(?:{_AUTOMATIC}\s+)?(?:{_DONE}|re-?written|machine[- ]translated)\b"
        rf"(?:[^.!?\n]{{0,40}}\b(?:by|with|using|via)\s+(?:the help of\s+)?(?:{_AI}|{_TRANSLATORS})\b|"
        r"(?<=machine translated)|(?<=machine-translated))"
    ),
    (
        r"\bthis\s+(?:article|text|story|translation|summary|content)\s+(?:is|contains|includes)\s+(?:an?\s+)?"
        r"(?:AI|machine)[- ](?:generated|translat\w+)"
    ),
    (
        r"(?:^|[\n.!?(\[])\s*(?:(?:этот|данный|эта|данная|это|данное)\s+)?(?:текст|статья|материал|новость|перевод|"
        r"публикация|заметка|пересказ|содержание|сообщение)\s+(?:(?:был[аои]?|полностью|частично|автоматически)\s+){0,2}"
        r"(?:создан|написан|сгенерирован|подготовлен|переведен|переведён|выполнен|сделан|перефразирован|переписан)\w*\s+"
        r"(?:автоматически\s+)?(?:(?:с|при)\s+(?:помощью|помощи|использованием)\s+|через\s+)?"
        rf"{_RU_AI}"
    ),
    (
        r"\b(?:bu\s+)?(?:məqalə|mətn|xəbər|material|tərcümə)\w{0,3}\s+(?:tamamilə\s+|avtomatik\s+)?süni intellekt\w*\s+"
        r"(?:(?:tərəfindən|vasitəsilə|vasitəsi ilə|köməyi ilə|köməyilə|ilə)\s+)?(?:avtomatik\s+)?"
        r"(?:hazırlan|yazıl|yaradıl|tərcümə|çevril|generasiya)"
    ),
    (
        r"\b(?:bu\s+)?(?:makale|haber|metin|içerik|yazı|çeviri)\w{0,3}\s+(?:tamamen\s+|otomatik olarak\s+)?"
        r"yapay zek[aâ]\w*\s+"
        r"(?:(?:tarafından|aracılığıyla|yardımıyla|kullanılarak|desteğiyle|ile)\s+)?(?:otomatik olarak\s+)?"
        r"(?:oluşturul|yazıl|hazırlan|üretil|çevril)"
    ),
    (
        r"(?:հոդվածը|տեքստը|նյութը|թարգմանությունը|լուրը)\s+(?:\w+\s+){0,2}արհեստական (?:բանականությ|ինտելեկտ)\w+\s+"
        r"(?:\w+\s+){0,3}\w*(?:ստեղծվ|գրվ|գրել|թարգմանվ|պատրաստվ|կատարվ)"
    ),
    r"(?:ստեղծվել|գրվել|թարգմանվել|պատրաստվել|կատարվել) է (?:արհեստական (?:բանականությ|ինտելեկտ)\w+|ԱԲ)",
    (
        r"(?:სტატია|ტექსტი|მასალა|თარგმანი|ამბავი)\s+(?:\w+\s+){0,2}ხელოვნური ინტელექტ\w*\s+(?:\w+\s+){0,2}"
        r"(?:შექმნ|შეიქმნ|დაწერ|დაიწერ|თარგმნ|ითარგმნ|მომზად|მომზადდ|გენერირ|შესრულ)\w*"
    ),
)
_SENTENCE = re.compile("|".join((*_BARE, *_SELF)), re.IGNORECASE)
# Whoever reports that something is made by a machine speaks of something else.
_REPORTED = re.compile(
    r"\b(?:said|says|told|according to|claim\w*|alleg\w*|fake|deepfake|disinformation|police|ministry|"
    r"сообщ(?:ил|ает|ают)\w*|заяв(?:ил|ля)\w*|по словам|утвержда\w+|фейк\w*|дипфейк\w*|дезинформ\w*|"
    r"bildir\w+|dedi\w*|iddia|saxta|feyk|açıkla\w+|söyle\w+|sahte|հայտ(?:նեց|արարեց)\w*|կեղծ|განაცხადა|თქვა|ყალბი)\b",
    re.IGNORECASE,
)
# A line names one of these; behind a blank, since letters as few as AI's stand within many words.
_ANY_OF_THESE = Prefilter(
    _SENTENCE,
    re.compile(_MACHINES),
    words=(" ai", "\nai", ":ai", "-ai", "–ai", "—ai"),
)
_EDGE = 600  # characters at either end of a text in which such lines stand


def machine_hint(author: str, text: str) -> str:
    """What says that a machine wrote or translated this: the words themselves; "" where nothing does."""
    if _MACHINE_AUTHOR.match(author.strip()):
        return f"author: {author.strip()}"
    if not _ANY_OF_THESE.may_match(text):
        return ""
    edges = text if len(text) <= 2 * _EDGE else f"{text[:_EDGE]}\n{text[-_EDGE:]}"
    if line := _MACHINE_LINE.search(edges):
        return " ".join(line.group().split())
    for found in _SENTENCE.finditer(edges):
        rest = re.match(r"[^.!?…։\n]{0,160}", edges[found.end() :])
        if not _REPORTED.search(f"{found.group()} {rest.group() if rest else ''}"):
            return " ".join(found.group().strip(" \n.!?([*").split())
    return ""
