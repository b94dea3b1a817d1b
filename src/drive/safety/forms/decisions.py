"""Forms of the consultation before contact. Nothing is chosen beforehand but the last day on which it holds."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms

from drive.access.models import local_today
from drive.components.choices import ChoiceTiles, MultipleTiles, Tick
from drive.components.forms import UNKNOWN, DateField, TextArea, TextField, TextOrUnknown
from drive.instruments.codelists import code_list

from ..rules import (
    ANSWERS,
    LAPSE_CAUSES,
    OTHERS_AT_RISK,
    UNKNOWN_ANSWER,
    VOICE,
    VOICE_NOT_HAD,
    leans_on_the_other,
)
from .shared import codes, others_field, use_rule, work_out

DECISION_DAYS = 28
"""The end date that is offered: the longest usual gap between joint reviews (C-15)."""


class QuestionForm(forms.Form):
    """What contact is planned, and why now."""

    planned = TextField(
        label="What do you plan?", max_length=200, help_text="For example: weekly meetings, 50 minutes"
    )
    setting = TextField(label="Where, and with whom?", max_length=200)
    reason_given = TextField(label="What reason would he be given?", max_length=200)
    when_planned = TextField(label="From when, how often, until when?", max_length=120)
    why_now = TextArea(label="Why now?")


class ViewForm(forms.Form):
    """04a: one's own view. The client's voice is asked of the IDVA's side only."""

    voice = ChoiceTiles(label="What does your client say?", choices=VOICE, columns=1)
    voice_detail = TextField(
        label="When and how, or why not",
        max_length=200,
        required=False,
        help_text="For example: 12 November, by phone",
    )
    own_view = TextArea(
        label="Your view, in your own words",
        rows=6,
        help_text="A view, not a permission. You carry this together.",
    )
    no_more = Tick(label="I have no reasons of my own to add")
    if_we_act = TextArea(label="If it goes ahead, what could go wrong?", rows=3)
    if_we_do_not = TextArea(label="If nothing is done?", rows=3)
    would_choose = ChoiceTiles(
        label="What do you think should happen?",
        choices=codes("K-51"),
        columns=2,
        help_text="Nothing is chosen for you. You agree the outcome together afterwards.",
    )
    leave_out = TextArea(label="Topics and places to leave out", rows=2, required=False)
    use_rule = use_rule()
    work_out = work_out()

    def __init__(self, *args: Any, asks_voice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_voice:
            del self.fields["voice"], self.fields["voice_detail"]
        for key, words in OTHERS_AT_RISK:
            self.fields[others_field(key)] = TextOrUnknown(label=words, max_length=500)

    @property
    def leans(self) -> bool:
        """Whether what was typed as a view only names the other worker's: asked about once, never refused (S-16)."""
        return self.is_bound and leans_on_the_other(str(self.data.get("own_view", "")))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.leans and not given.get("no_more"):
            self.add_error("own_view", "Give your own reasons, or tick that you have none to add")
        if given.get("voice") in VOICE_NOT_HAD and not given.get("voice_detail"):
            self.add_error("voice_detail", "Say why the client’s own voice was not had")
        return given

    def words(self) -> dict[str, Any]:
        """The arguments of `commands.give_view`."""
        given = dict(self.cleaned_data)
        del given["no_more"]
        others = {key: given.pop(others_field(key)) for key, _ in OTHERS_AT_RISK}
        return given | {
            "others_at_risk": {
                key: UNKNOWN_ANSWER if said is UNKNOWN else said for key, said in others.items()
            }
        }


class OutcomeForm(forms.Form):
    """04b: what the two agree. Put forward by one, answered by the other."""

    outcome = ChoiceTiles(label="What do you put forward?", choices=codes("K-51"), columns=2)
    conditions = TextArea(label="Conditions", rows=2, required=False)
    places = MultipleTiles(label="Places it covers", choices=codes("K-57"), required=False, columns=4)
    leave_out = TextArea(label="Topics to leave out", rows=2, required=False)
    told = TextArea(label="What will he be told?", rows=2, help_text="True, and pointing to nobody")
    tell_each_other = TextField(label="What you tell each other, and when", max_length=200, required=False)
    ends_on = DateField(label="Last day on which it holds")
    dissent = TextArea(
        label="Where you still differ", rows=2, required=False, help_text="Kept with the decision"
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("outcome") == "go_with_conditions" and not given.get("conditions"):
            self.add_error("conditions", "Say which conditions")
        permitted = code_list("K-51").roll_up("booking_permitted")
        if given.get("outcome") in permitted and not given.get("places"):
            self.add_error("places", "Choose the places it covers; calls and letters are “Remote”")
        return given

    @staticmethod
    def start() -> dict[str, Any]:
        return {"ends_on": local_today() + datetime.timedelta(days=DECISION_DAYS)}


class AnswerForm(forms.Form):
    """The other side's answer to an outcome put forward."""

    answer = ChoiceTiles(label="What do you say?", choices=ANSWERS, columns=1)
    dissent = TextArea(
        label="Where you differ, or what instead", rows=3, required=False, help_text="Kept with the decision"
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("answer") in ("differ", "to_panel") and not given.get("dissent"):
            self.add_error("dissent", "Say what you see differently")
        return given


class LapseForm(forms.Form):
    """S-19: what has happened that ends the decision."""

    cause = ChoiceTiles(label="What has happened?", choices=LAPSE_CAUSES, columns=1)
    what = TextArea(label="In a few words", rows=2, required=False)
