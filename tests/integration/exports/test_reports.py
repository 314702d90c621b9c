"""Reports as GeoJSON: each once, in every review state, with the figures of the version that counts."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from backend.deployments.models import Visit
from backend.exports.fields import REPORTS, THEMES
from backend.submissions import reviewing
from backend.submissions.models import Decision, Submission, SubmissionVersion
from tests.integration.exports.conftest import Send, body, fetched, ids, only, with_token
from tests.integration.world import World, user


def reviewed(instance_id: str, action: str, comment: str = "looked at") -> None:
    by = user("administrator", f"admin-{Decision.objects.count()}")
    reviewing.review(Submission.objects.get(instance_id=instance_id), action, comment, by)


def test_a_report_has_every_column_of_the_page_with_its_type(world: World, send: Send, deployment: Any) -> None:
    uuid = deployment()
    send(world.report(uuid, "uuid:r1", working=2, units_in_use=1))
    collection = fetched("reports")
    (feature,) = collection["features"]
    assert feature["type"] == "Feature"
    assert feature["id"] == "uuid:r1"
    assert feature["geometry"] == {"type": "Point", "coordinates": [74.93, 13.18]}
    row = feature["properties"]
    assert tuple(row) == REPORTS.names
    types = {"text": str, "integer": int, "number": int | float, "boolean": bool, "date": str, "datetime": str}
    for field in REPORTS.fields:
        value = row[field.name]
        assert value is None or isinstance(value, types[field.type]), (field.name, value)
    assert row["deployment"] == uuid
    assert (row["village"], row["village_name"], row["state"]) == ("demo:0", "Village 0", "karnataka")
    assert (row["technology"], row["clusters"], row["centre"]) == ("cutter", "best", "nitte")
    assert (row["review_state"], row["counted"], row["visit_date"]) == ("received", True, "2026-11-01")
    assert (row["working"], row["units_in_use"], row["condition"]) == (2, 1, "in_use")
    assert row["digipin"]
    assert dt.datetime.fromisoformat(row["received_at"]).tzinfo


def test_the_file_names_the_rule_the_day_and_the_filters(world: World, settings: Any) -> None:
    collection = fetched("reports", cluster="best", **{"from": "2026-01-01"})
    assert collection["rule"] == "all_but_rejected"
    assert collection["filters"] == "cluster=best&from=2026-01-01"
    assert dt.date.fromisoformat(collection["as_of"])
    assert collection["generated_at"].endswith("Z")
    settings.REVIEW_REQUIRED = True
    assert fetched("reports")["rule"] == "approved_only"


def test_every_review_state_is_there_and_says_whether_it_counts(world: World, send: Send, deployment: Any) -> None:
    uuid = deployment()
    for name in ("plain", "good", "bad", "odd", "gone"):
        send(world.report(uuid, f"uuid:{name}", working=1, defective=0, broken=0))
    for name, action in (("good", "approve"), ("bad", "reject"), ("odd", "request_changes"), ("gone", "retract")):
        reviewed(f"uuid:{name}", action)
    told = {
        f["id"]: (f["properties"]["review_state"], f["properties"]["counted"]) for f in fetched("reports")["features"]
    }
    assert told == {
        "uuid:plain": ("received", True),
        "uuid:good": ("approved", True),
        "uuid:bad": ("rejected", False),
        "uuid:odd": ("changes_requested", True),
        "uuid:gone": ("retracted", False),
    }
    assert ids(fetched("reports", review="rejected,retracted")) == ["uuid:bad", "uuid:gone"]
    rejected = only(fetched("reports", review="rejected"))
    assert rejected["working"] == 1, "what was reported is shown though it does not count"


def test_an_edited_report_stays_one_feature_with_its_first_id(world: World, send: Send, deployment: Any) -> None:
    uuid = deployment()
    send(world.report(uuid, "uuid:r1", working=2, defective=0, broken=0))
    send(world.report(uuid, "uuid:r2", working=1, defective=1, broken=0) | {"deprecated_id": "uuid:r1"})
    row = only(fetched("reports"))
    assert (row["instance_id"], row["current_instance_id"], row["version_instance_id"]) == (
        "uuid:r1",
        "uuid:r2",
        "uuid:r2",
    )
    assert (row["working"], row["review_state"], row["counted"]) == (1, "edited", True)


def test_an_approved_version_is_shown_until_its_edit_is_approved(world: World, send: Send, deployment: Any) -> None:
    uuid = deployment()
    send(world.report(uuid, "uuid:r1", working=2, defective=0, broken=0))
    reviewed("uuid:r1", "approve")
    send(world.report(uuid, "uuid:r2", working=0, defective=0, broken=2) | {"deprecated_id": "uuid:r1"})
    row = only(fetched("reports"))
    assert (row["version_instance_id"], row["current_instance_id"], row["working"]) == ("uuid:r1", "uuid:r2", 2)
    reviewed("uuid:r1", "approve")
    assert only(fetched("reports"))["version_instance_id"] == "uuid:r2"


def test_where_review_is_required_a_waiting_report_says_so(
    world: World, send: Send, deployment: Any, settings: Any
) -> None:
    settings.REVIEW_REQUIRED = True
    uuid = deployment()
    send(world.report(uuid, "uuid:r1", working=2, defective=0, broken=0))
    row = only(fetched("reports"))
    assert (row["counted"], row["waiting"], row["working"]) == (False, True, 2)
    reviewed("uuid:r1", "approve")
    row = only(fetched("reports"))
    assert (row["counted"], row["waiting"]) == (True, False)


def test_known_at_shows_what_was_received_and_decided_by_then(world: World, send: Send, deployment: Any) -> None:
    uuid = deployment()
    send(world.report(uuid, "uuid:r1", working=2, defective=0, broken=0))
    before = Visit.objects.get(submission="uuid:r1").known_from
    send(world.report(uuid, "uuid:r2", working=1, defective=1, broken=0) | {"deprecated_id": "uuid:r1"})
    reviewed("uuid:r1", "reject")
    now = only(fetched("reports"))
    assert (now["version_instance_id"], now["review_state"], now["counted"]) == ("uuid:r2", "rejected", False)
    then = only(fetched("reports", known_at=before.isoformat()))
    assert (then["version_instance_id"], then["current_instance_id"]) == ("uuid:r1", "uuid:r1")
    assert (then["review_state"], then["counted"], then["working"]) == ("received", True, 2)
    assert fetched("reports", known_at="2020-01-01T00:00:00Z")["features"] == []
    assert fetched("reports", known_at=before.isoformat(), review="rejected")["features"] == []


def test_a_report_without_position_has_no_geometry_and_one_before_its_registration_is_there(
    world: World, send: Send
) -> None:
    send(world.report("00000000-0000-4000-8000-000000000001", "uuid:early", position=None))
    (feature,) = fetched("reports")["features"]
    assert feature["geometry"] is None
    assert feature["properties"]["deployment"] == "00000000-0000-4000-8000-000000000001"
    assert feature["properties"]["technology"] is None


def test_personal_answers_are_in_no_export(world: World, send: Send, deployment: Any) -> None:
    uuid = deployment(owner_name="Lakshmi Devi", owner_phone="9876543210")
    send(world.report(uuid, respondent_name="Sita Kumari", respondent_phone="9876543211"))
    send(world.filled("village_need", contact_name="Gita Bai", contact_phone="9876543212"))
    for kind in ("reports", "deployments", "needs", "trainings", "villages", "centres"):
        content = body(with_token().get(f"/api/v1/export/{kind}.geojson"))
        for secret in (b"Lakshmi", b"Sita", b"Gita", b"98765432"):
            assert secret not in content


def test_more_reports_than_one_read_holds_come_each_once(
    world: World, send: Send, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.exports.queries.CHUNK", 3)
    uuid = deployment()
    sent = [send(world.report(uuid, f"uuid:{n}")) for n in range(8)]
    assert ids(fetched("reports")) == sent


def test_a_review_in_the_middle_neither_doubles_nor_drops_a_report(
    world: World, send: Send, deployment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.exports.queries.CHUNK", 2)
    uuid = deployment()
    sent = [send(world.report(uuid, f"uuid:{n}", working=1, defective=0, broken=0)) for n in range(8)]
    stream = with_token().get("/api/v1/export/reports.geojson").streaming_content
    parts = [next(stream), next(stream)]
    for name in ("uuid:0", "uuid:7"):
        reviewed(name, "approve")
    assert ids(orjson.loads(b"".join([*parts, *stream]))) == sent


@pytest.mark.parametrize("form", ["geojson", "geojsonseq", "csv"])
def test_a_stream_that_breaks_off_cannot_be_read_as_a_whole_one(
    world: World, send: Send, deployment: Any, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Whatever the server makes of it: granian ends the response of a stream that raised as it ends any other."""
    import pandas

    monkeypatch.setattr("backend.exports.queries.CHUNK", 1)
    uuid = deployment()
    for n in range(4):
        send(world.report(uuid, f"uuid:{n}"))
    stream = with_token().get(f"/api/v1/export/reports.{form}").streaming_content
    got = [next(stream), next(stream)]

    def lost(*args: Any, **kwargs: Any) -> Any:
        raise OSError("the database went away")

    monkeypatch.setattr("backend.exports.queries.Prepared.__call__", lost)
    with pytest.raises(OSError, match="went away"):
        got.extend(stream)
    read = {
        "geojson": orjson.loads,
        "geojsonseq": lambda content: [orjson.loads(line) for line in content.splitlines()],
        "csv": lambda content: pandas.read_csv(io.BytesIO(content)),
    }
    with pytest.raises(ValueError, match=r"(?i)unexpected|EOF"):
        read[form](b"".join(got))


