"""Backups of released versions: restored by today's code they are brought up to date, and nothing of them is lost."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from backend.deployments.models import DerivedBy, Visit
from backend.submissions import derived
from tests.faults.homes import empty_home
from tests.integration.world import World

RELEASED = sorted((Path(__file__).parents[2] / "fixtures").glob("released-*.tar.gz"))
_COUNT = """
from backend.deployments.models import Deployment, Visit
from backend.submissions.models import Attachment, Submission
from backend.submissions.details import detail
print(Submission.objects.count(), Visit.objects.count(), Deployment.objects.count(), Attachment.objects.exclude(blob=None).count())
print(detail(Submission.objects.get(instance_id="uuid:r0"), with_personal=True)["xml"].count("Lakshmi Devi"))
"""


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.name)
def test_it_is_restored_and_brought_up_to_date(tmp_path: Path, released: Path) -> None:
    """Made with six registrations, each with a photo, and a report on each."""
    target = tmp_path / "backup.tar"
    target.write_bytes(gzip.decompress(released.read_bytes()))
    home = empty_home(tmp_path / "home", "sqlite")
    home.ok("restore", str(target))
    counted = home.python(_COUNT).splitlines()
    assert counted[0] == "12 12 6 6"
    assert counted[-1] == "1"
    assert "FAULT" not in home.run("doctor", "--thorough").stdout


def test_there_is_one() -> None:
    assert RELEASED


@pytest.mark.django_db
def test_what_is_counted_is_made_anew_when_its_code_changed(world: World) -> None:
    world.client().post("/api/v1/submissions", world.registration(), content_type="application/json")
    derived.note()
    Visit.objects.all().delete()  # as older code might have left it
    derived.bring_up_to_date(lambda text: None)
    assert Visit.objects.count() == 0  # the same code: nothing is touched
    DerivedBy.objects.update(version=derived.CODE_VERSION - 1)
    said: list[str] = []
    derived.bring_up_to_date(said.append)
    assert Visit.objects.count() == 1
    assert derived.made_by() == derived.CODE_VERSION
    assert "made anew from 1 submissions" in said[0]
