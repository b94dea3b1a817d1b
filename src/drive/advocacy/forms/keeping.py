"""The record itself: sealing, opening a seal, closing, handing over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from drive.access.models import Membership
from drive.access.stepping import Actor
from drive.components.forms import (
    ChoiceTiles,
    DateField,
    Select,
    TextArea,
    TextField,
    Tick,
)

from .. import commands
from ..models import SealedKind
from .asking import RecordForm, offered

REACH = ("phone", "text", "letter", "email")
"""K-18 channels by which a client is reached through something sealed."""


class CloseForm(RecordForm):
    name, heading, button = "close", "Close the client’s record", "Close the record"
    lead = (
        "The client’s own record ends when you close it and not before: the end of Drive for the service "
        "user is another event. What happened can still be written down afterwards."
    )

    exited_on = DateField(label="Last day of support", past=True)
    reason = ChoiceTiles(label="Reason", choices=offered("K-62"))
    detail = TextArea(label="More", required=False)
    check_ins_continue = ChoiceTiles(
        label="Short check-ins while Drive goes on?",
        help_text="Only if the client agreed. The client may stop them at any time.",
        choices=[("yes", "Yes, the client agreed"), ("no", "No, or there are none")],
    )

    def save(self, by: Actor, record_id: UUID) -> object:
        given = dict(self.cleaned_data)
        given["check_ins_continue"] = given["check_ins_continue"] == "yes"
        return commands.close_record(by=by, record_id=record_id, **given)


class AssignForm(RecordForm):
    name, heading, button = "assign", "Hand over or cover", "Assign"
    lead = (
        "A new holder takes over at once: the former one’s next click is refused. A named contact, and whoever speaks "
        "for the holder, is whom the case manager rings: they read the record, write nothing and open no seal."
    )

    membership = Select(label="Who", choices=())
    kind = ChoiceTiles(
        label="As",
        choices=[
            ("holder", "New holder"),
            ("cover", "Cover"),
            ("joint", "Joint work"),
            ("named_contact", "Named contact"),
            ("relay", "Speaks for the holder"),
        ],
    )
    starts_on = DateField(label="From", help_text="Today means at once.")
    last_day = DateField(label="Last day", required=False, optional_words="needed for cover")
    handover = TextArea(label="What the next worker needs to know", rows=5)

    def __init__(self, *args: Any, workers: list[Membership] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["membership"]
        assert isinstance(field, Select)
        field.choices = [(str(m.pk), f"{m.name}, {m.role_entry.label}") for m in workers or []]

    @classmethod
    def start(cls) -> dict[str, Any]:
        return {"starts_on": timezone.localdate()}

    def save(self, by: Actor, record_id: UUID) -> object:
        given = dict(self.cleaned_data)
        return commands.assign_record(
            by=by, record_id=record_id, membership_id=UUID(given.pop("membership")), **given
        )


class SealForm(RecordForm):
    name, heading, button = "seal", "Seal an address, a number or a place", "Seal it"

    kind = ChoiceTiles(label="What", choices=SealedKind, columns=2)
    value = TextArea(label="The value", rows=2)
    label = TextField(
        label="Whose",
        required=False,
        max_length=60,
        help_text="In words that say nothing of where: “older child”.",
    )
    withheld = Tick(label="Withhold it from everyone but the holder")

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.add_sealed(
            by=by, record_id=record_id, new=commands.NewSealedValue(**self.cleaned_data)
        )


class OpenSealForm(forms.Form):
    """One sealed value and why: to reach the client by a channel (K-18), which is one tap, or for another reason."""

    value_id = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(choices=[("", ""), *((code, code) for code in REACH)], required=False)
    although = TextField(label="Why is it safe all the same?", max_length=150, required=False)
    reason = TextField(label="Why do you open it?", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("channel") and not given.get("reason"):
            self.add_error("reason", "Give a reason for opening this.")
        return given


class EndSealForm(forms.Form):
    """When a sealed value stopped being true."""

    ended_on = DateField(label="Until which day was it true?", past=True)
