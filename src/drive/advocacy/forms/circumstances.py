"""What is around the client: children, others at risk, living together, measures, court, support."""

from __future__ import annotations

from uuid import UUID

from django import forms

from drive.access.stepping import Actor
from drive.components.forms import (
    ChoiceTiles,
    DateField,
    TextArea,
    TextField,
    Tick,
    TimeField,
)

from .. import commands
from ..models import Child, ChildrenKnown, LivingWith, SafetyMeasure
from .asking import RecordForm, choices_of, offered


class ChildForm(RecordForm):
    name, heading, button = "child", "A child", "Save"
    lead = "Where a child can be found, a school or a nursery, is sealed and never stands here."

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    thread = forms.UUIDField(widget=forms.HiddenInput, required=False)
    given_names = TextField(label="First name", required=False, max_length=120)
    born_on = DateField(label="Date of birth", past=True, required=False, optional_words="if known")
    age_band = ChoiceTiles(label="Age", choices=choices_of(Child, "age_band"))
    lives_with_client = ChoiceTiles(
        label="Lives with the client", choices=choices_of(Child, "lives_with_client")
    )
    carer = TextField(label="Otherwise cared for by", required=False, max_length=120)
    sees_service_user = ChoiceTiles(
        label="Sees the service user", choices=choices_of(Child, "sees_service_user")
    )
    status = ChoiceTiles(
        label="Children’s services", choices=offered("K-59", missing=("unknown", "not_asked"))
    )
    risk = ChoiceTiles(label="Risk from the service user", choices=offered("K-28"))
    therapeutic_work = ChoiceTiles(label="Therapeutic work", choices=choices_of(Child, "therapeutic_work"))

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.save_child(by=by, record_id=record_id, **self.cleaned_data)


class ChildrenKnownForm(RecordForm):
    name, heading, button = "children_known", "How much is known of children", "Record this"

    answer = ChoiceTiles(label="Children", choices=choices_of(ChildrenKnown, "answer"))
    as_of = DateField(label="As of", past=True)

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.set_children_known(by=by, record_id=record_id, **self.cleaned_data)


class OtherAtRiskForm(RecordForm):
    name, heading, button = "other_at_risk", "Somebody else at risk", "Record this"

    who = TextField(label="Who", max_length=120)
    why = TextArea(label="Why")
    as_of = DateField(label="As of", past=True)

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.record_other_at_risk(by=by, record_id=record_id, **self.cleaned_data)


class LivingWithForm(RecordForm):
    name, heading, button = "living_with", "Do they live together?", "Record this"

    answer = ChoiceTiles(
        label="The client and the service user live together", choices=choices_of(LivingWith, "answer")
    )
    as_of = DateField(label="As of", past=True)

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.set_living_with(by=by, record_id=record_id, **self.cleaned_data)


class MeasureForm(RecordForm):
    name, heading, button = "measure", "Safety measure", "Save"

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    thread = forms.UUIDField(widget=forms.HiddenInput, required=False)
    measure = ChoiceTiles(label="Measure", choices=offered("K-48"))
    state = ChoiceTiles(label="How far", choices=choices_of(SafetyMeasure, "state"))
    since = DateField(label="Since", past=True)
    provider = TextField(label="Who provides it", required=False, max_length=120)
    detail = TextArea(label="More", required=False)

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.save_measure(by=by, record_id=record_id, **self.cleaned_data)


class SafetyPlanForm(RecordForm):
    name, heading, button = "safety_plan", "Safety plan", "Save the plan"
    lead = "Agreed with the client, in words the client would use. No address or number here."

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    words = TextArea(
        label="What the client does to stay safe, and who helps",
        rows=8,
        help_text="At home, outside, with the children, on the phone; and what would change the plan.",
    )
    agreed_on = DateField(label="Agreed on", past=True)
    review_on = DateField(label="Review on")

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.save_safety_plan(by=by, record_id=record_id, **self.cleaned_data)


class CourtForm(RecordForm):
    name, heading, button = "court", "Court date", "Save"

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    thread = forms.UUIDField(widget=forms.HiddenInput, required=False)
    on = DateField(label="Date")
    at = TimeField(label="Time", required=False, optional_words="if known")
    what = TextField(label="What for", max_length=160)
    goes_along = TextField(label="Who goes along", required=False, max_length=120)
    cancelled = Tick(label="It is cancelled")

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.save_court_date(by=by, record_id=record_id, **self.cleaned_data)


class SupportForm(RecordForm):
    name, heading, button = "support", "Support arranged", "Record this"

    what = TextField(label="What", max_length=160)
    provider = TextField(label="Who provides it", required=False, max_length=120)
    arranged_on = DateField(label="Arranged on", past=True)

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.record_support(by=by, record_id=record_id, **self.cleaned_data)
