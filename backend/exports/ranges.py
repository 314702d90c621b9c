"""A file that can be fetched in pieces (RFC 9110, section 14), with its length, ETag and SHA-256: a broken download goes on
where it stopped, and nobody takes half a file for a whole one.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_CHUNK = 256 * 1024


def file_response(request: HttpRequest, path: Path, name: str, content_type: str, sha256: str) -> HttpResponseBase:
    size, etag = path.stat().st_size, f'"{sha256}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{name}"',
        # Of the whole file, whichever part of it is sent (RFC 9530).
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:",
    }
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    wanted = _wanted(request, etag, size)
    if wanted is None:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    first, last = wanted
    status = 200
    if (first, last) != (0, size - 1):
        status, headers["Content-Range"] = 206, f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    chunks: Iterator[bytes] = iter(()) if request.method == "HEAD" else _read(path, first, last)
    return StreamingHttpResponse(chunks, status=status, content_type=content_type, headers=headers)


def _wanted(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """First and last byte; the whole file where no part is asked for, or of another file; None: there is no such part."""
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or asked.group() == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return 0, size - 1
    first, last = asked.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) else None
    start, end = int(first), min(int(last) if last else size - 1, size - 1)
    return (start, end) if start <= end else None


def _read(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as content:
        content.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := content.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