@pytest.mark.parametrize("form", ["geojson", "geojsonseq"])
def test_gdal_reads_it_back_with_equal_counts_and_types(
    world: World, send: Send, deployment: Callable[..., str], tmp_path: Path, form: str
) -> None:
    import geopandas

    uuid = deployment()
    for n in range(5):
        send(world.report(uuid, f"uuid:{n}", working=2, units_in_use=1))
    path = tmp_path / f"reports.{form}"
    path.write_bytes(body(with_token().get(f"/api/v1/export/reports.{form}")))
    frame = geopandas.read_file(path)
    assert list(frame["instance_id"]) == [f"uuid:{n}" for n in range(5)]
    assert frame.crs.to_epsg() == 4326
    assert set(REPORTS.names) <= set(frame.columns)
    assert frame["working"].dtype.kind == "i"
    assert frame["counted"].dtype.kind == "b"
    assert frame["visit_date"].dtype.kind == "M"
    assert (frame.geometry.x.iloc[0], frame.geometry.y.iloc[0]) == (74.93, 13.18)


def test_csv_has_the_same_names_and_runs_no_formula(world: World, send: Send, deployment: Any) -> None:
    import csv

    uuid = deployment()
    send(world.report(uuid, "uuid:r1", village=None, village_listed="no", village_other='=HYPERLINK(1), "x"'))
    response = with_token().get("/api/v1/export/reports.csv")
    (row,) = csv.DictReader(body(response).decode().splitlines())
    assert tuple(row) == (*REPORTS.names, "lon", "lat")
    assert row["village_other"].startswith("'=HYPERLINK(1)")
    assert (row["counted"], row["lon"]) == ("true", "74.93")
    assert 'filename="gramreach-reports-' in response["Content-Disposition"]


