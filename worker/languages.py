"""Text in, its language out, as ISO 639-1 or "" for unknown.

The script decides first (Armenian, Georgian, Cyrillic, Arabic, Hebrew, Greek), then letters that one language has and
its neighbours lack, then the small words. The outlet's own languages break ties; they are never the answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_SCRIPTS = {
    "hy": re.compile(r"[\u0531-\u058f\ufb13-\ufb17]"),
    "ka": re.compile(r"[\u10a0-\u10ff\u1c90-\u1cbf]"),
    "he": re.compile(r"[\u05d0-\u05ea]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "cyrillic": re.compile(r"[\u0400-\u052f]"),
    "arabic": re.compile(r"[\u0620-\u06ff]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f\u0259]"),
}


def language_of(title: str, text: str = "", outlet: Sequence[str] = ()) -> str:
    """The language of an article with this `title` and `text`, from an outlet that publishes in `outlet`."""
    sample = f"{title}\n{text[:1000]}"
    counts = Counter({name: len(pattern.findall(sample)) for name, pattern in _SCRIPTS.items()})
    script, letters = counts.most_common(1)[0]
    if not letters:
        return ""
    if script == "cyrillic":
        return "ru"
    if script == "arabic":
        return "fa"
    if script == "latin":
        lowered = sample.replace("İ", "i").lower()
        if "ə" in lowered:
            return "az"
        if re.search("[ğışç]", lowered):
            return "tr"
        return next((language for language in outlet if language not in ("hy", "ka", "ru", "fa", "he", "el")), "en")
    return script
