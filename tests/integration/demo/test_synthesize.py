"""Made-up reports in the database: marked, the same each time, and by either way of writing."""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from backend.demo import generator, places, synthesize, technologies
from backend.demo.stage import Stage
from backend.deployments.models import Deployment, DeploymentState, Visit
from backend.registry.models import CatchmentVillage, Centre, Cluster, Technology, Village
from backend.submissions.models import Attachment, Flag, KeptAside, Submission, SubmissionVersion
from tests.integration.demo.conftest import REPORTS
from tests.integration.submissions.test_rebuild import derived

DAY = dt.date(2026, 11, 22)
# Others come up honestly: near a border a position may lie across it.
_MADE_ODD = {"accuracy_low", "constraint_failed", "far_from_village", "future_date", "position_unproven", "too_fast"}


def rows(stage: Stage, **ways: Any) -> tuple[Any, ...]:
    """What is stored, by what it says; nothing of it stays."""
    with transaction.atomic():
        outcomes = synthesize.write(stage, REPORTS, seed=1, day=DAY, **ways)
        tables = derived()
        tables["Visit"] = [tuple(pair for pair in row if pair[0] != "sequence") for row in tables["Visit"]]
        flags = sorted(Flag.objects.values_list("version__instance_id", "code", "where"))
        xml = sorted((v.instance_id, bytes(v.xml)) for v in SubmissionVersion.objects.all())
        transaction.set_rollback(True)
    assert outcomes["stored"] == REPORTS
    return tables, flags, xml


def test_each_time_and_either_way_the_same_rows(stage: Stage) -> None:
    first = rows(stage)
    assert rows(stage) == first
    assert rows(stage, bulk=True) == first


def test_other_processes_prepare_the_same_rows(tmp_path: Path) -> None:
    def exported(processes: int) -> list[str]:
        env = os.environ | {"GRAMREACH_HOME": str(tmp_path / str(processes)), "DATABASE_URL": ""}
        env["DJANGO_SETTINGS_MODULE"] = "backend.config.settings"
        gramreach = Path(sys.executable).with_name("gramreach")
        out = tmp_path / f"{processes}.csv"
        for command in (
            ["migrate"],
            ["synthesize", "--bulk", "--reports", "150", "--processes", str(processes)],
            ["export", "reports", "--format", "csv", "--out", str(out)],
        ):
            subprocess.run([gramreach, *command], env=env, check=True, capture_output=True)
        return out.read_text().splitlines()

    alone = exported(1)
    assert len(alone) > 100
    assert exported(2) == alone


def test_again_adds_nothing(stage: Stage) -> None:
    synthesize.write(stage, 60, seed=1, day=DAY, photos=2)
    for bulk in (False, True):
        again = synthesize.write(stage, 60, seed=1, day=DAY, photos=2, bulk=bulk)
        assert (again["stored"], again["identical"]) == (0, 60)
    more = synthesize.write(stage, 80, seed=1, day=DAY, photos=2, bulk=True)
    assert (more["stored"], more["identical"]) == (20, 60)
    assert Submission.objects.count() == 80
    assert not KeptAside.objects.exists()


def test_everything_is_marked_and_nothing_real_is_touched(stage: Stage) -> None:
    real = Technology.objects.filter(illustrative=False)
    before = sorted(real.values_list("slug", "clusters__slug"))
    synthesize.write(stage, REPORTS, seed=1, day=DAY, bulk=True)
    for model in (SubmissionVersion, Visit, Deployment, Village, CatchmentVillage):
        assert not model._default_manager.filter(illustrative=False).exists()
    synthesize.prepare(REPORTS)
    assert sorted(real.values_list("slug", "clusters__slug")) == before
    assert all(t.name.endswith("(illustrative)") for t in Technology.objects.filter(illustrative=True))


def test_flags_are_raised_by_what_was_made_odd_and_hardly_else(stage: Stage) -> None:
    synthesize.write(stage, REPORTS, seed=1, day=DAY, bulk=True)
    odd = {i.instance_id: i.odd for i in islice(generator.items(stage, 1, DAY), REPORTS) if i.odd}
    flagged: dict[str, set[str]] = {}
    for instance_id, code in Flag.objects.values_list("version__instance_id", "code"):
        flagged.setdefault(instance_id, set()).add(code)
    assert odd
    assert all(code in flagged[instance_id] for instance_id, code in odd.items())
    others = [codes for instance_id, codes in flagged.items() if instance_id not in odd]
    assert not any(codes & _MADE_ODD for codes in others)
    assert len(others) < REPORTS * 0.03
    assert not Flag.objects.filter(code__in=["outside_area", "unknown_deployment", "unchecked", "required_missing"])


def test_every_cluster_has_technologies_and_some_work_in_other_states(stage: Stage) -> None:
    synthesize.write(stage, REPORTS, seed=1, day=DAY, bulk=True)
    for cluster in Cluster.objects.all():
        assert cluster.technologies.filter(illustrative=True).count() >= 4
    deployed = Deployment.objects.exclude(technology__origin_cluster=None).select_related("technology__origin_cluster")
    at_home = Counter(
        d.village.state_id == d.technology.origin_cluster.state_id
        for d in deployed.select_related("village", "technology__origin_cluster")
        if d.village and d.technology and d.technology.origin_cluster
    )
    assert at_home[True]
    assert at_home[False]
    assert DeploymentState.objects.filter(units_in_use__gt=0).exists()


def test_villages_are_numbered_and_stand_on_lists_of_the_right_length(stage: Stage) -> None:
    assert not Village.objects.exclude(name__regex=r"^Village [0-9]{4}$").exists()
    assert not Village.objects.filter(h3_r7=None).exists()
    assert not Village.objects.exclude(code__startswith="demo:").exists()
    for centre in Centre.objects.exclude(sites=None).distinct():
        rows = CatchmentVillage.objects.filter(centre=centre)
        if centre.kind == Centre.Kind.RSVC:
            assert 15 <= rows.count() <= 20, centre
            assert rows.exclude(until=None).count() == 1
        else:
            assert 60 <= rows.count() <= 400, centre
    bare = {site.code for site in stage.bare}
    assert bare
    assert not bare & {site.code for site in (*stage.smart, *stage.listed, *stage.spread)}


def test_again_makes_no_villages_lists_or_technologies(stage: Stage) -> None:
    assert (technologies.make(), places.make_catchments(), places.make(places.spread(400))) == (0, 0, 0)
    assert places.spread(900)[:400] == places.spread(400)


def test_photos_come_with_their_files(stage: Stage) -> None:
    synthesize.write(stage, 60, seed=1, day=DAY, photos=3)
    attachments = list(Attachment.objects.select_related("blob"))
    assert len(attachments) == 3
    assert {a.blob.content_type for a in attachments if a.blob} == {"image/jpeg"}


def test_the_command_says_what_it_did_and_warns_beside_real_reports(stage: Stage) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("synthesize", reports=30, bulk=True, stdout=out, stderr=err)
    call_command("synthesize", reports=30, stdout=out, stderr=err)
    assert out.getvalue().splitlines() == ["30 made-up reports: 30 stored.", "30 made-up reports: 30 identical."]
    assert not err.getvalue()
    SubmissionVersion.objects.order_by("id")[:1].get()
    SubmissionVersion.objects.filter(number=1).update(illustrative=False)
    call_command("synthesize", reports=30, bulk=True, stdout=out, stderr=err)
    assert "30 real reports are here" in err.getvalue()
    with pytest.raises(CommandError):
        call_command("synthesize", reports=0)
