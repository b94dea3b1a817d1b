"""Who may add which row and change which, said in plain Python from the handbook and the commands: the other half of
tests/proof/oracle.py.

`proposals` draws, for one reader, the rows that they try to add: copies of rows that stand, in their own name and in
another's, and with one thing at a time made wrong. `may_add` and `may_change` say what must become of each.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db import models

from drive.access.models import (
    Bar,
    BreakGlassReview,
    CaseAssignment,
    ClientAssignment,
    Draft,
    Membership,
    User,
)
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.advocacy.models import (
    Absence,
    ClientFact,
    ClientProfile,
    EngagementEntry,
    InformedEntry,
    RecordExit,
    SealedEnd,
    SealedValue,
    VsRecord,
)
from drive.allocation.models import Allocation
from drive.casework.models import CaseFact, LinkedPerson, ServiceUserProfile, StateEntry, SuCase
from drive.disclosures.models import SubjectBundle, SubjectRelease, SubjectRequest
from drive.extract.models import ReleaseAnswer, ReleaseFile, ReleaseRequest
from drive.oversight.models import AlertAnswer, OwnChannel
from drive.panels.models import Acceptance, AgendaItem, Invitation, Meeting
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
from drive.retention.models import ErasureAnswer, ErasureProposal, Hold
from drive.safety.models import (
    CaseLink,
    Citation,
    ContactView,
    Escalation,
    IncidentCharge,
    IncidentClosing,
    OutcomeProposal,
    OverrideNotice,
    PracticeIncident,
    StopOverride,
)
from drive.safety.models.links import BridgeFact

from .oracle import Eyes, World, invites, rule_for

type Changed = dict[str, Any]
"""Attributes of a row and what they are to be instead."""

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
    **dict.fromkeys(
        (IdentityDecision, SubjectRequest, SubjectBundle, SubjectRelease, ReleaseAnswer), (Scope.GOVERNANCE,)
    ),
    **dict.fromkeys((ReleaseRequest, ReleaseFile), (Scope.REPORT,)),
    **dict.fromkeys((Meeting, Invitation, AgendaItem, Acceptance), (Scope.PANEL,)),
    Allocation: (Scope.ALLOCATION,),
    CaseLink: (Scope.ALLOCATION,),
}
"""Facts of one site, and the scopes that add them there."""

WRITTEN_BY_NOBODY = (OverrideNotice, Escalation)
"""What the database tells by itself (S-18) and what the clock passes on."""

MEETS_PEOPLE = (
    Scope.SU_WORKER, Scope.SU_MANAGER, Scope.VS_WORKER, Scope.VS_MANAGER, Scope.REFERRALS, Scope.PANEL, Scope.ALLOCATION,
    Scope.GOVERNANCE,
)  # fmt: skip
"""Scopes in which somebody may come upon a person they know, and declare it (S-34)."""

JUDGED: tuple[type[models.Model], ...] = (
    CaseFact, ClientFact, BridgeFact, *OPENED_BY_ALLOCATION, *OF_A_SITE, Bar, BreakGlassReview, AlertAnswer, OwnChannel,
    User, Membership, Draft, Absence, Hold, ErasureProposal, ErasureAnswer,
)  # fmt: skip
"""Tables and families of which we say who may add to them."""

TOLD_APART = ("case_id", "record_id", "link_id", "site_id", "service_id", "side", "withheld", "referral_id")


def proposals(model: type[models.Model], eyes: Eyes) -> Iterator[tuple[Any, Changed]]:
    """A row that stands, and what this reader changes in the copy of it that they try to add."""
    if not issubclass(model, JUDGED):
        return
    mine, somebody = eyes.member, _somebody_else(eyes)
    for row in _samples(model, eyes.world):
        if model is Bar:
            yield from ((row, changed) for changed in _bars(eyes, somebody))
        elif model is OwnChannel:
            for account in (mine.user_id, somebody.user_id):
                for author in (mine.pk, somebody.pk):
                    yield row, {"user_id": account, "recorded_by_id": author}
        elif model is Draft:
            yield row, {"membership_id": mine.pk}
            yield row, {"membership_id": somebody.pk}
        elif model is Absence:
            yield from ((row, changed) for changed in _absences(eyes, somebody))
        elif model in (User, Membership):
            yield row, {}
        elif model is CaseLink and eyes.at(Scope.VS_MANAGER):
            yield from ((row, changed) for changed in _links_again(eyes, somebody, row))
        else:
            yield row, {"recorded_by_id": mine.pk}
            if may_add(eyes, proposed(row, {"recorded_by_id": mine.pk})):  # then each thing wrong with it
                yield row, {"recorded_by_id": somebody.pk}
                if model in OF_A_SITE:
                    yield row, {"recorded_by_id": mine.pk, "site_id": somebody.site_id}


def _bars(eyes: Eyes, somebody: Membership) -> Iterator[Changed]:
    """One's own tie, each thing wrong with one; and what a manager or the governance lead records of a colleague."""
    tie: Changed = {
        "kind": "tie", "user_id": eyes.member.user_id, "recorded_by_id": eyes.member.pk, "kept_by_id": None,
        "starts_on": eyes.world.today, "ends_on": datetime.date(9999, 12, 31),
    }  # fmt: skip
    day = datetime.timedelta(days=1)
    yield tie
    yield tie | {"kind": "exclusion"}
    yield tie | {"user_id": somebody.user_id}
    yield tie | {"recorded_by_id": somebody.pk}
    yield tie | {"kept_by_id": eyes.member.user_id}
    yield tie | {"starts_on": eyes.world.today - day}
    yield tie | {"ends_on": eyes.world.today + day}
    of_another = tie | {"kind": "exclusion", "user_id": somebody.user_id}
    yield of_another
    yield of_another | {"kind": "restriction", "user_id": None, "kept_by_id": eyes.member.user_id}
    yield of_another | {"recorded_by_id": somebody.pk}


