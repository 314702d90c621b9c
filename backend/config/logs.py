"""What is logged carries no secret: a phone's token stands in the addresses that ODK Collect asks."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re

from backend.origin import origin

_TOKEN = re.compile(r"(/(?:key|draft)/)[^/\s?\"']+")
_HEADER = re.compile(r"((?:Bearer|Basic)\s+)[\w.~+/=-]{16,}", re.IGNORECASE)


class AsJson(logging.Formatter):
    """One object a line: time, level, logger, the request's id and address, the words, and what is under `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        source = origin()
        told = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": source.request,
            "address": source.address,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return without_tokens(json.dumps(told, ensure_ascii=False, default=str))


class WithoutTokens(logging.Formatter):
    """The whole line is gone through, tracebacks included: whoever logs need not think of it."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = origin().request or "-"
        return without_tokens(super().format(record))


def without_tokens(text: str) -> str:
    return _HEADER.sub(r"\1...", _TOKEN.sub(r"\1...", text))
