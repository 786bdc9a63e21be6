"""OPML: nothing is lost on the way out and in, and a hostile document does no harm."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import SettingsError
from worker.model import Feed
from worker.opml import LONGEST_DOCUMENT, address_complaint, feeds_from_opml, opml_from_feeds, subscriptions
from worker.settings.feeds import read_feeds

DEFAULT = Path(__file__).parents[1] / "config" / "feeds.toml"

lines = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=40
).map(lambda text: " ".join(text.split()) or "x")
languages = st.lists(st.sampled_from(["en", "ru", "hy", "az", "tr", "ka", "fa"]), max_size=3, unique=True).map(tuple)
feeds = st.builds(
    Feed,
    url=st.from_regex(
        r"https?://[a-z]{1,8}\.example(:[1-9][0-9]{0,3})?/[A-Za-z0-9._~!$&'()*+,;=?/-]{0,30}", fullmatch=True
    ),
    name=lines,
    publisher=lines,
    family=lines,
    languages=languages,
    country=st.sampled_from(["", "AM", "AZ", "GE"]),
    dedicated=st.booleans(),
    enabled=st.booleans(),
    origin=st.just("opml"),
)


def outlines(*attributes: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    body = "".join(f"<outline {attribute}/>" for attribute in attributes)
    return f'{head}<opml version="2.0"><head/><body>{body}</body></opml>'.encode()


@given(st.lists(feeds, max_size=5, unique_by=lambda feed: feed.url).map(tuple))
def test_export_then_import_loses_nothing(subscribed: tuple[Feed, ...]) -> None:
    assert feeds_from_opml(opml_from_feeds(subscribed)) == subscribed


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<opml><body>{text}".encode()))
def test_any_bytes_bring_feeds_or_a_complaint(document: bytes) -> None:
    with contextlib.suppress(SettingsError):
        feeds_from_opml(document)


@given(lines.map(lambda text: text + "\x00\x1b\ufffe\ud800"))
def test_a_name_that_xml_cannot_hold_still_exports(name: str) -> None:
    feed = Feed(url="https://a.example/", name=name, publisher=name, family="a")

    assert len(feeds_from_opml(opml_from_feeds([feed]))) == 1


def test_the_default_feeds_survive_the_journey() -> None:
    default = read_feeds(DEFAULT)

    document = opml_from_feeds(default)

    assert opml_from_feeds(feeds_from_opml(document)) == document


def test_a_foreign_feed_stands_alone_until_told_otherwise() -> None:
    document = outlines('type="rss" text="The Morning Post" xmlUrl="https://post.example/rss" language="en-gb"')

    assert feeds_from_opml(document) == (
        Feed(
            url="https://post.example/rss",
            name="The Morning Post",
            publisher="The Morning Post",
            family="the-morning-post",
            languages=("en",),
            origin="opml",
        ),
    )


def test_feeds_in_folders_are_found_and_folders_are_not_feeds() -> None:
    document = b"""<opml version="1.0"><body><outline text="News"><outline text="Local">
        <outline text="A" xmlUrl="https://a.example/"/></outline>
        <outline title="B" XMLURL="https://b.example/"/></outline></body></opml>"""

    assert [(feed.name, feed.url) for feed in feeds_from_opml(document)] == [
        ("A", "https://a.example/"),
        ("B", "https://b.example/"),
    ]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "windows-1251"])
def test_the_declared_encoding_is_believed(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><opml><body><outline text="Эхо" xmlUrl="https://a.example/"/></body></opml>'

    (feed,) = feeds_from_opml(text.encode(encoding))

    assert feed.name == "Эхо"


def test_a_bare_ampersand_stays_in_the_address() -> None:
    (feed,) = feeds_from_opml(outlines('text="News & views" xmlUrl="https://a.example/?x=1&y=2&amp;z=3"'))

    assert (feed.name, feed.url) == ("News & views", "https://a.example/?x=1&y=2&z=3")


def test_a_torn_document_gives_what_came_before_the_tear() -> None:
    torn = outlines('text="A" xmlUrl="https://a.example/"', 'text="B" xmlUrl="https://b.example/"')[:-40]

    assert feeds_from_opml(torn)[0].url == "https://a.example/"


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ('text="x" xmlUrl=""', "'' is empty"),
        ('text="x" xmlUrl="javascript:alert(1)"', "'javascript:alert(1)' is neither http nor https"),
        ('text="x" xmlUrl="file:///etc/passwd"', "'file:///etc/passwd' is neither http nor https"),
        ('text="x" xmlUrl="https://a.example/"', "'https://a.example/' stands there twice"),
    ],
)
def test_what_is_left_out_is_named(attributes: str, problem: str) -> None:
    document = outlines('text="A" xmlUrl="https://a.example/"', attributes)

    found = subscriptions(document)

    assert ([feed.name for feed in found.feeds], found.problems) == (["A"], (problem,))


@pytest.mark.parametrize("kind", ["include", "link", "source"])
def test_other_lists_are_not_followed(kind: str) -> None:
    assert feeds_from_opml(outlines(f'type="{kind}" text="More" xmlUrl="https://a.example/more.opml"')) == ()


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_an_external_entity_is_not_read(tmp_path: Path, encoding: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("letmein", encoding="utf-8")
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE opml [<!ENTITY f SYSTEM "{secret.as_uri()}">]>'
    document = f'{head}<opml><body><outline text="&f;" xmlUrl="https://a.example/"/>&f;</body></opml>'

    found = subscriptions(document.encode(encoding))

    assert "letmein" not in repr(found)


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_an_entity_bomb_does_not_go_off(encoding: str) -> None:
    entities = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12))
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE opml [<!ENTITY a0 "lol">{entities}]>'
    document = f'{head}<opml><body><outline text="&a11;" xmlUrl="https://a.example/"/></body></opml>'

    found = subscriptions(document.encode(encoding))

    assert len(repr(found)) < 1_000


def test_a_document_nested_without_end_is_read_in_bounds() -> None:
    assert feeds_from_opml(b"<opml><body>" + b'<outline text="x">' * 100_000) == ()


def test_a_document_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(SettingsError, match="larger than"):
        feeds_from_opml(b" " * (LONGEST_DOCUMENT + 1))


@pytest.mark.parametrize(
    "document", [b"", b"\x00\x01", b"not xml", b"<html><body>no</body></html>", b"https://a.example/"]
)
def test_what_is_no_opml_is_refused(document: bytes) -> None:
    with pytest.raises(SettingsError, match="not an OPML document"):
        feeds_from_opml(document)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "http://a.example:8080/rss?x=1#y",
        "https://пример.example/лента",
        "https://[2001:db8::1]/rss",
    ],
)
def test_an_address_of_a_feed_is_accepted(url: str) -> None:
    assert address_complaint(url) == ""


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("https://", "names no host"),
        ("//a.example/rss", "is neither http nor https"),
        ("a.example/rss", "is neither http nor https"),
        ("https://a.example:0/", "names no host"),
        ("https://a.example:99999/", "is no address (Port out of range 0-65535)"),
        ("https://[::1/", "is no address (Invalid IPv6 URL)"),
        ("https://a.example/\u200brss", "has a space or a control character in it"),
        ("https://me:pw@a.example/", "has a user name or a password in it"),
        ("https://a.example/" + "x" * 2048, "is longer than 2048 characters"),
    ],
)
def test_any_other_address_is_complained_about(url: str, complaint: str) -> None:
    assert address_complaint(url) == complaint