def _links_again(eyes: Eyes, somebody: Membership, row: CaseLink) -> Iterator[Changed]:
    """Links that would go on from this one, to every record: as it should be, and each thing wrong with it (ADR 24)."""
    for record in eyes.world.all(VsRecord):
        right: Changed = {
            "vs_record_id": record.pk, "thread": row.first_of_thread, "number": row.number + 1,
            "recorded_by_id": eyes.member.pk,
        }  # fmt: skip
        yield right
        yield right | {"number": row.number + 2}
        yield right | {"thread": None, "number": 1}
        yield right | {"is_index": not row.is_index}
        yield right | {"recorded_by_id": somebody.pk}
        yield right | {"vs_service_id": somebody.service_id}
        yield right | {"su_service_id": somebody.service_id}
        yield right | {"site_id": somebody.site_id}
        yield right | {"su_case_id": next(c.pk for c in eyes.world.all(SuCase) if c.pk != row.su_case_id)}


def _absences(eyes: Eyes, somebody: Membership) -> Iterator[Changed]:
    """One's own and a colleague's, with and without cover, at one's own service and another; and in another's name."""
    mine = eyes.member
    covers = next(each.pk for each in eyes.world.all(Membership) if each.pk not in (mine.pk, somebody.pk))
    for away in (mine.pk, somebody.pk):
        for cover in (None, covers):
            for service in {mine.service_id, somebody.service_id} - {None}:
                yield {
                    "recorded_by_id": mine.pk, "membership_id": away, "cover_id": cover, "service_id": service,
                }  # fmt: skip
    if mine.service_id:
        yield {
            "recorded_by_id": somebody.pk, "membership_id": mine.pk, "cover_id": None, "service_id": mine.service_id,
        }  # fmt: skip


def _somebody_else(eyes: Eyes) -> Membership:
    """A colleague of the other site, in whose name nothing must be written; of a service there, if anybody is."""
    return min(
        (
            each
            for each in eyes.world.all(Membership)
            if each.site_id != eyes.member.site_id and each.user_id != eyes.member.user_id
        ),
        key=lambda each: each.service_id is None,
    )


def proposed(row: Any, changed: Changed) -> Any:
    """The copy that is tried."""
    made = copy.copy(row)
    for name, value in changed.items():
        setattr(made, name, value)
    return made


@cache
def _samples(model: type[models.Model], world: World) -> list[Any]:
    """One row for each record, site, side and state of sealing; every row where what it hangs on decides."""
    if model in (
        ErasureAnswer,
        BreakGlassReview,
        AlertAnswer,
        ReleaseAnswer,
        ReleaseFile,
        SubjectRelease,
        Acceptance,
        CaseLink,
        User,
        Membership,
    ):
        return list(world.all(model))
    found: dict[tuple[Any, ...], Any] = {}
    for row in world.all(model):
        key = tuple(getattr(row, name, None) for name in TOLD_APART)
        found.setdefault((*key, isinstance(row, OutcomeProposal) and _both_written(world, row)), row)
    return list(found.values())


