"""Who may see which row, said a second time: in plain Python, slowly, one rule a table, from all rows at once.

The database decides by row policies; this file must never ask it anything but "give me every row", past every policy.
A rule answers for one reader (`Eyes`) and one row. A table of ours without a rule is a `LookupError`: whoever adds a
table says here who sees it, by inheriting a kind of fact that has a rule or by a rule of its own.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils import timezone

from drive.access.models import (
    Bar,
    BreakGlass,
    BreakGlassReview,
    CaseAssignment,
    ClientAssignment,
    Draft,
    Installation,
    Membership,
    Organisation,
    Service,
    Site,
    SiteSetting,
    Team,
    User,
    local_today,
)
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.advocacy.models import (
    Absence,
    ClientContact,
    ClientFact,
    ClientProfile,
    EngagementEntry,
    OtherAtRisk,
    RecordExit,
    SafeContactRule,
    SafetyPlan,
    SealedEnd,
    SealedValue,
    VsRecord,
)
from drive.allocation.models import Allocation
from drive.audit.models import AuditEvent, AuditSeal
from drive.casework.models import (
    Action,
    CaseFact,
    Closure,
    Contact,
    ContactChannel,
    LinkedPerson,
    ServiceUserProfile,
    Session,
    SharingConsent,
    StateEntry,
    SuCase,
)
from drive.disclosures.models import SubjectBundle, SubjectRelease, SubjectRequest
from drive.extract.models import ReleaseAnswer, ReleaseFile, ReleaseRequest
from drive.oversight.models import Alert, AlertAnswer, AuditWatch, OwnChannel, UsualVolume
from drive.panels.models import Acceptance, AgendaItem, Invitation, Meeting
from drive.referrals.models import (
    IdentityDecision,
    IdentityMatch,
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
    OverrideNotice,
    PracticeIncident,
    StopAnswer,
    StopConcern,
    StopOverride,
)
from drive.safety.models.links import BridgeFact
from tests.cast import seeding

type Row = Any
type Rule = Callable[["Eyes", Row], bool]


def our_models() -> list[type[models.Model]]:
    """Every table of this project, in the order of the layers."""
    return [m for c in apps.get_app_configs() if c.name.startswith("drive.") for m in c.get_models()]


class World:
    """Every row of every table, as it stands now."""

    def __init__(self) -> None:
        with seeding():
            self.rows: dict[type[models.Model], list[Row]] = {
                m: list(m._default_manager.all()) for m in our_models()
            }
            self.rows[Membership] = list(
                Membership.objects.select_related("user", "organisation", "site", "service")
            )
        self.today = local_today()
        self.now = timezone.now()
        self.by_key: dict[UUID, Row] = {row.pk: row for rows in self.rows.values() for row in rows}

    def all[M: models.Model](self, model: type[M]) -> list[M]:
        return self.rows[model]

    def holds(self, dated: Row) -> bool:
        """A start that has come and an end that has not: the end is the first day that it no longer holds."""
        return dated.starts_on <= self.today < dated.ends_on

    def past_its_time(self, record: Row) -> bool:
        """Closed for longer than its site keeps closed records of its side; never where the site has not said (ADR 16)."""
        su = isinstance(record, SuCase)
        said = [s for s in self.all(SiteSetting) if s.site_id == record.site_id and s.code == "ADR-16"]
        said = [s for s in said if s.applies_from <= self.today]
        newest = max(said, key=lambda s: (s.applies_from, s.recorded_at), default=None)
        if newest is None:
            return False
        if su:
            states = [e for e in self.all(StateEntry) if e.case_id == record.pk and e.history == "status"]
            last = max(states, key=lambda e: (e.since, e.recorded_at), default=None)
            if last is None or last.value not in ("closed", "not_progressed", "rejected"):
                return False
            ended = last.since
        else:
            exits = [e.exited_on for e in self.all(RecordExit) if e.record_id == record.pk]
            if not exits:
                return False
            spoke = [c.happened_at for c in self.all(ClientContact) if c.record_id == record.pk]
            ended = max([*exits, *(timezone.localdate(at) for at in spoke)])
        months = ended.year * 12 + ended.month - 1 + newest.value["su" if su else "vs"]
        last_day = calendar.monthrange(months // 12, months % 12 + 1)[1]
        return datetime.date(months // 12, months % 12 + 1, min(ended.day, last_day)) <= self.today

    def site_of_service(self, service_id: UUID) -> UUID:
        return self.by_key[service_id].site_id


@dataclass(frozen=True)
class Eyes:
    """One membership at work in one scope of one world."""

    world: World
    member: Membership
    scope: Scope

    @cached_property
    def works(self) -> bool:
        """The membership holds today, its account is open, and its role works in the scope."""
        account = self.world.by_key[self.member.user_id]
        return (
            self.world.holds(self.member)
            and account.is_active
            and self.scope in Role(self.member.role).entry.scopes
        )

    def at(self, *scopes: Scope) -> bool:
        return self.works and self.scope in scopes

    def of_my_site(self, site_id: UUID, *scopes: Scope) -> bool:
        return self.at(*scopes) and site_id == self.member.site_id

    @cached_property
    def barred(self) -> set[UUID]:
        """Barred themselves, also by way of the referral; and what is restricted to those who work it (S-34)."""
        live = [bar for bar in self.world.all(Bar) if self.world.holds(bar)]
        own = {bar.record_id for bar in live if bar.user_id == self.member.user_id}
        cases = {case.pk for case in self.world.all(SuCase) if case.referral_id in own}
        records = {made.vs_record_id for made in self.world.all(Allocation) if made.referral_id in own}
        restricted = {
            bar.record_id
            for bar in live
            if bar.user_id is None
            and bar.kept_by_id != self.member.user_id
            and bar.record_id not in self.assigned | self.opened
        }
        return own | cases | records | restricted

    @cached_property
    def barred_referrals(self) -> set[UUID]:
        """Behind what is barred, and every other referral of the same people."""
        behind = {case.referral_id for case in self.world.all(SuCase) if case.pk in self.barred} | {
            made.referral_id
            for made in self.world.all(Allocation)
            if {made.su_case_id, made.vs_record_id} & self.barred
        }
        behind |= {referral.pk for referral in self.world.all(Referral) if referral.pk in self.barred}
        people = {
            (party.site_id, party.role, party.match_key)
            for party in self.world.all(ReferralParty)
            if party.referral_id in behind
        }
        return behind | {
            party.referral_id
            for party in self.world.all(ReferralParty)
            if (party.site_id, party.role, party.match_key) in people
        }

    @cached_property
    def assigned(self) -> set[UUID]:
        """Cases and records that this member holds or covers today, in whatever way."""
        return self._assigned(("holder", "named_contact", "cover", "joint", "relay"))

    @cached_property
    def worked(self) -> set[UUID]:
        """Of those, what this member writes in and opens seals of: a named contact or a relay only reads (A-25)."""
        return self._assigned(("holder", "cover", "joint"))

    @cached_property
    def holds(self) -> set[UUID]:
        return self._assigned(("holder",))

    def _assigned(self, kinds: tuple[str, ...]) -> set[UUID]:
        mine: list[Row] = [*self.world.all(CaseAssignment), *self.world.all(ClientAssignment)]
        return {
            row.case_id if isinstance(row, CaseAssignment) else row.record_id
            for row in mine
            if row.membership_id == self.member.pk and row.kind in kinds and self.world.holds(row)
        }

    @cached_property
    def opened(self) -> set[UUID]:
        """Records open to this member in an emergency now, whole or in part (S-35)."""
        return {each.record_id for each in self._open_readings}

    @cached_property
    def opened_whole(self) -> set[UUID]:
        return {each.record_id for each in self._open_readings if each.scope == "whole"}

    @cached_property
    def _open_readings(self) -> list[BreakGlass]:
        return [
            reading
            for reading in self.world.all(BreakGlass)
            if reading.membership_id == self.member.pk and reading.expires_at > self.world.now
        ]

    def opens_part(self, key: UUID, worker: Scope, parts: tuple[str, ...]) -> bool:
        """A part of the record is open to this worker, and the table belongs to that part."""
        mine = {each.record_id for each in self._open_readings if each.scope in parts}
        return self.at(worker) and key in mine - self.barred

    def case(self, case_id: UUID, *, to_write: bool = False) -> bool:
        """Whether this reader reads this service user's case, or writes in it (S-01, S-34, S-35, A-25)."""
        return self._reads(case_id, Scope.SU_WORKER, Scope.SU_MANAGER, to_write)

    def client(self, record_id: UUID, *, to_write: bool = False) -> bool:
        """Whether this reader reads this client's record, or writes in it."""
        return self._reads(record_id, Scope.VS_WORKER, Scope.VS_MANAGER, to_write)

    def _reads(self, key: UUID, worker: Scope, manager: Scope, to_write: bool) -> bool:
        if key in self.barred:
            return False
        if self.at(worker):
            return key in (self.worked if to_write else self.assigned | self.opened_whole)
        if self.at(manager):
            return key in self.world.by_key and self.world.by_key[key].service_id == self.member.service_id
        return False

    def discloses(self, key: UUID) -> bool:
        """A record that this governance lead asked for within a day, in the bundle's own side (S-37)."""
        side = {Scope.SU_DISCLOSURE: "su", Scope.VS_DISCLOSURE: "vs"}.get(self.scope)
        asked = {
            request.record_id
            for request in self.world.all(SubjectRequest)
            if request.side == side
            and request.recorded_by_id == self.member.pk
            and request.recorded_at > self.world.now - datetime.timedelta(days=1)
        }
        return self.works and key in asked - self.barred

    def counts(self, service_id: UUID) -> bool:
        """Whether the row is in the coded tables of the reader's site (no names: tests of privacy see to that)."""
        return self.counts_at(self.world.site_of_service(service_id))

    def counts_at(self, site_id: UUID) -> bool:
        """Analysts and service managers count; a commissioner reads what was released and no row behind it (A-20)."""
        counts = self.member.role in (Role.ANALYST, Role.SERVICE_MANAGER)
        return counts and self.of_my_site(site_id, Scope.REPORT)


