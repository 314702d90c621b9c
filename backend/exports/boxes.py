"""A small box as cells, which have an index: a map that is moved asks for one box after the other."""

from __future__ import annotations

from django.db.models import Q

from backend.deployments.filters import Filters
from backend.exports.queries import among_numbers
from backend.registry.models import Village

RESOLUTION = 7  # of `Visit.h3_r7`: about 5 km2 each
MOST_CELLS = 2_000
_WIDEST = 1.5  # degrees: larger boxes hold more cells than that


def in_small_box(filters: Filters) -> Q | None:
    """Visits that may be shown within the box; None: it is too large for that.

    A home is shown where its village lies, so visits to the villages within are among them too.
    """
    if filters.bbox is None:
        return None
    west, south, east, north = filters.bbox
    if east - west > _WIDEST or north - south > _WIDEST:
        return None
    import h3

    corners = [(south, west), (south, east), (north, east), (north, west)]
    inside = h3.h3shape_to_cells_experimental(h3.LatLngPoly(corners), RESOLUTION, contain="overlap")
    cells = {h3.str_to_int(cell) for cell in inside}
    cells |= {h3.str_to_int(h3.latlng_to_cell(lat, lon, RESOLUTION)) for lat, lon in corners}
    if len(cells) > MOST_CELLS:
        return None
    villages = Village.objects.filter(lat__gte=south, lat__lte=north, lon__gte=west, lon__lte=east)
    return Q(h3_r7__in=among_numbers(sorted(cells))) | Q(village__in=list(villages.values_list("id", flat=True)))
