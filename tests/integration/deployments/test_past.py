"""Any past figure comes back: `as_of` goes by the day of the visit, `known_at` by what was received and decided by then."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from backend.deployments import figures, frames, pictures
from backend.deployments.filters import Filters, today
from backend.deployments.models import Deployment, Visit
from backend.registry.models import Centre
from backend.submissions import bulk, reviewing, services
from backend.submissions.arrivals import Arrival
from maps import reach
from tests.integration.world import World, user

NOW = today()
SEEN = NOW - dt.timedelta(days=5)


def send(world: World, item: dict[str, Any], **more: Any) -> dict[str, Any]:
    outcome = services.receive(Arrival(world.device, timezone.now(), item=item | more))
    assert outcome.outcome in ("stored", "edited"), outcome
    return item


def uuid_of(item: dict[str, Any]) -> str:
    return str(Deployment.objects.get(instance_id=item["instance_id"]).uuid)


def report(world: World, deployment: str, **said: Any) -> dict[str, Any]:
    day = said.pop("day", SEEN)
    answers = {"working": 2, "units_in_use": 1, "trained": 0, "first_time": 0, "visit_date": day.isoformat(), **said}
    return send(world, world.report(deployment, **answers))


def known(moment: dt.datetime | None, **filters: Any) -> dict[str, Any]:
    return dict(figures.figures(Filters(known_at=moment, **filters), [])["total"])


def test_as_of_goes_by_the_day_of_the_registration_and_not_by_its_receipt(world: World) -> None:
    """A phone that found no network for a month has registered on the day it did."""
    day = NOW - dt.timedelta(days=30)
    send(world, world.registration(visit_date=day.isoformat()))
    counts = [
        figures.figures(Filters(as_of=day + dt.timedelta(days=n)), [])["total"]["deployments"] for n in (-1, 0, 7)
    ]
    assert counts == [0, 1, 1]


def test_known_at_undoes_an_edit_of_a_registration(world: World) -> None:
    Centre.objects.create(slug="khunt", name="Khunt", short_name="Khunt", kind="rsvc")
    first = send(world, world.registration(installed=3))
    uuid = uuid_of(first)
    report(world, uuid)
    before = timezone.now()
    other = world.registration(place=1, installed=5, purpose="demonstration", centre="khunt")
    send(world, other, deprecated_id=first["instance_id"])
    now, then = known(None), known(before)
    assert (now["villages_reached"], now["demonstrations"]) == (0, 1)
    assert (then["villages_reached"], then["demonstrations"], then["units_in_use"]["of"]) == (1, 0, 3)
    assert frames.deployments(Filters(known_at=before))["village"].tolist() == [world.villages[0].pk]
    assert [known(m, centre=("khunt",))["demonstrations"] for m in (None, before)] == [1, 0]
    assert [known(m, village=("demo:0",))["villages_reached"] for m in (None, before)] == [0, 1]


@pytest.mark.parametrize("again", [False, True])
def test_known_at_undoes_merges(world: World, again: bool) -> None:
    """`again`: also after the derived tables were built anew."""
    one, two, three = (uuid_of(send(world, world.registration(place=n))) for n in range(3))
    for n, uuid in enumerate((one, two, three)):
        report(world, uuid, place=n, people=10 * (n + 1), women=None, men=None)
    moments = [timezone.now()]
    for gone, kept in ((one, two), (two, three)):
        reviewing.merge(UUID(gone), UUID(kept), "the same machine", user("administrator", gone))
        moments.append(timezone.now())
    report(world, one, place=2, people=7, women=None, men=None)
    moments.append(timezone.now())
    if again:
        bulk.rebuild()
    told = [known(m) for m in (*moments, None)]
    assert [t["villages_reached"] for t in told] == [3, 2, 1, 1, 1]
    assert [t["deployments"] for t in told] == [3, 2, 1, 1, 1]
    reports = [frames.deployments(Filters(known_at=m))["reports"].tolist() for m in moments]
    assert [sorted(found) for found in reports] == [[1, 1, 1], [1, 2], [3], [4]]
    assert [known(m, since=SEEN, until=SEEN)["villages_reached"] for m in moments] == [3, 2, 1, 1]


def test_the_months_of_a_map_are_as_they_were_known(world: World) -> None:
    uuid = uuid_of(send(world, world.registration()))
    report(world, uuid, day=NOW - dt.timedelta(days=70))
    before = timezone.now()
    report(world, uuid, day=NOW - dt.timedelta(days=40), working=0, defective=0, broken=3, units_in_use=0)
    units = [pictures.scene(Filters(known_at=m)).months["units_in_use"].tolist() for m in (before, None)]
    assert units == [[1], [1, 0]]


def test_a_visit_stored_before_purposes_were_kept_takes_todays(world: World) -> None:
    report(world, uuid_of(send(world, world.registration())))
    Visit.objects.update(purpose="")
    assert known(timezone.now())["villages_reached"] == 1


def test_a_registration_that_named_no_number_was_of_one_unit_then_too(world: World) -> None:
    send(world, world.registration(installed=None))
    assert [known(m)["units_in_use"]["of"] for m in (None, timezone.now())] == [1, 1]


def test_known_now_is_what_is_known(world: World) -> None:
    for n in range(3):
        report(world, uuid_of(send(world, world.registration(place=n))), place=n, people=20, women=None, men=None)
    now, then = (frames.deployments(Filters(known_at=m)) for m in (None, timezone.now()))
    assert set(now.columns) == set(then.columns) >= set(reach.COLUMNS) - {"registered"}
    names = [c for c in reach.COLUMNS if c != "registered"]
    assert now[names].equals(then[names].astype(now[names].dtypes))
