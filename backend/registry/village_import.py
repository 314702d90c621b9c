"""Village lists into the database: in batches, again without duplicates, what is known never wiped by what is absent."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, TextIO

from django.utils import timezone

from backend.audit.models import Action
from backend.audit.services import record
from backend.errors import Invalid
from backend.registry import village_files, village_rows
from backend.registry.areas import Areas
from backend.registry.models import Village, VillageChange
from backend.registry.village_files import Progress, VillageRow
from backend.registry.village_rows import Unfit, Values
from backend.writing import writing
from maps import boundaries, geo
from maps.names import plain

BATCH = 5000
_FIELDS = (
    *("name", "name_local", "state", "district", "subdistrict", "subdistrict_code", "gram_panchayat", "census_code"),
    *("population", "households", "lat", "lon", "h3_r7", "place_source", "list_name", "illustrative"),
)
_COLUMNS = [f"{name}_id" if name in {"state", "district"} else name for name in _FIELDS]

Report = Callable[[VillageRow, str, bool], None]  # row, reason, whether it was loaded all the same


@dataclass
class Imported:
    """What became of a list. Villages without a district or a place are loaded all the same."""

    rows: int = 0
    new: int = 0
    known: int = 0
    renamed: int = 0
    rejected: int = 0
    places_refused: int = 0
    without_place: int = 0
    without_district: int = 0
    unknown_districts: Counter[str] = field(default_factory=Counter)


class _Run(NamedTuple):
    areas: Areas
    prefix: str
    list_name: str
    report: Report
    figures: Imported
    seen: village_rows.Seen


class _Read(NamedTuple):
    row: VillageRow
    code: str  # "" in a Census list, which knows no other code than its own
    values: Values


def load_villages(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    list_name: str = "",
    prefix: Literal["lgd", "demo"] = "lgd",
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Imported:
    """Load a village list; `columns` says which heading (of theirs) one of our columns has.

    Streams: memory does not grow with the list. What cannot be loaded goes to `rejects` (CSV) with its place and the
    reason. A village whose state is known and whose district is not is loaded without one, and counted. Raises Invalid
    when the file or its header cannot be read, or no states are loaded yet; batches written by then stay.
    """
    if rejects is not None and rejects.resolve() == path.resolve():
        raise Invalid(f"The rejects would overwrite {path}: name another file with --rejects.", where="--rejects")
    areas = Areas.load()
    if not areas.states_by_name:
        raise Invalid("No states are loaded yet: run `gramreach load_registry` first.", where="registry")
    name = list_name or f"{path.stem}, loaded {timezone.localdate().isoformat()}"
    progress = Progress()
    with _rejects(rejects) as report:
        run = _Run(areas, prefix, name[:120], report, Imported(), village_rows.Seen())
        rows = village_files.read(path, columns or {}, progress)
        while batch := list(itertools.islice(rows, BATCH)):
            _load(batch, run)
            on_progress(progress)
    record(None, Action.REGISTRY_LOADED, f"villages:{name[:120]}", rows=run.figures.rows, new=run.figures.new)
    return run.figures


@contextmanager
def _rejects(path: Path | None) -> Iterator[Report]:
    """Writes rejects as CSV; the file is made with the first one, and an older run's is removed."""
    with ExitStack() as stack:
        if path is not None:
            path.unlink(missing_ok=True)
        writers: list[Any] = []

        def report(row: VillageRow, reason: str, loaded: bool) -> None:
            if path is None:
                return
            if not writers:
                writers.append(csv.writer(stack.enter_context(_opened(path))))
                writers[0].writerow(["where", "reason", "loaded", *village_files.HEADINGS])
            cells = [row.cells.get(column, "") for column in village_files.HEADINGS]
            writers[0].writerow([row.where, reason, "yes" if loaded else "no", *cells])

        yield report


