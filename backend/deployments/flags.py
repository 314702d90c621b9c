"""What is odd about a filled form, seen beside the registry and the phone's officer. Flags ask for a look; none keeps out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from backend.deployments.look import Area, Known
from backend.deployments.models import Visit
from backend.deployments.observed import Filled, indian_day, point
from maps.geo import haversine_km

WEAK_METRES = 100
FAR_KM = 10.0  # from the village's known place: an Indian village with its fields is rarely wider
SECONDS_AN_ANSWER = 2.0
CLOCK_TOLERANCE = dt.timedelta(hours=12)

OddThing = tuple[str, str, str]  # code, where, detail


def odd(filled: Filled, known: Known, area: Area) -> list[OddThing]:
    if filled.kind is None:
        return []
    return [*_position(filled, known), *_area(filled, known, area), *_time(filled), *_deployment(filled, known)]


def _position(filled: Filled, known: Known) -> Iterator[OddThing]:
    value = filled.flat.get("position")
    if value is None:
        return
    if point(value) is None:
        yield "impossible_position", "position", "These coordinates are no place on Earth; the position is not used."
        return
    accuracy = known.place.accuracy
    if not accuracy:
        yield "position_unproven", "position", "Placed by hand or by a mock position: no accuracy was measured."
    elif accuracy > WEAK_METRES:
        yield "accuracy_low", "position", f"Accuracy {accuracy:.0f} m; wished: {WEAK_METRES} m or better."
    if not known.place.in_india:
        yield "outside_india", "position", "The position lies outside India."
    village = known.village
    if village is None:
        return
    if village.district_id and known.place.district_id and village.district_id != known.place.district_id:
        yield "outside_district", "position", "The position lies in another district than the chosen village."
    if village.lat is not None and village.lon is not None and known.place.lat is not None:
        km = haversine_km(village.lat, village.lon, known.place.lat, known.place.lon)
        if km > FAR_KM:
            yield "far_from_village", "position", f"{km:.0f} km from the village's known place."


def _area(filled: Filled, known: Known, area: Area) -> Iterator[OddThing]:
    if filled.text("village") and known.village is None:
        yield "unknown_village", "village", "This village code is not in our list."
    if known.village is not None and (area.centre_id or area.district_ids) and not known.village.in_area:
        yield "outside_area", "village", "The village is outside the officer's area."
    for name, found in (("technology", known.technology_id), ("centre", known.centre_id)):
        if filled.text(name) and found is None:
            yield f"unknown_{name}", name, f"This {name} is not in our list."


def _time(filled: Filled) -> Iterator[OddThing]:
    received = indian_day(filled.received_at)
    stated = filled.stated_date
    if stated is not None and stated > received:
        yield "future_date", "visit_date", f"{stated} was still to come on the day of receipt, {received}."
    if filled.ended_at is not None and filled.ended_at > filled.received_at + CLOCK_TOLERANCE:
        yield "clock_ahead", "end", "The phone's clock is ahead of the office's."
    if filled.started_at is None or filled.ended_at is None:
        return
    seconds = (filled.ended_at - filled.started_at).total_seconds()
    if 0 <= seconds < SECONDS_AN_ANSWER * len(filled.flat):
        yield "too_fast", "end", f"{len(filled.flat)} answers in {seconds:.0f} seconds."


def _deployment(filled: Filled, known: Known) -> Iterator[OddThing]:
    if known.taken:
        yield (
            "deployment_known",
            "deployment",
            "Another registration has this deployment already; this one adds nothing.",
        )
    if filled.kind != Visit.Kind.REPORT or filled.deployment is None:
        return
    deployment = known.deployment
    if deployment is None:
        yield "unknown_deployment", "deployment", "Not registered here yet; the report waits for its registration."
        return
    if deployment.started and filled.stated_date and filled.stated_date < deployment.started:
        yield "before_start", "visit_date", f"The deployment began on {deployment.started}."
    if known.village is not None and deployment.village_id not in (None, known.village.id):
        yield "other_village", "village", "The deployment stands in another village."
    if known.same_day:
        yield "same_day_again", "deployment", "There is another report of this deployment on this day."
