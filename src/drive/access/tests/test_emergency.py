"""Emergency reading (S-35): a reason, three hours, one's own side, reviewed; asking tells nothing."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils import timezone

from drive.access import commands, emergency
from drive.access.models import Bar, BreakGlass, EmergencyScope, Membership, SiteSetting, local_today
from drive.access.refusal import Refusal
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.advocacy.models import SafeContactRule, SafetyPlan, SealedValue, VsRecord
from drive.audit.models import AuditEvent
from drive.casework.models import ContactChannel, StateEntry, SuCase
from drive.safety.models import CaseLink, StopConcern
from tests.cast import Cast, join, seeding, sign_in

REASON = "Police rang: he is outside her flat, where does he stay"


def open_as(
    member: Membership, code: str, reason: str = REASON, scope: EmergencyScope = EmergencyScope.WHOLE
) -> BreakGlass:
    actor = member.as_actor()
    with acting_as(actor, emergency.WORKER_SCOPES[actor.side]):
        return commands.open_in_emergency(by=actor, code=code, reason=reason, told="yes", scope=scope)


def sees_case(member: Membership, cast: Cast) -> bool:
    with acting_as(member.as_actor(), Scope.SU_WORKER):
        return SuCase.objects.filter(pk=cast.case.pk).exists()


def test_s35_a_reading_opens_one_record_reads_it_and_writes_nothing(cast: Cast) -> None:
    reader = cast.other_case_manager
    assert not sees_case(reader, cast)
    reading = open_as(reader, cast.case.code.lower())
    assert reading.record_id == cast.case.pk
    assert (
        datetime.timedelta(hours=2, minutes=59)
        < reading.expires_at - timezone.now()
        <= datetime.timedelta(hours=3)
    )
    assert sees_case(reader, cast)
    with pytest.raises(Exception, match="row-level security"), acting_as(reader.as_actor()):
        StateEntry.objects.create(
            case_id=cast.case.pk,
            service_id=cast.su_service.pk,
            recorded_by=reader,
            history="status",
            value="x",
            since=timezone.localdate(),
        )
    with seeding():
        event = AuditEvent.objects.get(act="broke-glass")
        reading = BreakGlass.objects.get()
        assert (event.record_id, event.membership_id) == (cast.case.pk, reader.pk)
        assert (event.reason, reading.reason) == (
            f"reading {reading.pk}",
            REASON,
        )  # the words go with the record


def test_s35_it_ends_after_three_hours_and_when_finished(cast: Cast) -> None:
    reading = open_as(cast.other_case_manager, cast.case.code)
    with seeding():
        BreakGlass.objects.filter(pk=reading.pk).update(
            expires_at=timezone.now() - datetime.timedelta(hours=1)
        )
    assert not sees_case(cast.other_case_manager, cast)
    again = open_as(cast.other_case_manager, cast.case.code)
    client = sign_in(cast.other_case_manager)
    assert client.post(f"/emergency/{again.pk}/finish/").status_code == 302
    assert not sees_case(cast.other_case_manager, cast)
    assert client.post(f"/emergency/{again.pk}/finish/").status_code == 404


def test_s39_a_code_that_leads_nowhere_answers_alike(cast: Cast) -> None:
    client = sign_in(cast.other_case_manager)
    good = client.post(
        "/emergency/", {"code": cast.case.code, "reason": REASON, "told": "yes", "scope": "whole"}
    )
    bad = client.post("/emergency/", {"code": "ZZ-999", "reason": REASON, "told": "yes", "scope": "whole"})
    assert good.status_code == bad.status_code == 302
    with seeding():
        assert BreakGlass.objects.count() == 2


def test_s35_never_the_other_side_of_ones_own_case(cast: Cast) -> None:
    """Casimir holds the linked case; as an IDVA elsewhere in the same site he still may not open her record."""
    with seeding():
        second = Membership.objects.create(
            user=cast.case_manager.user, name="Casimir Tolliver", role="idva", side="vs", organisation=cast.idva.organisation,
            site=cast.site, service=cast.vs_service, starts_on=cast.idva.starts_on,
        )  # fmt: skip
    assert open_as(second, cast.record.code).record_id != cast.record.pk
    assert open_as(cast.other_idva, cast.record.code).record_id == cast.record.pk
    assert (
        open_as(cast.other_case_manager, cast.record.code).record_id != cast.record.pk
    )  # nor across by its code


def test_s35_what_is_sealed_stays_sealed(cast: Cast) -> None:
    open_as(cast.other_idva, cast.record.code)
    with seeding():
        sealed = [f.name for f in SealedValue._meta.fields]
    with acting_as(cast.other_idva.as_actor()):
        assert VsRecord.objects.filter(pk=cast.record.pk).exists()
        assert not SealedValue.objects.exists()
    assert "record" in sealed


def test_s34_a_barred_person_opens_nothing_in_an_emergency(cast: Cast) -> None:
    with seeding():
        Bar.objects.create(
            user=cast.other_case_manager.user,
            record_id=cast.case.pk,
            kind="tie",
            reason="Her brother",
            recorded_by=cast.governance_lead,
        )
    assert open_as(cast.other_case_manager, cast.case.code).record_id != cast.case.pk
    assert not sees_case(cast.other_case_manager, cast)


def test_s35_another_sites_code_leads_nowhere(cast: Cast) -> None:
    assert open_as(cast.outsider, cast.case.code).record_id != cast.case.pk


def test_s35_a_reason_is_words(cast: Cast) -> None:
    with pytest.raises(Refusal):
        open_as(cast.other_case_manager, cast.case.code, "urgent")


def test_s35_the_holder_is_told_and_the_strip_names_who_knows(cast: Cast) -> None:
    open_as(cast.other_case_manager, cast.case.code)
    holder = cast.case_manager.as_actor()
    with acting_as(holder):
        assert [each.membership.name for each in emergency.readings_of_my_records(holder)] == [
            "Bertram Ashlock"
        ]
    reader = cast.other_case_manager.as_actor()
    with acting_as(reader):
        strip = emergency.open_reading(reader, cast.case.pk)
    assert strip is not None
    assert strip.who_knows[0] == "Casimir Tolliver"
    assert {"Leopold Tarn", "Septima Gale"} <= set(strip.who_knows)
    assert 178 <= strip.minutes_left <= 180


def test_s35_the_manager_reviews_and_the_governance_lead_when_overdue(cast: Cast) -> None:
    reading = open_as(cast.other_case_manager, cast.case.code)
    manager, lead = cast.service_manager.as_actor(), cast.governance_lead.as_actor()
    with acting_as(lead):
        assert emergency.readings_to_review(lead) == []
    with seeding():
        BreakGlass.objects.filter(pk=reading.pk).update(opened_at=timezone.now() - datetime.timedelta(days=6))
    with acting_as(lead):
        assert [each.overdue for each in emergency.readings_to_review(lead)] == [True]
    outside = cast.outside_manager.as_actor()
    with acting_as(outside):
        assert emergency.readings_to_review(outside) == []
    client = sign_in(cast.service_manager)
    assert REASON in client.get("/emergency/reviews/").content.decode()
    assert client.get(f"/emergency/{reading.pk}/review/").status_code == 200
    assert (
        client.post(f"/emergency/{reading.pk}/review/", {"finding": "needed", "note": "Agreed"}).status_code
        == 302
    )
    assert client.get(f"/emergency/{reading.pk}/review/").status_code == 404  # once
    with acting_as(manager):
        assert emergency.readings_to_review(manager) == []


def test_nobody_reviews_their_own_reading(cast: Cast) -> None:
    with seeding():
        other = join(
            "Second Leader", cast.team_leader.role, cast.su_service, cast.site, cast.su_service.organisation
        )  # type: ignore[arg-type]  # a Role's value
    reading = open_as(cast.team_leader, cast.case.code)
    own = cast.team_leader.as_actor()
    with pytest.raises(ObjectDoesNotExist), acting_as(own):
        commands.review_reading(by=own, reading_id=reading.pk, finding="needed", note="")
    with acting_as(other.as_actor()):
        assert len(emergency.readings_to_review(other.as_actor())) == 1


def test_review_is_due_two_working_days_later() -> None:
    friday = datetime.date(2026, 11, 20)
    assert emergency.review_due(friday) == datetime.date(2026, 11, 24)
    assert emergency.review_due(datetime.date(2026, 11, 16)) == datetime.date(2026, 11, 18)


@pytest.mark.parametrize("name", ["step_down_worker", "stand_in", "panel_chair", "administrator", "analyst"])
def test_roles_without_the_permission_find_nothing(cast: Cast, name: str) -> None:
    member = getattr(cast, "chair" if name == "panel_chair" else name)
    refused = sign_in(member).get("/emergency/")
    assert refused.status_code == 404
    assert refused.content == sign_in(member).get("/no-such-page/").content


def test_s35_the_strip_stands_on_the_record_until_the_reading_ends(cast: Cast) -> None:
    client = sign_in(cast.other_case_manager)
    sent = client.post(
        "/emergency/", {"code": cast.case.code, "reason": REASON, "told": "yes", "scope": "whole"}
    )
    page = client.get(sent.headers["Location"])
    assert page.status_code == 200
    text = page.content.decode()
    assert "Emergency reading until" in text
    assert "Casimir Tolliver" in text
    with seeding():
        BreakGlass.objects.update(expires_at=timezone.now() - datetime.timedelta(hours=1))
    assert client.get(sent.headers["Location"]).status_code == 404
    assert (
        "Emergency reading until"
        not in sign_in(cast.case_manager).get(sent.headers["Location"]).content.decode()
    )


def test_s35_the_record_says_at_once_to_holder_and_supervisor_who_reads_it_in_an_emergency(
    cast: Cast,
) -> None:
    open_as(cast.other_case_manager, cast.case.code)
    page = f"/cases/{cast.case.pk}/"
    for told in (cast.case_manager, cast.service_manager):
        text = sign_in(told).get(page).content.decode()
        assert "Read in an emergency now" in text
        assert "Bertram Ashlock" in text
        assert REASON in text
    reader = sign_in(cast.other_case_manager).get(page).content.decode()
    assert "Read in an emergency now" not in reader
    with seeding():
        BreakGlass.objects.update(
            opened_at=timezone.now() - datetime.timedelta(days=15), expires_at=timezone.now() - datetime.timedelta(days=15)
        )  # fmt: skip
    assert "Read in an emergency" not in sign_in(cast.case_manager).get(page).content.decode()


def test_s35_an_emergency_reader_is_offered_nothing_that_would_be_refused(cast: Cast) -> None:
    open_as(cast.other_case_manager, cast.case.code)
    open_as(cast.other_idva, cast.record.code)
    for reader, holder, page in (
        (cast.other_case_manager, cast.case_manager, f"/cases/{cast.case.pk}/"),
        (cast.other_idva, cast.idva, f"/clients/{cast.record.pk}/"),
    ):
        offered, held = (sign_in(each).get(page).content.decode() for each in (reader, holder))
        for words in ("Raise stop concern", "Immediate danger", ">Record<"):
            assert words in held
            assert words not in offered
        assert ">Change<" not in offered


def test_s35_the_site_says_within_how_many_days_a_reading_is_reviewed(cast: Cast) -> None:
    reading = open_as(cast.other_case_manager, cast.case.code)
    with seeding():
        BreakGlass.objects.filter(pk=reading.pk).update(opened_at=timezone.now() - datetime.timedelta(days=6))
        SiteSetting.objects.create(
            site=cast.site, code="S-35", value={"working_days": 9}, recorded_by=cast.administrator, reason="Two managers away"
        )  # fmt: skip
    lead = cast.governance_lead.as_actor()
    with acting_as(lead):
        assert emergency.readings_to_review(lead) == []
    with seeding():
        SiteSetting.objects.update(value={"working_days": 1})
    with acting_as(lead):
        assert [each.overdue for each in emergency.readings_to_review(lead)] == [True]


def raise_stop(cast: Cast) -> StopConcern:
    """A concern of the IDVA's side, on the link of the cast."""
    link = cast.link
    return StopConcern.objects.create(
        link=link, side="vs", su_case_id=link.su_case_id, su_service_id=link.su_service_id,
        vs_record_id=link.vs_record_id, vs_service_id=link.vs_service_id, scope="all", words="", recorded_by=cast.idva,
    )  # fmt: skip


