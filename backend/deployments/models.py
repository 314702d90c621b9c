"""What was put to use where, and how it fares. Everything here is derived from the facts and can be rebuilt.

Reports are known by the `instance_id` of their submission; this app never imports `submissions`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.expressions import Func

from backend.registry.models import Centre, District, Technology, Village


class CurrentTransaction(Func):
    """What the first migration names; no column has it any more."""

    template = "NULL"
    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(pg_current_xact_id()::text::bigint)", **extra)


class Deployment(models.Model):
    """Units of one technology put to use at one place in a village: an ODK entity, created by its registration."""

    class Purpose(models.TextChoices):
        VILLAGE_USE = "village_use", "Village use"
        DEMONSTRATION = "demonstration", "Demonstration"
        TRIAL = "trial", "Trial"
        FACILITY = "facility", "Facility"

    uuid = models.UUIDField(unique=True)
    label = models.CharField(max_length=255)
    technology = models.ForeignKey(Technology, on_delete=models.PROTECT, null=True, related_name="deployments")
    village = models.ForeignKey(Village, on_delete=models.PROTECT, null=True, related_name="deployments")
    village_other = models.CharField(max_length=255, blank=True)  # waits to be matched with the list
    hamlet = models.CharField(max_length=255, blank=True)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, null=True, related_name="deployments")
    user_agency = models.CharField(max_length=255, blank=True)
    purpose = models.CharField(max_length=16, choices=Purpose.choices, default=Purpose.VILLAGE_USE)
    site_kind = models.CharField(max_length=8, blank=True)  # public, group, home
    villages_served = models.ManyToManyField(Village, related_name="+", blank=True)
    plate = models.CharField(max_length=64, blank=True)
    installed = models.PositiveIntegerField(default=1)  # as registered; reports add and take units
    started = models.DateField(null=True)
    moved_from = models.UUIDField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    # What it was itself merged with, and when that was decided; `merged_into` is the last survivor of a chain.
    merged_with = models.UUIDField(null=True)
    merged_at = models.DateTimeField(null=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    accuracy = models.FloatField(null=True)  # metres; 0 or none: unproven
    h3_r7 = models.BigIntegerField(null=True, db_index=True)
    digipin = models.CharField(max_length=12, blank=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, related_name="+")
    # The registration it came from, and whether that counts now (it may be rejected or wait for review).
    instance_id = models.CharField(max_length=255, unique=True)
    registered_at = models.DateTimeField()
    counted = models.BooleanField(default=True)
    illustrative = models.BooleanField(default=False)
    # Versions of the entity beside those that reports made: edits of its registration, decisions, merges.
    revised = models.IntegerField(default=0)
    conflict = models.CharField(max_length=4, blank=True)  # hard, soft: see `deployments.versions`

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["conflict"], name="deployment_in_conflict", condition=~models.Q(conflict="")),
            models.Index(fields=["village"], name="deployment_by_village"),
            models.Index(fields=["technology", "village"], name="deployment_by_technology"),
        ]

    def __str__(self) -> str:
        return self.label


class Visit(models.Model):
    """One counted form of a visit, with the span of time in which it counted (`known_to` empty: it counts now).

    A report that was edited, approved or rejected has several rows: `known_at` any moment, exactly the rows with
    known_from <= moment < known_to were counted. `waiting` rows (only where review is required) may worsen a condition
    and do nothing else.
    """

    class Kind(models.TextChoices):
        REGISTRATION = "registration"
        REPORT = "report"
        NEED = "need"
        TRAINING = "training"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    submission = models.CharField(max_length=255)  # instance_id of the submission (its first version)
    instance_id = models.CharField(max_length=255)  # of the version
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True)
    waiting = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    sequence = models.BigIntegerField()  # order of receipt: breaks ties between visits of one day

    deployment = models.ForeignKey(
        Deployment, on_delete=models.PROTECT, null=True, related_name="visits", db_index=False
    )
    deployment_uuid = models.UUIDField(null=True)  # as sent; known before the registration arrives
    village = models.ForeignKey(Village, on_delete=models.PROTECT, null=True, related_name="visits", db_index=False)
    village_other = models.CharField(max_length=255, blank=True)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, null=True, related_name="+")
    technology = models.ForeignKey(Technology, on_delete=models.PROTECT, null=True, related_name="+")
    device = models.BigIntegerField(null=True)
    officer = models.BigIntegerField(null=True)

    visit_date = models.DateField()
    month = models.IntegerField()  # year * 12 + month - 1
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    accuracy = models.FloatField(null=True)
    h3_r7 = models.BigIntegerField(null=True)
    digipin = models.CharField(max_length=12, blank=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, related_name="+")

    how_known = models.CharField(max_length=12, blank=True)
    units_added = models.IntegerField(null=True)
    units_taken = models.IntegerField(null=True)
    installed = models.IntegerField(null=True)
    working = models.IntegerField(null=True)
    defective = models.IntegerField(null=True)
    broken = models.IntegerField(null=True)
    removed = models.IntegerField(null=True)
    units_in_use = models.IntegerField(null=True)
    down_since = models.DateField(null=True)
    fault = models.CharField(max_length=255, blank=True)
    can_repair = models.CharField(max_length=32, blank=True)
    ended = models.BooleanField(default=False)
    ended_reason = models.CharField(max_length=255, blank=True)
    operator_kind = models.CharField(max_length=16, blank=True)

    households = models.IntegerField(null=True)
    people = models.IntegerField(null=True)
    women = models.IntegerField(null=True)
    men = models.IntegerField(null=True)
    other_gender = models.IntegerField(null=True)
    sc = models.IntegerField(null=True)
    st = models.IntegerField(null=True)
    obc = models.IntegerField(null=True)
    general = models.IntegerField(null=True)
    category_unknown = models.IntegerField(null=True)
    with_disability = models.IntegerField(null=True)
    trained = models.IntegerField(null=True)
    first_time = models.IntegerField(null=True)
    income_before = models.FloatField(null=True)  # rupees per household-month
    income_now = models.FloatField(null=True)
    hours_before = models.FloatField(null=True)  # hours per person-day
    hours_now = models.FloatField(null=True)
    kg = models.FloatField(null=True)
    cost = models.FloatField(null=True)  # rupees
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    themes = models.JSONField(null=True)  # what theme modules said, by name; most reports have none
    illustrative = models.BooleanField(default=False)
    purpose = models.CharField(max_length=16, blank=True)  # of a registration: what it said then

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["instance_id", "known_from"], name="visit_once")]
        indexes: ClassVar = [
            models.Index(fields=["submission"], name="visit_by_submission"),
            models.Index(fields=["deployment", "visit_date"], name="visit_by_deployment"),
            models.Index(fields=["deployment_uuid"], name="visit_by_uuid", condition=models.Q(deployment=None)),
            models.Index(fields=["village", "visit_date"], name="visit_by_village"),
            models.Index(fields=["h3_r7"], name="visit_by_cell"),
        ]


class StateColumns(models.Model):
    """What `maps.condition.State` says, as columns. The condition itself depends on the day it is asked for."""

    first_visit = models.DateField(null=True)
    last_visit = models.DateField(null=True)  # of any counted report
    seen_on = models.DateField(null=True)  # of the report that decides the condition
    installed = models.IntegerField(default=0)
    working = models.IntegerField(default=0)
    defective = models.IntegerField(default=0)
    broken = models.IntegerField(default=0)
    units_in_use = models.IntegerField(default=0)
    down_since = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    households = models.IntegerField(null=True)
    people = models.IntegerField(null=True)
    women = models.IntegerField(null=True)
    men = models.IntegerField(null=True)
    other_gender = models.IntegerField(null=True)
    sc = models.IntegerField(null=True)
    st = models.IntegerField(null=True)
    obc = models.IntegerField(null=True)
    general = models.IntegerField(null=True)
    category_unknown = models.IntegerField(null=True)
    with_disability = models.IntegerField(null=True)
    income_before = models.FloatField(null=True)
    income_now = models.FloatField(null=True)
    hours_before = models.FloatField(null=True)
    hours_now = models.FloatField(null=True)

    class Meta:
        abstract = True


class DeploymentState(StateColumns):
    """What is known of a deployment now: from its latest counted report that may say so."""

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, primary_key=True, related_name="state")
    version = models.IntegerField(default=1)  # of the entity, as `__version` in deployments.csv
    reports = models.IntegerField(default=0)
    fault = models.CharField(max_length=255, blank=True)
    can_repair = models.CharField(max_length=32, blank=True)
    ended_reason = models.CharField(max_length=255, blank=True)
    latest_instance_id = models.CharField(max_length=255, blank=True)


class DeploymentMonth(StateColumns):
    """One month of a deployment: its flows, and what was known after its last counted report."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="months", db_index=False)
    month = models.IntegerField()  # year * 12 + month - 1
    reports = models.IntegerField()
    trained = models.IntegerField()
    first_time = models.IntegerField()
    kg = models.FloatField()
    cost = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deployment", "month"], name="deployment_month_once"),
        ]


class Change(models.Model):
    """The feed that every cursor reads: what changed, in the order in which it did."""

    class Operation(models.TextChoices):
        PUT = "put"
        DELETE = "delete"

    kind = models.CharField(max_length=16)  # submission, deployment, village, kept_aside, form
    key = models.CharField(max_length=255)
    operation = models.CharField(max_length=8, choices=Operation.choices, default=Operation.PUT)
    at = models.DateTimeField(auto_now_add=True)


class DerivedBy(models.Model):
    """One row: which version of the code made the derived tables."""

    version = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.version)


class PublishedMonth(models.Model):
    """Figures of a month as they were told to others: a fact, which no rebuild touches. `figures`: measures by the slug
    of a centre, all India under an empty one.
    """

    month = models.IntegerField(unique=True)  # year * 12 + month - 1
    figures = models.JSONField()
    rule = models.CharField(max_length=400)  # which reports counted, in words
    rule_version = models.CharField(max_length=16)
    review_required = models.BooleanField()
    published_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.month // 12}-{self.month % 12 + 1:02d}"
