"""Triggers that refuse to change or delete what the audit log holds, whoever asks.

SQLite loses a table's triggers when a migration makes the table anew: `gramreach migrate` puts them back.
"""

from __future__ import annotations

from typing import Any

TABLE = "audit_entry"
_SAYS = "the audit log is only added to"
_SQLITE = [
    f"CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    for verb in ("update", "delete")
]
_POSTGRESQL = [
    f"CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_SAYS}'; END $$",
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE} EXECUTE FUNCTION audit_refuse()",
]


def install(connection: Any) -> None:
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def remove(connection: Any) -> None:
    on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for verb in ("update", "delete", "truncate"):
            cursor.execute(f"DROP TRIGGER IF EXISTS audit_no_{verb}{on}")


def restore(connection: Any) -> None:
    if not are_there(connection):
        remove(connection)
        install(connection)


def are_there(connection: Any) -> bool:
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        names = "SELECT tgname FROM pg_trigger"
    with connection.cursor() as cursor:
        cursor.execute(names)
        return {"audit_no_update", "audit_no_delete"} <= {row[0] for row in cursor.fetchall()}
