"""The registry in Django's admin. A catchment can hold thousands of villages: centres link to their list, never hold it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from backend.audit.admin import Audited
from backend.registry.models import (
    Adoption,
    CatchmentVillage,
    Centre,
    CentreSite,
    Cluster,
    District,
    State,
    Technology,
    Theme,
    Track,
    Village,
    VillageChange,
)

_TRUST = ("verified", "illustrative")


@admin.register(State)
class StateAdmin(Audited, admin.ModelAdmin[State]):
    list_display = ("name", "name_local", "slug", "lgd_code", "census_code", "verified")
    search_fields = ("name", "name_local", "slug", "=lgd_code")
    ordering = ("name",)


@admin.register(District)
class DistrictAdmin(Audited, admin.ModelAdmin[District]):
    list_display = ("name", "state", "slug", "lgd_code", "census_code", "verified")
    list_filter = ("state", ("lgd_code", admin.EmptyFieldListFilter))
    list_select_related = ("state",)
    search_fields = ("name", "slug", "state__name", "=lgd_code", "=census_code")
    autocomplete_fields = ("state",)


@admin.register(Theme)
class ThemeAdmin(Audited, admin.ModelAdmin[Theme]):
    list_display = ("name", "name_hi", "slug", *_TRUST)
    search_fields = ("name", "name_hi", "slug")


@admin.register(Track)
class TrackAdmin(Audited, admin.ModelAdmin[Track]):
    list_display = ("name", "slug", *_TRUST)
    search_fields = ("name", "slug")


@admin.register(Cluster)
class ClusterAdmin(Audited, admin.ModelAdmin[Cluster]):
    list_display = ("short_name", "name", "city", "state", "letters", "colour", *_TRUST)
    list_filter = _TRUST
    list_select_related = ("state",)
    search_fields = ("name", "short_name", "slug", "city")
    autocomplete_fields = ("state", "states_served", "themes")


class CentreSiteInline(admin.StackedInline[CentreSite, Centre]):
    model = CentreSite
    extra = 0
    autocomplete_fields = ("state", "district")


@admin.register(Centre)
class CentreAdmin(Audited, admin.ModelAdmin[Centre]):
    list_display = ("name", "kind", "phase", "parent", "mandate", "catchment_list", *_TRUST)
    list_filter = ("kind", *_TRUST)
    list_select_related = ("parent",)
    search_fields = ("name", "short_name", "slug", "partners")
    autocomplete_fields = ("parent", "states_served")
    readonly_fields = ("catchment_list",)
    inlines: ClassVar = [CentreSiteInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Centre]:
        now = Count("catchment", filter=Q(catchment__until__isnull=True))
        return super().get_queryset(request).annotate(catchment_now=now)

    @admin.display(description="mandate (villages)")
    def mandate(self, centre: Centre) -> str:
        return f"{centre.mandate_min} to {centre.mandate_max}" if centre.mandate_min else ""

    @admin.display(description="catchment")
    def catchment_list(self, centre: Any) -> str:
        if centre.pk is None:
            return ""
        address = reverse("admin:registry_catchmentvillage_changelist")
        return format_html(
            '<a href="{}?centre__id__exact={}">{} villages</a>', address, centre.pk, centre.catchment_now
        )


@admin.register(CentreSite)
class CentreSiteAdmin(Audited, admin.ModelAdmin[CentreSite]):
    list_display = ("name", "centre", "district", "lat", "lon", "active_from", "active_to", *_TRUST)
    list_filter = ("centre__kind", "state")
    list_select_related = ("centre", "district__state")
    search_fields = ("name", "centre__name")
    autocomplete_fields = ("centre", "district", "state")


class AdoptionInline(admin.TabularInline[Adoption, Technology]):
    model = Adoption
    extra = 0


@admin.register(Technology)
class TechnologyAdmin(Audited, admin.ModelAdmin[Technology]):
    list_display = ("name", "origin_kind", "origin", "season_months", "revisit_days", "provider", *_TRUST)
    list_filter = ("origin_kind", "themes", "clusters", *_TRUST)
    list_select_related = ("origin_cluster", "origin_centre")
    search_fields = ("name", "name_hi", "slug", "provider")
    autocomplete_fields = ("origin_cluster", "origin_centre", "clusters", "themes", "tracks")
    inlines: ClassVar = [AdoptionInline]

    @admin.display(description="from")
    def origin(self, technology: Technology) -> str:
        return str(technology.origin_cluster or technology.origin_centre or "")


@admin.register(Adoption)
class AdoptionAdmin(Audited, admin.ModelAdmin[Adoption]):
    list_display = ("technology", "agency", "stage", "date", *_TRUST)
    list_filter = ("stage",)
    list_select_related = ("technology",)
    search_fields = ("agency", "technology__name")
    autocomplete_fields = ("technology",)


@admin.register(Village)
class VillageAdmin(Audited, admin.ModelAdmin[Village]):
    list_display = ("name", "code", "subdistrict", "district", "state", "population", "place_source", "until")
    list_filter = ("place_source", "illustrative", ("district", admin.EmptyFieldListFilter), "state")
    list_select_related = ("district__state", "state")
    search_fields = ("name__istartswith", "=code", "=census_code")
    search_help_text = "The beginning of the name, or the whole code (lgd:123456)"
    autocomplete_fields = ("state", "district")
    show_full_result_count = False  # counting all villages again for each search takes longer than the search


@admin.register(VillageChange)
class VillageChangeAdmin(Audited, admin.ModelAdmin[VillageChange]):
    list_display = ("old", "kind", "old_name", "new", "date")
    list_filter = ("kind",)
    list_select_related = ("old", "new")
    search_fields = ("=old__code", "old_name", "old__name")
    autocomplete_fields = ("old", "new")
    date_hierarchy = "date"


@admin.register(CatchmentVillage)
class CatchmentVillageAdmin(Audited, admin.ModelAdmin[CatchmentVillage]):
    list_display = ("village", "village_district", "centre", "since", "until", "reason", "illustrative")
    list_filter = ("centre", ("until", admin.EmptyFieldListFilter), "illustrative")
    list_select_related = ("village__district__state", "centre")
    search_fields = ("village__name", "=village__code")
    autocomplete_fields = ("centre", "village")
    date_hierarchy = "since"

    @admin.display(description="district", ordering="village__district")
    def village_district(self, row: CatchmentVillage) -> str:
        return str(row.village.district or "")
