from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.encoding import decoded

RUSSIAN = "Стороны договорились о перемирии на границе, сообщили вечером в министерстве обороны."
XML = '<?xml version="1.0" encoding="{}"?><rss>{}</rss>'


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (XML.format("utf-8", RUSSIAN).encode(), "utf-8"),
        (XML.format("windows-1251", RUSSIAN).encode("cp1251"), "windows-1251"),
        (XML.format("utf-8", RUSSIAN).encode("cp1251"), "cp1251"),
        (XML.format("windows-1251", RUSSIAN).encode(), "utf-8"),
        (XML.format("koi8-r", RUSSIAN).encode("koi8-r"), "koi8-r"),
        (codecs.BOM_UTF8 + XML.format("windows-1251", RUSSIAN).encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + XML.format("utf-16", RUSSIAN).encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + XML.format("utf-8", RUSSIAN).encode("utf-16-be"), "utf-16-be"),
        (XML.format("utf-16", RUSSIAN).encode("utf-16-le"), "utf-16-le"),
        (XML.format("utf-16", RUSSIAN).encode("utf-16-be"), "utf-16-be"),
        (f'<html><meta charset="windows-1251"><p>{RUSSIAN}'.encode("cp1251"), "windows-1251"),
        (f"<html><p>{RUSSIAN}".encode("cp1251"), "cp1251"),
        (XML.format("iso-8859-1", RUSSIAN).encode("cp1251"), "cp1251"),
        (XML.format("no-such-encoding", RUSSIAN).encode("cp1251"), "cp1251"),
    ],
)
def test_the_bytes_are_read_in_the_encoding_they_are_in(body: bytes, encoding: str) -> None:
    text, name, _ = decoded(body)

    assert RUSSIAN in text
    assert name == encoding


@pytest.mark.parametrize(
    "header", ["text/xml; charset=iso-8859-1", "text/xml; charset=ascii", "text/xml", "", "garbage"]
)
def test_a_wrong_header_is_overruled_by_the_bytes(header: str) -> None:
    text, encoding, _ = decoded(XML.format("utf-8", RUSSIAN).encode(), header)

    assert RUSSIAN in text
    assert encoding == "utf-8"


def test_the_header_decides_where_the_document_says_nothing() -> None:
    text, encoding, _ = decoded(f"<rss>{RUSSIAN}</rss>".encode("koi8-r"), "text/xml; charset=KOI8-R")

    assert RUSSIAN in text
    assert encoding == "koi8-r"


def test_turkish_is_not_taken_for_icelandic() -> None:
    turkish = "Sınırda ateşkes ilan edildi, görüşmeler akşam saatlerinde sürüyor."

    text, encoding, _ = decoded(f"<rss>{turkish}</rss>".encode("cp1254"))

    assert turkish in text
    assert encoding == "cp1254"


def test_encodings_of_other_regions_are_guessed_where_none_of_ours_fits() -> None:
    korean = "국경에서 휴전이 선언되었고 회담은 저녁에도 계속되고 있다고 국방부가 밝혔다."

    text, _, _ = decoded(f"<rss>{korean}</rss>".encode("euc-kr"))

    assert korean in text


def test_western_text_is_read_as_it_is_declared() -> None:
    french = "Un cessez-le-feu a été négocié près de la frontière, a annoncé le ministère."

    text, encoding, problems = decoded(XML.format("iso-8859-1", french).encode("latin-1"))

    assert french in text
    assert (encoding, problems) == ("iso-8859-1", ())


def test_a_torn_character_does_not_change_the_encoding() -> None:
    body = XML.format("utf-8", RUSSIAN).encode()
    torn = body[: body.index("границе".encode()) + 1]

    text, encoding, problems = decoded(torn)

    assert "перемирии" in text
    assert encoding == "utf-8"
    assert problems == ("bytes that are no UTF-8 were replaced",)


def test_a_wrong_declaration_is_noted() -> None:
    _, _, problems = decoded(XML.format("utf-8", RUSSIAN).encode("cp1251"))

    assert problems == ("declared as utf-8, read as cp1251",)


@given(st.binary(), st.text())
def test_any_bytes_become_text(body: bytes, header: str) -> None:
    text, encoding, _ = decoded(body, header)

    assert isinstance(text, str)
    assert codecs.lookup(encoding)
