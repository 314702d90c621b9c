"""People and officers: added, given role and scope, changed; nobody locks himself out."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.accounts.models import User
from tests.integration.world import World, user


@pytest.fixture
def office(world: World) -> Client:
    client = Client()
    client.force_login(user("administrator", "admin"))
    return client


NEW = {"username": "geeta", "first_name": "Geeta", "last_name": "Rawat", "email": "", "role": "coordinator"}


def test_a_person_is_added_with_role_scope_and_a_password_shown_once(office: Client, world: World) -> None:
    page = office.post("/people/add", NEW | {"centres": ["nitte"]})
    password = page.context["password"]
    geeta = User.objects.get(username="geeta")
    assert (geeta.role, list(geeta.centres.all())) == ("coordinator", [world.centre])
    assert Client().login(username="geeta", password=password)
    assert password not in office.get(f"/people/{geeta.pk}").content.decode()


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"username": "admin"}, "username"),
        ({"username": "a b"}, "username"),
        ({"email": "none"}, "email"),
        ({"role": "king"}, "role"),
        ({"centres": []}, "centres"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(office: Client, changed: dict[str, object], where: str) -> None:
    answer = office.post("/people/add", NEW | {"centres": ["nitte"]} | changed)
    assert (answer.status_code, answer.context["error"].where) == (422, where)
    assert not User.objects.filter(username="geeta").exists()


def test_a_person_is_changed_and_closed(office: Client, world: World) -> None:
    office.post("/people/add", NEW | {"centres": ["nitte"]})
    geeta = User.objects.get(username="geeta")
    office.post(f"/people/{geeta.pk}", NEW | {"role": "cluster_team", "clusters": ["best"]})
    geeta.refresh_from_db()
    assert (geeta.role, geeta.is_active, list(geeta.clusters.all()), list(geeta.centres.all())) == (
        "cluster_team",
        False,
        [world.cluster],
        [],
    )


def test_administrators_do_not_lock_themselves_out(office: Client) -> None:
    admin = User.objects.get(username="admin")
    changed = {"username": "admin", "role": "coordinator", "active": "1", "centres": ["nitte"]}
    answer = office.post(f"/people/{admin.pk}", NEW | changed)
    assert answer.status_code == 422
    admin.refresh_from_db()
    assert admin.role == "administrator"


def test_a_new_password_ends_the_old_one(office: Client) -> None:
    office.post("/people/add", NEW | {"centres": ["nitte"]})
    geeta = User.objects.get(username="geeta")
    first = office.post(f"/people/{geeta.pk}/password").context["password"]
    second = office.post(f"/people/{geeta.pk}/password").context["password"]
    assert not Client().login(username="geeta", password=first)
    assert Client().login(username="geeta", password=second)


def test_an_officer_is_given_language_forms_and_districts(world: World) -> None:
    desk = Client()
    desk.force_login(user("coordinator", "meena", centres=[world.centre]))
    path = f"/phones/people/{world.officer.pk}"
    district = world.villages[0].district
    assert district is not None
    desk.post(
        path,
        {
            "name": "Asha Rai",
            "language": "hi",
            "forms": ["village_report"],
            "districts": [district.slug],
            "active": "1",
        },
    )
    world.officer.refresh_from_db()
    assert (world.officer.name, world.officer.language, world.officer.forms) == ("Asha Rai", "hi", ["village_report"])
    assert list(world.officer.districts.all()) == [district]
    desk.post(path, {"name": "Asha Rai", "language": "hi"})
    assert world.client().get("/api/v1/me").status_code == 403, "whoever left sends no more"
    assert Client().get(path).status_code == 302
