"""What a deployment looked like last time."""

from __future__ import annotations

from uuid import UUID

from django.http.response import HttpResponseBase

from backend.accounts.who import Who
from backend.deployments.models import Deployment, Visit
from backend.errors import NotFound
from backend.submissions import lists, sharing
from backend.submissions.models import Attachment

LOOK_AT = 50  # reports; one without a photo is followed by one with


def response(uuid: UUID, who: Who) -> HttpResponseBase:
    """Raises NotFound for what lies outside the scope, and where there is no photo."""
    found = newest(uuid, who)
    if found is None:
        raise NotFound("There is no photo of this.", where="uuid")
    return sharing.response(found, as_it_came=False)


def newest(uuid: UUID, who: Who) -> Attachment | None:
    """Of reports that count; of what it was merged into, where it was. Nobody who did not agree is in it."""
    survivor = Deployment.objects.filter(uuid=uuid).values_list("merged_into", "id").first()
    pk = None if survivor is None else survivor[0] or survivor[1]
    if pk is None or not lists.deployments_of(who).filter(pk=pk).exists():
        return None
    visits = Visit.objects.filter(deployment=pk, known_to=None).order_by("-visit_date", "-sequence")
    order = list(visits.values_list("instance_id", flat=True)[:LOOK_AT])
    photos = Attachment.objects.filter(version__instance_id__in=order, blob__content_type__startswith="image/")
    found = photos.select_related("blob", "version__submission").order_by("-id")
    return next(
        (photo for photo in sorted(found, key=lambda f: order.index(f.version.instance_id)) if _shown(photo, who)), None
    )


def _shown(photo: Attachment, who: Who) -> bool:
    version = photo.version
    return sharing.willing(version) and sharing.may_have(who, version.submission, version, photo.name)
