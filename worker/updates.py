"""An alert as it stands and an article of its story in, what the article changes of the alert out.

An alert is updated, never repeated, for these reasons only, the weightiest first: the article that raised it is taken
back (retracted); the opposite is reported (turned); its severity rises (escalated); that article is corrected
(corrected); the numbers have changed materially (numbers); independent voices confirm it (confirmed). One article makes
one update of an alert, under its weightiest reason; its line names the others. Late reports of what held before turn
nothing back. Never looks at another story.

The first report of each side of a matter turns an alert at once. A side that was told before turns it again where the
report is new: an article of its own, not a copy, a rewrite or a revision, that was published eight hours or more after
what the alert says now (a day, that an agreement holds: slow newsrooms still report the signing when it is broken); or,
after a denial of what nobody had confirmed, by a voice of no party that has not said so before, at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.claims import ASSERTIONS, DENIED, HOLDS, LASTING, report_of, says, worded
from worker.corroboration import CONFIRMED, Story, Voice, confirmation_of
from worker.labels import CORRECTED, WITHDRAWN
from worker.model import AlertPlan, Confirmation, Judged, Match, Stance, UpdateReason
from worker.model.stories import AlertChange, Claim, KnownAlert
from worker.rules import OWN_WORDS

# What changes a toll materially: at least so many more, and at least such a share of what was told before.
MATERIAL: Mapping[str, tuple[int, float]] = {"killed": (2, 0.25), "wounded": (5, 0.5)}
# From what an alert says now to a report of what it said before; of an agreement, that it holds.
AGAIN_AFTER, HOLDS_AGAIN_AFTER = timedelta(hours=8), timedelta(hours=24)
_NAMED = 4  # voices
_SPEAKS = frozenset({UpdateReason.RAISED, UpdateReason.TURNED, UpdateReason.ESCALATED, UpdateReason.NUMBERS})


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article of the alert's story, just judged."""

    judged: Judged
    matches: Sequence[Match]  # its news of the region, in its order
    fresh: bool  # young enough to raise alerts, and not taken back
    at: datetime  # published, or first seen where that is unknown


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing that an article changes."""

    reason: UpdateReason
    detail: str
    match: Match | None = None
    numbers: Mapping[str, int] | None = None


def update_of(alert: KnownAlert, arrival: Arrival, fired: AlertPlan | None, story: Story) -> AlertChange:
    """What `arrival` changes of `alert`.

    Args:
        alert: as it stands.
        arrival: the article.
        fired: what the alert's rule makes of it; None: it raises nothing.
        story: all of its story's articles and claims, those of the article included.
    """
    steps = list(_steps(alert, arrival, fired, story))
    match = next((step.match for step in steps if step.match), None)
    stance = match.stance if match else alert.stance
    confirmation, voices = _corroboration(alert, stance, story, {arrival.judged.stored.article_id} if fired else set())
    news = alert.confirmation not in CONFIRMED or says(stance) != says(alert.stance)
    if confirmation in CONFIRMED and news:
        if arrival.fresh:
            steps.append(_Step(UpdateReason.CONFIRMED, _confirmed(confirmation, voices)))
        else:
            confirmation = alert.confirmation  # told when somebody confirms it in time
    if not steps:
        return AlertChange(alert.alert_id, confirmation)
    escalated = any(step.reason is UpdateReason.ESCALATED for step in steps)
    return AlertChange(
        alert.alert_id,
        confirmation,
        reason=steps[0].reason,
        detail="; ".join(step.detail for step in steps),
        severity=fired.severity if escalated and fired else None,
        match=match,
        numbers=next((step.numbers for step in steps if step.numbers is not None), None),
        independent=_independent(voices),
    )


def first_word(fired: AlertPlan, arrival: Arrival, story: Story) -> tuple[Confirmation, int, str]:
    """How sure the alert is that `arrival` raises, how many independent voices say so, and what to say of that."""
    voices = story.voices_of(_claims_of(fired.match.concept, fired.match.stance, story))
    confirmation = confirmation_of(voices, story.opposed)
    if confirmation in CONFIRMED:
        return confirmation, _independent(voices), _confirmed(confirmation, voices)
    detail = f"not confirmed yet: {arrival.judged.stored.article.publisher or 'one source'} reports it"
    return confirmation, _independent(voices), detail


def _steps(alert: KnownAlert, arrival: Arrival, fired: AlertPlan | None, story: Story) -> Iterator[_Step]:
    """What changes, the weightiest first; confirmation apart."""
    taken_back = _taken_back(alert, arrival)
    if taken_back and taken_back.reason is UpdateReason.RETRACTED:
        yield taken_back
        return
    if arrival.fresh and not taken_back:
        news = (_turned(alert, arrival, story), _escalated(alert, fired))
        # A proposal that is agreed on is no opposite: where that is more severe, it is told for that.
        yield from filter(None, news if says(alert.stance) in ASSERTIONS else reversed(news))
    if taken_back:
        yield taken_back
    if numbers := _numbers(alert, arrival, corrected=taken_back is not None):
        yield numbers


def _taken_back(alert: KnownAlert, arrival: Arrival) -> _Step | None:
    """A retraction or correction of an article that raised the alert, or changed what it says; each is told once."""
    stored = arrival.judged.stored
    article, publisher = stored.article, stored.article.publisher or stored.article.family
    speakers = [told for told in alert.told if told.reason in _SPEAKS]
    itself = any(told.article_id == stored.article_id for told in speakers)
    # … or another article that was published as the correction. A correction of what raised nothing is none of it.
    anew = stored.revision == 1 and any(told.family == article.family for told in speakers)
    if not itself and not anew:
        return None
    done = {told.reason for told in alert.told if told.family == article.family}
    if WITHDRAWN in article.labels:
        told = UpdateReason.RETRACTED in done
        return None if told else _Step(UpdateReason.RETRACTED, f"{publisher} takes its article back")
    same = _foremost(alert, arrival)
    again = any(told.reason is UpdateReason.CORRECTED and told.article_id == stored.article_id for told in alert.told)
    if CORRECTED in article.labels and not again:
        return _Step(UpdateReason.CORRECTED, f"{publisher} corrects its article{_now_says(alert, same)}", same)
    revised = itself and stored.revision > alert.spoke.get(stored.article_id, stored.revision)
    if revised and (same is None or says(same.stance) != says(alert.stance)) and alert.concept != OWN_WORDS:
        return _Step(UpdateReason.CORRECTED, f"{publisher} has changed its article{_now_says(alert, same)}", same)
    return None


def _now_says(alert: KnownAlert, match: Match | None) -> str:
    if match is None:
        return f": it no longer reports {alert.concept.replace('_', ' ')}"
    if says(match.stance) == says(alert.stance):
        return ""
    return f": it now says {worded(alert.concept, match.stance)}, not {worded(alert.concept, alert.stance)}"


def _turned(alert: KnownAlert, arrival: Arrival, story: Story) -> _Step | None:
    """The opposite of what the alert says, or a proposal come true: new, and not late."""
    match = _foremost(alert, arrival)
    if match is None or arrival.at < alert.said_at or says(match.stance) == says(alert.stance):
        return None
    if match.concept == "casualties" and says(match.stance) == DENIED and not match.speaker:
        return None  # "nobody was hurt" is said of one place, and takes back no toll of another
    again = says(match.stance) in {says(told.stance) for told in alert.told}
    if again and not _is_news_again(alert, arrival, match, story):
        return None
    by = f" by {match.speaker}" if says(match.stance) == DENIED and match.speaker else ""
    now, before = worded(alert.concept, match.stance), worded(alert.concept, alert.stance)
    before = "it" if before == "reported" else before
    return _Step(UpdateReason.TURNED, f"{now}{' again' * again}{by}, after {before} was reported", match)


def _is_news_again(alert: KnownAlert, arrival: Arrival, match: Match, story: Story) -> bool:
    """Whether an article that says what was told before is more than an echo of that."""
    stored = arrival.judged.stored
    source = story.sources.get(stored.article_id)
    if source is None or source.copy_of or source.machine_written or stored.revision > 1:
        return False
    agreement = alert.concept in LASTING and says(match.stance) == HOLDS
    if arrival.at - alert.said_at >= (HOLDS_AGAIN_AFTER if agreement else AGAIN_AFTER):
        return True
    told = (one for one in alert.told if says(one.stance) == says(match.stance))
    if any(one.reason is UpdateReason.CONFIRMED for one in told):
        return False  # who was told so knows that the denial is one against several
    # What a party denies, others may still see for themselves.
    voices = story.voices_of(_claims_of(alert.concept, match.stance, story))
    heard = next((voice for voice in voices if voice.witnesses[0].article_id == stored.article_id), None)
    return says(alert.stance) == DENIED and heard is not None and heard.independent


def _escalated(alert: KnownAlert, fired: AlertPlan | None) -> _Step | None:
    if fired is None or fired.severity.rank <= alert.severity.rank:
        return None
    match = fired.match
    what = f"{match.concept.replace('_', ' ')} {worded(match.concept, match.stance)}"
    detail = f"{alert.severity} becomes {fired.severity}: {what}"
    return _Step(UpdateReason.ESCALATED, detail, match)


def _numbers(alert: KnownAlert, arrival: Arrival, *, corrected: bool) -> _Step | None:
    """A toll that has risen materially; a correction may lower it, too."""
    if not arrival.fresh and not corrected:
        return None
    told, match = dict(alert.numbers), None
    changed: dict[str, str] = {}
    for one in arrival.matches:
        if one.concept != alert.concept:
            continue
        for kind, number in one.numbers:
            old = told.get(kind)
            if (old is None or number > old or corrected) and _material(kind, alert.numbers, number):
                told[kind] = max(number, old or 0)  # what was too high once is not told again as a rise
                changed[kind] = f"{number} {kind}{f', after {alert.numbers[kind]}' if kind in alert.numbers else ''}"
                match = one
    return _Step(UpdateReason.NUMBERS, ", ".join(changed.values()), match, told) if changed else None


def _material(kind: str, told: Mapping[str, int], number: int) -> bool:
    least, share = MATERIAL.get(kind, (1, 0.0))
    if kind not in told:  # the first dead, and the first number at all, always are
        return number >= (1 if kind == "killed" or not told else least)
    return abs(number - told[kind]) >= max(least, share * told[kind])


def _foremost(alert: KnownAlert, arrival: Arrival) -> Match | None:
    """What the article says first of the alert's concept, where it asserts anything."""
    return next(
        (one for one in arrival.matches if one.concept == alert.concept and says(one.stance) in ASSERTIONS), None
    )


