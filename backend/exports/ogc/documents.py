"""The documents of OGC API - Features - Part 1: Core (OGC 17-069r4), as dictionaries. Every address is absolute."""

from __future__ import annotations

import datetime as dt
from typing import Any

from backend.exports.fields import Field, Type
from backend.exports.ogc.asking import DEFAULT_LIMIT, LARGEST_LIMIT, shared
from backend.exports.ogc.collections import COLLECTIONS, Collection

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
JSON, HTML, GEOJSON = "application/json", "text/html", "application/geo+json"
OPENAPI, SCHEMA = "application/vnd.oai.openapi+json;version=3.0", "application/schema+json"
_SCHEMA_RELATION = "http://www.opengis.net/def/rel/ogc/1.0/schema"
CLASSES = ("core", "geojson", "html", "oas30")
INDIA = (68.0, 6.0, 98.0, 38.0)  # where features may lie: the true extent would tell where the outermost home is
TITLE = "GramReach: rural technologies, village by village"
Document = dict[str, Any]


def link(href: str, rel: str, kind: str, title: str) -> Document:
    return {"href": href, "rel": rel, "type": kind, "title": title}


def both(href: str, kind: str = JSON) -> list[Document]:
    """This page, and the same as HTML."""
    return [
        link(f"{href}?f=json", "self", kind, "This document"),
        link(f"{href}?f=html", "alternate", HTML, "As a page"),
    ]


def landing(base: str) -> Document:
    return {
        "title": TITLE,
        "description": "Village reports, deployments, villages and centres as features. Items need a token.",
        "links": [
            *both(f"{base}/"),
            link(f"{base}/api", "service-desc", OPENAPI, "Description of this API"),
            link(f"{base}/api?f=html", "service-doc", HTML, "Description of this API, as a page"),
            link(f"{base}/conformance", "conformance", JSON, "What this API keeps to"),
            link(f"{base}/collections", "data", JSON, "The collections"),
        ],
    }


def conformance(base: str) -> Document:
    prefix = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    return {"conformsTo": [prefix + name for name in CLASSES], "links": both(f"{base}/conformance")}


def collections(base: str) -> Document:
    listed = [collection_of(base, collection) for collection in COLLECTIONS.values()]
    return {"links": both(f"{base}/collections"), "collections": listed}


def collection_of(base: str, collection: Collection) -> Document:
    href = f"{base}/collections/{collection.name}"
    extent: Document = {"spatial": {"bbox": [list(INDIA)], "crs": CRS84}}
    if collection.time is not None:
        extent["temporal"] = {"interval": [[None, None]], "trs": GREGORIAN}
    return {
        "id": collection.name,
        "title": collection.title,
        "description": f"{collection.kind.about} Geometry: a point or none; {collection.kind.geometry}.",
        "extent": extent,
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            *both(href),
            link(f"{href}/items", "items", GEOJSON, collection.title),
            link(f"{href}/items?f=html", "items", HTML, f"{collection.title}, as a page"),
            link(f"{href}/schema", "describedby", SCHEMA, "Names and types of the properties"),
            link(f"{href}/schema", _SCHEMA_RELATION, SCHEMA, "Names and types of the properties"),
        ],
    }


def schema(base: str, collection: Collection) -> Document:
    """JSON Schema of the properties, as OGC API - Features - Part 5 has it."""
    properties: Document = {"geometry": {"x-ogc-role": "primary-geometry", "format": "geometry-point"}}
    for field in collection.kind.fields:
        properties[field.name] = {"title": _title(field), **_TYPES[field.type]}
    properties[collection.kind.id]["x-ogc-role"] = "id"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}/collections/{collection.name}/schema",
        "type": "object",
        "title": collection.title,
        "properties": properties,
    }


_TYPES: dict[Type, Document] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}


def _title(field: Field) -> str:
    return f"{field.about} ({field.unit})" if field.unit else field.about


def description(base: str) -> Document:
    """OpenAPI 3.0 of the addresses below `base`."""
    paths: Document = {
        "/": _path("The landing page", "getLandingPage", open_to_all=True),
        "/conformance": _path("What this API keeps to", "getConformance", open_to_all=True),
        "/api": _path("This description", "getApi", open_to_all=True),
        "/collections": _path("The collections", "getCollections"),
    }
    for collection in COLLECTIONS.values():
        href, name = f"/collections/{collection.name}", collection.name.capitalize()
        paths[href] = _path(f"{collection.title}: what they are", f"describe{name}")
        paths[f"{href}/schema"] = _path("Names and types of the properties", f"getSchema{name}")
        paths[f"{href}/items"] = _path(collection.title, f"get{name}", _parameters(collection))
        one = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
        paths[f"{href}/items/{{featureId}}"] = _path("One of them", f"get{name}Feature", [one])
    return {
        "openapi": "3.0.3",
        "info": {"title": TITLE, "version": "1.0.0", "license": {"name": "Of whoever runs this server"}},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API token"},
                "basic": {"type": "http", "scheme": "basic", "description": "Any name, and the token as password"},
            }
        },
    }


def _path(
    summary: str, operation: str, parameters: list[Document] | None = None, *, open_to_all: bool = False
) -> Document:
    form = {"name": "f", "in": "query", "schema": {"type": "string", "enum": ["json", "html"]}}
    get: Document = {
        "summary": summary,
        "operationId": operation,
        "parameters": [*(parameters or []), form],
        "responses": {
            "200": {"description": summary, "content": {JSON: {"schema": {"type": "object"}}, HTML: {}}},
            "400": {"description": "A parameter is unknown or wrong: `where` names it"},
        },
    }
    if not open_to_all:
        get["security"] = [{"bearer": []}, {"basic": []}]
        get["responses"] |= {"401": {"description": "Without a token"}, "404": {"description": "Not in your scope"}}
    return {"get": get}


def _parameters(collection: Collection) -> list[Document]:
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT}
    box: Document = {
        "type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"},
    }  # fmt: skip
    own: list[Document] = [
        {"name": "limit", "in": "query", "schema": limit, "style": "form", "explode": False},
        {"name": "bbox", "in": "query", "schema": box, "style": "form", "explode": False},
        {"name": "datetime", "in": "query", "schema": {"type": "string"}, "style": "form", "explode": False},
        {"name": "after", "in": "query", "schema": {"type": "string"}, "description": "as a `next` link gives it"},
    ]
    columns = [
        {"name": field.name, "in": "query", "schema": _TYPES[field.type], "description": _title(field)}
        for field in collection.kind.fields
    ]
    more = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in shared(collection)]
    return [*own, *columns, *more]


def now() -> str:
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
