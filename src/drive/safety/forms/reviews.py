"""Forms of the joint review. Who came, and what came of it, are never chosen beforehand."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms

from drive.access.models import local_today
from drive.components.choices import ChoiceTiles
from drive.components.forms import UNKNOWN, DateField, TextArea, TextField, TextOrUnknown

from ..rules import (
    ATTENDANCE,
    DIFFERING_ABOUT,
    DIFFERING_OUTCOMES,
    DIFFERING_STEPS,
    OTHERS_AT_RISK,
    REVIEW_ANSWERS,
    REVIEW_OUTCOMES,
    STEPPING_BACK,
    UNKNOWN_ANSWER,
    Gap,
)
from .shared import others_field


class ReviewForm(forms.Form):
    """R-73: what two workers looked at together."""

    held_on = DateField(label="Day of the review", past=True)
    case_side_came = ChoiceTiles(label="The case manager", choices=ATTENDANCE)
    client_side_came = ChoiceTiles(label="The IDVA", choices=ATTENDANCE)
    patterns = TextArea(label="What has changed since you last looked?", rows=3, help_text="Good news too")
    unknowns = TextArea(
        label="What do neither of you know, and who finds out?",
        rows=2,
        help_text="Among others: time since abuse was last known of, when each last spoke, whether they live apart",
    )
    if_we_do_not = TextArea(label="If nothing is done?", rows=2)
    outcome = ChoiceTiles(
        label="What did you come to?",
        choices=REVIEW_OUTCOMES,
        columns=2,
        help_text="It changes no booking by itself",
    )
    exit_plan = TextArea(
        label="How do you step back?",
        rows=2,
        required=False,
        help_text="Only when stepping back or stopping: pace, a reason he can be given, who watches",
    )
    actions = TextArea(label="Who does what by when?", rows=2)
    next_on = DateField(label="Day of the next review")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, words in OTHERS_AT_RISK:
            self.fields[others_field(key)] = TextOrUnknown(label=words, max_length=500)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("outcome") in STEPPING_BACK and not given.get("exit_plan"):
            self.add_error("exit_plan", "Say how you step back: pace, a reason he can be given, who watches")
        return given

    def words(self) -> dict[str, Any]:
        """The arguments of `commands.record_review`."""
        given = dict(self.cleaned_data)
        others = {key: given.pop(others_field(key)) for key, _ in OTHERS_AT_RISK}
        return given | {
            "others_at_risk": {
                key: UNKNOWN_ANSWER if said is UNKNOWN else said for key, said in others.items()
            }
        }

    @staticmethod
    def start(gap: Gap) -> dict[str, Any]:
        today = local_today()
        return {"held_on": today, "next_on": today + datetime.timedelta(days=gap.usual)}


class ReviewAnswerForm(forms.Form):
    answer = ChoiceTiles(label="Was it as it is written here?", choices=REVIEW_ANSWERS)
    words = TextArea(label="What do you remember differently?", rows=3, required=False)


class DifferingForm(forms.Form):
    """What was done where the two sides differ, and what it came to."""

    about = ChoiceTiles(label="What do you differ about?", choices=DIFFERING_ABOUT)
    step = ChoiceTiles(label="What did you do?", choices=DIFFERING_STEPS)
    held_on = DateField(label="Day", past=True)
    who = TextField(label="Who took part?", max_length=200, help_text="By name or role")
    said = TextArea(
        label="What was said?",
        rows=4,
        help_text="Both of you and both managers read it. What each of you thinks and why; no address, nothing told in"
        " confidence",
    )
    outcome = ChoiceTiles(label="What did it come to?", choices=DIFFERING_OUTCOMES)

    @staticmethod
    def start() -> dict[str, Any]:
        return {"held_on": local_today()}


class RhythmForm(forms.Form):
    """X-03."""

    introduced_on = DateField(label="When did you first meet?", past=True)
    how = ChoiceTiles(label="How?", choices=[("person", "In person"), ("video", "By video")])
    every_days = ChoiceTiles(
        label="How often do you talk?",
        choices=[("7", "Every week"), ("14", "Every two weeks"), ("28", "Every four weeks")],
        coerce=int,
    )
    words = TextField(label="Which day and time, and who rings?", max_length=200, required=False)
