"""The IDVA's work: contact, engagement, informing, news, wishes, safe contact, check-ins."""

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
    MultipleTiles,
    Select,
    TextArea,
    TextField,
    Tick,
    TimeField,
)

from .. import commands
from ..models import StartedBy, ToldBy, Updates
from ..rules import INTERVALS
from .asking import RecordForm, at, offered

INTERVAL_WORDS = {14: "Every 2 weeks", 30: "Every month", 61: "Every 2 months"}


class ContactForm(RecordForm):
    name, heading, button = "contact", "Record a contact or an attempt", "Record contact"
    lead = "What has happened can always be written down, however late."

    outcome = ChoiceTiles(label="What happened?", choices=offered("K-19"))
    channel = ChoiceTiles(label="How?", choices=offered("K-18"))
    started_by = ChoiceTiles(label="Who started it?", choices=StartedBy)
    happened_on = DateField(label="Date", past=True)
    happened_at = TimeField(label="Time", required=False, optional_words="if known")
    via = TextField(
        label="Through whom", required=False, max_length=120, optional_words="if somebody else passed it on"
    )
    content = TextArea(
        label="What was said", required=False, help_text="Stays on this side. No address or number here."
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("channel") == "third_party" and not given.get("via"):
            self.add_error("via", "Say through whom. “Unknown” is an answer.")
        return given

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
            via=given["via"],
            content=given["content"],
        )


class EngagementForm(RecordForm):
    name, heading, button = "engagement", "Engagement", "Record engagement"
    lead = (
        "The case manager sees the word and since when. The reason and who else sees the client stay here. "
        "A client who wants no news may be engaged all the same: say that under News."
    )

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
