"""A page of a list as GeoJSON, for whoever asks with `Accept: application/geo+json`."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

GEOJSON = "application/geo+json"


def negotiated(request: HttpRequest, found: dict[str, Any], *, key: str) -> dict[str, Any] | HttpResponse:
    """The page as it is, or as a FeatureCollection with `next` beside its features. Items carry `lon` and `lat` or None;
    `key` names what becomes the feature's id.
    """
    if GEOJSON not in request.headers.get("Accept", ""):
        return found
    features = [_feature(item, key) for item in found["items"]]
    body = orjson.dumps({"type": "FeatureCollection", "next": found["next"], "features": features}, default=str)
    response = HttpResponse(body, content_type=GEOJSON)
    response["Vary"] = "Accept"
    return response


def _feature(item: dict[str, Any], key: str) -> dict[str, Any]:
    lon, lat = item.get("lon"), item.get("lat")
    point = None if lon is None or lat is None else {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    properties = {name: value for name, value in item.items() if name not in ("lon", "lat")}
    return {"type": "Feature", "id": item[key], "geometry": point, "properties": properties}
