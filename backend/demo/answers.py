"""Made-up answers to the house's forms. The sums that the forms ask for hold; `odd.py` spoils a few on purpose."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from backend.demo.picking import Picker
from backend.demo.profiles import Profile
from backend.demo.stage import Site
from backend.demo.stories import Beginning, Visit

Answers = dict[str, Any]
AGENCIES = (
    "Gram panchayat", "Women's self-help group", "Farmer producer organisation", "Dairy cooperative",
    "Government school", "Block office", "Primary health centre", "Youth club",
)  # fmt: skip
_OPERATOR = Picker({"shg": 38, "fpo": 14, "individual": 22, "panchayat": 18, "school": 5, "other": 3})
_SOURCE = Picker({"counted": 52, "register": 24, "told": 14, "estimate": 10})
_PURPOSE = Picker({"village_use": 88, "demonstration": 5, "trial": 4, "facility": 3})
_WASTE = ("it_hardware", "consumer_devices", "batteries", "medical_electronics", "other")
_CLOCK = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60))
_REMARKS = (
    "The group asks for a second unit.", "The operator was away; a neighbour showed it.", "Spare parts take two weeks.",
    "People come from the next hamlet too.", "Power fails in the afternoon.", "Well kept.",
)  # fmt: skip


@dataclass(slots=True)
class People:
    """Who uses a deployment when all of it is in use. Shares of the four categories and of women stay as they are."""

    households: int
    size: float
    women: float
    shares: tuple[float, float, float, float]  # SC, ST, OBC, not known
    operator: str


def people_of(rng: random.Random, site: Site, profile: Profile, installed: int) -> People:
    low, high = profile.households
    wanted = int(installed * (low + (high - low) * rng.random()))
    shares = (0.05 + 0.2 * rng.random(), 0.02 + 0.2 * rng.random(), 0.25 + 0.2 * rng.random(), 0.12 * rng.random())
    households = max(1, min(wanted, int(site.households * 0.85)))
    operator = _OPERATOR(rng)
    return People(households, 3.9 + 1.2 * rng.random(), 0.46 + 0.1 * rng.random(), shares, operator)


def registration(rng: random.Random, site: Site, start: Beginning, technology: str, profile: Profile) -> Answers:
    roll = rng.random()
    work = {
        "technology": technology,
        "centre": site.centre,
        "user_agency": rng.choice(AGENCIES),
        "purpose": _PURPOSE(rng),
        "site_kind": "home" if roll < profile.home else "group" if roll < 0.6 else "public",
        "installed": start.installed,
        "started": start.started.isoformat(),
    }
    if rng.random() < 0.5:
        work["plate"] = f"GR-{int(rng.random() * 1_000_000):06d}"
    return _filled(rng, site, start.registered, {"work": work})


def report(
    rng: random.Random, site: Site, deployment: str, visit: Visit, people: People, profile: Profile, first: bool
) -> Answers:
    groups: Answers = {
        "work": {
            "subject": "deployment",
            "deployment": deployment,
            "how_known": visit.how_known,
            "installed_before": visit.installed_before,
        },
        "ending": {"ended": "yes", "ended_reason": visit.ended} if visit.ended else {"ended": "no"},
    }
    if visit.told:
        groups["units"] = _units(visit)
        groups["users"] = _users(rng, site, visit, people)
        groups["running"] = _running(rng, people, visit, first)
        if profile.income[1] and visit.in_use and rng.random() < 0.3:
            groups["benefit"] = _benefit(rng, profile)
        if not visit.ended:
            _work_done(rng, groups, visit, profile)
    return _filled(rng, site, visit.day, groups)


def no_deployment(rng: random.Random, site: Site, day: dt.date) -> Answers:
    return _filled(rng, site, day, {"work": {"subject": "no_deployment", "how_known": "seen"}})


def need(rng: random.Random, site: Site, day: dt.date, profile: Profile, technology: str) -> Answers:
    theme = {"water": "water", "ewaste": "ewaste", "agriculture": "agriculture", "one_health": "one_health"}
    demand = {
        "theme": [theme.get(profile.module, "livelihood")],
        "need": profile.need,
        "households": max(1, int(site.households * (0.1 + 0.5 * rng.random()))),
        "urgency": rng.choice(("now", "season", "year", "later")),
    }
    if rng.random() < 0.4:
        demand["technology_asked"] = technology
    return _filled(rng, site, day, {"demand": demand})


def training(rng: random.Random, site: Site, day: dt.date, profile: Profile, technology: str) -> Answers:
    trained = 6 + int(rng.random() * 30)
    women = int(trained * (0.3 + 0.5 * rng.random()))
    event = {
        "centre": site.centre,
        "technology": technology,
        "topic": profile.topic,
        "trained": trained,
        "first_time": int(trained * (0.5 + 0.5 * rng.random())),
        "women": women,
        "men": trained - women,
        "other_gender": 0,
    }
    return _filled(rng, site, day, {"training": event})


def _units(visit: Visit) -> Answers:
    units: Answers = {
        "installed": visit.installed,
        "working": visit.working,
        "defective": visit.defective,
        "broken": visit.broken,
        "removed": visit.removed,
        "units_in_use": visit.in_use,
    }
    if visit.added:
        units["units_added"] = visit.added
    if visit.taken:
        units["units_taken"] = visit.taken
    if visit.why:
        units["units_changed_reason"] = visit.why
    if visit.down_since is not None:
        units |= {"down_since": visit.down_since.isoformat(), "fault": visit.fault, "can_repair": visit.can_repair}
    return units


def _users(rng: random.Random, site: Site, visit: Visit, people: People) -> Answers:
    """Whom the units in use serve; nobody when none is in use."""
    share = visit.in_use / visit.installed if visit.installed else 0.0
    households = min(site.households, max(1, round(people.households * share))) if visit.in_use else 0
    total = min(round(households * people.size), max(site.population, households))
    women = round(total * people.women)
    other = 1 if total > 40 and rng.random() < 0.02 else 0
    sc, st, obc, unknown = [int(total * share) for share in people.shares]
    return {
        "households": households,
        "people": total,
        "women": women,
        "men": total - women - other,
        "other_gender": other,
        "sc": sc,
        "st": st,
        "obc": obc,
        "general": total - sc - st - obc - unknown,
        "category_unknown": unknown,
        "with_disability": int(total * 0.04 * rng.random()),
        "count_source": _SOURCE(rng),
    }


def _running(rng: random.Random, people: People, visit: Visit, first: bool) -> Answers:
    running: Answers = {"operator_kind": people.operator}
    if not visit.ended and (first or rng.random() < 0.08):
        trained = 3 + int(rng.random() * 14)
        running |= {"trained": trained, "first_time": trained if first else int(trained * rng.random())}
    return running


def _benefit(rng: random.Random, profile: Profile) -> Answers:
    before = 3500 + 100 * int(rng.random() * 60)
    low, high = profile.income
    benefit: Answers = {
        "income_before": before,
        "income_now": before + 50 * round((low + (high - low) * rng.random()) / 50),
        "income_of": "users",
        "income_asked": 3 + int(rng.random() * 8),
    }
    if profile.hours[0]:
        old, new = profile.hours
        swing = 0.8 + 0.4 * rng.random()
        benefit |= {"hours_before": round(old * swing, 1), "hours_now": round(new * swing, 1)}
        benefit |= {"hours_of": "users", "hours_asked": benefit["income_asked"]}
    return benefit


def _work_done(rng: random.Random, groups: Answers, visit: Visit, profile: Profile) -> None:
    """The part of the theme, and what the period since the last report cost and brought."""
    amounts: Answers = {}
    if visit.in_use and profile.module:
        groups["themes"] = {"modules": [profile.module]}
        if profile.module == "water":
            groups["water"] = {"structures": visit.in_use, "water_kl": 5 * visit.in_use * (1 + int(rng.random() * 60))}
            groups["water"]["water_months"] = 6 + int(rng.random() * 6)
        elif profile.module == "ewaste":
            groups["ewaste"] = _waste(rng)
            amounts["kg"] = round(sum(row["kg_collected"] for row in groups["ewaste"]), 1)
        elif profile.module == "agriculture":
            farmers = visit.in_use * (1 + int(rng.random() * 3))
            area = round(farmers * (0.3 + rng.random()), 1)
            groups["agriculture"] = {"area_ha": area, "farmers": farmers, "farmers_women": int(farmers * rng.random())}
        else:
            samples = int(rng.random() * 9)
            groups["one_health"] = {"animals": 4 + int(rng.random() * 80), "samples": samples}
            groups["one_health"]["samples_positive"] = int(samples * 0.4 * rng.random())
    if rng.random() < 0.3:
        cost = 100 * (2 + int(rng.random() * 80))
        amounts |= {"cost": cost, "contribution": 10 * int(cost * 0.04 * rng.random())}
    if amounts or profile.module == "water":
        amounts |= {"period_from": min(visit.since, visit.day).isoformat(), "period_to": visit.day.isoformat()}
        groups["amounts"] = amounts


def _waste(rng: random.Random) -> list[Answers]:
    rows = []
    for category in rng.sample(_WASTE, 1 + int(rng.random() * 3)):
        collected = round(1 + 30 * rng.random(), 1)
        dismantled = round(collected * rng.random(), 1)
        rows.append({"category": category, "kg_collected": collected, "kg_dismantled": dismantled})
        rows[-1]["kg_recycled"] = round(dismantled * rng.random(), 1)
    return rows


def _filled(rng: random.Random, site: Site, day: dt.date, groups: Answers) -> Answers:
    """Day, village, clock, position and notice around what a form asks."""
    date = day.isoformat()
    minutes = 9 * 60 + int(rng.random() * 480)
    end = minutes + 6 + int(rng.random() * 20)
    lat, lon = site.lat + 0.006 * (rng.random() - 0.5), site.lon + 0.006 * (rng.random() - 0.5)
    notice = {"notice_read": "yes"}
    if "users" in groups and rng.random() < 0.06:
        notice["remarks"] = rng.choice(_REMARKS)
    return {
        "start": f"{date}T{_CLOCK[minutes]}:00.000+05:30",
        "end": f"{date}T{_CLOCK[end]}:00.000+05:30",
        "today": date,
        "place": {"visit_date": date, "village_listed": "yes", "village": site.code},
        **groups,
        "evidence": {
            "position": {
                "type": "Point",
                "coordinates": [round(lon, 6), round(lat, 6)],
                "properties": {"accuracy": round(3 + 15 * rng.random(), 1)},
            }
        },
        "notice": notice,
    }
