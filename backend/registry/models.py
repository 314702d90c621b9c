"""Who serves whom: clusters, centres, technologies, areas and villages. Facts, each with its source."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

PHONE = RegexValidator(
    r"^\+?[0-9][0-9 -]{4,21}[0-9]$", _("Write its digits, with + and the country's code in front: +91 00000 00000.")
)


class Sourced(models.Model):
    """A row says where it comes from, whether somebody checked it, and whether it was made up for a demonstration."""

    source = models.CharField(max_length=400, blank=True)
    verified = models.BooleanField(default=False)
    illustrative = models.BooleanField(default=False)

    class Meta:
        abstract = True


class State(Sourced):
    """A state or union territory. The two official codes are kept apart: they are not the same numbers."""

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    name_local = models.CharField(max_length=100, blank=True)
    lgd_code = models.CharField(max_length=8, blank=True)
    census_code = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class District(Sourced):
    slug = models.SlugField(max_length=128, unique=True)
    name = models.CharField(max_length=100)
    name_local = models.CharField(max_length=100, blank=True)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="districts")
    lgd_code = models.CharField(max_length=8, blank=True, db_index=True)
    census_code = models.CharField(max_length=8, blank=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["state", "name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.state.name}"


class Theme(Sourced):
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    name_hi = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Track(Sourced):
    """A technology track of the RSVC programme (twelve in all; not every name is published)."""

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Cluster(Sourced):
    slug = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=32)
    city = models.CharField(max_length=64)
    state = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="+"
    )  # the host state: replication is outside it
    states_served = models.ManyToManyField(State, related_name="clusters_serving", blank=True)
    themes = models.ManyToManyField(Theme, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    letters = models.CharField(max_length=2)
    colour = models.CharField(max_length=7)
    site = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.short_name


class Centre(Sourced):
    class Kind(models.TextChoices):
        RUTAG = "rutag", "RuTAG centre"
        RUTAG_CHAPTER = "rutag_chapter", "RuTAG chapter"
        RSVC = "rsvc", "RuTAGe Smart Village Centre"
        PARTNERSHIP = "partnership", "Rural S&T Partnership Centre"

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=48)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    phase = models.CharField(max_length=64, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="chapters")
    partners = models.CharField(max_length=300, blank=True)
    mandate_min = models.PositiveIntegerField(null=True, blank=True)  # villages
    mandate_max = models.PositiveIntegerField(null=True, blank=True)
    radius_km = models.FloatField(null=True, blank=True)
    phone = models.CharField(max_length=24, blank=True, validators=[PHONE])  # of the office: its field officers call it
    states_served = models.ManyToManyField(State, related_name="centres_serving", blank=True)
    active_from = models.DateField(null=True, blank=True)
    active_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class CentreSite(Sourced):
    """A place of a centre; one RSVC may have two."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(max_length=100)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    lat = models.FloatField()
    lon = models.FloatField()
    active_from = models.DateField(null=True, blank=True)
    active_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["centre", "name"], name="centre_site_once")]

    def __str__(self) -> str:
        return self.name


class Technology(Sourced):
    class Origin(models.TextChoices):
        CLUSTER = "cluster", "S&T cluster"
        RUTAG = "rutag", "RuTAG centre"
        OTHER = "other", "Other"

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=160)
    name_hi = models.CharField(max_length=160, blank=True)
    origin_kind = models.CharField(max_length=8, choices=Origin.choices)
    origin_cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, null=True, blank=True, related_name="originated"
    )
    origin_centre = models.ForeignKey(
        Centre, on_delete=models.PROTECT, null=True, blank=True, related_name="originated"
    )
    clusters = models.ManyToManyField(Cluster, related_name="technologies", blank=True)  # that facilitate it
    themes = models.ManyToManyField(Theme, related_name="technologies", blank=True)
    tracks = models.ManyToManyField(Track, related_name="technologies", blank=True)
    trl = models.PositiveSmallIntegerField(null=True, blank=True)
    season_months = models.CharField(max_length=40, blank=True)  # "10,11,12"; empty: all the year round
    revisit_days = models.PositiveIntegerField(default=180)
    provider = models.CharField(max_length=160, blank=True)
    contact = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name_plural = "technologies"

    def __str__(self) -> str:
        return self.name


class Adoption(Sourced):
    """A user agency that took a technology up: a stage with its date and evidence."""

    technology = models.ForeignKey(Technology, on_delete=models.CASCADE, related_name="adoptions")
    agency = models.CharField(max_length=160)
    stage = models.CharField(max_length=64)
    date = models.DateField(null=True, blank=True)
    evidence = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return f"{self.agency}: {self.stage}"


class Village(models.Model):
    class PlaceSource(models.TextChoices):
        NONE = "none", "no place known"
        FILE = "file", "from a file"
        COORDINATOR = "coordinator", "pin of a coordinator"
        OFFICER = "officer", "pin of an officer"
        REPORTS = "reports", "median of reports"

    code = models.CharField(max_length=32, unique=True)  # lgd:NNN or demo:NNN
    name = models.CharField(max_length=160)
    name_local = models.CharField(max_length=160, blank=True)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True, related_name="villages")
    subdistrict = models.CharField(max_length=120, blank=True)
    subdistrict_code = models.CharField(max_length=16, blank=True)
    gram_panchayat = models.CharField(max_length=160, blank=True)
    census_code = models.CharField(max_length=16, blank=True, db_index=True)
    population = models.PositiveIntegerField(null=True, blank=True)
    households = models.PositiveIntegerField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    h3_r7 = models.BigIntegerField(null=True, blank=True, db_index=True)
    place_source = models.CharField(max_length=12, choices=PlaceSource.choices, default=PlaceSource.NONE)
    list_name = models.CharField(max_length=120, blank=True)  # which list, as of when: the denominator names it
    until = models.DateField(null=True, blank=True)  # merged, split or renamed away on this day
    illustrative = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["district", "name"], name="village_by_name")]

    def __str__(self) -> str:
        return self.name


class VillageChange(models.Model):
    class Kind(models.TextChoices):
        RENAMED = "renamed", "renamed"
        MERGED = "merged", "merged into"
        SPLIT = "split", "split from"

    old = models.ForeignKey(Village, on_delete=models.PROTECT, related_name="changes")
    new = models.ForeignKey(Village, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    old_name = models.CharField(max_length=160, blank=True)
    date = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["old", "new", "kind", "date"], name="village_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.old.code} {self.kind} {self.date}"


class CatchmentVillage(models.Model):
    """A village on the list that a centre answers for, with the dates between which it stood there."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="catchment")
    village = models.ForeignKey(Village, on_delete=models.PROTECT, related_name="catchments")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)  # the first day on which it no longer stood there
    reason = models.CharField(max_length=200, blank=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "village", "since"], name="catchment_once"),
            models.UniqueConstraint(fields=["village"], condition=Q(until__isnull=True), name="one_lead_centre"),
        ]

    def __str__(self) -> str:
        return f"{self.centre.slug}: {self.village.code}"
