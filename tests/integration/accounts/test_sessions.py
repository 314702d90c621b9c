"""Sessions: a new key at the sign-in, an end after a while, and an end from elsewhere. Passwords: not the weak ones."""

from __future__ import annotations

import time

import pytest
from django.conf import settings as in_force
from django.test import Client

from backend.accounts.models import SignedIn, User
from tests.integration.world import user

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password"
COOKIE = in_force.SESSION_COOKIE_NAME


@pytest.fixture
def asha() -> User:
    return user("coordinator", "asha")


def signed_in() -> Client:
    client = Client(headers={"User-Agent": "Phone of Asha"})
    client.post("/login", {"username": "asha", "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_a_key_from_before_the_sign_in_is_worth_nothing(asha: User) -> None:
    client = Client()
    client.get("/login")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[COOKIE] = planted = session.session_key
    client.post("/login", {"username": "asha", "password": PASSWORD})
    assert client.cookies[COOKIE].value != planted
    thief = Client()
    thief.cookies[COOKIE] = planted
    assert not is_in(thief)


@pytest.mark.parametrize(("field", "seconds"), [("seen", 2 * 3600 + 5), ("began", 12 * 3600 + 5)])
def test_a_session_ends_by_itself(asha: User, field: str, seconds: int) -> None:
    client = signed_in()
    assert is_in(client)
    session = client.session
    session[field] = time.time() - seconds
    session.save()
    assert not is_in(client)
    assert client.get("/api/v1/me").status_code == 401


def test_its_owner_sees_sessions_and_ends_one(asha: User) -> None:
    here, lost = signed_in(), signed_in()
    page = here.get("/account")
    assert [own for _, _, own in page.context["sessions"]].count(True) == 1
    assert "Phone of Asha" in page.content.decode()
    [other] = [row for row, _, own in page.context["sessions"] if not own]
    here.post(f"/account/sessions/{other.pk}/end")
    assert (is_in(here), is_in(lost)) == (True, False)


def test_nobody_ends_a_session_of_somebody_else(asha: User) -> None:
    theirs = signed_in()
    user("administrator", "admin")
    client = Client()
    client.post("/login", {"username": "admin", "password": PASSWORD})
    client.post(f"/account/sessions/{SignedIn.objects.get(user=asha).pk}/end")
    client.post("/account/sessions/end")
    assert is_in(theirs)


def test_all_others_end_at_once_and_with_a_new_password(asha: User) -> None:
    here, one, two = signed_in(), signed_in(), signed_in()
    here.post("/account/sessions/end")
    assert [is_in(client) for client in (here, one, two)] == [True, False, False]
    one = signed_in()
    new = {"old_password": PASSWORD, "new_password1": "monsoon paper boats", "new_password2": "monsoon paper boats"}
    assert here.post("/account/password", new).status_code == 200
    assert (is_in(here), is_in(one)) == (True, False)
    assert len(here.get("/account").context["sessions"]) == 1


@pytest.mark.parametrize("weak", ["short-one", "123456789012345", "password1234", "asha-asha-asha"])
def test_weak_passwords_are_refused(asha: User, weak: str) -> None:
    asha.first_name = "asha-asha"
    asha.save()
    answer = signed_in().post(
        "/account/password", {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    )
    assert answer.status_code == 422
    asha.refresh_from_db()
    assert asha.check_password(PASSWORD)


def test_a_closed_account_is_out_at_once(asha: User) -> None:
    client = signed_in()
    User.objects.filter(pk=asha.pk).update(is_active=False)
    assert not is_in(client)
