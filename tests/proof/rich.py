"""One fixed world in which everything happens once: the cast, more cases and clients, and a marker in every record."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import uuid4

from django.utils import timezone

from drive.access.models import (
    Bar,
    BreakGlass,
    BreakGlassReview,
    CaseAssignment,
    ClientAssignment,
    Draft,
    Membership,
    Service,
    Site,
    SiteSetting,
    local_today,
)
from drive.access.roles import Role
from drive.access.stepping import acting_as
from drive.advocacy.models import Absence, ClientFact, RecordExit, SealedValue, VsRecord, Wish
from drive.allocation.models import Allocation
from drive.audit.record import Act, record_event
from drive.casework.models import CaseFact, StateEntry, SuCase
from drive.extract.models import ReleaseAnswer, ReleaseFile, ReleaseRequest
from drive.oversight.models import Alert, AlertAnswer
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
    ContactQuestion,
    ContactView,
    IncidentCharge,
    IncidentClosing,
    OutcomeProposal,
)
from drive.safety.models.links import BridgeFact
from tests.cast import Cast, join, lay_out, link, open_case, open_record, seeding

from .filling import Filler
from .oracle import our_models


@dataclass(frozen=True)
class Rich:
    cast: Cast
    filler: Filler
    members: list[Membership]
    cases: list[SuCase]
    records: list[VsRecord]
    links: list[CaseLink]
    referrals: list[Referral]


def rich_world() -> Rich:
    """Lay it out: call in a test that has a database."""
    cast = lay_out()
    filler = Filler(cast.service_manager, cast.idva_manager)
    with seeding():
        left = join(
            "Lettice Gone", Role.CASE_MANAGER, cast.su_service, cast.site, cast.su_service.organisation
        )
        barred = join(
            "Barnaby Kin", Role.SERVICE_MANAGER, cast.su_service, cast.site, cast.su_service.organisation
        )
        barred_idva = join(
            "Beatrix Kin", Role.IDVA_MANAGER, cast.vs_service, cast.site, cast.vs_service.organisation
        )
        barred_lead = join(
            "Bathsheba Kin", Role.GOVERNANCE_LEAD, None, cast.site, cast.governance_lead.organisation
        )
        second = open_case(
            cast.su_service, cast.other_case_manager, "Peregrine", "Mossop", cast.service_manager
        )
        elsewhere = open_case(cast.other_su_service, cast.outsider, "Lucian", "Grubb", cast.outside_manager)
        hers = open_record(cast.vs_service, cast.other_idva, "Marigold", "Tansy", cast.idva_manager)
        away = open_record(cast.other_vs_service, cast.outside_idva, "Clementine", "Ousel", cast.outside_idva)
        gone = join("Gideon Past", Role.ADMINISTRATOR, None, cast.site, cast.su_service.organisation)
        gone.ends_on = local_today()
        gone.save()
        CaseAssignment.objects.create(
            membership=left, case_id=cast.case.pk, service_id=cast.su_service.pk, recorded_by=cast.service_manager,
            starts_on=local_today() - datetime.timedelta(days=60), ends_on=local_today(),
        )  # fmt: skip
        ClientAssignment.objects.create(
            membership=cast.stand_in,
            record_id=cast.record.pk,
            service_id=cast.vs_service.pk,
            kind="cover",
            recorded_by=cast.idva_manager,
        )
        # Barred from a record that she also covers: the bar decides, sealed values included (S-34).
        ClientAssignment.objects.create(
            membership=barred_idva, record_id=cast.record.pk, service_id=cast.vs_service.pk, kind="cover",
            recorded_by=cast.idva_manager,
        )  # fmt: skip
        # Two clients of one service user, whose workers must not learn of each other (S-04).
        links = [
            cast.link,
            link(cast.case, hers, cast.service_manager, "Marigold Tansy"),
            link(elsewhere, away, cast.outside_manager, "C. O."),
        ]
        for member, record in ((barred, cast.case), (barred_idva, cast.record), (barred_lead, cast.case)):
            Bar.objects.create(
                user=member.user,
                record_id=record.pk,
                kind="tie",
                reason="zqbarqz",
                recorded_by=cast.governance_lead,
            )
        reading = BreakGlass.objects.create(
            membership=cast.other_idva, record_id=cast.record.pk, service_id=cast.vs_service.pk, reason="zqreadqz",
            expires_at=timezone.now() + datetime.timedelta(hours=2),
        )  # fmt: skip
        BreakGlassReview.objects.create(
            break_glass=reading,
            service_id=reading.service_id,
            finding="needed",
            note="zqreviewqz",
            recorded_by=cast.idva_manager,
        )
        BreakGlass.objects.create(
            membership=cast.step_down_worker, record_id=cast.case.pk, service_id=cast.su_service.pk, reason="zqlookqz",
            expires_at=timezone.now() + datetime.timedelta(hours=2),
        )  # fmt: skip
        for member, record, part in (
            (cast.team_leader, cast.case, "reach"),
            (cast.service_manager, cast.case, "danger"),
            (cast.stand_in, hers, "reach"),
            (cast.idva, hers, "danger"),
        ):
            BreakGlass.objects.create(
                membership=member, record_id=record.pk, service_id=record.service_id, reason="zqpartqz", scope=part,
                expires_at=timezone.now() + datetime.timedelta(hours=2),
            )  # fmt: skip
        _elsewhere_too(cast, elsewhere)
    cases, records = [cast.case, second, elsewhere], [cast.record, hers, away]
    _write(filler, cases, records, links)
    filler.fill(StateEntry, case=cast.case, history="whereabouts", value="community")
    for member, form, record_id in (
        (cast.case_manager, "su_case.contact", cast.case.pk),
        (cast.idva, "vs_record.contact", cast.record.pk),
        (left, "su_case.contact", cast.case.pk),
    ):
        filler.fill(
            Draft,
            membership=member,
            form=form,
            record_id=record_id,
            content={"note": [f"zqdraft{form[:2]}qz"]},
        )
    looks = (
        (cast.case_manager, cast.case),
        (cast.idva, cast.record),
        (cast.outside_idva, away),
        (cast.case_manager, None),
    )
    for member, record in looks:
        with acting_as(member.as_actor()):
            record_event(
                Act.LOOKED,
                by=member.as_actor(),
                kind="su_case" if record else "su_case_list",
                record_id=record.pk if record else None,
                service_id=record.service_id if record else None,
            )
    with acting_as(cast.idva.as_actor()):  # what the table itself records of a write is nobody's to read
        Wish.objects.create(
            record=cast.record, service_id=cast.vs_service.pk, recorded_by=cast.idva, words="that it stops",
            said_on=local_today(),
        )  # fmt: skip
    _release(filler, cast)
    _away(filler, cast)
    _retire(filler, cast, elsewhere, (barred, barred_idva, barred_lead))
    referrals = _refer(filler, cast)
    partners = _meet(filler, cast, referrals)
    _alerts(filler, cast)
    members = [*cast.everybody(), *partners, gone, left, barred, barred_idva, barred_lead]
    return Rich(cast, filler, members, cases, records, links, referrals)


def _elsewhere_too(cast: Cast, elsewhere: SuCase) -> None:
    """What governance and supervisors of one site must not read of another's: ties, readings, reviews."""
    Bar.objects.create(
        user=cast.outside_idva.user, record_id=elsewhere.pk, kind="tie", reason="zqbarqz", recorded_by=cast.outside_manager
    )  # fmt: skip
    for member, record in ((cast.outsider, elsewhere), (cast.other_case_manager, cast.case)):
        reading = BreakGlass.objects.create(
            membership=member, record_id=record.pk, service_id=record.service_id, reason="zqlookqz",
            expires_at=timezone.now() - datetime.timedelta(hours=1),
        )  # fmt: skip
        BreakGlassReview.objects.create(
            break_glass=reading, service_id=reading.service_id, finding="unclear", note="zqreviewqz",
            recorded_by=cast.outside_manager,
        )  # fmt: skip


