"""Ready-made SQL for the receive path, whose cost is one of many reports a second.

Django's ORM spends half a millisecond to word each statement anew, more than the database spends to run it. Here each is
worded once from the model's own names and then only given its values. Everywhere else the ORM is used.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

Convert = Callable[[Any], Any]
MOST_PARAMETERS = 30_000  # of one statement; SQLite takes 32,766


class Insert:
    """INSERT of rows of a model, given as dictionaries by attribute name; absent ones take the field's default.

    `unique` and `update`: on conflict of these, write these over.
    """

    def __init__(self, model: type[models.Model], unique: Sequence[str] = (), update: Sequence[str] = ()) -> None:
        self.model, self.unique, self.update = model, tuple(unique), tuple(update)
        skipped = {"id"} if isinstance(model._meta.pk, models.AutoField) else set()
        given_by_database = models.NOT_PROVIDED
        self.fields = [
            f for f in model._meta.concrete_fields if f.attname not in skipped and f.db_default is given_by_database
        ]
        self.names = [f.attname for f in self.fields]

    def one(self, **values: Any) -> int:
        """Insert one row; returns its key."""
        return self.keys([values])[0]

    def keys(self, rows: Sequence[dict[str, Any]]) -> list[int]:
        """Insert rows; returns their keys, in order."""
        keys: list[int] = []
        for some in self._in_parts(rows):
            keys += [row[0] for row in _run(*self._worded(some, self._returning()))]
        return keys

    def many(self, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows, or write over those that are there."""
        if not rows:
            return
        database = connections[DEFAULT_DB_ALIAS]
        if database.vendor == "sqlite":  # one statement, worded and planned once for any number of rows
            with database.wrap_database_errors:
                _driver(database).executemany(_marked(self._sql(1)), self._values(rows))
        else:
            for some in self._in_parts(rows):
                _run(*self._worded(some))

    def _in_parts(self, rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
        at_once = MOST_PARAMETERS // len(self.names)
        return (rows[start : start + at_once] for start in range(0, len(rows), at_once))

    def _worded(self, rows: Sequence[dict[str, Any]], returning: str = "") -> tuple[str, list[Any]]:
        """The statement for these rows, and its parameters."""
        if connection.vendor == "postgresql":
            return self._from_json() + returning, [_json_rows(self.names, self._values(rows))]
        return self._sql(len(rows)) + returning, [value for row in self._values(rows) for value in row]

    def _values(self, rows: Sequence[dict[str, Any]]) -> Iterator[list[Any]]:
        fitting, converters = self._fitting(connection.vendor)
        defaults = [(name, default() if callable(default) else default) for name, default in fitting]
        for row in rows:
            get = row.get
            values = [get(name, default) for name, default in defaults]
            for i, convert in converters:
                value = values[i]
                if value is not None:
                    values[i] = convert(value)
            yield values

    @cache  # noqa: B019  # a handful of statements that live as long as the process
    def _fitting(self, vendor: str) -> tuple[list[tuple[str, Any]], list[tuple[int, Convert]]]:
        """Names with their defaults, and how the values at some places are handed to the driver."""
        converters = ((i, _converter(field, vendor)) for i, field in enumerate(self.fields))
        return [(f.attname, _default(f)) for f in self.fields], [(i, c) for i, c in converters if c is not None]

    @cache  # noqa: B019
    def _sql(self, rows: int) -> str:
        row = f"({', '.join(['%s'] * len(self.fields))})"
        return f"{self._into()} VALUES {', '.join([row] * rows)}{self._on_conflict()}"

    @cache  # noqa: B019
    def _from_json(self) -> str:
        """All rows as one parameter: psycopg takes longer over each of three thousand than PostgreSQL over the rows."""
        columns = self._columns()
        typed = ", ".join(f"{columns[f.attname]} {f.db_type(connection)}" for f in self.fields)
        rows = f"ROWS FROM (json_to_recordset(%s::json) AS ({typed})) WITH ORDINALITY"
        chosen = f"SELECT {', '.join(columns.values())} FROM {rows} ORDER BY ordinality"  # noqa: S608  # names of ours
        return f"{self._into()} {chosen}{self._on_conflict()}"

    def _columns(self) -> dict[str, str]:
        return {f.attname: connection.ops.quote_name(str(f.column)) for f in self.fields}

    def _into(self) -> str:
        return f"INSERT INTO {connection.ops.quote_name(self.model._meta.db_table)} ({', '.join(self._columns().values())})"

    def _on_conflict(self) -> str:
        if not self.unique:
            return ""
        columns = self._columns()
        keys = ", ".join(columns[n] for n in self.unique)
        overwritten = ", ".join(f"{columns[n]} = EXCLUDED.{columns[n]}" for n in self.update)
        return f" ON CONFLICT ({keys}) DO UPDATE SET {overwritten}"

    def _returning(self) -> str:
        key = self.model._meta.pk
        assert key is not None  # noqa: S101  # every table has one
        return f" RETURNING {connection.ops.quote_name(str(key.column))}"


@lru_cache(maxsize=512)
def _marked(sql: str) -> str:
    """As SQLite's own driver wants it; none of our texts has a percent sign of its own."""
    return sql.replace("%s", "?")


def _run(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Past Django's cursor on SQLite, which words every statement anew for its driver."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "sqlite":
        with database.wrap_database_errors:
            found: list[tuple[Any, ...]] = _driver(database).execute(_marked(sql), values).fetchall()
        return found
    with database.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def _driver(database: Any) -> Any:
    if database.connection is None:
        database.ensure_connection()
    return database.connection


def _default(field: models.Field[Any, Any]) -> Any:
    if getattr(field, "auto_now_add", False):
        return _now
    return field.default if field.has_default() else ("" if isinstance(field, models.CharField) else None)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _converter(field: models.Field[Any, Any], vendor: str) -> Convert | None:
    """How a value of this field is handed to the driver; None: as it is."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if vendor != "sqlite":
        return _bytea if isinstance(target, models.BinaryField) else None
    if isinstance(target, models.JSONField):
        return _json_text
    if isinstance(target, models.DateTimeField):
        return _moment_text
    if isinstance(target, models.DateField):
        return str
    if isinstance(target, models.UUIDField):
        return _hex
    return None


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _json_rows(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """As PostgreSQL reads them; dates, moments and UUIDs are written by orjson as it wants them."""
    rows_of_names = [dict(zip(names, row, strict=True)) for row in rows]
    return orjson.dumps(rows_of_names, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _bytea(value: bytes) -> str:
    return "\\x" + bytes(value).hex()


@lru_cache(maxsize=256)  # what came together was received at one moment
def _moment_text(value: dt.datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(value))


def _hex(value: uuid.UUID) -> str:
    return value.hex


class Select:
    """A SELECT worded once by the ORM: `build` makes the queryset from as many marks as it has parameters.

    A mark that is a list of one stands for any number of values: `Village.objects.filter(code__in=codes)`.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Any]], *marks: Any) -> None:
        self.build, self.marks = build, marks

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        sql, order, convert = self._worded(connection.vendor)
        return _run(sql, [convert(values[i]) if i is not None else constant for i, constant in order])

    @cache  # noqa: B019
    def _worded(self, vendor: str) -> tuple[str, list[tuple[int | None, Any]], Convert]:
        """The text, and for each of its parameters which value it is (or the constant that the queryset has there)."""
        sql, params = self.build(*self.marks).query.sql_with_params()
        convert: Convert = _for_sqlite if vendor == "sqlite" else _as_it_is
        if any(isinstance(mark, list) for mark in self.marks):
            among = " IN (SELECT value FROM json_each(%s))" if vendor == "sqlite" else " = ANY(%s)"
            sql = sql.replace(" IN (%s)", among)
        marks = {convert(m[0] if isinstance(m, list) else m): i for i, m in enumerate(self.marks)}
        return sql, [(marks.get(p), p) for p in params], convert


def _as_it_is(value: Any) -> Any:
    return value


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, list):
        return orjson.dumps([_for_sqlite(item) for item in value]).decode()
    return value


def date(value: Any) -> dt.date | None:
    """A date column as read past the ORM: text on SQLite."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def moment(value: Any) -> dt.datetime | None:
    """A date and time column as read past the ORM: in UTC, but without saying so, on SQLite."""
    return value.replace(tzinfo=dt.UTC) if isinstance(value, dt.datetime) and value.tzinfo is None else value


def plain(value: Any) -> Any:
    """A JSON column as read past the ORM: text on SQLite, and on PostgreSQL too, where Django has it so."""
    return orjson.loads(value) if isinstance(value, str | bytes) else value