def _both_written(world: World, row: OutcomeProposal) -> bool:
    return {v.side for v in world.all(ContactView) if v.question_id == row.question_id} == {"su", "vs"}


def may_add(eyes: Eyes, row: Any) -> bool:
    """Whether this reader may add this row (S-01, S-06, S-15, S-18, S-34, S-35, S-37, S-40)."""
    if isinstance(row, User):
        return eyes.at(Scope.ADMINISTRATION)
    if isinstance(row, Membership):  # an administrator gives nothing to their own account
        return eyes.at(Scope.ADMINISTRATION) and row.user_id != eyes.member.user_id
    if isinstance(row, Draft):
        return eyes.works and row.membership_id == eyes.member.pk
    if row.recorded_by_id != eyes.member.pk or isinstance(row, WRITTEN_BY_NOBODY):
        return False
    if isinstance(row, OwnChannel):
        of_a_bundle = (Scope.SU_DISCLOSURE, Scope.VS_DISCLOSURE)
        return eyes.works and eyes.scope not in of_a_bundle and row.user_id == eyes.member.user_id
    if isinstance(row, Bar):
        return _may_bar(eyes, row)
    if isinstance(row, BreakGlassReview):
        reading = eyes.world.by_key[row.break_glass_id]
        return _may_review(eyes, row) and reading.membership_id != eyes.member.pk
    if isinstance(row, Hold | ErasureProposal):
        return _may_keep_or_propose(eyes, row)
    if isinstance(row, ErasureAnswer):  # `erased` is written by the act alone that erases (ADR 16)
        asked = eyes.world.by_key[row.proposal_id]
        here = eyes.of_my_site(row.site_id, Scope.GOVERNANCE) and rule_for(ErasureProposal)(eyes, asked)
        return here and row.outcome == "kept" and _made_by_another(eyes, asked)
    if isinstance(row, AlertAnswer):
        return _supervises(eyes) and rule_for(AlertAnswer)(eyes, row)
    if isinstance(row, CaseLink) and eyes.at(Scope.VS_MANAGER):
        return _goes_on_from_hers(eyes, row)
    if isinstance(row, OPENED_BY_ALLOCATION) and eyes.at(Scope.ALLOCATION):
        return eyes.world.site_of_service(row.service_id) == eyes.member.site_id
    if type(row) in OF_A_SITE:
        return eyes.of_my_site(row.site_id, *OF_A_SITE[type(row)]) and _may_add_at_site(eyes, row)
    return _may_add_to_record(eyes, row)


def _may_add_at_site(eyes: Eyes, row: Any) -> bool:
    if isinstance(row, ReferralDecision) and eyes.scope is Scope.PANEL:  # chair and coordinator record
        return eyes.member.role in (Role.PANEL_CHAIR, Role.PANEL_COORDINATOR) and _not_barred(eyes, row)
    if isinstance(row, Acceptance):  # for oneself, of a meeting that invites one (S-28)
        return invites(eyes, eyes.world.by_key[row.meeting_id])
    if isinstance(row, Meeting | Invitation | AgendaItem):
        prepares = eyes.member.role in (Role.PANEL_CHAIR, Role.PANEL_COORDINATOR)
        return prepares and (not isinstance(row, AgendaItem) or _not_barred(eyes, row))
    if isinstance(row, ReferralDecision | ReferralParty | PossibleMatch | Allocation):
        return _not_barred(eyes, row)
    if isinstance(row, IdentityDecision):  # nor about a match of somebody they are barred from
        return rule_for(IdentityDecision)(eyes, row)
    if isinstance(row, ReleaseRequest):
        return eyes.member.role in (Role.ANALYST, Role.SERVICE_MANAGER)
    if isinstance(row, ReleaseAnswer):  # two people release (S-40)
        asked = eyes.world.by_key[row.request_id]
        return asked.site_id == eyes.member.site_id and _made_by_another(eyes, asked)
    if isinstance(row, ReleaseFile):
        asked = eyes.world.by_key[row.request_id]
        answers = [a.outcome for a in eyes.world.all(ReleaseAnswer) if a.request_id == asked.pk]
        return asked.site_id == eyes.member.site_id and "released" in answers
    if isinstance(row, SubjectRequest):
        return row.record_id not in eyes.barred
    if isinstance(row, SubjectRelease):  # two people release (S-37)
        bundle = eyes.world.by_key[row.bundle_id]
        return rule_for(SubjectBundle)(eyes, bundle) and _made_by_another(eyes, bundle)
    return True


