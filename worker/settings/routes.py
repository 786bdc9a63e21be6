"""`routes.toml` in, a frozen `Routing` out. Where there is no such file, every channel gets every alert that it takes.

A name with an exclamation mark before it is excluded: `rules = ["!talks"]` takes every rule but that one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, time, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from worker.errors import SettingsError
from worker.model import CONCEPTS, Channel, Severity
from worker.model.delivery import (
    CONFIRMATIONS,
    STANCES,
    Conditions,
    Digest,
    Escalation,
    GroupBy,
    Inhibition,
    Names,
    QuietHours,
    Route,
    Routing,
    Throttle,
)
from worker.settings.toml import Section, read_toml

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LENGTH = re.compile(r"(\d{1,4})\s*([smhd])")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_THROTTLE = re.compile(r"(\d{1,4}) per (\S.*)")


def _length(value: object) -> timedelta:
    found = _LENGTH.fullmatch(str(value))
    if found is None:
        raise ValueError(f"{value!r} is no length of time; write 30s, 10m, 2h or 1d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _clock(value: str) -> time:
    found = _CLOCK.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"{value!r} is no time of day; write 07:30")
    return time(int(found[1]), int(found[2]))


def _throttle(value: object) -> Throttle:
    found = _THROTTLE.fullmatch(str(value))
    if found is None or found[1].strip("0") == "":
        raise ValueError(f"{value!r} is no throttle; write how many messages in which time, as in 10 per 1h")
    return Throttle(int(found[1]), _length(found[2]))


def _quiet(value: object) -> QuietHours:
    start, dash, end = str(value).partition("-")
    if not dash:
        raise ValueError(f"{value!r} names no hours; write 22:00-07:00")
    hours = QuietHours(_clock(start), _clock(end))
    if hours.start == hours.end:
        raise ValueError(f"{value!r} is the whole day; disable the channel, or choose a digest")
    return hours


def _digest(value: object) -> Digest:
    kind, _, at = str(value).partition(" ")
    if kind == "hourly" and not at:
        return Digest()
    if kind == "daily" and at:
        return Digest(_clock(at))
    raise ValueError(f"{value!r} is no digest; write hourly, or daily 07:30")


def _zone(value: object) -> tzinfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone; write one like Asia/Yerevan, Asia/Baku or UTC") from None


def _known(*names: str) -> AfterValidator:
    def check(value: str) -> str:
        name = value.removeprefix("!")
        if name not in names:
            raise ValueError(f"{name!r} is not known; {_closest(name, names)}")
        return value

    return AfterValidator(check)


Length = Annotated[timedelta, BeforeValidator(_length)]
Concept = Annotated[str, _known(*CONCEPTS)]
StanceName = Annotated[str, _known(*STANCES)]
ConfirmationName = Annotated[str, _known(*CONFIRMATIONS)]
Language = Annotated[str, Field(pattern="^!?[a-z]{2}$")]
Country = Annotated[str, Field(pattern="^!?[A-Z]{2}$")]


class ConditionsSection(Section):
    """Which alerts; conditions that are left out take all."""

    minimum_severity: Severity = Severity.INFO
    rules: tuple[str, ...] = ()
    concepts: tuple[Concept, ...] = ()
    stances: tuple[StanceName, ...] = ()
    confirmations: tuple[ConfirmationName, ...] = ()
    places: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    countries: tuple[Country, ...] = ()
    sides: tuple[str, ...] = ()
    families: tuple[str, ...] = ()


class RouteSection(ConditionsSection):
    """`[[route]]`."""

    name: str = Field(pattern="^[a-z][a-z0-9_-]{0,39}$")
    channels: tuple[str, ...] = ()
    notices: bool = False
    group_by: GroupBy = GroupBy.STORY
    group_wait: Length = timedelta(0)
    group_interval: Length = timedelta(0)
    throttle: Annotated[Throttle, BeforeValidator(_throttle)] | None = None
    quiet_hours: tuple[Annotated[QuietHours, BeforeValidator(_quiet)], ...] = ()
    digest: Annotated[Digest, BeforeValidator(_digest)] | None = None
    zone: Annotated[tzinfo, BeforeValidator(_zone)] | None = None
    let_pass: Severity | Literal["none"] = Severity.CRITICAL
    escalate_after: Length | None = None
    escalate_to: tuple[str, ...] = ()

    model_config = Section.model_config | {"arbitrary_types_allowed": True}

    @model_validator(mode="after")
    def _fits_together(self) -> RouteSection:
        if (self.escalate_after is None) != (not self.escalate_to):
            raise ValueError("an escalation needs both escalate_after and escalate_to; give both, or neither")
        if self.zone is None and (self.quiet_hours or (self.digest is not None and self.digest.at is not None)):
            raise ValueError("whose clock is meant is not said; give a zone, such as Asia/Yerevan")
        if self.digest is not None and self.throttle is not None:
            raise ValueError("a digest needs no throttle; leave one of them out")
        return self


class TargetSection(Section):
    """What an inhibition holds back."""

    maximum_severity: Severity = Severity.INFO
    rules: tuple[str, ...] = ()


class InhibitionSection(Section):
    """`[[inhibition]]`."""

    name: str = Field(pattern="^[a-z][a-z0-9_-]{0,39}$")
    by: ConditionsSection
    of: TargetSection = TargetSection()
    within: Length = timedelta(hours=24)

    @model_validator(mode="after")
    def _lesser_ones_only(self) -> InhibitionSection:
        if self.of.maximum_severity is Severity.CRITICAL:
            raise ValueError("nothing is above critical, so nothing inhibits it; set of.maximum_severity lower")
        return self


class RoutesFile(Section):
    """`routes.toml`."""

    route: tuple[RouteSection, ...] = ()
    inhibition: tuple[InhibitionSection, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What the other settings files name, for finding routes that lead nowhere or take nothing."""

    channels: tuple[Channel, ...]
    rules: frozenset[str]
    places: frozenset[str]
    families: frozenset[str]


