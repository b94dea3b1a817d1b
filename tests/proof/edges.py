"""What stands at the edge of a rule, so that a rule which is a day, a kind or a row wrong shows it (tests/proof/policy_world.py).
Imported once Django is set up.
"""

from __future__ import annotations

import calendar
import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from drive.access.models import (
    Bar,
    BreakGlass,
    CaseAssignment,
    ClientAssignment,
    Membership,
    SiteSetting,
    local_today,
)
from drive.access.roles import Role
from drive.advocacy.models import (
    CheckInPlan,
    ClientContact,
    EngagementEntry,
    RecordExit,
    SealedValue,
    VsRecord,
)
from drive.allocation.models import Allocation
from drive.casework.models import Action, StateEntry
from drive.panels.models import Acceptance, AgendaItem, Invitation, Meeting
from drive.referrals.models import Referral, ReferralDecision, ReferralList, ReferralParty
from drive.retention.models import ErasureAnswer, ErasureProposal
from drive.safety.models import CaseLink
from tests.cast import join, link, open_case, open_record, seeding


def told_across(rich: Any) -> None:
    """Of each linked case and record several of everything that is told of it to the other side, the newest not the last."""
    fill, today, now, day = rich.filler.fill, local_today(), timezone.now(), datetime.timedelta(days=1)
    with seeding():
        ClientContact.objects.all().update(happened_at=now - 90 * day)
    for number, record in enumerate(rich.records):
        first, second = ("spoke", "agreed_next") if number % 2 else ("agreed_next", "spoke")
        for outcome, in_person, ago in (
            (first, True, 9), (second, True, 12 + number), ("spoke", False, 3), ("no_answer", True, 2),
        ):  # fmt: skip
            fill(
                ClientContact,
                record=record,
                outcome=outcome,
                in_person=in_person,
                happened_at=now - (ago + number) * day,
            )
        for ago in (number, 9):
            recorded_at = timezone.now() - ago * day
            fill(CheckInPlan, record=record, due_on=today + (number + ago + 1) * day, recorded_at=recorded_at)
        for value, since, ago in ((f"now {number}", 0, 0), ("by then", 0, 9), ("before", 9, 0)):
            fill(
                EngagementEntry, record=record, value=value, since=today - since * day,
                recorded_at=timezone.now() - ago * day,
            )  # fmt: skip
    for number, case in enumerate(rich.cases):
        for history in ("status", "contact", "whereabouts", "approach"):
            for value, since, ago in ((f"{history} {number}", 0, 0), ("by then", 0, 9), ("before", 9, 0)):
                fill(
                    StateEntry, case=case, history=history, value=value, since=today - since * day,
                    recorded_at=timezone.now() - ago * day,
                )  # fmt: skip
        fill(StateEntry, case=case, history="legal", value="newest of all", since=today)
        first, second = ("disrupt", "both") if number else ("both", "disrupt")
        with seeding():
            Action.objects.filter(case=case).update(done_on=today - 90 * day)
        for sub_type, ago in ((first, 5), (second, 12), ("support", 1)):
            fill(Action, case=case, sub_type=sub_type, done_on=today - (ago + number) * day)


def somebody_came_back(rich: Any) -> None:
    """A client of a case that goes on, back for the second time: her first two records are closed and linked one after the
    other, the third is open and not linked yet (ADR 24)."""
    cast = rich.cast
    with seeding():
        his = open_case(cast.su_service, cast.other_case_manager, "Ambrose", "Again", cast.service_manager)
        hers = [
            open_record(cast.vs_service, holder, "Winifred", "Again", cast.idva_manager)
            for holder in (cast.other_idva, cast.idva, cast.other_idva)
        ]
        VsRecord.objects.filter(pk__in=[each.pk for each in hers]).update(person_key=hers[0].person_key)
        for record in hers[:2]:
            RecordExit.objects.create(
                record=record, service_id=record.service_id, recorded_by=cast.idva_manager, reason="completed",
                exited_on=local_today(), check_ins_continue=False,
            )  # fmt: skip
        first = link(his, hers[0], cast.service_manager, "Winifred Again")
        CaseLink.objects.create(
            su_case_id=his.pk, su_service_id=his.service_id, vs_record_id=hers[1].pk, vs_service_id=hers[1].service_id,
            site_id=his.site_id, is_index=True, thread=first.pk, number=2, recorded_by=cast.idva_manager,
        )  # fmt: skip


