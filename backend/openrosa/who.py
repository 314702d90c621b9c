"""Which phone asks: by the token in the path (what a settings QR holds), by Basic, or by Bearer."""

from __future__ import annotations

from django.http import HttpRequest

from backend.accounts.throttle import throttled
from backend.accounts.who import Who, of_basic, of_header, of_token
from backend.errors import BadToken, NoCredentials


def identify(request: HttpRequest, token: str | None) -> Who:
    """Raises NoCredentials (401: clients then ask for a password), BadToken or TooMany.

    Guessing is slowed down; a phone with a good token is never kept out by another that guesses from its address.
    """
    try:
        who = of_token(token) if token is not None else _of_header(request)
    except BadToken:
        with throttled(request, "openrosa"):
            raise
    if who.device is None:
        raise BadToken("This address is for phones. Ask your office for a phone's code.")
    return who


def _of_header(request: HttpRequest) -> Who:
    who = of_basic(request) or of_header(request)
    if who is None:
        raise NoCredentials("Add this phone anew from the code that your office shows you.")
    return who
