"""What may be written of clusters, centres, sites, technologies and villages, as forms with words and helps."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.registry.models import Centre, CentreSite, Cluster, Technology
from maps import boundaries

MONTHS = [(str(i), name) for i, name in MONTHS_3.items()]


class PlaceForm(forms.ModelForm[Any]):
    """Latitude and longitude, set by a click on a map or typed; refused outside India."""

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        lat, lon = found.get("lat"), found.get("lon")
        if lat is not None and lon is not None and not bool(boundaries.in_india([lat], [lon])[0]):
            raise ValidationError(
                {"lat": gettext("This place does not lie in India. Are latitude and longitude swapped?")}
            )
        return found


class ClusterForm(PlaceForm):
    class Meta:
        model = Cluster
        fields = ("name", "short_name", "city", "state", "states_served", "themes", "lat", "lon", "letters", "colour")
        labels: ClassVar = {
            "name": _("Name"), "short_name": _("Short name"), "city": _("City"), "state": _("Host state"),
            "states_served": _("States served"), "themes": _("Themes"), "lat": _("Latitude"), "lon": _("Longitude"),
            "letters": _("Two letters on the map"), "colour": _("Colour on the map"),
        }  # fmt: skip
        help_texts: ClassVar = {"state": _("Replication is what works outside it."), "colour": _("Like #3A70D4.")}


class CentreForm(forms.ModelForm[Centre]):
    class Meta:
        model = Centre
        fields = (
            "name", "short_name", "kind", "parent", "partners", "phone", "mandate_min", "mandate_max", "radius_km",
            "states_served", "active_from", "active_to",
        )  # fmt: skip
        labels: ClassVar = {
            "name": _("Name"), "short_name": _("Short name"), "kind": _("Kind"), "parent": _("Chapter of"),
            "partners": _("Partners"), "phone": _("Phone of the office"), "mandate_min": _("Mandate: villages, at least"),
            "mandate_max": _("Mandate: villages, at most"), "radius_km": _("Works within km"),
            "states_served": _("States served"), "active_from": _("Opened"), "active_to": _("Closed"),
        }  # fmt: skip
        help_texts: ClassVar = {"phone": _("Field officers call it from their app.")}
        widgets: ClassVar = {
            "active_from": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "active_to": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        low, high = found.get("mandate_min"), found.get("mandate_max")
        if low and high and low > high:
            raise ValidationError({"mandate_max": gettext("The most is less than the least.")})
        return found


class SiteForm(PlaceForm):
    class Meta:
        model = CentreSite
        fields = ("name", "lat", "lon", "active_from", "active_to")
        labels: ClassVar = {
            "name": _("Name of the place"), "lat": _("Latitude"), "lon": _("Longitude"), "active_from": _("Opened"),
            "active_to": _("Closed"),
        }  # fmt: skip
        widgets: ClassVar = CentreForm.Meta.widgets


class TechnologyForm(forms.ModelForm[Technology]):
    season = forms.MultipleChoiceField(
        choices=MONTHS, required=False, widget=forms.CheckboxSelectMultiple, label=_("Months of its season"),
        help_text=_("None: used all the year round."),
    )  # fmt: skip

    class Meta:
        model = Technology
        fields = (
            "name", "name_hi", "origin_kind", "origin_cluster", "origin_centre", "clusters", "themes", "revisit_days", "trl",
            "provider", "contact",
        )  # fmt: skip
        labels: ClassVar = {
            "name": _("Name"), "name_hi": _("Name in Hindi"), "origin_kind": _("Comes from"), "origin_cluster": _("Cluster"),
            "origin_centre": _("Centre"), "clusters": _("Clusters that facilitate it"), "themes": _("Themes"),
            "revisit_days": _("Days until it is silent"), "trl": _("Technology readiness level"), "provider": _("Provider"),
            "contact": _("Contact"),
        }  # fmt: skip
        help_texts: ClassVar = {"revisit_days": _("Without a report for longer, a deployment is silent.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["season"].initial = [m for m in (self.instance.season_months or "").split(",") if m]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        self.instance.season_months = ",".join(found.get("season") or [])
        return found