def _goes_on_from_hers(eyes: Eyes, row: CaseLink) -> bool:
    """The manager links an open record to the case of the same client's earlier, closed one, while the case goes on (ADR 24)."""
    world, closed = eyes.world, {each.record_id for each in eyes.world.all(RecordExit)}
    record = world.by_key.get(row.vs_record_id)
    same = ("su_case_id", "su_service_id", "vs_service_id", "site_id", "is_index")
    formers = [
        link
        for link in world.all(CaseLink)
        if (link.first_of_thread, link.number + 1) == (row.thread, row.number)
        and all(getattr(link, name) == getattr(row, name) for name in same)
        and rule_for(CaseLink)(eyes, link)
    ]
    if record is None or record.pk in closed or not rule_for(VsRecord)(eyes, record):
        return False
    steps = [s for s in world.all(StateEntry) if s.case_id == row.su_case_id and s.history == "status"]
    status = max(steps, key=lambda step: (step.since, step.recorded_at)).value
    earlier = [world.by_key[link.vs_record_id] for link in formers]
    return (
        status not in ("closed", "not_progressed", "rejected")
        and row.vs_service_id == eyes.member.service_id
        and any(
            (one.person_key, one.service_id) == (record.person_key, record.service_id)
            and one.pk != record.pk
            and one.pk in closed
            and rule_for(VsRecord)(eyes, one)
            for one in earlier
        )
    )


def _may_keep_or_propose(eyes: Eyes, row: Hold | ErasureProposal) -> bool:
    """Of a record that is where the row says; a proposal of one past its time, by its own manager (ADR 16)."""
    record = eyes.world.by_key.get(row.record_id)
    kind = {"su": SuCase, "vs": VsRecord}[row.side]
    if not isinstance(record, kind) or (record.service_id, record.site_id) != (row.service_id, row.site_id):
        return False
    proposes = isinstance(row, ErasureProposal)
    if proposes and (eyes.at(Scope.GOVERNANCE) or not eyes.world.past_its_time(record)):
        return False
    return rule_for(type(row))(eyes, row)


def _not_barred(eyes: Eyes, row: Any) -> bool:
    """Whoever is barred from a record decides nothing about the referral that it came from (S-34)."""
    return row.referral_id not in eyes.barred_referrals


def _made_by_another(eyes: Eyes, made: Any) -> bool:
    return bool(eyes.world.by_key[made.recorded_by_id].user_id != eyes.member.user_id)


def _supervises(eyes: Eyes) -> bool:
    return eyes.at(Scope.SU_MANAGER, Scope.VS_MANAGER, Scope.GOVERNANCE)


def _may_review(eyes: Eyes, row: BreakGlassReview) -> bool:
    """Whoever is shown the reading, of the service that it says (S-35)."""
    reading = eyes.world.by_key[row.break_glass_id]
    return (
        _supervises(eyes) and rule_for(type(reading))(eyes, reading) and reading.service_id == row.service_id
    )


def _may_bar(eyes: Eyes, row: Bar) -> bool:
    """One's own tie to any key, from today and open; a manager at the records of the service; governance at its site."""
    own_tie = (
        row.kind == "tie"
        and row.user_id == eyes.member.user_id
        and row.kept_by_id is None
        and row.starts_on == eyes.world.today
        and row.ends_on == datetime.date(9999, 12, 31)
    )
    if own_tie and eyes.at(*MEETS_PEOPLE):
        return True
    if eyes.at(Scope.GOVERNANCE):
        return _is_here(eyes, row)
    record = eyes.world.by_key.get(row.record_id)
    return (
        eyes.at(Scope.SU_MANAGER, Scope.VS_MANAGER)
        and row.kind != "tie"
        and isinstance(record, SuCase | VsRecord)
        and record.service_id == eyes.member.service_id
    )


def _is_here(eyes: Eyes, row: Bar) -> bool:
    """Of somebody who works at the site, or of a record there."""
    record = eyes.world.by_key.get(row.record_id)
    sites = {m.site_id for m in eyes.world.all(Membership) if m.user_id == row.user_id}
    at_site = isinstance(record, SuCase | VsRecord) and record.site_id == eyes.member.site_id
    return eyes.member.site_id in sites or at_site