def test_s35_a_part_of_a_case_opens_one_page_and_leaves_the_rest_shut(cast: Cast) -> None:
    """Where he is and how to reach him; then who is in danger. What stays shut is absent, and no page says that there is none."""
    with seeding():
        own = {"case": cast.case, "service_id": cast.case.service_id, "recorded_by": cast.case_manager}
        ContactChannel.objects.create(**own, kind="phone", value="07700 900456", lookup="x" * 64)
        StateEntry.objects.create(
            **own, history="whereabouts", value="remand", since=local_today(), detail="At Zq Hall"
        )
        concern = raise_stop(cast)
    reader = cast.other_case_manager
    browser, part = sign_in(reader), f"/cases/{cast.case.pk}/part/"
    assert browser.get(part).status_code == 404
    sent = {"code": cast.case.code, "reason": REASON, "told": "yes"}
    assert "How much do you need?" in browser.post("/emergency/", sent).content.decode()
    opened = browser.post("/emergency/", {**sent, "scope": "reach"})
    assert opened.headers["Location"] == part
    shown = browser.get(part).content.decode()
    assert "07700 900456" in shown
    assert "At Zq Hall" in shown
    assert "Puddifoot" not in shown
    assert "Stop concerns" not in shown
    assert "Where the person is and how to reach them" in shown  # the strip
    for shut in ("", "timeline/", "work/", "assessments/", "channels/"):
        assert browser.get(f"/cases/{cast.case.pk}/{shut}").status_code == 404
    assert browser.get(f"/shared/{cast.link.pk}/").status_code == 404
    assert not sees_case(reader, cast)
    holder = sign_in(cast.case_manager).get(f"/cases/{cast.case.pk}/").content.decode()
    assert "Where the person is and how to reach them" in holder
    reviewed = sign_in(cast.service_manager).get("/emergency/reviews/").content.decode()
    assert "Where the person is and how to reach them" in reviewed
    open_as(reader, cast.case.code, scope=EmergencyScope.DANGER)
    both = browser.get(part).content.decode()
    assert "Wilhelmina Puddifoot" in both
    assert "Stop concerns" in both
    desk = browser.get(reverse("desk_su_worker")).content.decode()
    assert f"/stops/{concern.pk}/" not in desk  # what is read in part stands on no list
    with acting_as(reader.as_actor()):
        assert {each.history for each in StateEntry.objects.all()} == {"whereabouts"}
        assert StopConcern.objects.count() == 1
        assert not CaseLink.objects.exists()


