"""Every page of the site, as an address that a reader can ask for, and everything that its answer carries.

New addresses appear here by themselves: they are read from the site's own list. Only the keys that stand in an address
have to be known (`records_of`), and a test fails where a key's name is not.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import time_machine
from django.db import models
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from drive.access.models import BreakGlass, Draft, Membership
from drive.access.pages import Page
from drive.access.role_table import may_open
from drive.access.roles import Role
from drive.casework.models import ServiceUserProfile
from drive.referrals.models import IdentityMatch, ReferralParty
from tests.cast import seeding

from .oracle import Eyes, World, allowed_anywhere, our_models, rule_for
from .rich import Rich

SPECIAL = {
    "history": "status",
    "instrument_id": "needs",
    "form": "su_case.contact",
    "code": "threshold",
    "token": "set-password",
}
"""What stands in an address besides keys."""

ONE_S_OWN = ("account/", "password/", "sign-in/", "sign-out/")
"""The sign-in library's pages about the reader's own account: no record can be reached from them."""


@dataclass(frozen=True)
class Address:
    """A page: its address, the names of what stands in it, and its declaration."""

    route: str
    kinds: tuple[tuple[str, str], ...]
    page: Page | None

    @property
    def keys(self) -> list[str]:
        return [name for converter, name in self.kinds if converter == "uuid"]

    def at(self, **keys: Any) -> str:
        """The address with these keys; those not given lead nowhere."""
        made = self.route
        for converter, name in self.kinds:
            value = keys.get(
                name, uuid4() if converter == "uuid" else 1 if converter == "int" else SPECIAL[name]
            )
            made = made.replace(f"<{converter}:{name}>", str(value))
        return "/" + made


@dataclass(frozen=True)
class Surface:
    """One address with its keys filled in."""

    path: str
    page: Page | None

    def opens_for(self, member: Membership) -> bool:
        """Whether the reader's role may ask for it; rows then decide what is there."""
        return self.page is None or may_open(Role(member.role).entry, self.page)


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Address]:
    """Every address of the site."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route)
        elif isinstance(entry, URLPattern):
            declared = getattr(entry.callback, "page", None)
            yield Address(route, tuple(re.findall(r"<(\w+):(\w+)>", route)), declared)


def records_of(rich: Rich) -> dict[str, list[Any]]:
    """Every key that an address may carry, by the name of its argument: of both sides and both sites."""
    told = rich.filler.told.values()
    made = lambda name: [row for row in told if type(row).__name__ == name]  # noqa: E731  # one expression, used below
    return {
        "case_id": rich.cases,
        "record_id": rich.records,
        "link_id": rich.links,
        "referral_id": rich.referrals,
        "match_id": made("PossibleMatch"),
        "question_id": made("ContactQuestion"),
        "proposal_id": made("OutcomeProposal"),
        "concern_id": made("StopConcern"),
        "item_id": made("RiskItem"),
        "booking_id": made("Booking"),
        "channel_id": made("ContactChannel"),
        "incident_id": made("PracticeIncident"),
        "assessment_id": made("Assessment"),
        "planned_id": made("PlannedAction"),
        "value_id": made("SealedValue"),
        "review_id": made("JointReview"),
        "list_id": made("ReferralList"),
        "request_id": made("ReleaseRequest"),
        "reading_id": _all(BreakGlass),
        "account_id": [each.user for each in rich.members],
        "membership_id": rich.members,
        "site_id": [rich.cast.site, rich.cast.other_site],
        "colleague_id": [rich.cast.idva, rich.cast.case_manager],
        "service_id": [rich.cast.su_service, rich.cast.vs_service],
        "draft_id": _all(Draft),
    }


def _keyed(known: dict[str, list[Any]], name: str) -> list[Any]:
    """The records that a key names: those above, or every row of the model that it is called after.

    Raises `LookupError` where there is none: whoever adds an address says in `records_of` what its key names.
    """
    if name not in known:
        called = name.removesuffix("_id").replace("_", "")
        models_so_called = [model for model in our_models() if model.__name__.lower() == called]
        if not models_so_called:
            raise LookupError(f"{name}: which record is meant? Say it in tests/proof/surfaces.py")
        known[name] = _all(models_so_called[0])
    return known[name]


def _all(model: type[models.Model]) -> list[Any]:
    with seeding():
        return list(model._default_manager.order_by("pk"))


OF_EITHER_SIDE = ("looked/", "past-their-time/record/")
"""Addresses whose `record_id` may be a case or a client's record."""

