"""Which files of a report leave for whom, and how: one rule for every way out.

Who reviews, and the officer who sent it, gets a file as it came. Others get no photo of a home, nor of people of whom it
is not said that they agreed, nor a file that answers a personal question; and pictures without what the camera wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from backend.accounts.who import Who
from backend.errors import NotFound
from backend.submissions import blobs
from backend.submissions.bare import bare
from backend.submissions.homes import place_hidden
from backend.submissions.models import Attachment, Submission, SubmissionVersion
from backend.submissions.queries import form_by_pk
from field_forms.schema import Path, Schema

_ASKED, _AGREED = "photo_people", frozenset({"none", "agreed"})
KEPT = "This file stays with the centre: it may show a home, or people who did not agree. Ask the centre."


def whole(who: Who) -> bool:
    """Whether files leave as they came."""
    return who.sees_personal or who.device is not None


def may_have(who: Who, submission: Submission, version: SubmissionVersion, name: str) -> bool:
    if whole(who):
        return True
    if place_hidden(who, submission):
        return False
    return willing(version) and name in set(_texts(version.answers))


def willing(version: SubmissionVersion) -> bool:
    """Whether the people in its photos agreed, as far as the form asks."""
    return agreed(version.answers, consent_of(form_by_pk(version.form_version_id).schema))


def consent_of(schema: Schema) -> Path | None:
    """Of the question whether the people in the photo agreed, if the form asks it."""
    question = schema.by_name.get(_ASKED)
    return question.path if question else None


def agreed(answers: Mapping[str, Any], asked: Path | None) -> bool:
    """Nobody can be recognised, or they agreed. Where the form asks, no answer is no consent."""
    value: Any = answers
    for step in asked or ():
        value = value.get(step) if isinstance(value, Mapping) else None
    return asked is None or value in _AGREED


def _texts(answers: Any) -> Iterator[str]:
    """All that was answered in words. Personal answers are not among them: they lie apart."""
    if isinstance(answers, str):
        yield answers
    elif isinstance(answers, Mapping | list):
        for value in answers.values() if isinstance(answers, Mapping) else answers:
            yield from _texts(value)


def file_of(who: Who, submission: Submission, instance_id: str, name: str) -> HttpResponseBase:
    """Of one version, or of the latest. Raises NotFound where it has not come, and where it stays with the centre."""
    rows = submission.versions.filter(instance_id=instance_id)
    version = rows.first() or submission.versions.get(instance_id=submission.current_instance_id)
    found = version.attachments.filter(name=name).exclude(blob=None).select_related("blob").first()
    if found is None:
        raise NotFound("This file has not arrived.", where="name")
    if not may_have(who, submission, version, name):
        raise NotFound(KEPT, where="name", code="stays_with_the_centre")
    return response(found, as_it_came=whole(who))


def response(found: Attachment, *, as_it_came: bool) -> HttpResponseBase:
    """A file that has come; shown by a browser only if it is a picture, and never run."""
    assert found.blob is not None  # noqa: S101  # for the type checker: said by whoever calls
    answer: FileResponse | StreamingHttpResponse
    kind, sha256 = found.blob.content_type, found.blob.sha256
    picture = kind.startswith("image/")
    if as_it_came or not picture:
        file = default_storage.open(blobs.path_of(sha256))
        answer = FileResponse(file, as_attachment=not picture, filename=found.name, content_type=kind)
        answer["ETag"] = f'"{sha256}"'
    else:
        answer = StreamingHttpResponse(bare_of(sha256, kind), content_type=kind)
        answer["Content-Disposition"] = content_disposition_header(False, found.name) or "inline"
        answer["ETag"] = f'"{sha256}-bare"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def bare_of(sha256: str, kind: str) -> Iterator[bytes]:
    """A stored picture without what its camera wrote. A file that is not there is missed at once, not in mid-stream."""
    stored = default_storage.open(blobs.path_of(sha256))

    def parts() -> Iterator[bytes]:
        with stored:
            yield from bare(cast(BinaryIO, stored), kind)  # it passes on all that files do

    return parts()
