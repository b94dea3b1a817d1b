"""Forms of oversight."""

from __future__ import annotations

from typing import Any

from django import forms

from drive.access.models import Membership
from drive.components.forms import ChoiceTiles, Select, TextArea, TextField

from .models import AlertAnswer


class AlertForm(forms.Form):
    """What was found about an alert."""

    finding = ChoiceTiles(label="What did you find?", choices=AlertAnswer._meta.get_field("finding").choices)
    words = TextArea(label="How you know", max_length=2000)


class OwnChannelForm(forms.Form):
    """A worker's own address or phone."""

    kind = ChoiceTiles(label="Which", choices=[("address", "My address"), ("phone", "My phone")])
    value = TextField(label="Address or number", max_length=200)


class TieForm(forms.Form):
    """One's own tie to somebody."""

    reason = TextArea(
        label="How do you know the person?",
        help_text="A few words, such as: went to school together. The manager and the governance lead read them.",
        max_length=1000,
    )


class BarForm(forms.Form):
    """Who is kept from a record: one colleague, or everybody who does not work it."""

    kind = ChoiceTiles(
        label="Keep this record from",
        choices=[("exclusion", "One colleague"), ("restriction", "Everybody who does not work it")],
    )
    membership = Select(
        label="Who", choices=(), required=False, help_text="Needed to keep it from one colleague."
    )
    reason = TextArea(label="Why", max_length=1000)

    def __init__(
        self, *args: Any, people: list[Membership], keepers: list[Membership], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["membership"]
        field.choices = [("", "Choose"), *((str(m.pk), f"{m.name}, {m.role_entry.label}") for m in people)]  # type: ignore[attr-defined]  # a Select
        if keepers:
            field.help_text = "Where everybody is kept out: who goes on supervising it."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == "exclusion" and not given.get("membership"):
            self.add_error("membership", "Choose a colleague.")
        return given


class EndBarForm(forms.Form):
    """Why a bar ends."""

    reason = TextArea(label="Why it ends", max_length=1000)
