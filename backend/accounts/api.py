"""Enrolling a phone, and who am I."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from backend.accounts import services
from backend.accounts.models import Device
from backend.accounts.queries import profile_of
from backend.accounts.refusals import refusals_recorded
from backend.accounts.throttle import throttled
from backend.accounts.who import Who

router = Router(tags=["accounts"])


class EnrolIn(Schema):
    code: str
    installation_id: str
    token: str


@router.post("/auth/enrol", auth=None, summary="Give a phone's own token its officer")
def enrol(request: HttpRequest, payload: EnrolIn) -> Any:
    with throttled(request, "enrol"), refusals_recorded():
        device = services.enrol(payload.code, payload.installation_id, payload.token)
    return _device(device) | {"profile": profile_of(device)}


@router.get("/me", summary="Who am I, and what may I do")
def me(request: HttpRequest) -> Any:
    who: Who = request.auth  # type: ignore[attr-defined]
    return {
        "role": who.role,
        "all_india": who.everywhere,
        "centres": sorted(who.centres),
        "clusters": sorted(who.clusters),
        "name": str(who.user or who.token or (who.device.officer if who.device else "")),
        **(_device(who.device) if who.device else {}),
    }


def _device(device: Device) -> dict[str, Any]:
    officer = device.officer
    return {
        "device": device.pk,
        "officer": officer.name,
        "centre": officer.centre.slug,
        "language": officer.language,
        "forms": officer.forms,
    }
