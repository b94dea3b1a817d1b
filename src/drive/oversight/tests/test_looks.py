"""Who has looked at this person, and were they on the case? (S-36)"""

from __future__ import annotations

import datetime
from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist

from drive.access import commands, emergency
from drive.access.models import CaseAssignment, Membership, local_today
from drive.access.roles import Role
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.audit.record import Act, record_event
from drive.disclosures.models import SubjectRequest
from drive.oversight.clockwork import find_alerts
from drive.oversight.looks import Looks, supervising, who_looked
from drive.oversight.models import Alert
from tests.cast import Cast, seeding, sign_in

REASON = "Police rang: he is outside her flat, where does he stay"


def looks_of(member: Membership, cast: Cast, **narrowed: str) -> Looks:
    actor = supervising(member.as_actor())
    with acting_as(actor):
        return who_looked(actor, cast.case.pk, **narrowed)  # type: ignore[arg-type]  # codes of FILTERS


def open_in_emergency(member: Membership, code: str) -> None:
    actor = member.as_actor()
    with acting_as(actor, emergency.WORKER_SCOPES[actor.side]):
        commands.open_in_emergency(by=actor, code=code, reason=REASON, told="yes", scope="whole")


def test_s36_reader_role_organisation_page_and_whether_on_the_case(cast: Cast) -> None:
    assert sign_in(cast.case_manager).get(f"/cases/{cast.case.pk}/timeline/").status_code == 200
    assert sign_in(cast.team_leader).get(f"/cases/{cast.case.pk}/").status_code == 200
    assert sign_in(cast.other_case_manager).get(f"/cases/{cast.case.pk}/").status_code == 404
    found = looks_of(cast.service_manager, cast)
    assert [(look.who, look.role, look.organisation, look.what, look.through, look.on_the_case) for look in found.looks] == [
        ("Bertram Ashlock", "Case manager", "Turnaround Marrowby", "Was not let in", "Case", "No"),
        ("Leopold Tarn", "Team leader", "Turnaround Marrowby", "Looked", "Case", "Supervises"),
        ("Casimir Tolliver", "Case manager", "Turnaround Marrowby", "Looked", "Timeline", "Yes, holder"),
    ]  # fmt: skip
    assert [(each.who, each.times, each.off_the_case) for each in found.readers][-1] == (
        "Casimir Tolliver",
        1,
        0,
    )


def test_s36_on_the_case_is_said_for_the_moment_of_the_look(cast: Cast) -> None:
    """A holder who has left since was on the case when they looked; whoever takes over was not before."""
    sign_in(cast.case_manager).get(f"/cases/{cast.case.pk}/")
    sign_in(cast.team_leader).get(f"/cases/{cast.case.pk}/")
    with seeding():
        CaseAssignment.objects.filter(case_id=cast.case.pk).update(
            starts_on=local_today() - datetime.timedelta(days=30), ends_on=local_today()
        )
        CaseAssignment.objects.create(
            membership=cast.team_leader, case_id=cast.case.pk, service_id=cast.su_service.pk, recorded_by=cast.service_manager
        )  # fmt: skip
    found = looks_of(cast.service_manager, cast)
    assert [(look.who, look.on_the_case) for look in found.looks] == [
        ("Leopold Tarn", "Supervises"),
        ("Casimir Tolliver", "Yes, holder"),
    ]


def test_s35_an_emergency_reading_is_called_so_and_can_be_filtered(cast: Cast) -> None:
    open_in_emergency(cast.other_case_manager, cast.case.code)
    sign_in(cast.other_case_manager).get(f"/cases/{cast.case.pk}/")
    sign_in(cast.case_manager).get(f"/cases/{cast.case.pk}/")
    found = looks_of(cast.service_manager, cast, shown="emergency")
    assert {look.who for look in found.looks} == {"Bertram Ashlock"}
    assert {look.on_the_case for look in found.looks} == {"In an emergency"}
    assert len(found.looks) == 2
    off = looks_of(cast.service_manager, cast, shown="off")
    assert {look.who for look in off.looks} == {"Bertram Ashlock"}
    one = looks_of(cast.service_manager, cast, reader=cast.case_manager.pk)  # type: ignore[arg-type]  # narrowed by name
    assert {look.who for look in one.looks} == {"Casimir Tolliver"}


