"""A byline and a text in; who really wrote it, as far as the words say, out.

Reads agency credits ("(Reuters)", "/ARMENPRESS/", a closing "— AFP") and the hints that a machine wrote or rewrote a
text. Both are hints to show beside an article, never reasons to drop it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Agencies whose credit lines stand in the region's news: name → what the line says.
_AGENCIES = {
    "Reuters": "Reuters|Рейтер|Reyter",
    "AP": "AP|Associated Press",
    "AFP": "AFP|АФП|Agence France-Presse",
    "Bloomberg": "Bloomberg",
    "dpa": "dpa|DPA",
    "TASS": "TASS|ITAR-TASS|ТАСС|ИТАР-ТАСС",
    "Interfax": "Interfax|Интерфакс|İnterfaks",
    "RIA Novosti": "RIA Novosti|РИА Новости|RIA",
    "Sputnik": "Sputnik|Спутник",
    "Armenpress": "ARMENPRESS|Armenpress|Арменпресс|АРМЕНПРЕСС|ԱՐՄԵՆՊՐԵՍ|Արմենպրես",
    "Azertac": "AZERTAC|Azertac|AZƏRTAC|АЗЕРТАДЖ|Азертадж",
    "APA": "APA|АПА",
    "Report": "Report|Report.az",
    "Trend": "Trend|Тренд",
    "Turan": "Turan|Туран",
    "Anadolu": "Anadolu|Anadolu Agency|Anadolu Ajansı|AA",
    "Interpress": "InterPressNews|Interpressnews|ინტერპრესნიუსი",
    "IRNA": "IRNA|İRNA|ИРНА",
}
_NAMES = {form: name for name, forms in _AGENCIES.items() for form in forms.split("|")}
_ANY = "|".join(sorted(map(re.escape, _NAMES), key=len, reverse=True))
# A credit stands in brackets or slashes, or alone in front of a dash or at the end of a text.
_CREDIT = re.compile(rf"\(\s*({_ANY})\s*\)|/\s*({_ANY})\s*/|^({_ANY})\s*[—–-]\s|(?:^|\n)[—–-]?\s*({_ANY})\.?\s*$")

_MACHINES = r"OpenAI|ChatGPT|GPT-?\d\w*|Claude|Gemini|Google Bard|Copilot|Llama|DeepSeek|YandexGPT|GigaChat|Midjourney"
_MACHINE_AUTHOR = re.compile(
    rf"^(?:by\s+)?(?:{_MACHINES}|A\.?I\.?|artificial intelligence|ИИ|нейросеть)$", re.IGNORECASE
)
_MACHINE_LINE = re.compile(
    rf"^\s*(?:author|by|written by|source|автор|müəllif|yazar|հեղինակ|ავტორი)\s*[:—–-]?\s*(?:{_MACHINES}|AI)\s*\.?$",
    re.IGNORECASE | re.MULTILINE,
)
_MACHINE_SENTENCE = re.compile(
    rf"\b(?:written|generated|produced|created|rewritten|translated|compiled|prepared|summari[sz]ed)\s+(?:entirely\s+)?"
    rf"(?:by|with|using)\s+(?:the help of\s+)?(?:{_MACHINES}|AI\b|an? AI\b|artificial intelligence|a language model)|"
    rf"\bAI[- ](?:generated|written|assisted)\s+(?:article|content|text|summary|story)|"
    rf"(?:создан|написан|сгенерирован|подготовлен|переведен)\w*\s+(?:с помощью\s+|при помощи\s+)?"
    rf"(?:нейросет\w+|искусственн\w+ интеллект\w*|ИИ\b|{_MACHINES})|"
    rf"(?:süni intellekt|yapay zeka)\w*\s+(?:tərəfindən|tarafından|vasitəsilə|ile|ilə)",
    re.IGNORECASE,
)
_AUTHOR_LINE = re.compile(
    r"^(?:authors?|written by|автор(?:ы)?|müəllif|yazar|հեղինակ|ავტორი|auteur|autor|autore)\s*[:՝—–-]\s*(.{2,60})$",
    re.IGNORECASE,
)
# One of these stands in every line and sentence that the patterns above match, and in few texts besides.
_MACHINE_WORDS = (
    *("openai", "gpt", "claude", "gemini", "bard", "copilot", "llama", "deepseek", "gigachat", "midjourney", " ai"),
    *("artificial intelligence", "language model", "нейросет", "искусственн", " ии", "intellekt", "yapay zeka"),
)
_LAST = 3  # paragraphs among which a byline stands at the end of a text
_CREDIT_EDGE = 160
_EDGE = 600  # characters at either end of a text in which such lines stand


def machine_hint(author: str, text: str) -> str:
    """What says that a machine wrote or rewrote this: the words themselves; "" where nothing does."""
    if _MACHINE_AUTHOR.match(author.strip()):
        return f"author: {author.strip()}"
    lowered = f"{text[:_EDGE]}{text[-_EDGE:]}".lower()
    if not any(word in lowered for word in _MACHINE_WORDS):
        return ""
    edges = text if len(text) <= 2 * _EDGE else f"{text[:_EDGE]}\n{text[-_EDGE:]}"
    found = _MACHINE_LINE.search(edges) or _MACHINE_SENTENCE.search(edges)
    return " ".join(found.group().split()) if found else ""


def agency_credit(text: str) -> str:
    """The agency that `text` credits at its start or end, "" where it credits none."""
    found = _CREDIT.search(text[:_CREDIT_EDGE]) or _CREDIT.search(text[-_CREDIT_EDGE:])
    return _NAMES[next(filter(None, found.groups()))] if found else ""


def without_byline(paragraphs: Sequence[str]) -> tuple[list[str], str]:
    """The paragraphs without a closing "Author: …" line (and the name printed above it), and the name."""
    for number in range(max(0, len(paragraphs) - _LAST), len(paragraphs)):
        if found := _AUTHOR_LINE.match(paragraphs[number].strip()):
            name = found[1].strip()
            before = list(paragraphs[:number])
            while before and before[-1].strip() == name:
                before.pop()
            return [*before, *paragraphs[number + 1 :]], name
    return list(paragraphs), ""


def family_of(publisher: str) -> str:
    """The family of a publisher that nobody has put into one: its name in small letters and hyphens."""
    return re.sub(r"[\W_]+", "-", publisher.casefold()).strip("-") or publisher
