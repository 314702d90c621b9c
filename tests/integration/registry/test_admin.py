"""The administration pages open for every registry table, with a fixed number of queries however long the lists are."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from backend.accounts.models import User
from backend.registry.models import CatchmentVillage, Centre, State, Village

MODELS = [model._meta.model_name for model in apps.get_app_config("registry").get_models()]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


@pytest.fixture
def page() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin", "admin@example.org", "secret"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_forms_open_and_search(page: Client, model: str) -> None:
    assert page.get(reverse(f"admin:registry_{model}_changelist"), {"q": "a"}).status_code == 200
    assert page.get(reverse(f"admin:registry_{model}_add")).status_code == 200


def test_a_centre_links_to_its_catchment_and_does_not_hold_it(page: Client) -> None:
    centre, state = Centre.objects.get(slug="rsvc-khunt"), State.objects.get(slug="uttarakhand")
    for number in range(3):
        village = Village.objects.create(code=f"lgd:{number}", name=f"Village {number}", state=state)
        CatchmentVillage.objects.create(centre=centre, village=village, since=dt.date(2025, 1, 1))
    text = page.get(reverse("admin:registry_centre_change", args=[centre.pk])).content.decode()
    assert "3 villages" in text
    assert "Village 1" not in text
    link = f"{reverse('admin:registry_catchmentvillage_changelist')}?centre__id__exact={centre.pk}"
    assert link in text
    assert "Village 1" in page.get(link).content.decode()
