"""Photos of reports, made small: decoded and written anew, so that nothing but the picture reaches the browser."""

from __future__ import annotations

import io

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from PIL import Image, ImageOps, UnidentifiedImageError

from backend.accounts.who import Who
from backend.console.inside import inside
from backend.errors import NotFound
from backend.submissions import blobs, sharing
from backend.submissions.models import Attachment
from backend.submissions.queries import by_instance_id

SMALL, FULL = 480, 1600  # pixels of the longer side
MOST_PIXELS = 80_000_000
SANDBOX = "default-src 'none'; sandbox"


@require_safe
@inside()
def photo(request: HttpRequest, who: Who, instance_id: str, version_id: int, name: str) -> HttpResponse:
    submission = by_instance_id(who, instance_id)
    rows = Attachment.objects.filter(version=version_id, version__submission=submission, name=name)
    found = rows.exclude(blob=None).select_related("blob", "version").first()
    if found is None or found.blob is None or not found.blob.content_type.startswith("image/"):
        raise NotFound("This photo has not arrived.", where="name")
    if not sharing.may_have(who, submission, found.version, name):
        raise NotFound(sharing.KEPT, where="name", code="stays_with_the_centre")
    side = FULL if request.GET.get("full") else SMALL
    headers = {"ETag": f'"{found.blob.sha256}-{side}"', "Cache-Control": "private, max-age=86400"}
    headers["Content-Security-Policy"] = SANDBOX
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(_drawn(found.blob.sha256, side), content_type="image/jpeg", headers=headers)


def _drawn(sha256: str, side: int) -> bytes:
    """As JPEG, upright, without what a camera writes into its files. Raises NotFound for what cannot be drawn."""
    try:
        with default_storage.open(blobs.path_of(sha256)) as file, Image.open(file) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotFound("This photo is too large to be shown.", where="name")
            image.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotFound("This photo cannot be shown.", where="name") from error
    upright.thumbnail((side, side))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82)
    return out.getvalue()
