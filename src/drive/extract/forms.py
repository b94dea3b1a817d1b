"""Asking for an extract, deciding on a release, and the key with which a package is written."""

from __future__ import annotations

from django import forms

from drive.components.choices import ChoiceTiles, Tick
from drive.components.forms import DateField, TextArea, TextField

from .models import ReleaseOutcome


class ForWhomForm(forms.Form):
    """Who receives it and what for: the same of every release."""

    recipient = TextField(label="Who receives it", max_length=120)
    purpose = TextArea(label="What it is for", rows=2, max_length=2000)


class ExtractForm(ForWhomForm):
    """What is asked for: study, days, how exact the dates are, for whom and what for."""

    study = TextField(
        label="Study",
        help_text="Its short code. The same code and key give the same pseudonyms each time.",
        max_length=24,
        width="short",
    )
    first = DateField(label="First day")
    last = DateField(label="Last day", help_text="Nothing later is told.")
    months = Tick(label="Coarsen every date to its month")
    field_order = ["study", "first", "last", "months", "recipient", "purpose"]


class AnswerForm(forms.Form):
    """The second person's decision."""

    outcome = ChoiceTiles(label="Your decision", choices=ReleaseOutcome.choices)
    reason = TextArea(
        label="Reason", required=False, rows=2, max_length=2000, optional_words="where it is released"
    )


class KeyForm(forms.Form):
    """The study's key, for this one run."""

    key = forms.FileField(
        label="The study’s key",
        help_text="The file that its keeper holds. It is used for this package and kept nowhere.",
        max_length=200,
        error_messages={"required": "Choose the file with the study’s key"},
    )
