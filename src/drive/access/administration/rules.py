"""What fits together: roles and places, dates, and the values of settings. Pure."""

from __future__ import annotations

import datetime
from uuid import UUID

from drive.access.models import Service, Team
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Side


def check_place(
    role: Role, *, service: Service | None, team: Team | None, organisation_id: UUID | None, site_id: UUID | None
) -> None:  # fmt: skip
    """Raises `Refusal` unless a role on a side names a service of that side, and any other an organisation and a site."""
    label = role.entry.label
    if role.entry.side is Side.NEITHER:
        if service is not None:
            raise Refusal(
                f"{label} is a role of a site, not of one service.",
                still_open="Leave the service open and choose organisation and site.",
                field="service_id",
            )
        if organisation_id is None or site_id is None:
            raise Refusal(
                f"{label} is a role of a site: choose organisation and site.",
                field="site_id" if organisation_id else "organisation_id",
            )
    elif service is None:
        raise Refusal(f"{label} is a role of one service: choose which.", field="service_id")
    elif service.side != role.entry.side.value:
        raise Refusal(
            f"{label} does not work in a service of that side.",
            why="The two sides have separate people, so that neither can read the other’s records.",
            rule="S-01",
            field="service_id",
        )
    if team is not None and (service is None or team.service_id != service.pk):
        raise Refusal("That team belongs to another service.", field="team_id")


def check_dates(starts_on: datetime.date, last_day: datetime.date | None) -> None:
    """Raises `Refusal` when the last day comes before the first."""
    if last_day is not None and last_day < starts_on:
        raise Refusal("The last day comes before the first.", field="last_day")
