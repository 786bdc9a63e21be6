"""The files of `static/` in, answers that browsers may keep for ever out: every name carries its content's hash.

Read and compressed once, when the process starts. Never looks at the file system for a request.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import brotli
from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
FOLDER = "/static/"
ROOT_FILES = {"/favicon.ico": "icon.svg", "/robots.txt": "robots.txt"}  # what browsers and robots ask for unasked
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is sent."""

    media_type: str
    etag: str
    encodings: dict[str, bytes]  # by content coding, best first; "" is the file itself
    cache: str


class Assets:
    """All of them."""

    def __init__(self) -> None:
        self._by_path: dict[str, Asset] = {}
        self._addresses: dict[str, str] = {}
        for file in files("worker.web").joinpath("static").iterdir():
            stem, _, ending = file.name.rpartition(".")
            if ending not in TYPES:
                continue
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            encodings = {"br": brotli.compress(content), "gzip": gzip.compress(content, mtime=0), "": content}
            for name, kept in ((f"{stem}.{digest}.{ending}", FOR_EVER), (file.name, FOR_A_WHILE)):
                self._by_path[name] = Asset(TYPES[ending], f'"{digest}"', encodings, kept)
            self._addresses[file.name] = f"/static/{stem}.{digest}.{ending}"

    def url(self, name: str) -> str:
        """The address of the file `name`, which changes whenever its content does.

        Raises:
            KeyError: there is no such file.
        """
        return self._addresses[name]

    def response(self, name: str, request: Request) -> Response | None:
        """The file under that name, with or without its hash; None where there is none."""
        asset = self._by_path.get(name)
        if asset is None:
            return None
        headers = {"ETag": asset.etag, "Cache-Control": asset.cache, "Vary": "Accept-Encoding"}
        if asset.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        accepted = request.headers.get("accept-encoding", "")
        coding = next(coding for coding in asset.encodings if coding in accepted)
        if coding:
            headers["Content-Encoding"] = coding
        return Response(asset.encodings[coding], headers=headers, media_type=asset.media_type)


class Files:
    """Answers for static files before anybody is asked who they are: a first page waits for three of them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._assets = all_assets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        name = ROOT_FILES.get(path) or (path.removeprefix(FOLDER) if path.startswith(FOLDER) else "")
        answer = self._assets.response(name, Request(scope)) if name else None
        await (answer or self._app)(scope, receive, send)


@cache
def all_assets() -> Assets:
    """Those of this process."""
    return Assets()
