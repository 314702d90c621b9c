"""Publishing a form: compiled, checked, compared with the version before, and from then on never changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from backend.accounts.models import User
from backend.audit.models import Action
from backend.audit.services import record
from backend.deployments.models import Change
from backend.errors import Conflict, Invalid
from backend.submissions import lists
from backend.submissions.models import Form, FormVersion
from backend.submissions.queries import form_version
from backend.writing import writing
from field_forms.compile import CompiledForm, compile_form
from field_forms.derived import compare
from field_forms.problems import FormError

FORMS = Path(__file__).resolve().parents[2] / "field_forms" / "forms"


def publish(source: bytes, filename: str, *, validate: bool = True, by: User | None = None) -> FormVersion:
    """Publish an XLSForm. The same source again gives the version that is there. `by` None: a command on the server.

    Raises FormError (sheet, row, remedy), also for a derived field that vanished; Conflict for other content under a
    version that is published.
    """
    compiled, published = checked(source, filename, validate=validate)
    return published if published is not None else _store(compiled, filename, by)


def checked(source: bytes, filename: str, *, validate: bool = True) -> tuple[CompiledForm, FormVersion | None]:
    """The form as it would be published, and the version that is published with the same content, if there is one.

    Raises what `publish` raises; writes nothing.
    """
    compiled = compile_form(source, filename, validate=validate, lists=lists.NAMES)
    published = _published(compiled)
    if published is not None:
        return compiled, published
    previous = form_version(compiled.form_id, None)
    problems = compare(previous.schema, compiled.schema) if previous is not None else ()
    if problems:
        raise FormError(tuple(problems))
    if not compiled.version:
        raise Invalid("Give the form a version in its settings sheet, such as 2026112201.", where="settings: version")
    return compiled, None


def set_state(form: Form, state: str, by: User | None = None) -> None:
    """Open forms are offered; closing and closed ones are not, and whatever still comes of them is received."""
    if state not in Form.State.values:
        raise Invalid(f"Choose one of {', '.join(Form.State.values)}.", where="state")
    with writing():
        Form.objects.filter(pk=form.pk).update(state=state)
        Change.objects.create(kind="form", key=form.form_id)
        record(by, Action.FORM_STATE, f"form:{form.form_id}", state=state)


def _published(compiled: CompiledForm) -> FormVersion | None:
    row = FormVersion.objects.filter(form__form_id=compiled.form_id, version=compiled.version).first()
    if row is not None and row.sha256 != hashlib.sha256(compiled.xform).hexdigest():
        raise Conflict(
            f"{compiled.form_id} {compiled.version} is published and never changes. Give the new form a new version.",
            where="settings: version",
        )
    return row


def _store(compiled: CompiledForm, filename: str, by: User | None) -> FormVersion:
    with writing():
        form, _ = Form.objects.get_or_create(form_id=compiled.form_id)
        version = FormVersion.objects.create(
            form=form,
            version=compiled.version,
            filename=filename,
            source=compiled.source,
            xform=compiled.xform,
            schema=compiled.schema.to_json(),
            md5=hashlib.md5(compiled.xform, usedforsecurity=False).hexdigest(),
            sha256=hashlib.sha256(compiled.xform).hexdigest(),
        )
        Form.objects.filter(pk=form.pk).update(current=version)
        Change.objects.create(kind="form", key=f"{compiled.form_id} {compiled.version}")
        record(by, Action.FORM_PUBLISHED, f"form:{compiled.form_id}", version=compiled.version, sha256=version.sha256)
    return version


def publish_shipped(*, validate: bool = True) -> list[FormVersion]:
    """The forms that come with the project."""
    return [publish(path.read_bytes(), path.name, validate=validate) for path in sorted(FORMS.glob("*.md"))]
