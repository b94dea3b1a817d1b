"""Short forms of the case manager's side: outcome first, nothing required that is not needed to be true
(W-32).

Only date, time and channel are preset. Fields check what was typed; the commands decide what may be.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from drive.components.choices import Choice, ChoiceTiles, MultipleTiles, Select, Tick
from drive.components.forms import DateField, TextArea, TextField, TimeField
from drive.instruments.codelists import code_list


def names(list_id: str) -> list[Choice]:
    """The offered entries of a list so plain that it needs no definitions: agencies, tools, places."""
    return [Choice(choice.value, choice.label) for choice in choices(list_id)]


def choices(list_id: str, hints: dict[str, str] | None = None, only: Iterable[str] = ()) -> list[Choice]:
    """The offered entries of a code list, with their definitions (G-10)."""
    wanted = tuple(only)
    return [
        Choice(entry.code, entry.label, (hints or {}).get(entry.code, ""), entry.definition)
        for entry in code_list(list_id).codes
        if entry.offered and (not wanted or entry.code in wanted)
    ]


class CaseForm(forms.Form):
    """A form about one case. `name` is how questions name the service user ("Did Barney leave settled?")."""

    def __init__(self, *args: Any, name: str = "the service user", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.label, str):
                field.label = field.label.replace("{name}", name)
            if isinstance(field, ChoiceTiles | MultipleTiles):
                field.optional_words = ""  # type: ignore[union-attr]  # read by the field's template: tiles may be left


class KeyedForm(CaseForm):
    """`key` is drawn when the form is first shown, so that sending it twice writes once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


CONTACT_HINTS = {"cancelled_safety": "a good outcome"}


class ContactForm(KeyedForm):
    """03a: what happened, how, when, who started it."""

    outcome = ChoiceTiles(label="What happened?", choices=choices("K-19", CONTACT_HINTS), columns=4)
    channel = ChoiceTiles(label="How?", choices=choices("K-18"), initial="phone")
    happened_on = DateField(label="Date", past=True, initial=timezone.localdate)
    happened_at = TimeField(
        label="Time",
        required=False,
        optional_words="if known",
        initial=lambda: timezone.localtime().time().replace(second=0, microsecond=0),
    )
    started_by = ChoiceTiles(label="Who started it?", choices=[("us", "Us"), ("su", "{name}")])
    place = Select(label="Where", choices=names("K-57"), required=False)
    via = TextField(label="Through whom, if not directly", required=False, max_length=120)
    note = TextArea(label="Note", required=False, optional_words="if it matters", rows=2)

    def __init__(self, *args: Any, name: str = "the service user", **kwargs: Any) -> None:
        super().__init__(*args, name=name, **kwargs)
        self.fields["started_by"].choices = [("us", "Us"), ("su", name)]  # type: ignore[attr-defined]  # a field with choices


QUALITY = [
    Choice("open", "Open", "thought about own part"),
    Choice("mixed", "Mixed", "moved in and out"),
    Choice("guarded", "Guarded", "answered, gave little"),
    Choice("seeming", "Seeming to go along", "said the right words; nothing under them"),
]


class SessionForm(KeyedForm):
    """03b: when and where, how he took part, what was worked on, how he left."""

    held_on = DateField(label="Date", past=True, initial=timezone.localdate)
    starts_at = TimeField(label="From", required=False)
    ends_at = TimeField(label="To", required=False)
    place = Select(label="Where", choices=names("K-57"), required=False)
    kind = ChoiceTiles(label="What kind of session?", choices=choices("K-63.kind"))
    quality = ChoiceTiles(
        label="How did {name} take part?",
        help_text="Not attendance. What you saw.",
        choices=QUALITY,
        columns=2,
    )
    techniques = MultipleTiles(label="What did you work on?", choices=choices("K-43"), required=False)
    levers = MultipleTiles(label="What gave a reason to come?", choices=choices("K-44"), required=False)
    note = TextArea(label="What should the next person know?", required=False)
    manipulation = TextArea(
        label="Manipulation, or seeming to go along", required=False, optional_words="if you saw it", rows=2
    )
    settled = ChoiceTiles(
        label="Did {name} leave settled?",
        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Could not tell")],
        required=False,
    )
    planned_with_idva = TextArea(
        label="What was planned with the IDVA beforehand",
        required=False,
        optional_words="if anything",
        rows=2,
    )
    tell_idva = TextArea(
        label="What does the IDVA need to know to keep someone safe?",
        help_text="This box crosses to the other side.",
        required=False,
        optional_words="if anything",
        rows=2,
    )
    check_in_asked = Tick(label="Ask for a check-in after this session")


PURPOSES = [
    Choice("disrupt", "Disrupt", "obstacles in the way of abuse"),
    Choice("support", "Support", "remove a barrier to change"),
    Choice("both", "Both", "often one act"),
]
"""Kinds of multi-agency work (K-39); every other kind of K-38 stands behind them."""