def _corroboration(
    alert: KnownAlert, stance: Stance, story: Story, more: set[int]
) -> tuple[Confirmation, Sequence[Voice]]:
    if alert.concept == OWN_WORDS:
        voices = story.voices_for({*alert.spoke, *more})
    else:
        voices = story.voices_of(_claims_of(alert.concept, stance, story, _otherwise_at(alert, stance)))
    return confirmation_of(voices, story.opposed), voices


def _otherwise_at(alert: KnownAlert, stance: Stance) -> datetime | None:
    """When it was told last that what was so before is so no more; None where that was not told.

    Who reported yesterday's ceasefire confirms none that is agreed after it broke. A denial changes nothing of that.
    """
    at, before = None, False
    for told in alert.told:
        if says(told.stance) == says(stance):
            before = True
        elif before and says(told.stance) != DENIED and says(stance) != DENIED:
            at = told.at
    return at


def _claims_of(concept: str, stance: Stance, story: Story, since: datetime | None = None) -> list[Claim]:
    report = report_of(concept, stance)
    same = (claim for claim in story.claims if report_of(claim.concept, claim.stance) == report)
    return [claim for claim in same if since is None or claim.at >= since]


def _independent(voices: Sequence[Voice]) -> int:
    return sum(voice.independent for voice in voices)


def _confirmed(confirmation: Confirmation, voices: Sequence[Voice]) -> str:
    names = [voice.name for voice in voices if voice.independent or confirmation is Confirmation.BOTH_SIDES]
    shown = f"{', '.join(names[:_NAMED])}{f' and {len(names) - _NAMED} more' if len(names) > _NAMED else ''}"
    if confirmation is Confirmation.BOTH_SIDES:
        return f"both sides say so: {shown}"
    sides = [voice.name for voice in voices if not voice.independent]
    beside = f", beside {', '.join(sides[:_NAMED])}" if sides else ""
    return f"confirmed by {shown}{beside}"
