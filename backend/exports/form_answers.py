"""What was answered to any form: submissions as a table, and each repeat as a table beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import IntegerField, Q
from django.db.models.functions import Cast, Coalesce

from backend.accounts.models import Officer
from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.observed import INDIA, KINDS
from backend.deployments.privacy import HOME, at_least_five, guarded, summed_upward
from backend.errors import BadFilter, NotFound
from backend.exports import queries
from backend.exports.fields import Kind
from backend.exports.form_tables import AT_LEAST_FIVE, CATEGORIES, Table, tables_of, value_at
from backend.exports.queries import LATER, Prepared, among
from backend.exports.rows import Chunks, Place, Row, at
from backend.exports.submitted import WAITING, Submitted, chunks, showing
from backend.registry.models import Centre
from backend.statements import plain
from backend.submissions.models import Form, FormVersion, SubmissionVersion
from backend.submissions.queries import in_scope
from field_forms.schema import Path, Schema

_UNKNOWN = "Forms without visits know of no such thing. Filter by centre, review, from, to, bbox or known_at."
_SITE = (
    "deployment_id", Coalesce("deployment__uuid", "deployment_uuid"), "deployment__site_kind",
    Coalesce("deployment__centre_id", "centre_id"), "village__lon", "village__lat",
)  # fmt: skip


class Home(NamedTuple):
    """A site whose place is kept from who asks; `village` is shown instead."""

    village: Place


Hidden = Mapping[str, Home]  # by instance id of the submission
Answered = tuple[str, dict[str, Any], int, int | None]  # form version, answers, made up or not, the sender's centre


def form_tables(form_id: str) -> list[Table]:
    """Of all versions of a form. Raises NotFound."""
    versions = FormVersion.objects.filter(form__form_id=form_id).order_by("id")
    schemas = [Schema.from_json(schema) for schema in versions.values_list("schema", flat=True)]
    if not schemas:
        some = Form.objects.values_list("form_id", flat=True)
        raise NotFound(
            f"There is no form {form_id!r}. There are: {', '.join(some)}.", where="form", code="unknown_form"
        )
    return tables_of(schemas, form_id)


def submissions(
    who: Who, filters: Filters, form_id: str, main: Table, table: Table, *, narrowed: Q | None = None
) -> Chunks:
    """One row each submission, or, where `table` is not the `main` one, each entry of a repeat."""
    answered, private = answers_of(), guarded(who)
    centres: dict[int | None, str] = dict(Centre.objects.order_by().values_list("id", "slug"))
    kinds = site_kinds(main)
    for found, hidden in found_of(who, filters, form_id, narrowed):
        answers = answered([one.current_instance_id for one in found])
        rows: list[Row] = []
        for one in found:
            version, told, illustrative, centre = answers[one.current_instance_id]
            home = hidden.get(one.instance_id)
            if home is None and says_home(told, kinds) and private(HOME, centre):
                home = Home(None)
            if table.repeat:
                rows += entries(table, told, one.instance_id, hidden=home is not None)
                continue
            place = home.village if home else table.shape(told)
            if _inside(filters, place):
                values = _discreet(table, table.values(told, hidden=True)) if home else table.values(told, hidden=False)
                head = (
                    one.instance_id, one.current_instance_id, version, one.review_state, one.received_at,
                    centres.get(centre), illustrative == 1,
                )  # fmt: skip
                rows.append((one.instance_id, place, (*head, *values)))
        yield rows


def site_kinds(main: Table) -> list[Path]:
    return [column.path for column in main.columns if column.path[-1] == "site_kind"]


def says_home(answers: Mapping[str, Any], paths: Sequence[Path]) -> bool:
    """What the form itself says: it may be newer than what is known of the deployment."""
    return any(value_at(answers, path) == HOME for path in paths)


def found_of(who: Who, filters: Filters, form_id: str, narrowed: Q | None) -> Iterator[tuple[list[Submitted], Hidden]]:
    """In scope and as the filters say, with the homes among them."""
    if form_id not in KINDS:
        wanted = (narrowed or Q()) & _without_visits(who, filters)
        yield from ((chunk, {}) for chunk in chunks(form_id, filters, wanted))
        return
    if filters.status:
        raise BadFilter("Submissions have no condition. Leave status out, or export reports.", where="status")
    visits, private = showing(queries.of_visits(filters, who), _SITE, filters), guarded(who)
    for chunk in chunks(form_id, filters, narrowed):
        shown = visits(chunk)
        hidden = {key: Home(at(*row[-2:])) for key, row in shown.items() if _private(private, row[WAITING + 1 :])}
        yield [one for one in chunk if one.instance_id in shown], hidden


def _private(private: Callable[[str | None, int | None], bool], site: Sequence[Any]) -> bool:
    deployment, uuid, kind, centre, *_ = site
    unregistered = deployment is None and uuid is not None  # nobody knows yet whether it stands at a home
    return private(HOME if unregistered else kind, centre)


def _without_visits(who: Who, filters: Filters) -> Q:
    """Of submissions whose form feeds no figures: the officer's centre, and the day of receipt in India."""
    for name in ("cluster", "technology", "theme", "state", "district", "village", "status"):
        if getattr(filters, name):
            raise BadFilter(_UNKNOWN, where=name)
    wanted = Q() if who.everywhere else in_scope(who)
    if filters.centre:
        officers = Officer.objects.filter(centre__slug__in=filters.centre).values_list("id", flat=True)
        wanted &= Q(device__officer__in=list(officers))
    if filters.since:
        wanted &= Q(received_at__gte=_midnight(filters.since))
    if until := min((day for day in (filters.until, filters.as_of) if day), default=None):
        wanted &= Q(received_at__lt=_midnight(until + dt.timedelta(days=1)))
    return wanted


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=INDIA)


