"""Forms of oversight."""

from __future__ import annotations

from django import forms

from drive.components.forms import ChoiceTiles, TextArea, TextField

from .models import AlertAnswer


class AlertForm(forms.Form):
    """What was found about an alert."""

    finding = ChoiceTiles(label="What did you find?", choices=AlertAnswer._meta.get_field("finding").choices)
    words = TextArea(label="How you know", max_length=2000)


class OwnChannelForm(forms.Form):
    """A worker's own address or phone."""

    kind = ChoiceTiles(label="Which", choices=[("address", "My address"), ("phone", "My phone")])
    value = TextField(label="Address or number", max_length=200)