def read_routes(path: Path, known: KnownNames | None = None) -> Routing:
    """The routes in the file at `path`; none where there is no file.

    Args:
        path: of `routes.toml`.
        known: the names that other files give; None checks none.

    Raises:
        SettingsError: the first mistake, with file, key and remedy.
    """
    if not path.exists():
        return Routing()
    file = read_toml(path, RoutesFile)
    for kind, sections in (("route", file.route), ("inhibition", file.inhibition)):
        _check_unique(path.name, kind, [section.name for section in sections])
    if known is not None:
        for number, route in enumerate(file.route, 1):
            _check_channels(path.name, f"route[{number}]", route, known)
            _check_conditions(path.name, f"route[{number}]", route, known)
        for number, one in enumerate(file.inhibition, 1):
            _check_conditions(path.name, f"inhibition[{number}].by", one.by, known)
            _check(path.name, f"inhibition[{number}].of.rules", one.of.rules, known.rules, "rule")
    return Routing(tuple(map(_route, file.route)), tuple(map(_inhibition, file.inhibition)))


def _check_unique(file: str, kind: str, names: Sequence[str]) -> None:
    for number, name in enumerate(names, 1):
        if name in names[: number - 1]:
            raise SettingsError(file, f"{kind}[{number}].name", f"{name!r} is used twice", "choose another name")


def _check_channels(file: str, key: str, route: RouteSection, known: KnownNames) -> None:
    names = {channel.name for channel in known.channels}
    _check(file, f"{key}.channels", route.channels, names, "channel")
    _check(file, f"{key}.escalate_to", route.escalate_to, names, "channel")
    twice = sorted(set(route.escalate_to) & set(route.channels or names))
    if twice and route.escalate_to:
        complaint = f"{twice[0]!r} has had the alert by this very route"
        raise SettingsError(file, f"{key}.escalate_to", complaint, "name another channel, or limit channels")


def _check_conditions(file: str, key: str, section: ConditionsSection, known: KnownNames) -> None:
    _check(file, f"{key}.rules", section.rules, known.rules, "rule")
    _check(file, f"{key}.places", section.places, known.places, "place")
    _check(file, f"{key}.families", section.families, known.families, "family of publishers")


def _check(file: str, key: str, given: Sequence[str], names: Collection[str], what: str) -> None:
    for raw in given:
        name = raw.removeprefix("!")
        if name not in names:
            raise SettingsError(file, key, f"no {what} is called {name!r}", _closest(name, names))


def _closest(name: str, names: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(names), n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"use one of {', '.join(sorted(names))}" if 0 < len(names) <= 20 else "use a name that the settings give"


def _names(given: Sequence[str]) -> Names:
    only = frozenset(name for name in given if not name.startswith("!"))
    return Names(only, frozenset(name[1:] for name in given if name.startswith("!")))


def _conditions(section: ConditionsSection) -> Conditions:
    fields: dict[str, Any] = {
        name: _names(getattr(section, name)) for name in ConditionsSection.model_fields if name != "minimum_severity"
    }
    return Conditions(minimum_severity=section.minimum_severity, **fields)


def _route(section: RouteSection) -> Route:
    escalation = None
    if section.escalate_after is not None:
        escalation = Escalation(section.escalate_after, section.escalate_to)
    return Route(
        name=section.name,
        channels=section.channels,
        conditions=_conditions(section),
        notices=section.notices,
        group_by=section.group_by,
        group_wait=section.group_wait,
        group_interval=section.group_interval,
        throttle=section.throttle,
        quiet_hours=section.quiet_hours,
        digest=section.digest,
        zone=section.zone or UTC,
        let_pass=None if section.let_pass == "none" else section.let_pass,  # noqa: S105  no password
        escalation=escalation,
    )


def _inhibition(section: InhibitionSection) -> Inhibition:
    return Inhibition(
        name=section.name,
        source=_conditions(section.by),
        target_maximum=section.of.maximum_severity,
        target_rules=_names(section.of.rules),
        within=section.within,
    )
