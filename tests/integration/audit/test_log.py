"""Who did what is written down, once, in order, and cannot be changed without being noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from backend.accounts import services as accounts
from backend.accounts.models import ApiToken, User
from backend.audit import chain, guards
from backend.audit.models import Action, Entry
from backend.audit.services import record
from backend.deployments.models import Deployment
from backend.submissions import reviewing
from backend.submissions.models import KeptAside, Submission
from tests.integration.world import World, user


def signed_in(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def admin(world: World) -> User:
    return user("administrator", "asha.admin")


def last() -> tuple[str, str, str]:
    entry = Entry.objects.order_by("-number")[0]
    return entry.actor, entry.action, entry.subject


# ---- what is written down


@pytest.mark.django_db
def test_sign_in_failure_and_sign_out(admin: User) -> None:
    client = Client()
    client.post("/login", {"username": "asha.admin", "password": "a-long-password"})
    assert last() == ("asha.admin", "signed_in", "")
    assert Entry.objects.order_by("-number")[0].address == "127.0.0.1"
    client.post("/logout")
    assert last() == ("asha.admin", "signed_out", "")
    client.post("/login", {"username": "asha.admin", "password": "wrong"})
    assert last() == ("asha.admin", "sign_in_failed", "")


@pytest.mark.django_db
def test_a_name_that_is_nobodys_is_not_kept_for_it_may_be_a_password(admin: User) -> None:
    Client().post("/login", {"username": "my-secret-password", "password": "x"})
    assert last() == ("", "sign_in_failed", "")
    assert not Entry.objects.filter(detail__contains="my-secret").exists()


@pytest.mark.django_db
def test_officers_codes_and_phones(world: World, admin: User) -> None:
    client = signed_in(admin)
    client.post("/phones/people", {"names": "Geeta", "centre": world.centre.slug})
    assert last()[:2] == ("asha.admin", "code_made")
    assert Entry.objects.order_by("-number")[1].action == "officer_added"
    client.post(f"/phones/{world.device.pk}/revoke")
    assert last() == ("asha.admin", "phone_revoked", f"phone:{world.device.pk}")
    client.post(f"/phones/people/{world.officer.pk}/withdraw")
    assert last()[1] == "codes_withdrawn"


@pytest.mark.django_db
def test_a_phone_that_was_added_and_one_that_was_refused(world: World) -> None:
    body = {"code": accounts.make_code(world.officer), "installation_id": "phone-9", "token": "n" * 40}
    Client().post("/api/v1/auth/enrol", body, content_type="application/json")
    assert last()[:2] == ("Asha (phone-9)", "phone_added")
    Client().post("/api/v1/auth/enrol", {**body, "code": "WRONG-CODE"}, content_type="application/json")
    assert last()[1] == "phone_refused"
    assert not Entry.objects.filter(detail__contains="WRONG").exists()


@pytest.mark.django_db
def test_tokens_and_exports_taken_with_them(world: World, admin: User) -> None:
    client = signed_in(admin)
    client.post("/tokens", {"name": "Nightly", "reads": "all", "days": "90"})
    assert last()[1] == "token_made"
    token = ApiToken.objects.get()
    client.post(f"/tokens/{token.pk}/revoke")
    assert last() == ("asha.admin", "token_revoked", f"token:{token.pk}")
    script = Client(headers={"Authorization": f"Bearer {accounts.make_api_token('Script', None)}"})
    script.get("/api/v1/export/reports.csv?state=karnataka")
    assert last() == ("Script", "exported", "export:reports.csv")
    assert "karnataka" in Entry.objects.order_by("-number")[0].detail


@pytest.mark.django_db
def test_reviews_merges_and_settled_items(world: World, admin: User) -> None:
    phone, client = world.client(), signed_in(admin)
    for _ in range(2):
        phone.post("/api/v1/submissions", world.registration(), content_type="application/json")
    submission = Submission.objects.order_by("pk")[0]
    address = f"/api/v1/submissions/{submission.instance_id}/review"
    client.post(address, {"action": "approve"}, content_type="application/json")
    assert last() == ("asha.admin", "reviewed", f"report:{submission.instance_id}")
    one, other = Deployment.objects.order_by("pk").values_list("uuid", flat=True)
    reviewing.merge(one, other, "the same", admin)
    assert last() == ("asha.admin", "merged", f"deployment:{one}")
    phone.post("/api/v1/submissions", b"<broken", content_type="application/xml")
    kept = KeptAside.objects.get()
    client.post(
        f"/api/v1/kept-aside/{kept.pk}/resolve", {"action": "discard", "reason": "x"}, content_type="application/json"
    )
    assert last() == ("asha.admin", "kept_settled", f"kept:{kept.pk}")


@pytest.mark.django_db
def test_each_look_at_personal_answers(world: World, admin: User) -> None:
    with_name, without = world.registration(owner_name="Geeta Rawat"), world.registration(owner_name=None)
    for filled in (with_name, without):
        world.client().post("/api/v1/submissions", filled, content_type="application/json")
    seen = signed_in(admin).get(f"/api/v1/submissions/{with_name['instance_id']}")
    assert "Geeta Rawat" in seen.json()["xml"]
    assert last() == ("asha.admin", "personal_seen", f"report:{with_name['instance_id']}")
    team = signed_in(user("cluster_team", "team", clusters=[world.cluster]))
    before = chain.head()
    assert "Geeta" not in team.get(f"/api/v1/submissions/{with_name['instance_id']}").json()["xml"]
    assert chain.head() == before


@pytest.mark.django_db
def test_changes_in_the_administration_with_their_values_but_no_password(world: World, admin: User) -> None:
    client = signed_in(admin)
    someone = user("coordinator", "ravi", centres=[world.centre])
    form = {
        "username": "ravi", "is_active": "on", "role": "coordinator", "all_india": "on", "first_name": "",
        "last_name": "", "email": "", "centres": [], "clusters": [world.cluster.pk],
    }  # fmt: skip
    assert client.post(f"/admin/accounts/user/{someone.pk}/change/", form).status_code == 302
    entry = Entry.objects.order_by("-number")[0]
    assert (entry.action, entry.subject) == ("changed", f"accounts.user:{someone.pk}")
    assert entry.details["values"] == {"all_india": True, "centres": [], "clusters": [str(world.cluster)]}
    new = {"password1": "quite-another-password", "password2": "quite-another-password", "usable_password": "true"}
    assert client.post(f"/admin/accounts/user/{someone.pk}/password/", new).status_code == 302
    assert not Entry.objects.filter(detail__contains="quite-another").exists()
    client.post("/admin/registry/theme/add/", {"slug": "water", "name": "Water", "name_hi": ""})
    client.post("/admin/registry/theme/add/", {"slug": "water2", "name": "Water 2", "source": "x"})
    assert client.post(f"/admin/accounts/user/{someone.pk}/delete/", {"post": "yes"}).status_code == 302
    assert last() == ("asha.admin", "deleted", f"accounts.user:{someone.pk}")


@pytest.mark.django_db
def test_what_is_undone_is_not_written_down(admin: User) -> None:
    before = chain.head()
    with transaction.atomic():
        record(admin, Action.SIGNED_IN)
        transaction.set_rollback(True)
    assert chain.head() == before


# ---- the chain


@pytest.fixture
def five(admin: User) -> list[Entry]:
    return [record(admin, Action.EXPORTED, f"export:{number}", rows=number) for number in range(5)]


def change(entry: Entry) -> None:
    Entry.objects.filter(pk=entry.pk).update(actor="somebody else")


def change_detail(entry: Entry) -> None:
    Entry.objects.filter(pk=entry.pk).update(detail='{"rows": 9}')


def remove(entry: Entry) -> None:
    Entry.objects.filter(pk=entry.pk).delete()


def swap(entry: Entry) -> None:
    """With the one after it, times and numbers included."""
    other = Entry.objects.get(pk=entry.pk + 1)
    one, two = (Entry.objects.filter(pk=e.pk) for e in (entry, other))
    one.update(subject=other.subject, detail=other.detail, at=other.at, hash=other.hash)
    two.update(subject=entry.subject, detail=entry.detail, at=entry.at, hash=entry.hash)


@pytest.mark.django_db
@pytest.mark.parametrize("tampering", [change, change_detail, remove, swap])
def test_tampering_shows_at_its_place(five: list[Entry], tampering: Callable[[Entry], None]) -> None:
    assert chain.verify().broken is None
    tampering(five[2])
    broken = chain.verify().broken
    assert broken is not None
    assert broken[0] == five[2].number


@pytest.mark.django_db
def test_a_log_cut_off_at_the_end_shows_beside_a_head_noted_before(five: list[Entry]) -> None:
    noted = chain.head()
    Entry.objects.filter(number__gt=five[2].number).delete()
    assert chain.verify().broken is None
    assert (chain.verify(noted).broken or (0,))[0] == five[3].number


@pytest.mark.django_db
def test_a_chain_made_anew_without_the_key_does_not_fit(five: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", "guessed")
    before = Entry.objects.get(number=five[1].number).hash
    for entry in five[2:]:
        entry.actor = "somebody else"
        entry.hash = before = chain.seal(entry, before)
        entry.save()
    assert chain.verify().broken is not None
    monkeypatch.undo()
    assert (chain.verify().broken or (0,))[0] == five[2].number


@pytest.fixture
def _guarded(db: None) -> Iterator[None]:
    guards.install(connection)
    yield
    guards.remove(connection)


@pytest.mark.django_db
@pytest.mark.usefixtures("_guarded")
@pytest.mark.parametrize("tampering", [change, remove])
def test_the_database_itself_refuses_to_change_the_log(five: list[Entry], tampering: Callable[[Entry], None]) -> None:
    assert guards.are_there(connection)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        tampering(five[2])
    assert record(None, Action.MERGED).number == five[-1].number + 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_whole_chain() -> None:
    faults: list[BaseException] = []
    ready = threading.Barrier(6)

    def one(number: int) -> None:
        try:
            ready.wait()
            for _ in range(15):
                record(None, Action.EXPORTED, f"export:{number}")
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    assert Entry.objects.count() == 90
    assert chain.verify() == chain.Checked(chain.head())


# ---- the page


@pytest.mark.django_db
def test_administrators_search_by_person_action_and_day(admin: User) -> None:
    other = user("coordinator", "meena")
    record(admin, Action.EXPORTED, "export:reports.csv")
    record(other, Action.TOKEN_MADE, "token:1", name="<script>alert(1)</script>")
    client = signed_in(admin)

    def subjects(query: str) -> set[str]:
        return {entry.subject for entry, *_ in client.get(f"/audit?{query}").context["entries"]}

    assert {"export:reports.csv", "token:1"} <= subjects("")
    assert subjects("person=MEENA") == {"token:1"}
    assert subjects("action=exported") == {"export:reports.csv"}
    assert subjects("from=2100-01-01") == set()
    assert subjects("to=2001-01-01") == set()
    assert client.get("/audit?from=yesterday").status_code == 422
    assert "<script>alert" not in client.get("/audit").content.decode()


@pytest.mark.django_db
def test_older_entries_are_a_page_further(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.console.audit.ON_A_PAGE", 3)
    numbers = [record(admin, Action.EXPORTED, f"export:{n}").number for n in range(7)]
    client, found, before = signed_in(admin), [], ""
    while True:
        context = client.get(f"/audit?action=exported{before}").context
        found += [entry.number for entry, *_ in context["entries"]]
        if context["more"] is None:
            break
        before = f"&before={context['more']}"
    assert found == sorted(numbers, reverse=True)


@pytest.mark.django_db
def test_the_file_holds_what_was_searched_for_and_runs_no_formula(admin: User) -> None:
    record(admin, Action.TOKEN_MADE, "=cmd|' /C calc'!A0")
    answer = signed_in(admin).get("/audit.csv?action=token_made")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert "'=cmd|" in lines[1]
    assert last() == ("asha.admin", "exported", "export:audit.csv")
