"""When somebody is away, and who covers."""

from __future__ import annotations

from typing import Any

from django import forms

from drive.access.models import Membership
from drive.components.forms import DateField, Select, TextArea


class AwayForm(forms.Form):
    """Said by the one who is away."""

    first_day = DateField(label="First day away")
    last_day = DateField(label="Last day away")


class CoverForm(forms.Form):
    """Said by the manager, who names the cover."""

    membership = Select(label="Who is away", choices=())
    first_day = DateField(label="First day away")
    last_day = DateField(label="Last day away")
    cover = Select(label="Who covers", choices=())
    handover = TextArea(
        label="What whoever covers needs to know",
        rows=4,
        help_text="They can open the clients’ records from the first day to the last, and on no other.",
    )

    def __init__(self, *args: Any, workers: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("membership", "cover"):
            field = self.fields[name]
            assert isinstance(field, Select)
            field.choices = [(str(m.pk), f"{m.name}, {m.role_entry.label}") for m in workers]
