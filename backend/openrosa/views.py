"""OpenRosa 1.0 for ODK Collect and its like, on the same receiving as everything else. Thin: HTTP in, HTTP out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from backend.accounts.who import Who
from backend.errors import NotFound
from backend.openrosa import documents, protocol, queries, words
from backend.openrosa.documents import ListedForm, MediaFile
from backend.openrosa.who import identify
from backend.submissions import lists
from backend.submissions.arrivals import Arrival
from backend.submissions.models import FormVersion
from backend.submissions.services import now, receive

ENTITIES = "deployments.csv"
CSV = "text/csv; charset=utf-8"
openrosa = protocol.openrosa


@openrosa(identify, "GET", "HEAD")
def form_list(request: HttpRequest, who: Who) -> HttpResponse:
    wanted = request.GET.get("formID")
    verbose = request.GET.get("verbose", "").lower() in ("true", "1")
    languages = words.languages(request, who.device.officer if who.device else None)
    versions = queries.versions(who, wanted, every="listAllVersions" in request.GET)
    forms = [_listed(request, version, languages) for version in versions]
    return protocol.known(request, documents.form_list(forms, verbose=verbose))


def _listed(request: HttpRequest, version: FormVersion, languages: list[str]) -> ListedForm:
    form_id, name = version.form.form_id, documents.name_of(version.schema, languages)
    path = f"{form_id}/{version.version}"
    manifest_url = protocol.url(request, f"manifest/{path}") if version.schema["files"] else None
    form_url = protocol.url(request, f"forms/{path}.xml")
    return ListedForm(form_id, name, version.version, version.md5, form_url, manifest_url)


@openrosa(identify, "GET", "HEAD")
def form(request: HttpRequest, who: Who, form_id: str, version: str) -> HttpResponse:
    return protocol.known(request, bytes(_version(who, form_id, version).xform))


@openrosa(identify, "GET", "HEAD")
def manifest(request: HttpRequest, who: Who, form_id: str, version: str) -> HttpResponse:
    row = _version(who, form_id, version)
    files = []
    for name in row.schema["files"]:
        address = protocol.url(request, f"forms/{form_id}/{version}/media/{name}")
        integrity_url = protocol.url(request, "integrity/deployments") if name == ENTITIES else None
        files.append(MediaFile(name, protocol.md5(lists.csv_of(name, who)), address, integrity_url))
    return protocol.known(request, documents.manifest(files))


@openrosa(identify, "GET", "HEAD")
def media(request: HttpRequest, who: Who, form_id: str, version: str, filename: str) -> HttpResponse:
    if filename not in _version(who, form_id, version).schema["files"]:
        raise NotFound(f"{form_id} has no file {filename}.", where="filename")
    return protocol.known(request, lists.csv_of(filename, who), CSV)


@openrosa(identify, "GET", "HEAD")
def integrity(request: HttpRequest, who: Who) -> HttpResponse:
    ids = [text for text in request.GET.get("id", "").split(",") if text]
    return protocol.known(request, documents.integrity(queries.let_go(who, ids)))


@openrosa(identify, "HEAD", "POST")
def submission(request: HttpRequest, who: Who) -> HttpResponse:
    if request.method == "HEAD":
        return protocol.ready(request)
    assert who.device is not None  # noqa: S101  # identify gives no others
    xml, files = protocol.posted(request)
    outcome = receive(Arrival(who.device, now(), xml=xml, files=files))
    success = outcome.outcome in ("stored", "identical", "edited")
    return protocol.said(words.of_outcome(outcome), 201 if success else outcome.status, success=success)


def _version(who: Who, form_id: str, version: str) -> FormVersion:
    """Any published version: drafts on phones were begun with older ones. Raises NotFound."""
    row = FormVersion.objects.select_related("form").filter(form__form_id=form_id, version=version).first()
    allowed = who.device.officer.forms if who.device else []
    if row is None or (allowed and form_id not in allowed):
        raise NotFound(f"There is no version {version} of a form {form_id} for this phone.", where="version")
    return row
