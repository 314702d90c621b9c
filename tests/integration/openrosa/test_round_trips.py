"""Forms of every feature: published, filled by the form engine, sent as Collect sends, and read back equal."""

from __future__ import annotations

import base64
import csv
import io
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from backend.accounts.who import Who
from backend.submissions import lists
from backend.submissions.models import Attachment, FormVersion, SubmissionVersion
from backend.submissions.publishing import publish
from field_forms.answering import write
from field_forms.instance import answers as answers_of
from field_forms.instance import entity, read
from field_forms.schema import Schema
from tests.engine import Filled, fill
from tests.integration.openrosa.collect import Collect
from tests.integration.openrosa.test_openrosa import jpeg
from tests.integration.world import World

FIXTURES = Path(__file__).parents[2] / "fixtures"
HERE = "13.18 74.93 12.5 4"
WAY = "13.18 74.93 0 0; 13.19 74.94 0 0; 13.2 74.95 0 0"
FIELD = "13.18 74.93 0 0; 13.19 74.93 0 0; 13.19 74.94 0 0; 13.18 74.93 0 0"
ANSWERS: list[tuple[str, Any]] = [
    ("/data/name", "नल <&> \"Ω\" ' \n दो"), ("/data/weight", "2.5"), ("/data/colour", "red"), ("/data/colours", ["red", "blue"]),
    ("/data/shade", "dark"), ("/data/order", ["blue", "red"]), ("/data/sure", "4"), ("/data/said", True),
    ("/data/day", "2026-11-20"), ("/data/hour", "10:30:00.000+05:30"), ("/data/moment", "2026-11-20T10:30:00.000+05:30"),
    ("/data/code", "GR-0042"), ("/data/here", HERE), ("/data/way", WAY), ("/data/field", FIELD),
    ("/data/photo", {"file": "चरखा.jpg", "bytes": base64.b64encode(jpeg("white")).decode()}),
    ("/data/paper", {"file": "list.csv", "bytes": base64.b64encode(b"a,b\n1,2\n").decode()}),
    ("/data/outer/inner/deep", "deep"),
    ("/data/plot[1]/owner", "Asha"), ("/data/plot[1]/border", FIELD), ("/data/plot[2]/owner", "Meena"),
    ("/data/plot[1]/tree[1]/kind", "mango"), ("/data/plot[1]/tree[1]/stands", HERE), ("/data/plot[1]/tree[2]/kind", "neem"),
    ("/data/plot[2]/tree[1]/kind", "teak"),
    ("/data/plot[2]/tree[1]/leaf", {"file": "leaf.jpg", "bytes": base64.b64encode(jpeg("green")).decode()}),
    ("/data/fixed[1]/number", "1"), ("/data/fixed[2]/number", "2"), ("/data/village", "demo:1"),
]  # fmt: skip
REPEATS = [("/data/plot", 2), ("/data/plot[1]/tree", 2), ("/data/plot[2]/tree", 1)]


def leaves(xml: bytes) -> dict[str, str]:
    """Every answered leaf by its reference; repeats are numbered where there are several."""
    root = etree.fromstring(xml)
    found = {}
    for element in root.iter():
        if isinstance(element.tag, str) and len(element) == 0 and element.text and element.text.strip():
            found[_reference(element)] = element.text
    return found


def _reference(element: etree._Element) -> str:
    parts = []
    while element is not None:
        parent = element.getparent()
        name = etree.QName(element).localname
        alike = [child for child in (parent if parent is not None else ()) if child.tag == element.tag]
        parts.append(f"{name}[{alike.index(element) + 1}]" if len(alike) > 1 else name)
        element = parent  # type: ignore[assignment]
    return "/" + "/".join(reversed(parts))


def plain(reference: str) -> str:
    return reference.replace("[1]", "")


def sent(world: World, filled: Filled) -> SubmissionVersion:
    assert filled.violations == []
    collect = Collect(f"/openrosa/key/{world.token}")
    collect.send(filled.xml, filled.files, at_once=1)
    return SubmissionVersion.objects.get(instance_id=read(filled.xml).instance_id)


def media_of(world: World, form: FormVersion) -> dict[str, str]:
    who = Who("field_officer", device=world.device)
    return {name: lists.csv_of(name, who).decode() for name in form.schema["files"]}


def read_back_equal(world: World, form: FormVersion, filled: Filled) -> SubmissionVersion:
    """What the engine wrote is what is stored, letter for letter, and what JSON says of it is the same again."""
    version = sent(world, filled)
    stored = zlib.decompress(bytes(version.xml))
    assert leaves(stored) == leaves(filled.xml)
    told = {plain(k): v for k, v in leaves(stored).items()}
    assert {plain(k): v for k, v in filled.leaves.items()}.items() <= told.items()
    schema = Schema.from_json(form.schema)
    values, flags = answers_of(read(stored), schema)
    assert (values, flags) == (version.answers, ())
    again = write(schema, "uuid:again", None, {k: v for k, v in values.items() if k != "meta"})
    assert answers_of(read(again), schema)[0] == {k: v for k, v in values.items() if k != "meta"}
    named = set(filled.files)
    assert set(Attachment.objects.filter(version=version).exclude(blob=None).values_list("name", flat=True)) == named
    return version


