"""Forms that change what is known: strategy, profile, the six histories, closing, and starting an
assessment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils import timezone

from drive.access.models import Membership
from drive.components.choices import Choice, ChoiceTiles, MultipleTiles, Select, Tick
from drive.components.dates import ApproximateDate
from drive.components.forms import ApproximateDateField, DateField, TextArea, TextField
from drive.instruments.codelists import MISSING_STATES, code_list
from drive.instruments.definitions import Definition
from drive.people.profiles import NewProfile

from . import rules, transitions
from .commands import NewClosure, NewStrategy
from .forms import CaseForm, choices
from .models import CaseHistory, ContactStrategy, LinkedPerson, ServiceUserProfile

ROUTES = [
    ("joint_visit", "Visit together with another worker"),
    ("prison", "Prison"),
    ("police_station", "Police station"),
    ("letter", "Letter"),
    ("phone", "Phone"),
    ("through_agency", "Through another agency"),
    ("other", "Another way"),
]


def missing(*states: str) -> list[Choice]:
    """Missing states of K-01 as answers like any other (R-04)."""
    held = code_list(MISSING_STATES)
    return [Choice(state, held.label(state), "", held.entry(state).definition) for state in states]


class StrategyForm(CaseForm):
    """The contact strategy (P-24). A draft may leave everything open."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    sources = TextArea(label="What the plan rests on", required=False, optional_words="for a draft")
    client_view = TextArea(
        label="The victim/survivor’s view, or why it is not there",
        required=False,
        optional_words="for a draft",
    )
    levers = MultipleTiles(label="Levers", choices=choices("K-44"), required=False)
    entry_route = ChoiceTiles(label="How is the first contact made?", choices=ROUTES, required=False)
    place = Select(label="Where", choices=choices("K-57"), required=False)
    hook = TextArea(
        label="What is offered", help_text="What gives him a reason to come.", required=False, rows=2
    )
    cover_story = TextArea(label="How the approach is explained to him", required=False, rows=2)
    cover_reveals = TextArea(label="What that explanation may give away", required=False, rows=2)
    staff_safety = TextArea(label="Safety of workers", required=False, rows=2, optional_words="for a draft")
    if_asked_about_her = TextArea(label="If {name} asks about the victim/survivor", required=False, rows=2)
    if_declined = TextArea(label="If {name} declines for now", required=False, rows=2)
    others_at_risk = TextArea(
        label="Others at risk",
        help_text="Unknown is an answer.",
        required=False,
        rows=2,
        optional_words="for a draft",
    )
    risk_of_not_acting = TextArea(
        label="If we do nothing",
        help_text="Unknown is an answer.",
        required=False,
        rows=2,
        optional_words="for a draft",
    )
    review_on = DateField(label="Look at the plan again on", required=False, optional_words="for a draft")

    def strategy(self, stage: str) -> NewStrategy:
        """What was typed, as a version of this stage."""
        values = {k: v for k, v in self.cleaned_data.items() if k != "seen_version"}
        return NewStrategy(stage=stage, **values)

    @staticmethod
    def initial_of(strategy: ContactStrategy | None) -> dict[str, Any]:
        """The form as the newest version left it."""
        if strategy is None:
            return {"seen_version": 0}
        values = {
            name: getattr(strategy, name) for name in StrategyForm.base_fields if name != "seen_version"
        }
        return values | {"seen_version": strategy.version}


