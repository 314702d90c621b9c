"""Writes to the registry. Villages have a module of their own: `village_import`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Invalid
from backend.registry import tables
from backend.registry.models import District, State
from backend.writing import writing
from maps import boundaries

BOUNDARY_SOURCE = "Boundary files of the package adarvmaps (ICMR-NIE, MIT); see data/SOURCES.md"


class Loaded(NamedTuple):
    table: str
    rows: int
    new: int


def load_registry(folder: Path) -> list[Loaded]:
    """States and districts from the boundary files, then every CSV file of `folder`; again without duplicates.

    Rows are told apart by their slugs (sites by centre and name, and so on); rows that a file no longer has stay. All
    in one transaction. Raises Invalid, naming file, line and column, and then nothing is changed.
    """
    present = [table for table in tables.TABLES if (folder / table.file).is_file()]
    if not present:
        names = ", ".join(table.file for table in tables.TABLES)
        raise Invalid(f"{folder} holds none of the registry's files ({names}).", where=str(folder))
    with writing():
        loaded = [_load_states(), _load_districts()]
        for table in present:
            news = [tables.save(table, row) for row in tables.read(folder, table)]
            loaded.append(Loaded(table.file, len(news), sum(news)))
        record(None, Action.REGISTRY_LOADED, "registry", new={each.table: each.new for each in loaded if each.new})
    return loaded


def _load_states() -> Loaded:
    before = State.objects.count()
    frame = boundaries.states()
    rows = [
        State(slug=row.slug, name=row.name, census_code=row.census_code, lgd_code=row.lgd_code, source=BOUNDARY_SOURCE)
        for row in frame[["slug", "name", "census_code", "lgd_code"]].itertuples(index=False)
    ]
    State.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["slug"], update_fields=["name", "census_code", "lgd_code"]
    )
    return Loaded("states", len(rows), State.objects.count() - before)


def _load_districts() -> Loaded:
    """LGD codes are left alone: the files have none, but an official village list may have taught us some since."""
    before = District.objects.count()
    states = dict(State.objects.values_list("slug", "id"))
    rows = [
        District(
            slug=row.slug,
            name=row.name,
            state_id=states[row.state],
            census_code=row.census_code,
            source=BOUNDARY_SOURCE,
        )
        for row in boundaries.districts()[["slug", "name", "state", "census_code"]].itertuples(index=False)
    ]
    District.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["slug"], update_fields=["name", "state", "census_code"]
    )
    return Loaded("districts", len(rows), District.objects.count() - before)
