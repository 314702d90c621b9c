"""Sizes and spans of time in settings -> numbers."""

from __future__ import annotations


def megabytes(text: str, name: str, default: int) -> int:
    """Raises ValueError, which says what to write."""
    if not text.strip():
        return default * 1024 * 1024
    if not text.strip().isdecimal() or int(text) == 0:
        raise ValueError(f"{name}: write whole megabytes, such as {default}")
    return int(text) * 1024 * 1024


def days(text: str, name: str) -> int | None:
    """None where nothing is said. Raises ValueError, which says what to write."""
    if not text.strip():
        return None
    if not text.strip().isdecimal() or int(text) == 0:
        raise ValueError(f"{name}: write whole days, such as 730")
    return int(text)
