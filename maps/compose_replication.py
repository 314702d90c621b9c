"""Replication: a cluster's technologies at work outside its host state, as flows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from maps import reach, wording
from maps.compose import Scene, month_bar
from maps.compose_cards import by_cluster, cluster_mark
from maps.gazetteer import ClusterEntry
from maps.markup import number
from maps.picture import Chip, Figure, Flow, Head, ReplicationMap, Source
from maps.words import t, tn

POINTS = 60  # of one state, as a hint of where


def replication(scene: Scene, cluster: ClusterEntry) -> ReplicationMap:
    """`scene.deployments`: of all clusters, so that each one's count stands in the list."""
    parts = by_cluster(scene)
    spreads = [
        reach.replication(part.places, c.state, others_states(scene, c))
        for part, c in zip(parts, scene.gazetteer.clusters, strict=True)
    ]
    position = scene.gazetteer.clusters.index(cluster)
    places, spread = parts[position].places, spreads[position]
    mark = cluster_mark(scene, cluster, parts[position], ())
    slug, _ = scene.gazetteer.states.get(cluster.state, ("", ""))
    own = places[places["reached"] & (places["state"] == cluster.state)]
    return ReplicationMap(
        head=_head(scene, cluster, spread),
        cluster=mark,
        own_state=slug,
        own_villages=len(own),
        sources=tuple(
            Source(c.slug, c.short_name, "cluster", c.letters, c.colour, s.outside.count)
            for c, s in zip(scene.gazetteer.clusters, spreads, strict=True)
        ),
        flows=_flows(scene, cluster, places),
        months=month_bar(scene, places[places["state"] != cluster.state]),
    )


def others_states(scene: Scene, cluster: ClusterEntry) -> set[int]:
    return {s for c in scene.gazetteer.clusters if c.key != cluster.key for s in c.states_served}


def _flows(scene: Scene, cluster: ClusterEntry, places: pd.DataFrame) -> tuple[Flow, ...]:
    placed = places[
        places["reached"] & (places["state"] != cluster.state) & places["lat"].notna() & (places["state"] >= 0)
    ]
    flows = []
    for key in np.unique(placed["state"].to_numpy(np.int64)).tolist():
        rows = placed[placed["state"] == key]
        slug, name = scene.gazetteer.states[key]
        points = tuple((float(a), float(o)) for a, o in rows[["lat", "lon"]].head(POINTS).to_numpy())
        middle = rows[["lat", "lon"]].median()
        flows.append(
            Flow(slug, name, float(middle["lat"]), float(middle["lon"]), len(rows), int(rows["active"].sum()), points)
        )
    return tuple(sorted(flows, key=lambda f: -f.reached))


def _head(scene: Scene, cluster: ClusterEntry, spread: reach.Replication) -> Head:
    state = scene.gazetteer.states.get(cluster.state, ("", t("its own state")))[1]
    count = len(spread.states)
    name = cluster.short_name
    title = (
        tn(
            "{name} technologies run in {n} state outside {state}", "{name} technologies run in {n} states outside {state}",
            count, name=name, n=count, state=state,
        )
        if count
        else t("{name}: not replicated outside {state} yet", name=name, state=state)
    )  # fmt: skip
    others = len(scene.gazetteer.states.keys() - {cluster.state})
    outside, active = spread.outside, spread.active
    shares = (wording.percent_of(outside), wording.percent_of(active))
    figures = (
        Figure(
            t("Villages outside own state"),
            outside.count,
            outside.share,
            shares[0],
            t("of {n} reached by {name}", n=number(outside.of), name=name),
        ),
        Figure(
            t("Still active there"), active.count, active.share, shares[1], t("of {n} reached", n=number(active.of))
        ),
        _receiving(count, others),
    )
    chips = (Chip(cluster.city, cluster.short_name, strong_first=True), *wording.chips(scene.chips, scene.day))
    illustrative = bool(scene.deployments["illustrative"].any()) if len(scene.deployments) else False
    subtitle = t("Replication: {name}", name=cluster.name)
    rule = t("Replication: a village reached by one of the cluster's technologies, outside the cluster's host state.")
    return Head(title, subtitle, chips, figures, scene.day, illustrative, rule)


def _receiving(count: int, others: int) -> Figure:
    """Out of how many; where no state but the cluster's own is known, there is nothing to be a share of."""
    label = t("Receiving states")
    if not others:
        return Figure(label, count, None, "", t("no other state or UT in the registry yet"))
    return Figure(label, count, wording.share_of(count, others), "", t("of {n} other states and UTs", n=others))