def _everybody(eyes: Eyes, row: Row) -> bool:
    return True


def _nobody(eyes: Eyes, row: Row) -> bool:
    return False


def _case_fact(eyes: Eyes, row: Row) -> bool:
    return eyes.case(row.case_id)


def _counted_case_fact(eyes: Eyes, row: Row) -> bool:
    return eyes.case(row.case_id) or eyes.counts(row.service_id)


def _disclosed_case_fact(eyes: Eyes, row: Row) -> bool:
    return eyes.case(row.case_id) or eyes.discloses(row.case_id)


def _client_fact(eyes: Eyes, row: Row) -> bool:
    return eyes.client(row.record_id)


def _disclosed_client_fact(eyes: Eyes, row: Row) -> bool:
    return eyes.client(row.record_id) or eyes.discloses(row.record_id)


def _bridge(eyes: Eyes, row: Row) -> bool:
    """Both sides of one link, each by its own record."""
    return eyes.case(row.su_case_id) or eyes.client(row.vs_record_id)


def _view(eyes: Eyes, row: Row) -> bool:
    """One's own side's view at once; the other side's when both are in, and only then (S-15)."""
    own = "su" if eyes.scope in (Scope.SU_WORKER, Scope.SU_MANAGER) else "vs"
    sides = {v.side for v in eyes.world.all(ContactView) if v.question_id == row.question_id}
    return _bridge(eyes, row) and (row.side == own or sides == {"su", "vs"})


