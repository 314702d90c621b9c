"""Reads of forms and submissions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backend.accounts.who import Who
from backend.deployments.models import Deployment, Visit
from backend.errors import NotFound
from backend.submissions.models import (
    Form,
    FormVersion,
    KeptAside,
    ReportRow,
    ReviewState,
    Submission,
    SubmissionVersion,
)
from field_forms.schema import Schema

WAITING = (ReviewState.RECEIVED, ReviewState.EDITED)  # for somebody to look at them
FLAGGED = Exists(ReportRow.objects.filter(submission=OuterRef("pk"), flags__gt=0))


@dataclass(frozen=True, eq=False)
class PublishedForm:
    """A form version as receiving needs it. Published versions never change, so it is kept for the life of the process."""

    pk: int
    form_pk: int
    form_id: str
    version: str
    schema: Schema

    def __reduce__(self) -> tuple[object, ...]:
        """To another process it goes by its name: published versions never change."""
        return form_version, (self.form_id, self.version)

    @cached_property
    def personal_names(self) -> frozenset[str]:
        return frozenset(q.name for q in self.schema.questions if q.personal)

    @cached_property
    def names_once(self) -> bool:
        """Whether no two questions outside of repeats share a name, the former ones included."""
        outside = [question for question in self.schema.questions if question.repeat is None]
        names = [name for q in outside for name in (q.name, q.renamed_from) if name]
        return len(names) == len(set(names))

    @cached_property
    def binary_paths(self) -> tuple[tuple[str, ...], ...]:
        return tuple(q.path for q in self.schema.questions if q.type == "binary")


_forms: dict[tuple[str, str], PublishedForm] = {}


def forget_forms() -> None:
    _forms.clear()


def form_version(form_id: str, version: str | None) -> PublishedForm | None:
    """A published version; `None` as version: the current one (read anew each time)."""
    if version is not None and (found := _forms.get((form_id, version))) is not None:
        return found
    rows = FormVersion.objects.select_related("form").filter(form__form_id=form_id)
    row = rows.filter(form__current=F("pk")).first() if version is None else rows.filter(version=version).first()
    if row is None:
        return None
    form = _forms.get((form_id, row.version)) or published(row)
    _forms[form_id, row.version] = form
    return form


def published(row: FormVersion) -> PublishedForm:
    return PublishedForm(row.pk, row.form_id, row.form.form_id, row.version, Schema.from_json(row.schema))


def form_by_pk(pk: int) -> PublishedForm:
    for form in _forms.values():
        if form.pk == pk:
            return form
    row = FormVersion.objects.select_related("form").get(pk=pk)
    form = published(row)
    _forms[form.form_id, form.version] = form
    return form


def forms_to_fill(who: Who) -> list[Form]:
    """Open forms, each with its current version; of an officer those that are assigned, all where none is."""
    rows = Form.objects.filter(state=Form.State.OPEN).exclude(current=None).select_related("current")
    allowed = set(who.device.officer.forms) if who.device else set()
    return [form for form in rows if not allowed or form.form_id in allowed]


def visible(who: Who) -> QuerySet[Submission]:
    """The submissions in one's scope; for everybody else they do not exist."""
    rows = Submission.objects.all()
    if who.everywhere:
        return rows
    if who.device is not None:
        return rows.filter(Q(device__officer=who.device.officer_id) | Q(handed_to=who.device.officer_id))
    return rows.filter(in_scope(who))


def in_scope(who: Who) -> Q:
    """Of submissions, for whoever sees neither everything nor only what an own phone sent."""
    mine = Q(deployment__centre__in=who.centres) | Q(centre__in=who.centres)
    if who.clusters:
        mine |= Q(deployment__technology__clusters__in=who.clusters) | Q(technology__clusters__in=who.clusters)
    visits = Visit.objects.filter(mine, submission=OuterRef("instance_id"))
    scope = Q(Exists(visits))
    if who.centres:
        scope |= Q(device__officer__centre__in=who.centres)
    return scope


def by_instance_id(who: Who, instance_id: str) -> Submission:
    """By the id of any of its versions. Raises NotFound, also for what lies outside the scope."""
    rows = visible(who).select_related("form", "device__officer", "handed_to")
    found = rows.filter(instance_id=instance_id).first() or rows.filter(versions__instance_id=instance_id).first()
    if found is None:
        raise NotFound("There is no such report in your scope.", where="instance_id")
    return found


def visible_kept(who: Who) -> QuerySet[KeptAside]:
    """Kept items have no place yet: they belong to the centre of the officer who sent them."""
    rows = KeptAside.objects.select_related("device__officer")
    return rows if who.everywhere else rows.filter(device__officer__centre__in=who.centres)


def registered_by(instance_id: str | None) -> str | None:
    """The deployment that the submission of this version registered: an edit in JSON must go on naming the same one."""
    if not instance_id:
        return None
    version = SubmissionVersion.objects.filter(instance_id=instance_id).values_list(
        "submission__instance_id", flat=True
    )
    found = Deployment.objects.filter(instance_id__in=version).values_list("uuid", flat=True).first()
    return str(found) if found else None
