"""A backup of a running installation, restored elsewhere, gives the same; a damaged one gives nothing at all."""

from __future__ import annotations

import http.client
import json
import random
import shutil
import stat
import tarfile
import threading
from pathlib import Path

import pytest

from tests.faults.homes import Home, Server, empty_home, home_with_world
from tests.integration.world import TOKEN

KINDS = ("reports", "deployments", "villages", "centres", "needs", "trainings")
FILL = """
import io
from PIL import Image
from backend.deployments.models import Deployment
from backend.submissions.arrivals import Arrival
from backend.submissions.services import now, receive
from tests.integration.world import the_world
world = the_world()
for number in range(6):
    photo = io.BytesIO()
    Image.new("RGB", (40, 40), (number * 40, 9, 9)).save(photo, "JPEG")
    photo.seek(0)
    item = world.registration(f"uuid:r{number}", place=number % 3, photo="photo.jpg", owner_name="Lakshmi Devi")
    assert receive(Arrival(world.device, now(), item=item, files={"photo.jpg": photo})).outcome == "stored"
    uuid = str(Deployment.objects.get(instance_id=f"uuid:r{number}").uuid)
    receive(Arrival(world.device, now(), item=world.report(uuid, f"uuid:v{number}")))
"""


def exports(home: Home, folder: Path) -> dict[str, bytes]:
    """Everything that can be taken out, byte for byte; the moment of the export itself is left out."""
    folder.mkdir()
    code = f"""
from django.core.management import call_command
for kind in {KINDS!r}:
    for form in ("csv", "geojsonseq"):
        call_command("export", kind, format=form, out=__import__("pathlib").Path({str(folder)!r}) / f"{{kind}}.{{form}}",
                     filter_as_of="2026-11-20")
from backend.submissions import details
from backend.submissions.models import Submission
import json
with open({str(folder / "details")!r}, "w") as out:
    for row in Submission.objects.order_by("pk"):
        out.write(json.dumps(details.detail(row, with_personal=True), default=str) + "\\n")
"""
    home.python(code)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = home_with_world(tmp_path_factory.mktemp("whole") / "home", request.param)
    home.python(FILL)
    return home


@pytest.fixture(scope="module")
def file(installation: Home) -> Path:
    target = installation.path.parent / "backup.tar"
    said = installation.ok("backup", str(target))
    assert "6 attachments" in said
    assert "Keep it as you keep the keys" in said
    return target


@pytest.fixture
def empty(installation: Home, tmp_path: Path) -> Home:
    """Another machine: no home, no database."""
    return empty_home(tmp_path / "elsewhere", kind(installation))


def kind(home: Home) -> str:
    return "postgresql" if home.database else "sqlite"


def test_restored_elsewhere_it_gives_the_same_byte_for_byte(
    installation: Home, file: Path, empty: Home, tmp_path: Path
) -> None:
    said = empty.ok("restore", str(file))
    assert "6 attachments" in said
    before, after = exports(installation, tmp_path / "before"), exports(empty, tmp_path / "after")
    assert b"Lakshmi Devi" in before["details"]
    assert before == after
    assert "Nothing is broken" in empty.ok("doctor", "--thorough")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((empty.path / "keys" / "DATA_KEY").stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir() if "backup" in path.name) == ["backup.tar"]


def test_a_home_that_holds_something_is_left_alone(installation: Home, file: Path, empty: Home) -> None:
    refused = installation.run("restore", str(file))
    assert refused.returncode == 1
    assert "give --replace" in refused.stderr
    (empty.path / "keys").mkdir(parents=True)
    (empty.path / "keys" / "DATA_KEY").write_text("dear")
    refused = empty.run("restore", str(file))
    assert "holds keys already" in refused.stderr
    assert [path.name for path in empty.path.iterdir()] == ["keys"]


def test_what_is_replaced_is_set_aside(installation: Home, file: Path, tmp_path: Path) -> None:
    empty = home_with_world(tmp_path / "other", kind(installation))
    (empty.path / "attachments").mkdir(exist_ok=True)
    (empty.path / "attachments" / "dear").write_text("dear")
    said = empty.ok("restore", str(file), "--replace")
    [aside] = empty.path.glob("replaced-*")
    assert str(aside) in said
    assert (aside / "attachments" / "dear").read_text() == "dear"
    assert (aside / "gramreach.sqlite3").is_file() or empty.database
    assert b"uuid:r5" in exports(empty, tmp_path / "after")["details"]


