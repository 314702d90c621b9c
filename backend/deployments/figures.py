"""The figures of reach by any of its dimensions, as the API gives them: `maps.reach` on frames, with names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings

from backend.accounts.who import Who
from backend.deployments import frames, past
from backend.deployments.filters import Filters
from backend.deployments.models import Visit
from backend.deployments.past import FLOWS
from backend.errors import BadFilter
from backend.registry.models import Centre, Cluster, District, State, Technology, Theme
from maps import reach, timeline, wording
from maps.condition import STOCKS, month_of

DIMENSIONS = ("cluster", "centre", "technology", "theme", "state", "district", "month")
_MODELS: dict[str, type[Cluster | Centre | Technology | Theme | State | District]] = {
    "cluster": Cluster,
    "centre": Centre,
    "technology": Technology,
    "theme": Theme,
    "state": State,
    "district": District,
}


def figures(filters: Filters, by: Sequence[str], who: Who | None = None) -> dict[str, Any]:
    """`{"total": {...}, "rows": [{dimension: slug, ...figures}]}`. Rows by cluster and theme overlap; the total does not.

    Raises BadFilter for a dimension that there is not.
    """
    for name in by:
        if name not in DIMENSIONS:
            raise BadFilter(f"by is one or several of {', '.join(DIMENSIONS)}; not {name!r}.", where="by")
    deployments = frames.deployments(filters, who)
    flows = flow_rows(filters, who, deployments)
    covered = _covered(filters, who)
    names = {name: dict(_MODELS[name]._default_manager.values_list("id", "slug")) for name in by if name != "month"}
    bits = {"cluster": frames.cluster_keys(), "theme": frames.theme_keys()}
    there = _without_deployments(filters, by[0], who) if len(by) == 1 else ()
    rows = []
    for at, frame, flow in (
        _by_month(filters, who, deployments, flows) if "month" in by else [(filters.day, deployments, flows)]
    ):
        label = {"month": f"{at.year}-{at.month:02d}"} if "month" in by else {}
        for keys, part, part_flows in _split(frame, flow, [n for n in by if n != "month"], bits, there):
            said = {name: names[name].get(key) for name, key in keys.items()}
            row = {**label, **said, **_row(part, part_flows, at)}
            if list(keys) == ["centre"] and "month" not in by:
                row["coverage"] = _coverage(keys["centre"], covered, part, filters)
            if list(keys) == ["cluster"] and "month" not in by:
                row["replication"] = _replication(keys["cluster"], part, filters)
            rows.append(row)
    return {
        "as_of": filters.day.isoformat(),
        "known_at": filters.known_at.isoformat() if filters.known_at else None,
        "rule": wording.rule(review_required=settings.REVIEW_REQUIRED),
        "review_required": settings.REVIEW_REQUIRED,
        "filters": filters.query(),
        "by": list(by),
        "total": {**_row(deployments, flows, filters.day), "catchment": _catchment(filters, who, covered)},
        "rows": rows,
    }


def _row(deployments: pd.DataFrame, flows: pd.DataFrame, day: Any) -> dict[str, Any]:
    return {
        **reach.reach(deployments, day).to_json(),
        "flows": {name: _plain(flows[name].sum()) for name in FLOWS},
        "medians": reach.medians(deployments),
        "stocks_of_deployments_in_use": _stocks(deployments, day),
    }


def _plain(value: Any) -> float | int:
    number = float(value)
    return int(number) if number.is_integer() else round(number, 3)


def _stocks(deployments: pd.DataFrame, day: Any) -> dict[str, Any]:
    """By gender and category: sums of what the latest reports of deployments in use say, and of how many."""
    in_use = deployments[reach.reaches(deployments) & (reach.conditions(deployments, day) == reach.IN_USE)]
    return {
        name: {
            "count": int(in_use[name].fillna(0).sum()),
            "known_for": int(in_use[name].notna().sum()),
            "of": len(in_use),
        }
        for name in STOCKS
    }


@dataclass(frozen=True)
class Covered:
    """The lists of all centres, and the villages that deployments of any centre reach."""

    lists: pd.DataFrame
    places: pd.DataFrame


def _covered(filters: Filters, who: Who | None) -> Covered | None:
    """None where filters or scope leave deployments out: a share of them would look like neglect. And a cluster has
    counts only, no coverage.
    """
    if not frames.covers(filters, None) or not (who is None or who.everywhere or who.centres):
        return None
    every = frames.deployments(replace(filters, centre=(), state=(), district=(), village=(), bbox=None))
    lists = frames.catchment(filters.day, None, filters.known_at)
    return Covered(lists, reach.villages(every, filters.day))


def _catchment(filters: Filters, who: Who | None, covered: Covered | None) -> Any:
    """Of the lists in scope, of the filters' centres and places: villages reached by any deployment."""
    if covered is None:
        return None
    lists, places = frames.listed(filters), covered.places
    if who is not None and not who.everywhere:
        lists = lists[lists["centre"].isin(list(who.centres))]
    villages = lists["village"].drop_duplicates()
    reached = int(villages.isin(places.index[places["reached"]]).sum())
    return reach.Share(reached, len(villages), "villages on catchment lists").to_json()


