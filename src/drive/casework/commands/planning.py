"""The contact strategy and the profile: what is edited, and therefore kept in versions (S-48)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.people.profiles import NewProfile

from .. import rules
from ..models import ContactStrategy, ServiceUserProfile, SuCase
from .conflicts import SomeoneSavedFirst
from .writing import write

ENTRY_ROUTES = ("joint_visit", "prison", "police_station", "letter", "phone", "through_agency", "other")
"""How a first contact may be made (P-24)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStrategy:
    """A contact strategy as written (P-24).

    Codes: levers K-44, place K-57, `entry_route` of `ENTRY_ROUTES`.
    """

    stage: str = "draft"
    sources: str = ""
    client_view: str = ""
    levers: list[str] = field(default_factory=list)
    entry_route: str = ""
    hook: str = ""
    cover_story: str = ""
    cover_reveals: str = ""
    place: str = ""
    staff_safety: str = ""
    if_asked_about_her: str = ""
    if_declined: str = ""
    others_at_risk: str = ""
    risk_of_not_acting: str = ""
    review_on: datetime.date | None = None


NEEDED_WHEN_READY: Mapping[str, str] = {
    "sources": "Say what the plan rests on.",
    "client_view": "Give the victim/survivor’s view, or say why it is not there.",
    "entry_route": "Choose how the first contact is made.",
    "staff_safety": "Say how workers are kept safe.",
    "others_at_risk": "Say who else may be at risk. Unknown is an answer.",
    "risk_of_not_acting": "Say what may happen if nobody acts. Unknown is an answer.",
}
"""Questions that a draft may leave open and a plan put to others may not (P-24, S-20)."""


@transaction.atomic
def save_strategy(*, by: Actor, case_id: UUID, seen_version: int, strategy: NewStrategy) -> ContactStrategy:
    """Save the next version of the contact strategy. `seen_version` is the one the writer began from, 0 for
    none.

    Raises `SomeoneSavedFirst` when another version was saved meanwhile. Only a manager's scope records that
    the plan's
    quality is agreed (P-25); that is no leave for contact, which needs the joint decision (S-15).
    """
    case = SuCase.objects.get(pk=case_id)
    rules.require_codes("K-44", strategy.levers, field="levers")
    rules.require_code("K-57", strategy.place, field="place", blank=True)
    if strategy.entry_route not in ("", *ENTRY_ROUTES):
        raise Refusal("Choose one of the answers shown.", field="entry_route", rule="R-07")
    if strategy.stage not in dict(ContactStrategy._meta.get_field("stage").flatchoices):
        raise Refusal("Choose one of the answers shown.", field="stage", rule="R-07")
    if strategy.stage != "draft":
        for name, ask in NEEDED_WHEN_READY.items():
            rules.require_words(str(getattr(strategy, name)), ask, field=name, rule="P-24")
        if strategy.review_on is None or strategy.review_on <= local_today():
            raise Refusal(
                "Give the day on which the plan is looked at again.", field="review_on", rule="P-24"
            )
    if strategy.stage == "quality_agreed" and by.scope is not Scope.SU_MANAGER:
        raise Refusal("A manager records that the plan’s quality is agreed.", field="stage", rule="P-25")
    newest = ContactStrategy.objects.filter(case=case).order_by("-version").first()
    if newest is not None and newest.version != seen_version:
        raise SomeoneSavedFirst(newest, strategy)
    return _next_version(
        ContactStrategy,
        by=by,
        case=case,
        noun="contact_strategy",
        after=newest,
        mine=strategy,
        values=asdict(strategy),
    )


@transaction.atomic
def save_profile(*, by: Actor, case_id: UUID, seen_version: int, profile: NewProfile) -> ServiceUserProfile:
    """Save the next version of who the service user is (R-20). Raises `SomeoneSavedFirst` as `save_strategy`
    does.

    Codes K-02 to K-05 or a missing state of K-01. Nothing but a name is needed; no age, sex or tie is
    refused (G-05).
    """
    case = SuCase.objects.get(pk=case_id)
    rules.require_words(
        profile.given_names + profile.family_name, "Give at least one name.", field="family_name", rule="R-20"
    )
    if profile.born_on and profile.born_on >= local_today():
        raise Refusal("The date of birth must be in the past.", field="born_on", rule="R-14")
    newest = ServiceUserProfile.objects.filter(case=case).order_by("-version").first()
    if newest is not None and newest.version != seen_version:
        raise SomeoneSavedFirst(newest, profile)
    return _next_version(
        ServiceUserProfile,
        by=by,
        case=case,
        noun="service_user_profile",
        after=newest,
        mine=profile,
        values=profile.fields(),
    )


def _next_version[V: (ContactStrategy, ServiceUserProfile)](
    model: type[V], *, by: Actor, case: SuCase, noun: str, after: V | None, mine: Any, values: dict[str, Any]
) -> V:
    """Insert version n+1. The unique key over (case, version) decides between two who save at the same
    moment.
    """
    changed = [
        name for name, value in values.items() if value != getattr(after, name, "" if value == "" else None)
    ]
    try:
        with transaction.atomic():
            return write(
                model,
                by=by,
                case=case,
                noun=noun,
                fields=changed,
                version=(after.version if after else 0) + 1,
                **values,
            )
    except IntegrityError as error:
        raise SomeoneSavedFirst(
            model._default_manager.filter(case=case).order_by("-version").first(), mine
        ) from error
