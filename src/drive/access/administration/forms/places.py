"""Forms about organisations, sites, services and teams."""

from __future__ import annotations

from typing import Any

from django import forms

from drive.access.administration.queries import places
from drive.access.scopes import Side
from drive.components.forms import Choice, ChoiceTiles, Select, TextField


class NameForm(forms.Form):
    """An organisation or a team: a name and nothing else."""

    name = TextField(label="Name", max_length=120)


class SiteForm(forms.Form):
    """A site: what its people call it, and what the public reads."""

    name = TextField(label="Name", max_length=120)
    publication_label = TextField(
        label="Publication label",
        max_length=40,
        help_text="The site’s name in anything released, such as Site 3. It should not give the place away.",
    )


class ServiceForm(forms.Form):
    """A service of one organisation at a site, on one side."""

    organisation_id = Select(label="Organisation", choices=[])
    side = ChoiceTiles(
        label="Which side does it work on?",
        columns=2,
        coerce=Side,
        choices=[
            Choice(Side.SERVICE_USER.value, "Service users", hint="case managers"),
            Choice(Side.CLIENT.value, "Clients", hint="IDVAs"),
        ],
    )
    name = TextField(label="Name of the service", max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation_id"].choices = [  # type: ignore[attr-defined]  # a choice field of ours
            (str(each.pk), each.name) for each in places.organisations()
        ]
