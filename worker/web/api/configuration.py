"""`/api/v1/rules`, `places`, `channels`: what the operator decided; and rules that are only tried."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from fastapi import APIRouter
from pydantic import BaseModel, Field

from worker.bootstrap import Services
from worker.model import Rule
from worker.web import deeds
from worker.web.access import Admin
from worker.web.api.parameters import STRICT, Word
from worker.web.trials import try_rules


class RuleItem(BaseModel):
    """A rule. Empty conditions are no conditions."""

    id: str
    title: str
    severity: str
    concepts: list[str]
    stances: list[str]
    any: list[str]
    all: list[str]
    none: list[str]
    near: int | None
    fields: list[str]
    regions: list[str]
    places: list[str]
    languages: list[str]
    publishers: list[str]
    enabled: bool


class RuleList(BaseModel):
    """The rules in force."""

    items: list[RuleItem]


class RuleTrialRequest(BaseModel):
    """Rules to be tried on the log."""

    model_config = STRICT

    rules: str = Field(max_length=100_000, description="in the form of config/rules.toml")
    days: float = Field(30, gt=0, le=3660, description="of the log")


class ExampleItem(BaseModel):
    """An article that would have made a difference."""

    article_id: int
    title: str
    reason: str


class RuleChangeItem(BaseModel):
    """What one rule would have raised, beside what the rule of this id has raised."""

    rule_id: str
    articles: int
    alerts: int
    alerts_before: int
    added: int
    removed: int
    added_examples: list[ExampleItem]
    removed_examples: list[ExampleItem]


class RuleTrial(BaseModel):
    """What would have been."""

    items: list[RuleChangeItem]
    articles: int = Field(description="judged articles that were looked at, oldest first")
    complete: bool = Field(description="false: time was up before the newest one")


class PlaceItem(BaseModel):
    """A place, actor or institution of the region."""

    name: str
    kind: str
    country: str
    side: str
    core: bool
    latitude: float | None
    longitude: float | None


class PlaceList(BaseModel):
    """The gazetteer."""

    items: list[PlaceItem]


class ChannelItem(BaseModel):
    """A channel; its secrets stay where they are."""

    name: str
    kind: str
    minimum_severity: str
    rules: list[str]
    enabled: bool
    disabled_at: datetime | None = Field(None, description="by an error that will not pass by itself")
    disabled_reason: str | None = None


class ChannelList(BaseModel):
    """The channels."""

    items: list[ChannelItem]


class ChannelEnabled(BaseModel):
    """A channel is used again."""

    name: str
    waiting: int = Field(description="notifications that it missed and is sent now")


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["configuration"])
    settings = services.settings

    @routes.get("/rules")
    def list_rules() -> RuleList:
        """The rules in force."""
        return RuleList(items=[_rule_item(rule) for rule in settings.rules])

    @routes.get("/places")
    def list_places(kind: Word = "") -> PlaceList:
        """The gazetteer of the region."""
        items = [
            PlaceItem(**{name: getattr(place, name) for name in PlaceItem.model_fields})
            for place in settings.profile.places
            if not kind or place.kind == kind
        ]
        return PlaceList(items=items)

    _add_trials(routes, services)
    _add_channels(routes, services)
    return routes


def _add_trials(routes: APIRouter, services: Services) -> None:
    @routes.post("/rules/try")
    def try_out(wanted: RuleTrialRequest) -> RuleTrial:
        """Run rules over the log: what they would have raised. Nothing is stored and nobody is told."""
        trial = try_rules(services, wanted.rules, services.now() - timedelta(days=wanted.days))
        items = [
            RuleChangeItem(
                rule_id=change.rule_id,
                articles=change.articles,
                alerts=len(change.stories),
                alerts_before=len(change.stories_before),
                added=change.added_count,
                removed=change.removed_count,
                added_examples=_examples(change.added),
                removed_examples=_examples(change.removed),
            )
            for change in trial.changes.values()
        ]
        return RuleTrial(items=items, articles=trial.articles, complete=trial.complete)


def _add_channels(routes: APIRouter, services: Services) -> None:
    settings = services.settings

    @routes.get("/channels")
    def list_channels() -> ChannelList:
        """The channels, and which of them an error has disabled."""
        disabled = {row["name"]: row for row in services.queries.disabled_channels()}
        items = [
            ChannelItem(
                name=channel.name,
                kind=channel.kind,
                minimum_severity=str(channel.minimum_severity),
                rules=list(channel.rules),
                enabled=channel.enabled,
                disabled_at=disabled.get(channel.name, {}).get("disabled_at"),
                disabled_reason=disabled.get(channel.name, {}).get("disabled_reason"),
            )
            for channel in settings.channels
        ]
        return ChannelList(items=items)

    @routes.post("/channels/{name}/enable")
    def enable_channel(name: str, visitor: Admin) -> ChannelEnabled:
        """Send to a channel again, beginning with what it missed in the last day."""
        return ChannelEnabled(name=name, waiting=deeds.enable_channel(services, visitor, name))


def _rule_item(rule: Rule) -> RuleItem:
    return RuleItem.model_validate({"id": rule.rule_id, **asdict(rule)})


def _examples(examples: list[tuple[int, str, str]]) -> list[ExampleItem]:
    return [ExampleItem(article_id=number, title=title, reason=reason) for number, title, reason in examples]
