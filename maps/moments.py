"""A scene as it was at the end of an earlier month: out of what the scene carries, and exactly as if it had been read then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from maps import reach, timeline
from maps.compose import Scene
from maps.condition import ESTIMATES, STOCKS
from maps.timeline import Moment

CARRIED = timeline.MONTH_COLUMNS[2:]
NOT_CARRIED = [name for name in ("broken", *STOCKS, *ESTIMATES) if name not in CARRIED]


def scene_at(scene: Scene, moment: Moment, later: Collection[int] = ()) -> Scene:
    """`later`: deployments registered after the moment. The scene's own day is the scene itself."""
    if moment.day >= scene.day:
        return scene
    every = None if scene.every is None else deployments_at(scene.every, scene.months, moment, later)
    return replace(
        scene,
        deployments=deployments_at(scene.deployments, scene.months, moment, later),
        months=scene.months[scene.months["month"] <= moment.month],
        catchment=reach.listed_on(scene.lists, moment.day) if scene.lists is not None else scene.catchment,
        day=moment.day,
        every=every,
    )


def deployments_at(
    deployments: pd.DataFrame, months: pd.DataFrame, moment: Moment, later: Collection[int] = ()
) -> pd.DataFrame:
    """The deployments frame of a month's end. What months do not carry (most of the stocks) is not known then."""
    rows = months[months["month"] <= moment.month].drop_duplicates("deployment", keep="last").set_index("deployment")
    rows = rows.reindex(deployments["deployment"].to_numpy())
    frame = deployments.assign(
        **{name: rows[name].to_numpy() for name in CARRIED}, **dict.fromkeys(NOT_CARRIED, np.nan)
    )
    reported = rows["last_visit"].notna().to_numpy()
    base = deployments["base_installed" if "base_installed" in deployments else "installed"].to_numpy(np.float64)
    first = deployments["first_visit"].to_numpy("datetime64[D]")
    first = np.where(first <= np.datetime64(moment.day, "D"), first, np.datetime64("NaT", "D"))
    frame["installed"] = np.where(reported, frame["installed"].to_numpy(np.float64), base)
    frame["reports"] = reported.astype(float)
    frame["first_visit"] = first.astype("datetime64[s]")
    for name in ("last_visit", "seen_on", "ended_on", "down_since"):
        frame[name] = frame[name].to_numpy("datetime64[D]").astype("datetime64[s]")
    there = ~frame["deployment"].isin(list(later)).to_numpy() | ~np.isnat(first)
    kept: pd.DataFrame = frame[there]
    return kept.reset_index(drop=True)
