"""Who may add which row and change which, said in plain Python: the other half of tests/proof/oracle.py.

Only rows that carry their author (`recorded_by`) are tried; who may write the others is asked by the tests of the commands.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from drive.access.models import CaseAssignment, ClientAssignment, Membership
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.advocacy.models import (
    ClientFact,
    ClientProfile,
    EngagementEntry,
    InformedEntry,
    SealedEnd,
    SealedValue,
    VsRecord,
)
from drive.allocation.models import Allocation
from drive.casework.models import CaseFact, LinkedPerson, ServiceUserProfile, StateEntry, SuCase
from drive.referrals.models import (
    IdentityDecision,
    ListSaved,
    MatchAnswer,
    PossibleMatch,
    Referral,
    ReferralDecision,
    ReferralList,
    ReferralParty,
    SealedArrival,
)
from drive.safety.models import CaseLink, ContactView, OutcomeProposal, StopOverride
from drive.safety.models.links import BridgeFact

from .oracle import Eyes, World

OPENED_BY_ALLOCATION = (
    CaseAssignment, ClientAssignment, SuCase, ServiceUserProfile, StateEntry, LinkedPerson, VsRecord, ClientProfile,
    EngagementEntry, InformedEntry,
)  # fmt: skip

OF_A_SITE: dict[type[models.Model], tuple[Scope, ...]] = {
    **dict.fromkeys(
        (ReferralList, ListSaved, PossibleMatch, MatchAnswer, SealedArrival, Referral, ReferralParty),
        (Scope.REFERRALS,),
    ),
    ReferralDecision: (Scope.REFERRALS, Scope.PANEL),
    IdentityDecision: (Scope.GOVERNANCE,),
    Allocation: (Scope.ALLOCATION,),
    CaseLink: (Scope.ALLOCATION,),
}
"""Facts of one site, and the scopes that add them there."""


def samples(model: type[models.Model], world: World) -> list[Any]:
    """One row for each record, site, side and state of sealing; none of a table that is not judged here."""
    facts = (CaseFact, ClientFact, BridgeFact)
    if not (issubclass(model, facts) or model in OF_A_SITE or model in OPENED_BY_ALLOCATION):
        return []
    told_apart = ("case_id", "record_id", "link_id", "site_id", "side", "withheld")
    found: dict[tuple[Any, ...], Any] = {}
    for row in world.all(model):
        key = tuple(getattr(row, name, None) for name in told_apart)
        found.setdefault((*key, isinstance(row, OutcomeProposal) and _both_written(world, row)), row)
    return list(found.values())


def _both_written(world: World, row: OutcomeProposal) -> bool:
    return {v.side for v in world.all(ContactView) if v.question_id == row.question_id} == {"su", "vs"}


def may_add(eyes: Eyes, row: Any) -> bool:
    """Whether this reader may add such a row in their own name (S-01, S-06, S-15, S-34, S-35)."""
    if isinstance(row, OPENED_BY_ALLOCATION) and eyes.at(Scope.ALLOCATION):
        return eyes.world.site_of_service(row.service_id) == eyes.member.site_id
    if type(row) in OF_A_SITE:
        prepares = eyes.scope is not Scope.PANEL or eyes.member.role in (
            Role.PANEL_CHAIR,
            Role.PANEL_COORDINATOR,
        )
        return prepares and eyes.of_my_site(row.site_id, *OF_A_SITE[type(row)])
    su, vs = eyes.at(Scope.SU_WORKER, Scope.SU_MANAGER), eyes.at(Scope.VS_WORKER, Scope.VS_MANAGER)
    if isinstance(row, SuCase | CaseAssignment):
        # a bar that names an assignment's case hides it; the row being added has a key of its own
        return eyes.at(Scope.SU_MANAGER) and row.service_id == eyes.member.service_id
    if isinstance(row, VsRecord | ClientAssignment):
        return eyes.at(Scope.VS_MANAGER) and row.service_id == eyes.member.service_id
    if isinstance(row, CaseFact):
        return su and eyes.case(row.case_id, emergencies=False)
    if isinstance(row, BridgeFact):
        if isinstance(row, StopOverride) and not _may_override(eyes, row):
            return False
        if isinstance(row, OutcomeProposal) and not _both_written(eyes.world, row):
            return False
        if row.side == "su":
            return su and eyes.case(row.su_case_id, emergencies=False)
        return vs and eyes.client(row.vs_record_id, emergencies=False)
    if isinstance(row, SealedValue | SealedEnd) and not eyes.at(Scope.VS_WORKER):
        return False
    if isinstance(row, SealedValue) and row.withheld and row.record_id not in eyes.holds:
        return False
    return vs and eyes.client(row.record_id, emergencies=False)


def _may_override(eyes: Eyes, row: StopOverride) -> bool:
    """The service manager, unless the case is theirs in any role (S-18)."""
    memberships = {m.pk for m in eyes.world.all(Membership) if m.user_id == eyes.member.user_id}
    works_it = any(
        a.case_id == row.su_case_id and a.membership_id in memberships and eyes.world.holds(a)
        for a in eyes.world.all(CaseAssignment)
    )
    return eyes.at(Scope.SU_MANAGER) and eyes.member.role == Role.SERVICE_MANAGER and not works_it


def changes(model: type[models.Model]) -> list[tuple[str, bool]]:
    """Changes that are tried on each row, and whether anybody at all may make them."""
    if model in (CaseAssignment, ClientAssignment):
        return [("handover = handover", True), ("service_id = gen_random_uuid()", False)]
    if model is Membership:
        return [("ends_on = ends_on", True)]
    return []


def may_change(eyes: Eyes, row: Any) -> bool:
    """Assignments by the manager of their service (S-46); memberships by administrators, never their own."""
    if isinstance(row, Membership):
        return eyes.at(Scope.ADMINISTRATION) and row.user_id != eyes.member.user_id
    if isinstance(row, CaseAssignment):
        return eyes.at(Scope.SU_MANAGER) and eyes.case(row.case_id)
    return eyes.at(Scope.VS_MANAGER) and eyes.client(row.record_id)
