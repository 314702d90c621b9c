"""Phones that send at the same moment: each report is stored once, and none is left out of what is derived."""

from __future__ import annotations

import datetime as dt
import io
import random
import threading
import time
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from backend.accounts.who import Who, of_user
from backend.audit.models import Action, Entry
from backend.demo import synthesize
from backend.deployments.models import DeploymentState, Visit
from backend.submissions import attachments, bulk, editing, services
from backend.submissions.arrivals import Arrival
from backend.submissions.models import Attachment, EarlyFile, Submission
from field_forms.answering import created_id
from tests.integration.submissions.test_rebuild import derived
from tests.integration.world import World, make_world, user

pytestmark = pytest.mark.django_db(transaction=True)
PHONES = 6


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def at_once(world: World, outboxes: list[list[list[dict[str, Any]]]]) -> Counter[str]:
    """Each phone sends its batches, one after the other; what the server answered."""
    outcomes: Counter[str] = Counter()
    faults: list[BaseException] = []
    ready = threading.Barrier(len(outboxes))

    def phone(batches: list[list[dict[str, Any]]]) -> None:
        try:
            ready.wait()
            for batch in batches:
                now = dt.datetime.now(dt.UTC)
                arrivals = [Arrival(world.device, now, item=item) for item in batch]
                alone = len(arrivals) == 1
                for outcome in [services.receive(arrivals[0])] if alone else services.receive_all(arrivals):
                    outcomes[outcome.outcome] += 1
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=phone, args=(batches,)) for batches in outboxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    return outcomes


def same_when_built_anew() -> bool:
    before = derived()
    bulk.rebuild()
    return derived() == before


def on(world: World, deployment: str, instance_id: str, day: int) -> dict[str, Any]:
    date = (dt.date(2026, 9, 1) + dt.timedelta(days=day)).isoformat()
    return world.report(deployment, instance_id, visit_date=date, working=3, units_in_use=2, trained=2, first_time=1)


def registered(world: World, number: int) -> str:
    services.receive(
        Arrival(world.device, dt.datetime.now(dt.UTC), item=world.registration(f"uuid:reg{number}", installed=3))
    )
    return created_id(f"uuid:reg{number}")


@pytest.mark.parametrize("size", [1, 3], ids=["singly", "in batches"])
def test_reports_on_the_same_deployments_all_count(world: World, size: int) -> None:
    deployments = [registered(world, n) for n in range(3)]
    outboxes = []
    for phone in range(PHONES):
        items = [on(world, d, f"uuid:{phone}-{i}-{d}", phone * 6 + i) for i in range(3) for d in deployments]
        random.Random(phone).shuffle(items)
        outboxes.append([items[i : i + size] for i in range(0, len(items), size)])
    assert at_once(world, outboxes) == {"stored": PHONES * 9}
    assert sorted(DeploymentState.objects.values_list("reports", flat=True)) == [PHONES * 3] * 3
    assert same_when_built_anew()


def test_reports_that_meet_their_registration_are_not_left_waiting(world: World) -> None:
    for number in range(4):
        deployment = created_id(f"uuid:reg{number}")
        registration = world.registration(f"uuid:reg{number}", installed=3)
        reports = [[[on(world, deployment, f"uuid:{number}-{p}", p)]] for p in range(PHONES - 1)]
        at_once(world, [[[registration]], *reports])
    assert not Visit.objects.filter(kind=Visit.Kind.REPORT, deployment=None).exists()
    assert same_when_built_anew()


def test_one_report_sent_by_all_at_once_is_stored_once(world: World) -> None:
    item = on(world, registered(world, 0), "uuid:one", 1)
    assert at_once(world, [[[item]] * 3 for _ in range(PHONES)]) == {"stored": 1, "identical": PHONES * 3 - 1}
    assert same_when_built_anew()