def kept_for(rich: Any) -> None:
    """Months for which a site keeps records, said before, from another day on, elsewhere and of something else; cases past
    their time since today, a record that was spoken about after its end; and a proposal of who would answer it."""

    cast, today, day = rich.cast, local_today(), datetime.timedelta(days=1)
    last = calendar.monthrange(today.year - 1, today.month)[1]
    a_year_ago = today.replace(year=today.year - 1, day=min(today.day, last))
    with seeding():
        since = SiteSetting.objects.get(site=cast.site, code="ADR-16").applies_from
        for site, code, applies_from, ago in (
            (cast.site, "ADR-16", today + 9 * day, 0),
            (cast.site, "ADR-16", since - 9 * day, 0),
            (cast.site, "ADR-16", since, 9),
            (cast.other_site, "ADR-16", today, 0),
            (cast.site, "C-99", today, 0),
        ):
            SiteSetting.objects.create(
                site=site, code=code, value={"su": 1200, "vs": 1200}, applies_from=applies_from,
                recorded_at=timezone.now() - ago * day,
            )  # fmt: skip
        ended = []
        for value in ("closed", "not_progressed", "rejected"):
            his = open_case(
                cast.su_service, cast.other_case_manager, "Septimus", "Today", cast.service_manager
            )
            StateEntry.objects.filter(case=his).update(value=value, since=a_year_ago)
            for history, other, entered, ago in (
                ("status", "working", a_year_ago - 9 * day, 0),
                ("status", "working", a_year_ago, 9),
                ("contact", "in_contact", today, 0),
            ):
                rich.filler.fill(
                    StateEntry, case=his, history=history, value=other, since=entered, recorded_at=timezone.now() - ago * day
                )  # fmt: skip
            ended.append(his)
        hers = open_record(cast.vs_service, cast.other_idva, "Seraphina", "Today", cast.idva_manager)
        rich.filler.fill(RecordExit, record=hers, exited_on=a_year_ago)
        olden = open_record(cast.vs_service, cast.other_idva, "Seraphina", "Past", cast.idva_manager)
        rich.filler.fill(RecordExit, record=olden, exited_on=a_year_ago)
        link(ended[0], olden, cast.service_manager, "Seraphina Past")
        for ago in (500, 9):
            rich.filler.fill(ClientContact, record=hers, happened_at=timezone.now() - ago * day)
    for record, by in (
        (cast.case, cast.governance_lead),
        *((each, cast.service_manager) for each in ended),
        (hers, cast.idva_manager),
    ):
        known = {
            "side": "vs" if record is hers else "su",
            "record_id": record.pk,
            "service_id": record.service_id,
            "site_id": record.site_id,
        }
        asked = rich.filler.fill(ErasureProposal, **known, recorded_by=by)
        rich.filler.fill(
            ErasureAnswer,
            proposal=asked,
            site_id=cast.site.pk,
            outcome="kept",
            recorded_by=cast.governance_lead,
        )


