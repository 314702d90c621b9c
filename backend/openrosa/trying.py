"""A draft of a form on a phone, before it is published: the same protocol, and nothing that is sent counts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from backend.accounts.throttle import throttled
from backend.accounts.who import Who
from backend.errors import BadToken, NotFound
from backend.openrosa import documents, protocol, words
from backend.openrosa.documents import ListedForm, MediaFile
from backend.submissions import drafts, lists
from backend.submissions.models import FormDraft

ALL = Who("administrator", everywhere=True)  # whose lists are tried: there is no officer, and so no area
openrosa = protocol.openrosa


def identify(request: HttpRequest, token: str | None) -> FormDraft:
    draft = drafts.by_token(token or "")
    if draft is None:
        with throttled(request, "openrosa"):
            raise BadToken("This draft is not tried any more: it was published, discarded or given a new code.")
    return draft


@openrosa(identify, "GET", "HEAD")
def form_list(request: HttpRequest, draft: FormDraft) -> HttpResponse:
    name = documents.name_of(draft.schema, words.languages(request))
    path = f"{draft.form_id}/{draft.version}"
    manifest_url = protocol.url(request, f"manifest/{path}") if draft.schema["files"] else None
    form_url = protocol.url(request, f"forms/{path}.xml")
    listed = ListedForm(draft.form_id, name, draft.version, draft.md5, form_url, manifest_url)
    return protocol.known(request, documents.form_list([listed], verbose=False))


@openrosa(identify, "GET", "HEAD")
def form(request: HttpRequest, draft: FormDraft, form_id: str, version: str) -> HttpResponse:
    return protocol.known(request, bytes(_this(draft, form_id, version).xform))


@openrosa(identify, "GET", "HEAD")
def manifest(request: HttpRequest, draft: FormDraft, form_id: str, version: str) -> HttpResponse:
    """Its lists as plain files: a phone that tries a form keeps no entities."""
    names = _this(draft, form_id, version).schema["files"]
    below = f"forms/{form_id}/{version}/media"
    files = [
        MediaFile(name, protocol.md5(lists.csv_of(name, ALL)), protocol.url(request, f"{below}/{name}"))
        for name in names
    ]
    return protocol.known(request, documents.manifest(files))


@openrosa(identify, "GET", "HEAD")
def media(request: HttpRequest, draft: FormDraft, form_id: str, version: str, filename: str) -> HttpResponse:
    if filename not in _this(draft, form_id, version).schema["files"]:
        raise NotFound(f"{form_id} has no file {filename}.", where="filename")
    return protocol.known(request, lists.csv_of(filename, ALL), "text/csv; charset=utf-8")


@openrosa(identify, "HEAD", "POST")
def submission(request: HttpRequest, draft: FormDraft) -> HttpResponse:
    if request.method == "HEAD":
        return protocol.ready(request)
    xml, _ = protocol.posted(request)
    return protocol.said(words.of_trial(drafts.try_out(draft, xml)))


def _this(draft: FormDraft, form_id: str, version: str) -> FormDraft:
    if (form_id, version) != (draft.form_id, draft.version):
        raise NotFound(f"There is no version {version} of {form_id} to be tried.", where="version")
    return draft