class ProfileForm(CaseForm):
    """Who the service user is, as this side knows him (R-20). Every question but a name may stay open."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    given_names = TextField(label="Given names", required=False, max_length=120)
    family_name = TextField(label="Family name", required=False, max_length=120)
    known_as = TextField(
        label="Known as", help_text="Several names with commas between them.", required=False
    )
    born = ApproximateDateField(
        label="Born",
        help_text="A day, a month or a year.",
        required=False,
        past=True,
        optional_words="if known",
    )
    gender = ChoiceTiles(
        label="Gender",
        choices=[*choices("K-02"), *missing("unknown", "not_asked", "declined")],
        required=False,
    )
    ethnic_group = Select(
        label="Ethnic group",
        choices=[*choices("K-03"), *missing("unknown", "not_asked", "declined")],
        required=False,
    )
    ethnicity_as_given = TextField(label="Ethnicity in his own words", required=False, max_length=80)
    orientation = Select(
        label="Orientation",
        choices=[*choices("K-04"), *missing("unknown", "not_asked", "declined")],
        required=False,
    )
    employment = Select(
        label="Employment",
        choices=[*choices("K-05"), *missing("unknown", "not_asked", "declined")],
        required=False,
    )
    language = TextField(label="Language", required=False, max_length=60)
    interpreter = ChoiceTiles(
        label="Interpreter", choices=[*choices("yes_no"), *missing("unknown", "not_asked")], required=False
    )
    disability = ChoiceTiles(
        label="Disability",
        choices=[*choices("yes_no"), *missing("unknown", "not_asked", "declined")],
        required=False,
    )
    died_on = DateField(label="Died", required=False, past=True, optional_words="if so")

    def profile(self) -> NewProfile:
        """What was typed; a question left open was not asked."""
        values = {k: v for k, v in self.cleaned_data.items() if k not in ("seen_version", "known_as", "born")}
        born = cast(ApproximateDate | None, self.cleaned_data["born"])
        coded = ("gender", "ethnic_group", "orientation", "employment", "interpreter", "disability")
        values |= {name: values[name] or "not_asked" for name in coded}
        return NewProfile(
            **values,
            known_as=[name.strip() for name in self.cleaned_data["known_as"].split(",") if name.strip()],
            born_on=born.earliest if born else None,
            born_precision=born.precision if born else "day",
        )

    @staticmethod
    def initial_of(profile: ServiceUserProfile) -> dict[str, Any]:
        """The form as the newest version left it."""
        special = ("seen_version", "known_as", "born")
        values = {name: getattr(profile, name) for name in ProfileForm.base_fields if name not in special}
        born = ApproximateDate(profile.born_on, profile.born_precision) if profile.born_on else None  # type: ignore[arg-type]  # the column's choices are the precisions
        return values | {
            "seen_version": profile.version,
            "known_as": ", ".join(profile.known_as),
            "born": born,
        }


class StateForm(CaseForm):
    """One step of one history; the questions fit the history."""

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    since = DateField(label="Since", past=True, initial=timezone.localdate)
    until = DateField(
        label="Until, or looked at again on", required=False, optional_words="where there is an end"
    )
    detail = TextField(label="Where, or which", required=False, max_length=200)
    reason = TextArea(label="Why", required=False, rows=2)
    exit_plan = TextArea(
        label="Stepping back: pace, the reason {name} is given, who still sees him, what the IDVA says",
        required=False,
        optional_words="when contact is held, reduced or ended",
        rows=2,
    )

    def __init__(
        self,
        *args: Any,
        history: CaseHistory,
        now: str = "",
        workers: Iterable[Membership] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = ChoiceTiles(label=history.label, choices=state_choices(history, now))
        if history is CaseHistory.STATUS:
            self.fields["detail"] = Select(label="If on hold: why", choices=choices("K-54"), required=False)
            self.fields["meanwhile"] = TextArea(
                label="If on hold: what goes on meanwhile", required=False, rows=2
            )
            self.fields["owner"] = Select(
                label="If on hold: whose hold it is",
                choices=[(str(worker.pk), worker.name) for worker in workers],
                required=False,
            )
        if history not in (CaseHistory.STATUS, CaseHistory.CONTACT):
            del self.fields["exit_plan"]
        self.order_fields(["value", "since", "until", "detail", "reason", "meanwhile", "owner", "exit_plan"])


def state_choices(history: CaseHistory, now: str) -> list[Choice]:
    """What may follow: for the status what its table allows, else the whole list with what is not in it."""
    offered = choices(rules.HISTORY_LISTS[history])
    if history is CaseHistory.STATUS:
        return [choice for choice in offered if transitions.may_follow(now or None, choice.value)]
    if history is CaseHistory.LEGAL:
        return [*offered, Choice(rules.NO_ORDER, "No order or condition"), *missing("unknown")]
    if history in (CaseHistory.WHEREABOUTS, CaseHistory.ENGAGEMENT):
        return [*offered, *missing("unknown")]
    return offered


class AssessmentHeadForm(CaseForm):
    """Before a form's own questions: at which point, about which day, about whom, and why amended."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    point = ChoiceTiles(label="At which point?")
    as_of = DateField(label="About which day?", past=True, initial=timezone.localdate)

    def __init__(self, *args: Any, definition: Definition, amends: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].choices = choices("K-36", only=definition.points)  # type: ignore[attr-defined]  # a field with choices
        if amends:
            self.fields["amendment_reason"] = TextField(label="Why is it amended?")


