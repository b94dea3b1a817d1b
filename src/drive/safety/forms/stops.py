"""Forms of a stop concern: raised, explained, answered, and set aside by a manager."""

from __future__ import annotations

from typing import Any

from django import forms

from drive.components.choices import ChoiceTiles, Select
from drive.components.forms import DateField, TextArea, TextField

from ..rules import (
    STOP_SCOPES,
)
from .shared import codes, use_rule


class StopForm(forms.Form):
    """One click, with a scope; the reason may follow."""

    scope = ChoiceTiles(label="What must stop?", choices=STOP_SCOPES, initial="all", columns=1)
    place = Select(label="Which place?", choices=codes("K-57"), required=False)
    words = TextField(label="Which topic or action?", max_length=200, required=False)
    reason = TextArea(
        label="Why?",
        required=False,
        optional_words="can follow",
        help_text="Read by the other worker and both managers. Never in the banner.",
    )


class ReasonForm(forms.Form):
    reason = TextArea(label="Add why")
    use_rule = use_rule()


class StopAnswerForm(forms.Form):
    """04c: the answer of the side that is stopped, or of the side that raised it."""

    told = TextField(
        label="What will he be told about it?",
        max_length=200,
        help_text="A true reason that points to nobody",
    )
    eyes = TextField(label="Who keeps an eye on things meanwhile?", max_length=200)
    response = TextArea(label="Your answer to the other worker")

    def __init__(self, *args: Any, asks_plan: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_plan:
            del self.fields["told"], self.fields["eyes"]


class OverrideForm(forms.Form):
    """S-18: everything that is asked is kept and read by both sides and the expert advisor."""

    case_manager_said = TextArea(label="What did the case manager say when you spoke?", rows=3)
    idva_said = TextArea(
        label="What did the IDVA say when you spoke?",
        rows=3,
        help_text="In their words, above all where they disagree",
    )
    reason = TextArea(label="Why can contact not wait until both have answered?", rows=3)
    last_day = DateField(
        label="Last day on which it holds",
        help_text="Seven days at most. Then the concern stops contact again",
    )
