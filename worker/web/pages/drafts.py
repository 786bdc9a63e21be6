"""A rule in force in, its lines of `config/rules.toml` out, to be changed and tried. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields

from worker.model import Rule

_NAMES = {"rule_id": "id"}


def rule_as_toml(rule: Rule) -> str:
    """`rule` as a `[[rule]]` table, without the conditions that are as they are anyway."""
    default = Rule(rule.rule_id, rule.title, rule.severity)
    lines = ["[[rule]]"]
    for one in fields(Rule):
        value = getattr(rule, one.name)
        if one.name in {"rule_id", "title", "severity"} or value != getattr(default, one.name):
            lines.append(f"{_NAMES.get(one.name, one.name)} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A value as TOML writes it: of strings, TOML's basic ones are JSON's."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Iterable):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value)
