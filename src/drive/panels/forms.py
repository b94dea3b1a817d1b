"""The form of a panel's decision on one referral (R-35, P-12, P-13)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from drive.components.forms import Choice, ChoiceTiles, DateField, Select, TextArea, TextField
from drive.instruments.codelists import code_list
from drive.referrals.models import DecisionOutcome


def _offered(list_id: str) -> list[Choice]:
    return [
        Choice(entry.code, entry.label, definition=entry.definition)
        for entry in code_list(list_id).codes
        if entry.offered
    ]


class DecisionForm(forms.Form):
    """Nothing is chosen beforehand but the day. `seen` is the decision that stood when the form was shown (S-48)."""

    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)
    outcome = ChoiceTiles(label="Decision", choices=[(each.value, each.label) for each in DecisionOutcome])
    rationale = TextArea(label="Why", help_text="What spoke for it and against it.")
    vs_safety = TextArea(label="Victims’ and survivors’ safety", help_text="What was considered.")
    child_safety = TextArea(
        label="Children’s safety", help_text="What was considered, or that there are no children."
    )
    approach = ChoiceTiles(label="If accepted: approach", required=False, columns=2)
    rejection_reason = Select(label="If not accepted: reason", required=False)
    next_step = TextArea(
        label="If not accepted: next step",
        required=False,
        rows=2,
        help_text="Who keeps an eye on it instead, and how.",
    )
    awaited = TextArea(label="If brought back: what is awaited", required=False, rows=2)
    awaited_from = TextField(label="From whom", required=False, max_length=120)
    dissent = TextArea(
        label="Somebody disagrees",
        required=False,
        rows=2,
        help_text="Who, and why. It stays beside the decision.",
    )
    decided_on = DateField(label="Decided on", past=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approach"].choices = _offered("K-15")  # type: ignore[attr-defined]  # ours
        self.fields["rejection_reason"].choices = _offered("K-11")  # type: ignore[attr-defined]  # ours

    def decision(self) -> dict[str, Any]:
        """What was decided, as `referrals.commands.decide` takes it."""
        said = dict(self.cleaned_data)
        seen: UUID | None = said.pop("seen")
        return said | {"seen": seen}
