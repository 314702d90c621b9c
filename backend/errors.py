"""One error family, one table of statuses. Every text says where and what to do."""

from __future__ import annotations

from typing import Any


class GramReachError(Exception):
    """An answer to the caller: `detail` for a person, `code` for a script, `where` names the field or line.

    `retry_after`: seconds until it makes sense to ask again; 0: it does not.
    """

    status = 400
    code = "bad_request"
    retry_after = 0

    def __init__(self, detail: str, *, code: str | None = None, where: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.where = where

    def body(self) -> dict[str, Any]:
        return {"detail": self.detail, "code": self.code, "where": self.where}


class Unreadable(GramReachError):
    status, code = 400, "unreadable"


class BadFilter(GramReachError):
    status, code = 400, "bad_filter"


class NoCredentials(GramReachError):
    status, code = 401, "no_credentials"


class BadToken(GramReachError):
    status, code = 403, "bad_token"


class NotAllowed(GramReachError):
    status, code = 403, "not_allowed"


class NotFound(GramReachError):
    """Also the answer for what lies outside one's scope: it is as if it did not exist."""

    status, code = 404, "not_found"


class Conflict(GramReachError):
    status, code = 409, "conflict"


class WrongVersion(GramReachError):
    """Of the protocol in which an upload is sent."""

    status, code = 412, "wrong_version"


class TooLarge(GramReachError):
    status, code = 413, "too_large"


class WrongType(GramReachError):
    status, code = 415, "wrong_type"


class Invalid(GramReachError):
    status, code = 422, "invalid"


class TooMany(GramReachError):
    status, code = 429, "too_many_requests"


class Mismatch(GramReachError):
    """What arrived is not what was announced. 460 is tus's own status."""

    status, code = 460, "checksum_mismatch"


class Unavailable(GramReachError):
    status, code, retry_after = 503, "unavailable", 30

    def __init__(self) -> None:
        super().__init__("The server cannot store anything just now. Your reports stay on the phone; try again later.")


class DiskFull(GramReachError):
    status, code, retry_after = 507, "disk_full", 300

    def __init__(self) -> None:
        super().__init__("The server's disk is full. Your reports stay on the phone; the office has to make room.")


class Fault(GramReachError):
    """Of ours. The log has it under the request's id."""

    status, code = 500, "fault"

    def __init__(self) -> None:
        super().__init__("Something went wrong on the server. What you sent was not stored; try again later.")


class Busy(GramReachError):
    status, code, retry_after = 503, "busy", 10

    def __init__(self) -> None:
        super().__init__(
            "The server has more to do than it can. Your reports stay on the phone; it tries again by itself."
        )
