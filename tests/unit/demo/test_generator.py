"""The made-up reports: the same for the same seed and day, in order, and such as the forms want them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest

from backend.demo import generator, odd
from backend.demo.generator import Item
from field_forms.answering import created_id, write
from field_forms.check import check
from field_forms.compile import compile_form
from field_forms.reading import read
from field_forms.schema import Schema
from tests.unit.demo.stages import DAY, make_stage

FORMS = Path(__file__).parents[3] / "field_forms" / "forms"


@cache
def made(count: int, *, seed: int = 1, day: dt.date = DAY, **more: Any) -> list[Item]:
    return list(islice(generator.items(make_stage(), seed, day, **more), count))


def bytes_of(items: list[Item]) -> bytes:
    return orjson.dumps([(i.form_id, i.instance_id, i.centre, i.received_at, i.answers, i.odd) for i in items])


@pytest.fixture(scope="module")
def schemas() -> dict[str, Schema]:
    compiled = [compile_form(path.read_bytes(), path.name, validate=False) for path in FORMS.glob("*.md")]
    return {form.form_id: form.schema for form in compiled}


def test_the_same_seed_and_day_make_the_same_and_others_make_others() -> None:
    again = islice(generator.items(make_stage(), 1, DAY), 800)
    assert bytes_of(made(800)) == bytes_of(list(again))
    assert bytes_of(made(800)) != bytes_of(made(800, seed=2))
    ids = {i.instance_id for i in made(800)}
    assert not ids & {i.instance_id for i in made(800, day=DAY + dt.timedelta(days=1))}
    assert not ids & {i.instance_id for i in made(800, seed=2)}


def test_fewer_are_the_first_of_more() -> None:
    assert bytes_of(made(300)) == bytes_of(made(6000)[:300])


def test_every_id_is_a_uuid_and_its_own() -> None:
    ids = [i.instance_id for i in made(6000)]
    assert len(set(ids)) == 6000
    assert {uuid.UUID(i.removeprefix("uuid:")).version for i in ids} == {5}


def test_a_registration_comes_before_its_reports_also_when_sorted_by_receipt() -> None:
    known: set[str] = set()
    for item in generator.by_receipt(generator.items(make_stage(), 1, DAY), 3000):
        if item.form_id == "deployment_registration":
            known.add(created_id(item.instance_id))
        elif item.form_id == "village_report" and item.answers["work"]["subject"] == "deployment":
            assert item.answers["work"]["deployment"] in known


def test_within_a_block_all_come_in_the_order_of_receipt() -> None:
    times = [i.received_at for i in generator.by_receipt(generator.items(make_stage(), 1, DAY), generator.BLOCK)]
    assert times == sorted(times)


def test_all_was_received_after_it_was_filled_and_before_the_day_began() -> None:
    midnight = dt.datetime.combine(DAY, dt.time(), generator.INDIA)
    for item in made(6000):
        started = dt.datetime.fromisoformat(item.answers["start"])
        assert started < item.received_at < midnight
        if item.odd != "too_fast":
            assert dt.datetime.fromisoformat(item.answers["end"]) <= item.received_at


def test_no_story_begins_before_its_centre_or_before_two_years_ago() -> None:
    since = make_stage().since
    for item in made(6000):
        day = dt.date.fromisoformat(item.answers["today"])
        assert DAY - dt.timedelta(days=721) <= day < DAY
        if item.form_id == "deployment_registration" and item.centre in since:
            assert dt.date.fromisoformat(item.answers["work"]["started"]) >= since[item.centre]


def test_forms_keep_their_constraints_unless_odd_on_purpose(schemas: dict[str, Schema]) -> None:
    for item in made(6000)[:600]:
        schema = schemas[item.form_id]
        flags = check(read(write(schema, item.instance_id, None, item.answers)), schema).flags
        told = {flag.code for flag in flags}
        assert not told if item.odd not in ("constraint_failed", "future_date") else told == {"constraint_failed"}, item


def test_the_odd_are_few_and_of_every_kind() -> None:
    items = made(6000)
    kinds = Counter(item.odd for item in items if item.odd)
    assert 0.015 * len(items) < kinds.total() < 0.045 * len(items)
    assert set(kinds) == {flag for flag, _ in odd._CHANGES}


def test_stories_differ_in_how_they_end() -> None:
    last: dict[str, dict[str, Any]] = {}
    days: dict[str, list[str]] = defaultdict(list)
    for item in made(6000):
        work = item.answers.get("work", {})
        if item.form_id == "village_report" and work["subject"] == "deployment":
            last[work["deployment"]] = item.answers
            days[work["deployment"]].append(item.answers["today"])
    told = [a for a in last.values() if "units" in a]
    assert sum(a["ending"]["ended"] == "yes" for a in last.values()) > 5
    assert sum(a["units"]["broken"] == a["units"]["installed"] for a in told) > 20
    assert sum(a["units"]["working"] > 0 == a["units"]["units_in_use"] for a in told) > 10
    assert sum(max(d) < (DAY - dt.timedelta(days=180)).isoformat() for d in days.values()) > 10
    assert sum(a["units"]["units_in_use"] > 0 for a in told) > len(told) / 2


def test_how_officers_know_is_mixed_and_mostly_seen() -> None:
    reports = [i for i in made(6000) if i.form_id == "village_report"]
    how = Counter(i.answers["work"]["how_known"] for i in reports)
    assert set(how) == {"seen", "told", "phoned", "not_found", "unreachable"}
    assert how["seen"] > 0.75 * how.total()


def test_technologies_stand_mostly_in_their_clusters_states_and_sometimes_elsewhere() -> None:
    state = {site.code: site.state for s in [make_stage()] for site in (*s.smart, *s.listed, *s.spread)}
    rows = [i.answers for i in made(6000) if i.form_id == "deployment_registration"]
    elsewhere = [state[a["place"]["village"]] for a in rows if a["work"]["technology"] == "machine"]
    assert "maharashtra" in elsewhere
    assert "odisha" in elsewhere


def test_only_the_first_registrations_name_a_photo() -> None:
    items = made(400, photos=3)
    assert [i.form_id for i in items if i.photo] == ["deployment_registration"] * 3
    assert all(i.answers["evidence"]["photo"] == i.photo for i in items if i.photo)
    assert not any("photo" in i.answers["evidence"] for i in items if not i.photo)