def test_the_same_outbox_sent_by_all_at_once_is_stored_once(world: World) -> None:
    deployment = registered(world, 0)
    items = [on(world, deployment, f"uuid:same-{i}", i) for i in range(8)]
    outboxes = []
    for phone in range(PHONES):
        mine = list(items)
        random.Random(phone).shuffle(mine)
        outboxes.append([mine[:3], mine[3:], mine])
    outcomes = at_once(world, outboxes)
    assert set(outcomes) == {"stored", "identical"}
    assert outcomes["stored"] == 8
    assert Submission.objects.filter(form__form_id="village_report").count() == 8
    assert same_when_built_anew()


def test_a_file_that_comes_while_its_report_is_stored_is_not_left_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report has looked for files that came early, and is not stored yet: the file must wait for it."""
    item = world.report(registered(world, 0), "uuid:with-photo", photo="unit.jpg")
    looked = threading.Event()
    look = attachments.early

    def look_and_dawdle(instance_ids: list[str]) -> set[str]:
        found = look(instance_ids)
        looked.set()
        time.sleep(0.5)
        return found

    monkeypatch.setattr(attachments, "early", look_and_dawdle)

    def send_photo() -> None:
        looked.wait(10)
        now = dt.datetime.now(dt.UTC)
        attachments.arrive(world.device, "uuid:with-photo", "unit.jpg", io.BytesIO(synthesize.photo("unit")), now)
        connection.close()

    photo = threading.Thread(target=send_photo)
    photo.start()
    services.receive(Arrival(world.device, dt.datetime.now(dt.UTC), item=item))
    photo.join()
    assert not EarlyFile.objects.exists()
    assert Attachment.objects.get(name="unit.jpg").blob is not None


def test_reports_with_the_same_and_with_other_photos_are_stored_together(world: World) -> None:
    deployment = registered(world, 0)
    ready = threading.Barrier(PHONES)
    outcomes: list[services.Outcome] = []

    def send(phone: int) -> None:
        item = world.report(deployment, f"uuid:p{phone}", photo="unit.jpg", visit_date=f"2026-09-0{phone + 1}")
        files = {"unit.jpg": synthesize.photo("all"), "beside.jpg": synthesize.photo(f"of {phone}")}
        ready.wait()
        now = dt.datetime.now(dt.UTC)
        arrival = Arrival(world.device, now, item=item, files={n: io.BytesIO(b) for n, b in files.items()})
        outcomes.append(services.receive(arrival))
        connection.close()

    threads = [threading.Thread(target=send, args=(phone,)) for phone in range(PHONES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(o.outcome, o.missing_attachments) for o in outcomes] == [("stored", ())] * PHONES
    stored = Attachment.objects.filter(version__submission__form__form_id="village_report")
    assert stored.exclude(blob=None).exclude(received_at=None).count() == PHONES * 2
    assert stored.values("blob").distinct().count() == PHONES + 1  # the photo of all is kept once


def edited_at_once(bodies: list[dict[str, Any]], who: Who) -> Counter[str]:
    """Each body is a change that is sent from the office at the same moment; what was answered."""
    ready, outcomes = threading.Barrier(len(bodies)), list[str]()

    def one(body: dict[str, Any]) -> None:
        ready.wait()
        try:
            outcomes.append(editing.edit(who, {"item": body}).outcome)
        except Exception as fault:
            outcomes.append(repr(fault))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def test_of_two_who_change_a_report_at_the_office_at_once_one_is_told(world: World) -> None:
    who = of_user(user("administrator", "boss"))
    services.receive(Arrival(world.device, dt.datetime.now(dt.UTC), item=world.registration("uuid:r")))
    mine = [world.registration(f"uuid:e{n}", installed=n) | {"deprecated_id": "uuid:r"} for n in (1, 2)]
    assert edited_at_once(mine, who) == {"edited": 1, "conflict": 1}
    current = Submission.objects.get().current_instance_id
    same = world.registration("uuid:again", installed=5) | {"deprecated_id": current}
    assert edited_at_once([same] * 8, who) == {"edited": 1, "identical": 7}
    assert Submission.objects.get().versions.count() == 3
    assert Entry.objects.filter(action=Action.REPORT_EDITED).count() == 2
    assert same_when_built_anew()
