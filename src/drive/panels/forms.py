"""The forms of a panel's decision on one referral (R-35, P-12, P-13) and of a meeting (R-34, P-10)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django import forms

from drive.components import dates
from drive.components.forms import (
    Choice,
    ChoiceTiles,
    DateField,
    MultipleTiles,
    Select,
    TextArea,
    TextField,
)
from drive.instruments.codelists import code_list
from drive.referrals.models import DecisionOutcome

from .models import MeetingWay
from .queries import Item, Offered


def _offered(list_id: str) -> list[Choice]:
    return [
        Choice(entry.code, entry.label, definition=entry.definition)
        for entry in code_list(list_id).codes
        if entry.offered
    ]


class DecisionForm(forms.Form):
    """Nothing is chosen beforehand but the day. `seen` is the decision that stood when the form was shown (S-48)."""

    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)
    outcome = ChoiceTiles(label="Decision", choices=[(each.value, each.label) for each in DecisionOutcome])
    rationale = TextArea(label="Why", help_text="What spoke for it and against it.")
    vs_safety = TextArea(label="Victims’ and survivors’ safety", help_text="What was considered.")
    child_safety = TextArea(
        label="Children’s safety", help_text="What was considered, or that there are no children."
    )
    approach = ChoiceTiles(label="If accepted: approach", required=False, columns=2)
    rejection_reason = Select(label="If not accepted: reason", required=False)
    next_step = TextArea(
        label="If not accepted: next step",
        required=False,
        rows=2,
        help_text="Who keeps an eye on it instead, and how.",
    )
    awaited = TextArea(label="If brought back: what is awaited", required=False, rows=2)
    awaited_from = TextField(label="From whom", required=False, max_length=120)
    dissent = TextArea(
        label="Somebody disagrees",
        required=False,
        rows=2,
        help_text="Who, and why. It stays beside the decision.",
    )
    decided_on = DateField(label="Decided on", past=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approach"].choices = _offered("K-15")  # type: ignore[attr-defined]  # ours
        self.fields["rejection_reason"].choices = _offered("K-11")  # type: ignore[attr-defined]  # ours

    def decision(self) -> dict[str, Any]:
        """What was decided, as `referrals.commands.decide` takes it."""
        said = dict(self.cleaned_data)
        seen: UUID | None = said.pop("seen")
        return said | {"seen": seen}


class AgendaForm(forms.Form):
    """Whom a meeting invites and what it puts before them.

    `stood` holds what was ticked when the form was shown: what somebody else added or took off meanwhile is not undone by
    a form that never showed it (S-48).
    """

    stood = forms.CharField(required=False, widget=forms.HiddenInput)
    members = MultipleTiles(
        label="Who is invited",
        required=False,
        coerce=UUID,
        columns=2,
        help_text="Members of agencies. Chair and coordinator read everything already.",
    )
    referrals = MultipleTiles(
        label="What is put before them",
        required=False,
        coerce=UUID,
        columns=1,
        help_text="What waits for the panel, the longest first.",
    )

    def __init__(self, *args: Any, offered: Offered, **kwargs: Any) -> None:
        stood = offered.invited | offered.listed
        kwargs["initial"] = {
            "stood": " ".join(sorted(map(str, stood))),
            "members": [str(key) for key in offered.invited],
            "referrals": [str(key) for key in offered.listed],
        } | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = [  # type: ignore[attr-defined]  # ours
            Choice(
                str(member.pk),
                member.name,
                hint=_came(member.organisation.name, offered.accepted.get(member.pk)),
            )
            for member in offered.members
        ]
        self.fields["referrals"].choices = [  # type: ignore[attr-defined]  # ours
            Choice(
                str(key),
                item.row.service_user.full_name or "Name unknown",
                hint=_waits(item, offered.elsewhere.get(key)),
            )
            for item in offered.items
            for key in [item.row.referral.pk]
        ]

    def clean_stood(self) -> set[UUID]:
        try:
            return {UUID(key) for key in self.cleaned_data["stood"].split()}
        except ValueError:
            raise forms.ValidationError("Open the page again and change the meeting there.") from None

    def changes(self) -> dict[str, set[UUID]]:
        """What was ticked and unticked here, as `commands.change_meeting` takes it."""
        stood: set[UUID] = self.cleaned_data["stood"]
        members, referrals = set(self.cleaned_data["members"]), set(self.cleaned_data["referrals"])
        could = {
            name: {UUID(value) for value, _ in self.fields[name].choices}  # type: ignore[attr-defined]  # ours
            for name in ("members", "referrals")
        }
        return {
            "invite": members - stood,
            "withdraw": (stood & could["members"]) - members,
            "put_on": referrals - stood,
            "take_off": (stood & could["referrals"]) - referrals,
        }


class MeetingForm(AgendaForm):
    """A meeting that is being planned. Nothing is chosen beforehand."""

    held_on = DateField(label="Day of the meeting")
    way = ChoiceTiles(label="How it is held", choices=MeetingWay)
    place = TextField(
        label="Where",
        required=False,
        optional_words="may stay open when it is remote",
        max_length=120,
        help_text="A place, or how it is joined. No names of anybody it is about.",
    )

    field_order = ("held_on", "way", "place", "members", "referrals", "stood")

    def meeting(self) -> dict[str, Any]:
        """What was planned, as `commands.plan_meeting` takes it."""
        return {name: self.cleaned_data[name] for name in ("held_on", "way", "place", "members", "referrals")}


def _came(agency: str, accepted: datetime.datetime | None) -> str:
    return (
        f"{agency}. Statement accepted {dates.short_date(accepted)} at {dates.clock(accepted)}"
        if accepted
        else agency
    )


def _waits(item: Item, elsewhere: datetime.date | None) -> str:
    waits = f"{dates.days(item.days)}{', to come back' if item.row.decision else ''}"
    named = item.row.victim_survivor.full_name or "name unknown"
    return f"{waits}. With {named}." + (
        f" On the agenda of {dates.short_date(elsewhere)}" if elsewhere else ""
    )
