from __future__ import annotations

import pytest
from pytest_django import Settings

from backend.errors import Invalid
from backend.operations.sealing import passphrase, seal, unseal

KEYS = {"DATA_KEY": "very dear", "SECRET_KEY": "dear"}


def test_keys_open_with_their_passphrase_and_with_no_other() -> None:
    sealed = seal(KEYS, "a monsoon of paper boats")
    assert b"dear" not in sealed
    assert unseal(sealed, "a monsoon of paper boats") == KEYS
    with pytest.raises(Invalid, match="not the passphrase"):
        unseal(sealed, "a monsoon of paper boat")
    with pytest.raises(Invalid, match="behind a passphrase"):
        unseal(sealed, "")


def test_without_one_they_lie_open() -> None:
    assert unseal(seal(KEYS, ""), "") == KEYS


def test_a_short_passphrase_is_refused(settings: Settings) -> None:
    settings.BACKUP_PASSPHRASE = "short"
    with pytest.raises(Invalid, match="needs 12 letters"):
        passphrase()
