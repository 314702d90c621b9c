"""Phones and who works on them: enrolling, being revoked, and two officers who share one."""

from __future__ import annotations

import pytest

from tests.browser.field import Office, Pick

pytestmark = pytest.mark.xdist_group("browser")


def test_a_lost_answer_to_enrolling_is_asked_for_again(pick: Pick, office: Office) -> None:
    phone = pick()
    code = office.code("Asked Twice")
    phone.page.route("**/auth/enrol", lambda route: (route.fetch(), route.abort()))
    phone.go(f"#enrol={code}")
    phone.see("No network. The code is kept")
    phone.page.unroute("**/auth/enrol")
    phone.go()
    phone.page.get_by_role("heading", name="Ready to work offline").wait_for()
    query = "SELECT count(*) FROM accounts_device d JOIN accounts_officer o ON o.id = d.officer_id WHERE o.name = ?"
    assert office.rows(query, "Asked Twice") == [(1,)]


def test_a_revoked_phone_keeps_its_reports_and_sends_them_when_added_again(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("Geeta Rawat"))
    phone.context.set_offline(True)
    phone.fill("A mill")
    whose = "(SELECT id FROM accounts_officer WHERE name = 'Geeta Rawat')"
    office.rows(f"UPDATE accounts_device SET revoked_at = '2026-01-01 00:00:00' WHERE officer_id = {whose}")
    phone.context.set_offline(False)
    phone.go("#today")
    phone.see("This phone must be added again.")
    phone.see("Your reports are safe.")
    assert len(phone.unsent()) == 1
    phone.go(f"#enrol={office.code('Geeta Rawat', add=False)}")
    phone.page.get_by_role("heading", name="Ready to work offline").wait_for()
    phone.send()
    assert len(office.stored("Geeta Rawat")) == 1


def test_two_officers_on_one_phone_see_their_own_and_both_are_sent(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.enrol(office.code("First Officer"))
    phone.context.set_offline(True)
    phone.begin("A draft of the first")
    draft = phone.state()[0]["key"]
    phone.fill("Of the first")
    office.close()
    office.open()
    phone.context.set_offline(False)
    phone.page.route("**/submissions/batch", lambda route: route.abort())
    phone.enrol(office.code("Second Officer"))
    phone.fill("Of the second")
    phone.go("#reports")
    phone.see("1 report waits for network.")
    assert phone.page.locator("li.row-item").count() == 1, "each sees their own"
    phone.go(f"#fill/{draft}")
    phone.see("This form does not open")
    phone.go("#reports")
    phone.see("My reports")
    phone.page.unroute("**/submissions/batch")
    phone.send()
    assert len(office.stored("First Officer")) == len(office.stored("Second Officer")) == 1