def _opened(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        text = f"The rejects cannot be written to {path} ({error.strerror}): name another file with --rejects."
        raise Invalid(text, where="--rejects") from error


def _load(batch: list[VillageRow], run: _Run) -> None:
    run.figures.rows += len(batch)
    read = [found for row in batch if (found := _read(row, run)) is not None]
    _find_places(read, run)
    with writing():
        _write(read, run)


def _refuse(row: VillageRow, reason: str, run: _Run) -> None:
    run.figures.rejected += 1
    run.report(row, reason, False)


def _read(row: VillageRow, run: _Run) -> _Read | None:
    try:
        code, census = village_rows.code(row.cells, run.prefix), village_rows.census_code(row.cells)
        if not code and (not census or "code" in row.cells):
            raise Unfit("no village code")
        values = village_rows.values(row.cells, run.areas)
    except Unfit as unfit:
        _refuse(row, str(unfit), run)
        return None
    if not run.seen.add(code.partition(":")[2] or census):
        _refuse(row, "the same village code stands in an earlier row, which counts", run)
        return None
    return _Read(row, code, values)


def _find_places(read: list[_Read], run: _Run) -> None:
    """Places into the values, with their cell; one outside India (or its coast) is refused, the village is not."""
    places = [_place(found, run) for found in read]
    lats = [place[0] if place else float("nan") for place in places]
    lons = [place[1] if place else float("nan") for place in places]
    inside = boundaries.district_of(lats, lons) >= 0
    cells = geo.cells(lats, lons)
    for found, place, valid, cell in zip(read, places, inside.tolist(), cells.tolist(), strict=True):
        if place and not valid:
            _refuse_place(found, f"loaded without its place: {place[0]}, {place[1]} is not in India", run)
        known = place is not None and valid
        lat, lon = place if place and valid else (None, None)
        source = Village.PlaceSource.FILE if known else Village.PlaceSource.NONE
        found.values.update(lat=lat, lon=lon, h3_r7=cell if known else None, place_source=source)


def _place(found: _Read, run: _Run) -> tuple[float, float] | None:
    try:
        return village_rows.place(found.row.cells)
    except Unfit as unfit:
        _refuse_place(found, f"loaded without its place: {unfit}", run)
        return None


def _refuse_place(found: _Read, reason: str, run: _Run) -> None:
    run.figures.places_refused += 1
    run.report(found.row, reason, True)


def _write(read: list[_Read], run: _Run) -> None:
    known = _known(read)
    rows: list[Village] = []
    renamed: list[VillageChange] = []
    for found in read:
        old = known.get(found.code or found.values["census_code"])
        if old is None and not found.code:
            _refuse(found.row, "no village with this Census code: load the official (LGD) list first", run)
            continue
        row = _village(found, old, run)
        if old and plain(old["name"]) != plain(row.name):
            renamed.append(_rename(old))
        rows.append(row)
        _count(row, old is None, found, run.figures)
    Village.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=_FIELDS)
    VillageChange.objects.bulk_create(renamed)
    run.figures.renamed += len(renamed)


def _known(read: list[_Read]) -> dict[str, Values]:
    """Villages already there, by code; those of a Census list by Census code, unless two share it."""
    rows = Village.objects.values("id", "code", *_COLUMNS)
    known: dict[str, Values] = {row["code"]: row for row in rows.filter(code__in=[f.code for f in read if f.code])}
    census = [found.values["census_code"] for found in read if not found.code]
    by_census = list(rows.filter(census_code__in=census, until__isnull=True)) if census else []
    twice = Counter(row["census_code"] for row in by_census)
    return known | {row["census_code"]: row for row in by_census if twice[row["census_code"]] == 1}


def _village(found: _Read, old: Values | None, run: _Run) -> Village:
    new = {**found.values, "list_name": run.list_name, "illustrative": run.prefix == "demo"}
    if old is None:
        return Village(code=found.code, **new)
    values = village_rows.merged(new, old)
    if not found.code:  # a Census list adds figures to villages of the official list, which stays their list
        values |= {column: old[column] for column in ("name", "list_name", "illustrative")}
    return Village(code=old["code"], **values)


def _rename(old: Values) -> VillageChange:
    today = timezone.localdate()
    return VillageChange(old_id=old["id"], kind=VillageChange.Kind.RENAMED, old_name=old["name"], date=today)


def _count(row: Village, new: bool, found: _Read, figures: Imported) -> None:
    figures.new += new
    figures.known += not new
    figures.without_place += row.lat is None
    if row.district_id is None:
        figures.without_district += 1
        figures.unknown_districts[found.row.cells.get("district", "") or "(none given)"] += 1
