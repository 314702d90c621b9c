"""Who acts, as the audit log names them. It stands below the accounts, so it knows no table of theirs."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["user", "phone", "token", "command", "nobody"]


@dataclass(frozen=True)
class Actor:
    """`key` stays when the name changes."""

    kind: Kind
    key: str = ""
    name: str = ""


class HasActor(Protocol):
    @property
    def actor(self) -> Actor: ...


NOBODY = Actor("nobody")


def of(by: Actor | HasActor | None) -> Actor:
    """`None`: whoever types commands on the server."""
    if by is None:
        return Actor("command", name=_login())
    return by if isinstance(by, Actor) else by.actor


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return ""
