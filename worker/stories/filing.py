"""Keys in, the newest articles that are filed under them out: an index in memory of the stories' window.

Postings lie in flat arrays, chained from the newest to the oldest, as rows of a hash table do: some seven bytes each,
0.3 MB for a thousand articles, and filing one or looking up a key costs the same however many there are. What is found
depends on what was filed and in which order, never on how often or since when somebody has looked: processes that have
read the same articles find the same. Knows no clock and no database. Not for several threads.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from worker.stories.keys import MOST_CANDIDATES, PER_KEY, weight_of

MOST_FILED = 400_000  # numbers, about 120 MB; what was filed before the newest so many is not found any more
_BUCKET_BITS = 20
_BUCKETS = 1 << _BUCKET_BITS
_GROUP_BITS = 2  # postings of one article lie in groups of four, so that whose they are is noted once for four
_GROUP = 1 << _GROUP_BITS
_MOST_POSITIONS = 1 << 31  # far enough below what an array of "I" holds for all that is read up at once
_GONE = -(1 << 62)  # the minute of an article that has been filed anew
_SERIAL_BITS = 32
_SERIAL = (1 << _SERIAL_BITS) - 1
_TRIMMED = 0.25  # share of what is filed that must be of no use before it is worth the moving


class Filing:
    """Articles under their keys.

    Each goes by a serial number of this index, which rises with the number that it was filed under: the newer of two
    articles has the higher one.
    """

    def __init__(self, most: int = MOST_FILED) -> None:
        self._most = most
        self.last = 0  # the number that was filed last
        # Of each article, by its serial number less `_first`:
        self._numbers = array("q")
        self._articles = array("q")
        self._minutes = array("q")
        self._first = 0
        self._old = 0  # so many of them, from the first on, are of no use any more
        # Of each posting, by its position less `_start`; no posting is at 0, the end of every chain.
        self._tags = array("H")  # of its key what its bucket does not say
        self._older = array("I")  # the position of the next older one in its bucket
        self._owners = array("I")  # serial number of the article, of each group
        self._start = _GROUP
        self._newest = array("I", bytes(4 * _BUCKETS))  # position of the newest posting, by bucket
        self._highest = 0  # id of any article in it

    @property
    def end(self) -> int:
        """The serial number of the article that comes next."""
        return self._first + len(self._articles)

    @property
    def is_full(self) -> bool:
        """Whether positions have run out, after fifty million articles: a new index is to be filled."""
        return self._start + len(self._tags) > _MOST_POSITIONS

    def add(self, number: int, article_id: int, minute: int, keys: Sequence[int]) -> None:
        """File an article, which is no longer found under what it was filed under before; without keys: not at all.

        Args:
            number: higher than any before it.
            article_id: above 0.
            minute: of its publication, since 1970.
            keys: signed integers of 32 bits.

        Raises:
            ValueError: a number that is not higher.
        """
        if number <= self.last:
            raise ValueError(f"article {article_id} is filed under {number}, after {self.last}")
        self.last = number
        if article_id <= self._highest:
            self._forget(article_id)
        if not keys:
            return
        self._highest = max(self._highest, article_id)
        serial = self.end
        self._numbers.append(number)
        self._articles.append(article_id)
        self._minutes.append(minute)
        tags, older, newest = self._tags, self._older, self._newest
        at = self._start + len(tags)
        for key in (*keys, _own_key(article_id)):
            bucket = key & (_BUCKETS - 1)
            tags.append((key >> _BUCKET_BITS) & 0xFFF)
            older.append(newest[bucket])
            newest[bucket] = at
            at += 1
        padding = -len(tags) % _GROUP
        tags.extend([0] * padding)
        older.extend([0] * padding)
        self._owners.extend([serial] * ((len(tags) >> _GROUP_BITS) - len(self._owners)))

    def under(self, keys: Iterable[int], since: int) -> dict[int, list[int]]:
        """The newest articles under each of `keys`, at most `PER_KEY`, as serial numbers, newest first.

        Args:
            keys: as in `add`; one under which nothing is found is left out.
            since: the minute before which nothing that was published is found.
        """
        first, start, tags, older, owners = self._first, self._start, self._tags, self._older, self._owners
        minutes, lowest = self._minutes, self._lowest()
        found: dict[int, list[int]] = {}
        for key in keys:
            at, tag = self._newest[key & (_BUCKETS - 1)] - start, (key >> _BUCKET_BITS) & 0xFFF
            serials: list[int] = []
            while at >= 0:
                if tags[at] == tag:
                    serial = owners[at >> _GROUP_BITS]
                    if serial < lowest:
                        break
                    if minutes[serial - first] >= since:
                        serials.append(serial)
                        if len(serials) == PER_KEY:
                            break
                at = older[at] - start
            if serials:
                found[key] = serials
        return found

    def article(self, serial: int) -> int:
        """The id of the article that goes by a serial number."""
        return self._articles[serial - self._first]

    def number(self, serial: int) -> int:
        """The number under which it was filed."""
        return self._numbers[serial - self._first]

    def trim(self, before: int) -> None:
        """Free what is of no use any more: what nobody will look for, since it was published before that minute."""
        count, minutes = len(self._minutes), self._minutes
        self._old = max(self._old, self._lowest() - self._first)
        while self._old < count and minutes[self._old] < before:
            self._old += 1
        if self._old <= count * _TRIMMED:
            return
        groups = bisect_right(self._owners, self._first + self._old - 1)
        del self._owners[:groups]
        del self._tags[: groups << _GROUP_BITS]
        del self._older[: groups << _GROUP_BITS]
        for of_articles in (self._numbers, self._articles, self._minutes):
            del of_articles[: self._old]
        self._start += groups << _GROUP_BITS
        self._first += self._old
        self._old = 0

    def _lowest(self) -> int:
        """The first serial number that is still found."""
        return self._first + bisect_right(self._numbers, self.last - self._most)

    def _forget(self, article_id: int) -> None:
        """Find an article no more."""
        key = _own_key(article_id)
        at, tag = self._newest[key & (_BUCKETS - 1)] - self._start, key >> _BUCKET_BITS
        while at >= 0:
            if self._tags[at] == tag:
                which = self._owners[at >> _GROUP_BITS] - self._first
                if self._articles[which] == article_id:
                    self._minutes[which] = _GONE
                    return
            at = self._older[at] - self._start


def shared_keys(under: Mapping[int, Sequence[int]], keys: Iterable[int]) -> dict[int, int]:
    """Of what was found `under` some keys, how much those of `keys` tell that each article shares, by serial number."""
    shared: dict[int, int] = {}
    for key in keys:
        if key in under:
            found = under[key]
            weight = weight_of(len(found))
            for serial in found:
                shared[serial] = shared.get(serial, 0) + weight
    return shared


def nearest(shared: Mapping[int, int]) -> list[int]:
    """Of articles by serial number, with how much each shares: those that share most, the newest among equals."""
    ranked = sorted([(much << _SERIAL_BITS) + serial for serial, much in shared.items()], reverse=True)
    return [one & _SERIAL for one in ranked[:MOST_CANDIDATES]]


def _own_key(article_id: int) -> int:
    """A key that an article is filed under by itself, to be found when it is filed anew."""
    return (article_id * 0x9E3779B1) & 0xFFFFFFFF
