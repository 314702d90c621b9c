"""Sizes in settings -> bytes."""

from __future__ import annotations


def megabytes(text: str, name: str, default: int) -> int:
    """Raises ValueError, which says what to write."""
    if not text.strip():
        return default * 1024 * 1024
    if not text.strip().isdecimal() or int(text) == 0:
        raise ValueError(f"{name}: write whole megabytes, such as {default}")
    return int(text) * 1024 * 1024
