"""The forms of the IDVA's side: each says what to ask and which command writes it. Rules live elsewhere."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils import timezone

from drive.access.models import Membership
from drive.access.stepping import Actor
from drive.components.forms import (
    Choice,
    ChoiceTiles,
    DateField,
    MultipleTiles,
    Select,
    TextArea,
    TextField,
    Tick,
    TimeField,
)
from drive.instruments.codelists import code_list

from . import commands
from .models import Child, ChildrenKnown, LivingWith, SafetyMeasure, SealedKind, StartedBy, ToldBy, Updates
from .rules import INTERVALS

INTERVAL_WORDS = {14: "Every 2 weeks", 30: "Every month", 61: "Every 2 months"}


def offered(list_id: str, *, without: tuple[str, ...] = (), missing: tuple[str, ...] = ()) -> list[Choice]:
    """What a code list offers today, with definitions, and these missing states of K-01 after it."""
    entries = [entry for entry in code_list(list_id).codes if entry.offered and entry.code not in without]
    entries += [code_list("K-01").entry(state) for state in missing]
    return [Choice(entry.code, entry.label, definition=entry.definition) for entry in entries]


def choices_of(model: Any, field: str) -> list[tuple[str, str]]:
    """The choices of a model's field."""
    return list(model._meta.get_field(field).choices)


def at(day: datetime.date, time: datetime.time | None) -> datetime.datetime:
    """A day and a time of it in Europe/London; noon where nobody knows the time."""
    return timezone.make_aware(datetime.datetime.combine(day, time or datetime.time(12)))


class RecordForm(forms.Form):
    """A form about one client's record. `save` writes through one command and may raise what that raises."""

    heading: ClassVar[str]
    button: ClassVar[str]
    lead: ClassVar[str] = ""
    name: ClassVar[str]
    """The draft's name: drafts are bound to it, the record and the author (S-48)."""

    def save(self, by: Actor, record_id: UUID) -> object:
        raise NotImplementedError

    @classmethod
    def start(cls) -> dict[str, Any]:
        """What stands in the form before anybody types: date, time, channel, place and nothing else."""
        return {}

    def differing(self) -> list[tuple[str, str, str]]:
        """(field, label, words) of what was typed, to stand beside what somebody saved first."""
        return [
            (n, str(self.fields[n].label), str(self.cleaned_data.get(n) or ""))
            for n in self.fields
            if n != "seen_version"
        ]


class ContactForm(RecordForm):
    name, heading, button = "contact", "Record a contact or an attempt", "Record contact"
    lead = "What has happened can always be written down, however late."

    outcome = ChoiceTiles(label="What happened?", choices=offered("K-19"))
    channel = ChoiceTiles(label="How?", choices=offered("K-18"))
    started_by = ChoiceTiles(label="Who started it?", choices=StartedBy)
    happened_on = DateField(label="Date", past=True)
    happened_at = TimeField(label="Time", required=False, optional_words="if known")
    content = TextArea(
        label="What was said", required=False, help_text="Stays on this side. No address or number here."
    )

    @classmethod
    def start(cls) -> dict[str, Any]:
        return {"happened_on": timezone.localdate(), "happened_at": timezone.localtime().time()}

    def save(self, by: Actor, record_id: UUID) -> object:
        given = self.cleaned_data
        return commands.record_contact(
            by=by,
            record_id=record_id,
            happened_at=at(given["happened_on"], given["happened_at"]),
            channel=given["channel"],
            outcome=given["outcome"],
            started_by=given["started_by"],
            content=given["content"],
        )


class EngagementForm(RecordForm):
    name, heading, button = "engagement", "Engagement", "Record engagement"
    lead = "The case manager sees the word and since when. The reason and who else sees the client stay here."

    value = ChoiceTiles(
        label="How is the client engaged?", choices=offered("K-21", without=("exited",)), columns=2
    )
    since = DateField(label="Since", past=True)
    channel = Select(label="Mostly through", choices=offered("K-18"), required=False)
    reason = TextArea(
        label="Why", required=False, help_text="Up and down is normal, and enough to work with."
    )
    seen_by = TextField(label="Who else sees the client", required=False, max_length=200)

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.set_engagement(by=by, record_id=record_id, **self.cleaned_data)