def _may_add_to_record(eyes: Eyes, row: Any) -> bool:
    su, vs = eyes.at(Scope.SU_WORKER, Scope.SU_MANAGER), eyes.at(Scope.VS_WORKER, Scope.VS_MANAGER)
    if isinstance(row, SuCase | CaseAssignment):
        # a bar that names an assignment's case hides it; the row being added has a key of its own
        return eyes.at(Scope.SU_MANAGER) and row.service_id == eyes.member.service_id
    if isinstance(row, VsRecord | ClientAssignment):
        return eyes.at(Scope.VS_MANAGER) and row.service_id == eyes.member.service_id
    if isinstance(row, PracticeIncident | IncidentCharge | IncidentClosing) and row.side == "vs":
        # of a link alone: an incident of a case as a whole is the case manager's side's (S-41, S-04)
        return vs and row.vs_record_id is not None and eyes.client(row.vs_record_id, to_write=True)
    if isinstance(
        row, Absence
    ):  # a worker says that they are away, and their manager names who covers (S-46)
        own = row.membership_id == eyes.member.pk and row.cover_id is None
        return vs and row.service_id == eyes.member.service_id and (own or eyes.scope is Scope.VS_MANAGER)
    if isinstance(row, CaseFact):
        return su and eyes.case(row.case_id, to_write=True)
    if isinstance(row, BridgeFact):
        if isinstance(row, StopOverride) and not _may_override(eyes, row):
            return False
        if isinstance(row, OutcomeProposal) and not _both_written(eyes.world, row):
            return False
        if row.side == "su":
            return su and eyes.case(row.su_case_id, to_write=True)
        if isinstance(row, Citation):  # plans with him are made on his side alone (S-08)
            return False
        return vs and eyes.client(row.vs_record_id, to_write=True)
    if isinstance(row, SealedValue | SealedEnd) and not eyes.at(Scope.VS_WORKER):
        return False
    if isinstance(row, SealedValue) and row.withheld and row.record_id not in eyes.holds:
        return False
    return vs and eyes.client(row.record_id, to_write=True)


def _may_override(eyes: Eyes, row: StopOverride) -> bool:
    """The service manager, unless the case is theirs in any role: nobody overrides in their own cause (S-18)."""
    memberships = {m.pk for m in eyes.world.all(Membership) if m.user_id == eyes.member.user_id}
    works_it = any(
        a.case_id == row.su_case_id and a.membership_id in memberships and eyes.world.holds(a)
        for a in eyes.world.all(CaseAssignment)
    )
    return eyes.at(Scope.SU_MANAGER) and eyes.member.role == Role.SERVICE_MANAGER and not works_it


def changes(model: type[models.Model]) -> list[tuple[str, bool]]:
    """Changes that are tried on each row, and whether anybody at all may make them."""
    if model in (CaseAssignment, ClientAssignment):
        never = (
            "handover = handover",
            "starts_on = starts_on",
            "kind = kind",
            "membership_id = membership_id",
            "service_id = gen_random_uuid()",
        )
        return [("ends_on = ends_on", True), *((each, False) for each in never)]
    if model in (Membership, Bar):
        return [("ends_on = ends_on", True)]
    if model is User:
        return [("is_active = is_active", True)]
    if model is Draft:
        return [("form = form", True), ("membership_id = gen_random_uuid()", False)]
    return []


def may_change(eyes: Eyes, row: Any) -> bool:
    """Assignments by the manager of their service (S-46); roles and accounts by administrators, never their own; bars by
    the governance lead, never one's own (S-34); drafts by their author."""
    if isinstance(row, User):
        return eyes.at(Scope.ADMINISTRATION) and row.pk != eyes.member.user_id
    if isinstance(row, Membership):
        return eyes.at(Scope.ADMINISTRATION) and row.user_id != eyes.member.user_id
    if isinstance(row, Bar):
        return eyes.at(Scope.GOVERNANCE) and rule_for(Bar)(eyes, row)
    if isinstance(row, Draft):
        return rule_for(Draft)(eyes, row)
    if isinstance(row, CaseAssignment):
        return eyes.at(Scope.SU_MANAGER) and eyes.case(row.case_id)
    return eyes.at(Scope.VS_MANAGER) and eyes.client(row.record_id)
