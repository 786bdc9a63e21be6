"""A TOML file and a pydantic model in, a validated value out; every mistake becomes one `SettingsError` line.

Never guesses: an unknown key is a mistake, and so is a missing file.
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from worker.errors import SettingsError


class Section(BaseModel):
    """Base of every settings model: immutable, and a key it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


M = TypeVar("M", bound=Section)


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
            return SettingsError(file, key, f"{error['input']!r} is not known", f"use one of {context['expected']}")
        case "value_error":
            complaint, _, remedy = str(context["error"]).partition("; ")
            return SettingsError(file, key, complaint, remedy or "correct it")
        case "tuple_type" | "list_type":
            return SettingsError(file, key, f"not a list, got {_shortened(error['input'])}", "put it in [ ]")
        case "too_short":
            return SettingsError(file, key, "an empty list", "give at least one")
        case _:
            complaint = f"{error['msg'][0].lower()}{error['msg'][1:]}, got {_shortened(error['input'])}"
            return SettingsError(file, key, complaint, "correct it")


def _closest(key: str, model: type[Section]) -> str:
    close = difflib.get_close_matches(key, sorted(_known_keys(model)), n=1)
    return f"did you mean {close[0]}?" if close else "remove it"


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
