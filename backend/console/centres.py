"""The pages of all India, of one cluster and of one centre: figures with their denominators, charts, tables, downloads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_safe

from backend.accounts.who import Who
from backend.console.inside import depends_on, inside, show
from backend.kept import Kept

if TYPE_CHECKING:
    from backend.console.overview import CentrePage, MonthReach, Told
    from maps.charts import Band

_kept: Kept[dict[str, Any]] = Kept(40)
PEOPLE = {
    "women": "women", "men": "men", "other_gender": "other", "sc": "SC", "st": "ST", "obc": "OBC", "general": "general",
    "category_unknown": "not known", "with_disability": "persons with disabilities",
}  # fmt: skip


def _overview() -> Any:
    """Loaded by the first page that needs it: pandas and the map's modules are 120 MB that other pages need not carry."""
    from backend.console import overview

    return overview


@require_safe
@inside(lambda who: who.may_export)
def india(request: HttpRequest, who: Who) -> HttpResponse:
    told = _kept.of(("india", *depends_on(who)), lambda: _india(who))
    return show(request, who, "console/india.html", "centres", **told)


@require_safe
@inside(lambda who: who.may_export)
def cluster(request: HttpRequest, who: Who, slug: str) -> HttpResponse:
    told = _kept.of(("cluster", slug, *depends_on(who)), lambda: _cluster(slug, who))
    return show(request, who, "console/cluster.html", "centres", filter=f"cluster={slug}", **told)


@require_safe
@inside(lambda who: who.may_export)
def centre(request: HttpRequest, who: Who, slug: str) -> HttpResponse:
    told = _kept.of(("centre", slug, *depends_on(who)), lambda: _centre(slug, who))
    only, every = request.GET.get("show", ""), told["page"].villages
    villages = [v for v in every if v.condition == "never"] if only == "never" else every
    return show(
        request, who, "console/centre.html", "centres", villages=villages, only=only,
        white=sum(v.condition == "never" for v in every), filter=f"centre={slug}", **told,
    )  # fmt: skip


def _india(who: Who) -> dict[str, Any]:
    from maps import charts, minimap
    from maps.words import speaking

    with speaking(get_language()):
        page = _overview().india_page(who)
        drawn = {"map": minimap.india(page.dots, _says_dots()), "months": _months(page.months)}
        bars = {c.entry.key: charts.share_bar(c.figures.villages_active.share) for c in page.clusters}
        covered = {c.entry.key: charts.share_bar(c.coverage.reached.share) for c in page.centres}
    return {"page": page, "drawn": drawn, "bars": bars, "covered": covered}


def _cluster(slug: str, who: Who) -> dict[str, Any]:
    from maps import minimap
    from maps.words import speaking

    with speaking(get_language()):
        page = _overview().cluster_page(slug, who)
        drawn = {"map": minimap.india(page.dots, _says_dots()), **_drawn(page.told)}
    return {"page": page, "told": page.told, "drawn": drawn}


def _says_dots() -> str:
    return gettext("India with a dot for each village reached: dark where it is still active.")


def _centre(slug: str, who: Who) -> dict[str, Any]:
    from maps import minimap
    from maps.words import speaking

    with speaking(get_language()):
        page = _overview().centre_page(slug, who)
        drawn = {"map": minimap.centre(page.picture, page.picture.head.title), **_drawn(page.told, _band(page))}
    return {"page": page, "told": page.told, "drawn": drawn}


def _band(page: CentrePage) -> Band:
    from maps.charts import Band

    mandate = page.entry.mandate
    listed = page.coverage.reached.of if page.lists else None
    return Band(
        mandate[0] if mandate else None, mandate[1] if mandate else None,
        gettext("Mandate, %(low)d to %(high)d villages") % {"low": mandate[0], "high": mandate[1]} if mandate else "",
        listed, gettext("%(n)d on the list") % {"n": listed} if listed is not None else "",
    )  # fmt: skip


def _drawn(told: Told, band: Band | None = None) -> dict[str, Any]:
    from maps import charts

    most = max((u.installed for u in told.units), default=1)
    units = [
        (
            u,
            charts.parts_bar(
                [("in_use", u.in_use), ("works", u.works), ("broken", u.broken), ("gone", u.not_told)], most
            ),
        )
        for u in told.units
    ]
    return {
        "months": _months(told.months, band),
        "units": units,
        "genders": _people(told.genders),
        "categories": _people(told.categories),
        "themes": [
            (t, charts.parts_bar([("theme", t.technologies)], max(x.technologies for x in told.themes), 200))
            for t in told.themes
        ],
    }


def _people(parts: Any) -> list[tuple[Any, str, str]]:
    from maps import charts

    most = max([*(p.count for p in parts), 1])
    return [(p, gettext(PEOPLE[p.kind]), charts.parts_bar([("people", p.count)], most, 200)) for p in parts]


def _months(rows: Sequence[MonthReach], band: Band | None = None) -> dict[str, Any]:
    from maps import charts

    reached, active = [m.reached for m in rows], [m.active for m in rows]
    says = gettext("Villages month by month: %(reached)d ever reached, %(active)d active in %(month)s.") % {
        "reached": reached[-1], "active": active[-1], "month": rows[-1].label,
    }  # fmt: skip
    lines = [
        charts.Line(gettext("ever reached"), reached, "reached"), charts.Line(gettext("active"), active, "active"),
    ]  # fmt: skip
    ticks = [m.label.split()[0] if m.tick else "" for m in rows]
    return {"svg": charts.months(lines, ticks, says, band), "rows": rows, "from": rows[0].label, "to": rows[-1].label}


def _marked_for_translation() -> None:
    """Words that stand in tables above, for the catalogue."""
    gettext("women"), gettext("men"), gettext("other"), gettext("SC"), gettext("ST"), gettext("OBC"), gettext("general")
    gettext("not known"), gettext("persons with disabilities")
    ngettext("%(n)d village", "%(n)d villages", 1)
