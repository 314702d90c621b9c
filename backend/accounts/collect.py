"""What ODK Collect scans to become an officer's phone: one of its projects, with the address and the token in one.

Source of the keys: https://docs.getodk.org/collect-import-export/ and Collect's own client-settings.schema.json.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from django.conf import settings

from backend.accounts.models import Officer

COLOUR = "#12355B"
EVERY = "every_one_hour"  # forms and lists are asked for; often enough for lists, and little on a thin line


def project_settings(officer: Officer, token: str) -> dict[str, Any]:
    """Of one project for one officer. Whatever is left out gets Collect's own default."""
    return _settings(
        f"{settings.PUBLIC_URL}/openrosa/key/{token}", f"GramReach {officer.name}", officer.language, officer.name
    )


def draft_settings(title: str, token: str, language: str, person: str) -> dict[str, Any]:
    """Of a project with one form that is tried before it is published; it goes with the draft."""
    return _settings(f"{settings.PUBLIC_URL}/openrosa/draft/{token}", f"Draft: {title}"[:60], language, person)


def _settings(address: str, name: str, language: str, officer: str) -> dict[str, Any]:
    return {
        "general": {
            "protocol": "odk_default",
            "server_url": address,
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": EVERY,
            "autosend": "wifi_and_cellular",
            "delete_send": False,  # what was sent stays: it can be looked at again, and edited
            "app_language": language,
            "metadata_username": officer,
        },
        # The address holds the token, and forms kept on the phone are what edits are made of.
        "admin": {"change_server": False, "delete_after_send": False},
        "project": {"name": name, "icon": name[:1], "color": COLOUR},
    }


def encoded(told: dict[str, Any]) -> str:
    """As the square carries it: base64 of zlib of JSON."""
    return base64.b64encode(zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 9)).decode()
