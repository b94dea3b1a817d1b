"""Forms of subject access."""

from __future__ import annotations

from django import forms

from drive.components.forms import ChoiceTiles, DateField, TextArea, TextField

from .models import SubjectRelease, SubjectRequest


class AskForm(forms.Form):
    """Who asks, in which role, and how one knows that it is them."""

    side = ChoiceTiles(
        label="In which role does the person ask?",
        choices=SubjectRequest._meta.get_field("side").choices,
        help_text="One bundle holds one role. Another role is another request.",
    )
    code = TextField(label="Code of the record", help_text="Such as K7-QF4", max_length=12, width="short")
    asked_on = DateField(label="Asked on", past=True)
    identity_checked = TextArea(label="How was it made sure that it is this person?", max_length=1000)


class DecideForm(forms.Form):
    """What the second person decides."""

    outcome = ChoiceTiles(label="Give it out?", choices=SubjectRelease._meta.get_field("outcome").choices)
    words = TextArea(label="What you looked at, and to whom it goes", max_length=1000)
