"""Text in, its language out, as ISO 639-1 or "" for unknown.

The script decides first: it alone tells Armenian, Georgian, Greek and Hebrew. Within Cyrillic and Arabic, letters do
that one language has and its neighbours lack. Latin text goes to a classifier that knows only the languages a news
monitor of the region meets: one that may choose among ninety takes a short Azerbaijani headline for Turkish and an
Armenian one for Slovenian. The outlet's own languages weigh in where the text says little; they are never the answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

# Runs of letters of one script.
_LETTERS = {
    "cyrillic": re.compile(r"[\u0400-\u052f]+"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0259\u1e00-\u1eff]+"),
    "hy": re.compile(r"[\u0531-\u0587\ufb13-\ufb17]+"),
    "ka": re.compile(r"[\u10a0-\u10ff\u1c90-\u1cbf]+"),
    "arabic": re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff]+"),
    "he": re.compile(r"[\u05d0-\u05ea]+"),
    "el": re.compile(r"[\u0370-\u03ff]+"),
    "ja": re.compile(r"[\u3040-\u30ff]+"),
    "ko": re.compile(r"[\uac00-\ud7a3]+"),
    "zh": re.compile(r"[\u4e00-\u9fff]+"),
    "hi": re.compile(r"[\u0900-\u097f]+"),
}
# Bytes that UTF-8 has in letters of a script and nowhere else: not in all of them, but in most.
_CERTAIN = {
    "cyrillic": b"\xd0\xd1\xd2\xd3",
    "hy": b"\xd5",
    "latin": b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
}
_MIXED = re.compile(r"[\u0400-\u052f][A-Za-z]|[A-Za-z][\u0400-\u052f]")  # within one word
# Letters that betray a language within its script, most telling first.
_CYRILLIC = (
    ("os", re.compile(r"[ӕӔ]")),
    ("ab", re.compile(r"[ԥҧҽҿӷӡҵҭҩ]")),
    ("az", re.compile(r"[ҝҹ]|[әӘ](?=.*[ҝҹғ])|ҹ", re.DOTALL)),
    ("kk", re.compile(r"[әңұқһ](?=.*[әіңұқөү])", re.DOTALL | re.IGNORECASE)),
    ("be", re.compile(r"ў", re.IGNORECASE)),
    ("uk", re.compile(r"\A(?!.*[ыэёъ]).*[іїєґ]", re.DOTALL | re.IGNORECASE)),
    ("mk", re.compile(r"[ѓќѕ]", re.IGNORECASE)),
    ("bg", re.compile(r"[а-я]ъ[бвгджзклмнпрстфхцчшщ]", re.IGNORECASE)),
    ("sr", re.compile(r"[ђћљњџј]", re.IGNORECASE)),
)
# One of these stands in all of them: what is not Russian, and the hard sign, which Bulgarian sets between consonants.
_NOT_RUSSIAN = re.compile(r"[\u0400\u0402-\u040fЪъ\u0450\u0452-\u052f\u1c80-\u1c8f]")
_ARABIC = (
    ("ckb", re.compile(r"[ێۆڵڕ]")),
    ("ur", re.compile(r"[ٹڈڑےں]")),
    ("fa", re.compile(r"[پچژگکی]")),
    ("ar", re.compile(r"[يةأإؤىك]|\bال")),
)
# Log-odds for what this monitor reads, per square root of the text's bytes: they decide about names and two-word
# titles, where the classifier would toss a coin, and vanish beside a sentence.
_EXPECTED = {"en": 0.75, "az": 0.5, "tr": 0.5}
_PRIOR = 0.75

_TURKIC = re.compile(r"[ğĞıİşŞ]")  # Turkish and Azerbaijani …
_AZERBAIJANI = re.compile(r"[əƏ]|\w[xq]|[xq]\w", re.IGNORECASE)  # … of which Turkish has none of these
# Places that the two write differently; and Turkish sets endings off from names, which Azerbaijani does not.
_TELLING = {
    "az": re.compile(
        r"\b(?:(?:Bakı|Moskva|Rusiya|Gürcüstan|Suriya|Almaniya|Kiyev|Vaşinqton|Brüssel|Strasburq)\w*|"
        r"(?:Yerevan|Tbilisi|Batumi|Tehran|Paris|London|Minsk|Astana|Davos|Soçi|Praqa)(?:d[aə]n?|[yn]?[aıiuü]))\b"
    ),
    "tr": re.compile(
        r"\b(?:Bakü|Moskova|Rusya|Gürcistan|Ermenistan|Azerbaycan|Karabağ|Erivan|Tiflis|Nahçıvan|Suriye|Almanya|"
        r"Brüksel)\w*|\b[A-ZÇĞİÖŞÜ]\w+['’](?:[dt][ae]n?|n[ıiuü]n?|y?[aeıiuü])\b"
    ),
}
_SURE = 3.0
_ACRONYMS = re.compile(r"[\W\d_]*(?:[A-Z]{1,5}(?![^\W\d_])[\W\d_]*){1,4}")  # say nothing of the language around
# Three different ones of these, in lower case, stand in no sentence of another language; where an outlet publishes in
# the language, two are enough.
_COMMON_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and with that from was were has have been which after before when who their this said would into "
        "about are they than while where",
        "tr": "ve ile için gibi kadar göre değil tarafından etti ettiği edildi olduğu olduğunu",
    }.items()
}
_WORDS_ENOUGH, _WORDS_EXPECTED = 3, 2
_SCHWAS, _SCHWA_SHARE = 4, 0.03  # above both, they are more than a name in a foreign text
_SAMPLE = 240  # characters of the text that are enough …
_SCRIPT_SAMPLE = 160  # … and of title and text together, to tell the script


def language_of(title: str, text: str = "", outlet: Sequence[str] = ()) -> str:
    """The language of an article with this `title` and `text`, from an outlet that publishes in `outlet`."""
    sample = f"{title}\n{text[:_SAMPLE]}".replace("\ufeff", "").strip()
    script = _script_of(sample[:_SCRIPT_SAMPLE])
    if script == "cyrillic":
        return _by_letters(sample, _CYRILLIC, "ru") if _NOT_RUSSIAN.search(sample) else "ru"
    if script == "arabic":
        return _by_letters(sample, _ARABIC, "fa")
    if script == "latin":
        if _ACRONYMS.fullmatch(sample):
            return ""
        return _obvious(sample, outlet) or _latin(sample, tuple(outlet))
    return script


def _script_of(sample: str) -> str:
    """The script of most letters; "" where there are none."""
    first = next(filter(str.isalpha, sample), "")
    if sample.isascii():
        return "latin" if first else ""
    script = next((name for name, letters in _LETTERS.items() if letters.match(first)), "")
    if not script or not (_is_certainly(script, sample) or 2 * _count(script, sample) > len(sample)):
        counts = {name: _count(name, sample) for name in _LETTERS}
        script = max(counts, key=lambda name: counts[name])
        if not counts[script]:
            return ""
    if script == "latin" and _LETTERS["cyrillic"].search(sample) and _is_disguised(sample):
        return "cyrillic"
    if script == "zh" and _LETTERS["ja"].search(sample):
        return "ja"
    return script


def _is_certainly(script: str, sample: str) -> bool:
    """Whether more than half of the characters are letters of `script`, as far as a look at the bytes tells."""
    encoded = sample.encode("utf-8", "replace")
    return 2 * (len(encoded) - len(encoded.translate(None, _CERTAIN.get(script, b"")))) > len(sample)


def _count(script: str, sample: str) -> int:
    return sum(map(len, _LETTERS[script].findall(sample)))


def _is_disguised(sample: str) -> bool:
    """Whether most words with Cyrillic letters mix them with Latin ones: look-alikes are written for А, Е, О, Р, С."""
    words = [word for word in sample.split() if _LETTERS["cyrillic"].search(word)]
    mixed = [word for word in words if _MIXED.search(word)]
    return 2 * len(mixed) > len(words) and 2 * len(words) > len(sample.split())


def _by_letters(sample: str, telling: Sequence[tuple[str, re.Pattern[str]]], other: str) -> str:
    return next((language for language, letters in telling if letters.search(sample)), other)


def _obvious(sample: str, outlet: Sequence[str]) -> str:
    """English, Azerbaijani and Turkish sentences give themselves away; that spares the classifier most of its work."""
    if sample.count("ə") + sample.count("Ə") > max(_SCHWAS, _SCHWA_SHARE * len(sample)):
        return "az"
    written = sample.split()
    for language, words in _COMMON_WORDS.items():
        enough = _WORDS_EXPECTED if language in outlet else _WORDS_ENOUGH
        if len(words.intersection(written)) >= enough:
            return language
    return ""


def _latin(sample: str, outlet: tuple[str, ...]) -> str:
    from worker.languages.classifier import rank

    root = math.sqrt(len(sample.encode("utf-8", "replace")))
    likely = [*outlet]
    if _TURKIC.search(sample):
        likely += ["az" if _AZERBAIJANI.search(sample) else "tr", "az"]
    sure = [language for language, words in _TELLING.items() if words.search(sample)]
    scores: dict[str, float] = {
        language: score / root
        + _EXPECTED.get(language, 0.0)
        + _PRIOR * likely.count(language)
        + _SURE * (sure == [language])
        for language, score in rank(sample)
    }
    return max(scores, key=lambda language: scores[language])
