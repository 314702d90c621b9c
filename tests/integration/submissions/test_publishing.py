"""A published version never changes; a broken form is refused with sheet, row and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.errors import Conflict
from backend.submissions.models import Form, FormVersion
from backend.submissions.publishing import FORMS, publish
from field_forms.problems import FormError

NEED = (FORMS / "village_need.md").read_bytes()
VERSION = b"2026112601"


def test_publishing_the_same_again_changes_nothing(db: None) -> None:
    first, again = (publish(NEED, "village_need.md", validate=False) for _ in range(2))
    assert first.pk == again.pk
    assert FormVersion.objects.count() == 1


def test_a_published_version_is_never_written_over(db: None) -> None:
    first = publish(NEED, "village_need.md", validate=False)
    changed = NEED.replace(b"| need ", b"| need ", 1).replace(b"Village need", b"Village needs", 1)
    assert changed != NEED
    with pytest.raises(Conflict, match="new version"):
        publish(changed, "village_need.md", validate=False)
    assert bytes(FormVersion.objects.get().xform) == bytes(first.xform)


def test_a_new_version_is_current_and_the_old_one_is_still_received(db: None) -> None:
    publish(NEED, "village_need.md", validate=False)
    newer = publish(NEED.replace(VERSION, b"2027010101"), "village_need.md", validate=False)
    form = Form.objects.get()
    assert (form.current, form.versions.count()) == (newer, 2)


def test_a_new_version_that_lost_a_derived_field_is_refused(db: None) -> None:
    publish(NEED, "village_need.md", validate=False)
    lines = [line for line in NEED.decode().splitlines() if "| visit_date" not in line]
    broken = "\n".join(lines).replace("2026112601", "2027010101").replace("${visit_date}", "today()")
    with pytest.raises(FormError, match="visit_date"):
        publish(broken.encode(), "village_need.md", validate=False)
    assert FormVersion.objects.count() == 1


BROKEN = """
| survey |
| | type | name | label |
| | text | first | First |
| | integer | second | Second ${no_such} |
| settings |
| | form_id | version |
| | broken | 1 |
"""


def test_the_command_says_where_and_publishes_the_others(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = tmp_path / "broken.md", tmp_path / "village_need.md"
    bad.write_text(BROKEN)
    good.write_bytes(NEED)
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("publish_form", str(bad), str(good))
    told = capsys.readouterr().err
    assert "row 3" in told
    assert "no_such" in told
    assert Form.objects.get().form_id == "village_need"


def test_publishing_says_what_only_collect_can_ask(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "village_need.md"
    source.write_bytes(NEED.replace(b"| | max-pixels=1600", b"| signature | max-pixels=1600"))
    call_command("publish_form", str(source))
    assert "Collect only" in (said := capsys.readouterr().out)
    assert "  photo: drawing with a finger (signature)" in said
    call_command("publish_form", str(FORMS / "training_event.md"))
    assert "Collect only" not in capsys.readouterr().out
