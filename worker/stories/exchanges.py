"""What an article reports in, the same with the return of the dead told apart from that of prisoners out.

Both are exchanges to whoever is alerted, and one concept to the lexicons; but they are two events, often of the same
parties and days. An article that reports both is on both. Never looks beyond the sentence that reports the exchange.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

EXCHANGE, RETURN_OF_BODIES = "prisoner_exchange", "return_of_bodies"
_BODIES = re.compile(
    r"\b(?:bod(?:y|ies)\b|remains\b|corpses?\b|the dead\b|(?:war )?dead soldiers\b"  # English
    r"|тел(?:о|а|ами|ам|)\b|останк|погибших\b|павших\b"  # Russian
    r"|մարմին|դի(?:եր|ակ)|աճյուն|զոհվածների\b"  # Armenian
    r"|meyit|cənazə|nəş|cəsəd|həlak olanlar"  # Azerbaijani
    r"|cenaze|naaş|naas|ceset|cesed"  # Turkish
    r"|ცხედ|ნეშტ|გვამ)",  # Georgian
    re.IGNORECASE,
)
_PRISONERS = re.compile(
    r"\b(?:prisoners?\b|captives?\b|detainees?\b|hostages?\b|pows?\b|captured\b|held\b"
    r"|плен|задержанн|заложник|удерживаем"
    r"|գերի|գերեվար|ռազմագերի|պատանդ"
    r"|əsir|girov|saxlanılan"
    r"|esir|rehin|tutsak|tutuklu"
    r"|ტყვე|დაკავებულ|მძევ)",
    re.IGNORECASE,
)


def events_of(concept: str, sentence: str) -> Iterator[str]:
    """The events that a match on `concept` reports: the concept itself, but for exchanges of the dead."""
    of_bodies = concept == EXCHANGE and _BODIES.search(sentence) is not None
    if of_bodies:
        yield RETURN_OF_BODIES
    if not of_bodies or _PRISONERS.search(sentence):
        yield concept