def _override(eyes: Eyes, row: Row) -> bool:
    """Both sides, and the expert advisor of the site who is barred from neither end (S-18, S-34)."""
    return _bridge(eyes, row) or (
        eyes.of_my_site(eyes.world.by_key[row.link_id].site_id, Scope.ADVISER)
        and not {row.su_case_id, row.vs_record_id} & eyes.barred
    )


def _stop(eyes: Eyes, row: Row) -> bool:
    """The advisor reads which concern was overridden, and no other."""
    lifted = any(o.concern_id == row.pk for o in eyes.world.all(StopOverride))
    return _bridge(eyes, row) or (lifted and _override(eyes, row))


def _incident(eyes: Eyes, row: Row) -> bool:
    """The case manager's side; the client's side of the link that it names, and of no other (S-41, S-04)."""
    return eyes.case(row.case_id) or (row.vs_record_id is not None and _in_her_time(eyes, row))


def _in_her_time(eyes: Eyes, row: Row) -> bool:
    """What would go with his case alone, while her record is not past its time (ADR 16)."""
    return eyes.client(row.vs_record_id) and not eyes.world.past_its_time(eyes.world.by_key[row.vs_record_id])


def _of_his_plans(eyes: Eyes, row: Row) -> bool:
    return eyes.case(row.su_case_id) or _in_her_time(eyes, row)


