"""Is an answer one that the API's description knows?"""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from backend.api import api

PREFIX = "/api/v1/"


@cache
def page() -> dict[str, Any]:
    """As anybody reads it: JSON."""
    return dict(orjson.loads(orjson.dumps(api.get_openapi_schema(path_prefix=PREFIX), default=str)))


@cache
def _judge(path: str, verb: str, status: str, kind: str) -> Any:
    shape = page()["paths"][path][verb]["responses"][status]["content"][kind]["schema"]
    return jsonschema_rs.Draft202012Validator({**shape, "components": page()["components"]})


def outside(verb: str, path: str, status: int, content_type: str, content: bytes) -> str:
    """What the description of this operation does not know of an answer; empty: it is as described."""
    responses = page()["paths"][path][verb.lower()]["responses"]
    told = next((key for key in (str(status), f"{status // 100}XX") if key in responses), None)
    if told is None:
        return f"status {status}"
    kinds = responses[told].get("content", {})
    if not content or verb == "HEAD":
        return ""
    kind = content_type.partition(";")[0]
    known = next((name for name in (kind, "*/*") if name in kinds), None)
    if known is None:
        return f"{status} as {kind or 'nothing'}"
    if not kind.endswith("json") or kind.endswith("json-seq"):
        return ""
    faults = _judge(path, verb.lower(), told, known).iter_errors(orjson.loads(content))
    return "; ".join(f"{'/'.join(map(str, fault.instance_path))}: {fault.message}"[:200] for fault in faults)[:600]
