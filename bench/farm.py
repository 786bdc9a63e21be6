"""A farm of made-up feeds: the same bytes from the same seed, grown by rounds.

Every third feed is Atom, the others are RSS 2.0, with HTML in CDATA or escaped; in English, Russian, Armenian and
Azerbaijani. A feed of 30 entries has about 55 KB. Files keep a time that only their own rounds change, so a server's
ETag tells exactly which feeds changed.
"""

from __future__ import annotations

import html
import os
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from bench.servers import host

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LANGUAGES = ("en", "ru", "hy", "az", "en")
_WORDS = {
    "en": "a the of in on after before who when yesterday morning evening village town road bridge valley harvest "
    "apple orchard teacher pupil doctor clinic mayor bus train station ticket lamp winter snow rain storm library "
    "painter concert museum bakery bread market letter office window garden river boat fisherman mountain shepherd",
    "ru": "и в на с после перед вчера утром вечером село город дорога мост долина урожай яблоко сад учитель ученик "
    "врач больница мэр автобус поезд вокзал билет лампа зима снег дождь буря библиотека художник концерт музей пекарня "
    "хлеб рынок письмо окно река лодка рыбак гора пастух",
    "hy": "և ի հետո առաջ երեկ առավոտյան երեկոյան գյուղ քաղաք ճանապարհ կամուրջ հովիտ բերք խնձոր այգի ուսուցիչ աշակերտ "
    "բժիշկ հիվանդանոց քաղաքապետ ավտոբուս գնացք կայարան տոմս լամպ ձմեռ ձյուն անձրև փոթորիկ գրադարան նկարիչ համերգ "
    "թանգարան հաց շուկա նամակ պատուհան գետ նավակ ձկնորս լեռ հովիվ",
    "az": "və ilə sonra əvvəl dünən səhər axşam kənd şəhər yol körpü dərə məhsul alma bağ müəllim şagird həkim "
    "xəstəxana mer avtobus qatar vağzal bilet lampa qış qar yağış fırtına kitabxana rəssam konsert muzey çörəkxana "
    "çörək bazar məktub pəncərə çay qayıq balıqçı dağ çoban",
}
_VOCABULARY = {language: words.split() for language, words in _WORDS.items()}
_HTML_BYTES = 1000  # at least, per entry


@dataclass
class Farm:
    """The feeds under `folder`, one file each.

    Args:
        folder: emptied of nothing, written into.
        feeds: how many.
        entries: that a feed shows: its newest.
        seed: of everything.
    """

    folder: Path
    feeds: int
    entries: int = 30
    seed: int = 1
    _published: list[int] = field(init=False)
    _round: int = field(init=False, default=0)
    _rebuilt: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Write every feed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._published = [self.entries] * self.feeds
        for feed in range(self.feeds):
            self._write(feed)

    @property
    def names(self) -> list[str]:
        """The feeds' file names."""
        return [f"{feed:04d}.xml" for feed in range(self.feeds)]

    def urls(self, port: int, hosts: int) -> list[str]:
        """Where a server whose root holds the folder shows the feeds, spread over so many loopback addresses."""
        path = self.folder.name
        return [f"http://{host(number, hosts)}:{port}/{path}/{name}" for number, name in enumerate(self.names)]

    def grow(self, share: float, new: int) -> int:
        """Give a `share` of the feeds, drawn anew each time, `new` more entries each; how many feeds that were."""
        chosen = random.Random(f"{self.seed}/{self._round + 1}").sample(range(self.feeds), round(self.feeds * share))
        self.publish(chosen, new)
        return len(chosen)

    def publish(self, feeds: Iterable[int], new: int) -> None:
        """Give each of `feeds` `new` more entries."""
        self._round += 1
        for feed in feeds:
            self._published[feed] += new
            self._write(feed)

    def rebuild(self) -> None:
        """Have every feed say that it was built a minute later, and nothing else."""
        self._round += 1
        self._rebuilt += 1
        for feed in range(self.feeds):
            self._write(feed)

    def _write(self, feed: int) -> None:
        last = self._published[feed]
        entries = [_entry(self.seed, feed, number) for number in range(last - 1, last - 1 - self.entries, -1)]
        path = self.folder / f"{feed:04d}.xml"
        unfinished = path.with_suffix(".unfinished")
        built_at = entries[0].at + timedelta(minutes=self._rebuilt)
        document = (_atom if feed % 3 == 2 else _rss)(_site(self.seed, feed), feed, entries, built_at)
        unfinished.write_text(document, encoding="utf-8")
        changed_at = EPOCH.timestamp() + 60 * self._round
        os.utime(unfinished, (changed_at, changed_at))
        unfinished.replace(path)