def test_s35_a_part_of_a_clients_record_opens_one_page_and_nothing_sealed(cast: Cast) -> None:
    with seeding():
        own = {"record": cast.record, "service_id": cast.record.service_id, "recorded_by": cast.idva}
        day = local_today()
        SafeContactRule.objects.create(
            **own, channels=["phone"], how="Say the dentist", agreed_on=day, review_on=day
        )
        SafetyPlan.objects.create(**own, words="Goes to her aunt.", agreed_on=day, review_on=day)
        SealedValue.objects.create(**own, kind="address", ciphertext=b"x", lookup="")
    reader, part = cast.other_idva, f"/clients/{cast.record.pk}/part/"
    open_as(reader, cast.record.code, scope=EmergencyScope.REACH)
    browser = sign_in(reader)
    shown = browser.get(part).content.decode()
    assert "Say the dentist" in shown
    assert "aunt" not in shown
    open_as(reader, cast.record.code, scope=EmergencyScope.DANGER)
    assert "Goes to her aunt." in browser.get(part).content.decode()
    assert browser.get(f"/clients/{cast.record.pk}/").status_code == 404
    with seeding():
        concern = raise_stop(cast)
    assert "everything" in browser.get(part).content.decode()
    assert str(concern.pk) not in browser.get(reverse("desk_vs_worker")).content.decode()
    with acting_as(reader.as_actor()):
        assert not SealedValue.objects.exists()
        assert not VsRecord.objects.exists()
