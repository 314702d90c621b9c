"""From an empty home to a demonstration, and again: what is there stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.accounts import services as accounts
from backend.accounts.models import Device, EnrolmentCode, Officer, User
from backend.accounts.tokens import new_token
from backend.accounts.who import of_token, of_user
from backend.demo import home, opening
from backend.errors import Conflict
from backend.submissions.models import Attachment, Form, Submission
from tests.integration.world import user

REPORTS = 40
URL = "http://127.0.0.1:8123"


def opened(place: Path) -> dict[str, Any]:
    return opening.open_demo(place, REPORTS, URL, lambda text: None)


@pytest.fixture
def place(db: None, tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_it_hands_out_what_the_contract_says_and_again_nothing_new(place: Path) -> None:
    told = opened(place)
    assert home.read(place) == told
    assert set(told) == {"base_url", "users", "devices", "api_tokens"}
    assert told["base_url"] == URL
    _check_people(told)
    _check_tokens(told)
    assert Submission.objects.count() == REPORTS
    assert Attachment.objects.exclude(blob=None).count() == Attachment.objects.count() > 0
    counts = [model._default_manager.count() for model in (User, Officer, Device, EnrolmentCode)]
    assert opened(place) == told
    assert counts == [model._default_manager.count() for model in (User, Officer, Device, EnrolmentCode)]
    assert Submission.objects.count() == REPORTS
    _check_that_a_used_code_is_renewed(place, told)


def _check_people(told: dict[str, Any]) -> None:
    assert [(u["username"], u["role"], u["scope"]) for u in told["users"]] == [
        ("admin", "administrator", "all"),
        ("khunt", "coordinator", "rsvc-khunt"),
        ("pkc", "cluster_team", "pkc"),
        ("adviser", "coordinator", "all"),
    ]
    for row in told["users"]:
        found = User.objects.get(username=row["username"])
        assert found.check_password(row["password"])
        assert of_user(found).role == row["role"]
        assert of_user(found).everywhere == (row["scope"] == "all")


def _check_tokens(told: dict[str, Any]) -> None:
    everything, cluster = (of_token(row["token"]) for row in told["api_tokens"])
    assert [row["scope"] for row in told["api_tokens"]] == ["all", "pkc"]
    assert everything.everywhere
    assert len(cluster.clusters) == 1
    for row in told["devices"]:
        device = of_token(row["token"]).device
        assert device is not None
        assert device.officer.name == row["officer"]
    first = of_token(told["devices"][0]["token"]).device
    assert first is not None
    assert set(first.officer.forms) in (set(), set(Form.objects.values_list("form_id", flat=True)))


def _check_that_a_used_code_is_renewed(place: Path, told: dict[str, Any]) -> None:
    enrolled = accounts.enrol(told["devices"][0]["enrolment_code"], "a new phone", new_token())
    assert enrolled.officer.name == told["devices"][0]["officer"]
    again = opened(place)
    assert again["devices"][0]["enrolment_code"] != told["devices"][0]["enrolment_code"]
    assert again["devices"][0]["token"] == told["devices"][0]["token"]
    assert again["devices"][1:] == told["devices"][1:]
    assert again["users"] == told["users"]


def test_a_set_up_that_was_broken_off_goes_on(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("backend.demo.synthesize.write", stop)
        with pytest.raises(KeyboardInterrupt):
            opened(place)
    assert not home.finished(place)
    before = home.read(place)
    told = opened(place)
    assert before is not None
    assert told == before | {"base_url": URL}
    assert home.finished(place)
    assert Device.objects.filter(installation_id__startswith="demo-").count() == len(told["devices"])


def test_the_database_of_another_installation_is_left_alone(place: Path) -> None:
    user("administrator")
    with pytest.raises(Conflict, match="DATABASE_URL"):
        opened(place)
    assert not Submission.objects.exists()
