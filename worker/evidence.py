"""A story's evidence in, one ZIP file out that proves itself; and such a file in, what is wrong with it out.

The file holds what the log knows of a story: documents as they were fetched, articles with their earlier revisions,
claims, alerts. `manifest.json` names the SHA-256 and the size of every other member. The same evidence gives the same
bytes but for the time in the manifest: members come in one order, and none has a date of its own.

A manifest proves that nothing was changed after it was made. That it was not made up, only its own digest can tell, if
it was published or given to somebody at the time: `trucewire export` shows it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from worker.errors import ExportError

MANIFEST = "manifest.json"
FORMAT = "trucewire-evidence/1"
CAPTURES = "captures/"
LARGEST = 8 * 2**30  # bytes that a bundle may unpack to
MOST_MEMBERS = 200_000
_PIECE = 2**20
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that ZIP can say
README = """\
Evidence of one story, as Trucewire saw it.

manifest.json   the SHA-256 and size of every other file; when this bundle was made
story.json      the story: its timeline, who claims what, whose voices those are
articles.jsonl  every article: text, matches, the trace of its judgement, earlier revisions
alerts.json     alerts with their updates, articles and notifications
captures.jsonl  every document as it was fetched: address, time, headers, and which article it brought
captures/       their bytes, each under its own SHA-256

Check it with `trucewire verify FILE`, or by hand: `sha256sum captures/*` must name each file itself, and manifest.json
must name what `sha256sum` says of the others. The documents are as hostile as the web: do not open them in a browser.
"""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a bundle."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a check."""

    story_id: int | None
    made_at: str
    members: int
    manifest_sha256: str
    faults: tuple[str, ...]  # none: it is whole and unchanged


def write_bundle(file: IO[bytes], members: Iterable[Member], story_id: int, made_at: datetime, version: str) -> str:
    """Write a bundle.

    Args:
        file: where to; written from its beginning to its end.
        members: all but the manifest; held in memory one at a time.
        story_id: which story.
        made_at: the time for the manifest.
        version: of Trucewire.

    Returns:
        The SHA-256 of the manifest.
    """
    listed: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        for member in members:
            listed[member.name] = {"sha256": hashlib.sha256(member.data).hexdigest(), "size": len(member.data)}
            bundle.writestr(_info(member.name), member.data)
        manifest = {
            "format": FORMAT,
            "story_id": story_id,
            "made_at": made_at.isoformat(),
            "trucewire": version,
            "members": dict(sorted(listed.items())),
        }
        data = json_bytes(manifest)
        bundle.writestr(_info(MANIFEST), data)
    return hashlib.sha256(data).hexdigest()


def json_bytes(value: Any) -> bytes:
    """JSON for people, always the same for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=_plain) + "\n").encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _NO_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    info.create_system = 3  # the same on every machine
    return info


def check_bundle(file: IO[bytes]) -> Verdict:
    """Check a bundle, which may be anybody's: nothing is unpacked to disk, and only so much at all.

    Raises:
        ExportError: it is no bundle.
    """
    try:
        with zipfile.ZipFile(file) as bundle:
            return _verdict(bundle)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise ExportError(f"it cannot be read as a ZIP file: {error}") from error


def _verdict(bundle: zipfile.ZipFile) -> Verdict:
    infos = bundle.infolist()
    if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > LARGEST:
        raise ExportError("it would unpack to more than any bundle has")
    if MANIFEST not in {info.filename for info in infos}:
        raise ExportError(f"it has no {MANIFEST}, so it is no bundle of Trucewire's")
    data = b"".join(_pieces(bundle, bundle.getinfo(MANIFEST)))
    manifest = _manifest(data)
    faults = list(_faults(bundle, infos, manifest["members"]))
    story_id = manifest.get("story_id")
    return Verdict(
        story_id=story_id if isinstance(story_id, int) else None,
        made_at=str(manifest.get("made_at", ""))[:40],
        members=len(infos) - 1,
        manifest_sha256=hashlib.sha256(data).hexdigest(),
        faults=tuple(faults),
    )


def _manifest(data: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ExportError(f"its {MANIFEST} cannot be read") from error
    known = isinstance(manifest, dict) and manifest.get("format") == FORMAT
    if not known or not isinstance(manifest.get("members"), dict):
        raise ExportError(f"its {MANIFEST} is not of the form {FORMAT}")
    return dict(manifest)


def _faults(bundle: zipfile.ZipFile, infos: list[zipfile.ZipInfo], listed: dict[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        if name in seen:
            yield f"{name}: there twice"
        seen.add(name)
        if name == MANIFEST:
            continue
        expected = listed.get(name)
        if not isinstance(expected, dict):
            yield f"{name}: not in the manifest"
            continue
        try:
            digest = hashlib.sha256()
            for piece in _pieces(bundle, info):
                digest.update(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            yield f"{name}: damaged ({error})"
            continue
        if digest.hexdigest() != expected.get("sha256"):
            yield f"{name}: changed"
        elif name.startswith(CAPTURES) and not name.removeprefix(CAPTURES).startswith(digest.hexdigest()):
            yield f"{name}: not under its own SHA-256"
    yield from (f"{name}: missing" for name in listed if name not in seen)


def _pieces(bundle: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    size = 0
    with bundle.open(info) as member:
        while piece := member.read(_PIECE):
            size += len(piece)
            if size > info.file_size:  # it says less than it holds
                raise zipfile.BadZipFile("larger than it says")
            yield piece