def _coverage(centre: int, covered: Covered | None, own: pd.DataFrame, filters: Filters) -> Any:
    if covered is None:
        return None
    mine, places = covered.lists[covered.lists["centre"] == centre], covered.places
    if not len(mine):
        return None  # no list, no percentage
    own_places = reach.villages(own, filters.day)
    return reach.coverage(mine, places, own_places.index[own_places["reached"]]).to_json()


def _replication(cluster: int, part: pd.DataFrame, filters: Filters) -> Any:
    host = Cluster.objects.get(pk=cluster)
    others = State.objects.filter(clusters_serving__in=Cluster.objects.exclude(pk=cluster)).values_list("id", flat=True)
    return reach.replication(reach.villages(part, filters.day), host.state_id, set(others)).to_json()


def _split(
    frame: pd.DataFrame,
    flows: pd.DataFrame,
    by: Sequence[str],
    bits: Mapping[str, Sequence[int]],
    there: Iterable[int] = (),
) -> Iterator[tuple[dict[str, int], pd.DataFrame, pd.DataFrame]]:
    """`there`: keys that get a row also where nothing is."""
    if not by:
        yield {}, frame, flows
        return
    first, rest = by[0], by[1:]
    parts = reach.split(frame, first, bits.get(first, ()))
    of_flows = reach.split(flows, first, bits.get(first, ()))
    for key in sorted({*parts, *of_flows, *there}):
        part, flow = parts.get(key, frame.iloc[:0]), of_flows.get(key, flows.iloc[:0])
        for keys, rows, its_flows in _split(part, flow, rest, bits):
            yield {first: key, **keys}, rows, its_flows


def _without_deployments(filters: Filters, dimension: str, who: Who | None) -> set[int]:
    """What has a row although nothing may be deployed there: a white spot must be seen. Districts, and whatever is asked of
    some places only, if they have villages on lists; other filters are of deployments.
    """
    own: tuple[str, ...] = getattr(filters, dimension, ())
    narrowed = filters.without(dimension, "as_of", "known_at") != Filters()
    if (
        dimension in ("centre", "state", "district")
        and frames.covers(filters, who)
        and (narrowed or dimension == "district")
    ):
        return set(frames.listed(filters)[dimension].tolist()) - {-1}
    if narrowed or dimension == "month":
        return set()
    rows: Any = _MODELS[dimension]._default_manager.all()
    if own:
        rows = rows.filter(slug__in=own)
    if dimension == "centre":
        rows = rows.exclude(active_from__gt=filters.day).exclude(active_to__lte=filters.day)
    if who is not None and not who.everywhere:
        rows = rows.filter(pk__in={"cluster": who.clusters, "centre": who.centres}.get(dimension, ()))
    return set(rows.values_list("id", flat=True))


def _by_month(filters: Filters, who: Who | None, deployments: pd.DataFrame, flows: pd.DataFrame) -> Iterator[Any]:
    """The stock at each month's end and the flows within the month: of `from` to `to`, else of two years."""
    first = month_of(filters.since) if filters.since else month_of(filters.day) - timeline.MONTHS + 1
    last = min(month_of(filters.until or filters.day), month_of(filters.day))
    for month in range(first, last + 1):
        day = min(timeline.month_end(month), filters.day)
        frame = deployments if day == filters.day else frames.deployments(replace(filters, as_of=day), who)
        yield day, frame, flows[flows["month"] == month]


def flow_rows(filters: Filters, who: Who | None, deployments: pd.DataFrame) -> pd.DataFrame:
    """Amounts that flowed within the visit dates: a row a deployment of the frame and month, or a training event."""
    last = min(filters.day, filters.until or filters.day)
    found = past.flows(last, filters.known_at)
    if filters.since:
        month = month_of(filters.since)
        early = past.flows(filters.since - dt.timedelta(days=1), filters.known_at)
        early = early[early["month"] == month]  # of the first month, what came before `from`
        early[list(FLOWS)] = -early[list(FLOWS)]
        found = pd.concat([found[found["month"] >= month], early], ignore_index=True)
    keys = ["deployment", "technology", "centre", "state", "district", "clusters", "themes"]
    frame = found.merge(deployments[keys], on="deployment")
    events = frames.events(_events(filters, who, last))
    frame = pd.concat([frame, events], ignore_index=True) if len(events) else frame
    frame["month"] = frame["month"].astype(np.int64)
    return frame


def _events(filters: Filters, who: Who | None, last: dt.date) -> Any:
    """Training events that filters and scope leave; they have a technology and a centre, but no deployment."""
    rows = Visit.objects.filter(past.open_at(filters.known_at), kind=Visit.Kind.TRAINING, waiting=False)
    rows = rows.filter(visit_date__lte=last)
    rows = rows.filter(visit_date__gte=filters.since) if filters.since else rows
    for name, path in (("centre", "centre__slug"), ("technology", "technology__slug"), ("village", "village__code")):
        if values := getattr(filters, name):
            rows = rows.filter(**{f"{path}__in": values})
    rows = rows.filter(frames.in_places(filters))
    if filters.cluster:
        rows = rows.filter(technology__in=Technology.objects.filter(clusters__slug__in=filters.cluster))
    if filters.theme:
        rows = rows.filter(technology__in=Technology.objects.filter(themes__slug__in=filters.theme))
    if filters.status:
        return rows.none()  # an event has no condition
    return rows if who is None or who.everywhere else rows.filter(frames.in_scope(who))
