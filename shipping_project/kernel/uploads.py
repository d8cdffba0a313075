"""Large bodies, put aside on disk as they come so that memory stays flat."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from shipping_project.kernel.body_limits import BodyTooLarge

READ_AT_ONCE = 65_536
KEPT_IN_MEMORY = 1_048_576
# zlib's word for "a gzip header comes first".
GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that was read whole, unpacked. `digest` is the SHA-256 of what it says."""

    content: IO[bytes]
    media_type: str
    digest: str


class UploadParser(BaseParser):
    """Up to UPLOAD_BYTES, counted unpacked; `Content-Encoding: gzip` is understood."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        headers = parser_context["request"].headers
        encoding = headers.get("Content-Encoding", "identity").strip().lower()
        content: IO[bytes] = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 # outlives this
        digest = hashlib.sha256()
        size = 0
        for piece in _pieces(stream, encoding):
            size += len(piece)
            if size > settings.UPLOAD_BYTES:
                raise BodyTooLarge(f"Send at most {settings.UPLOAD_BYTES} bytes, unpacked.")
            digest.update(piece)
            content.write(piece)
        content.seek(0)
        return Upload(content, self.media_type, digest.hexdigest())


class JsonUpload(UploadParser):
    media_type = "application/json"


class LinesUpload(UploadParser):
    """One JSON value on each line."""

    media_type = "application/x-ndjson"


class CsvUpload(UploadParser):
    media_type = "text/csv"


UPLOADS = [JsonUpload, LinesUpload, CsvUpload]


def _pieces(stream: Any, encoding: str) -> Iterator[bytes]:
    if encoding not in ("identity", "gzip"):
        raise ParseError(f"The encoding {encoding[:20]!r} is not known; send gzip or none.")
    while piece := stream.read(READ_AT_ONCE):
        if encoding == "identity":
            yield piece
        else:
            yield from _unpacked(stream, piece)


def _unpacked(stream: Any, piece: bytes) -> Iterator[bytes]:
    """Never more at once than READ_AT_ONCE, however well it was packed."""
    unpacker = zlib.decompressobj(GZIP)
    try:
        while piece:
            yield unpacker.decompress(piece, READ_AT_ONCE)
            while unpacker.unconsumed_tail:
                yield unpacker.decompress(unpacker.unconsumed_tail, READ_AT_ONCE)
            if unpacker.unused_data:
                piece = unpacker.unused_data
                unpacker = zlib.decompressobj(GZIP)
                continue
            piece = stream.read(READ_AT_ONCE)
    except zlib.error:
        raise ParseError("The body is no gzip.") from None
    if not unpacker.eof:
        raise ParseError("The gzip body breaks off in the middle.")