def _retention(eyes: Eyes, row: Row) -> bool:
    """The manager of the record's side and service, the governance lead of its site; nobody barred (ADR 16, S-34)."""
    if row.record_id in eyes.barred:
        return False
    own = {"su": Scope.SU_MANAGER, "vs": Scope.VS_MANAGER}[row.side]
    return eyes.of_my_site(row.site_id, Scope.GOVERNANCE) or (
        eyes.at(own) and row.service_id == eyes.member.service_id
    )


def _sealed(eyes: Eyes, row: Row) -> bool:
    """Who works with her: no manager, no emergency; a withheld one the holder alone (S-06, S-35)."""
    return _sealed_end(eyes, row) and (not row.withheld or row.record_id in eyes.holds)


def _sealed_end(eyes: Eyes, row: Row) -> bool:
    """Of a withheld value nobody but the holder learns that it ended."""
    return eyes.at(Scope.VS_WORKER) and row.record_id in eyes.worked - eyes.barred


def _bar(eyes: Eyes, row: Row) -> bool:
    """Whoever keeps it, never whoever it is against: the manager of the record's service, the governance lead."""
    if row.user_id == eyes.member.user_id or row.record_id in eyes.barred:
        return False
    record = eyes.world.by_key.get(row.record_id)
    is_record = isinstance(record, SuCase | VsRecord)
    if eyes.at(Scope.GOVERNANCE):
        sites = {m.site_id for m in eyes.world.all(Membership) if m.user_id == row.user_id}
        return eyes.member.site_id in sites or (is_record and record.site_id == eyes.member.site_id)
    return (
        eyes.at(Scope.SU_MANAGER, Scope.VS_MANAGER)
        and is_record
        and record.service_id == eyes.member.service_id
    )


def _break_glass(eyes: Eyes, row: Row) -> bool:
    """Its reader, whoever holds the record, their manager, the governance lead of the reader's site (S-35)."""
    if row.record_id in eyes.barred:
        return False
    if eyes.at(Scope.GOVERNANCE):
        return bool(eyes.world.by_key[row.membership_id].site_id == eyes.member.site_id)
    if eyes.at(Scope.SU_WORKER, Scope.VS_WORKER):
        return row.membership_id == eyes.member.pk or row.record_id in eyes.worked
    return eyes.at(Scope.SU_MANAGER, Scope.VS_MANAGER) and row.service_id == eyes.member.service_id


def _break_glass_review(eyes: Eyes, row: Row) -> bool:
    reading = eyes.world.by_key[row.break_glass_id]
    return eyes.at(Scope.GOVERNANCE, Scope.SU_MANAGER, Scope.VS_MANAGER) and _break_glass(eyes, reading)


def _draft(eyes: Eyes, row: Row) -> bool:
    return eyes.works and row.membership_id == eyes.member.pk


def _membership(eyes: Eyes, row: Row) -> bool:
    """Colleagues at the same site by name; administrators all."""
    return eyes.at(Scope.ADMINISTRATION) or (eyes.works and row.site_id == eyes.member.site_id)


def _account(eyes: Eyes, row: Row) -> bool:
    return eyes.at(Scope.ADMINISTRATION)


def _event(eyes: Eyes, row: Row) -> bool:
    """The managers of the record's service, the governance lead of the site (S-36); never of a barred record. Acts, not
    what the tables themselves recorded."""
    if row.act == "stored" or row.record_id in eyes.barred:
        return False
    if eyes.at(Scope.GOVERNANCE):
        return bool(row.site_id == eyes.member.site_id)
    return eyes.at(Scope.SU_MANAGER, Scope.VS_MANAGER) and row.service_id == eyes.member.service_id


