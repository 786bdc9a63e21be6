"""Evidence bundles: whole, deterministic, and any change of them is found."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import NOW
from worker.errors import ExportError
from worker.evidence import CAPTURES, MANIFEST, Member, Verdict, check_bundle, write_bundle

DOCUMENT = b"<rss>as it was fetched</rss>"
DIGEST = "7a2c0b56bd6f4c8ba68d24fbd4c7dd1b0bc7cd4fbfd1dbd0a5b0ec7e5f6a6fd1"


def members() -> list[Member]:
    name = hashlib.sha256(DOCUMENT).hexdigest()
    return [Member("README.txt", b"read me"), Member("story.json", b"{}"), Member(f"{CAPTURES}{name}", DOCUMENT)]


def bundle(*changed: Member, later: int = 0) -> bytes:
    file = io.BytesIO()
    write_bundle(file, changed or members(), 7, NOW + timedelta(seconds=later), "1")
    return file.getvalue()


def rewritten(change: dict[str, bytes | None], *more: tuple[str, bytes]) -> bytes:
    """The bundle with the content of some members replaced, or with members left out or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle())) as old, zipfile.ZipFile(out, "w") as new:
        kept = [(name, change.get(name, old.read(name))) for name in old.namelist()]
        for name, data in [*kept, *more]:
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def checked(data: bytes) -> Verdict:
    return check_bundle(io.BytesIO(data))


def test_a_bundle_is_whole() -> None:
    verdict = checked(bundle())

    assert (verdict.story_id, verdict.members, verdict.faults) == (7, 3, ())


def test_the_same_evidence_gives_the_same_bytes_but_for_the_time() -> None:
    with zipfile.ZipFile(io.BytesIO(bundle(later=1))) as later, zipfile.ZipFile(io.BytesIO(bundle())) as first:
        manifests = [json.loads(one.read(MANIFEST)) for one in (first, later)]

    assert bundle() == bundle()
    assert [manifest.pop("made_at") for manifest in manifests] == [
        "2026-03-14T12:00:00+00:00",
        "2026-03-14T12:00:01+00:00",
    ]
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (lambda: rewritten({"story.json": b"{ }"}), "story.json: changed"),
        (lambda: rewritten({"story.json": None}), "story.json: missing"),
        (lambda: rewritten({}, ("extra.txt", b"x")), "extra.txt: not in the manifest"),
        (lambda: bundle(Member(f"{CAPTURES}{DIGEST}", DOCUMENT)), f"{CAPTURES}{DIGEST}: not under its own SHA-256"),
    ],
    ids=["changed", "missing", "added", "misnamed"],
)
def test_every_change_is_found(data: object, fault: str) -> None:
    assert callable(data)

    assert checked(data()).faults == (fault,)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_found() -> None:
    assert "story.json: there twice" in checked(rewritten({}, ("story.json", b"{}"))).faults


def test_a_damaged_member_is_found() -> None:
    data = bundle()
    at = data.index(b"story.json") + len(b"story.json")

    assert checked(data[:at] + b"\xff" + data[at + 1 :]).faults[0].startswith("story.json: ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zip file",
        bundle()[:100],
        rewritten({MANIFEST: None}),
        rewritten({MANIFEST: b"["}),
        rewritten({MANIFEST: b"[]"}),
        rewritten({MANIFEST: b'{"format": "other"}'}),
        rewritten({MANIFEST: b'{"format": "trucewire-evidence/1", "members": []}'}),
    ],
)
def test_what_is_no_bundle_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(ExportError):
        checked(data)


@settings(max_examples=200)
@given(st.data())
def test_whatever_happens_to_its_bytes_it_is_never_taken_for_whole_or_breaks(data: st.DataObject) -> None:
    whole = bundle()
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]

    with contextlib.suppress(ExportError):
        verdict = checked(broken)

        assert verdict.faults or verdict.manifest_sha256 == checked(whole).manifest_sha256
