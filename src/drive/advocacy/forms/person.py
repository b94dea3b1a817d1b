"""Who the client is, and the opening of a record for one."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms

from drive.access.models import Membership
from drive.access.stepping import Actor
from drive.components.dates import ApproximateDate
from drive.components.forms import ApproximateDateField, ChoiceTiles, DateField, Select, TextArea, TextField
from drive.people.profiles import NewProfile

from .. import commands
from ..models import ClientProfile
from .asking import RecordForm, offered

UNSAID = ("unknown", "not_asked", "declined")
"""The missing states of K-01 that a question about a person can have."""


class ProfileForm(RecordForm):
    """Who the client is (R-20). Every question may stay open, and no age, sex or name is refused (G-05)."""

    name, heading, button = "profile", "Who the client is", "Save"

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    given_names = TextField(label="Given names", required=False, max_length=120)
    family_name = TextField(label="Family name", required=False, max_length=120)
    known_as = TextField(
        label="Known as", required=False, help_text="Several names with commas between them."
    )
    born = ApproximateDateField(
        label="Born",
        required=False,
        past=True,
        help_text="A day, a month or a year.",
        optional_words="if known",
    )
    gender = ChoiceTiles(label="Gender", choices=offered("K-02", missing=UNSAID), required=False)
    ethnic_group = Select(label="Ethnic group", choices=offered("K-03", missing=UNSAID), required=False)
    ethnicity_as_given = TextField(label="Ethnicity in the client’s own words", required=False, max_length=80)
    orientation = Select(label="Orientation", choices=offered("K-04", missing=UNSAID), required=False)
    employment = Select(label="Employment", choices=offered("K-05", missing=UNSAID), required=False)
    language = TextField(label="Language", required=False, max_length=60)
    interpreter = ChoiceTiles(
        label="Interpreter",
        choices=offered("yes_no", missing=UNSAID),
        required=False,
        help_text="Independent, and never of the family.",
    )
    disability = ChoiceTiles(label="Disability", choices=offered("yes_no", missing=UNSAID), required=False)
    died_on = DateField(label="Died", required=False, past=True, optional_words="if so")

    def profile(self) -> NewProfile:
        """What was typed; a question left open was not asked."""
        other = ("seen_version", "known_as", "born", "holder")
        given = {name: value for name, value in self.cleaned_data.items() if name not in other}
        coded = ("gender", "ethnic_group", "orientation", "employment", "interpreter", "disability")
        given |= {name: given[name] or "not_asked" for name in coded}
        born = cast(ApproximateDate | None, self.cleaned_data["born"])
        return NewProfile(
            **given,
            known_as=[name.strip() for name in self.cleaned_data["known_as"].split(",") if name.strip()],
            born_on=born.earliest if born else None,
            born_precision=born.precision if born else "day",
        )

    def save(self, by: Actor, record_id: UUID) -> object:
        return commands.save_profile(
            by=by,
            record_id=record_id,
            seen_version=self.cleaned_data["seen_version"],
            profile=self.profile(),
        )

    @staticmethod
    def initial_of(profile: ClientProfile | None) -> dict[str, Any]:
        """The form as the newest version left it."""
        if profile is None:
            return {"seen_version": 0}
        special = ("seen_version", "known_as", "born")
        born = ApproximateDate(profile.born_on, profile.born_precision) if profile.born_on else None  # type: ignore[arg-type]  # the column's choices are the precisions
        return {
            **{name: getattr(profile, name) for name in ProfileForm.base_fields if name not in special},
            "seen_version": profile.version,
            "known_as": ", ".join(profile.known_as),
            "born": born,
        }


class NewClientForm(ProfileForm):
    """A client who comes to the service by any other way than a Drive referral."""

    name, heading, button = "new_client", "A new client", "Open the record"
    lead = (
        "Any client of the service. A client who comes with a Drive referral has a record already; for one who was with you "
        "before, go on from the closed record."
    )

    holder = Select(label="Who works with the client", choices=())

    field_order = ("given_names", "family_name", "holder")

    def __init__(self, *args: Any, workers: list[Membership] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["seen_version"], self.fields["died_on"]
        _offer(self, workers or [])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("given_names") and not given.get("family_name"):
            self.add_error("given_names", "Give a name, as much of it as is known.")
        return given


class AgainForm(forms.Form):
    """Who works with a client who is back (A-28): the person is known, and all else is asked anew."""

    heading, button = "The client is back", "Open a new record"
    lead = (
        "A new record, with who the client is. Everything else is asked anew: safe contact, home, children, what the client "
        "wants. What was sealed stays in the closed record."
    )

    holder = Select(
        label="Who works with the client", choices=(), help_text="The same worker as before, where you can."
    )

    def __init__(self, *args: Any, workers: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, workers)


def _offer(form: forms.Form, workers: list[Membership]) -> None:
    field = form.fields["holder"]
    assert isinstance(field, Select)
    field.choices = [(str(m.pk), f"{m.name}, {m.role_entry.label}") for m in workers]


class LinkAgainForm(RecordForm):
    """To which Drive case, and why (ADR 24)."""

    name, heading, button = "drive", "Link to Drive again", "Link the two"
    lead = (
        "The earlier record was linked to a Drive case that goes on. Once linked, the case manager hears that support has begun "
        "again, and what every link carries: how the client is engaged, when you last spoke, what you tell. No address, nothing "
        "from between, and not why. Contact with the service user is then decided together anew."
    )

    link = ChoiceTiles(label="Drive case", choices=())
    reason = TextArea(label="Why it is linked again", rows=3, help_text="Stays in this record.")

    def __init__(self, *args: Any, cases: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["link"]
        assert isinstance(field, ChoiceTiles)
        field.choices = cases

    def save(self, by: Actor, record_id: UUID) -> object:
        """Nothing of its own: the link and the reason are one act of the bridge, which the page calls."""
        return None