def _alert(eyes: Eyes, row: Row) -> bool:
    """Supervisors of the record's own service and the governance lead of its site; never whose look it was (S-34)."""
    if row.user_id == eyes.member.user_id or row.record_id in eyes.barred:
        return False
    if eyes.at(Scope.GOVERNANCE):
        return bool(row.site_id == eyes.member.site_id)
    return eyes.at(Scope.SU_MANAGER, Scope.VS_MANAGER) and row.service_id == eyes.member.service_id


def _subject(eyes: Eyes, row: Row) -> bool:
    """Subject access is the governance leads' of the site, but of nobody whom they are barred from (S-34, S-37)."""
    asked = row if isinstance(row, SubjectRequest) else eyes.world.by_key[
        row.request_id if isinstance(row, SubjectBundle) else eyes.world.by_key[row.bundle_id].request_id
    ]  # fmt: skip
    return eyes.of_my_site(row.site_id, Scope.GOVERNANCE) and asked.record_id not in eyes.barred


def _lists(eyes: Eyes, row: Row) -> bool:
    return eyes.of_my_site(row.site_id, Scope.REFERRALS)


def _before_panel(world: World, referral: Referral) -> bool:
    """Undecided or to come back, and not allocated."""
    decisions = [d for d in world.all(ReferralDecision) if d.referral_id == referral.pk]
    newest = max(decisions, key=lambda d: (d.recorded_at, d.pk), default=None)
    allocated = any(a.referral_id == referral.pk for a in world.all(Allocation))
    return (newest is None or newest.outcome == "bring_back") and not allocated


def _newest(rows: list[Row]) -> str:
    return max(rows, key=lambda row: (row.recorded_at, row.pk)).state if rows else ""


def _prepares(eyes: Eyes) -> bool:
    return eyes.at(Scope.PANEL) and eyes.member.role in (Role.PANEL_CHAIR, Role.PANEL_COORDINATOR)


def invites(eyes: Eyes, meeting: Meeting) -> bool:
    """A meeting of the reader's site that is not over and invites them still (S-28)."""
    said = [
        i for i in eyes.world.all(Invitation) if i.meeting_id == meeting.pk and i.member_id == eyes.member.pk
    ]
    return (
        eyes.of_my_site(meeting.site_id, Scope.PANEL)
        and meeting.held_on >= eyes.world.today
        and _newest([i for i in said if i.site_id == meeting.site_id]) == "invited"
    )


def _papers_open(eyes: Eyes, meeting: Meeting) -> bool:
    """... and whose confidentiality statement they accepted."""
    return invites(eyes, meeting) and any(
        a.meeting_id == meeting.pk and a.recorded_by_id == eyes.member.pk for a in eyes.world.all(Acceptance)
    )


def _put_before(eyes: Eyes, referral: Referral) -> bool:
    """On the agenda of a meeting whose papers are open to the reader, and waiting for a decision."""
    items = [i for i in eyes.world.all(AgendaItem) if i.referral_id == referral.pk]
    return (
        referral.site_id == eyes.member.site_id
        and _before_panel(eyes.world, referral)
        and any(
            _newest([i for i in items if i.meeting_id == m.pk and i.site_id == m.site_id]) == "listed"
            for m in eyes.world.all(Meeting)
            if _papers_open(eyes, m)
        )
    )


def _barred_from_match(eyes: Eyes, match: Row) -> bool:
    """Whether one of the two people matched stands behind what the reader is barred from (S-34)."""
    return any(
        party.pk in (match.first, match.second) and party.referral_id in eyes.barred_referrals
        for party in eyes.world.all(ReferralParty)
    )


def _agenda_item(eyes: Eyes, row: Row) -> bool:
    if not eyes.of_my_site(row.site_id, Scope.PANEL) or row.referral_id in eyes.barred_referrals:
        return False
    return _prepares(eyes) or (
        _papers_open(eyes, eyes.world.by_key[row.meeting_id])
        and _put_before(eyes, eyes.world.by_key[row.referral_id])
    )


def _own_of_meeting(eyes: Eyes, row: Row) -> bool:
    """Invitations and acceptances: all for who prepares, their own for a member."""
    whose = row.member_id if isinstance(row, Invitation) else row.recorded_by_id
    return eyes.of_my_site(row.site_id, Scope.PANEL) and (_prepares(eyes) or whose == eyes.member.pk)


