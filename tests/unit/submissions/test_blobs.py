"""What a receipt stands for is on the disk: the file, its name, and the folders that had to be made for it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from backend.submissions import blobs


def test_a_file_and_the_names_that_lead_to_it_outlive_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "attachments"
    root.mkdir()
    monkeypatch.setattr(blobs, "default_storage", FileSystemStorage(root))
    synced: list[tuple[str, bool]] = []

    def fsync(opened: int) -> None:
        path = Path(f"/proc/self/fd/{opened}").readlink()
        there = bool(list(root.glob("*/*/" + "[0-9a-f]" * 64)))
        synced.append((str(path.relative_to(root)) if path.is_dir() else "the file", there))

    monkeypatch.setattr(os, "fsync", fsync)
    sha256, size = blobs.put(io.BytesIO(b"photo"))
    first, second = sha256[:2], sha256[2:4]
    assert size == 5
    named = [(f"{first}/{second}", True), (first, True), (".", True)]
    assert synced == [("the file", False), *named]  # its bytes before its name
