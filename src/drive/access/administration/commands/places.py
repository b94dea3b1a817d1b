"""Organisations, sites, services and teams: three different things, and what a manager manages (A-24)."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import Organisation, Service, Site, Team
from drive.access.refusal import Refusal
from drive.access.scopes import Side
from drive.access.stepping import Actor

from .recording import record_change


@transaction.atomic
def add_organisation(*, by: Actor, name: str) -> Organisation:
    """Raises `Refusal` when one has that name already."""
    if Organisation.objects.filter(name=name).exists():
        raise Refusal("An organisation has this name already.", field="name")
    made = Organisation.objects.create(name=name)
    record_change("organisation", made.pk, by=by, fields=["name"])
    return made


@transaction.atomic
def add_site(*, by: Actor, name: str, publication_label: str) -> Site:
    """A place where Drive runs, with the name it has in anything released (C-27). Raises `Refusal` for a name or label in use."""
    _free(name, publication_label)
    made = Site.objects.create(name=name, publication_label=publication_label)
    record_change("site", made.pk, by=by, fields=["name", "publication_label"], site_id=made.pk)
    return made


@transaction.atomic
def change_site(*, by: Actor, site_id: UUID, name: str, publication_label: str) -> Site:
    """Rename a site, or give it another label. Raises `Refusal` as `add_site`, `Site.DoesNotExist` without such a site."""
    site = Site.objects.get(pk=site_id)
    _free(name, publication_label, but=site_id)
    wanted = {"name": name, "publication_label": publication_label}
    changed = [field for field, value in wanted.items() if getattr(site, field) != value]
    if changed:
        Site.objects.filter(pk=site_id).update(**wanted)
        record_change("site", site_id, by=by, fields=changed, site_id=site_id)
    return site


@transaction.atomic
def add_service(*, by: Actor, site_id: UUID, organisation_id: UUID, side: Side, name: str) -> Service:
    """One organisation at one site on one side. Raises `Refusal` when it is there already."""
    try:
        with transaction.atomic():
            made = Service.objects.create(
                site_id=site_id, organisation_id=organisation_id, side=side.value, name=name
            )
    except IntegrityError as error:
        raise Refusal(
            "This organisation has a service on this side at this site already.", field="organisation_id"
        ) from error
    record_change(
        "service", made.pk, by=by, fields=["organisation", "site", "side", "name"], site_id=site_id, service_id=made.pk
    )  # fmt: skip
    return made


@transaction.atomic
def add_team(*, by: Actor, service_id: UUID, name: str) -> Team:
    """Some of the people of a service. Raises `Service.DoesNotExist`; `Refusal` when the service has a team of that name."""
    service = Service.objects.get(pk=service_id)
    if Team.objects.filter(service=service, name=name).exists():
        raise Refusal("This service has a team of that name already.", field="name")
    made = Team.objects.create(service=service, name=name)
    record_change(
        "team", made.pk, by=by, fields=["service", "name"], site_id=service.site_id, service_id=service_id
    )
    return made


def _free(name: str, label: str, *, but: UUID | None = None) -> None:
    others = Site.objects.exclude(pk=but) if but else Site.objects.all()
    if others.filter(name=name).exists():
        raise Refusal("A site has this name already.", field="name")
    if others.filter(publication_label=label).exists():
        raise Refusal(
            "Another site is released under this label.",
            why="Two sites under one label could not be told apart in a report.",
            rule="C-27",
            field="publication_label",
        )
