"""Which state and district a village list means: by LGD code, then Census code, then name."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from backend.registry.models import District, State
from maps.names import plain


def _number(code: str) -> str:
    """`021` and `21` are one code; `000` and texts are none."""
    return code.strip().lstrip("0") if code.strip().isdigit() else ""


def _aliases(file: str, key: str, column: str) -> list[tuple[str, str]]:
    """(slug, other spelling) pairs from the registry's folder; none when an installation keeps no such file."""
    path = Path(settings.BASE_DIR) / "data" / file
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as rows:
        return [(row[key], alias) for row in csv.DictReader(rows) for alias in row[column].split(";") if alias]


@dataclass
class Areas:
    """The states and districts of the database, looked up without it. Ids, as rows are written by the thousand."""

    states_by_lgd: dict[str, int] = field(default_factory=dict)
    states_by_census: dict[str, int] = field(default_factory=dict)
    states_by_name: dict[str, int] = field(default_factory=dict)
    by_lgd: dict[str, tuple[int, int]] = field(default_factory=dict)  # code -> (state, district)
    by_census: dict[str, tuple[int, int]] = field(default_factory=dict)
    by_name: dict[tuple[int, str], int] = field(default_factory=dict)
    without_lgd: set[int] = field(default_factory=set)

    @classmethod
    def load(cls) -> Areas:
        areas = cls()
        areas._load_states()
        areas._load_districts()
        return areas

    def _load_states(self) -> None:
        slugs: dict[str, int] = {}
        for state in State.objects.all():
            slugs[state.slug] = state.id
            self.states_by_name[plain(state.name)] = state.id
            self.states_by_lgd[_number(state.lgd_code)] = state.id
            self.states_by_census[_number(state.census_code)] = state.id
        for slug, alias in _aliases("states.csv", "slug", "aliases"):
            if slug in slugs:
                self.states_by_name.setdefault(plain(alias), slugs[slug])
        self.states_by_lgd.pop("", None)
        self.states_by_census.pop("", None)

    def _load_districts(self) -> None:
        slugs: dict[str, tuple[int, int]] = {}
        for row in District.objects.order_by("slug").only("id", "slug", "name", "state_id", "lgd_code", "census_code"):
            slugs[row.slug] = (row.state_id, row.id)
            self.by_name[row.state_id, plain(row.name)] = row.id
            self.by_lgd[_number(row.lgd_code)] = (row.state_id, row.id)
            self.by_census[_number(row.census_code)] = (row.state_id, row.id)
            if not row.lgd_code:
                self.without_lgd.add(row.id)
        for slug, alias in _aliases("district_aliases.csv", "district", "alias"):
            if slug in slugs:
                self.by_name.setdefault((slugs[slug][0], plain(alias)), slugs[slug][1])
        self.by_lgd.pop("", None)
        self.by_census.pop("", None)

    def state(self, cells: Mapping[str, str]) -> int | None:
        """The state's id; the name goes before the code only where the code is none of ours."""
        return (
            self.states_by_lgd.get(_number(cells.get("state_code", "")))
            or self.states_by_census.get(_number(cells.get("state_census_code", "")))
            or self.states_by_name.get(plain(cells.get("state", "")))
        )

    def district(self, state: int, cells: Mapping[str, str]) -> int | None:
        """The district's id within the state. A code that belongs to another state is not believed."""
        for codes, column in ((self.by_lgd, "district_code"), (self.by_census, "district_census_code")):
            found = codes.get(_number(cells.get(column, "")))
            if found and found[0] == state:
                return found[1]
        return self.by_name.get((state, plain(cells.get("district", ""))))