def _inside(filters: Filters, place: Place) -> bool:
    if filters.bbox is None:
        return True
    return queries.within(filters, *place) if isinstance(place, tuple) else False


def answers_of() -> Callable[[Sequence[str]], dict[str, Answered]]:
    """By version. Personal answers are not among them: they lie elsewhere."""
    columns = (
        "instance_id", "form_version__version", "answers", Cast("illustrative", IntegerField()), "device__officer__centre_id",
    )  # fmt: skip
    read = Prepared(SubmissionVersion.objects.filter(instance_id__in=among(LATER)).order_by().values_list(*columns))

    def found(ids: Sequence[str]) -> dict[str, Answered]:
        return {key: (version, plain(answers), made_up, centre) for key, version, answers, made_up, centre in read(ids)}

    return found


def repeats_of(kind: Kind, rows: Chunks, who: Who, table: Table) -> Chunks:
    """Entries of a repeat, of the versions that the rows of reports, needs or trainings show."""
    answered, private = answers_of(), guarded(who)
    centres: dict[Any, int] = dict(Centre.objects.order_by().values_list("slug", "id"))
    column = {name: i for i, name in enumerate(kind.names)}
    for chunk in rows:
        answers = answered([values[column["version_instance_id"]] for _, _, values in chunk])
        found: list[Row] = []
        for instance_id, _, values in chunk:
            site, purpose, uuid, centre = (
                values[column[name]] if name in column else None
                for name in ("site_kind", "purpose", "deployment", "centre")
            )
            unregistered = uuid is not None and purpose is None
            hidden = private(HOME if unregistered else site, centres.get(centre))
            told = answers[values[column["version_instance_id"]]][1]
            found += entries(table, told, instance_id, hidden=hidden)
        yield found


def entries(table: Table, answers: Mapping[str, Any], instance_id: str, *, hidden: bool) -> Iterator[Row]:
    for key, parent, number, entry in _entries(answers, table.repeat, instance_id):
        place = None if hidden else table.shape(entry)
        yield key, place, (key, parent, instance_id, number, *table.values(entry, hidden=hidden))


def _entries(node: Mapping[str, Any], path: Sequence[str], key: str) -> Iterator[tuple[str, str, int, dict[str, Any]]]:
    """(key, key of what it belongs to, number, answers) of each entry at `path`, through outer repeats too."""
    value: Any = node
    for depth, name in enumerate(path, 1):
        value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, list):
            for number, entry in enumerate(value, 1):
                own = f"{key}/{'/'.join(path[:depth])}[{number}]"
                if depth == len(path):
                    yield own, key, number, entry
                else:
                    yield from _entries(entry, path[depth:], own)
            return


def _discreet(table: Table, values: list[Any]) -> list[Any]:
    """Small counts by category at a home, summed upward."""
    at_name = {column.path[-1]: i for i, column in enumerate(table.columns)}
    places = [at_name[name] for name in CATEGORIES if name in at_name]
    for i, value in zip(places, summed_upward([values[i] for i in places]), strict=True):
        values[i] = value
    if AT_LEAST_FIVE in at_name:
        values[at_name[AT_LEAST_FIVE]] = at_least_five(values[at_name[AT_LEAST_FIVE]])
    return values
