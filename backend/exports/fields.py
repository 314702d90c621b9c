"""The one place where the columns of every export are named, typed and described.

`GET /api/v1/export/fields` gives it as JSON and docs/fields.md as a page. Names stay: a column may be added, none is renamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

Type = Literal["text", "integer", "number", "boolean", "date", "datetime"]
Shape = Literal["Point", "LineString", "Polygon"]


@dataclass(frozen=True, slots=True)
class Field:
    """`source`: a question of the form it was answered in, or `registry`, `receipt`, `review`, `derived`."""

    name: str
    type: Type
    about: str
    source: str = "derived"
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)  # the question in each language of its form
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # its answers, likewise


@dataclass(frozen=True)
class Kind:
    """`id`: the column that is also the feature's id; `geometry`: what the place is; `shape`: of the places, None if the
    rows have none."""

    name: str
    about: str
    id: str
    geometry: str
    fields: tuple[Field, ...]
    shape: Shape | None = "Point"

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.fields)


RULE = Field(
    "rule",
    "text",
    "which reports count here: all_but_rejected (and retracted) or approved_only; the export carries all of them",
)
ILLUSTRATIVE = Field("illustrative", "boolean", "made up for a demonstration", "registry")
HOME = "At a home: blank outside its centre."
CATEGORY = (
    "At a home, outside its centre: counts under 5 are summed upward, so they are blank here and are contained in `people` only; "
    "further ones are blank where they would give them away."
)

_INSTANCE = (
    Field("instance_id", "text", "the report: id of its first version, for ever", "receipt"),
    Field("current_instance_id", "text", "id of its latest version", "receipt"),
    Field(
        "version_instance_id",
        "text",
        "the version whose answers stand in this row: the one that counts; if none does, the one that did last",
        "receipt",
    ),
    Field(
        "review_state",
        "text",
        "of the latest version: received, edited, changes_requested, approved, rejected, retracted",
        "review",
    ),
    Field("counted", "boolean", "figures count this row"),
    Field("waiting", "boolean", "waits for a review that is required: may worsen a condition, never improve it"),
    RULE,
    Field("received_at", "datetime", "first version received", "receipt", "UTC"),
    Field("visit_date", "date", "Indian date of the visit, never after the day of receipt", "visit_date"),
)
_VILLAGE = (
    Field("village", "text", "code: lgd:NNN, or demo:NNN where made up", "village"),
    Field("village_name", "text", "name in the list", "registry"),
    Field(
        "village_other", "text", "name as the officer wrote it, where the village was not in the list", "village_other"
    ),
    Field("state", "text", "slug; the village's, else by position", "registry"),
    Field("district", "text", "slug; the village's, else by position", "registry"),
)
_TECHNOLOGY = (
    Field("technology", "text", "slug", "registry"),
    Field("technology_name", "text", "its name", "registry"),
    Field("clusters", "text", "slugs of the clusters that facilitate it, with spaces between", "registry"),
    Field("centre", "text", "slug of the responsible centre", "registry"),
)
_SITE = (
    Field("purpose", "text", "village_use, demonstration, trial, facility; only village use reaches", "purpose"),
    Field("site_kind", "text", "public, group, home", "site_kind"),
)
_POSITION = (
    Field("digipin", "text", f"DIGIPIN of the position. {HOME}"),
    Field("accuracy", "number", f"of the position; 0 or blank: unproven. {HOME}", "position", "metres"),
)
_PEOPLE = (
    Field("women", "integer", "women and girls", "women", "persons"),
    Field("men", "integer", "men and boys", "men", "persons"),
    Field("other_gender", "integer", "of another gender", "other_gender", "persons"),
)
_STOCKS = (
    Field("households", "integer", "households using it", "households", "households"),
    Field("people", "integer", "people using it", "people", "persons"),
    *_PEOPLE,
    Field("sc", "integer", f"Scheduled Caste. {CATEGORY}", "sc", "persons"),
    Field("st", "integer", f"Scheduled Tribe. {CATEGORY}", "st", "persons"),
    Field("obc", "integer", f"Other Backward Class. {CATEGORY}", "obc", "persons"),
    Field("general", "integer", f"General. {CATEGORY}", "general", "persons"),
    Field("category_unknown", "integer", f"category not known. {CATEGORY}", "category_unknown", "persons"),
    Field(
        "with_disability",
        "integer",
        "persons with disabilities, of any category. At a home, outside its centre: blank under 5",
        "with_disability",
        "persons",
    ),
)
_ESTIMATES = (
    Field("income_before", "number", "estimate; never summed", "income_before", "rupees per household-month"),
    Field("income_now", "number", "estimate; never summed", "income_now", "rupees per household-month"),
    Field("hours_before", "number", "estimate; never summed", "hours_before", "hours per person-day"),
    Field("hours_now", "number", "estimate; never summed", "hours_now", "hours per person-day"),
)
_TRAINED = (
    Field("trained", "integer", "attendances", "trained", "attendances"),
    Field("first_time", "integer", "of them for the first time", "first_time", "persons"),
)

# What the theme modules of the report ask; blank where a module was not ticked.
THEMES = (
    Field("modules", "text", "theme modules answered, with spaces between: water, ewaste, agriculture, one_health", "modules"),
    Field("structures", "integer", "water: structures built or mended", "structures", "structures"),
    Field("water_kl", "number", "water: stored or saved in the period", "water_kl", "kilolitres"),
    Field("water_months", "integer", "water: months of the year with water", "water_months", "months"),
    Field(
        "kg_dismantled", "number", "e-waste: taken apart, all categories; `kg` is what was collected, and each category stands "
        "in the table `reports__ewaste`", "kg_dismantled", "kg",
    ),
    Field("kg_recycled", "number", "e-waste: recycled, all categories", "kg_recycled", "kg"),
    Field("area_ha", "number", "farming: land on which it is used", "area_ha", "hectares"),
    Field("farmers", "integer", "farming: farmers who use it", "farmers", "persons"),
    Field("farmers_women", "integer", "farming: of them women", "farmers_women", "persons"),
    Field("animals", "integer", "One Health: animals looked at or treated", "animals", "animals"),
    Field("samples", "integer", "One Health: samples taken", "samples", "samples"),
    Field("samples_positive", "integer", "One Health: of them with a finding", "samples_positive", "samples"),
)  # fmt: skip
REPORTS = Kind(
    "reports",
    "Village reports, in every review state, each once.",
    "instance_id",
    "the position of the report; at a home, outside its centre: that of the village",
    (
        *_INSTANCE,
        Field("deployment", "text", "UUID of what is reported on", "deployment"),
        *_TECHNOLOGY,
        *_SITE,
        *_VILLAGE,
        *_POSITION,
        Field(
            "condition",
            "text",
            "what this report alone says: in_use, idle, broken, ended; blank where it says nothing",
        ),
        Field("ended", "boolean", "ended here for good", "ended"),
        ILLUSTRATIVE,
        Field("how_known", "text", "seen, told, phoned, not_found, unreachable", "how_known"),
        Field("installed", "integer", "units installed", "installed", "units"),
        Field("units_added", "integer", "added since the last report", "units_added", "units"),
        Field("units_taken", "integer", "taken away for good", "units_taken", "units"),
        Field("working", "integer", "units that work", "working", "units"),
        Field("defective", "integer", "units that run, but badly", "defective", "units"),
        Field("broken", "integer", "units that are broken", "broken", "units"),
        Field("removed", "integer", "units no longer in their place", "removed", "units"),
        Field("units_in_use", "integer", "used in the last 30 days, or last season", "units_in_use", "units"),
        Field("down_since", "date", "not working well since", "down_since"),
        Field("fault", "text", "what is wrong", "fault"),
        Field("can_repair", "text", "who can repair it", "can_repair"),
        Field("ended_reason", "text", "why it ended", "ended_reason"),
        Field("operator_kind", "text", "who runs it", "operator_kind"),
        *_STOCKS,
        *_TRAINED,
        *_ESTIMATES,
        Field("kg", "number", "amount in the period", "kg", "kg"),
        Field("cost", "number", "cost in the period", "cost", "rupees"),
        Field("period_from", "date", "first day of the period", "period_from"),
        Field("period_to", "date", "last day of the period", "period_to"),
        *THEMES,
    ),
)

DEPLOYMENTS = Kind(
    "deployments",
    "Deployments and what was known of them on the day `as_of` (today, unless a filter says another).",
    "deployment",
    "the site; at a home, outside its centre: the village's place",
    (
        Field("deployment", "text", "UUID", "receipt"),
        Field("instance_id", "text", "the registration", "receipt"),
        Field("review_state", "text", "of the registration", "review"),
        Field("counted", "boolean", "the registration counts"),
        RULE,
        Field("label", "text", "as lists show it", "derived"),
        *_TECHNOLOGY,
        *_SITE,
        *_VILLAGE,
        Field("villages_served", "text", "codes of further villages, with spaces between", "villages_served"),
        Field("hamlet", "text", f"hamlet or ward. {HOME}", "hamlet"),
        Field("user_agency", "text", "who uses it", "user_agency"),
        Field("plate", "text", "QR plate on the unit", "plate"),
        Field("started", "date", "in its place since", "started"),
        Field("registered_at", "datetime", "registration received", "receipt", "UTC"),
        Field("moved_from", "text", "UUID of the deployment it was moved from", "moved_from"),
        *_POSITION,
        ILLUSTRATIVE,
        Field("as_of", "date", "the day for which the following holds"),
        Field(
            "condition",
            "text",
            "on that day: in_use, idle, resting, broken, silent, ended, registered (not yet reported)",
        ),
        Field("reports", "integer", "counted reports", unit="reports"),
        Field("first_visit", "date", "first counted report"),
        Field("last_visit", "date", "last counted report"),
        Field("seen_on", "date", "the report that decides the condition"),
        Field("latest_instance_id", "text", "version of the last counted report"),
        Field("installed", "integer", "units, as registered and changed since", "installed", "units"),
        Field("working", "integer", "units that work; blank: not yet reported", "working", "units"),
        Field("defective", "integer", "units that run, but badly", "defective", "units"),
        Field("broken", "integer", "units that are broken", "broken", "units"),
        Field("units_in_use", "integer", "used in the last 30 days, or last season", "units_in_use", "units"),
        Field("down_since", "date", "none works since", "down_since"),
        Field("fault", "text", "what is wrong", "fault"),
        Field("can_repair", "text", "who can repair it", "can_repair"),
        Field("ended_on", "date", "reported as ended"),
        Field("ended_reason", "text", "why it ended", "ended_reason"),
        *_STOCKS,
        *_ESTIMATES,
    ),
)

VILLAGES = Kind(
    "villages",
    "Villages in scope, with the best condition of their deployments for village use.",
    "village",
    "the village's place, or none where it is not known",
    (
        Field("village", "text", "code: lgd:NNN, or demo:NNN where made up", "registry"),
        Field("name", "text", "English name", "registry"),
        Field("name_local", "text", "name in the local script", "registry"),
        Field("state", "text", "slug", "registry"),
        Field("district", "text", "slug", "registry"),
        Field("subdistrict", "text", "name", "registry"),
        Field("gram_panchayat", "text", "name", "registry"),
        Field("census_code", "text", "Census 2011", "registry"),
        Field("centre", "text", "slug of the centre on whose catchment list it stands on that day", "registry"),
        Field("population", "integer", "of the list", "registry", "persons"),
        Field("place_source", "text", "file, coordinator, officer, reports, none", "registry"),
        Field("list_name", "text", "the list it comes from, and its date", "registry"),
        Field("withdrawn_on", "date", "merged, split or renamed away on this day", "registry"),
        ILLUSTRATIVE,
        RULE,
        Field("as_of", "date", "the day for which the following holds"),
        Field(
            "condition",
            "text",
            "in_use, idle, resting, broken, silent, ended, registered; without a deployment visited (none yet) or never",
        ),
        Field("also_broken", "boolean", "another deployment is broken"),
        Field("reached", "boolean", "at least one counted report of a deployment for village use"),
        Field("active", "boolean", "reached, and in use"),
        Field("deployments", "integer", "for village use", unit="deployments"),
        Field("first_visit", "date", "first counted report of them"),
        Field("last_visit", "date", "last counted report of them"),
        Field("people_low", "integer", "people using: of the largest deployment", unit="persons"),
        Field("people_high", "integer", "people using: sum, at most the population", unit="persons"),
        Field("households_low", "integer", "households using: of the largest deployment", unit="households"),
        Field("households_high", "integer", "households using: sum", unit="households"),
    ),
)
CENTRES = Kind(
    "centres",
    "RuTAG centres and Smart Village Centres with their coverage, each figure with what it is a share of.",
    "centre",
    "the centre's first site",
    (
        Field("centre", "text", "slug", "registry"),
        Field("name", "text", "its name", "registry"),
        Field("kind", "text", "rutag, rutag_chapter, rsvc, partnership", "registry"),
        Field("sites", "text", "names of its sites, with semicolons between", "registry"),
        Field("state", "text", "slug; of the first site", "registry"),
        Field("district", "text", "slug; of the first site", "registry"),
        Field("partners", "text", "its partners", "registry"),
        Field("active_from", "date", "opened", "registry"),
        Field("active_to", "date", "closed", "registry"),
        Field("mandate_min", "integer", "villages it is to serve, at least", "registry", "villages"),
        Field("mandate_max", "integer", "villages it is to serve, at most", "registry", "villages"),
        ILLUSTRATIVE,
        RULE,
        Field("as_of", "date", "the day for which the following holds"),
        Field("catchment_villages", "integer", "on its list that day: the denominator", "registry", "villages"),
        Field("catchment_reached", "integer", "of them reached by any deployment", unit="villages"),
        Field("catchment_active", "integer", "of those reached: in use", unit="villages"),
        Field("catchment_never_visited", "integer", "on the list, never visited", unit="villages"),
        Field("catchment_without_place", "integer", "on the list, without a known place", unit="villages"),
        Field(
            "coverage",
            "number",
            "catchment_reached of catchment_villages; blank without a list, and where scope or filters leave deployments out",
            unit="share, 0 to 1",
        ),
        Field("reached_outside", "integer", "reached by its own deployments outside the list", unit="villages"),
        Field("deployments", "integer", "for village use, that it answers for", unit="deployments"),
    ),
)
NEEDS = Kind(
    "needs",
    "What villages asked for, in every review state, each once.",
    "instance_id",
    "where it was reported",
    (
        *_INSTANCE,
        *_VILLAGE,
        *_POSITION,
        ILLUSTRATIVE,
        Field("theme", "text", "what it is about, with spaces between", "theme"),
        Field("need", "text", "what is needed, in the officer's words", "need"),
        Field("urgency", "text", "now, season, year, later", "urgency"),
        Field("technology_asked", "text", "slug of the technology asked for", "technology_asked"),
        Field("households", "integer", "households it would help", "households", "households"),
    ),
)
TRAININGS = Kind(
    "trainings",
    "Trainings, in every review state, each once.",
    "instance_id",
    "where it was held",
    (
        *_INSTANCE,
        *_TECHNOLOGY,
        *_VILLAGE,
        *_POSITION,
        ILLUSTRATIVE,
        Field("topic", "text", "what was taught", "topic"),
        *_TRAINED,
        *_PEOPLE,
    ),
)
KINDS = {kind.name: kind for kind in (REPORTS, DEPLOYMENTS, VILLAGES, CENTRES, NEEDS, TRAININGS)}


def as_json() -> dict[str, Any]:
    """All kinds with their columns, for scripts."""
    return {kind.name: asdict(kind) for kind in KINDS.values()}


def as_page() -> str:
    """docs/fields.md; `python -m backend.exports.fields > docs/fields.md` writes it anew."""
    return "\n".join(_page())


def _page() -> Iterator[str]:
    yield "# Columns of the exports\n"
    yield "Made from `backend/exports/fields.py`; the same as JSON at `/api/v1/export/fields`. Names stay: columns may be"
    yield "added, none is renamed. Personal answers are never exported. Every feature has every column; blank is `null`.\n"
    for kind in KINDS.values():
        yield f"## {kind.name}\n"
        yield f"{kind.about} Feature id: `{kind.id}`. Geometry: a point or none; {kind.geometry}.\n"
        yield "| column | type | unit | comes from | is |\n|---|---|---|---|---|"
        for f in kind.fields:
            yield f"| `{f.name}` | {f.type} | {f.unit} | {f.source} | {f.about} |"
        yield ""


if __name__ == "__main__":
    print(as_page(), end="")