ASKED_OF_EACH = ("calendar/with/",)
"""Addresses that are asked for with every key known: of a worker of either side."""


def surfaces(rich: Rich, most: int = 1) -> Iterator[Surface]:
    """Every address, once without a key or with the first `most` records' keys; inner keys are those of the same case or
    link."""
    known = records_of(rich)
    for address in addresses():
        names = address.keys
        if address.route.startswith(ONE_S_OWN):
            continue
        if not names:
            if not any(converter == "int" for converter, _ in address.kinds):
                yield Surface(address.at(), address.page)
            continue
        outers = _keyed(known, names[0])[: None if address.route.startswith(ASKED_OF_EACH) else most]
        if address.route.startswith(OF_EITHER_SIDE):
            outers = [*rich.cases[:most], *outers]
        for outer in outers:
            if len(names) == 1:
                yield Surface(address.at(**{names[0]: outer.pk}), address.page)
                continue
            inner = [row for row in _keyed(known, names[1]) if _belongs(row, names[0], outer.pk)]
            for row in inner[:1]:
                yield Surface(address.at(**{names[0]: outer.pk, names[1]: row.pk}), address.page)


def _belongs(row: Any, outer: str, key: Any) -> bool:
    return key in {
        getattr(row, name, None) for name in (outer, "case_id", "record_id", "link_id", "su_case_id")
    }


def may_know(rich: Rich, world: World, member: Membership) -> set[str]:
    """Markers of the rows that the oracle allows, and what the bridge tells by name: see each line."""
    seen = allowed_anywhere(world, member)
    known = {m for m, row in rich.filler.told.items() if (row._meta.db_table, str(row.pk)) in seen}
    for scope in Role(member.role).entry.scopes:
        eyes = Eyes(world, member, scope)
        for marker, row in rich.filler.told.items():
            # W-09: whoever reads a link from the client's side reads the service user's name.
            if isinstance(row, ServiceUserProfile) and any(
                link.su_case_id == row.case_id and eyes.client(link.vs_record_id) for link in rich.links
            ):
                known.add(marker)
            # S-33: the two people of an identity match, for the governance lead of either site alone.
            if isinstance(row, ReferralParty) and any(
                row.pk in (match.first, match.second) and rule_for(IdentityMatch)(eyes, match)
                for match in world.all(IdentityMatch)
            ):
                known.add(marker)
    return known


def body(response: HttpResponse) -> bytes:
    """The whole body, whichever way it comes."""
    if response.streaming:
        return b"".join(response.streaming_content)  # type: ignore[attr-defined]  # a streaming response's own
    return response.content


def said(response: HttpResponse) -> str:
    """Everything that a response carries: body, headers, where it leads."""
    return body(response).decode(errors="replace") + repr(sorted(response.headers.items()))


@contextmanager
def stopped_clock(at: datetime.datetime | None = None) -> Iterator[datetime.datetime]:
    """One moment for every answer in the block, or in several, so that no other time of day has to be masked."""
    now = at or timezone.now().replace(microsecond=0)
    with time_machine.travel(now, tick=False):
        yield now


def masked(text: str, name: str = "") -> str:
    """Without what differs from one answer to the next by design: nonce, token, cookies, and what the clock says now.

    Two answers are compared under one `stopped_clock`; a time of day that stands in a row is compared like its words.
    """
    text = text.replace(name, "NAME") if name else text
    text = re.sub(r"nonce[-=]\"?[\w+/=-]+", "NONCE", text)
    text = re.sub(r"name=\"csrfmiddlewaretoken\" value=\"\w+\"", "TOKEN", text)
    text = re.sub(r"X-CSRFToken[^}]*}", "TOKEN", text)
    now = timezone.localtime()
    return text.replace(f"{now:%H:%M:%S}", "CLOCK").replace(f"{now:%H:%M}", "CLOCK")
