"""The articles of a story and what they claim in; how many independent voices say so out.

What counts as one voice: a publisher family; a copy and its original; an agency and whoever prints its text; a
machine's rewrite and what it was made of; everybody who speaks for one side, be it its state media, whomever they
quote, or an official whom anybody else quotes. Sides are parties of the conflict where they are opposed to another; a
power that is no party, quoted by a publisher of no side, is an independent voice. Never looks at texts: what is a copy
was found before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from worker.model import Confirmation
from worker.model.stories import Claim, Source

Opposed = Collection[frozenset[str]]  # pairs of sides; empty: any two sides are opposed
CONFIRMED = frozenset({Confirmation.BOTH_SIDES, Confirmation.INDEPENDENT})
_STRENGTH = tuple(Confirmation)  # weakest first
_UNKNOWN = ("", "")
_LONGEST_CHAIN = 20  # copies of copies


@dataclass(frozen=True, slots=True)
class Witness:
    """An article within a voice."""

    article_id: int
    publisher: str
    reason: str  # why it is part of this voice: "copy of article 3", "prints Reuters", …; "" by itself
    origin: tuple[str, str]  # family and publisher, or agency, whose report it is in the end; both "" where not known


@dataclass(frozen=True, slots=True)
class Voice:
    """Articles that count as one."""

    name: str  # a publisher family, or a side
    side: str  # whose voice it is, "" nobody's but the family's own
    independent: bool  # of the parties
    witnesses: tuple[Witness, ...]  # in time order


class Agencies:
    """Which publisher family and side stands behind an agency's credit line."""

    def __init__(self, publishers: Iterable[tuple[str, str, str]]) -> None:
        """Take the name, family and side of every publisher that is watched."""
        self._known = {name.casefold(): (name, family, side) for name, family, side in publishers}
        self._found: dict[str, tuple[str, str, str]] = {}

    def of(self, credit: str) -> tuple[str, str, str]:
        """Name, family and side of the agency that a line calls `credit`.

        One that is not watched is a family of its own, of no side.
        """
        if credit not in self._found:
            wanted = credit.casefold()
            longer = sorted(name for name in self._known if name.startswith(f"{wanted} "))
            name = wanted if wanted in self._known else longer[0] if longer else ""
            self._found[credit] = self._known.get(name, (credit, "-".join(wanted.split()), ""))
        return self._found[credit]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that is known of a story's articles."""

    sources: Mapping[int, Source]  # by article
    claims: Sequence[Claim]
    agencies: Agencies
    opposed: Opposed = ()

    def voices(self) -> tuple[Voice, ...]:
        """Who reports on this at all, by publishers alone."""
        return _voices(((source, "", "") for source in self.sources.values()), self)

    def voices_for(self, articles: Collection[int]) -> tuple[Voice, ...]:
        """Who stands behind some of its articles, by publishers alone."""
        found = (self.sources[article] for article in articles if article in self.sources)
        return _voices(((source, "", "") for source in found), self)

    def voices_of(self, claims: Iterable[Claim]) -> tuple[Voice, ...]:
        """Who says so: `claims` are those of the story that say the same."""
        return _voices(
            (
                (source, "" if source.side else claim.side, claim.speaker)
                for claim in claims
                if (source := self.sources.get(claim.article_id))
            ),
            self,
        )


def confirmation_of(voices: Sequence[Voice], opposed: Opposed = ()) -> Confirmation:
    """How sure `voices` make what they say."""
    sides = {voice.side for voice in voices if voice.side}
    origins = {witness.origin for voice in voices for witness in voice.witnesses} - {_UNKNOWN}
    if len(origins) < 2:  # whoever quotes both sides is one source still
        return Confirmation.SINGLE_SOURCE
    if len(voices) > 1 and any(voice.independent for voice in voices):
        return Confirmation.INDEPENDENT
    if len(sides) > 1:
        both = not opposed or any(pair <= sides for pair in opposed)
        return Confirmation.BOTH_SIDES if both else Confirmation.ONE_SIDE
    return Confirmation.ONE_SIDE if sides else Confirmation.SINGLE_SOURCE


def strongest(states: Iterable[Confirmation]) -> Confirmation:
    """The strongest of `states`; a single source where there are none."""
    return max(states, key=_STRENGTH.index, default=Confirmation.SINGLE_SOURCE)


def _voices(reports: Iterable[tuple[Source, str, str]], story: Story) -> tuple[Voice, ...]:
    """The voices of (article, side that speaks in it, speaker), earliest first."""
    found: dict[tuple[str, str], list[Witness]] = {}
    independent: dict[tuple[str, str], bool] = {}
    rewrites: list[Source] = []
    heard: set[int] = set()
    for source, side, speaker in sorted(reports, key=lambda report: (report[0].at, report[0].article_id)):
        first, _ = _original(source, story.sources)
        if source.withdrawn or first.withdrawn or source.article_id in heard:
            continue
        heard.add(source.article_id)
        if first.machine_written and not (side or first.credit):
            rewrites.append(source)
            continue
        voice, witness = _heard(source, side, speaker, story)
        found.setdefault(voice, []).append(witness)
        independent[voice] = independent.get(voice, True) and _independent(voice[1], source, story.opposed)
    for source in rewrites:
        # Of whom it was made is not known; that somebody else said it first is.
        voice = next(iter(found), ("machine-written", ""))
        found.setdefault(voice, []).append(Witness(source.article_id, source.publisher, "machine-written", _UNKNOWN))
        independent.setdefault(voice, False)
    return tuple(
        Voice(name, side, independent[name, side], tuple(witnesses)) for (name, side), witnesses in found.items()
    )


def _heard(source: Source, side: str, speaker: str, story: Story) -> tuple[tuple[str, str], Witness]:
    """Whose voice an article is, as (name, side), and why."""
    first, reason = _original(source, story.sources)
    publisher, family, of_side = first.publisher, first.family, first.side
    if first.credit:
        publisher, family, of_side = story.agencies.of(first.credit)
        reason = reason or ("" if family == first.family else f"prints {first.credit}")
    origin = _UNKNOWN if first.machine_written else (family, publisher)
    if side:
        quoted = f"quotes {speaker}" if speaker else f"speaks for {side}"
        return (side, side), Witness(source.article_id, source.publisher, reason or quoted, origin)
    if side := of_side:
        reason = reason or f"state media of {side}"
    return (side or family, side), Witness(source.article_id, source.publisher, reason, origin)


def _original(source: Source, sources: Mapping[int, Source]) -> tuple[Source, str]:
    """The article that `source` repeats in the end, and in words that it does; itself where it repeats none."""
    first = source
    for _ in range(_LONGEST_CHAIN):
        earlier = sources.get(first.copy_of) if first.copy_of else None
        if earlier is None or earlier is source:
            break
        first = earlier
    return first, "" if first is source else f"copy of article {first.article_id}"


def _independent(side: str, source: Source, opposed: Opposed) -> bool:
    """Whether what `source` prints is nobody's voice who is a party; a power that is none may be quoted."""
    if not side:
        return True
    return bool(opposed) and not source.side and not any(side in pair for pair in opposed)
