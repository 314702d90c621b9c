"""Our reader of FlatGeobuf against GDAL's, on the files it is for."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pyogrio
import pytest
import shapely

from maps import flatgeobuf


def _files() -> list[Path]:
    spec = importlib.util.find_spec("adarvmaps")
    assert spec is not None
    assert spec.origin is not None
    return sorted((Path(spec.origin).parent / "data").glob("*_lite.fgb"))


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.stem)
def test_every_feature_is_what_gdal_reads(path: Path) -> None:
    theirs = pyogrio.read_dataframe(path)
    names = [name for name in theirs.columns if name != "geometry"]
    rows, shapes = flatgeobuf.read(path, names)
    assert shapely.to_wkb(shapes).tolist() == shapely.to_wkb(shapely.force_2d(theirs.geometry.to_numpy())).tolist()
    assert len(names) >= 5
    for name in names:
        assert [row[name] for row in rows] == [None if v is None or v != v else v for v in theirs[name]], name


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x.fgb"
    path.write_bytes(b"fgb\x02fgb\x00")
    with pytest.raises(ValueError, match=r"x\.fgb"):
        flatgeobuf.read(path, [])
