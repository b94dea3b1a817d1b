"""Forms of planned contact and planned actions: what they rest on, and what stands in their place."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from drive.components.choices import Choice, ChoiceTiles, MultipleTiles, Select, Tick
from drive.components.dates import LONDON
from drive.components.forms import DateField, TextArea, TextField, TimeField
from drive.instruments.codelists import code_list

from ..models import RiskItem
from ..rules import (
    BOOKING_KINDS,
    NOT_INDEPENDENT,
    PACE,
    PLAN_ENDS,
    VISIBILITY,
)
from .shared import codes, work_out


def cites_field() -> MultipleTiles:
    return MultipleTiles(
        label="Does it rest on anything the IDVA told you?",
        choices=[],
        required=False,
        columns=1,
        coerce=UUID,
        help_text="Choose what it rests on. Nothing chosen means that it rests on none of it",
    )


def offer_items(form: forms.Form, items: Iterable[RiskItem]) -> None:
    """Put what may be cited before the reader; without anything the question is not asked."""
    offered = [
        Choice(
            str(item.pk),
            item.text[:160],
            f"{code_list('K-47').label(item.use_rule)}{'. One source' if item.sole_informant else ''}",
        )
        for item in items
    ]
    if offered:
        form.fields["cites"].choices = offered  # type: ignore[attr-defined]  # a MultipleTiles
    else:
        del form.fields["cites"]


class BookingForm(forms.Form):
    """Planned contact. Where it may be is what every decision in force covers."""

    kind = ChoiceTiles(label="What do you plan?", choices=BOOKING_KINDS, columns=2)
    channel = Select(label="How?", choices=codes("K-18"))
    on = DateField(label="Day")
    at = TimeField(label="Time")
    place = ChoiceTiles(
        label="Where?", choices=codes("K-57"), columns=4, help_text="Calls, letters and messages are “Remote”"
    )
    with_whom = TextField(label="With whom?", max_length=200, required=False)
    sent_to = Select(
        label="To which address, number or email of his?",
        choices=(),
        required=False,
        help_text="For a letter, a call or a message",
    )
    says = TextArea(
        label="What does the letter or message say?",
        rows=6,
        required=False,
        max_length=4000,
        optional_words="for a letter or a message",
        help_text="Read before it is planned: no address or number, no name of anybody else, nothing the IDVA shared",
    )
    reason_given = TextField(label="What reason is he given?", max_length=200)
    will_think = TextArea(
        label="What will he think caused it?",
        rows=2,
        required=False,
        help_text="Tie it to a source he knows: a licence, a conviction, an order",
    )
    topics = TextArea(
        label="What will it be about? For the IDVA",
        rows=2,
        required=False,
        help_text="Topics planned, and what is left out. Goes to the IDVA of each link at once; nothing of the session does",
    )
    leaves_out = Tick(label="Topics and actions under a stop concern are left out")
    cites = cites_field()

    def words(self) -> dict[str, Any]:
        """The arguments of `commands.book_contact`."""
        given = dict(self.cleaned_data)
        day, clock = given.pop("on"), given.pop("at")
        sent_to = given.pop("sent_to")
        return given | {
            "starts_at": datetime.datetime.combine(day, clock, tzinfo=LONDON),
            "sent_to": UUID(sent_to) if sent_to else None,
        }


class PlanActionForm(forms.Form):
    """An action before it is done: what it rests on, and what he could put together (S-07, S-09, S-12)."""

    purpose = ChoiceTiles(label="What is it for?", choices=codes("K-39"))
    agency = Select(label="With which agency?", choices=codes("K-45"))
    tool = Select(label="By which means?", choices=codes("K-42"), required=False)
    on = DateField(label="Day")
    what = TextArea(label="What is planned?", rows=3)
    rests_on = TextArea(
        label="What does it rest on, and who knows it?", rows=2, help_text="Each fact with its source"
    )
    cites = cites_field()
    visibility = ChoiceTiles(label="Would he notice?", choices=VISIBILITY)
    work_out = work_out()
    will_think = TextArea(
        label="What will he think caused it?",
        rows=2,
        help_text="Tie it to a source he knows: a licence, a conviction, an order",
    )
    tell_idva = TextArea(
        label="What do you tell the IDVA about it?",
        rows=2,
        required=False,
        help_text="The client’s safety is planned around it. Sent at once",
    )


class PlanEndForm(forms.Form):
    outcome = ChoiceTiles(label="What came of it?", choices=PLAN_ENDS)
    words = TextArea(label="In a few words", rows=2, required=False)


class SourceForm(forms.Form):
    """S-09: which agency could know this?"""

    agency = Select(
        label="Who else knows it?", choices=[c for c in codes("K-45") if c.value not in NOT_INDEPENDENT]
    )
    knows = TextArea(label="How do they know, without having been told by us?", rows=2)


class TimingForm(forms.Form):
    """S-11: his plan is changed soon after something on a client's side."""

    told = TextField(
        label="What can he be told about it?",
        max_length=200,
        help_text="A true reason that points to nobody, above all not to the client",
    )
    although = TextArea(
        label="Why is it changed now, so soon after?",
        rows=2,
        help_text="Stays with the case. Waiting is often safer: he counts the days as well",
    )


class ChangeForm(TimingForm):
    """S-23: what stands in the place of contact that is cancelled or set aside."""

    pace = ChoiceTiles(label="How does contact go on?", choices=PACE, columns=1)
    watches = TextField(label="Who keeps an eye on things meanwhile?", max_length=300)

    def __init__(self, *args: Any, so_soon: bool, cancels: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["told"].required = so_soon or cancels
        if not so_soon:
            del self.fields["although"]
