"""Forms of the bridge. Nothing is chosen beforehand but date, time, channel, place and "background only"."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from drive.access.models import local_today
from drive.components.choices import Choice, ChoiceTiles, MultipleTiles, Select, Tick
from drive.components.dates import LONDON
from drive.components.forms import UNKNOWN, DateField, TextArea, TextField, TextOrUnknown, TimeField
from drive.instruments.codelists import code_list

from .models import RiskItem
from .rules import (
    ANSWERS,
    BOOKING_KINDS,
    EMERGENCY_RECIPIENTS,
    LAPSE_CAUSES,
    NOT_INDEPENDENT,
    OPENNESS,
    OTHERS_AT_RISK,
    PACE,
    PLAN_ENDS,
    STOP_SCOPES,
    UNKNOWN_ANSWER,
    URGENCIES,
    VISIBILITY,
    VOICE,
    VOICE_NOT_HAD,
    leans_on_the_other,
)

DECISION_DAYS = 28
"""The end date that is offered: the longest usual gap between joint reviews (C-15)."""

ITEM_KINDS_OFFERED = frozenset({"view", "stop", "closure", "boundary_contact", "session_held"})
"""Kinds of K-60 that have their own page and are not offered when telling the other worker something."""


def codes(list_id: str) -> list[Choice]:
    """The offered entries of a code list, each with what choosing it means (G-10)."""
    return [Choice(c.code, c.label, "", c.definition) for c in code_list(list_id).codes if c.offered]


def use_rule() -> ChoiceTiles:
    return ChoiceTiles(label="How may this be used?", choices=codes("K-47"), initial="background")


def work_out() -> TextArea:
    return TextArea(label="How could he work out where this came from?", rows=2)


def others_field(key: str) -> str:
    """The form's name for one group of others at risk."""
    return f"risk_{key}"


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


class QuestionForm(forms.Form):
    """What contact is planned, and why now."""

    planned = TextField(
        label="What do you plan?", max_length=200, help_text="For example: weekly meetings, 50 minutes"
    )
    setting = TextField(label="Where, and with whom?", max_length=200)
    reason_given = TextField(label="What reason would he be given?", max_length=200)
    when_planned = TextField(label="From when, how often, until when?", max_length=120)
    why_now = TextArea(label="Why now?")


