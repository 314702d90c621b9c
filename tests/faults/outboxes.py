"""Reports to be sent by the tests' phones, and what must be true of a server once they are all sent."""

from __future__ import annotations

import json
import uuid
from typing import Any

from field_forms.answering import write
from field_forms.schema import Schema
from tests.faults.clients import Filled, noise
from tests.faults.homes import Home

_EXAMPLE = """
import json
from tests.integration.world import the_world
world = the_world()
form = world.forms["deployment_registration"]
print(json.dumps({"item": world.registration(), "photo": world.registration(photo="photo.jpg"), "schema": form.schema}))
"""
_CHECK = """
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from django.conf import settings
from backend.deployments.models import Deployment, DeploymentState, Visit
from backend.field.models import Upload
from backend.submissions import blobs
from backend.submissions.bulk import rebuild
from backend.submissions.models import Attachment, Blob, KeptAside, Submission, SubmissionVersion
from tests.integration.submissions.test_rebuild import derived
blobs.sweep(timedelta(0))
before = derived()
rebuild()
names = [p.name for p in Path(settings.GRAMREACH_HOME, "attachments").rglob("*") if p.is_file()]
print(json.dumps({
    "submissions": sorted(Submission.objects.values_list("instance_id", flat=True)),
    "versions": sorted(SubmissionVersion.objects.values_list("instance_id", flat=True)),
    "photos": sorted(Attachment.objects.exclude(blob=None).values_list("version__instance_id", "name")),
    "missing": Attachment.objects.filter(blob=None).count(),
    "kept_aside": list(KeptAside.objects.values_list("code", "instance_id")),
    "files": sorted(names),
    "blobs": sorted(Blob.objects.values_list("sha256", flat=True)),
    "same_when_built_anew": before == derived(),
}))
"""


class Writer:
    """Makes filled forms of one home."""

    def __init__(self, home: Home) -> None:
        told = json.loads(home.python(_EXAMPLE))
        self.sent: list[Filled] = []  # of all tests that share the home
        self.receipts: dict[str, str] = {}
        self.plain, self.with_photo, self.schema = told["item"], told["photo"], Schema.from_json(told["schema"])

    def filled(self, photo: int | None = None) -> Filled:
        item: dict[str, Any] = dict(self.plain if photo is None else self.with_photo)
        item["instance_id"] = f"uuid:{uuid.uuid4()}"
        xml = write(self.schema, item["instance_id"], None, item["answers"])
        return Filled(item, xml, {} if photo is None else {"photo.jpg": noise(photo)})

    def outbox(self, reports: int, photos: int, seed: int = 0) -> dict[str, Filled]:
        made = [self.filled(seed * 1000 + n if n < photos else None) for n in range(reports)]
        return {filled.instance_id: filled for filled in made}


def settled(home: Home) -> dict[str, Any]:
    """What lies on the server, after a sweep and with the derived tables made anew beside those that were there."""
    found: dict[str, Any] = json.loads(home.python(_CHECK).splitlines()[-1])
    return found


def check_exactly_once(home: Home, sent: list[Filled], receipts: dict[str, str]) -> None:
    found = settled(home)
    ids = sorted(filled.instance_id for filled in sent)
    assert set(receipts) <= set(found["submissions"]), "a receipt was given for a report that is not here"
    assert found["submissions"] == ids
    assert found["versions"] == ids
    photos = [[filled.instance_id, name] for filled in sent for name in filled.photos]
    assert found["photos"] == sorted(photos)
    assert found["missing"] == 0
    assert found["kept_aside"] == []
    assert found["files"] == found["blobs"], "an attachment's file without its row, or the other way round"
    assert found["same_when_built_anew"]
