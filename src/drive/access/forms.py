"""Forms of emergency reading and its review."""

from __future__ import annotations

from django import forms

from drive.components.forms import ChoiceTiles, TextArea, TextField

from .models import BreakGlass, BreakGlassReview, EmergencyScope


class EmergencyForm(forms.Form):
    """What somebody must say before they read in an emergency (S-35)."""

    code = TextField(label="Case code", help_text="Such as K7-QF4", max_length=12, width="short")
    reason = TextArea(label="What is happening, and what do you need to know?", max_length=2000)
    scope = ChoiceTiles(
        label="How much do you need?",
        choices=EmergencyScope.choices,
        help_text="As little as will do. You can ask for more afterwards.",
    )
    told = ChoiceTiles(
        label="Have you told the police or children’s services?",
        choices=BreakGlass._meta.get_field("told").choices,
    )


class ReviewForm(forms.Form):
    """What the reviewer found."""

    finding = ChoiceTiles(label="Was it needed?", choices=BreakGlassReview._meta.get_field("finding").choices)
    note = TextArea(label="What was said about it", required=False, max_length=2000)


class WorkPhoneForm(forms.Form):
    """The telephone of one's work in one role, for colleagues on either side (A-25)."""

    work_phone = TextField(
        label="Your work telephone",
        required=False,
        max_length=40,
        width="short",
        help_text="Colleagues who work with you see it, on either side. Never a number of a client or of a service user.",
    )