OTHER_KINDS = (
    "institutional_advocacy",
    "child_safeguarding",
    "family_work",
    "contact_safety_planning",
    "background_research",
    "joint_direct",
    "direct_support",
)

VISIBILITY = [("will_see", "Will see it"), ("could_guess", "Could guess"), ("hidden", "Hidden")]
RAISES_RISK = [("no", "No"), ("yes", "Yes"), ("unsure", "Not sure")]


class ActionForm(KeyedForm):
    """03c: what it was for, with whom, what was done, and the questions of S-26 and P-32."""

    purpose = ChoiceTiles(label="What was it for?", choices=[*PURPOSES, *choices("K-38", only=OTHER_KINDS)])
    agency = Select(label="Agency", choices=names("K-45"), required=False)
    tool = Select(label="Tool", choices=names("K-42"), required=False)
    done_on = DateField(label="Date", past=True, initial=timezone.localdate)
    done = TextField(label="What was done")
    visibility = ChoiceTiles(label="Would {name} notice?", choices=VISIBILITY, required=False)
    raises_risk = ChoiceTiles(
        label="Could it raise risk, or could someone be blamed?",
        choices=RAISES_RISK,
        required=False,
        help_text="Left open, the action is saved as incomplete and supervision sees it.",
    )
    raises_risk_to = TextField(label="If so: to whom, and what is done about it", required=False)
    rests_on = TextArea(label="Facts it rests on", help_text="Each with its source.", required=False, rows=2)
    only_because_of_drive = ChoiceTiles(
        label="Only because of Drive?",
        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Not known")],
        required=False,
    )
    support_areas = MultipleTiles(label="Areas of support", choices=choices("K-40"), required=False)
    disrupt_areas = MultipleTiles(label="Areas of disruption", choices=choices("K-41"), required=False)
    other_agencies = MultipleTiles(
        label="Other agencies that took part", choices=names("K-45"), required=False
    )
    beneficiaries = MultipleTiles(
        label="For whose good",
        choices=[
            ("service_user", "Service user"),
            ("victim_survivor", "Victim/survivor"),
            ("child", "Child"),
        ],
        required=False,
    )
    unmet_need_agency = Select(
        label="Should another agency have met this need?", choices=names("K-45"), required=False
    )
    outcome = TextField(label="What came of it", required=False, optional_words="if known")

    def values(self) -> dict[str, Any]:
        """What `record_action` takes."""
        found = dict(self.cleaned_data)
        purpose = found.pop("purpose")
        multi = purpose in {choice.value for choice in PURPOSES}
        return found | {
            "kind": "multi_agency" if multi else purpose,
            "sub_type": purpose if multi else "",
        }


class UpdateForm(KeyedForm):
    """A case update: telling another agency; nothing is asked back (K-38)."""

    agency = Select(label="Which agency was told?", choices=names("K-45"))
    done_on = DateField(label="Date", past=True, initial=timezone.localdate)
    done = TextArea(label="What they were told", rows=3)
    visibility = ChoiceTiles(label="Would {name} notice?", choices=VISIBILITY, required=False)
    raises_risk = ChoiceTiles(
        label="Could it raise risk, or could someone be blamed?", choices=RAISES_RISK, required=False
    )

    def values(self) -> dict[str, Any]:
        """What `record_action` takes."""
        return dict(self.cleaned_data) | {"kind": "case_update"}


class ResearchForm(KeyedForm):
    """One question to one source, in one line where it was a quick call (P-23)."""

    topic = ChoiceTiles(label="About what?", choices=choices("K-46.topic"))
    agency = Select(label="Who was asked?", choices=names("K-45"))
    status = ChoiceTiles(label="Where does it stand?", choices=choices("K-46.status"))
    noted_on = DateField(label="Date", past=True, initial=timezone.localdate)
    found = TextArea(
        label="What you were told", help_text="Nothing held is an answer.", required=False, rows=2
    )
    source = TextField(label="Who answered, in what role", required=False, max_length=120)
    refusal = Select(label="Why it was not given", choices=choices("K-46.refusal"), required=False)
    verbal = Tick(label="A quick check by phone")


class EnquiryForm(ResearchForm):
    """How an enquiry goes on: topic and agency stay what they were."""

    topic = None  # type: ignore[assignment]  # Django's way to leave an inherited field out
    agency = None  # type: ignore[assignment]  # as above


class SearchForm(forms.Form):
    """A name or a code, sent in the body: nothing personal stands in an address."""

    words = TextField(label="Name or case code", max_length=80)


class FlagForm(forms.Form):
    """What was decided about a rise (S-49)."""

    flag = forms.UUIDField(widget=forms.HiddenInput)
    words = TextField(label="What was decided")
