"""What is logged carries no secret: a phone's token stands in the addresses that ODK Collect asks."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"(/(?:key|draft)/)[^/\s?\"']+")
_HEADER = re.compile(r"((?:Bearer|Basic)\s+)[\w.~+/=-]{16,}", re.IGNORECASE)


class WithoutTokens(logging.Formatter):
    """The whole line is gone through, tracebacks included: whoever logs need not think of it."""

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


def without_tokens(text: str) -> str:
    return _HEADER.sub(r"\1...", _TOKEN.sub(r"\1...", text))
