"""A body as sent in, the body as meant out, in slices: gzip, deflate, br and zstd, within a cap on either side. Pure.

A decompressor never gives more than a slice at once, and the caps are looked at after each: a bomb is stopped at the
cap, and costs no more memory than that. Never lets a part pass as the whole: a stream that ends early is an error.
urllib3's own decoders let a torn gzip pass.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Protocol

import brotli

from worker.errors import FetchError
from worker.model.polling import Outcome

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
SLICE_BYTES = 128 * 1024
# RFC 9659: HTTP's zstd keeps to a window of 8 MB; a frame may ask for far more, and libzstd would grant 128 MB.
_ZSTD_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}


class Decoder(Protocol):
    """One content coding. Several streams may follow each other in one body, as gzip's members do."""

    def slices(self, piece: bytes) -> Iterator[bytes]:
        """What `piece` adds, in slices of about `SLICE_BYTES` at most (brotli may double it); some may be empty."""
        ...

    @property
    def whole(self) -> bool:
        """Whether the stream has come to its own end."""
        ...


class _Identity:
    whole = True  # Content-Length and chunks are checked where the body is read

    def slices(self, piece: bytes) -> Iterator[bytes]:
        yield piece


class _Zlib:
    """gzip (RFC 1952) and zlib (RFC 1950), which HTTP calls deflate, though some servers send the raw stream inside it.

    What follows the last member of a gzip and is none itself is ignored, as gunzip does.
    """

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._stream: zlib._Decompress | None = None

    def slices(self, piece: bytes) -> Iterator[bytes]:
        if self._stream is None:
            self._stream = zlib.decompressobj(self._wbits(piece))
        full = True
        while piece or full:  # a full slice may have left output behind, even where all input is taken
            if self._stream.eof:
                if not self._gzip or not piece.startswith(b"\x1f"):
                    return
                self._stream = zlib.decompressobj(31)
            plain = self._stream.decompress(piece, SLICE_BYTES)
            yield plain
            piece = self._stream.unconsumed_tail or self._stream.unused_data
            full = len(plain) == SLICE_BYTES

    def _wbits(self, start: bytes) -> int:
        if self._gzip:
            return 31
        is_zlib = len(start) > 1 and start[0] & 0x0F == 8 and int.from_bytes(start[:2], "big") % 31 == 0
        return 15 if is_zlib else -15

    @property
    def whole(self) -> bool:
        return self._stream is not None and self._stream.eof


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def slices(self, piece: bytes) -> Iterator[bytes]:
        full = True
        while piece or full:  # as with zlib
            plain = self._stream.process(piece, output_buffer_limit=SLICE_BYTES)
            yield plain
            piece, full = b"", len(plain) >= SLICE_BYTES or not self._stream.can_accept_more_data()

    @property
    def whole(self) -> bool:
        return bool(self._stream.is_finished())


class _Zstd:
    """RFC 8878."""

    def __init__(self) -> None:
        self._frame = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)

    def slices(self, piece: bytes) -> Iterator[bytes]:
        while piece or not (self._frame.needs_input or self._frame.eof):
            if self._frame.eof:
                self._frame = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
            yield self._frame.decompress(piece, SLICE_BYTES)
            piece = self._frame.unused_data

    @property
    def whole(self) -> bool:
        return self._frame.eof


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "": _Identity,
    "identity": _Identity,
    "gzip": partial(_Zlib, gzip=True),
    "x-gzip": partial(_Zlib, gzip=True),
    "deflate": partial(_Zlib, gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}


def unpacked(pieces: Iterable[bytes], coding: str, max_bytes: int, max_decompressed_bytes: int) -> Iterator[bytes]:
    """The body in slices. It is whole only once the iterator has ended without an error.

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
    decoder, received, size = decoder_of(), 0, 0
    for piece in pieces:
        received += len(piece)
        if received > max_bytes:
            raise FetchError(f"the body is larger than {max_bytes} bytes", Outcome.TOO_LARGE)
        try:
            for plain in decoder.slices(piece):
                size += len(plain)
                if size > max_decompressed_bytes:
                    message = f"the body unpacks to more than {max_decompressed_bytes} bytes"
                    raise FetchError(message, Outcome.TOO_LARGE)
                yield plain
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            raise FetchError(f"the {coding} body is broken: {error}", Outcome.BAD_RESPONSE) from error
    if received and not decoder.whole:
        raise FetchError(f"the {coding} body ends early", Outcome.BAD_RESPONSE)
