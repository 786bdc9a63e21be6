"""A variable's name in, its value out: from the environment itself, or from the file that `…_FILE` names.

Files are how Docker, systemd and Kubernetes hand over secrets; what lies in the environment shows in `docker inspect`.
Never logs a value, and never puts one into a complaint.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from worker.errors import SettingsError

_PLACE = "environment"  # where a file name stands in other complaints


def secret(name: str, environ: Mapping[str, str]) -> str | None:
    """The value of `name`, or of the file named by `name` + `_FILE` without the newline that editors end it with.

    Returns:
        None where neither is set.

    Raises:
        SettingsError: both are set, or the file cannot be read as UTF-8.
    """
    value, path = environ.get(name), environ.get(f"{name}_FILE")
    if path is None:
        return value
    if value is not None:
        raise SettingsError(_PLACE, name, f"{name}_FILE is set, too", "unset one of them")
    try:
        return Path(path).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        complaint = f"{path} cannot be read: {error.strerror}"
        raise SettingsError(_PLACE, f"{name}_FILE", complaint, "check its path and permissions") from error
    except UnicodeDecodeError as error:
        raise SettingsError(_PLACE, f"{name}_FILE", f"{path} is not UTF-8", "save it as UTF-8 text") from error
