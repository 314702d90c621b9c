"""A small world for the tests: one state of each kind of thing, forms published, a phone enrolled."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.test import Client

from backend.accounts import services as accounts
from backend.accounts.models import Device, Officer, User
from backend.registry.models import (
    CatchmentVillage,
    Centre,
    CentreSite,
    Cluster,
    District,
    State,
    Technology,
    Theme,
    Village,
)
from backend.submissions.models import FormVersion
from backend.submissions.publishing import publish_shipped
from maps import boundaries, geo
from tests.faults.homes import TOKEN

NITTE = (13.18, 74.93)


@dataclass
class World:
    cluster: Cluster
    centre: Centre
    technology: Technology
    villages: list[Village]
    officer: Officer
    device: Device
    token: str
    forms: dict[str, FormVersion]

    def client(self) -> Client:
        return Client(headers={"Authorization": f"Bearer {self.token}"})

    def registration(self, instance_id: str | None = None, place: int = 0, **answers: Any) -> dict[str, Any]:
        """A registration as its example says it, in one of our villages."""
        return self.filled("deployment_registration", instance_id, place, **answers)

    def report(self, deployment: str, instance_id: str | None = None, place: int = 0, **answers: Any) -> dict[str, Any]:
        return self.filled("village_report", instance_id, place, deployment=deployment, **answers)

    def filled(self, form_id: str, instance_id: str | None = None, place: int = 0, **answers: Any) -> dict[str, Any]:
        from field_forms.jsonschema import example_answers
        from field_forms.schema import Schema

        form = self.forms[form_id]
        schema = Schema.from_json(form.schema)
        at = self.villages[place]
        lists = {
            "villages.csv": [at.code],
            "technologies.csv": [self.technology.slug],
            "centres.csv": [self.centre.slug],
            "deployments.csv": [str(uuid.UUID(int=7))],
        }
        values = example_answers(schema, lists)
        position = {"type": "Point", "coordinates": [at.lon, at.lat], "properties": {"accuracy": 6.0}}
        values = put(values, schema, {"position": position, "visit_date": "2026-11-01", **answers})
        return {
            "form_id": form_id,
            "version": form.version,
            "instance_id": instance_id or f"uuid:{uuid.uuid4()}",
            "answers": values,
        }


def put(values: dict[str, Any], schema: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """Set answers by leaf name, wherever the form has the question; None takes one out."""
    for name, value in answers.items():
        *groups, leaf = schema.by_name[name].path
        target = values
        for group in groups:
            target = target.setdefault(group, {})
        if value is None:
            target.pop(leaf, None)
        else:
            target[leaf] = value
    return values


def make_world(*, villages: int = 3, validate: bool = False) -> World:
    state = State.objects.create(slug="karnataka", name="Karnataka")
    slugs = boundaries.districts()["slug"]
    index = boundaries.district_at(*NITTE)
    district = District.objects.create(slug=slugs.iloc[index], name="Udupi", state=state)
    District.objects.create(slug=slugs.iloc[boundaries.district_at(12.97, 77.59)], name="Bengaluru", state=state)
    cluster = Cluster.objects.create(
        slug="best", name="Bengaluru", short_name="BeST", city="Bengaluru", state=state, lat=13.02, lon=77.57,
        letters="Bn", colour="#3A70D4",
    )  # fmt: skip
    centre = Centre.objects.create(
        slug="nitte", name="RSVC Nitte", short_name="Nitte", kind="rsvc", mandate_min=15, mandate_max=20
    )
    CentreSite.objects.create(centre=centre, name="Nitte", state=state, district=district, lat=NITTE[0], lon=NITTE[1])
    theme = Theme.objects.create(slug="smart-agriculture", name="Smart agriculture")
    technology = Technology.objects.create(
        slug="cutter", name="Betel-nut cutter", origin_kind="cluster", origin_cluster=cluster
    )
    technology.clusters.add(cluster)
    technology.themes.add(theme)
    made = [_village(i, state, district) for i in range(villages)]
    CatchmentVillage.objects.bulk_create(
        [CatchmentVillage(centre=centre, village=v, since=dt.date(2026, 1, 21)) for v in made]
    )
    officer = Officer.objects.create(name="Asha", centre=centre)
    device = accounts.enrol(accounts.make_code(officer), "phone-1", TOKEN)
    forms = {v.form.form_id: v for v in publish_shipped(validate=validate)}
    return World(cluster, centre, technology, made, officer, device, TOKEN, forms)


def the_world() -> World:
    """The one that `make_world` made in this database, in another process."""
    return World(
        Cluster.objects.get(slug="best"), Centre.objects.get(slug="nitte"), Technology.objects.get(slug="cutter"),
        list(Village.objects.order_by("pk")), Officer.objects.get(name="Asha"),
        Device.objects.get(installation_id="phone-1"), TOKEN,
        {row.form.form_id: row for row in FormVersion.objects.select_related("form")},
    )  # fmt: skip


def _village(number: int, state: State, district: District) -> Village:
    lat, lon = NITTE[0] + 0.02 * number, NITTE[1] + 0.01 * number
    return Village.objects.create(
        code=f"demo:{number}", name=f"Village {number}", state=state, district=district, lat=lat, lon=lon,
        h3_r7=geo.cell(lat, lon, 7), place_source="file", population=900, households=200,
    )  # fmt: skip


def user(role: str, name: str = "someone", **scope: Any) -> User:
    made = User.objects.create_user(name, password="a-long-password", role=role)
    made.centres.set(scope.get("centres", []))
    made.clusters.set(scope.get("clusters", []))
    return made