def test_s01_looks_through_the_link_are_seen_by_ones_own_side_alone(cast: Cast) -> None:
    sign_in(cast.case_manager).get(f"/shared/{cast.link.pk}/")
    sign_in(cast.idva).get(f"/shared/{cast.link.pk}/")
    found = looks_of(cast.service_manager, cast)
    assert [(look.who, look.through, look.on_the_case) for look in found.looks] == [
        ("Casimir Tolliver", "Shared page", "Yes, holder")
    ]
    with acting_as(cast.idva_manager.as_actor()):
        client_side = who_looked(cast.idva_manager.as_actor(), cast.record.pk)
    assert [(look.who, look.on_the_case) for look in client_side.looks] == [
        ("Imelda Farthing", "Yes, holder")
    ]


def test_s36_supervising_is_not_counted_as_being_off_the_case(cast: Cast) -> None:
    sign_in(cast.team_leader).get(f"/cases/{cast.case.pk}/")
    sign_in(cast.other_case_manager).get(f"/cases/{cast.case.pk}/")
    found = looks_of(cast.service_manager, cast)
    assert {each.who: each.off_the_case for each in found.readers} == {
        "Leopold Tarn": 0,
        "Bertram Ashlock": 1,
    }
    assert [look.who for look in looks_of(cast.service_manager, cast, shown="off").looks] == [
        "Bertram Ashlock"
    ]


def test_a_page_of_looks_leads_to_the_next(cast: Cast) -> None:
    now = cast.case.recorded_at
    with seeding():
        AuditEvent.objects.bulk_create(
            AuditEvent(
                at=now - datetime.timedelta(minutes=step), act="looked", kind="su_case", record_id=cast.case.pk, role="case_manager",
                service_id=cast.su_service.pk, site_id=cast.site.pk, membership_id=cast.case_manager.pk,
            )
            for step in range(60)
        )  # fmt: skip
    first = looks_of(cast.service_manager, cast)
    assert len(first.looks) == 50
    second = looks_of(cast.service_manager, cast, before=first.older)  # type: ignore[arg-type]  # narrowed by name
    assert len(second.looks) == 10
    assert second.older is None


def test_s39_the_page_answers_its_supervisors_alone(cast: Cast) -> None:
    sign_in(cast.case_manager).get(f"/cases/{cast.case.pk}/")
    page = f"/looked/{cast.case.pk}/"
    for allowed in (cast.service_manager, cast.team_leader, cast.governance_lead):
        answer = sign_in(allowed).get(page)
        assert answer.status_code == 200
        assert "Casimir Tolliver" in answer.content.decode()
        assert sign_in(allowed).get(page + "?show=denied").status_code == 200  # an empty answer is no absence
    absent = sign_in(cast.idva_manager).get("/looked/00000000-0000-4000-8000-000000000000/")
    for hidden in (cast.idva_manager, cast.outside_manager, cast.case_manager, cast.administrator):
        answer = sign_in(hidden).get(page)
        assert answer.status_code == 404
        assert answer.content == absent.content
    with pytest.raises(ObjectDoesNotExist):
        looks_of(cast.outside_manager, cast)


def test_a_manager_at_work_as_a_worker_is_answered_as_a_supervisor(cast: Cast) -> None:
    sign_in(cast.case_manager).get(f"/cases/{cast.case.pk}/")
    browser = sign_in(cast.team_leader)
    with seeding():
        session = browser.session
        session["scope"] = "su_worker"
        session.save()
    assert browser.get(f"/looked/{cast.case.pk}/").status_code == 200


