"""The application, with a database that goes away in the middle of an export, or a worker that dies: X-Break says which.

`/loaded` tells which packages the worker has loaded.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from backend.config.wsgi import application as whole
from backend.exports.queries import Prepared

_here = threading.local()  # a request is answered by one thread
_read = Prepared.__call__


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/loaded":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [" ".join(sys.modules).encode()]
    _here.breaks, _here.reads = environ.get("HTTP_X_BREAK"), 0
    return whole(environ, start_response)


def _breaking(self: Prepared, *args: Any, **named: Any) -> Any:
    _here.reads += 1
    if _here.reads > 6 and _here.breaks == "lost":
        raise OSError("the database went away")
    if _here.reads > 6 and _here.breaks == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return _read(self, *args, **named)


Prepared.__call__ = _breaking  # type: ignore[method-assign]
