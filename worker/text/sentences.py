"""Text in, the spans of its sentences out, in characters of the text as it is.

Made for news in Latin, Cyrillic, Armenian, Georgian and Arabic script. A line break always ends a sentence; a full
stop does not after an initial, a known abbreviation, a number before a number, or before a small letter. Never
changes a character.
"""

from __future__ import annotations

import re

from worker.text.folding import fold

# ։ is the Armenian full stop, which many write as a colon; ؟ and ۔ are Arabic script.
_END = re.compile("[.!?…։؟۔‽\n:]")
_REST_OF_END = re.compile("[.!?…։؟۔‽]*[\"'”’»“)\\]]*")
_ARMENIAN_CAPITAL = re.compile("[\u0531-\u0556«]")
LONGEST_SENTENCE = 1_500  # characters; what is longer is no sentence, and cut at a blank: work grows with its square
_NEXT = re.compile(r"[\s\"'“”‘’«„(\[—–-]*")
_LONG_WORD = 7  # letters, more than any abbreviation has
_LAST_WORD = re.compile(r"(\w+)$")

_ABBREVIATIONS = frozenset(
    fold(
        "mr mrs ms dr prof gen col maj capt lt sgt gov sen rep st no vs etc inc ltd co jr sr approx est u.s "
        "jan feb mar apr jun jul aug sept sep oct nov dec "
        "г гг ул им см стр тыс млн млрд руб т д п др пр проф акад ген полк св обл р н э "
        "թ հ ք մ դ dos cən akad və xüs sn bkz vb vd doç yrd av გვ ქ წ მაგ ბატ"
    ).text.split()
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences of `text` begin and end, without the blanks around them."""
    spans: list[tuple[int, int]] = []
    start = 0
    for found in _END.finditer(text):
        at = found.start()
        # Armenian news writes the colon for its own full stop, ։
        if at < start or (text[at] == ":" and not "\u0561" <= text[at - 1 : at] <= "\u0587"):
            continue
        if text[at] == "\n":
            _append(spans, text, start, at)
            start = at + 1
            continue
        if _is_usual_end(text, start, at):
            _append(spans, text, start, at + 1)
            start = at + 1
            continue
        rest = _REST_OF_END.match(text, at + 1)
        end = rest.end() if rest else at + 1
        if _is_end(text, start, at, end):
            _append(spans, text, start, end)
            start = end
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Add `text[start:end]` to `spans`, in pieces where it is longer than any sentence."""
    while end - start > LONGEST_SENTENCE:
        cut = text.rfind(" ", start, start + LONGEST_SENTENCE)
        cut = cut if cut > start else start + LONGEST_SENTENCE
        _append_bare(spans, text, start, cut)
        start = cut
    _append_bare(spans, text, start, end)


def _append_bare(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _is_usual_end(text: str, start: int, stop: int) -> bool:
    """Whether a long word, one full stop, a blank and a capital meet at `stop`: asked first, as it is cheap to tell."""
    return (
        text[stop + 1 : stop + 2] == " "
        and text[stop] == "."
        and text[stop + 2 : stop + 3].isupper()
        and stop - start >= _LONG_WORD
        and text[stop - _LONG_WORD : stop].isalpha()
    )


def _is_end(text: str, start: int, stop: int, end: int) -> bool:
    """Whether the full stop at `stop`, with what belongs to it up to `end`, ends the sentence begun at `start`."""
    if end < len(text) and not text[end].isspace():
        # Armenian news often sets no blank behind ։ or the colon that stands for it.
        return text[stop] in "։:" and _ARMENIAN_CAPITAL.match(text, end) is not None
    if text[stop] != "." or (end > stop + 1 and text[stop + 1] in ".!?…"):
        return True
    following = _NEXT.match(text, end)
    at = following.end() if following else end
    if at >= len(text):
        return True
    if text[at].islower() and not "\u10d0" <= text[at] <= "\u10ff":  # Georgian has no capitals to wait for
        return False
    before = _LAST_WORD.search(text, max(start, stop - 12), stop)
    if before is None:
        return True
    word = before.group(1)
    if word.isdigit():
        return not text[at].isdigit() and len(word) > 2
    if len(word) == 1 and word.isalpha():
        return False
    return word.lower() not in _ABBREVIATIONS