def test_s36_who_came_from_elsewhere_is_seen_by_the_supervisor_of_the_record(cast: Cast) -> None:
    """Another service's attempt, the governance lead's, and one from across the wall; those who tried, and theirs, see none."""
    page = f"/cases/{cast.case.pk}/"
    for member in (cast.outsider, cast.governance_lead, cast.idva):
        assert sign_in(member).get(page).status_code == 404
    found = looks_of(cast.service_manager, cast, shown="denied")
    assert [(look.who, look.role, look.on_the_case) for look in found.looks] == [
        ("Imelda Farthing", "IDVA", "No"),
        ("Guinevere Locke", "Governance lead", "No"),
        ("Somebody of another site", "Case manager", "No"),
    ]
    for member in (cast.outside_manager, cast.idva_manager):
        with pytest.raises(ObjectDoesNotExist):
            looks_of(member, cast)


def test_s39_an_attempt_at_a_hidden_record_and_at_none_leave_the_same_trace(cast: Cast) -> None:
    """Whoever sends somebody to try a key learns nothing from what their own service or site is shown of it."""
    nowhere = uuid4()
    for member, manager in ((cast.outsider, cast.outside_manager), (cast.idva, cast.idva_manager)):
        for key in (cast.case.pk, nowhere):
            for path in (f"/cases/{key}/", f"/bars/record/{key}/"):
                assert sign_in(member).get(path).status_code == 404
        with acting_as(supervising(manager.as_actor())):
            assert not AuditEvent.objects.filter(record_id__in=[cast.case.pk, nowhere]).exists()
    with acting_as(supervising(cast.governance_lead.as_actor())):
        assert not AuditEvent.objects.filter(record_id=nowhere).exists()
        assert AuditEvent.objects.filter(record_id=cast.case.pk).count() == 4


def test_s01_what_was_tried_at_a_link_stays_with_the_side_that_tried(cast: Cast) -> None:
    page = f"/shared/{cast.link.pk}/"
    for member in (cast.outsider, cast.outside_idva):
        assert sign_in(member).get(page).status_code == 404
    by_case = looks_of(cast.service_manager, cast).looks
    assert [(look.role, look.what) for look in by_case] == [("Case manager", "Was not let in")]
    with acting_as(cast.idva_manager.as_actor()):
        by_record = who_looked(cast.idva_manager.as_actor(), cast.record.pk).looks
    assert [(look.role, look.what) for look in by_record] == [("IDVA", "Was not let in")]


def test_s01_what_the_other_side_does_on_a_record_stays_with_its_own_service(cast: Cast) -> None:
    with acting_as(cast.idva.as_actor()):
        record_event(Act.WROTE, by=cast.idva.as_actor(), kind="risk_item", record_id=cast.case.pk)
    with pytest.raises(ObjectDoesNotExist):
        looks_of(cast.service_manager, cast)
    with acting_as(cast.idva_manager.as_actor()):
        assert AuditEvent.objects.filter(kind="risk_item", role="idva").count() == 1


def test_s36_role_and_site_are_those_of_the_membership_whatever_the_caller_says(cast: Cast) -> None:
    pretended = replace(
        cast.other_case_manager.as_actor(), role=Role.SERVICE_MANAGER, site_id=cast.other_site.pk
    )
    with acting_as(cast.other_case_manager.as_actor()):
        record_event(Act.SEARCHED, by=pretended, kind="su_case_list")
    with seeding():
        event = AuditEvent.objects.get(act="searched")
    assert (event.role, event.site_id) == (Role.CASE_MANAGER, cast.site.pk)


def test_s37_a_bundle_is_looked_at_on_the_record_of_its_person(cast: Cast) -> None:
    with seeding():
        asked = SubjectRequest.objects.create(
            site_id=cast.site.pk, side="su", record_id=cast.case.pk, asked_on=local_today(), identity_checked="Passport seen",
            recorded_by=cast.governance_lead,
        )  # fmt: skip
    with acting_as(cast.governance_lead.as_actor()):
        record_event(
            Act.LOOKED, by=cast.governance_lead.as_actor(), kind="subject_request", record_id=asked.pk
        )
    assert [(look.who, look.what) for look in looks_of(cast.service_manager, cast).looks] == [
        ("Guinevere Locke", "Looked")
    ]
    with acting_as(cast.idva_manager.as_actor()):
        assert not AuditEvent.objects.filter(kind="subject_request").exists()
    find_alerts()
    with seeding():
        assert not Alert.objects.exists()