class InformedForm(RecordForm):
    name, heading, button = "informed", "Does the client know of Drive?", "Record this"
    lead = (
        "To tell is the default. Holding back needs a reason, somebody else who looks at it again, "
        "and a date. "
        "What to say: it is not a way to child contact; change is not promised; help for the service user "
        "aims at less harm."
    )

    state = ChoiceTiles(label="What the client knows", choices=offered("K-23.state"), columns=1)
    decided_on = DateField(label="Told or decided on", past=True)
    told = TextArea(label="What was said", required=False, optional_words="if told", rows=4)
    told_by = ChoiceTiles(label="Who told the client", choices=ToldBy)
    reason = ChoiceTiles(
        label="Why it is held back", choices=offered("K-23.reason"), required=False, columns=2
    )
    reason_detail = TextArea(label="More about the reason", required=False)
    reviewer = Select(label="Who looks at it again", choices=(), required=False)
    review_on = DateField(label="Looked at again on", required=False)

    def __init__(self, *args: Any, reviewers: list[Membership] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reviewer"]
        assert isinstance(field, Select)
        field.choices = [(str(m.pk), f"{m.name}, {m.role_entry.label}") for m in reviewers or []]

    def save(self, by: Actor, record_id: UUID) -> object:
        given = dict(self.cleaned_data)
        reviewer = given.pop("reviewer")
        return commands.record_informed(
            by=by, record_id=record_id, reviewer_id=UUID(reviewer) if reviewer else None, **given
        )


class PreferenceForm(RecordForm):
    name, heading, button = "preference", "What news does the client want?", "Record this"
    lead = "“I don’t want to know” is respected, and still allows check-ins."

    value = ChoiceTiles(label="The client wants", choices=Updates, columns=1)
    said_on = DateField(label="Said on", past=True)
    words = TextArea(label="In the client’s words", required=False)

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.set_update_preference(by=by, record_id=record_id, **self.cleaned_data)


class WishForm(RecordForm):
    name, heading, button = "wish", "What the client wants", "Record this"

    words = TextArea(label="In the client’s words", rows=5)
    said_on = DateField(label="Said on", past=True)

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.record_wish(by=by, record_id=record_id, **self.cleaned_data)


class SafeContactForm(RecordForm):
    name, heading, button = "safe_contact", "Safe contact", "Save the rule"
    lead = "Agreed with the client. The code word itself is sealed and never stands here."

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    channels = MultipleTiles(label="What may be used", choices=offered("K-18"), required=False)
    when_safe = TextField(
        label="When", max_length=200, required=False, help_text="Such as: weekdays 9.30 to 14.30."
    )
    how = TextArea(label="What to know first", required=False, max_length=300, rows=2)
    voicemail = ChoiceTiles(label="Leave a voicemail?", choices=[("no", "Never"), ("yes", "May be left")])
    withheld_number = ChoiceTiles(
        label="Withhold our number?", choices=[("yes", "Always"), ("no", "Not needed")]
    )
    if_someone_else = TextField(label="If someone else answers", max_length=200, required=False)
    code_word_set = Tick(label="A code word is agreed")
    agreed_on = DateField(label="Agreed on", past=True)
    review_on = DateField(label="Review on")

    def save(self, by: Actor, record_id: UUID) -> object:
        given = dict(self.cleaned_data)
        given["voicemail"] = given["voicemail"] == "yes"
        given["withheld_number"] = given["withheld_number"] == "yes"
        return commands.save_safe_contact(by=by, record_id=record_id, **given)


class CheckInForm(RecordForm):
    name, heading, button = "check_in", "Record a check-in", "Record and tell the case manager"

    outcome = ChoiceTiles(
        label="How is the risk, compared with last time?", choices=offered("K-50"), columns=2
    )
    channel = ChoiceTiles(label="How did you ask?", choices=offered("K-18"))
    done_on = DateField(label="Date", past=True)
    done_at = TimeField(label="Time", required=False, optional_words="if known")
    feels_safer = ChoiceTiles(label="Safer than at intake, as the client sees it", choices=offered("K-33"))
    note = TextArea(label="What was said", required=False, help_text="Stays on this side.")
    next_due_on = DateField(
        label="Next check-in",
        required=False,
        help_text="Left open: by the agreed interval.",
        optional_words="optional",
    )
    summary = TextArea(
        label="What must the case manager know to keep someone safe?",
        rows=2,
        help_text="This crosses at once.",
    )
    use_rule = ChoiceTiles(label="How may this be used?", choices=offered("K-47"))
    work_out = TextField(
        label="How could he work out where this came from?", help_text="“He could not” is an answer."
    )

    def __init__(self, *args: Any, crosses: bool = True, **kwargs: Any) -> None:
        """`crosses`: a Drive case is linked, so that there is somebody to tell."""
        super().__init__(*args, **kwargs)
        if not crosses:
            for name in ("summary", "use_rule", "work_out"):
                del self.fields[name]

    @classmethod
    def start(cls) -> dict[str, Any]:
        now = timezone.localtime()
        return {"done_on": now.date(), "done_at": now.time(), "use_rule": "background"}

    def save(self, by: Actor, record_id: UUID) -> object:
        given = self.cleaned_data
        return commands.record_check_in(
            by=by,
            record_id=record_id,
            done_at=at(given["done_on"], given["done_at"]),
            channel=given["channel"],
            outcome=given["outcome"],
            summary=given.get("summary", ""),
            note=given["note"],
            feels_safer=given["feels_safer"],
            next_due_on=given["next_due_on"],
        )


class CheckInPlanForm(RecordForm):
    name, heading, button = "check_in_plan", "Plan check-ins", "Save the plan"
    lead = "One yes at the start is not enough: ask each time whether to go on."

    interval_days = ChoiceTiles(
        label="How often", choices=[(str(d), INTERVAL_WORDS[d]) for d in INTERVALS], coerce=int
    )
    due_on = DateField(label="Next on", required=False, help_text="Left open: the check-ins stop.")
    safe_time = TextField(label="Safe time", max_length=80, required=False)
    questions = TextArea(label="Agreed questions", required=False)
    why = TextField(label="Why this changes", required=False)

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.plan_check_ins(by=by, record_id=record_id, **self.cleaned_data)


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
    lead = "A new holder takes over at once: the former one’s next click is refused."

    membership = Select(label="Who", choices=())
    kind = ChoiceTiles(
        label="As", choices=[("holder", "New holder"), ("cover", "Cover"), ("joint", "Joint work")]
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
    """One sealed value and why. The reasons for a phone are one tap."""

    value_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = TextField(label="Why do you open it?", max_length=200)
