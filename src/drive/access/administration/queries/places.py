"""Sites with what stands in them, for administration."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch

from drive.access.models import Organisation, Service, Site


def sites() -> list[Site]:
    """Every site, by name, with `services` (each with organisation and teams) fetched."""
    services = (
        Service.objects.select_related("organisation").prefetch_related("team_set").order_by("side", "name")
    )
    return list(Site.objects.prefetch_related(Prefetch("services", queryset=services)).order_by("name", "id"))


def site(site_id: UUID) -> Site:
    """One of them. Raises `Site.DoesNotExist`."""
    services = (
        Service.objects.select_related("organisation").prefetch_related("team_set").order_by("side", "name")
    )
    return Site.objects.prefetch_related(Prefetch("services", queryset=services)).get(pk=site_id)


def organisations() -> list[Organisation]:
    """Every organisation, by name."""
    return list(Organisation.objects.order_by("name", "id"))


def service(service_id: UUID) -> Service:
    """Raises `Service.DoesNotExist`."""
    return Service.objects.select_related("site", "organisation").get(pk=service_id)
