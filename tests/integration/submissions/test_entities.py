"""Deployments as entities: every change is a version that phones are told, and who missed one is seen and settled."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from typing import Any

import pytest
from django.test import override_settings

from backend.accounts.models import User
from backend.accounts.who import Who
from backend.deployments.models import Deployment
from backend.deployments.versions import Base
from backend.errors import Conflict, Invalid
from backend.submissions import bulk, entities, lists, reviewing, services, settling
from backend.submissions.arrivals import Arrival
from backend.submissions.models import Submission
from field_forms.answering import created_id
from field_forms.schema import Schema
from tests.integration.submissions.test_rebuild import derived, with_base, write_item
from tests.integration.world import World, user

ENTITY = created_id("uuid:reg")


class Phone:
    """Reports one after the other, a minute apart, with the version of the list that it has."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)

    def register(self, **answers: Any) -> None:
        self.send(
            Arrival(self.world.device, self.clock, item=self.world.registration("uuid:reg", installed=5, **answers))
        )

    def report(self, instance_id: str, base: Base, added: int = 0, entity: str = ENTITY) -> None:
        item = self.world.report(entity, instance_id, installed_before=5, working=5 + added, units_in_use=1)
        item["answers"]["units"]["units_added"] = added
        xml = write_item(Schema.from_json(self.world.forms["village_report"].schema), item)
        self.send(Arrival(self.world.device, self.clock, xml=with_base(xml, base)))

    def send(self, arrival: Arrival) -> None:
        self.clock += dt.timedelta(minutes=1)
        assert services.receive(arrival).outcome in ("stored", "edited")


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world)


@pytest.fixture
def office(world: World) -> User:
    return user("administrator")


def version(world: World) -> int:
    rows = csv.DictReader(
        io.StringIO(lists.csv_of("deployments.csv", Who("field_officer", device=world.device)).decode())
    )
    return next(int(row["__version"]) for row in rows if row["name"] == ENTITY)


def conflict() -> str:
    return Deployment.objects.get(uuid=ENTITY).conflict


def test_every_report_edit_review_and_merge_writes_a_version(world: World, phone: Phone, office: User) -> None:
    phone.register()
    assert version(world) == 1
    phone.report("uuid:a", Base(1))
    assert version(world) == 2
    reviewing.review(Submission.objects.get(instance_id="uuid:a"), "approve", "", office)
    assert version(world) == 3
    item = world.registration("uuid:reg-2", installed=5, hamlet="Renamed") | {"deprecated_id": "uuid:reg"}
    phone.send(Arrival(world.device, phone.clock, item=item))
    assert version(world) == 4
    other = world.registration("uuid:other", installed=1)
    phone.send(Arrival(world.device, phone.clock, item=other))
    reviewing.merge(uuid.UUID(created_id("uuid:other")), uuid.UUID(ENTITY), "the same", office)
    assert version(world) == 5
    before = derived()
    bulk.rebuild()
    assert (version(world), derived()) == (5, before)


def test_who_missed_a_change_of_units_is_in_conflict_until_somebody_settles_it(phone: Phone, office: User) -> None:
    phone.register()
    phone.report("uuid:a", Base(1), added=2)
    assert conflict() == ""
    phone.report("uuid:b", Base(1), added=1)
    assert conflict() == "hard"
    deployment = Deployment.objects.get(uuid=ENTITY)
    settling.settle(deployment, "uuid:b", "both", "", office)
    assert conflict() == ""
    with pytest.raises(Conflict):
        settling.settle(deployment, "uuid:b", "both", "", office)
    assert deployment.state.installed == 8


@pytest.mark.parametrize(("keep", "installed", "rejected"), [("this", 6, "uuid:a"), ("others", 7, "uuid:b")])
def test_one_side_is_kept_and_the_other_rejected(
    phone: Phone, office: User, keep: str, installed: int, rejected: str
) -> None:
    phone.register()
    phone.report("uuid:a", Base(1), added=2)
    phone.report("uuid:b", Base(1), added=1)
    deployment = Deployment.objects.get(uuid=ENTITY)
    with pytest.raises(Invalid, match="Say why"):
        settling.settle(deployment, "uuid:b", keep, " ", office)
    settling.settle(deployment, "uuid:b", keep, "Counted twice.", office)
    deployment.state.refresh_from_db()
    assert (conflict(), deployment.state.installed) == ("", installed)
    states = dict(Submission.objects.values_list("instance_id", "review_state"))
    assert [name for name, state in states.items() if state == "rejected"] == [rejected]
    before = derived()
    bulk.rebuild()
    assert derived() == before


def test_a_visit_with_an_old_list_is_a_soft_conflict_only_when_the_entity_changed(phone: Phone) -> None:
    phone.register()
    phone.report("uuid:a", Base(1))
    phone.report("uuid:b", Base(1))
    assert conflict() == ""
    phone.report("uuid:c", Base(3), added=1)
    phone.report("uuid:d", Base(3))
    assert conflict() == "soft"


def test_an_edited_registration_is_a_change_that_can_be_missed(world: World, phone: Phone, office: User) -> None:
    phone.register()
    item = world.registration("uuid:reg-2", installed=9) | {"deprecated_id": "uuid:reg"}
    phone.send(Arrival(world.device, phone.clock, item=item))
    phone.report("uuid:a", Base(1), added=1)
    assert conflict() == "hard"
    with pytest.raises(Invalid, match="registration"):
        settling.settle(Deployment.objects.get(uuid=ENTITY), "uuid:a", "this", "because", office)


def test_a_run_that_arrives_before_its_registration_and_out_of_order_is_no_conflict(world: World, phone: Phone) -> None:
    for number in (3, 1, 2):
        phone.report(f"uuid:u{number}", Base(number, None, "run"), added=1)
    phone.register()
    assert (conflict(), version(world)) == ("", 4)
    assert Deployment.objects.get().state.installed == 8
    phone.report("uuid:late", Base(1), added=1)
    assert conflict() == "hard"


@override_settings(REVIEW_REQUIRED=True)
def test_what_waits_for_review_is_missed_by_nobody_yet(phone: Phone, office: User) -> None:
    phone.register()
    phone.report("uuid:a", Base(1), added=2)
    phone.report("uuid:b", Base(1), added=1)
    assert conflict() == ""
    reviewing.review(Submission.objects.get(instance_id="uuid:a"), "approve", "", office)
    before = derived()
    bulk.rebuild()
    assert derived() == before


def test_together_in_a_batch_they_miss_each_other_too(world: World, phone: Phone) -> None:
    phone.register()
    schema = Schema.from_json(world.forms["village_report"].schema)
    arrivals = []
    for name in ("uuid:a", "uuid:b"):
        item = world.report(ENTITY, name, installed_before=5)
        item["answers"]["units"]["units_added"] = 1
        arrivals.append(Arrival(world.device, phone.clock, xml=with_base(write_item(schema, item), Base(1))))
    assert [o.outcome for o in services.receive_all(arrivals)] == ["stored", "stored"]
    assert conflict() == "hard"
    assert [c.event.instance_id for c in entities.conflicts_of(Deployment.objects.get())] == ["uuid:b"]