def _alerts(filler: Filler, cast: Cast) -> None:
    """About a look at each side and each site, about a manager's own, and about no record."""
    about: list[tuple[Membership, SuCase | VsRecord | None, Service, Site]] = [
        (cast.other_case_manager, cast.case, cast.su_service, cast.site),
        (cast.service_manager, cast.case, cast.su_service, cast.site),
        (cast.other_idva, cast.record, cast.vs_service, cast.site),
        (cast.governance_lead, None, cast.su_service, cast.site),
        (cast.outsider, None, cast.other_su_service, cast.other_site),
    ]
    for member, record, service, site in about:
        alert = filler.fill(
            Alert, user_id=member.user_id, membership_id=member.pk, record_id=record.pk if record else None,
            service_id=service.pk, site_id=site.pk, kind="no_relation" if record else "volume",
        )  # fmt: skip
        filler.fill(AlertAnswer, alert=alert)


def _write(filler: Filler, cases: list[SuCase], records: list[VsRecord], links: list[CaseLink]) -> None:
    """Every table that hangs on a case, a record or a link, once on each; the two-view gate half open and open."""
    linked = {each.su_case_id for each in links}
    for model in our_models():
        if issubclass(model, CaseFact):
            for case in cases:
                if case.pk in linked or not model.__name__.startswith("Booking"):
                    filler.fill(model, case=case)
        elif issubclass(model, ClientFact):
            for record in records:
                filler.fill(model, record=record)
        elif issubclass(model, BridgeFact):
            for each in links:
                for side in ("su", "vs"):
                    filler.fill(model, link=each, side=side)
    of_case = {each.pk: each for each in cases}
    for each in links:  # a practice incident of one link, with who sees to it and what was learnt
        for on_link in (IncidentCharge, IncidentClosing):
            for side in ("su", "vs"):
                filler.fill(on_link, case=of_case[each.su_case_id], link=each, side=side)
    filler.fill(SealedValue, record=records[0], withheld=True, kind="refuge")
    for at in (links[0], links[2]):  # an outcome is put forward once both have written
        question = filler.fill(ContactQuestion, link=at, side="su")
        for side in ("su", "vs"):
            filler.fill(ContactView, link=at, side=side, question=question)
        for side in ("su", "vs"):
            filler.fill(OutcomeProposal, link=at, side=side, question=question)


