"""What each address of the API answers, for its description: media types, and the shape of what is JSON.

A table, as most answers are made of rows and figures and not of classes; what is sent has its classes beside its endpoint.
`tests/security/test_fuzz.py` holds every answer against it, as every role.
"""

from __future__ import annotations

from typing import Any

from backend.exports.dashboard import SCHEMA as DASHBOARD
from backend.exports.fields import DEPLOYMENTS, Field

Shape = dict[str, Any]
JSON, GEOJSON, FILE = "application/json", "application/geo+json", "*/*"
TEXT: Shape = {"type": "string"}
WHOLE: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "number"}
YES_NO: Shape = {"type": "boolean"}
TIME: Shape = {"type": "string", "format": "date-time"}
ANY: Shape = {}
OBJECT: Shape = {"type": "object"}


def maybe(shape: Shape) -> Shape:
    return shape | {"type": [shape["type"], "null"]}


def many(shape: Shape) -> Shape:
    return {"type": "array", "items": shape}


def of(**properties: Shape) -> Shape:
    """All of these are always there; more may come."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def page_of(item: Shape) -> Shape:
    return of(items=many(item), next=maybe(TEXT))


def features(**more: Shape) -> Shape:
    feature = of(type={"const": "Feature"}, geometry={"type": ["object", "null"]}, properties=OBJECT)
    return of(type={"const": "FeatureCollection"}, features=many(feature), **more)


_TYPES = {"text": TEXT, "integer": WHOLE, "number": NUMBER, "boolean": YES_NO, "date": TEXT, "datetime": TIME}


def row_of(fields: tuple[Field, ...]) -> Shape:
    return of(**{field.name: maybe(_TYPES[field.type]) for field in fields})


ERROR = of(detail=TEXT, code=TEXT, where=TEXT)
PLACE = {"lon": maybe(NUMBER), "lat": maybe(NUMBER)}
SOURCED = {"source": maybe(TEXT), "verified": YES_NO, "illustrative": YES_NO}
CENTRE = of(slug=TEXT, name=TEXT, name_hi=TEXT, phone=TEXT)
PROFILE = of(id=WHOLE, officer=TEXT, officer_id=WHOLE, centre=CENTRE, language=TEXT, forms=many(TEXT))
PHONE = of(device=WHOLE, officer=TEXT, centre=TEXT, language=TEXT, forms=many(TEXT))
SUMMARY = of(instance_id=TEXT, current_instance_id=TEXT, form_id=TEXT, received_at=TIME, review_state=TEXT)
FLAG = of(code=TEXT, where=TEXT, detail=TEXT)
KEPT = of(
    id=WHOLE, kind=TEXT, code=TEXT, detail=TEXT, form_id=TEXT, form_version=TEXT, instance_id=TEXT, filename=TEXT,
    officer=TEXT, received_at=TIME, state=TEXT,
)  # fmt: skip
VERSION = of(
    number=WHOLE,
    instance_id=TEXT,
    deprecated_id=maybe(TEXT),
    form_version=TEXT,
    received_at=TIME,
    xml=TEXT,
    flags=many(FLAG),
)
DECISION = of(kind=TEXT, action=TEXT, instance_id=maybe(TEXT), comment=TEXT, by=maybe(TEXT), at=TIME)
ATTACHMENT = of(name=TEXT, received=YES_NO, size=maybe(WHOLE), sha256=maybe(TEXT))
DETAIL = {
    "allOf": [
        SUMMARY,
        of(
            version=TEXT, officer=maybe(TEXT), answers=OBJECT, place_hidden=YES_NO, xml=TEXT, flags=many(FLAG),
            attachments=many(ATTACHMENT), versions=many(VERSION), decisions=many(DECISION),
        ),
    ]
}  # fmt: skip
JOB = of(
    id=TEXT, url=TEXT, kind=TEXT, format=TEXT, form=maybe(TEXT), tables=YES_NO, filters=TEXT, state=TEXT, rows=WHOLE,
    percent=WHOLE, problem=maybe(TEXT), created_at=TIME, finished_at=maybe(TIME), expires_at=maybe(TIME), file=maybe(OBJECT),
)  # fmt: skip
MEDIA = of(filename=TEXT, url=TEXT)
FORM = of(
    form_id=TEXT, version=TEXT, title=OBJECT, md5=TEXT, sha256=TEXT, etag=TEXT, published_at=TIME, xform=TEXT,
    json_schema=TEXT, media=many(MEDIA),
)  # fmt: skip
PACKED = of(form_id=TEXT, version=TEXT, sha256=TEXT, title=OBJECT, xform=TEXT, bytes=WHOLE, media=many(MEDIA))
SHARE = of(count=WHOLE, of=WHOLE, of_what=TEXT)
FIGURES = of(villages_reached=WHOLE, villages_active=SHARE, units_in_use=SHARE, deployments=WHOLE, by_condition=OBJECT)
REACH = of(as_of=TEXT, known_at=maybe(TEXT), rule=TEXT, filters=TEXT, by=many(TEXT), total=FIGURES, rows=many(FIGURES))
FIELD = of(name=TEXT, type=TEXT, about=TEXT, source=TEXT, unit=TEXT, labels=OBJECT, choices=OBJECT)
KIND = of(name=TEXT, about=TEXT, id=TEXT, geometry=TEXT, fields=many(FIELD), shape=maybe(TEXT))
CLUSTER = of(slug=TEXT, name=TEXT, short_name=TEXT, states_served=many(TEXT), themes=many(TEXT), **PLACE, **SOURCED)
OFFICE = of(slug=TEXT, name=TEXT, short_name=TEXT, kind=TEXT, sites=many(OBJECT), **PLACE, **SOURCED)
TECHNOLOGY = of(
    slug=TEXT, name=TEXT, origin_kind=TEXT, clusters=many(TEXT), themes=many(TEXT), season_months=many(WHOLE), **SOURCED
)
VILLAGE = of(
    code=TEXT, name=TEXT, state=TEXT, district=maybe(TEXT), population=maybe(WHOLE), illustrative=YES_NO, **PLACE
)
OFFICE_OF_ONE = of(role=TEXT, all_india=YES_NO, centres=many(WHOLE), clusters=many(WHOLE), name=TEXT)
RECEIPT = of(instance_id=TEXT, here=YES_NO, kept=YES_NO, outcome_state=TEXT, missing_attachments=many(TEXT))
PACK = of(cursor=TEXT, time=TIME, device=PROFILE, forms=many(PACKED), villages_hash=TEXT, deployments=many(OBJECT),
          feedback=many(OBJECT), full=YES_NO)  # fmt: skip


def listed(item: Shape) -> dict[str, Shape]:
    """As JSON, or as GeoJSON for who asks for it."""
    return {JSON: page_of(item), GEOJSON: features(next=maybe(TEXT))}


Media = dict[str, Shape]
# Verb and address -> status -> media type -> shape. What is left out answers as its endpoint's own description says.
ANSWERS: dict[str, dict[str, Media]] = {
    "post /auth/enrol": {"200": {JSON: {"allOf": [PHONE, of(profile=PROFILE)]}}},
    "get /me": {"200": {JSON: OFFICE_OF_ONE}},
    "get /clusters": {"200": listed(CLUSTER)},
    "get /centres": {"200": listed(OFFICE)},
    "get /technologies": {"200": {JSON: page_of(TECHNOLOGY)}},
    "get /villages": {"200": listed(VILLAGE)},
    "get /deployments": {"200": listed(row_of(DEPLOYMENTS.fields))},
    "get /reach": {"200": {JSON: REACH}},
    "get /reach/cells": {"200": {GEOJSON: features(level=WHOLE, as_of=TEXT)}},
    "get /reach/villages": {"200": {GEOJSON: features(grouped=YES_NO, as_of=TEXT)}},
    "get /export/fields": {"200": {JSON: {"type": "object", "additionalProperties": KIND}}},
    "get /export/photos.zip": {"200": {"application/zip": ANY}},
    "get /export/{kind}.{form}": {"200": {FILE: ANY}, "202": {JSON: JOB}},
    "get /dashboard": {"200": {JSON: DASHBOARD}},
    "get /dashboard.schema.json": {"200": {JSON: OBJECT}},
    "get /jobs": {"200": {JSON: page_of(JOB)}},
    "get /jobs/{key}": {"200": {JSON: JOB}},
    "get /jobs/{key}/file": {"200": {FILE: ANY}, "206": {FILE: ANY}},
    "get /sync": {"200": {JSON: PACK}},
    "get /sync/outlines": {"200": {GEOJSON: features()}},
    "post /sync/receipts": {"200": {JSON: of(items=many(RECEIPT))}},
    "get /deployments/{uuid}/last-photo": {"200": {FILE: ANY}},
    "options /uploads/": {"204": {}},
    "post /uploads/": {"200": {}, "201": {}},
    "patch /uploads/{key}": {"204": {}},
    "delete /uploads/{key}": {"204": {}},
    "get /forms": {"200": {JSON: page_of(FORM)}},
    "get /forms/{form_id}/versions/{version}.schema.json": {"200": {JSON: OBJECT}},
    "get /forms/{form_id}/versions/{version}.xml": {"200": {"text/xml": ANY}},
    "get /forms/{form_id}/versions/{version}/media/{filename}": {"200": {"text/csv": ANY}},
    "get /kept-aside": {"200": {JSON: page_of(KEPT)}},
    "post /kept-aside/{kept_id}/resolve": {"200": {JSON: {"allOf": [KEPT, of(outcome=maybe(OBJECT))]}}},
    "get /submissions": {"200": {JSON: page_of(SUMMARY)}},
    "get /submissions/{instance_id}": {"200": {JSON: DETAIL}},
    "post /submissions/{instance_id}/review": {"200": {JSON: SUMMARY}},
    "get /submissions/{instance_id}/attachments/{name}": {"200": {FILE: ANY}},
    "get /submissions/{instance_id}/lists/{filename}": {"200": {"text/csv": ANY}},
}  # fmt: skip
_REFUSAL = {"$ref": "#/components/schemas/Refusal"}
_REFUSED = {"description": "Refused", "content": {JSON: {"schema": _REFUSAL}}}
_OURS = {**_REFUSED, "description": "Cannot be answered now; try again when `Retry-After` says"}
_SAME = {"description": "Not changed since `If-None-Match`"}


def with_answers(page: Shape, prefix: str) -> Shape:
    """The description with what each operation answers, refusals included."""
    page["components"]["schemas"]["Refusal"] = ERROR
    for path, verbs in page["paths"].items():
        for verb, operation in verbs.items():
            responses = {str(status): told for status, told in operation["responses"].items()}
            if told := ANSWERS.get(f"{verb} /{path.removeprefix(prefix)}"):
                responses = {status: _answer(media) for status, media in told.items()}
            for status in ("400", "404", "409", "413", "422"):  # described by the endpoint, or refused before it
                if status in responses:
                    shape = responses[status]["content"][JSON]["schema"]
                    responses[status]["content"][JSON]["schema"] = {"anyOf": [shape, _REFUSAL]}
            if verb == "get":
                responses.setdefault("304", _SAME)
            operation["responses"] = responses | {"4XX": _REFUSED, "5XX": _OURS}
    return page


def _answer(media: Media) -> Shape:
    told: Shape = {"description": "OK"}
    return told | {"content": {kind: {"schema": shape} for kind, shape in media.items()}} if media else told
