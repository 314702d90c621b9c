"""OpenRosa 1.0 for ODK Collect and its like, on the same receiving as everything else. Thin: HTTP in, HTTP out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from backend import bodies
from backend.accounts.who import Who
from backend.errors import GramReachError, NotFound, Unreadable
from backend.etags import with_etag
from backend.openrosa import documents, queries, words
from backend.openrosa.documents import ListedForm, MediaFile
from backend.openrosa.who import identify
from backend.submissions import lists
from backend.submissions.arrivals import Arrival
from backend.submissions.models import FormVersion
from backend.submissions.services import now, receive

ADVERTISED = 5_000_000  # bytes a client should send at once; many more are taken
XML = "text/xml; charset=utf-8"
ENTITIES = "deployments.csv"

View = Callable[..., HttpResponse]


def openrosa(*methods: str) -> Callable[[View], View]:
    """A view of the protocol: its headers on every answer, errors as its XML, and who asks as first argument."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, *, token: str | None = None, **named: Any) -> HttpResponse:
            if request.method not in methods:
                response = HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
            else:
                response = _said(view, request, token, named)
            response["X-OpenRosa-Version"] = "1.0"
            response["Date"] = http_date()
            return response

        return answer

    return decorate


def _said(view: View, request: HttpRequest, token: str | None, named: dict[str, Any]) -> HttpResponse:
    """In the language of who asks, as far as that is known."""
    wanted = words.languages(request)
    try:
        who = identify(request, token)
        if who.device is not None:
            wanted = words.languages(request, who.device.officer)
        with words.speaking(wanted):
            return view(request, who, **named)
    except GramReachError as error:
        with words.speaking(wanted):
            return _refusal(error)


def _refusal(error: GramReachError) -> HttpResponse:
    content = documents.response(words.of_error(error), success=False)
    response = HttpResponse(content, status=error.status, content_type=XML)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Basic realm="GramReach", charset="UTF-8"'
    return response


@openrosa("GET", "HEAD")
def form_list(request: HttpRequest, who: Who) -> HttpResponse:
    wanted = request.GET.get("formID")
    verbose = request.GET.get("verbose", "").lower() in ("true", "1")
    languages = words.languages(request, who.device.officer if who.device else None)
    versions = queries.versions(who, wanted, every="listAllVersions" in request.GET)
    forms = [_listed(request, version, languages) for version in versions]
    return _known(request, documents.form_list(forms, verbose=verbose))


def _listed(request: HttpRequest, version: FormVersion, languages: list[str]) -> ListedForm:
    form_id, title = version.form.form_id, version.schema["title"]
    name = next((title[code] for code in languages if title.get(code)), next(iter(title.values()), form_id))
    path = f"{form_id}/{version.version}"
    manifest_url = _url(request, f"manifest/{path}") if version.schema["files"] else None
    return ListedForm(form_id, name, version.version, version.md5, _url(request, f"forms/{path}.xml"), manifest_url)


def _url(request: HttpRequest, below: str) -> str:
    """Under the address that was asked: what was listed below a token goes on below it."""
    base, _, _ = request.path.partition("/openrosa/")
    rest = request.path[len(base) + len("/openrosa/") :]
    key = "/".join(rest.split("/")[:2]) + "/" if rest.startswith("key/") else ""
    return request.build_absolute_uri(f"{base}/openrosa/{key}{below}")


@openrosa("GET", "HEAD")
def form(request: HttpRequest, who: Who, form_id: str, version: str) -> HttpResponse:
    row = _version(who, form_id, version)
    return _known(request, bytes(row.xform))


@openrosa("GET", "HEAD")
def manifest(request: HttpRequest, who: Who, form_id: str, version: str) -> HttpResponse:
    row = _version(who, form_id, version)
    files = []
    for name in row.schema["files"]:
        url = _url(request, f"forms/{form_id}/{version}/media/{name}")
        integrity_url = _url(request, "integrity/deployments") if name == ENTITIES else None
        files.append(MediaFile(name, _md5(lists.csv_of(name, who)), url, integrity_url))
    return _known(request, documents.manifest(files))


@openrosa("GET", "HEAD")
def media(request: HttpRequest, who: Who, form_id: str, version: str, filename: str) -> HttpResponse:
    if filename not in _version(who, form_id, version).schema["files"]:
        raise NotFound(f"{form_id} has no file {filename}.", where="filename")
    return _known(request, lists.csv_of(filename, who), "text/csv; charset=utf-8")


@openrosa("GET", "HEAD")
def integrity(request: HttpRequest, who: Who) -> HttpResponse:
    ids = [text for text in request.GET.get("id", "").split(",") if text]
    return _known(request, documents.integrity(queries.let_go(who, ids)))


@openrosa("HEAD", "POST")
def submission(request: HttpRequest, who: Who) -> HttpResponse:
    if request.method == "HEAD":
        headers = {"X-OpenRosa-Accept-Content-Length": str(ADVERTISED), "Location": _url(request, "submission")}
        return HttpResponse(status=204, headers=headers)
    assert who.device is not None  # noqa: S101  # identify gives no others
    if request.content_type != "multipart/form-data":
        raise Unreadable("Send the report as a form with a part `xml_submission_file`.", where="Content-Type")
    texts, files = bodies.multipart(request)
    sent = files.pop("xml_submission_file", None)
    xml = sent.read() if sent is not None else texts.get("xml_submission_file", "").encode()
    if not xml:
        raise Unreadable("The part `xml_submission_file` is missing.", where="xml_submission_file")
    outcome = receive(Arrival(who.device, now(), xml=xml, files=files))
    success = outcome.outcome in ("stored", "identical", "edited")
    return HttpResponse(
        documents.response(words.of_outcome(outcome), success=success),
        status=201 if success else outcome.status,
        content_type=XML,
    )


def _version(who: Who, form_id: str, version: str) -> FormVersion:
    """Any published version: drafts on phones were begun with older ones. Raises NotFound."""
    row = FormVersion.objects.select_related("form").filter(form__form_id=form_id, version=version).first()
    allowed = who.device.officer.forms if who.device else []
    if row is None or (allowed and form_id not in allowed):
        raise NotFound(f"There is no version {version} of a form {form_id} for this phone.", where="version")
    return row


def _known(request: HttpRequest, content: bytes, content_type: str = XML) -> HttpResponse:
    """The content, or nothing where the phone has it."""
    return with_etag(request, HttpResponse(content, content_type=content_type), _md5(content))


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
