"""A body as sent in, the body as meant out: gzip, deflate, br and zstd, within a cap on either side. Pure.

The cap is handed to the decompressor with every piece, so a bomb is stopped at the cap and never unpacked.
Never returns a part as the whole: a stream that ends early is an error. urllib3's own decoders let a torn gzip pass.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable
from typing import Protocol

import brotli

from worker.errors import FetchError
from worker.model.polling import Outcome

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"


class Decoder(Protocol):
    """One content coding. `decode` is never called again once it has returned more than it was allowed to."""

    def decode(self, piece: bytes, limit: int) -> bytes:
        """What `piece` adds, at most about `limit` bytes of it."""
        ...

    @property
    def whole(self) -> bool:
        """Whether the stream has come to its own end."""
        ...


class _Identity:
    whole = True  # Content-Length and chunks are checked where the body is read

    def decode(self, piece: bytes, limit: int) -> bytes:
        return piece


class _Gzip:
    """RFC 1952: members follow each other; what follows the last and is no member is ignored, as gunzip does."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)

    def decode(self, piece: bytes, limit: int) -> bytes:
        plain = b""
        while piece and len(plain) < limit:
            if self._member.eof:
                if not piece.startswith(b"\x1f"):
                    break
                self._member = zlib.decompressobj(wbits=31)
            plain += self._member.decompress(piece, limit - len(plain))
            piece = self._member.unused_data
        return plain

    @property
    def whole(self) -> bool:
        return self._member.eof


class _Deflate:
    """RFC 9110 means zlib's format; some servers send the raw stream inside it."""

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None

    def decode(self, piece: bytes, limit: int) -> bytes:
        if self._stream is None:
            is_zlib = len(piece) > 1 and piece[0] & 0x0F == 8 and int.from_bytes(piece[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(wbits=15 if is_zlib else -15)
        return self._stream.decompress(piece, limit)

    @property
    def whole(self) -> bool:
        return self._stream is not None and self._stream.eof


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, piece: bytes, limit: int) -> bytes:
        return bytes(self._stream.process(piece, output_buffer_limit=limit))

    @property
    def whole(self) -> bool:
        return bool(self._stream.is_finished())


class _Zstd:
    """RFC 8878: frames follow each other, as gzip's members do."""

    def __init__(self) -> None:
        self._frame = zstd.ZstdDecompressor()

    def decode(self, piece: bytes, limit: int) -> bytes:
        plain = b""
        while piece and len(plain) < limit:
            if self._frame.eof:
                self._frame = zstd.ZstdDecompressor()
            plain += self._frame.decompress(piece, limit - len(plain))
            piece = self._frame.unused_data
        return plain

    @property
    def whole(self) -> bool:
        return self._frame.eof


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "": _Identity,
    "identity": _Identity,
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}


def decoded(pieces: Iterable[bytes], coding: str, max_bytes: int, max_decompressed_bytes: int) -> bytes:
    """The whole body.

    Args:
        pieces: of the body as sent.
        coding: the `Content-Encoding` header, "" where there is none.
        max_bytes: of the body as sent.
        max_decompressed_bytes: of the body as meant.

    Raises:
        FetchError: too_large; bad_response where the coding is unknown, broken, or ends early.
    """
    decoder_of = _DECODERS.get(coding.strip().lower())
    if decoder_of is None:
        raise FetchError(f"the content coding {coding[:40]!r} was not asked for", Outcome.BAD_RESPONSE)
    decoder, received, body = decoder_of(), 0, bytearray()
    for piece in pieces:
        received += len(piece)
        if received > max_bytes:
            raise FetchError(f"the body is larger than {max_bytes} bytes", Outcome.TOO_LARGE)
        try:
            body += decoder.decode(piece, max_decompressed_bytes - len(body) + 1)
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            raise FetchError(f"the {coding} body is broken: {error}", Outcome.BAD_RESPONSE) from error
        if len(body) > max_decompressed_bytes:
            raise FetchError(f"the body unpacks to more than {max_decompressed_bytes} bytes", Outcome.TOO_LARGE)
    if not decoder.whole and received:
        raise FetchError(f"the {coding} body ends early", Outcome.BAD_RESPONSE)
    return bytes(body)
