"""The feed for dashboards: which technologies of a cluster are deployed, where, and whom they reach. Small, and stable: names
stay, some may be added; `version` would change with anything else. Its JSON Schema is `SCHEMA`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.models import Deployment
from backend.exports.queries import among_numbers, iso, rule
from backend.registry.models import Cluster, State, Technology

VERSION = 1


def feed(who: Who | None, filters: Filters, least: int = 0) -> dict[str, Any]:
    """`least`: figures of fewer villages are left out, for a feed that everybody may read (`who` None)."""
    from backend.deployments import frames  # pandas: 60 MB that the others need not carry
    from maps import reach

    frame = frames.deployments(filters, who)
    parts = reach.split(frame, "technology")
    states = dict(State.objects.order_by().values_list("id", "slug"))
    agencies = {} if least else _agencies(frame["deployment"].tolist())
    told = {pk: _figures(reach, part, states, filters.day, least) for pk, part in parts.items()}
    return {
        "version": VERSION,
        "as_of": filters.day.isoformat(),
        "generated_at": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "rule": rule(),
        "illustrative": bool(frame["illustrative"].any()),
        "clusters": [_cluster(cluster, told, agencies) for cluster in _clusters(who, filters)],
    }


def _clusters(who: Who | None, filters: Filters) -> Iterable[Cluster]:
    rows = Cluster.objects.order_by("slug").prefetch_related("technologies__themes", "technologies__adoptions")
    if filters.cluster:
        rows = rows.filter(slug__in=filters.cluster)
    if who is not None and not who.everywhere and not who.centres:
        rows = rows.filter(id__in=who.clusters)
    return rows


def _cluster(cluster: Cluster, told: Mapping[int, dict[str, Any]], agencies: Mapping[int, list[str]]) -> dict[str, Any]:
    deployed = sorted((t for t in cluster.technologies.all() if t.pk in told), key=lambda t: t.slug)
    return {
        "cluster": cluster.slug,
        "name": cluster.name,
        "technologies": [_technology(t) | told[t.pk] | {"user_agencies": agencies.get(t.pk, [])} for t in deployed],
    }


def _technology(technology: Technology) -> dict[str, Any]:
    adoptions = sorted(technology.adoptions.all(), key=lambda a: (str(a.date or ""), a.agency))
    return {
        "technology": technology.slug,
        "name": technology.name,
        "themes": sorted(theme.slug for theme in technology.themes.all()),
        "adoption": [
            {"agency": a.agency, "stage": a.stage, "date": iso(a.date), "evidence": a.evidence or None}
            for a in adoptions
        ],
    }


def _figures(reach: Any, part: Any, states: Mapping[int, str], day: dt.date, least: int) -> dict[str, Any]:
    places = reach.villages(part, day)
    found = reach.reach(part, day, places)
    reached = places[places["reached"]]
    by_state = reached["state"].value_counts() if "state" in reached else {}
    enough = found.villages_reached >= least
    units, people, households = found.units_in_use, found.people.to_json(), found.households.to_json()
    return {
        "status": dict(found.by_condition) if enough else None,
        "deployments": found.deployments if enough else None,
        "units": {"installed": units.of, "in_use": units.count} if enough else None,
        "villages": found.villages_reached if enough else None,
        "villages_active": found.villages_active.count if enough else None,
        "beneficiaries": {"people": people, "households": households} if enough else None,
        "states": sorted(
            states[key] for key, count in dict(by_state).items() if key in states and count >= max(least, 1)
        ),
    }


def _agencies(deployments: list[int]) -> dict[int, list[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = Deployment.objects.filter(id__in=among_numbers(deployments)).exclude(user_agency="").order_by()
    for technology, agency in rows.values_list("technology_id", "user_agency").distinct():
        if technology is not None:
            found[technology].add(agency)
    return {technology: sorted(names) for technology, names in found.items()}


def _maybe(kind: str | dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": kind} if isinstance(kind, str) else kind, {"type": "null"}]}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": True}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_TEXT, _NUMBER, _DAY = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "string", "format": "date"}
_RANGE = {"type": "object", "description": "low: of the largest deployment of each village; high: the sum"}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "GramReach: deployed technologies by cluster",
    "description": "null: fewer villages than may be told to everybody",
    **_object(
        version={"const": VERSION},
        as_of=_DAY,
        generated_at={"type": "string", "format": "date-time"},
        rule={"enum": ["all_but_rejected", "approved_only"]},
        illustrative={"type": "boolean", "description": "made up for a demonstration"},
        clusters=_list(
            _object(
                cluster=_TEXT,
                name=_TEXT,
                technologies=_list(
                    _object(
                        technology=_TEXT,
                        name=_TEXT,
                        themes=_list(_TEXT),
                        status=_maybe({"type": "object", "additionalProperties": _NUMBER}),
                        deployments=_maybe(_NUMBER),
                        units=_maybe(_object(installed=_NUMBER, in_use=_NUMBER)),
                        villages=_maybe(_NUMBER),
                        villages_active=_maybe(_NUMBER),
                        beneficiaries=_maybe(_object(people=_RANGE, households=_RANGE)),
                        states=_list(_TEXT),
                        user_agencies=_list(_TEXT),
                        adoption=_list(
                            _object(agency=_TEXT, stage=_TEXT, date=_maybe(_DAY), evidence=_maybe("string"))
                        ),
                    )
                ),
            )
        ),
    ),
}