def _of_referral(eyes: Eyes, referral: Referral) -> bool:
    if eyes.counts_at(referral.site_id):
        return True
    if referral.pk in eyes.barred_referrals:
        return False
    if eyes.of_my_site(referral.site_id, Scope.REFERRALS, Scope.ALLOCATION):
        return True
    if not eyes.of_my_site(referral.site_id, Scope.PANEL):
        return False
    return _prepares(eyes) or _put_before(eyes, referral)


def _referral_fact(eyes: Eyes, row: Row) -> bool:
    return _of_referral(eyes, eyes.world.by_key[row.referral_id])


def _release(eyes: Eyes, asked: ReleaseRequest) -> bool:
    """The governance lead and who asks: all of their site. Others of the report scope: returns that were released (S-40)."""
    if eyes.of_my_site(asked.site_id, Scope.GOVERNANCE):
        return True
    if not eyes.of_my_site(asked.site_id, Scope.REPORT):
        return False
    released = any(
        a.request_id == asked.pk and a.outcome == "released" for a in eyes.world.all(ReleaseAnswer)
    )
    return eyes.member.role in (Role.ANALYST, Role.SERVICE_MANAGER) or (asked.kind == "return" and released)


def _release_fact(eyes: Eyes, row: Row) -> bool:
    return _release(eyes, eyes.world.by_key[row.request_id])


RULES: dict[type[models.Model], Rule] = {
    **dict.fromkeys((Organisation, Site, SiteSetting, Service, Team, Installation), _everybody),
    User: _account,
    Membership: _membership,
    CaseAssignment: _counted_case_fact,
    ClientAssignment: _client_fact,
    Bar: _bar,
    BreakGlass: _break_glass,
    BreakGlassReview: _break_glass_review,
    Draft: _draft,
    AuditEvent: _event,
    AuditSeal: _nobody,
    **dict.fromkeys((SubjectRequest, SubjectBundle, SubjectRelease), _subject),
    Alert: _alert,
    AlertAnswer: lambda eyes, row: _alert(eyes, eyes.world.by_key[row.alert_id]),
    **dict.fromkeys((OwnChannel, UsualVolume, AuditWatch), _nobody),
    SuCase: lambda eyes, row: eyes.case(row.pk) or eyes.counts(row.service_id) or eyes.discloses(row.pk),
    **dict.fromkeys((StateEntry, LinkedPerson, Action, SharingConsent), _counted_case_fact),
    **dict.fromkeys(
        (Contact, Session, Closure),
        lambda eyes, row: _counted_case_fact(eyes, row) or eyes.discloses(row.case_id),
    ),
    ServiceUserProfile: _disclosed_case_fact,
    VsRecord: lambda eyes, row: eyes.client(row.pk) or eyes.discloses(row.pk),
    **dict.fromkeys((ClientProfile, ClientContact, RecordExit), _disclosed_client_fact),
    EngagementEntry: lambda eyes, row: eyes.client(row.record_id) or eyes.counts(row.service_id),
    Absence: lambda eyes, row: (
        (eyes.at(Scope.VS_WORKER) or eyes.at(Scope.VS_MANAGER)) and eyes.member.service_id == row.service_id
    ),
    SealedValue: _sealed,
    SealedEnd: _sealed_end,
    CaseLink: lambda eyes, row: _bridge(eyes, row) or eyes.counts(row.su_service_id),
    ContactView: _view,
    StopConcern: _stop,
    **dict.fromkeys((StopOverride, OverrideNotice), _override),
    **dict.fromkeys((PracticeIncident, IncidentCharge, IncidentClosing), _incident),
    **dict.fromkeys((Citation, Escalation), _of_his_plans),
    **dict.fromkeys((Hold, ErasureProposal), _retention),
    ErasureAnswer: lambda eyes, row: _retention(eyes, eyes.world.by_key[row.proposal_id]),
    ReferralList: _lists,
    ListSaved: _lists,
    PossibleMatch: lambda eyes, row: (
        _lists(eyes, row) and not {row.referral_id, row.earlier_id} & eyes.barred_referrals
    ),
    MatchAnswer: _lists,
    SealedArrival: _nobody,
    Referral: _of_referral,
    ReferralParty: _referral_fact,
    ReferralDecision: _referral_fact,
    Meeting: lambda eyes, row: (
        eyes.of_my_site(row.site_id, Scope.PANEL) and (_prepares(eyes) or invites(eyes, row))
    ),
    **dict.fromkeys((Invitation, Acceptance), _own_of_meeting),
    AgendaItem: _agenda_item,
    IdentityMatch: lambda eyes, row: (
        eyes.at(Scope.GOVERNANCE)
        and eyes.member.site_id in (row.first_site_id, row.second_site_id)
        and not _barred_from_match(eyes, row)
    ),
    IdentityDecision: lambda eyes, row: (
        eyes.of_my_site(row.site_id, Scope.GOVERNANCE)
        and not _barred_from_match(eyes, eyes.world.by_key[row.match_id])
    ),
    ReleaseRequest: _release,
    ReleaseAnswer: _release_fact,
    ReleaseFile: _release_fact,
    Allocation: lambda eyes, row: (
        eyes.of_my_site(row.site_id, Scope.ALLOCATION) and row.referral_id not in eyes.barred_referrals
    ),
}

