"""What administrators add, change and delete in the administration pages is written down with the new values."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from backend.audit.actors import NOBODY, Actor, HasActor
from backend.audit.models import Action
from backend.audit.services import record

_SECRET = ("password", "password1", "password2", "usable_password")


class Audited:
    """Beside `ModelAdmin`: it calls these for every change, in the transaction of the change."""

    def construct_change_message(self, request: Any, form: Any, formsets: Any, add: bool = False) -> Any:
        request.audited = {
            name: _shown(form.cleaned_data.get(name)) for name in form.changed_data if name not in _SECRET
        }
        if any(name in _SECRET for name in form.changed_data):
            request.audited["password"] = "changed"  # noqa: S105
        for formset in formsets or ():
            for row in formset.forms if hasattr(formset, "forms") else ():
                if row.has_changed():
                    request.audited[f"{formset.prefix} {row.instance}"] = sorted(row.changed_data)
        return super().construct_change_message(request, form, formsets, add)  # type: ignore[misc]

    def log_addition(self, request: Any, obj: Any, message: Any) -> LogEntry:
        _record(request, Action.ADDED, obj)
        return super().log_addition(request, obj, message)  # type: ignore[misc, no-any-return]

    def log_change(self, request: Any, obj: Any, message: Any) -> LogEntry:
        _record(request, Action.CHANGED, obj)
        return super().log_change(request, obj, message)  # type: ignore[misc, no-any-return]

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            _record(request, Action.DELETED, obj)
        return super().log_deletions(request, queryset)  # type: ignore[misc]


def _record(request: Any, action: Action, obj: Model) -> None:
    by: Actor | HasActor = request.user if request.user.is_authenticated else NOBODY
    values = {} if action == Action.DELETED else getattr(request, "audited", {})
    record(by, action, f"{obj._meta.label_lower}:{obj.pk}", name=str(obj), values=values)


def _shown(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, QuerySet | list | tuple | set):
        return [str(each) for each in value]
    return str(value)[:400]
