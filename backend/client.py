"""GramReach from a script: exports as files and frames, and a copy that follows the changes. Knows no Django.

    from backend.client import GramReach

    with GramReach("https://reach.example.org", token) as reach:
        reports = reach.to_geodataframe("reports", centre="rsvc-khunt")
        reach.download("reports", "gpkg", "reports.gpkg")
        changed = reach.copy("reports", "reports.sqlite").update()

Needs httpx; `to_geodataframe` needs geopandas too.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import httpx

if TYPE_CHECKING:
    import geopandas

Kind = Literal["reports", "deployments", "villages", "centres", "needs", "trainings", "submissions"]
Format = Literal["geojson", "geojsonseq", "csv", "kml", "xlsx", "gpkg", "fgb", "geoparquet"]
Feature = dict[str, Any]
Told = Callable[["Job"], None]

_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds between tries over a line that breaks
_CHUNK = 1024 * 1024
_BROKE_OFF = "The export broke off. Ask again."


class Refused(Exception):
    """The server's own words: `status`, `code` for a program, `where` names the parameter."""

    def __init__(self, status: int, detail: str, code: str = "", where: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.code, self.where = status, detail, code, where


class Broken(Exception):
    """What arrived is not whole, again and again."""


@dataclass(frozen=True)
class Job:
    """An export that the server makes in the background."""

    id: str
    url: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    percent: int
    rows: int
    problem: str | None
    file: dict[str, Any] | None

    @classmethod
    def of(cls, told: dict[str, Any]) -> Job:
        return cls(**{name: told[name] for name in cls.__dataclass_fields__})


class GramReach:
    """One server, and what this token may read of it. Filters are those of the API: `cluster="pkc"`, `from_="2026-04-01"`;
    several values as a list.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 60.0, transport: httpx.BaseTransport | None = None):
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    def fields(self, form: str = "") -> dict[str, Any]:
        """The columns of every kind, or of a form's tables: names, types, units, and the questions in each language."""
        return dict(self._json("GET", "/api/v1/export/fields", {"form": form} if form else {}))

    def features(self, kind: Kind, **filters: Any) -> Iterator[Feature]:
        """One after the other, as they arrive. Raises Broken where they break off."""
        with self.http.stream("GET", f"/api/v1/export/{kind}.geojson", params=_params(filters)) as response:
            _accept(response)
            whole = False
            for line in response.iter_lines():
                if line.startswith('{"type":"Feature",'):
                    yield _feature(line.removesuffix(","))
                whole = line == "]}"
            if not whole:
                raise Broken(_BROKE_OFF)

    def to_geodataframe(self, kind: Kind, **filters: Any) -> geopandas.GeoDataFrame:
        """With the types that `fields` names; the index is the feature's id."""
        import geopandas

        features = list(self.features(kind, **filters))
        described = self.fields(str(filters.get("form", "")))
        return _frame(geopandas, features, described[str(filters.get("form", "")) or kind]["fields"])

    def ask(self, kind: Kind, format: Format, *, tables: bool = False, **filters: Any) -> Job:
        """Have the export made in the background."""
        more = {"tables": "1"} if tables else {}
        return Job.of(self._json("GET", f"/api/v1/export/{kind}.{format}", {**_params(filters), **more, "job": "1"}))

    def job(self, job: Job) -> Job:
        return Job.of(self._json("GET", job.url))

    def wait(self, job: Job, told: Told = lambda job: None, pause: float = 1.0) -> Job:
        """Until its file is there; `told` hears how far it is. Raises Refused where it failed or was cancelled."""
        while (job := self.job(job)).state in ("queued", "running"):
            told(job)
            time.sleep(pause)
        told(job)
        if job.state != "done":
            raise Refused(409, job.problem or f"The export was {job.state}.", code=job.state)
        return job

    def forget(self, job: Job) -> None:
        """Cancel it, or let its file go."""
        _accept(self.http.request("DELETE", job.url))

    def download(
        self, kind: Kind, format: Format, path: str | os.PathLike[str], *, tables: bool = False,
        told: Told = lambda job: None, **filters: Any,
    ) -> Path:  # fmt: skip
        """The export as a file, made in the background, fetched in pieces, proved by its SHA-256, then forgotten there."""
        job = self.wait(self.ask(kind, format, tables=tables, **filters), told)
        found = self.fetch(job, path)
        self.forget(job)
        return found

    def fetch(self, job: Job, path: str | os.PathLike[str]) -> Path:
        """A job's file. A line that breaks costs nothing: it goes on where it stopped, even after a new start. Under its
        name only when it is whole.
        """
        if job.file is None:
            raise Refused(404, "This export has no file.", code="no_file")
        target, part = Path(path), Path(f"{os.fspath(path)}.{job.id}.part")
        for pause in (*_PAUSES, None):
            try:
                self._go_on(job.file, part)
                break
            except httpx.TransportError:
                if pause is None:
                    raise
                time.sleep(pause)
        if _sha256(part) != job.file["sha256"]:
            part.unlink()
            raise Broken(f"{target} did not arrive as it was sent. Fetch it again.")
        part.replace(target)
        return target

    def _go_on(self, file: dict[str, Any], part: Path) -> None:
        have = part.stat().st_size if part.exists() else 0
        if have >= file["bytes"]:
            return
        headers = {"Accept-Encoding": "identity"}  # its own bytes: others could not be gone on with
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": f'"{file["sha256"]}"'}
        with self.http.stream("GET", file["url"], headers=headers) as response:
            _accept(response)
            with part.open("ab" if response.status_code == 206 else "wb") as target:
                for chunk in response.iter_raw():  # as they arrive: what is held back is lost when the line breaks
                    target.write(chunk)
        if part.stat().st_size < file["bytes"]:
            raise httpx.RemoteProtocolError("The line broke.")

    def copy(self, kind: Kind, path: str | os.PathLike[str], **filters: Any) -> Copy:
        """A copy of a kind in a SQLite file, that `update()` brings up to date."""
        return Copy(self, kind, Path(path), filters)

    def changes(self, kind: Kind, cursor: str, **filters: Any) -> dict[str, Any]:
        """`{"full", "features", "deleted", "cursor"}` since the cursor of the answer before, empty at first."""
        return dict(self._json("GET", f"/api/v1/export/{kind}.geojson", {**_params(filters), "updated_since": cursor}))

    def _json(self, method: str, path: str, params: dict[str, str] | None = None) -> Any:
        response = self.http.request(method, path, params=params)
        _accept(response)
        return response.json()


class Copy:
    """Rows by id and the cursor, in one file and one transaction: what broke off is as if it had not begun."""

    def __init__(self, reach: GramReach, kind: Kind, path: Path, filters: dict[str, Any]) -> None:
        self.reach, self.kind, self.path, self.filters = reach, kind, path, filters
        with closing(self._open()) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS feature (id TEXT PRIMARY KEY, feature TEXT NOT NULL)")
            database.execute("CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT)")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)

    def update(self) -> int:
        """Copies what changed; returns how many rows came or went."""
        with closing(self._open()) as database, database:
            row = database.execute("SELECT cursor FROM cursor").fetchone()
            told = self.reach.changes(self.kind, row[0] if row else "", **self.filters)
            if told["full"]:
                database.execute("DELETE FROM feature")
            rows = ((feature["id"], json.dumps(feature, ensure_ascii=False)) for feature in told["features"])
            database.executemany("INSERT OR REPLACE INTO feature VALUES (?, ?)", rows)
            database.executemany("DELETE FROM feature WHERE id = ?", ((key,) for key in told["deleted"]))
            database.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?)", (told["cursor"],))
        return len(told["features"]) + len(told["deleted"])

    def features(self) -> Iterator[Feature]:
        with closing(self._open()) as database:
            for (feature,) in database.execute("SELECT feature FROM feature ORDER BY id"):
                yield json.loads(feature)

    def to_geodataframe(self) -> geopandas.GeoDataFrame:
        import geopandas

        form = str(self.filters.get("form", ""))
        return _frame(geopandas, list(self.features()), self.reach.fields(form)[form or self.kind]["fields"])