def _away(filler: Filler, cast: Cast) -> None:
    """Somebody away at each client's service, covered and not."""
    day = local_today()
    for member, cover in ((cast.idva, cast.other_idva), (cast.idva, None), (cast.outside_idva, None)):
        filler.fill(
            Absence, service_id=member.service_id, membership=member, cover=cover, first_day=day, last_day=day
        )


def _retire(filler: Filler, cast: Cast, elsewhere: SuCase, kin: tuple[Membership, ...]) -> None:
    """On each side a record past its time, proposed, held, and out of sight for its kin; and rows that must not be copied:
    of a case in work, of the other site, and with keys that do not belong together (ADR 16).
    """
    day = datetime.timedelta(days=1)
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="ADR-16", value={"su": 12, "vs": 12})
        his = open_case(cast.su_service, cast.other_case_manager, "Septimus", "Olden", cast.service_manager)
        StateEntry.objects.filter(case=his).update(value="closed", since=local_today() - 400 * day)
        hers = open_record(cast.vs_service, cast.other_idva, "Seraphina", "Olden", cast.idva_manager)
        RecordExit.objects.create(
            record=hers, service_id=hers.service_id, recorded_by=cast.idva_manager, reason="completed",
            exited_on=local_today() - 400 * day, check_ins_continue=False,
        )  # fmt: skip
        hers_elsewhere = VsRecord.objects.get(pk=CaseLink.objects.get(su_case_id=elsewhere.pk).vs_record_id)
        for member in kin:
            for record in (his, hers):
                Bar.objects.create(
                    user=member.user, record_id=record.pk, kind="tie", reason="zqbarqz", recorded_by=cast.governance_lead
                )  # fmt: skip
    for side, record in (
        ("su", his),
        ("vs", hers),
        ("su", cast.case),
        ("su", elsewhere),
        ("vs", hers_elsewhere),
    ):
        keys = {
            "side": side,
            "record_id": record.pk,
            "service_id": record.service_id,
            "site_id": record.site_id,
        }
        known = {**keys, "recorded_by": cast.service_manager if side == "su" else cast.idva_manager}
        filler.fill(Hold, **known)
        filler.fill(ErasureProposal, **known)
        for outcome in ("kept", "erased"):
            asked = filler.fill(ErasureProposal, **known)
            filler.fill(
                ErasureAnswer,
                proposal=asked,
                site_id=asked.site_id,
                outcome=outcome,
                recorded_by=cast.governance_lead,
            )
    filler.fill(Hold, **{**known, "record_id": his.pk, "side": "su", "service_id": his.service_id})


def _release(filler: Filler, cast: Cast) -> None:
    """An extract that waits, one released and written, a return released and one refused; one at the other site."""
    for site, kind, outcome in (
        (cast.site, "extract", ""),
        (cast.site, "extract", "released"),
        (cast.site, "return", "released"),
        (cast.site, "return", "refused"),
        (cast.other_site, "return", "released"),
    ):
        asked = filler.fill(
            ReleaseRequest, site_id=site.pk, kind=kind, study="study" if kind == "extract" else ""
        )
        if outcome:
            filler.fill(ReleaseAnswer, request=asked, site_id=site.pk, outcome=outcome)
        if outcome == "released":
            filler.fill(ReleaseFile, request=asked, site_id=site.pk, rows={"cases": 1})


