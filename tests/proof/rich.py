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
    local_today,
)
from drive.access.roles import Role
from drive.access.stepping import acting_as
from drive.advocacy.models import ClientFact, SealedValue, VsRecord
from drive.audit.record import Act, record_event
from drive.casework.models import CaseFact, SuCase
from drive.extract.models import ReleaseAnswer, ReleaseFile, ReleaseRequest
from drive.referrals.models import (
    PossibleMatch,
    Referral,
    ReferralDecision,
    ReferralList,
    ReferralParty,
    SealedArrival,
)
from drive.safety.models import CaseLink, ContactQuestion, ContactView
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
        second = open_case(
            cast.su_service, cast.other_case_manager, "Peregrine", "Mossop", cast.service_manager
        )
        elsewhere = open_case(cast.other_su_service, cast.outsider, "Lucian", "Grubb", cast.outside_manager)
        hers = open_record(cast.vs_service, cast.other_idva, "Marigold", "Tansy", cast.idva_manager)
        away = open_record(cast.other_vs_service, cast.outside_idva, "Clementine", "Ousel", cast.outside_idva)
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
        # Two clients of one service user, whose workers must not learn of each other (S-04).
        links = [
            cast.link,
            link(cast.case, hers, cast.service_manager, "Marigold Tansy"),
            link(elsewhere, away, cast.outside_manager, "C. O."),
        ]
        for member, record in ((barred, cast.case), (barred_idva, cast.record)):
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
    cases, records = [cast.case, second, elsewhere], [cast.record, hers, away]
    _write(filler, cases, records, links)
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
    for member, record in ((cast.case_manager, cast.case), (cast.outside_idva, away)):
        with acting_as(member.as_actor()):
            record_event(
                Act.LOOKED,
                by=member.as_actor(),
                kind="su_case",
                record_id=record.pk,
                service_id=record.service_id,
            )
    _release(filler, cast)
    members = [*cast.everybody(), left, barred, barred_idva]
    return Rich(cast, filler, members, cases, records, links, _refer(filler, cast))


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
    filler.fill(SealedValue, record=records[0], withheld=True, kind="refuge")
    question = filler.fill(ContactQuestion, link=links[0], side="su")
    for side in ("su", "vs"):
        filler.fill(ContactView, link=links[0], side=side, question=question)


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
        if outcome:
            filler.fill(ReferralDecision, referral=referral, site_id=site.pk, outcome=outcome)
        if referrals and site == cast.site:
            filler.fill(PossibleMatch, referral=referral, earlier=referrals[0], site_id=site.pk)
        referrals.append(referral)
    return referrals