def _feature(line: str) -> Feature:
    try:
        return dict(json.loads(line))
    except ValueError as error:
        raise Broken(_BROKE_OFF) from error


def _frame(geopandas: Any, features: list[Feature], fields: list[dict[str, Any]]) -> Any:
    import pandas as pd
    from shapely.geometry import shape

    frame = pd.DataFrame(
        [feature["properties"] for feature in features],
        index=pd.Index([feature["id"] for feature in features], name="id"),
        columns=[field["name"] for field in fields],
    )
    for field in fields:
        name, kind = field["name"], field["type"]
        if kind in ("date", "datetime"):
            frame[name] = pd.to_datetime(frame[name], utc=kind == "datetime")
        else:
            frame[name] = frame[name].astype(_DTYPES[kind])
    places = [None if feature["geometry"] is None else shape(feature["geometry"]) for feature in features]
    return geopandas.GeoDataFrame(frame, geometry=geopandas.GeoSeries(places, index=frame.index, crs=4326))


_DTYPES = {"text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


def _params(filters: dict[str, Any]) -> dict[str, str]:
    """`from` is a word of Python: it is written `from_`."""
    return {
        name.removesuffix("_"): ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        for name, value in filters.items()
        if value not in (None, "", [], ())
    }


def _accept(response: httpx.Response) -> None:
    if response.is_success:
        return
    response.read()
    try:
        told = response.json()
    except ValueError:
        told = {}
    detail = str(told.get("detail", f"The server answered {response.status_code}."))
    raise Refused(response.status_code, detail, str(told.get("code", "")), str(told.get("where", "")))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
