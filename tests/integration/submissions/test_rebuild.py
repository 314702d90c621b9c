"""Whatever happened, in whatever order: built anew from the facts, the derived tables are the same rows."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from typing import Any

import pytest
from django.forms.models import model_to_dict
from django.test import override_settings
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from backend.accounts.models import User
from backend.deployments.models import Deployment, DeploymentMonth, DeploymentState, Visit
from backend.deployments.versions import Base
from backend.errors import GramReachError
from backend.submissions import bulk, entities, reviewing, services, settling
from backend.submissions.arrivals import Arrival
from backend.submissions.models import Submission
from field_forms.answering import created_id, write
from field_forms.schema import Schema
from tests.integration.world import World, make_world, user
from tests.soak import examples

DEPLOYMENTS = [created_id(f"uuid:reg{i}") for i in range(3)]

how_known = st.sampled_from(["seen", "told", "not_found"])
step = st.one_of(
    st.tuples(st.just("register"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("report"), st.integers(0, 2), st.integers(0, 60), st.integers(0, 3), how_known),
    st.tuples(
        st.just("batch"), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 40)), max_size=4)
    ),
    st.tuples(
        st.just("offline"), st.integers(0, 2), st.integers(0, 3), st.integers(0, 2), st.sampled_from(["", "b1", "b2"])
    ),
    st.tuples(st.just("settle"), st.integers(0, 9)),
    st.tuples(st.just("edit"), st.integers(0, 9), st.integers(0, 60), st.integers(0, 3)),
    st.tuples(st.just("review"), st.integers(0, 9), st.sampled_from(reviewing.ACTIONS)),
    st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2)),
)


def write_item(schema: Schema, item: dict[str, Any]) -> bytes:
    return write(schema, item["instance_id"], None, item["answers"])


def with_base(xml: bytes, base: Base) -> bytes:
    """As a client writes it that has the list of entities."""
    told = f'update="1" baseVersion="{base.version}" trunkVersion="{base.trunk or ""}" branchId="{base.branch}"'
    assert b'update="1"' in xml
    return xml.replace(b'update="1"', told.encode())


class Story:
    """Plays steps through the real receive path, each an hour after the one before."""

    def __init__(self, world: World, reviewer: User) -> None:
        self.world, self.reviewer = world, reviewer
        self.clock = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
        self.count = 0

    def play(self, kind: str, *what: Any) -> None:
        self.clock += dt.timedelta(hours=1)
        self.count += 1
        getattr(self, kind)(*what)

    def send(self, item: dict[str, Any]) -> None:
        services.receive(Arrival(self.world.device, self.clock, item=item))

    def register(self, number: int, village: int) -> None:
        if Submission.objects.filter(instance_id=f"uuid:reg{number}").exists():
            return
        self.send(self.world.registration(f"uuid:reg{number}", place=village, installed=3))

    def report(self, number: int, day: int, working: int, how: str) -> None:
        self.send(self._report(f"uuid:rep{self.count}", DEPLOYMENTS[number], day, working, how, days=day % 3 * 10))

    def batch(self, told: list[tuple[int, int, int]]) -> None:
        """Of several deployments at once, in or out of order, each with amounts of the so many days before."""
        items = [
            self._report(f"uuid:b{self.count}-{i}", DEPLOYMENTS[number], day, i % 4, days=days)
            for i, (number, day, days) in enumerate(told)
        ]
        services.receive_all([Arrival(self.world.device, self.clock, item=item) for item in items])

    def offline(self, number: int, behind: int, added: int, branch: str) -> None:
        """By a phone whose list is `behind`, perhaps as a further one of its own run."""
        item = self._report(f"uuid:off{self.count}", DEPLOYMENTS[number], self.count, 2)
        schema = Schema.from_json(self.world.forms["village_report"].schema)
        item["answers"].setdefault("units", {})["units_added"] = added
        row = Deployment.objects.filter(uuid=DEPLOYMENTS[number]).select_related("state").first()
        seen = max(1, (row.state.version + row.revised if row is not None else 1) - behind)
        base = Base(seen + (behind if branch else 0), seen if branch else None, branch)
        self.receive(Arrival(self.world.device, self.clock, xml=with_base(write_item(schema, item), base)))

    def receive(self, arrival: Arrival) -> None:
        services.receive(arrival)

    def settle(self, which: int) -> None:
        found = [(d, c) for d in Deployment.objects.exclude(conflict="") for c in entities.conflicts_of(d)]
        if found:
            deployment, conflict = found[which % len(found)]
            keep = settling.KEEP[which % len(settling.KEEP)]
            with contextlib.suppress(GramReachError):
                settling.settle(deployment, conflict.event.instance_id, keep, "looked at", self.reviewer)

    def _report(
        self, instance_id: str, deployment: str, day: int, working: int, how: str = "seen", days: int = 0
    ) -> dict[str, Any]:
        """`days`: over which it tells a cost; 0: it tells none."""
        date = dt.date(2026, 9, 1) + dt.timedelta(days=day)
        costs = {"cost": 100, "period_from": str(date - dt.timedelta(days=days)), "period_to": str(date)}
        return self.world.report(
            deployment, instance_id, visit_date=str(date), how_known=how, working=working, broken=3 - working,
            units_in_use=min(1, working), trained=2, first_time=1, remarks=None, kg=None,
            **(costs if days else dict.fromkeys(costs)),
        )  # fmt: skip

    def edit(self, which: int, day: int, working: int) -> None:
        reports = Submission.objects.filter(form__form_id="village_report").order_by("id")
        if not reports:
            return
        target = reports[which % len(reports)]
        deployment = target.versions.order_by("-number")[0].answers["work"]["deployment"]
        item = self._report(f"uuid:edit{self.count}", deployment, day, working)
        self.send(item | {"deprecated_id": target.current_instance_id})

    def review(self, which: int, action: str) -> None:
        everything = Submission.objects.order_by("id")
        if not everything:
            return
        with contextlib.suppress(GramReachError):  # a retracted one takes no more decisions
            reviewing.review(everything[which % len(everything)], action, "because", self.reviewer)

    def merge(self, one: int, other: int) -> None:
        both = {str(u) for u in Deployment.objects.filter(merged_into=None).values_list("uuid", flat=True)}
        if one != other and {DEPLOYMENTS[one], DEPLOYMENTS[other]} <= both:
            reviewing.merge(
                uuid.UUID(DEPLOYMENTS[one]), uuid.UUID(DEPLOYMENTS[other]), "the same machine", self.reviewer
            )


def derived() -> dict[str, list[tuple[Any, ...]]]:
    """Every derived row by what it says, not by its key."""
    uuids = dict(Deployment.objects.values_list("id", "uuid"))
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for model in (Deployment, Visit, DeploymentState, DeploymentMonth):
        rows = []
        for row in model.objects.all():
            values = {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields if f.attname != "id"}
            for name in ("deployment_id", "merged_into_id"):
                if name in values:
                    values[name] = uuids.get(values[name])
            rows.append(tuple(sorted((k, str(v)) for k, v in values.items())))
        tables[model.__name__] = sorted(rows)
    tables["review"] = sorted(Submission.objects.values_list("instance_id", "review_state"))
    return tables


@pytest.mark.hypothesis  # what is inside is one, and so `make soak` runs it too
@pytest.mark.parametrize("review_required", [False, True])
def test_random_histories_are_built_anew_to_the_same_rows(db: None, review_required: bool) -> None:
    world = make_world()
    reviewer = user("administrator")

    # Without shrinking: a history replays in tenths of a second, and making it minimal took minutes.
    phases = (Phase.explicit, Phase.reuse, Phase.generate)

    @settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck), phases=phases)
    @example(
        [("register", 0, 0), ("report", 0, 5, 1, "seen"), ("report", 0, 8, 2, "seen"), ("report", 0, 2, 3, "seen")]
    )
    @example(
        [
            ("register", 0, 0),
            ("batch", [(0, 20, 10), (0, 25, 3), (0, 30, 7)]),
            ("batch", [(0, 31, 9)]),
            ("batch", [(0, 9, 0)]),
        ]
    )
    @given(st.lists(step, max_size=14))
    def check(steps: list[tuple[Any, ...]]) -> None:
        from django.db import transaction

        with override_settings(REVIEW_REQUIRED=review_required), transaction.atomic():
            story = Story(world, reviewer)
            for kind, *what in steps:
                story.play(kind, *what)
            before = derived()
            bulk.rebuild()
            assert derived() == before
            transaction.set_rollback(True)

    check()


def test_bulk_stores_the_same_rows_as_receiving_one_by_one(world: World) -> None:
    from django.db import transaction

    story = Story(world, user("administrator"))
    items = [world.registration("uuid:reg0", place=1, installed=3)]
    items += [story._report(f"uuid:rep{i}", DEPLOYMENTS[0], i * 9, 3 - i % 3) for i in range(6)]
    items += [world.filled("village_need", "uuid:need"), world.filled("training_event", "uuid:training")]
    at = story.clock
    outcome = []
    for way in ("one by one", "bulk"):
        with transaction.atomic():
            if way == "bulk":
                assert bulk.store(Arrival(world.device, at, item=item) for item in items) == len(items)
                assert bulk.store(Arrival(world.device, at, item=item) for item in items) == 0
            else:
                for item in items:
                    services.receive(Arrival(world.device, at, item=item))
            from backend.submissions.models import Flag

            rows = derived()
            rows["Visit"] = [tuple(p for p in row if p[0] != "sequence") for row in rows["Visit"]]
            outcome.append((rows, sorted(Flag.objects.values_list("version__instance_id", "code", "where"))))
            transaction.set_rollback(True)
    assert outcome[0] == outcome[1]


def test_what_is_compared_is_not_empty(world: World) -> None:
    story = Story(world, user("administrator"))
    story.play("register", 0, 0)
    story.play("report", 0, 3, 2, "seen")
    tables = derived()
    assert [len(tables[name]) for name in ("Deployment", "Visit", "DeploymentState", "DeploymentMonth")] == [1, 2, 1, 1]
    assert model_to_dict(DeploymentState.objects.get())["working"] == 2
