"""More than can be answered: said at once, with the time to wait, instead of letting everybody wait for nothing.

A worker has a number of threads. While one is free, requests queue for some milliseconds and all is well. It is not well
when nearly all are taken and have been for seconds: by slow lines that upload, or a database that is behind.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from backend.config.unavailable import answer
from backend.errors import Busy

LEFT_FREE = 2  # threads, for looks at the server's health, and for saying that it is busy
SECONDS = 3.0
_ALWAYS = ("/healthz", "/readyz")


class Overload:
    """Middleware, before all that costs something. `threads`: of this process."""

    threads = 12

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._began: dict[int, float] = {}  # by thread: a thread answers one request at a time

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now, thread = time.monotonic(), threading.get_ident()
        if request.path not in _ALWAYS and self._is_busy(now):
            error = Busy()
            error.retry_after = random.randint(5, 20)  # noqa: S311  # not all at the same moment again
            return answer(request, error)
        self._began[thread] = now
        try:
            return self.get_response(request)
        finally:
            self._began.pop(thread, None)

    def _is_busy(self, now: float) -> bool:
        """All but the last threads are taken, and half of them for seconds."""
        if len(self._began) < self.threads - LEFT_FREE:
            return False
        began = sorted(self._began.copy().values())
        return now - began[len(began) // 2] > SECONDS