@dataclass(frozen=True, slots=True)
class _Made:
    title: str
    body: str
    link: str
    guid: str
    author: str
    categories: tuple[str, ...]
    at: datetime
    language: str


def _site(seed: int, feed: int) -> str:
    return f"outlet{feed:04d}-{seed}.example"


def _entry(seed: int, feed: int, number: int) -> _Made:
    draw = random.Random(f"{seed}/{feed}/{number}")
    language, site = LANGUAGES[feed % len(LANGUAGES)], _site(seed, feed)

    def words(count: int) -> str:
        return " ".join(draw.choices(_VOCABULARY[language], k=count))

    paragraphs = [f'<p><img src="https://pictures.example/{feed}/{number}.jpg" alt="{words(2)}" width="600"/></p>']
    while sum(len(paragraph.encode()) for paragraph in paragraphs) < _HTML_BYTES:
        sentence = f"{words(draw.randint(16, 34)).capitalize()}, {words(3)} &amp; {words(2)}."
        paragraphs.append(f'<p>{sentence} <a href="https://more.example/{draw.randrange(10**6)}">{words(2)}</a></p>')
    return _Made(
        title=words(draw.randint(6, 13)).capitalize(),
        body="\n".join(paragraphs),
        link=f"https://{site}/{language}/{number:06d}/news?utm_source=rss&utm_medium=feed",
        guid=f"tag:{site},2026:{number}",
        author=words(2).title(),
        categories=tuple(draw.sample(_VOCABULARY[language], 2)),
        at=EPOCH + timedelta(minutes=41 * number + feed % 60, seconds=draw.randrange(60)),
        language=language,
    )


def _rss(site: str, feed: int, entries: list[_Made], built_at: datetime) -> str:
    def item(entry: _Made) -> str:
        body = f"<![CDATA[{entry.body}]]>" if feed % 2 else html.escape(entry.body, quote=False)
        categories = "".join(f"<category>{html.escape(name)}</category>" for name in entry.categories)
        return (
            f"<item>\n<title>{html.escape(entry.title)}</title>\n<link>{html.escape(entry.link)}</link>\n"
            f'<guid isPermaLink="false">{entry.guid}</guid>\n<pubDate>{format_datetime(entry.at)}</pubDate>\n'
            f"<dc:creator>{entry.author}</dc:creator>{categories}\n"
            f'<media:content url="https://pictures.example/{feed}.jpg" medium="image" type="image/jpeg"/>\n'
            f"<description>{body}</description>\n</item>\n"
        )

    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:atom="http://www.w3.org/2005/Atom">\n'
        f"<channel>\n<title>Outlet {feed:04d}</title>\n<link>https://{site}/</link>\n"
        f'<atom:link rel="self" type="application/rss+xml" href="https://{site}/feed.xml"/>\n'
        f"<description>News of place {feed}</description>\n<language>{entries[0].language}</language>\n<ttl>15</ttl>\n"
        f"<lastBuildDate>{format_datetime(built_at)}</lastBuildDate>\n"
        f"{''.join(map(item, entries))}</channel>\n</rss>\n"
    )


def _atom(site: str, feed: int, entries: list[_Made], built_at: datetime) -> str:
    def item(entry: _Made) -> str:
        categories = "".join(f'<category term="{html.escape(name)}"/>' for name in entry.categories)
        return (
            f'<entry>\n<title type="text">{html.escape(entry.title)}</title>\n<id>{entry.guid}</id>\n'
            f'<link rel="alternate" type="text/html" href="{html.escape(entry.link)}"/>\n'
            f"<published>{entry.at:%Y-%m-%dT%H:%M:%SZ}</published>\n<updated>{entry.at:%Y-%m-%dT%H:%M:%SZ}</updated>\n"
            f"<author><name>{entry.author}</name></author>{categories}\n"
            f'<summary type="html">{html.escape(entry.body, quote=False)}</summary>\n</entry>\n'
        )

    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{entries[0].language}">\n'
        f"<title>Outlet {feed:04d}</title>\n<id>tag:{site},2026:feed</id>\n"
        f'<link href="https://{site}/"/>\n'
        f'<link rel="self" href="https://{site}/feed.xml"/>\n'
        f"<updated>{built_at:%Y-%m-%dT%H:%M:%SZ}</updated>\n{''.join(map(item, entries))}</feed>\n"
    )
