"""What several migrations need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations import RunPython


def without_index(app: str, fields: Sequence[tuple[str, str]]) -> RunPython:
    """Drops the index that a foreign key has of its own. `fields`: (model, field) each.

    `AlterField` would write each of SQLite's tables anew, a million reports a time, only to leave an index out.
    """

    def drop(apps: Any, editor: Any) -> None:
        for model, field in _found(apps):
            for name in editor._constraint_names(model, [field.column], index=True, unique=False):
                editor.execute(editor._delete_index_sql(model, name))

    def make_again(apps: Any, editor: Any) -> None:
        for model, field in _found(apps):
            editor.execute(editor._create_index_sql(model, fields=[field]))

    def _found(apps: Any) -> list[tuple[Any, Any]]:
        models = [(apps.get_model(app, model), field) for model, field in fields]
        return [(model, model._meta.get_field(field)) for model, field in models]

    return RunPython(drop, make_again)
