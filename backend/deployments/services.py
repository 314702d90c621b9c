"""Writes of everything derived from a submission. `apply` is the one place; its effects are listed in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from backend.deployments import derive
from backend.deployments.look import Known, KnownDeployment, deployment_by_id
from backend.deployments.models import Change, Deployment, DeploymentMonth, DeploymentState, Visit
from backend.deployments.observed import Filled
from backend.registry.models import Village
from backend.statements import Insert
from backend.writing import hold
from maps.condition import MonthOfWork

PUT_VISIT = Insert(Visit)
PUT_CHANGE = Insert(Change)


@dataclass(frozen=True, slots=True)
class Span:
    """A version of a submission and the time in which it counted; `waiting`: it may only worsen a condition."""

    filled: Filled
    known: Known
    since: dt.datetime
    until: dt.datetime | None = None
    waiting: bool = False


def apply(submission: str, spans: Sequence[Span], *, new: bool) -> None:
    """Bring everything derived in line with a submission's `spans`: its visits, the deployment it registers, the state
    and months of the deployments it touches, and the change feed. Call it in the transaction that stores the facts.
    """
    touched: set[int] = set()
    _hold_others(submission, spans, new=new)
    earliest = min((s.filled.visit_date for s in spans), default=None)
    if not new:
        old = Visit.objects.filter(submission=submission)
        touched.update(old.exclude(deployment=None).values_list("deployment_id", flat=True))
        old.delete()
    kinds = [s for s in spans if s.filled.kind is not None]
    known_deployments: dict[int, KnownDeployment] = {}
    registered = _registration(kinds, new=new)
    PUT_VISIT.many([derive.visit(s, registered.pk if registered else None) for s in kinds])
    for span in kinds:
        if span.known.deployment is not None:
            touched.add(span.known.deployment.survivor)
            if span.known.deployment.survivor == span.known.deployment.id:
                known_deployments[span.known.deployment.id] = span.known.deployment
    if registered is not None:
        touched.add(registered.pk)
        attach_waiting(registered)
    since = earliest if new and registered is None else None
    facts = [known_deployments.get(pk) or deployment_by_id(pk) for pk in sorted(touched)]
    for deployment in facts:
        recompute(deployment, since=since)
    PUT_CHANGE.many(
        [{"kind": "submission", "key": submission}, *({"kind": "deployment", "key": str(d.uuid)} for d in facts)]
    )


def _hold_others(submission: str, spans: Sequence[Span], *, new: bool) -> None:
    """What `apply` touches beyond the deployments that a new report names, which its receiver holds already."""
    others = {k.survivor for s in spans if (k := s.known.deployment) is not None and k.survivor != k.id}
    if others or not new:
        reported = () if new else Visit.objects.filter(submission=submission).values("deployment")
        named = () if new else [s.filled.deployment for s in spans if s.filled.deployment is not None]
        rows = Deployment.objects.filter(Q(pk__in=others) | Q(pk__in=reported))
        hold([*rows.values_list("uuid", flat=True), *named])


def _registration(spans: Sequence[Span], *, new: bool) -> Deployment | None:
    """The deployment that the latest counting (else latest) version of a registration describes."""
    registrations = [s for s in spans if s.filled.kind == Visit.Kind.REGISTRATION and s.filled.entity is not None]
    if not registrations:
        return None
    now = [s for s in registrations if s.until is None]
    latest = (now or registrations)[-1]
    entity = latest.filled.entity
    assert entity is not None  # noqa: S101  # for the type checker: filtered above
    fields = derive.deployment(latest) | {"counted": any(not s.waiting for s in now)}
    existing = Deployment.objects.filter(uuid=entity).first()
    if existing is None:
        deployment = Deployment.objects.create(uuid=entity, **fields)
    elif existing.instance_id != latest.filled.submission:
        return None  # another registration has this entity already: flagged, not overwritten
    else:
        for name, value in fields.items():
            setattr(existing, name, value)
        existing.save()
        deployment = existing
    codes = derive.villages_served(latest)
    if codes or not new:
        deployment.villages_served.set(Village.objects.filter(code__in=codes))
    return deployment


def attach_waiting(deployment: Deployment) -> None:
    """Reports that arrived before the registration of their deployment."""
    waiting = Visit.objects.filter(deployment=None, deployment_uuid=deployment.uuid, kind=Visit.Kind.REPORT)
    waiting.update(deployment=deployment)


def recompute(deployment: KnownDeployment, since: dt.date | None = None) -> None:
    """State and months of one deployment from its visits. `since`: nothing earlier than this day changed."""
    history = derive.history(deployment, derive.reports_of_one(deployment.id))
    derive.write_states([history])
    months = months_since(history, since)
    if since is None:
        DeploymentMonth.objects.filter(deployment=deployment.id).exclude(month__in=[m.month for m in months]).delete()
    derive.write_months([(history, months)])


def months_since(history: derive.History, since: dt.date | None) -> list[MonthOfWork]:
    """The months that what happened on this day or later may have changed; None: all."""
    first = derive.month_of(since) if since is not None else 0
    return [m for m in history.months if m.month >= first]


def merge(merged: UUID, survivor: UUID, at: dt.datetime | None = None) -> None:
    """Let one deployment be another: its reports, past and late, land on the survivor. `at`: when that was decided, if
    not now.
    """
    hold([merged, survivor])
    gone, kept = (Deployment.objects.get(uuid=u) for u in (merged, survivor))
    Deployment.objects.filter(merged_into=gone).update(merged_into=kept)
    Deployment.objects.filter(pk=gone.pk).update(
        merged_into=kept, merged_with=kept.uuid, merged_at=at or timezone.now()
    )
    Visit.objects.filter(deployment=gone, kind=Visit.Kind.REPORT).update(deployment=kept)
    for pk in (gone.pk, kept.pk):
        recompute(deployment_by_id(pk))
    Change.objects.bulk_create([Change(kind="deployment", key=str(u)) for u in (merged, survivor)])


def unmerge(merged: UUID) -> None:
    """Let a merged deployment be its own again, with what had been merged with it before."""
    gone = Deployment.objects.select_related("merged_into").get(uuid=merged)
    kept = gone.merged_into
    if kept is None:
        return
    hold([merged, kept.uuid])
    behind = _merged_with(gone, Deployment.objects.filter(merged_into=kept).exclude(pk=gone.pk))
    Deployment.objects.filter(pk=gone.pk).update(merged_into=None, merged_with=None, merged_at=None)
    Deployment.objects.filter(uuid__in=behind - {merged}).update(merged_into=gone)
    Visit.objects.filter(deployment=kept, deployment_uuid__in=behind, kind=Visit.Kind.REPORT).update(deployment=gone)
    for pk in (gone.pk, kept.pk):
        recompute(deployment_by_id(pk))
    Change.objects.bulk_create([Change(kind="deployment", key=str(u)) for u in (merged, kept.uuid)])


def _merged_with(gone: Deployment, others: Iterable[Deployment]) -> set[UUID]:
    """It and those whose chain of merges leads to it."""
    group, rest = {gone.uuid}, list(others)
    while more := {d.uuid for d in rest if d.merged_with in group} - group:
        group |= more
    return group


def forget_everything() -> None:
    """Empty the derived tables, before they are built anew from the facts. Deployments go with them."""
    Deployment.villages_served.through.objects.all().delete()
    for model in (DeploymentMonth, DeploymentState, Visit):
        model.objects.all()._raw_delete(using="default")
    Deployment.objects.update(merged_into=None)
    Deployment.objects.all()._raw_delete(using="default")