def _flip(content: bytearray, chance: random.Random) -> bytes:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def _cut(content: bytearray, chance: random.Random) -> bytes:
    return bytes(content[: chance.randrange(len(content) - 20_480)])  # a tar ends in zeros, which nobody misses


def test_a_damaged_file_is_refused_whole(file: Path, tmp_path: Path) -> None:
    """Read by the same check in this process: a process for each would take minutes."""
    from backend.errors import Invalid
    from backend.operations import archive

    whole, spoilt, refused = file.read_bytes(), tmp_path / "spoilt.tar", 0
    used = archive.check(file)["parts"]
    for seed in range(60):
        chance = random.Random(seed)
        content = (_flip, _cut)[seed % 2](bytearray(whole), chance)
        spoilt.write_bytes(content)
        try:
            parts = archive.check(spoilt)["parts"]
        except Invalid as error:
            refused += error.code == "damaged"
        else:
            assert parts == used, f"seed {seed}"  # a bit of the padding between the parts
    assert refused > 40


def test_a_damaged_file_changes_nothing(file: Path, empty: Home, tmp_path: Path) -> None:
    spoilt = bytearray(file.read_bytes())
    spoilt[len(spoilt) // 3] ^= 1
    (tmp_path / "spoilt.tar").write_bytes(bytes(spoilt))
    refused = empty.run("restore", str(tmp_path / "spoilt.tar"))
    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert not empty.path.exists() or not any(empty.path.iterdir())


def test_a_part_that_leads_out_of_the_folder_is_refused(tmp_path: Path, file: Path) -> None:
    from backend.errors import Invalid
    from backend.operations import archive

    bad = tmp_path / "bad.tar"
    shutil.copy(file, bad)
    with tarfile.open(bad, "a") as tar:
        tar.add(__file__, "../../evil")
    with pytest.raises(Invalid, match="no part of a backup"):
        archive.check(bad)


def test_keys_behind_a_passphrase(installation: Home, empty: Home, tmp_path: Path) -> None:
    if installation.database:
        pytest.skip("the same on both")
    target = tmp_path / "sealed.tar"
    key = (installation.path / "keys" / "DATA_KEY").read_text()
    installation.ok("backup", str(target), BACKUP_PASSPHRASE="a monsoon of paper boats")
    assert key.encode() not in target.read_bytes()
    assert "behind a passphrase" in empty.run("restore", str(target)).stderr
    empty.ok("restore", str(target), BACKUP_PASSPHRASE="a monsoon of paper boats")
    assert (empty.path / "keys" / "DATA_KEY").read_text() == key


def test_while_the_server_works_it_is_of_one_moment_and_the_server_is_not_replaced(
    installation: Home, tmp_path: Path
) -> None:
    """Reports come in meanwhile: each that is in the backup is there with its visit, and derived anew it is the same."""
    home = home_with_world(tmp_path / "busy", kind(installation))
    example = json.loads(home.python(EXAMPLE))
    server = Server(home).start()
    stop, sent = threading.Event(), []

    def phone() -> None:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        while not stop.is_set():
            body = json.dumps(example | {"instance_id": f"uuid:load-{len(sent)}"})
            line.request("POST", "/api/v1/submissions", body, headers)
            answer = line.getresponse()
            answer.read()
            sent.append(answer.status)

    thread, target = threading.Thread(target=phone), tmp_path / "busy.tar"
    try:
        thread.start()
        home.ok("backup", str(target))
        assert "The server is running" in home.run("restore", str(target), "--replace").stderr
        assert server.answers()
    finally:
        stop.set()
        thread.join()
        server.kill()
    assert set(sent) == {201}
    other = empty_home(tmp_path / "other", kind(installation))
    other.ok("restore", str(target))
    counted = [int(n) for n in other.python(COUNTED + "rebuild()\n" + COUNTED.splitlines()[-1]).split()]
    assert 0 < counted[0] <= len(sent)
    assert set(counted) == {counted[0]}


EXAMPLE = """
import json
from tests.integration.world import the_world
print(json.dumps(the_world().registration()))
"""
COUNTED = """
from backend.deployments.models import Deployment, Visit
from backend.submissions.bulk import rebuild
from backend.submissions.models import Submission
print(Submission.objects.count(), Visit.objects.count(), Deployment.objects.count())
"""
