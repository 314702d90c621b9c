"""The role decides who administers; neither `is_staff` nor groups do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from backend.accounts.models import User
from tests.integration.world import World, user


def signed_in(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_the_role_alone_opens_it_and_may_everything_there(world: World) -> None:
    client = signed_in(user("administrator", "boss"))
    page = client.get("/admin/")
    assert page.status_code == 200
    assert "Centres" in page.content.decode()
    assert client.get("/admin/accounts/officer/add/").status_code == 200
    assert 'href="/admin/"' in client.get("/manage").content.decode()


@pytest.mark.parametrize("role", ["coordinator", "cluster_team"])
def test_is_staff_and_permissions_open_nothing(world: World, role: str) -> None:
    account = user(role, "somebody")
    account.is_staff = True
    account.save()
    account.user_permissions.set(Permission.objects.all())
    account.groups.add(Group.objects.create(name="all"))
    client = signed_in(User.objects.get(pk=account.pk))
    assert client.get("/admin/", follow=True).status_code == 403
    assert "/admin/" not in client.get("/").content.decode()


def test_the_first_one_is_made_by_createsuperuser(world: World) -> None:
    assert (
        signed_in(User.objects.create_superuser("first", password="a-long-password")).get("/admin/").status_code == 200
    )


def test_a_closed_account_administers_nothing(world: World) -> None:
    account = user("administrator", "boss")
    account.is_active = False
    assert not account.is_administrator
    assert not account.has_perm("accounts.change_user")


def test_an_administrator_adds_another_by_the_role(world: World) -> None:
    client = signed_in(user("administrator", "boss"))
    words = "a-really-long-password"
    filled = {"username": "second", "password1": words, "password2": words, "usable_password": "true"}
    answer = client.post("/admin/accounts/user/add/", filled | {"role": "administrator"})
    assert answer.status_code == 302, answer.content.decode()
    assert User.objects.get(username="second").is_administrator
    page = client.get(answer["Location"]).content.decode()
    assert "is_superuser" not in page
    assert "user_permissions" not in page
