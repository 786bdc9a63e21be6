"""`/api/v1/exports/…`: any search as a file, and a story's evidence as a ZIP file; sent while they are read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from worker import __version__
from worker.bootstrap import Services
from worker.errors import ExportError
from worker.evidence import write_bundle
from worker.exports import Form, written
from worker.model.people import Deed
from worker.queries.evidence import evidence_of
from worker.queries.stories import StoryQueries
from worker.web.access import Reader
from worker.web.api.parameters import Articles, Id, searching
from worker.web.problems import ProblemError

IN_MEMORY = 8 * 2**20  # bytes of a bundle; a larger one waits on disk
_PIECE = 2**18
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a file",
        "content": {form.media_type.partition(";")[0]: {"schema": {"type": "string"}} for form in Form},
    }
}
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a ZIP file",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/exports", tags=["exports"])
    stories = StoryQueries(services.store.engine, services.settings.profile.opposed)

    @routes.get("/articles.{form}", response_class=StreamingResponse, responses=_FILES)
    def export_articles(form: Form, wanted: Articles) -> Response:
        """All articles under a filter with their texts, oldest first; no cell of CSV is a formula."""
        with searching():
            rows = services.queries.export_articles(wanted)
        try:
            pieces = written(rows, form)
        except ExportError as error:
            raise ProblemError(501, str(error)) from error
        return _file(pieces, form.media_type, f"articles.{form}")

    @routes.get("/stories/{story_id}.zip", response_class=StreamingResponse, responses=_ZIP)
    def export_story(story_id: Id, visitor: Reader) -> Response:
        """A story with all its evidence; `trucewire verify` checks it."""
        members = evidence_of(services.store.engine, stories, story_id)
        if members is None:
            raise ProblemError(404, "There is no such story.")
        now = services.now()
        file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed below
        digest = write_bundle(file, members, story_id, now, __version__)
        services.store.people.record(visitor, Deed("story.export", str(story_id), {"manifest": digest}), now)
        answer = _file(_read(file), "application/zip", f"story-{story_id}.zip")
        answer.headers["X-Trucewire-Manifest-Sha256"] = digest
        return answer

    return routes


def _file(pieces: Iterator[bytes], media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # The head goes first: what is rare may be long in coming, and to begin an answer there is only so much time.
    return StreamingResponse(chain((b"",), pieces), media_type=media_type, headers=headers)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
