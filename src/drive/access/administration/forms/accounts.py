"""Forms about accounts and memberships."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from drive.access.administration.queries import places
from drive.access.models import User, local_today
from drive.access.roles import ROLES, Role
from drive.access.scopes import Side
from drive.components.forms import Choice, DateField, Select, TextArea, TextField

SIDES = {
    Side.SERVICE_USER.value: "service users",
    Side.CLIENT.value: "clients",
    Side.NEITHER.value: "neither side",
}


class AccountForm(forms.Form):
    """Somebody who is to sign in."""

    name = TextField(label="Name", max_length=120, help_text="As colleagues know them.")
    email = forms.EmailField(
        label="Work email address",
        max_length=254,
        error_messages={"required": "“Work email address” needs an answer"},
        help_text="They sign in with it. Drive sends nothing to it.",
    )


class ReasonForm(forms.Form):
    """Why an account or a role is closed, opened or reset; the governance lead reads it."""

    reason = TextArea(
        label="Why?",
        max_length=500,
        help_text="The information governance lead reads this. Write nothing about a case or a client.",
    )


class MembershipForm(forms.Form):
    """A role, where it holds, and when."""

    role = Select(
        label="Role",
        coerce=Role,
        choices=[
            Choice(role.value, f"{entry.label} ({SIDES[entry.side.value]})") for role, entry in ROLES.items()
        ],
    )
    service_id = Select(label="Service", required=False, choices=[], help_text="For a role on a side.")
    team_id = Select(label="Team", required=False, choices=[])
    organisation_id = Select(
        label="Organisation", required=False, choices=[], help_text="For a role on neither side."
    )
    site_id = Select(label="Site", required=False, choices=[], help_text="For a role on neither side.")
    starts_on = DateField(label="First day", initial=local_today)
    last_day = DateField(label="Last day", required=False, optional_words="if known")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = places.sites()
        services = [(service, site) for site in sites for service in site.services.all()]
        choices = {
            "service_id": [(s.pk, f"{s.name}, {site.name} ({SIDES[s.side]})") for s, site in services],
            "team_id": [
                (team.pk, f"{team.name}, {s.name}") for s, _ in services for team in s.team_set.all()
            ],
            "organisation_id": [(each.pk, each.name) for each in places.organisations()],
            "site_id": [(site.pk, site.name) for site in sites],
        }
        for name, pairs in choices.items():
            self.fields[name].choices = [(str(key), words) for key, words in pairs]  # type: ignore[attr-defined]  # a choice field of ours


class OwnPasswordForm(forms.Form):
    """The password that the holder of a one-time link chooses, twice."""

    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. Three or four words that do not belong together are good.",
    )
    again = forms.CharField(
        label="The same once more", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and cleaned["password"] != cleaned.get("again"):
            self.add_error("again", ValidationError("The two are not the same."))
        return cleaned