def first_and_last_days(rich: Any) -> list[Any]:
    """What begins today, begins tomorrow and has ended today: bars of every kind, assignments, memberships; assignments of
    every kind; a record restricted to those who work it, opened by this reader and by another. The new members."""

    cast, today, day = rich.cast, local_today(), datetime.timedelta(days=1)
    windows = [
        {"starts_on": today + first * day, "ends_on": today + last * day}
        for first, last in ((0, 9), (1, 9), (-9, 0))
    ]

    def case() -> Any:
        return open_case(cast.su_service, cast.other_case_manager, "Eustace", "Verge", cast.service_manager)

    def client() -> Any:
        return open_record(cast.vs_service, cast.other_idva, "Euphemia", "Verge", cast.idva_manager)

    def bar(user: Any, record: Any, **more: Any) -> None:
        Bar.objects.create(
            user=user, record_id=record.pk, kind="restriction", reason="zqbarqz", recorded_by=cast.governance_lead, **more
        )  # fmt: skip

    def works(
        member: Membership, record: Any, on: type[CaseAssignment | ClientAssignment], **more: Any
    ) -> None:
        key = "case_id" if on is CaseAssignment else "record_id"
        by = cast.service_manager if on is CaseAssignment else cast.idva_manager
        known = {key: record.pk, "service_id": record.service_id, "recorded_by": by}
        on.objects.create(membership=member, **known, **more)

    members = []
    for window in windows:
        with seeding():
            came = rich.filler.fill(ReferralList, site_id=cast.site.pk)
            referral = rich.filler.fill(Referral, site_id=cast.site.pk, referral_list=came, line=1)
            his, hers = case(), client()
            type(his).objects.filter(pk=his.pk).update(referral_id=referral.pk)
            rich.filler.fill(
                Allocation, referral=referral, site_id=cast.site.pk, su_case_id=his.pk, vs_record_id=hers.pk,
                su_holder=cast.other_case_manager, vs_holder=cast.other_idva,
            )  # fmt: skip
            for user in (cast.service_manager.user, cast.idva_manager.user):
                bar(user, referral, **window)
            bar(cast.service_manager.user, case(), **window)
            bar(None, case(), **window)
            for member, manager, of, on in (
                (cast.case_manager, cast.service_manager, case, CaseAssignment),
                (cast.idva, cast.idva_manager, client, ClientAssignment),
            ):
                record = of()
                works(member, record, on, **window)
                if on is ClientAssignment:
                    rich.filler.fill(SealedValue, record=record, withheld=True)
                    rich.filler.fill(SealedValue, record=record)
                restricted = of()
                bar(None, restricted)
                works(manager, restricted, on, **window)
            joined = join(
                "Edgar Brink", Role.CASE_MANAGER, cast.su_service, cast.site, cast.su_service.organisation
            )
            Membership.objects.filter(pk=joined.pk).update(**window)
            works(joined, cast.case, CaseAssignment, kind="named_contact")
            members.append(joined)
    with seeding():
        closed = join(
            "Enid Shut", Role.CASE_MANAGER, cast.su_service, cast.site, cast.su_service.organisation
        )
        closed.user.is_active = False
        closed.user.save()
        works(closed, cast.case, CaseAssignment, kind="named_contact")
        members.append(closed)
        for kind in ("named_contact", "cover", "joint", "relay"):
            his, hers = case(), client()
            works(cast.case_manager, his, CaseAssignment, kind=kind)
            works(cast.idva, hers, ClientAssignment, kind=kind)
            rich.filler.fill(StateEntry, case=his, history="status", value="in_work")
            rich.filler.fill(SealedValue, record=hers, withheld=True)
            rich.filler.fill(SealedValue, record=hers)
        kept, opened, opened_before, opened_by_another = case(), case(), case(), case()
        bar(None, kept, kept_by=cast.service_manager.user)
        for record, reader, days in (
            (opened, cast.service_manager, 1),
            (opened_before, cast.service_manager, -1),
            (opened_by_another, cast.team_leader, 1),
        ):
            bar(None, record)
            reading = rich.filler.fill(
                BreakGlass, membership=reader, record_id=record.pk, service_id=record.service_id, scope="whole",
            )  # fmt: skip
            BreakGlass.objects.filter(pk=reading.pk).update(expires_at=reading.opened_at + days * day)
        for window in windows[1:]:  # a cover who held, or will hold; a manager who worked, or will work
            hers = client()
            works(cast.idva, hers, ClientAssignment, **window)
            works(cast.idva, hers, ClientAssignment, kind="cover")
            rich.filler.fill(SealedValue, record=hers, withheld=True)
            works(cast.service_manager, cast.case, CaseAssignment, kind="relay", **window)
        for record, of, on, other in (
            (rich.cases[2], "case_id", CaseAssignment, cast.outside_manager),
            (rich.records[2], "record_id", ClientAssignment, cast.idva),
        ):
            on.objects.filter(**{of: record.pk}).update(starts_on=today - 30 * day)
            for kind, first, end in (
                ("holder", -60, 9),
                ("holder", -9, 0),
                ("holder", 1, 9),
                ("cover", 0, 9),
            ):
                works(other, record, on, kind=kind, starts_on=today + first * day, ends_on=today + end * day)
        since_today = join(
            "Edmund Lift", Role.SERVICE_MANAGER, cast.su_service, cast.site, cast.su_service.organisation
        )
        works(since_today, cast.case, CaseAssignment, kind="relay")
        members.append(since_today)
        bar(cast.expert_advisor.user, rich.records[1])
        members.append(join("Edith Heed", Role.EXPERT_ADVISOR, None, cast.site, cast.su_service.organisation))
        bar(members[-1].user, cast.case)
        for part in ("whole", "reach"):
            for reader, record in ((cast.step_down_worker, case()), (cast.idva, client())):
                BreakGlass.objects.create(
                    membership=reader, record_id=record.pk, service_id=record.service_id, reason="zqlookqz", scope=part,
                    opened_at=timezone.now() - day, expires_at=timezone.now() - day / 2,
                )  # fmt: skip
    _same_people(rich)
    return members


