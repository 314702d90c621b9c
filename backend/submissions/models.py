"""The facts: published forms, raw instances and their attachments, decisions, and what was kept aside."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from backend.accounts.models import Device, Officer
from backend.registry.models import Centre, District, Technology, Village


class Form(models.Model):
    class State(models.TextChoices):
        OPEN = "open", "open"
        CLOSING = "closing", "closing: no longer offered, still received"
        CLOSED = "closed", "closed: no longer offered, still received"

    form_id = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    current = models.ForeignKey("FormVersion", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["form_id"]

    def __str__(self) -> str:
        return self.form_id


class FormVersion(models.Model):
    """Published once and never changed: its XLSForm source, the XForm made from it, and our typed schema."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=64)
    filename = models.CharField(max_length=120)
    source = models.BinaryField()
    xform = models.BinaryField()
    schema = models.JSONField()
    md5 = models.CharField(max_length=32)  # OpenRosa's word for the form's bytes
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["form", "version"], name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.form.form_id} {self.version}"


class FormDraft(models.Model):
    """A form that is tried before it is published: one of each form. `token_hash`: of the phone that tries it."""

    form_id = models.CharField(max_length=64, unique=True)
    version = models.CharField(max_length=64)
    filename = models.CharField(max_length=120)
    source = models.BinaryField()
    xform = models.BinaryField()
    schema = models.JSONField()
    warnings = models.JSONField(default=list)
    md5 = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"draft of {self.form_id}"


class DraftReport(models.Model):
    """That a draft was tried, and what the checks said. Its answers are not kept: it was never a report."""

    draft = models.ForeignKey(FormDraft, on_delete=models.CASCADE, related_name="reports")
    instance_id = models.CharField(max_length=255)
    version = models.CharField(max_length=64)
    answers = models.PositiveIntegerField()
    flags = models.JSONField(default=list)
    received_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "instance_id"], name="draft_report_once")]

    def __str__(self) -> str:
        return self.instance_id


class ReviewState(models.TextChoices):
    RECEIVED = "received", "received"
    EDITED = "edited", "edited"
    CHANGES_REQUESTED = "changes_requested", "changes requested"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"
    RETRACTED = "retracted", "retracted"


class Submission(models.Model):
    """One filled form and its edits. The first version's instance id names it for ever."""

    instance_id = models.CharField(max_length=255, unique=True)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="submissions", db_index=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="submissions", db_index=False)
    received_at = models.DateTimeField(db_index=True)
    review_state = models.CharField(max_length=20, choices=ReviewState.choices, default=ReviewState.RECEIVED)
    current_instance_id = models.CharField(max_length=255)
    deleted_at = models.DateTimeField(null=True)
    # Of changes that were asked of somebody else than who sent it: who may see and change it besides.
    handed_to = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["form", "id"], name="submission_by_form"),
            models.Index(fields=["device", "id"], name="submission_by_device"),
        ]

    def __str__(self) -> str:
        return self.instance_id


class SubmissionVersion(models.Model):
    """One received instance. The unique `instance_id` is what makes receiving exactly-once."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    instance_id = models.CharField(max_length=255, unique=True)
    deprecated_id = models.CharField(max_length=255, blank=True)
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    content_hmac = models.CharField(max_length=64)  # HMAC-SHA-256 of the bytes as sent: says "identical"
    xml = models.BinaryField()  # zlib; personal values and Aadhaar-like numbers taken out
    answers = models.JSONField()  # derived from the XML
    entity_base = models.CharField(max_length=90, blank=True)  # the entity's version that its author saw, from the XML
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # Who wrote this version at the office; `device` is then still that of the visit.
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    received_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)  # by the phone's clock
    ended_at = models.DateTimeField(null=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "number"], name="version_number_once"),
        ]

    def __str__(self) -> str:
        return self.instance_id


class ReportRow(models.Model):
    """A report as lists of the office filter and sort it: derived from its current version, and read without joins.

    `deployment` is as sent; technology and centre are those of what it was merged into. `flags`: how many; `codes`:
    which, with commas between.
    """

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, primary_key=True, related_name="row")
    version = models.ForeignKey(SubmissionVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="+", db_index=False)
    review_state = models.CharField(max_length=20)
    received_at = models.DateTimeField()  # of the current version
    visit_date = models.DateField()
    deployment = models.UUIDField(null=True, db_index=True)
    village = models.ForeignKey(Village, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    village_other = models.CharField(max_length=255, blank=True)
    technology = models.ForeignKey(Technology, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    found = models.CharField(max_length=10, blank=True)  # the condition that it speaks of
    units_in_use = models.IntegerField(null=True)
    installed = models.IntegerField(null=True)
    accuracy = models.FloatField(null=True)  # metres
    seconds = models.IntegerField(null=True)  # from opening the form to closing it
    answers = models.IntegerField(default=0)
    flags = models.SmallIntegerField(default=0)
    codes = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["review_state", "submission"], name="row_by_review"),
            models.Index(fields=["centre", "review_state", "submission"], name="row_by_centre"),
            models.Index(fields=["village", "submission"], name="row_by_village"),
            models.Index(fields=["technology", "submission"], name="row_by_technology"),
            models.Index(fields=["officer", "visit_date"], name="row_by_officer"),
            models.Index(fields=["district", "submission"], name="row_by_district"),
            models.Index(fields=["visit_date"], name="row_by_visit"),
            models.Index(fields=["submission"], name="row_flagged", condition=models.Q(flags__gt=0)),
            models.Index(fields=["centre", "visit_date"], name="row_by_centre_visit"),
            models.Index(fields=["officer", "centre", "submission"], name="row_by_sender"),
            models.Index(
                fields=["centre", "review_state", "submission"],
                name="row_flagged_here",
                condition=models.Q(flags__gt=0),
            ),
            models.Index(fields=["submission"], name="row_unlisted", condition=~models.Q(village_other="")),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}"


class Flag(models.Model):
    """Something odd about a version, as computed at its receipt. It asks for a look; it never keeps anything out."""

    version = models.ForeignKey(SubmissionVersion, on_delete=models.CASCADE, related_name="flags")
    code = models.CharField(max_length=40)
    where = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return self.code


class PersonalValue(models.Model):
    """An answer to a question marked personal: encrypted, apart from the XML, filled in again by right, erasable."""

    version = models.ForeignKey(SubmissionVersion, on_delete=models.CASCADE, related_name="personal", db_index=False)
    path = models.CharField(max_length=255)
    value = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "path"], name="personal_value_once")]


class Blob(models.Model):
    """An attachment's bytes, kept once, in the storage under its SHA-256."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.sha256