def test_a_form_of_every_feature_comes_back_as_it_was_filled(world: World) -> None:
    form = publish((FIXTURES / "every_feature.md").read_bytes(), "features.md", validate=False)
    assert b'client-editable="true"' in bytes(form.xform)
    filled = fill(bytes(form.xform), ANSWERS, media=media_of(world, form), repeats=REPEATS)
    version = read_back_equal(world, form, filled)
    said = version.answers
    assert said["name"] == 'नल <&> "Ω" \' \n दो'
    assert (said["count"], said["twice"], said["weight"], said["sure"]) == (2, "4", 2.5, 4)
    assert (said["colours"], said["order"], said["shade"], said["said"]) == (
        ["red", "blue"],
        ["blue", "red"],
        "dark",
        "OK",
    )
    assert said["here"] == {"type": "Point", "coordinates": [74.93, 13.18, 12.5], "properties": {"accuracy": 4.0}}
    assert said["field"]["coordinates"][0][0] == said["field"]["coordinates"][0][-1]
    assert [plot["owner"] for plot in said["plot"]] == ["Asha", "Meena"]
    assert [[tree["kind"] for tree in plot["tree"]] for plot in said["plot"]] == [["mango", "neem"], ["teak"]]
    assert said["plot"][0]["tree"][0]["stands"]["type"] == "Point"
    assert said["plot"][0]["border"]["type"] == "Polygon"
    assert said["fixed"] == [{"number": 1}, {"number": 2}]
    assert said["outer"] == {"inner": {"deep": "deep"}}
    assert set(filled.files) == {said["photo"], said["paper"], said["plot"][1]["tree"][0]["leaf"]}


def test_an_audit_log_is_a_file_of_the_report(world: World) -> None:
    """Only Collect writes one: the engine leaves its question empty."""
    form = publish((FIXTURES / "every_feature.md").read_bytes(), "features.md", validate=False)
    filled = fill(bytes(form.xform), [("/data/name", "x")], media=media_of(world, form))
    xml = re.sub(rb"<(\w+:)?audit\s*/>", rb"<\1audit>audit.csv</\1audit>", filled.xml)
    assert xml != filled.xml
    log = b"event,node,start,end\nform start,,1795140000000,\n"
    Collect(f"/openrosa/key/{world.token}").send(xml, {"audit.csv": log})
    assert Attachment.objects.get(name="audit.csv").blob.size == len(log)


def test_our_forms_filled_by_the_engine_make_a_deployment_and_report_on_it(world: World) -> None:
    """With the entity blocks that the engine writes: what is created, and the version that a report rests on."""
    registration = world.forms["deployment_registration"]
    answers: list[tuple[str, Any]] = [
        ("/data/place/visit_date", "2026-11-01"), ("/data/place/village_listed", "yes"), ("/data/place/village", "demo:0"),
        ("/data/work/technology", "cutter"), ("/data/work/centre", "nitte"), ("/data/work/purpose", "village_use"),
        ("/data/work/site_kind", "public"), ("/data/work/installed", "5"), ("/data/work/started", "2026-10-01"),
        ("/data/evidence/position", HERE), ("/data/notice/notice_read", "yes"),
    ]  # fmt: skip
    filled = fill(bytes(registration.xform), answers, media=media_of(world, registration))
    read_back_equal(world, registration, filled)
    made = entity(read(filled.xml))
    assert made is not None
    assert made.create
    assert "Betel-nut cutter" in made.label
    report = world.forms["village_report"]
    media = media_of(world, report)
    [row] = csv.DictReader(io.StringIO(media["deployments.csv"]))
    assert (row["name"], row["__version"], row["label"]) == (made.entity_id, "1", made.label)
    answers = [
        ("/data/place/visit_date", "2026-11-02"), ("/data/place/village_listed", "yes"), ("/data/place/village", "demo:0"),
        ("/data/work/subject", "deployment"), ("/data/work/deployment", made.entity_id), ("/data/work/how_known", "seen"),
        ("/data/units/units_added", "2"), ("/data/units/units_changed_reason", "more_bought"),
    ]  # fmt: skip
    filled = fill(bytes(report.xform), answers, media=media)
    told = entity(read(filled.xml))
    assert told is not None
    assert (told.update, told.entity_id, told.base_version) == (True, made.entity_id, 1)
    assert "7" in leaves(filled.xml).values()
    Collect(f"/openrosa/key/{world.token}").send(filled.xml)
    version = SubmissionVersion.objects.get(instance_id=read(filled.xml).instance_id)
    assert version.entity_base == "1,,"


@pytest.mark.parametrize("answered", [True, False])
def test_every_type_of_the_field_app_comes_back(world: World, answered: bool) -> None:
    source = (FIXTURES / "every_type.md").read_bytes()
    form = publish(source, "every_type.md", validate=False)
    answers: list[tuple[str, Any]] = [
        ("/data/texts/plain", "एक"), ("/data/numbers/working", "3"), ("/data/times/day", "2026-11-20"),
        ("/data/choices/seen", ["working", "broken"]), ("/data/outer/district", "udupi"), ("/data/outer/block", "karkala"),
        ("/data/visits[1]/who", "weaver"), ("/data/position", HERE), ("/data/path", WAY), ("/data/field", FIELD),
    ]  # fmt: skip
    filled = fill(bytes(form.xform), answers if answered else [], media=media_of(world, form))
    Collect(f"/openrosa/key/{world.token}").send(filled.xml, filled.files)
    version = SubmissionVersion.objects.get(instance_id=read(filled.xml).instance_id)
    assert leaves(zlib.decompress(bytes(version.xml))) == leaves(filled.xml)