def _refer(filler: Filler, cast: Cast) -> list[Referral]:
    """Undecided, accepted and to come back, at one site; one at the other."""
    referrals = []
    for site, outcome in (
        (cast.site, ""),
        (cast.site, "accept"),
        (cast.site, "bring_back"),
        (cast.other_site, ""),
    ):
        came_on = filler.fill(ReferralList, site_id=site.pk)
        referral = filler.fill(Referral, site_id=site.pk, referral_list=came_on, line=1)
        for role in ("service_user", "victim_survivor"):
            party = filler.fill(
                ReferralParty,
                referral=referral,
                role=role,
                site_id=site.pk,
                identity_digest=uuid4().hex if outcome else "same",
            )
        filler.fill(SealedArrival, party=party)
        filler.fill(ListSaved, referral_list=came_on, site_id=site.pk)
        if outcome:
            filler.fill(ReferralDecision, referral=referral, site_id=site.pk, outcome=outcome)
        if referrals:
            match = filler.fill(PossibleMatch, referral=referral, earlier=referrals[0], site_id=site.pk)
            filler.fill(MatchAnswer, match=match, site_id=site.pk)
        referrals.append(referral)
    _across_sites(filler, cast, referrals)
    return referrals


def _meet(filler: Filler, cast: Cast, referrals: list[Referral]) -> list[Membership]:
    """Meetings of both sites: open to the panel's member, not yet accepted, over, and another member's. The members besides
    the cast's, who sit at the same table, are barred, and work at the other site; and who prepares there."""
    undecided, accepted, back, elsewhere = referrals
    with seeding():
        housing, kin = (
            join(name, Role.PANEL_MEMBER, None, cast.site, cast.chair.organisation)
            for name in ("Hesper Quill", "Bethesda Kin")
        )
        away = join("Ottilie Reed", Role.PANEL_MEMBER, None, cast.other_site, cast.outsider.organisation)
        chair = join("Osric Pane", Role.PANEL_CHAIR, None, cast.other_site, cast.outsider.organisation)
        barred_chair = join("Barnaby Kin", Role.PANEL_CHAIR, None, cast.site, cast.chair.organisation)
        for member in (kin, barred_chair):
            Bar.objects.create(
                user=member.user, record_id=back.pk, kind="tie", reason="zqbarqz", recorded_by=cast.governance_lead
            )  # fmt: skip
    day = datetime.timedelta(days=1)
    for site, held_on, listed, taken_off, invited, withdrawn, accepts in (
        (
            cast.site,
            local_today(),
            (undecided, back, accepted),
            (),
            (cast.partner, kin),
            (),
            (cast.partner, kin),
        ),
        (cast.site, local_today() + 9 * day, (undecided,), (), (cast.partner, housing), (), (housing,)),
        (cast.site, local_today() - day, (undecided,), (), (cast.partner, housing), (), (cast.partner,)),
        (
            cast.site,
            local_today() + day,
            (undecided,),
            (back,),
            (housing,),
            (cast.partner,),
            (housing, cast.partner),
        ),
        (cast.other_site, local_today(), (elsewhere,), (), (away,), (), (away,)),
    ):
        meeting = filler.fill(Meeting, site_id=site.pk, held_on=held_on)
        known = {"meeting": meeting, "site_id": site.pk}
        for state, those in (("listed", (*listed, *taken_off)), ("taken_off", taken_off)):
            for referral in those:
                filler.fill(AgendaItem, referral=referral, state=state, **known)
        for state, whom in (("invited", (*invited, *withdrawn)), ("withdrawn", withdrawn)):
            for member in whom:
                filler.fill(Invitation, member=member, state=state, **known)
        for member in accepts:
            filler.fill(Acceptance, recorded_by=member, **known)
    return [housing, kin, away, chair, barred_chair]


def _across_sites(filler: Filler, cast: Cast, referrals: list[Referral]) -> None:
    """Decisions and allocations of both sites, and people who stand at both."""
    with seeding():
        here, there = (
            ReferralParty.objects.filter(referral=each).first() for each in (referrals[0], referrals[3])
        )
        assert here
        assert there
        for first, second in ((here, there), (there, here)):
            IdentityMatch.objects.create(
                first=first.pk, second=second.pk, first_site_id=first.site_id, second_site_id=second.site_id, kind="sites"
            )  # fmt: skip
    filler.fill(ReferralDecision, referral=referrals[3], site_id=cast.other_site.pk, outcome="bring_back")
    for referral, site, case, record in (
        (referrals[1], cast.site, cast.case, cast.record),
        (referrals[3], cast.other_site, cast.case, cast.record),
    ):
        filler.fill(
            Allocation, referral=referral, site_id=site.pk, su_case_id=case.pk, vs_record_id=record.pk,
            su_holder=cast.case_manager, vs_holder=cast.idva,
        )  # fmt: skip
        with seeding():
            match = IdentityMatch.objects.order_by("pk").first()
        filler.fill(IdentityDecision, match=match, site_id=site.pk)
