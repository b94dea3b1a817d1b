"""Allocation opens a case and a record that it cannot read itself."""

from __future__ import annotations

from html import unescape
from uuid import uuid4

from drive.access.models import local_today
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.advocacy.commands import open_record
from drive.advocacy.models import VsRecord
from drive.audit.models import AuditEvent
from drive.casework.commands import NewLinkedPerson, open_case
from drive.casework.models import SuCase
from drive.people.profiles import NewProfile
from drive.safety.commands import link_case_and_record
from tests.cast import Cast, seeding, sign_in


def test_an_accepted_referral_becomes_a_case_and_a_record(cast: Cast) -> None:
    manager = cast.service_manager.as_actor()
    link_id = uuid4()
    with acting_as(manager, Scope.ALLOCATION):
        case = open_case(
            by=manager, service_id=cast.su_service.pk, site_id=cast.site.pk, person_key=uuid4(), holder_id=cast.case_manager.pk,
            profile=NewProfile(given_names="Ambrose", family_name="Pikestaff"), referred_on=local_today(),
            linked=[NewLinkedPerson(name_as_referred="Lettice Crumb", relationship="partner", link_id=link_id)],
        )  # fmt: skip
        record = open_record(
            by=manager, service_id=cast.vs_service.pk, site_id=cast.site.pk, person_key=uuid4(), holder_id=cast.idva.pk,
            profile=NewProfile(given_names="Lettice", family_name="Crumb"),
        )  # fmt: skip
        link_case_and_record(
            by=manager, link_id=link_id, su_case_id=case.pk, su_service_id=case.service_id, vs_record_id=record.pk,
            vs_service_id=record.service_id, site_id=cast.site.pk, is_index=True,
        )  # fmt: skip
    with acting_as(cast.case_manager.as_actor()):
        assert SuCase.objects.filter(pk=case.pk).exists()
    with acting_as(cast.idva.as_actor()):
        assert VsRecord.objects.filter(pk=record.pk).exists()
    with acting_as(cast.other_case_manager.as_actor()):
        assert not SuCase.objects.filter(pk=case.pk).exists()
    with seeding():
        kinds = list(AuditEvent.objects.filter(act="wrote").order_by("at").values_list("kind", flat=True))
        assert kinds == ["su_case", "vs_record", "case_link"]
        assert set(AuditEvent.objects.values_list("membership_id", flat=True)) == {cast.service_manager.pk}


def test_w31_a_desk_that_is_not_of_ones_side_is_none_to_stand_at(cast: Cast) -> None:
    """Pages that name no scope open on the reader's own side, whatever the session says."""
    client = sign_in(cast.service_manager)
    for asked, opens in (
        (Scope.SU_WORKER, "/cases/"),
        (Scope.REFERRALS, "/cases/"),
        (Scope.SU_MANAGER, "/cases/"),
    ):
        client.post("/role/", {"membership": str(cast.service_manager.pk), "scope": asked.value})
        assert client.get(opens).status_code == 200, asked
    offered = unescape(client.get("/role/").content.decode())
    assert Scope.SU_WORKER.meaning in offered
    assert Scope.ALLOCATION.meaning not in offered
