"""Forms of practice incidents (S-41): what happened, who sees to it, what was learnt. Nothing is chosen beforehand."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms

from drive.access.models import Membership, local_today
from drive.components.choices import ChoiceTiles, Select
from drive.components.forms import DateField, TextArea
from drive.instruments.codelists import code_list

from ..rules import INCIDENT_CHANGES, INCIDENT_DAYS, INCIDENT_KINDS
from .shared import codes


class IncidentForm(forms.Form):
    """What happened, without blame. No name is needed, and whoever is concerned reads it."""

    kind = ChoiceTiles(label="What was it?", choices=INCIDENT_KINDS, columns=2)
    happened_on = DateField(label="Day it happened", past=True)
    what = TextArea(
        label="What happened?",
        rows=4,
        help_text="What was done and how it came about, not whose fault it was",
    )
    agency = Select(
        label="Whose act was it, if another agency’s?",
        choices=codes("K-45"),
        required=False,
        help_text="A social worker who told the client of Drive first, for instance",
    )
    response = TextArea(label="What was done at once?", rows=2, required=False)


class ChargeForm(forms.Form):
    """Somebody sees to it, by a day."""

    responsible_id = Select(label="Who sees to it?", choices=[])
    due_on = DateField(label="By when?")

    def __init__(self, *args: Any, colleagues: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible_id"].choices = [(str(one.pk), one.name) for one in colleagues]  # type: ignore[attr-defined]  # of a Select

    @staticmethod
    def start() -> dict[str, Any]:
        return {"due_on": local_today() + datetime.timedelta(days=INCIDENT_DAYS)}


class LearningForm(forms.Form):
    """An incident closes with what was learnt and a decision about procedure."""

    learnt = TextArea(label="What was learnt?", rows=3)
    changed = ChoiceTiles(label="What changes?", choices=INCIDENT_CHANGES, columns=2)
    procedure = TextArea(
        label="Which, and from when? Or why does nothing change?",
        rows=3,
        help_text="Both sides read it. Name no client",
    )


def agency_words(code: str) -> str:
    """Whose act it was, in words; empty for our own."""
    return code_list("K-45").label(code) if code else ""
