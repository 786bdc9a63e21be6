"""A row of elements is read as lxml reads it, or left to it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.parse.elements import (
    Element,
    NotPlainError,
    check_characters,
    read_document,
    read_row,
    within,
)

Said = list[tuple[bytes, dict[str, str], str, "Said"]]


def said_by(elements: Sequence[Element]) -> Said:
    """What elements say, but for blanks around their texts, which no reader of theirs keeps."""
    return [(one.tag, dict(one.attributes), one.text.strip(), said_by(one.children)) for one in elements]


def by_lxml(row: bytes) -> Said:
    return said_by(read_document(within(b"<r>" + row + b"</r>", {})).root.children[0].children)


ROWS = [
    b"<a>x</a>",
    b"\n<a>x</a>\n <b/> <c />\n",
    b"<a x='1' y=\"2\">t</a >",
    b"<a>1 &lt; 2 &amp;amp; &quot;3&quot; &apos;4&apos; &gt; &#38;lt; &#x41;&#1329;</a>",
    b"<a><![CDATA[<b>&amp;</b> ]] ]>]]></a><a><![CDATA[]]></a>",
    b"<a>before<![CDATA[ & ]]></a>",
    b"<a> <b>x</b> <c d='e&amp;f'/> </a>",
    b"<a>x\r\ny\rz</a>",
    "<a b='ա'>և</a>".encode(),
]
ELSEWHERE = [
    b"<a>x<b>y</b>z</a>",
    b"<a><b><c>x</c></b></a>",
    b"<a>x<!-- c -->y</a>",
    b"<a><![CDATA[x]]>y</a>",
    b"<a b='1' b='2'>x</a>",
    b'<a b="1\n2">x</a>',
    b"<a b:c='1'>x</a>",
    b"<a xmlns='urn:a'>x</a>",
    b"<a>x</b>",
    b"<a>x",
    b"<a>&nbsp;</a>",
    b"<a>&#0;</a>",
    b"<a>&#xD800;</a>",
    b"<a>a & b</a>",
    b"<a>]]></a>",
    b"text",
    "<ա>x</ա>".encode(),
]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_what_lxml_says(row: bytes) -> None:
    assert said_by(read_row(row) or []) == by_lxml(row)


@pytest.mark.parametrize("row", ELSEWHERE)
def test_what_is_no_plain_row_is_left_to_lxml(row: bytes) -> None:
    assert read_row(row) is None


TAGS = [b"<a>", b"</a>", b"<b c='", b"' d=\"", b'">', b"'>", b"/>", b"</b>", b"<![CDATA[", b"]]>", b"<!--", b"-->"]
OTHERS = [
    b"&amp;",
    b"&lt;",
    b"&#60;",
    b"&#38;",
    b"&",
    b";",
    b"amp;",
    b" ",
    b"\n",
    b"\r",
    b"x",
    b"=",
    b"]",
    b"<?p ?>",
    b"<",
]
PIECES = st.sampled_from([*TAGS, *OTHERS])


@given(st.lists(PIECES, max_size=14).map(b"".join))
def test_whatever_is_read_as_a_row_is_read_alike_by_lxml(row: bytes) -> None:
    read = read_row(row)

    assert read is None or said_by(read) == by_lxml(row)


@pytest.mark.parametrize("data", [b"\x00", b"\x0b", b"\xc2\x85", b"\xef\xbf\xbf", b"&#133;", b"&#x93;"])
def test_characters_that_are_none_or_pass_for_others_are_complained_of(data: bytes) -> None:
    with pytest.raises(NotPlainError):
        check_characters(b"<a>" + data + b"</a>")


@pytest.mark.parametrize(
    "data", [b"<a", b"<!DOCTYPE a><a/>", b'<a><b xmlns="urn:b"/></a>', b"<a>&nbsp;</a>", b"<a/><b/>"]
)
def test_a_document_that_is_not_plain_is_complained_of(data: bytes) -> None:
    with pytest.raises(NotPlainError):
        read_document(data)
