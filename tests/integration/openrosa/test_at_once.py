"""Twenty phones, or one twenty times, at the same moment: one report is stored."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from backend.deployments.models import Deployment
from backend.submissions.models import Attachment, KeptAside, Submission, SubmissionVersion
from field_forms.answering import write
from field_forms.schema import Schema
from tests.integration.openrosa.collect import Collect
from tests.integration.openrosa.test_openrosa import jpeg
from tests.integration.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def test_the_same_report_sent_twenty_times_at_once_is_stored_once(world: World) -> None:
    item = world.registration("uuid:once", photo="photo.jpg", photo_people="none")
    schema = Schema.from_json(world.forms[item["form_id"]].schema)
    xml, photo = write(schema, "uuid:once", None, item["answers"]), jpeg("white")
    said: Counter[str] = Counter()
    faults: list[BaseException] = []
    ready = threading.Barrier(TIMES)

    def send() -> None:
        try:
            collect = Collect(f"/openrosa/key/{world.token}")
            ready.wait()
            said[collect.post(xml, {"photo.jpg": photo})] += 1
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert said == {"The report reached the office.": 1, "The office has this report already.": TIMES - 1}
    counts = [model.objects.count() for model in (Submission, SubmissionVersion, Attachment, Deployment)]
    assert counts == [1, 1, 1, 1]
    assert not KeptAside.objects.exists()
