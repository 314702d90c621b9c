"""Square codes before the phone's camera: adding a phone, a plate, an answer; and phones whose camera is refused or absent."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.browser.camera import film
from tests.browser.field import Office, Pick, Pocket

pytestmark = pytest.mark.xdist_group("browser")
REFUSED = "The phone does not let GramReach use the camera."
IN_NAME_ONLY = "globalThis.BarcodeDetector = class { detect() { return Promise.reject(new Error('no service')); } };"


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """What the camera sees; a test puts another code before it."""
    return film(tmp_path / "camera.y4m")


def plate(office: Office, deployment: object) -> str:
    """As the office prints it."""
    return f"{office.base}/field/#deployment={deployment}"


def somewhere(office: Office) -> tuple[str, str]:
    """A deployment, and the centre whose officers have it in their lists."""
    query = """SELECT d.uuid, c.slug FROM deployments_deployment d JOIN registry_centre c ON c.id = d.centre_id
               WHERE d.merged_into_id IS NULL AND d.village_id IS NOT NULL ORDER BY c.kind = 'rsvc' DESC, d.id LIMIT 1"""
    ((deployment, centre),) = office.rows(query)
    return str(uuid.UUID(deployment)), centre


def ready(phone: Pocket) -> None:
    phone.page.get_by_role("heading", name="Ready to work offline").wait_for()


@pytest.mark.parametrize("detector", ["", IN_NAME_ONLY], ids=["no detector", "a detector in name only"])
def test_a_phone_is_added_by_its_square_code(pick: Pick, office: Office, seen: Path, detector: str) -> None:
    phone = pick(camera=seen)
    phone.allow("camera")
    if detector:
        phone.context.add_init_script(detector)
    film(seen, f"{office.base}/field/#enrol={office.code('Added By Camera')}")
    phone.go("#add")
    ready(phone)


def test_the_plate_on_a_machine_opens_its_report(pick: Pick, office: Office, seen: Path) -> None:
    phone, (deployment, centre) = pick(camera=seen), somewhere(office)
    phone.allow("camera")
    phone.enrol(office.code("Scans Plates", centre=centre))
    film(seen, plate(office, uuid.uuid4()))
    phone.go("#plate")
    phone.see("What this plate names is not in your list.")
    assert phone.page.locator("video").count() == 0, "it is said once, and the camera rests"
    film(seen, plate(office, deployment))
    phone.press("Scan again")
    phone.page.locator(".form-view").wait_for()
    assert f"deployment={deployment}" in phone.page.url
    phone.press("Next")
    assert "Choose" not in phone.page.locator(".form-page").inner_text(), "the deployment is chosen"


def test_a_plate_that_the_phones_own_camera_read_opens_its_report_too(pick: Pick, office: Office) -> None:
    phone, (deployment, centre) = pick(), somewhere(office)
    phone.enrol(office.code("Other Camera", centre=centre))
    phone.go(f"#deployment={deployment}")
    phone.page.locator(".form-view").wait_for()
    phone.go(f"#deployment={uuid.uuid4()}")
    phone.see("What this plate names is not in your list.")


def test_a_code_is_scanned_into_an_answer(pick: Pick, office: Office, seen: Path) -> None:
    phone = pick(camera=seen)
    phone.allow("camera")
    phone.enrol(office.code("Scans Answers"))
    film(seen, "GR-0042")
    phone.go(f"#fill?form=deployment_registration&village={phone.village()}")
    scan = phone.leaf_to(phone.page.get_by_role("button", name="Scan the code"))
    scan.click()
    phone.page.locator(".scanner").wait_for(state="detached")
    answer = phone.page.locator(".q", has=scan).locator("input")
    assert answer.input_value() == "GR-0042"


def test_where_the_camera_is_refused_the_code_is_typed_or_the_camera_allowed(
    pick: Pick, office: Office, seen: Path
) -> None:
    phone = pick(camera=seen)
    film(seen, f"{office.base}/field/#enrol={office.code('Allowed Later')}")
    phone.go("#add")
    phone.see(REFUSED)
    assert phone.page.get_by_label("Type the code").is_visible()
    phone.allow("camera")
    phone.press("Try the camera again")
    ready(phone)


def test_a_phone_without_a_camera_says_so_and_takes_the_typed_code(pick: Pick, office: Office) -> None:
    phone = pick()
    phone.allow("camera")
    phone.go("#add")
    phone.see("The camera cannot read codes here. Type the code below.")
    phone.page.get_by_label("Type the code").fill(office.code("Types It"))
    phone.press("Add")
    ready(phone)
