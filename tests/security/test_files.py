"""What is sent as a file: its name leads nowhere, and no browser runs it in our name."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.submissions.models import Attachment, Submission
from tests.integration.test_every_endpoint import photo
from tests.integration.world import World

pytestmark = pytest.mark.django_db
SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
NAMES = [
    "../../../../etc/passwd.jpg", "..\\..\\evil.jpg", "/etc/cron.d/evil.jpg", "a\0b.jpg", "x" * 300 + ".jpg", ".htaccess",
    "CON.jpg", "%2e%2e%2fevil.jpg", "evil.jpg\r\nSet-Cookie: a=b", 'a";filename="b.html', "\u202egpj.exe",
]  # fmt: skip


def send(world: World, name: str, content: bytes, said: str | None = None) -> int:
    item = orjson.dumps(world.registration("uuid:1", photo=said or name)).decode()
    file = SimpleUploadedFile("given", content, content_type="image/jpeg")
    file._name = name  # type: ignore[attr-defined]  # past what Django's own client would clean
    return world.client().post("/api/v1/submissions", {"submission": item, "photo": file}).status_code


@pytest.mark.parametrize("name", NAMES)
def test_a_name_leads_nowhere(world: World, admin: Client, name: str) -> None:
    assert send(world, name, photo(), said="photo.jpg") < 500
    lying = [p for p in (Path(settings.GRAMREACH_HOME) / "attachments").rglob("*") if p.is_file()]
    assert all(len(path.name) == 64 for path in lying)
    assert not list(Path(settings.GRAMREACH_HOME).parent.rglob("*evil.jpg*"))
    for row in Attachment.objects.exclude(blob=None):
        answer = admin.get(f"/api/v1/submissions/uuid:1/attachments/{row.name.replace('%', '%25')}")
        if answer.status_code == 200:
            assert "\n" not in answer.headers["Content-Disposition"]
            assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("drawing.svg", SCRIPT),
        ("drawing.xml", SCRIPT),
        ("list.pdf", b"%PDF-1.7\n<script>alert(1)</script>"),
        ("noise.csv", b"=cmd|' /C calc'!A0"),
        ("both.gif", b"GIF89a/*" + b"\0" * 8 + b"*/=1;alert(1)"),
        ("both.jpg", photo() + b"<script>alert(1)</script>"),
    ],
)
def test_a_file_is_never_run_in_our_name(world: World, admin: Client, name: str, content: bytes) -> None:
    """Taken down as a file, in a sandbox without scripts, and never as another kind than we say."""
    send(world, name, content)
    for row in Attachment.objects.exclude(blob=None):
        answer = admin.get(f"/api/v1/submissions/uuid:1/attachments/{row.name}")
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        kind = answer.headers["Content-Type"].split(";")[0]
        assert kind not in ("text/html", "image/svg+xml", "application/xml", "text/xml", "application/xhtml+xml")
        inline = answer.headers.get("Content-Disposition", "").startswith("inline")
        assert not inline or kind in ("image/jpeg", "image/png", "image/gif", "image/webp")


def test_what_the_pages_show_of_a_photo_was_drawn_anew(world: World, admin: Client) -> None:
    assert send(world, "photo.jpg", photo() + b"<script>alert(1)</script>") == 201
    version = Submission.objects.get().versions.get()
    answer = admin.get(f"/reports/uuid:1/photos/{version.pk}/photo.jpg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert b"script" not in answer.content
    assert "sandbox" in answer.headers["Content-Security-Policy"]
