"""The two dates of a return, and who is to receive it."""

from __future__ import annotations

from typing import Any

from django import forms

from drive.components.forms import DateField
from drive.extract.forms import ForWhomForm


class PeriodForm(forms.Form):
    """First and last day, both included."""

    first = DateField(label="First day")
    last = DateField(label="Last day")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day must not be before the first day.")
        return cleaned


class AskForm(PeriodForm, ForWhomForm):
    """Which days, for whom and what for."""

    field_order = ["first", "last", "recipient", "purpose"]
