"""Forms of what one worker tells: the other worker, or whoever must act at once."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from drive.components.choices import ChoiceTiles, Select, Tick
from drive.components.dates import LONDON
from drive.components.forms import DateField, TextArea, TextField, TimeField

from ..rules import (
    EMERGENCY_RECIPIENTS,
    OPENNESS,
    URGENCIES,
)
from .shared import codes, use_rule, work_out

ITEM_KINDS_ELSEWHERE = frozenset({"view", "stop", "closure", "boundary_contact", "session_held"})
"""Kinds of K-60 that have their own page and are not offered when telling the other worker something."""


class ItemForm(forms.Form):
    """S-02: what must the other worker know to keep somebody safe?"""

    kind = Select(
        label="What kind of thing is it?",
        choices=[c for c in codes("K-60") if c.value not in ITEM_KINDS_ELSEWHERE],
    )
    text = TextArea(label="What must they know to keep somebody safe?", rows=4)
    purpose = TextField(
        label="What do they need it for?", max_length=300, help_text="Whose safety, and which decision"
    )
    urgency = ChoiceTiles(label="How urgent is it?", choices=URGENCIES, columns=1)
    use_rule = use_rule()
    work_out = work_out()
    sole_informant = Tick(label="Known only from the client or the IDVA")


class UseForm(forms.Form):
    plan = TextArea(label="What keeps the client safe when it is acted on?", rows=3)


class NeedToHearForm(forms.Form):
    """S-05: what one's own side asks to be told."""

    words = TextArea(
        label="What do you need to hear, and when?",
        rows=4,
        help_text="Such as releases, a changed day, what upset him. Nothing of the client’s own",
    )


class BoundaryContactForm(forms.Form):
    """V-16: a client rang the case manager. How it may be used is for her side to say, so it is not asked."""

    on = DateField(label="Day", past=True)
    at = TimeField(label="Time")
    text = TextArea(
        label="What must the IDVA know?",
        rows=4,
        help_text="What was said that keeps somebody safe. No address or number here",
    )
    urgency = ChoiceTiles(label="How urgent is it?", choices=URGENCIES, columns=1)
    told_to_ring = ChoiceTiles(
        label="Did you ask the client to ring the IDVA?",
        choices=[("yes", "Yes"), ("no", "No: the IDVA should ring")],
        columns=2,
    )
    work_out = work_out()

    def words(self) -> dict[str, Any]:
        """The arguments of `commands.record_boundary_contact`."""
        given = dict(self.cleaned_data)
        day, clock = given.pop("on"), given.pop("at")
        return given | {
            "rang_at": datetime.datetime.combine(day, clock, tzinfo=LONDON),
            "told_to_ring": given["told_to_ring"] == "yes",
        }

    @staticmethod
    def start() -> dict[str, Any]:
        now = timezone.localtime()
        return {"on": now.date(), "at": now.time()}


class OpennessForm(forms.Form):
    """S-10: whether he is told of the client's support."""

    says = ChoiceTiles(label="What do you say?", choices=OPENNESS, columns=1)
    reason = TextArea(
        label="Why, or how did he come to know?",
        rows=3,
        help_text="Nothing of what the support is. The other worker reads this",
    )


class EmergencyForm(forms.Form):
    """S-31: write down whom you told. Ring first; this page can wait."""

    recipient = ChoiceTiles(label="Whom did you tell?", choices=EMERGENCY_RECIPIENTS, columns=2)
    told_whom = TextField(label="Name or log number", max_length=120, required=False)
    on = DateField(label="Day", past=True)
    at = TimeField(label="Time")
    danger = TextArea(label="What is the danger?", rows=3)
    said = TextArea(label="What did you tell them?", rows=3)

    def words(self) -> dict[str, Any]:
        """The arguments of `commands.tell_emergency_from_case` and `..._from_record`."""
        given = dict(self.cleaned_data)
        day, clock = given.pop("on"), given.pop("at")
        return given | {"told_at": datetime.datetime.combine(day, clock, tzinfo=LONDON)}

    @staticmethod
    def start() -> dict[str, Any]:
        now = timezone.localtime()
        return {"on": now.date(), "at": now.time()}
