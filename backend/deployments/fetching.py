"""Rows of a query as columns: straight from the cursor, without an object for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from maps import reach


def fetch(query: QuerySet[Any, Any], names: Sequence[str]) -> pd.DataFrame:
    found = _found(query)
    columns = zip(*found, strict=True) if found else ([] for _ in names)
    return pd.DataFrame({name: column(name, values) for name, values in zip(names, columns, strict=True)})


def _found(query: QuerySet[Any, Any]) -> Sequence[Sequence[Any]]:
    try:
        sql, params = query.query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking: a condition was `IN ()`
        return ()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
    return rows


def column(name: str, values: Sequence[Any]) -> Any:
    if name in reach.KEYS:
        return np.array([-1 if v is None else v for v in values], dtype=np.int64)
    if name == "registered":
        return np.array([None if v is None else str(v)[:10] for v in values], dtype="datetime64[D]")
    if name in (*reach.DATES, *reach.LIST_DATES):
        return np.array(values, dtype="datetime64[D]")
    if name in ("purpose",):
        return np.array(values, dtype=object)
    if name in ("illustrative", "visited"):
        return np.array(values, dtype=bool)
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