class Attachment(models.Model):
    """A file that a version names; `blob` is empty until it arrives."""

    version = models.ForeignKey(SubmissionVersion, on_delete=models.CASCADE, related_name="attachments", db_index=False)
    name = models.CharField(max_length=255)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True)
    looked = models.BooleanField(default=False)  # whether how it looks was compared with other photos

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "name"], name="attachment_once")]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="attachment_new", condition=models.Q(looked=False, blob__isnull=False))
        ]

    def __str__(self) -> str:
        return self.name


class PhotoLook(models.Model):
    """How a photo of a version looks, as its name said at receipt or its bytes since: 64 bits, of which copies differ in few;
    and their four parts, of which copies share one. Derived: `rebuild --photos` makes it anew."""

    version = models.ForeignKey(SubmissionVersion, on_delete=models.CASCADE, related_name="looks")
    name = models.CharField(max_length=255)
    bits = models.BigIntegerField()  # less 2 ** 63, as databases know no unsigned numbers
    part_0 = models.PositiveIntegerField(db_index=True)
    part_1 = models.PositiveIntegerField(db_index=True)
    part_2 = models.PositiveIntegerField(db_index=True)
    part_3 = models.PositiveIntegerField(db_index=True)

    def __str__(self) -> str:
        return self.name


class EarlyFile(models.Model):
    """A file that came before the report that names it: attached, or kept aside with it, when that arrives."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    instance_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance_id", "device", "name", "blob"], name="early_file_once")
        ]

    def __str__(self) -> str:
        return self.name


class Decision(models.Model):
    """What a person decided about a submission's version, a deployment or a kept item: by whom, when and why."""

    class Kind(models.TextChoices):
        REVIEW = "review"
        MERGE = "merge"
        MATCH = "match"
        RESOLUTION = "resolution"
        CONFLICT = "conflict"
        FLAG = "flag"
        ERASURE = "erasure"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    action = models.CharField(max_length=24)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="decisions")
    version = models.ForeignKey(SubmissionVersion, on_delete=models.PROTECT, null=True, related_name="decisions")
    subject = models.CharField(max_length=255, blank=True)  # a deployment's uuid, a kept item's id, a flag's code
    target = models.CharField(
        max_length=255, blank=True
    )  # the survivor of a merge, the village matched, a flag's place
    comment = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.action}"


class KeptAside(models.Model):
    """What an authenticated device sent and we could not store. Kept once per (device, bytes): a receipt for the phone."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        RETRIED = "retried", "stored on another try"
        REPLACED = "replaced", "replaced what was stored"
        DISCARDED = "discarded", "discarded"

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="kept_aside")
    hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)  # xml, json, attachment
    code = models.CharField(max_length=40)
    detail = models.CharField(max_length=400, blank=True)
    form_id = models.CharField(max_length=64, blank=True)
    form_version = models.CharField(max_length=64, blank=True)
    instance_id = models.CharField(max_length=255, blank=True, db_index=True)
    filename = models.CharField(max_length=255, blank=True)
    body = models.BinaryField(null=True)  # encrypted: nobody has sorted its personal values out yet
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["device", "hash"], name="kept_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.instance_id}"