_EITHER, _REACH, _DANGER = ("reach", "danger"), ("reach",), ("danger",)
_OF_HIS, _OF_HERS = ("case_id", Scope.SU_WORKER), ("record_id", Scope.VS_WORKER)
_OF_BOTH = [("su_case_id", Scope.SU_WORKER, _DANGER), ("vs_record_id", Scope.VS_WORKER, _DANGER)]
IN_PART: dict[type[models.Model], list[tuple[str, Scope, tuple[str, ...]]]] = {
    CaseAssignment: [(*_OF_HIS, _EITHER)],
    ServiceUserProfile: [(*_OF_HIS, _EITHER)],
    StateEntry: [(*_OF_HIS, _EITHER)],
    ContactChannel: [(*_OF_HIS, _REACH)],
    LinkedPerson: [(*_OF_HIS, _DANGER)],
    ClientAssignment: [(*_OF_HERS, _EITHER)],
    ClientProfile: [(*_OF_HERS, _EITHER)],
    SafeContactRule: [(*_OF_HERS, _REACH)],
    SafetyPlan: [(*_OF_HERS, _DANGER)],
    OtherAtRisk: [(*_OF_HERS, _DANGER)],
    StopConcern: _OF_BOTH,
    StopAnswer: _OF_BOTH,
}
"""What an emergency reading of a part opens: the key of the record, in whose scope, which parts (S-35)."""


def _in_part(eyes: Eyes, row: Row) -> bool:
    if isinstance(row, StateEntry) and row.history != "whereabouts":
        return False
    return any(
        eyes.opens_part(getattr(row, key), worker, parts) for key, worker, parts in IN_PART.get(type(row), ())
    )


FAMILIES: dict[type[models.Model], Rule] = {
    CaseFact: _case_fact,
    ClientFact: _client_fact,
    BridgeFact: _bridge,
}


def rule_for(model: type[models.Model]) -> Rule:
    """The table's own rule, or its family's. Raises `LookupError`: nobody has said who sees the table."""
    rule = RULES.get(model) or next((r for family, r in FAMILIES.items() if issubclass(model, family)), None)
    if rule and model in IN_PART:
        return lambda eyes, row: rule(eyes, row) or _in_part(eyes, row)
    if rule:
        return rule
    raise LookupError(f"{model._meta.db_table}: who may see it? Write a rule in tests/proof/oracle.py")


type Seen = set[tuple[str, str]]
"""Pairs of table and key."""


def allowed(world: World, member: Membership, scope: Scope) -> Seen:
    """All that this member may see in this scope."""
    eyes = Eyes(world, member, scope)
    return {
        (model._meta.db_table, str(row.pk))
        for model, rows in world.rows.items()
        for row in rows
        if rule_for(model)(eyes, row)
    }


def allowed_anywhere(world: World, member: Membership) -> Seen:
    """All that this member may see in any scope of their role: what any page might show them."""
    return set().union(*(allowed(world, member, scope) for scope in Role(member.role).entry.scopes))
