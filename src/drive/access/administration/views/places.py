"""Organisations, sites, services and teams."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from drive.access.administration.commands import places as commands
from drive.access.administration.forms.places import NameForm, ServiceForm, SiteForm
from drive.access.administration.queries import places
from drive.access.administration.queries.settings import settings_of
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission

from .answering import answered, shown

TOP = ("Administration", "administration")


@page(Permission.ACCOUNTS_MANAGE, "Administration")
@require_safe
def administration(request: ActorRequest) -> HttpResponse:
    """Every site with its services and teams, every organisation, and the way to accounts."""
    return shown(request, "overview.html", {"sites": places.sites(), "organisations": places.organisations()})


@page(Permission.ACCOUNTS_MANAGE, "Add an organisation")
def add_organisation(request: ActorRequest) -> HttpResponse:
    form = NameForm(request.POST or None)
    return answered(
        request, form, lambda: commands.add_organisation(by=request.actor, **form.cleaned_data),
        done="Organisation added.", ahead=("administration",),
        context={"title": "Add an organisation", "lead": "An employer: a charity, a police force, a council.",
                 "words": "Add organisation", "trail": [_top()]},
    )  # fmt: skip


@page(Permission.ACCOUNTS_MANAGE, "Add a site")
def add_site(request: ActorRequest) -> HttpResponse:
    form = SiteForm(request.POST or None)
    return answered(
        request, form, lambda: commands.add_site(by=request.actor, **form.cleaned_data),
        done="Site added.", ahead=("administration",),
        context={"title": "Add a site", "lead": "A place where Drive runs.", "words": "Add site", "trail": [_top()]},
    )  # fmt: skip


@page(Permission.ACCOUNTS_MANAGE, "Site")
@require_safe
def site_page(request: ActorRequest, site_id: UUID) -> HttpResponse:
    """One site: label, services, teams, settings in force."""
    return shown(
        request,
        "site.html",
        {"site": places.site(site_id), "settings": settings_of(site_id), "trail": [_top()]},
    )


@page(Permission.ACCOUNTS_MANAGE, "Change a site")
def change_site(request: ActorRequest, site_id: UUID) -> HttpResponse:
    site = places.site(site_id)
    now = {"name": site.name, "publication_label": site.publication_label}
    form = SiteForm(request.POST or None, initial=now)
    return answered(
        request, form, lambda: commands.change_site(by=request.actor, site_id=site_id, **form.cleaned_data),
        done="Site changed.", ahead=("administration_site", site_id),
        context={"title": "Change a site", "words": "Change site", "trail": [_top(), _site(site_id, site.name)]},
    )  # fmt: skip


@page(Permission.ACCOUNTS_MANAGE, "Add a service")
def add_service(request: ActorRequest, site_id: UUID) -> HttpResponse:
    site = places.site(site_id)
    form = ServiceForm(request.POST or None)
    return answered(
        request, form,
        lambda: commands.add_service(
            by=request.actor, site_id=site_id, organisation_id=UUID(form.cleaned_data["organisation_id"]),
            side=form.cleaned_data["side"], name=form.cleaned_data["name"],
        ),
        done="Service added.", ahead=("administration_site", site_id),
        context={"title": "Add a service", "lead": "The two sides have separate employers or at least separate managers.",
                 "words": "Add service", "trail": [_top(), _site(site_id, site.name)]},
    )  # fmt: skip


@page(Permission.ACCOUNTS_MANAGE, "Add a team")
def add_team(request: ActorRequest, service_id: UUID) -> HttpResponse:
    service = places.service(service_id)
    form = NameForm(request.POST or None)
    return answered(
        request, form, lambda: commands.add_team(by=request.actor, service_id=service_id, **form.cleaned_data),
        done="Team added.", ahead=("administration_site", service.site_id),
        context={"title": "Add a team", "lead": f"Some of the people of {service.name}.", "words": "Add team",
                 "trail": [_top(), _site(service.site_id, service.site.name)]},
    )  # fmt: skip


def _top() -> tuple[str, str]:
    return TOP[0], reverse(TOP[1])


def _site(site_id: UUID, name: str) -> tuple[str, str]:
    return name, reverse("administration_site", args=[site_id])
