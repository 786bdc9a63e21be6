from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.markup import MAX_LINE, plain_line, plain_text


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("Talks in Geneva", "Talks in Geneva"),
        ("Bread &amp;amp; butter", "Bread & butter"),
        ("Bread &amp;amp;amp; butter", "Bread & butter"),
        ("<b>Truce</b> holds", "Truce holds"),
        ("&lt;b&gt;Truce&lt;/b&gt; holds", "Truce holds"),
        ("One<br/>two", "One two"),
        ("  One\n\ttwo  ", "One two"),
        ("5 < 6 & 7 > 6", "5 < 6 & 7 > 6"),
        ("The <Highlands> series", "The <Highlands> series"),
        ("AT&T; R&D;", "AT&T; R&D;"),
        ("&#1052;&#1080;&#1088;", "Мир"),
        ("Ne\u0301gociations", "Négociations"),
        ("<![CDATA[Truce]]>", "Truce"),
        ("", ""),
    ],
)
def test_a_title_becomes_one_line_of_text(markup: str, line: str) -> None:
    assert plain_line(markup) == line


@pytest.mark.parametrize(
    "hostile",
    [
        "Truce<script>alert(1)</script>",
        "Truce&lt;script&gt;alert(1)&lt;/script&gt;",
        "Truce<style>p{}</style>",
        "Truce<!-- hidden -->",
        "Truce<img src=x onerror=alert(1)>",
        "Truce<svg onload=alert(1)></svg>",
        "Truce\x00\x1b\ud800",
    ],
)
def test_nothing_active_survives_in_a_title(hostile: str) -> None:
    assert plain_line(hostile) == "Truce"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>One<br>two</p>", "One\ntwo"),
        ("<div>One</div>tail", "One\n\ntail"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("<table><tr><td>1<td>2</tr></table>", "1 2"),
        ("One.\n\nTwo\nlines.", "One.\n\nTwo\nlines."),
        ("<p>one\ntwo</p>", "one two"),
        ("<pre>one\ntwo</pre>", "one\ntwo"),
        ("a<b>b</b>c", "abc"),
        ("Bread &amp;amp; butter", "Bread & butter"),
        ("<p>Bread &amp;amp; butter</p>", "Bread & butter"),
        ("<p>5 < 6</p>", "5 < 6"),
        ("&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;", "One.\n\nTwo."),
        ("<p>unclosed <b>and <i>nested", "unclosed and nested"),
        ("<p>a&nbsp;b</p>", "a b"),
        ("", ""),
        ("<p></p>", ""),
    ],
)
def test_html_becomes_paragraphs_separated_by_a_blank_line(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>alert(1)</script>",
        "<style>p { color: red }</style>",
        "<noscript>turn it on</noscript>",
        "<iframe src='javascript:alert(1)'>frame</iframe>",
        "<form><input value=x><button>Subscribe</button></form>",
        "<svg><text>drawn</text></svg>",
        "<!-- comment -->",
        "<template><p>later</p></template>",
        "<select><option>Choose</option></select>",
    ],
)
def test_what_a_reader_does_not_see_is_left_out(hidden: str) -> None:
    assert plain_text(f"<p>Truce.</p>{hidden}<p>Talks.</p>") == "Truce.\n\nTalks."


def test_an_escaped_tag_within_html_does_not_come_back_to_life() -> None:
    text = plain_text("<p>Truce.</p>&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(2)&lt;/script&gt;")

    assert text == "Truce."


def test_a_title_is_read_up_to_its_limit() -> None:
    assert len(plain_line("word " * MAX_LINE)) <= MAX_LINE


@given(st.text())
def test_any_text_becomes_text_that_can_be_stored_and_needs_no_second_cleaning(markup: str) -> None:
    line, text = plain_line(markup), plain_text(markup)

    assert "\x00" not in line + text
    assert (line + text).encode("utf-8").decode("utf-8") == line + text
    assert "\n" not in line


@given(st.lists(st.sampled_from(["<p>", "</p>", "<b>", "<script>", "</script>", "<!--", "-->", "&lt;", "&amp;", "x "])))
def test_any_mixture_of_tags_leaves_no_script_element(pieces: list[str]) -> None:
    markup = "".join(pieces)

    assert "<script" not in plain_line(markup)
    assert "<script" not in plain_text(markup)


WORDS = st.sampled_from(
    ["one", " two ", "\n", "три", "&amp;", "&nbsp;", "&#8211;", "&eacute;", "<br>", "<BR/>", "<hr>", "\x07"]
)
PICTURES = st.sampled_from(
    [
        '<img src="x.jpg" alt="a"/>',
        "<img src='x.jpg'>",
        "<img alt='x > y'>",
        '<img alt="x > y">',
        '<img alt="it\'s">',
        """<img title="it's" alt='x > y'>""",
    ]
)
TAGS = st.sampled_from(["p", "div", "b", "I", "span", "h2", "blockquote", "section"])


CONTAINERS = ("div", "blockquote", "section")
BLOCK = re.compile("<(p|div|h2|blockquote|section|hr)", re.IGNORECASE)


def _element(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tag_and_content = st.tuples(TAGS, st.lists(content, max_size=4).map("".join))
    # A block within a paragraph, a heading or a phrase is no proper markup, and no two parsers read it alike.
    nested = tag_and_content.filter(lambda found: found[0] in CONTAINERS or not BLOCK.search(found[1]))
    return nested.map(lambda found: f'<{found[0]} class="c">{found[1]}</{found[0]}>')


@given(st.lists(st.recursive(WORDS | PICTURES, _element, max_leaves=12), min_size=1, max_size=6).map("".join))
def test_simple_markup_says_the_same_however_it_is_read(markup: str) -> None:
    by_lxml = plain_text(f"{markup}<!-- what is not simple -->")

    assert plain_text(f"{markup}<br>") == by_lxml


def test_a_stray_end_tag_lets_no_two_words_run_together() -> None:
    assert plain_text("<b>Truce</b></ul>Talks") == "Truce\n\nTalks"


UNMARKED = st.text("aé\u0301 \xa0\n\r\t\x0b\x85\u2028\xad\u200bәїԱ👍.", max_size=30)


@given(UNMARKED)
def test_text_in_which_nothing_is_to_be_mended_says_what_it_would_say_mended(text: str) -> None:
    assert plain_text(text) == plain_text(f"{text}\n\n\x07")
    assert plain_line(text) == plain_line(f"{text} \x07")
