"""Forms: handed in as XLSForm, tried as a draft, published or refused; their versions, and what each changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts import collect
from backend.accounts.who import Who
from backend.bodies import multipart
from backend.console import queries
from backend.console.inside import inside, show
from backend.console.navigation import administrators
from backend.console.squares import square
from backend.errors import GramReachError, Invalid, NotFound
from backend.submissions import drafts, lists
from backend.submissions.models import Form, FormDraft, FormVersion
from backend.submissions.publishing import set_state
from backend.submissions.queries import form_version
from field_forms.collect_only import collect_only
from field_forms.differences import Difference, differences
from field_forms.problems import FormError
from field_forms.schema import Schema

LARGEST = 5 * 1024 * 1024  # bytes of a spreadsheet; ours have 20,000
WHAT = {
    "added": _("new question"), "removed": _("taken out"), "moved": _("moved"), "type": _("type"), "label": _("words"),
    "hint": _("hint"), "choices": _("choices"), "list": _("list"), "required": _("must be answered"),
    "relevant": _("asked when"), "constraint": _("limit"), "message": _("words of the limit"),
    "calculation": _("calculation"), "personal": _("personal"), "read_only": _("cannot be changed"),
    "default": _("begins with"),
}  # fmt: skip
STATES = {
    "open": _("Open: phones are offered it"),
    "closing": _("Closing: not offered any more, still received"),
    "closed": _("Closed: not offered, still received"),
}


@require_safe
@inside()
def forms(request: HttpRequest, who: Who) -> HttpResponse:
    may_change = administrators(who)
    waiting = list(FormDraft.objects.order_by("form_id")) if may_change else []
    return show(
        request, who, "console/forms.html", "admin",
        forms=queries.forms(everything=may_change), drafts=waiting, may_change=may_change,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@inside(administrators)
def upload(request: HttpRequest, who: Who) -> HttpResponse:
    """A form is always a draft first; what is wrong with it is said with sheet, row and remedy."""
    if request.method != "POST":
        return show(request, who, "console/form_upload.html", "admin")
    assert who.user is not None  # noqa: S101  # for the type checker: administrators are users
    problems: list[Any] = []
    error: GramReachError | None = None
    try:
        draft = drafts.keep(*_chosen(request), who.user)
    except FormError as found:
        problems = list(found.problems)
    except GramReachError as found:
        error = found
    else:
        return redirect("form-draft", draft.form_id)
    status = error.status if error else 422
    return show(request, who, "console/form_upload.html", "admin", status, problems=problems, error=error)


def _chosen(request: HttpRequest) -> tuple[bytes, str]:
    _, files = multipart(request)
    if len(files) != 1:
        raise Invalid(gettext("Choose the file of the form."), where="file")
    [(name, content)] = files.items()
    source = content.read(LARGEST + 1)
    if len(source) > LARGEST:
        raise Invalid(
            gettext("This file is larger than 5 MB. A form is smaller: choose its spreadsheet."), where="file"
        )
    return source, Path(name).name[:120]


@require_safe
@inside(administrators)
def draft(request: HttpRequest, who: Who, form_id: str) -> HttpResponse:
    row = drafts.draft_of(form_id)
    current = form_version(form_id, None)
    schema = Schema.from_json(row.schema)
    return show(
        request, who, "console/form_draft.html", "admin",
        draft=row, title=queries.in_language(row.schema["title"]), current=current,
        questions=sum(question.asked for question in schema.questions),
        changes=_told(differences(current.schema, schema)) if current is not None else [],
        collect_only=collect_only(bytes(row.xform)),
        tried=row.reports.order_by("-received_at")[:20],
        preview=_preview(
            queries.in_language(row.schema["title"]), reverse("form-draft-xform", args=[form_id]),
            [reverse("form-draft-media", args=[form_id, name]) for name in row.schema["files"]], request.path,
        ),
    )  # fmt: skip


def _told(found: tuple[Difference, ...]) -> list[tuple[Difference, Any]]:
    return [(difference, WHAT[difference.what]) for difference in found]


def _preview(title: str, xform: str, media: Iterable[str], back: str) -> str:
    """The address of the page on which a form is seen as phones show it."""
    asked = [("form", xform), *(("media", address) for address in media), ("title", title), ("back", back)]
    return f"{reverse('form-preview')}?{urlencode([*asked, ('language', get_language() or 'en')])}"


@require_safe
@inside(administrators)
def draft_xform(request: HttpRequest, who: Who, form_id: str) -> HttpResponse:
    return HttpResponse(bytes(drafts.draft_of(form_id).xform), content_type="text/xml; charset=utf-8")


@require_safe
@inside(administrators)
def draft_media(request: HttpRequest, who: Who, form_id: str, filename: str) -> HttpResponse:
    if filename not in drafts.draft_of(form_id).schema["files"]:
        raise NotFound("The form has no such file.", where="filename")
    return HttpResponse(lists.csv_of(filename, who), content_type="text/csv; charset=utf-8")


@require_POST
@never_cache
@inside(administrators)
def try_draft(request: HttpRequest, who: Who, form_id: str) -> HttpResponse:
    """A square for ODK Collect with this one form; a new one ends the one before."""
    row = drafts.draft_of(form_id)
    title = queries.in_language(row.schema["title"]) or form_id
    told = collect.draft_settings(title, drafts.token_for(row), get_language() or "en", str(who.user))
    drawn = square(collect.encoded(told), "l")
    return show(request, who, "console/form_try.html", "admin", draft=row, title=title, square=drawn)


@require_POST
@inside(administrators)
def publish(request: HttpRequest, who: Who, form_id: str) -> HttpResponse:
    row = drafts.draft_of(form_id)
    try:
        version = drafts.publish_draft(row, who.user)
    except FormError as found:  # the version before has changed since
        return show(request, who, "console/form_upload.html", "admin", 422, problems=list(found.problems))
    except GramReachError as error:
        return show(request, who, "console/form_upload.html", "admin", error.status, error=error)
    told = gettext("Published: %(form)s, version %(version)s. Phones get it when they ask next.")
    messages.success(request, told % {"form": form_id, "version": version.version})
    return redirect("form-history", form_id)


@require_POST
@inside(administrators)
def discard(request: HttpRequest, who: Who, form_id: str) -> HttpResponse:
    drafts.discard(drafts.draft_of(form_id))
    messages.success(request, gettext("The draft of %(form)s is gone. What is published stays.") % {"form": form_id})
    return redirect("forms")


@require_safe
@inside()
def history(request: HttpRequest, who: Who, form_id: str) -> HttpResponse:
    form = _form(form_id)
    versions = list(FormVersion.objects.filter(form=form).defer("source", "xform").order_by("-pk"))
    schemas = [Schema.from_json(version.schema) for version in versions]
    pairs = zip(versions, schemas, [*schemas[1:], None], strict=True)
    told = [
        (v, _told(differences(before, schema)) if before is not None else None, _seen(v, schema, request.path))
        for v, schema, before in pairs
    ]
    return show(
        request, who, "console/form_history.html", "admin",
        form=form, title=queries.in_language(versions[0].schema["title"]) if versions else form_id,
        versions=told, states=STATES, may_change=administrators(who),
    )  # fmt: skip


def _seen(version: FormVersion, schema: Schema, back: str) -> str:
    base = f"/api/v1/forms/{schema.form_id}/versions/{version.version}"
    media = [f"{base}/media/{name}" for name in schema.files]
    return _preview(queries.in_language(version.schema["title"]), f"{base}.xml", media, back)


def _form(form_id: str) -> Form:
    found = Form.objects.filter(form_id=form_id).first()
    if found is None:
        raise NotFound("There is no such form.", where="form_id")
    return found


@require_POST
@inside(administrators)
def state(request: HttpRequest, who: Who, form_id: str) -> HttpResponse:
    chosen = request.POST.get("state", "")
    if chosen in STATES:  # the page offers no other
        set_state(_form(form_id), chosen, who.user)
        messages.success(request, STATES[chosen])
    return redirect("form-history", form_id)


@require_safe
@inside(administrators)
def source(request: HttpRequest, who: Who, form_id: str, version: str) -> HttpResponse:
    """The spreadsheet that a version was made of, as it was handed in."""
    row = FormVersion.objects.filter(form__form_id=form_id, version=version).first()
    if row is None:
        raise NotFound("There is no such version.", where="version")
    name = f"{form_id}-{version}{Path(row.filename).suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(row.source), content_type="application/octet-stream", headers=headers)