def test_erased_submissions_are_gone(world: World, send: Send, deployment: Any) -> None:
    uuid = deployment()
    send(world.report(uuid, "uuid:r1"))
    Submission.objects.filter(instance_id="uuid:r1").update(deleted_at=dt.datetime.now(dt.UTC))
    assert fetched("reports")["features"] == []
    assert SubmissionVersion.objects.filter(instance_id="uuid:r1").exists()


def test_what_theme_modules_ask_stands_in_columns_of_its_own(world: World, send: Send, deployment: Any) -> None:
    item = world.report(
        deployment(), "uuid:themes", modules=["water", "ewaste"], structures=2, water_kl=30.5, water_months=7
    )
    item["answers"]["ewaste"] = [
        {"category": "batteries", "kg_collected": 4, "kg_dismantled": 2.5, "kg_recycled": 1},
        {"category": "other", "kg_collected": 1, "kg_dismantled": 0.5, "kg_recycled": 0},
    ]
    send(item)
    row = only(fetched("reports"))
    themes = {field.name: row[field.name] for field in THEMES}
    assert themes == dict.fromkeys(themes) | {
        "modules": "water ewaste", "structures": 2, "water_kl": 30.5, "water_months": 7, "kg_dismantled": 3.0, "kg_recycled": 1.0,
    }  # fmt: skip


def test_a_report_without_theme_modules_leaves_their_columns_blank(world: World, send: Send, deployment: Any) -> None:
    item = world.report(deployment(), modules=None)
    for group in ("water", "ewaste", "agriculture", "one_health"):
        item["answers"].pop(group, None)
    send(item)
    row = only(fetched("reports"))
    assert {row[field.name] for field in THEMES} == {None}
