"""The settings code of ODK Collect: read as a phone reads it, it leads to the officer's forms; shown once, and revocable."""

from __future__ import annotations

import base64
import io
import json
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from backend.accounts.models import Device
from backend.accounts.throttle import forget
from tests import squares
from tests.integration.openrosa.collect import Collect, Refused
from tests.integration.world import World, user


@pytest.fixture
def page(world: World, settings: Settings) -> Client:
    settings.PUBLIC_URL = "https://reach.example.org"
    client = Client()
    client.force_login(user("coordinator", "meena", centres=[world.centre]))
    return client


def scanned(text: str) -> dict[str, Any]:
    """As Collect unpacks it."""
    told: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    return told


def test_a_scanned_square_becomes_a_project_with_the_forms_of_its_officer(page: Client, world: World) -> None:
    world.officer.name, world.officer.language = "आशा देवी", "hi"
    world.officer.save()
    answer = page.post(f"/phones/people/{world.officer.pk}/collect")
    [square] = squares.in_page(answer.content)
    told = scanned(squares.read(square))
    assert set(told) == {"general", "admin", "project"}
    assert told["general"]["server_url"].startswith("https://reach.example.org/openrosa/key/")
    assert told["general"]["delete_send"] is False  # sent forms stay on the phone
    assert (told["general"]["form_update_mode"], told["general"]["app_language"]) == ("match_exactly", "hi")
    assert told["admin"]["change_server"] is False
    assert "आशा देवी" in told["project"]["name"]
    collect = Collect(urlsplit(told["general"]["server_url"]).path)
    assert set(collect.forms()) == set(world.forms)


def test_the_square_is_shown_once_and_ends_at_once_when_revoked(page: Client, world: World) -> None:
    answer = page.post(f"/phones/people/{world.officer.pk}/collect")
    told = scanned(squares.read(squares.in_page(answer.content)[0]))
    collect = Collect(urlsplit(told["general"]["server_url"]).path)
    token = collect.base.rpartition("/")[2]
    assert "no-store" in answer["Cache-Control"]
    listed = page.get("/phones").content.decode()
    assert "ODK Collect" in listed
    assert token not in listed
    device = Device.objects.get(installation_id="ODK Collect")
    assert (device.officer, token in device.token_hash) == (world.officer, False)
    collect.forms()
    page.post(f"/phones/{device.pk}/revoke")
    with pytest.raises(Refused, match="403: This phone must be added again"):
        collect.forms()
    forget()


def test_the_command_makes_the_same_on_the_terminal_and_as_a_file(world: World, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("enrol_code", "--officer", "Asha", "--collect", stdout=out)
    text = next(line for line in out.getvalue().splitlines() if line.startswith("settings ")).split()[1]
    assert Collect(urlsplit(scanned(text)["general"]["server_url"]).path).forms()
    file = tmp_path / "asha.svg"
    call_command("enrol_code", "--officer", "Asha", "--collect", "--out", str(file), stdout=io.StringIO())
    assert "server_url" in scanned(squares.of_file(file))["general"]
    before = Device.objects.count()
    with pytest.raises(CommandError, match="ends in"):
        call_command("enrol_code", "--officer", "Asha", "--collect", "--out", "asha.txt", stdout=io.StringIO())
    assert Device.objects.count() == before
