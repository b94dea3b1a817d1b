"""Forms of retention."""

from __future__ import annotations

from django import forms

from drive.components.forms import ChoiceTiles, TextArea

from .models import ErasureAnswer, ErasureProposal


class ProposeForm(forms.Form):
    """Why a record goes."""

    reason = ChoiceTiles(label="Why it goes", choices=ErasureProposal._meta.get_field("reason").choices)


class HoldForm(forms.Form):
    """Why a record must be kept for now, or need not be any more."""

    reason = TextArea(
        label="Why",
        help_text="Such as: a case review asked for it. It is kept with the record and goes with it.",
        max_length=1000,
    )


class DecideForm(forms.Form):
    """What the governance lead decides. Keeping needs a reason."""

    outcome = ChoiceTiles(label="What is to happen", choices=ErasureAnswer._meta.get_field("outcome").choices)
    reason = TextArea(
        label="Why it is kept",
        help_text="Only where it is kept. The manager who proposed it reads this.",
        max_length=1000,
        required=False,
    )
