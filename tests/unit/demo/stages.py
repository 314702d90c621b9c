"""A small stage without the database: three centres, villages around them, a technology of each kind."""

from __future__ import annotations

import datetime as dt
import random

from backend.demo import profiles
from backend.demo.stage import Site, Stage, Tech

DAY = dt.date(2026, 11, 22)
VERSIONS = dict.fromkeys(("deployment_registration", "village_report", "village_need", "training_event"), "1")


def make_stage() -> Stage:
    rng = random.Random(5)
    sites = [
        Site(
            f"demo:{i}", 18 + rng.random(), 74 + rng.random(), "maharashtra" if i % 2 else "odisha", f"centre-{i % 3}",
            400 + i, 90,
        )
        for i in range(300)
    ]  # fmt: skip
    technologies = [
        Tech(f"tech-{theme}", profile, frozenset({"maharashtra"}), "", frozenset(profile.season), profile.revisit_days)
        for theme in profiles.THEMES
        for profile in [profiles.of_theme(theme)]
    ]
    technologies.append(Tech("machine", profiles.MACHINE, frozenset(), "centre-1", frozenset(), 180))
    since = {"centre-2": DAY - dt.timedelta(days=300)}
    return Stage(VERSIONS, technologies, sites[:20], sites[20:100], sites[100:250], sites[250:], since)