class ViewForm(forms.Form):
    """04a: one's own view. The client's voice is asked of the IDVA's side only."""

    voice = ChoiceTiles(label="What does your client say?", choices=VOICE, columns=1)
    voice_detail = TextField(
        label="When and how, or why not",
        max_length=200,
        required=False,
        help_text="For example: 12 November, by phone",
    )
    own_view = TextArea(
        label="Your view, in your own words",
        rows=6,
        help_text="A view, not a permission. You carry this together.",
    )
    no_more = Tick(label="I have no reasons of my own to add")
    if_we_act = TextArea(label="If it goes ahead, what could go wrong?", rows=3)
    if_we_do_not = TextArea(label="If nothing is done?", rows=3)
    would_choose = ChoiceTiles(
        label="What do you think should happen?",
        choices=codes("K-51"),
        columns=2,
        help_text="Nothing is chosen for you. You agree the outcome together afterwards.",
    )
    leave_out = TextArea(label="Topics and places to leave out", rows=2, required=False)
    use_rule = use_rule()
    work_out = work_out()

    def __init__(self, *args: Any, asks_voice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_voice:
            del self.fields["voice"], self.fields["voice_detail"]
        for key, words in OTHERS_AT_RISK:
            self.fields[others_field(key)] = TextOrUnknown(label=words, max_length=500)

    @property
    def leans(self) -> bool:
        """Whether what was typed as a view only names the other worker's: asked about once, never refused (S-16)."""
        return self.is_bound and leans_on_the_other(str(self.data.get("own_view", "")))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.leans and not given.get("no_more"):
            self.add_error("own_view", "Give your own reasons, or tick that you have none to add")
        if given.get("voice") in VOICE_NOT_HAD and not given.get("voice_detail"):
            self.add_error("voice_detail", "Say why the client’s own voice was not had")
        return given

    def words(self) -> dict[str, Any]:
        """The arguments of `commands.give_view`."""
        given = dict(self.cleaned_data)
        del given["no_more"]
        others = {key: given.pop(others_field(key)) for key, _ in OTHERS_AT_RISK}
        return given | {
            "others_at_risk": {
                key: UNKNOWN_ANSWER if said is UNKNOWN else said for key, said in others.items()
            }
        }


class OutcomeForm(forms.Form):
    """04b: what the two agree. Put forward by one, answered by the other."""

    outcome = ChoiceTiles(label="What do you put forward?", choices=codes("K-51"), columns=2)
    conditions = TextArea(label="Conditions", rows=2, required=False)
    places = MultipleTiles(label="Places it covers", choices=codes("K-57"), required=False, columns=4)
    leave_out = TextArea(label="Topics to leave out", rows=2, required=False)
    told = TextArea(label="What will he be told?", rows=2, help_text="True, and pointing to nobody")
    tell_each_other = TextField(label="What you tell each other, and when", max_length=200, required=False)
    ends_on = DateField(label="Last day on which it holds")
    dissent = TextArea(
        label="Where you still differ", rows=2, required=False, help_text="Kept with the decision"
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("outcome") == "go_with_conditions" and not given.get("conditions"):
            self.add_error("conditions", "Say which conditions")
        permitted = code_list("K-51").roll_up("booking_permitted")
        if given.get("outcome") in permitted and not given.get("places"):
            self.add_error("places", "Choose the places it covers; calls and letters are “Remote”")
        return given

    @staticmethod
    def start() -> dict[str, Any]:
        return {"ends_on": local_today() + datetime.timedelta(days=DECISION_DAYS)}


class AnswerForm(forms.Form):
    """The other side's answer to an outcome put forward."""

    answer = ChoiceTiles(label="What do you say?", choices=ANSWERS, columns=1)
    dissent = TextArea(
        label="Where you differ, or what instead", rows=3, required=False, help_text="Kept with the decision"
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("answer") in ("differ", "to_panel") and not given.get("dissent"):
            self.add_error("dissent", "Say what you see differently")
        return given


class LapseForm(forms.Form):
    """S-19: what has happened that ends the decision."""

    cause = ChoiceTiles(label="What has happened?", choices=LAPSE_CAUSES, columns=1)
    what = TextArea(label="In a few words", rows=2, required=False)


class StopForm(forms.Form):
    """One click, with a scope; the reason may follow."""

    scope = ChoiceTiles(label="What must stop?", choices=STOP_SCOPES, initial="all", columns=1)
    place = Select(label="Which place?", choices=codes("K-57"), required=False)
    words = TextField(label="Which topic or action?", max_length=200, required=False)
    reason = TextArea(
        label="Why?",
        required=False,
        optional_words="can follow",
        help_text="Read by the other worker and both managers. Never in the banner.",
    )


class ReasonForm(forms.Form):
    reason = TextArea(label="Add why")
    use_rule = use_rule()


class StopAnswerForm(forms.Form):
    """04c: the answer of the side that is stopped, or of the side that raised it."""

    told = TextField(
        label="What will he be told about it?",
        max_length=200,
        help_text="A true reason that points to nobody",
    )
    eyes = TextField(label="Who keeps an eye on things meanwhile?", max_length=200)
    response = TextArea(label="Your answer to the other worker")

    def __init__(self, *args: Any, asks_plan: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_plan:
            del self.fields["told"], self.fields["eyes"]


class OverrideForm(forms.Form):
    """S-18: everything that is asked is kept and read by both sides and the expert advisor."""

    case_manager_said = TextArea(label="What did the case manager say when you spoke?", rows=3)
    idva_said = TextArea(
        label="What did the IDVA say when you spoke?",
        rows=3,
        help_text="In their words, above all where they disagree",
    )
    reason = TextArea(label="Why can contact not wait until both have answered?", rows=3)
    last_day = DateField(
        label="Last day on which it holds",
        help_text="Seven days at most. Then the concern stops contact again",
    )


class ItemForm(forms.Form):
    """S-02: what must the other worker know to keep somebody safe?"""

    kind = Select(
        label="What kind of thing is it?",
        choices=[c for c in codes("K-60") if c.value not in ITEM_KINDS_OFFERED],
    )
    text = TextArea(label="What must they know to keep somebody safe?", rows=4)
    purpose = TextField(
        label="What do they need it for?", max_length=300, help_text="Whose safety, and which decision"
    )
    urgency = ChoiceTiles(label="How urgent is it?", choices=URGENCIES, columns=1)
    use_rule = use_rule()
    work_out = work_out()
    sole_informant = Tick(label="Known only from the client or the IDVA")


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


class UseForm(forms.Form):
    plan = TextArea(label="What keeps the client safe when it is acted on?", rows=3)


class NeedToHearForm(forms.Form):
    """S-05: what one's own side asks to be told."""

    words = TextArea(
        label="What do you need to hear, and when?",
        rows=4,
        help_text="Such as releases, a changed day, what upset him. Nothing of the client’s own",
    )


class OpennessForm(forms.Form):
    """S-10: whether he is told of the client's support."""

    says = ChoiceTiles(label="What do you say?", choices=OPENNESS, columns=1)
    reason = TextArea(
        label="Why, or how did he come to know?",
        rows=3,
        help_text="Nothing of what the support is. The other worker reads this",
    )


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
