"""Rows of the registry as the API shows them. Each says whether it was checked, and whether it was made up."""

from __future__ import annotations

from typing import Any

from backend.registry.models import Centre, CentreSite, Cluster, Sourced, Technology, Village


def _sourced(row: Sourced) -> dict[str, Any]:
    return {"source": row.source or None, "verified": row.verified, "illustrative": row.illustrative}


def cluster(row: Cluster) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "name": row.name,
        "short_name": row.short_name,
        "city": row.city,
        "state": row.state.slug,
        "states_served": [s.slug for s in row.states_served.all()],
        "themes": [t.slug for t in row.themes.all()],
        "site": row.site or None,
        "lon": row.lon,
        "lat": row.lat,
        **_sourced(row),
    }


def centre(row: Centre) -> dict[str, Any]:
    """At its first site; `sites` has them all."""
    sites = [_site(s) for s in row.sites.all()]
    first = sites[0] if sites else {}
    return {
        "slug": row.slug,
        "name": row.name,
        "short_name": row.short_name,
        "kind": row.kind,
        "parent": row.parent.slug if row.parent else None,
        "partners": row.partners or None,
        "mandate_min": row.mandate_min,
        "mandate_max": row.mandate_max,
        "states_served": [s.slug for s in row.states_served.all()],
        "active_from": row.active_from,
        "active_to": row.active_to,
        "sites": sites,
        "lon": first.get("lon"),
        "lat": first.get("lat"),
        **_sourced(row),
    }


def _site(row: CentreSite) -> dict[str, Any]:
    district = row.district.slug if row.district else None
    return {"name": row.name, "state": row.state.slug, "district": district, "lon": row.lon, "lat": row.lat}


def technology(row: Technology) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "name": row.name,
        "name_hi": row.name_hi or None,
        "origin_kind": row.origin_kind,
        "origin_cluster": row.origin_cluster.slug if row.origin_cluster else None,
        "origin_centre": row.origin_centre.slug if row.origin_centre else None,
        "clusters": [c.slug for c in row.clusters.all()],
        "themes": [t.slug for t in row.themes.all()],
        "tracks": [t.slug for t in row.tracks.all()],
        "trl": row.trl,
        "season_months": [int(m) for m in row.season_months.split(",") if m.strip()],
        "revisit_days": row.revisit_days,
        "provider": row.provider or None,
        **_sourced(row),
    }


def village(row: Village) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "name_local": row.name_local or None,
        "state": row.state.slug,
        "district": row.district.slug if row.district else None,
        "subdistrict": row.subdistrict or None,
        "gram_panchayat": row.gram_panchayat or None,
        "census_code": row.census_code or None,
        "population": row.population,
        "households": row.households,
        "place_source": row.place_source,
        "list_name": row.list_name or None,
        "lon": row.lon,
        "lat": row.lat,
        "illustrative": row.illustrative,
    }