def _same_people(rich: Any) -> None:
    """Referrals behind a case and a record that the coordinator is barred from, and others: of one of their people, of
    somebody else in another part, of somebody of that key at the other site; and some that the panel decided more than once."""

    cast, made, now = rich.cast, [], timezone.now()
    for site, role, key in (
        (cast.site, "service_user", "1"),
        (cast.site, "service_user", "1"),
        (cast.site, "victim_survivor", "1"),
        (cast.other_site, "service_user", "2"),
        (cast.site, "service_user", "2"),
        (cast.site, "service_user", "3"),
        (cast.site, "service_user", "4"),
    ):
        came = rich.filler.fill(ReferralList, site_id=site.pk)
        referral = rich.filler.fill(Referral, site_id=site.pk, referral_list=came, line=1)
        rich.filler.fill(ReferralParty, referral=referral, role=role, site_id=site.pk, match_key=key)
        made.append(referral)
    decided = (("bring_back", 2, 1), ("accept", 1, 2)), (("accept", 2, 3), ("bring_back", 1, 4))
    meeting = rich.filler.fill(Meeting, site_id=cast.site.pk, held_on=local_today())
    known = {"meeting": meeting, "site_id": cast.site.pk}
    rich.filler.fill(Invitation, member=cast.partner, state="invited", **known)
    rich.filler.fill(Acceptance, recorded_by=cast.partner, **known)
    for decisions in (*decided, (("bring_back", 1, 5), ("accept", 1, 6))):
        came = rich.filler.fill(ReferralList, site_id=cast.site.pk)
        referral = rich.filler.fill(Referral, site_id=cast.site.pk, referral_list=came, line=1)
        rich.filler.fill(AgendaItem, referral=referral, state="listed", **known)
        for outcome, ago, number in decisions:
            rich.filler.fill(
                ReferralDecision, id=UUID(int=number), referral=referral, site_id=cast.site.pk, outcome=outcome,
                recorded_at=now - datetime.timedelta(days=ago),
            )  # fmt: skip
    _papers(rich, made)
    with seeding():
        case, away, his = (
            open_case(service, cast.other_case_manager, "Eustace", "Twin", cast.service_manager)
            for service in (cast.su_service, cast.other_su_service, cast.su_service)
        )
        hers, other = (
            open_record(cast.vs_service, cast.other_idva, "Euphemia", "Twin", cast.idva_manager)
            for _ in range(2)
        )
        for referral, record in ((made[0], case), (made[3], away)):
            type(record).objects.filter(pk=record.pk).update(referral_id=referral.pk)
        for referral, su, vs in ((made[5], his, other), (made[6], rich.cases[1], hers)):
            rich.filler.fill(
                Allocation, referral=referral, site_id=cast.site.pk, su_case_id=su.pk, vs_record_id=vs.pk,
                su_holder=cast.other_case_manager, vs_holder=cast.other_idva,
            )  # fmt: skip
        for record in (case, away, his, hers):
            Bar.objects.create(
                user=cast.coordinator.user, record_id=record.pk, kind="tie", reason="zqbarqz", recorded_by=cast.governance_lead
            )  # fmt: skip


def _papers(rich: Any, referrals: list[Any]) -> None:
    """Meetings of today on which rows of the other site bear, and on which was decided twice, later and at once."""
    cast, fill, now = rich.cast, rich.filler.fill, timezone.now()
    kept = [rich.filler.fill(Meeting, site_id=cast.site.pk, held_on=local_today()) for _ in range(4)]
    away = fill(Meeting, site_id=cast.other_site.pk, held_on=local_today())
    for meeting in (*kept, away):
        fill(Acceptance, recorded_by=cast.partner, meeting=meeting, site_id=meeting.site_id)
    fill(Invitation, member=cast.partner, state="invited", meeting=kept[0], site_id=cast.other_site.pk)
    fill(Invitation, member=cast.partner, state="invited", meeting=away, site_id=cast.other_site.pk)
    for meeting, state, ago, number in (
        (kept[1], "invited", 9, 12), (kept[1], "withdrawn", 0, 11), (kept[3], "invited", 0, 15), (kept[3], "withdrawn", 0, 16),
    ):  # fmt: skip
        fill(
            Invitation, id=UUID(int=number), member=cast.partner, state=state, meeting=meeting, site_id=cast.site.pk,
            recorded_at=now - datetime.timedelta(days=ago),
        )  # fmt: skip
    fill(Invitation, member=cast.partner, state="invited", meeting=kept[2], site_id=cast.site.pk)
    listed = dict(zip((kept[0], kept[1], away), referrals, strict=False))
    for meeting, referral in listed.items():
        fill(AgendaItem, referral=referral, state="listed", meeting=meeting, site_id=meeting.site_id)
    fill(
        AgendaItem,
        referral=referrals[4],
        state="listed",
        meeting=kept[2],
        site_id=cast.other_site.pk,
    )
    for of, state, ago, number in (
        (2, "listed", 9, 14),
        (2, "taken_off", 0, 13),
        (1, "listed", 0, 17),
        (1, "taken_off", 0, 18),
    ):
        fill(
            AgendaItem, id=UUID(int=number), referral=referrals[of], state=state, meeting=kept[2], site_id=cast.site.pk,
            recorded_at=now - datetime.timedelta(days=ago),
        )  # fmt: skip
