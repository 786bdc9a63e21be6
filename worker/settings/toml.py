"""A TOML file and a pydantic model in, a validated value out; every mistake becomes one `SettingsError` line.

Never guesses: an unknown key is a mistake, and so is a missing file.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from worker.errors import SettingsError


class Section(BaseModel):
    """Base of every settings model: immutable, and a key it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


M = TypeVar("M", bound=Section)
_QUOTED = re.compile("'([^']*)'")


def read_toml(path: Path, model: type[M]) -> M:
    """The file at `path` as a `model`.

    Raises:
        SettingsError: the first mistake, with file, key and remedy.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            path.name, "", f"not found in {path.parent}", "create it, or set TRUCEWIRE_CONFIG to the folder that has it"
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(path.name, "", f"not UTF-8 at byte {error.start}", "save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(path.name, "", f"not TOML: {error}", "mend that line") from error
    except OSError as error:
        raise SettingsError(path.name, "", f"cannot be read: {error.strerror}", "check its permissions") from error
    return validated(path.name, raw, model)


def validated(file: str, raw: dict[str, Any], model: type[M]) -> M:
    """`raw` as a `model`, or the first mistake in it as a `SettingsError`."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first, *others = (_complaint(file, raw, model, one) for one in _own_mistakes(error.errors()))
        first.others = tuple(others)
        raise first from error


def _own_mistakes(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """`found` without the lists that only seem empty since what stands in them has a mistake of its own."""
    places = [one["loc"] for one in found]
    return [
        one
        for one in found
        if one["type"] != "too_short"
        or not any(place[: len(one["loc"])] == one["loc"] and place != one["loc"] for place in places)
    ]


def key_path(location: tuple[int | str, ...]) -> str:
    """A pydantic error location as a reader writes it: `feed[3].url` counts from 1, as people do."""
    path = ""
    for part in location:
        path += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _complaint(file: str, raw: dict[str, Any], model: type[Section], error: ErrorDetails) -> SettingsError:
    key = key_path(error["loc"])
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return SettingsError(file, key, "missing", "add it")
        case "extra_forbidden":
            return SettingsError(file, key, "unknown key", _closest(str(error["loc"][-1]), model))
        case "enum" | "literal_error":
            return SettingsError(file, key, f"{_shortened(error['input'])} is not known", _one_of(error))
        case "value_error":
            complaint, _, remedy = str(context["error"]).partition("; ")
            return SettingsError(file, key, complaint, remedy or "correct it")
        case "tuple_type" | "list_type":
            return SettingsError(file, key, f"not a list, got {_shortened(error['input'])}", "put it in [ ]")
        case "too_short":
            return SettingsError(file, key, "an empty list", "give at least one")
        case _:
            complaint, remedy = _in_our_words(error["type"], context)
            return SettingsError(file, key, f"{_shortened(error['input'])} is {complaint}", remedy)


def _in_our_words(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """What a value is, and what to write instead, by what pydantic calls the mistake."""
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return _PATTERNS.get(pattern, ("not of the form that is wanted", f"write it as {pattern}"))
    for beginning, (complaint, remedy) in _WORDS.items():
        if kind.startswith(beginning):
            return complaint, remedy.format_map(context)
    return "not what is wanted here", "look at the file's head for what is"


# By how pydantic's names of mistakes begin: https://docs.pydantic.dev/latest/errors/validation_errors/
_WORDS = {
    "bool": ("neither true nor false", "write true or false"),
    "int_from_float": ("no whole number", "write one, such as 10"),
    "int": ("no whole number", "write one, such as 10"),
    "float": ("no number", "write one, such as 0.5"),
    "finite_number": ("no number", "write one, such as 0.5"),
    "string_too_short": ("too short", "write at least {min_length} characters"),
    "string_too_long": ("too long", "write at most {max_length} characters"),
    "string": ("no text", "write it in quotes"),
    "path": ("no text", "write it in quotes"),
    "greater_than_equal": ("too small", "write {ge:g} or more"),
    "greater_than": ("too small", "write more than {gt:g}"),
    "less_than_equal": ("too large", "write {le:g} or less"),
    "less_than": ("too large", "write less than {lt:g}"),
    "dict": ("no table", "write it as a table, [name] or {{ key = value }}"),
    "model": ("no table", "write it as a table, [name] or {{ key = value }}"),
    "too_long": ("too long a list", "give at most {max_length}"),
}
_NAME = ("no name that can be used", "write up to 40 small letters, digits, - and _, beginning with a letter")
_PATTERNS = {
    "^[a-z][a-z0-9_-]{0,39}$": _NAME,
    "^[a-z]{2}$": ("no language code", 'write two small letters of ISO 639-1, such as "hy"'),
    "^!?[a-z]{2}$": ("no language code", 'write two small letters of ISO 639-1, such as "hy", or "!hy" for all but it'),
    "^[A-Z]{2}$": ("no country code", 'write two capital letters of ISO 3166-1, such as "AM"'),
    "^!?[A-Z]{2}$": (
        "no country code",
        'write two capital letters of ISO 3166-1, such as "AM", or "!AM" for all but it',
    ),
    "^[A-Z][A-Z-]{1,7}$": ("no side", 'write two to eight capital letters, such as "AM"'),
    "^TRUCEWIRE_[A-Z0-9_]+$": (
        "no variable of Trucewire's",
        "write a name that begins with TRUCEWIRE_, in capital letters, digits and _",
    ),
}


def _one_of(error: ErrorDetails) -> str:
    """The one that was probably meant, or all there are."""
    expected = str(error.get("ctx", {})["expected"])
    close = nearest(str(error["input"]), _QUOTED.findall(expected), alike=0.7)  # short words are soon alike
    return f"did you mean {close!r}?" if close else f"use one of {expected}"


def nearest(name: str, names: Iterable[str], alike: float = 0.6) -> str:
    """The one of `names` that `name` was probably meant for, "" for none; `alike` is a ratio of difflib's."""
    listed = sorted(names)
    by_form = {one.casefold().replace("-", "_"): one for one in listed}
    form = name.casefold().replace("-", "_")
    close = difflib.get_close_matches(form, by_form, n=1, cutoff=alike)
    return by_form[close[0]] if close else next((one for one in listed if form and form in one.casefold()), "")


def _closest(key: str, model: type[Section]) -> str:
    close = nearest(key, _known_keys(model))
    return f"did you mean {close}?" if close else "remove it"


def _known_keys(model: type[BaseModel]) -> set[str]:
    keys: set[str] = set()
    for name, info in model.model_fields.items():
        keys.add(info.alias or name)
        for part in (info.annotation, *getattr(info.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                keys |= _known_keys(part)
    return keys


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