ESCALATION = [
    ("marac", "MARAC"),
    ("mappa", "MAPPA"),
    ("police", "Police"),
    ("childrens_services", "Children’s services"),
]
AGREED = [("yes", "Yes"), ("no", "No"), ("not_asked", "Not asked")]


class ClosureForm(CaseForm):
    """The closing of a case (P-47)."""

    closed_on = DateField(label="Closed on", past=True, initial=timezone.localdate)
    primary_reason = ChoiceTiles(label="Main reason", choices=choices("K-52"))
    contributing = MultipleTiles(label="Other reasons", choices=choices("K-52"), required=False)
    all_actions_done = Tick(label="Every possible action is done")
    escalation = MultipleTiles(
        label="Who has taken the risk on?",
        choices=ESCALATION,
        required=False,
        help_text="Needed when the risk is too high. Closed is not safe.",
    )
    escalation_detail = TextArea(
        label="What was escalated, when, and to whom",
        required=False,
        rows=2,
        optional_words="with an escalation",
    )
    engagement = ChoiceTiles(
        label="Engagement at closure", choices=[*choices("K-20"), *missing("unknown", "not_applicable")]
    )
    measures = TextArea(label="Measures in place", rows=2)
    eyes_on = TextArea(label="Who still has eyes on {name}?", rows=2)
    risk_owner = Select(
        label="Which agency owns the risk from now on?", choices=[*choices("K-45"), *missing("unknown")]
    )
    referrals = TextArea(label="Referrals made", required=False, rows=2)
    step_down = TextArea(label="Step-down plan", required=False, rows=2)
    exit_plan = TextArea(label="Stepping back: at what pace, and the reason {name} is given", rows=2)
    client_may_be_told = TextArea(
        label="What the IDVA may tell the client", help_text="This crosses.", rows=2
    )
    others_at_risk = TextArea(
        label="Others at risk",
        help_text="New and former partners, children, family, workers. Unknown is an answer.",
        rows=2,
    )
    risk_of_closing = TextArea(label="What closing may do", help_text="Unknown is an answer.", rows=2)
    agreed_idva = ChoiceTiles(label="Does the IDVA agree?", choices=AGREED)
    agreed_panel = ChoiceTiles(label="Does the panel agree?", choices=AGREED)
    exit_missing_reason = TextArea(label="Why exit assessments are missing", required=False, rows=2)

    def closing(self) -> NewClosure:
        """What `close_case` takes."""
        return NewClosure(**self.cleaned_data)


class ProposeForm(forms.Form):
    """Before a case closes: say that closing is proposed, so that the IDVA and the panel can answer."""

    reason = TextArea(label="Why closing is proposed", rows=2)


class PersonForm(CaseForm):
    """About whom a form is, where it is about one linked person."""

    def __init__(self, *args: Any, people: Iterable[LinkedPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = ChoiceTiles(
            label="About whom?", choices=[(str(person.pk), person.name_as_referred) for person in people]
        )


class AssignForm(CaseForm):
    """Who takes a case over, or covers it (S-46)."""

    membership = Select(label="Who", choices=())
    kind = ChoiceTiles(
        label="As", choices=[("holder", "New holder"), ("cover", "Cover"), ("joint", "Joint work")]
    )
    starts_on = DateField(label="From", help_text="Today means at once.")
    last_day = DateField(label="Last day", required=False, optional_words="needed for cover")
    handover = TextArea(label="What the next worker needs to know", rows=5)

    def __init__(self, *args: Any, workers: Iterable[Membership] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Select, self.fields["membership"]).choices = [
            (str(member.pk), f"{member.name}, {member.role_entry.label}") for member in workers
        ]
