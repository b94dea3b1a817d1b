"""S-28: an agency's member reads what their meeting puts before them, once they accepted its statement, until it is over."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import Bar, Membership, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.panels import commands
from drive.panels.models import Acceptance, AgendaItem, Invitation, Meeting
from drive.referrals.models import Referral, ReferralDecision, ReferralParty
from tests.cast import Cast, join, seeding

from .meeting import accept, change, open_papers, plan, refer
from .test_the_panel import said

type Browsers = Callable[[Membership], Client]


def reads(member: Membership) -> set[UUID]:
    """The referrals that a member reads in the panel's scope; parties and decisions must agree."""
    with acting_as(member.as_actor(), Scope.PANEL):
        found = set(Referral.objects.values_list("pk", flat=True))
        assert set(ReferralParty.objects.values_list("referral_id", flat=True)) == found
        assert set(ReferralDecision.objects.values_list("referral_id", flat=True)) <= found
        assert set(AgendaItem.objects.values_list("referral_id", flat=True)) <= found
    return found


@pytest.fixture
def housing(cast: Cast) -> Membership:
    """A second member, of another agency."""
    with seeding():
        return join("Hesper Quill", Role.PANEL_MEMBER, None, cast.site, cast.vs_service.organisation)


def test_s28_a_member_reads_what_is_listed_once_they_accepted_and_nothing_else(cast: Cast) -> None:
    listed, unlisted = refer(cast.coordinator, family="Listed"), refer(cast.coordinator, family="Unlisted")
    assert reads(cast.partner) == set()
    meeting = plan(cast.coordinator, listed, invite=(cast.partner,))
    assert reads(cast.partner) == set()
    accept(cast.partner, meeting)
    assert reads(cast.partner) == {listed.pk}
    assert reads(cast.chair) == {listed.pk, unlisted.pk}


def test_s28_an_unlisted_case_answers_as_one_that_does_not_exist(cast: Cast, client_of: Browsers) -> None:
    listed, unlisted = refer(cast.coordinator), refer(cast.coordinator)
    open_papers(cast.coordinator, cast.partner, listed)
    member = client_of(cast.partner)

    def item(key: UUID) -> str:
        return reverse("panel_item", kwargs={"referral_id": key})

    assert member.get(item(listed.pk)).status_code == 200
    absent, hidden = member.get(item(uuid4())), member.get(item(unlisted.pk))
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert hidden.headers.items() == absent.headers.items()


def test_s28_before_accepting_there_is_the_gate_and_nothing_else(cast: Cast, client_of: Browsers) -> None:
    referral = refer(cast.coordinator, family="Unseen")
    meeting = plan(cast.coordinator, referral, invite=(cast.partner,))
    papers = reverse("panel_papers", kwargs={"meeting_id": meeting.pk})
    member = client_of(cast.partner)
    panel = member.get(reverse("panel_list")).content.decode()
    assert papers in panel
    assert "Unseen" not in panel
    gate = member.get(papers).content.decode()
    assert "I accept" in gate
    assert "Unseen" not in gate
    assert member.get(reverse("panel_item", kwargs={"referral_id": referral.pk})).status_code == 404
    before = timezone.now()
    assert member.post(papers).status_code == 302
    assert "Ambrose Unseen" in member.get(reverse("panel_list")).content.decode()
    assert "I accept" not in member.get(papers).content.decode()
    with seeding():
        accepted = Acceptance.objects.get()
        assert (accepted.recorded_by_id, accepted.meeting_id) == (cast.partner.pk, meeting.pk)
        assert accepted.recorded_at >= before
        event = AuditEvent.objects.get(act="wrote", kind="panel_meeting", membership_id=cast.partner.pk)
        assert (event.record_id, event.fields) == (meeting.pk, ["statement"])


def test_s28_each_meeting_is_accepted_anew_and_shows_its_own_items_alone(
    cast: Cast, housing: Membership
) -> None:
    first, second, both = (refer(cast.coordinator, family=name) for name in ("First", "Second", "Both"))
    open_papers(cast.coordinator, cast.partner, first, both)
    later = plan(cast.coordinator, second, both, invite=(cast.partner, housing), days=30)
    assert reads(cast.partner) == {first.pk, both.pk}
    assert reads(housing) == set()
    accept(housing, later)
    assert reads(housing) == {second.pk, both.pk}
    with acting_as(cast.partner.as_actor(), Scope.PANEL):
        assert {item.meeting_id for item in AgendaItem.objects.all()}.isdisjoint({later.pk})
        assert {row.member_id for row in Invitation.objects.all()} == {cast.partner.pk}
        assert not Acceptance.objects.exclude(recorded_by_id=cast.partner.pk).exists()


def test_s28_papers_close_with_the_day_of_the_meeting(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    meeting = open_papers(cast.coordinator, cast.partner, referral, days=0)
    assert reads(cast.partner) == {referral.pk}
    with seeding():
        Meeting.objects.filter(pk=meeting.pk).update(held_on=local_today() - datetime.timedelta(days=1))
    assert reads(cast.partner) == set()
    with acting_as(cast.partner.as_actor(), Scope.PANEL):
        assert not Meeting.objects.exists()
    with pytest.raises(Meeting.DoesNotExist):
        accept(cast.partner, meeting)


@pytest.mark.parametrize("how", ["taken off", "withdrawn", "left", "account closed", "decided"])
def test_s28_what_no_longer_concerns_them_is_gone_with_the_next_request(
    cast: Cast, client_of: Browsers, how: str
) -> None:
    referral, other = refer(cast.coordinator), refer(cast.coordinator)
    meeting = open_papers(cast.coordinator, cast.partner, referral, other)
    member = client_of(cast.partner)
    address = reverse("panel_item", kwargs={"referral_id": referral.pk})
    assert member.get(address).status_code == 200
    if how == "taken off":
        change(cast.chair, meeting, take_off=[referral])
        assert reads(cast.partner) == {other.pk}
    elif how == "withdrawn":
        change(cast.chair, meeting, withdraw=[cast.partner])
        assert reads(cast.partner) == set()
    elif how == "left":
        with seeding():
            Membership.objects.filter(pk=cast.partner.pk).update(ends_on=local_today())
        assert reads(cast.partner) == set()
    elif how == "account closed":
        with seeding():
            type(cast.partner.user).objects.filter(pk=cast.partner.user_id).update(is_active=False)
        assert reads(cast.partner) == set()
    else:
        said(cast.chair, referral.pk, "accept")
        assert reads(cast.partner) == {other.pk}
    assert member.get(address).status_code != 200


def test_what_was_taken_off_can_be_put_on_again_and_stands_as_two_facts(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    meeting = open_papers(cast.coordinator, cast.partner, referral)
    change(cast.chair, meeting, take_off=[referral])
    change(cast.chair, meeting, put_on=[referral])
    assert reads(cast.partner) == {referral.pk}
    with seeding():
        assert AgendaItem.objects.count() == 3


def test_s34_a_barred_member_reads_nothing_of_it_and_a_barred_chair_takes_nothing_off(
    cast: Cast, client_of: Browsers
) -> None:
    referral = refer(cast.coordinator, family="Barred")
    meeting = open_papers(cast.coordinator, cast.partner, referral)
    with seeding():
        for member in (cast.partner, cast.chair):
            Bar.objects.create(
                user=member.user, record_id=referral.pk, kind="tie", reason="a neighbour", recorded_by=cast.governance_lead
            )  # fmt: skip
    assert reads(cast.partner) == reads(cast.chair) == set()
    chair = client_of(cast.chair)
    address = reverse("panel_meeting", kwargs={"meeting_id": meeting.pk})
    assert "Barred" not in chair.get(address).content.decode()
    chair.post(address, {"stood": str(cast.partner.pk), "members": [str(cast.partner.pk)], "referrals": []})
    with seeding():
        assert AgendaItem.objects.count() == 1


def test_s28_rows_of_another_site_say_nothing_about_a_meeting(cast: Cast) -> None:
    """A chair elsewhere who names keys of this site opens nothing, withdraws nobody and takes nothing off."""
    with seeding():
        outside = join("Osric Pane", Role.PANEL_CHAIR, None, cast.other_site, cast.su_service.organisation)
    listed, hidden = refer(cast.coordinator), refer(cast.coordinator)
    meeting = open_papers(cast.coordinator, cast.partner, listed)
    with acting_as(outside.as_actor(), Scope.PANEL):
        common = {"meeting_id": meeting.pk, "site_id": outside.site_id, "recorded_by_id": outside.pk}
        AgendaItem.objects.create(referral_id=hidden.pk, state="listed", **common)
        AgendaItem.objects.create(referral_id=listed.pk, state="taken_off", **common)
        Invitation.objects.create(member_id=cast.partner.pk, state="withdrawn", **common)
        assert Referral.objects.count() == Meeting.objects.count() == 0
    assert reads(cast.partner) == {listed.pk}
    with pytest.raises(Meeting.DoesNotExist):
        change(outside, meeting, take_off=[listed])


def test_s28_nobody_accepts_for_another_or_uninvited_and_a_member_plans_nothing(
    cast: Cast, housing: Membership
) -> None:
    referral = refer(cast.coordinator)
    meeting = plan(cast.coordinator, referral, invite=(cast.partner,))
    with pytest.raises(Meeting.DoesNotExist):
        accept(housing, meeting)
    for author, writer in ((housing, housing), (cast.partner, housing), (cast.partner, cast.chair)):
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            acting_as(writer.as_actor(), Scope.PANEL),
        ):
            Acceptance.objects.create(
                meeting_id=meeting.pk, site_id=meeting.site_id, recorded_by_id=author.pk, statement="x"
            )
    accept(cast.partner, meeting)
    with pytest.raises(DatabaseError, match="row-level security"):
        plan(cast.partner)
    common = {"meeting": meeting, "site_id": meeting.site_id, "recorded_by": cast.partner}
    for row in (
        AgendaItem(referral=refer(cast.coordinator), state="listed", **common),
        Invitation(member=housing, state="invited", **common),
    ):
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            acting_as(cast.partner.as_actor(), Scope.PANEL),
        ):
            row.save()


def test_when_the_audit_cannot_be_written_no_papers_open(cast: Cast) -> None:
    meeting = plan(cast.coordinator, refer(cast.coordinator), invite=(cast.partner,))
    with (
        patch("drive.panels.commands.record_event", side_effect=DatabaseError("no room")),
        pytest.raises(DatabaseError, match="no room"),
    ):
        accept(cast.partner, meeting)
    assert reads(cast.partner) == set()


def test_p10_p12_a_meeting_says_enough_and_lists_what_waits(cast: Cast) -> None:
    decided = refer(cast.coordinator)
    said(cast.chair, decided.pk, "accept")
    actor = cast.chair.as_actor()
    day = local_today()
    for given, rule in (
        ({"held_on": day - datetime.timedelta(days=1), "way": "remote"}, "P-10"),
        ({"held_on": day, "way": "in_person", "place": " "}, "P-10"),
        ({"held_on": day, "way": "remote", "referrals": [decided.pk]}, "P-12"),
    ):
        with pytest.raises(Refusal) as refused, acting_as(actor, Scope.PANEL):
            commands.plan_meeting(by=actor, **given)  # type: ignore[arg-type]  # one of them is the day
        assert refused.value.rule == rule
    meeting = plan(cast.chair, days=0)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2)), pytest.raises(Refusal) as refused:
        change(cast.chair, meeting, invite=[cast.partner])
    assert refused.value.rule == "S-28"
    with seeding():
        assert Meeting.objects.count() == 1


# --- pages ---


def test_the_coordinator_plans_on_the_page_and_a_mistake_keeps_every_tick(
    cast: Cast, housing: Membership, client_of: Browsers
) -> None:
    late, early = (
        refer(cast.coordinator, family="Late", days_ago=2),
        refer(cast.coordinator, family="Early", days_ago=30),
    )
    coordinator = client_of(cast.coordinator)
    page = coordinator.get(reverse("panel_meeting_new")).content.decode()
    assert page.index("Ambrose Early") < page.index("Ambrose Late")
    assert "checked" not in page
    typed = {
        "held_on": "tomorrow", "way": "in_person", "members": [str(cast.partner.pk)], "referrals": [str(early.pk)],
    }  # fmt: skip
    wrong = coordinator.post(reverse("panel_meeting_new"), typed)
    assert wrong.status_code == 200
    assert "Say where the meeting is." in wrong.content.decode()
    assert wrong.content.decode().count(" checked") == 3
    assert coordinator.post(reverse("panel_meeting_new"), typed | {"place": "Tide House"}).status_code == 302
    assert coordinator.post(reverse("panel_meeting_new"), typed | {"place": "Tide House"}).status_code == 302
    with seeding():
        meeting = Meeting.objects.get()  # sent twice is planned once
    panel = coordinator.get(reverse("panel_list")).content.decode()
    assert panel.index("Percival Stoat") < panel.index("Ambrose Early") < panel.index("Ambrose Late")
    accept(cast.partner, meeting)
    assert reads(cast.partner) == {early.pk}
    address = reverse("panel_meeting", kwargs={"meeting_id": meeting.pk})
    assert "Statement accepted" in coordinator.get(address).content.decode()
    stood = f"{cast.partner.pk} {early.pk}"
    ticked = {"members": [str(cast.partner.pk), str(housing.pk)], "referrals": [str(late.pk)]}
    assert coordinator.post(address, {"stood": stood, **ticked}).status_code == 302
    assert reads(cast.partner) == {late.pk}


def test_s48_a_form_undoes_nothing_that_it_never_showed(cast: Cast, client_of: Browsers) -> None:
    shown, meanwhile = refer(cast.coordinator, family="Shown"), refer(cast.coordinator, family="Meanwhile")
    meeting = open_papers(cast.coordinator, cast.partner, shown)
    change(cast.chair, meeting, put_on=[meanwhile])
    address = reverse("panel_meeting", kwargs={"meeting_id": meeting.pk})
    kept = {"stood": f"{cast.partner.pk} {shown.pk}", "members": [str(cast.partner.pk)], "referrals": []}
    assert client_of(cast.coordinator).post(address, kept).status_code == 302
    assert reads(cast.partner) == {meanwhile.pk}


def test_meeting_pages_answer_who_may_and_to_everybody_else_the_same(
    cast: Cast, housing: Membership, client_of: Browsers
) -> None:
    meeting = plan(cast.coordinator, refer(cast.coordinator), invite=(cast.partner,))
    addresses = {
        "new": reverse("panel_meeting_new"),
        "change": reverse("panel_meeting", kwargs={"meeting_id": meeting.pk}),
        "papers": reverse("panel_papers", kwargs={"meeting_id": meeting.pk}),
    }
    opens = {
        "new": (cast.coordinator, cast.chair),
        "change": (cast.coordinator, cast.chair),
        "papers": (cast.partner,),
    }
    for name, address in addresses.items():
        for member in (
            cast.coordinator,
            cast.chair,
            cast.partner,
            housing,
            cast.case_manager,
            cast.governance_lead,
            cast.outsider,
        ):
            browser = client_of(member)
            if member in opens[name]:
                assert browser.get(address).status_code == 200, (name, member)
                continue
            absent = browser.get(reverse("panel_papers", kwargs={"meeting_id": uuid4()})).content
            for answer in (browser.get(address), browser.post(address, {})):
                assert (answer.status_code, answer.content) == (404, absent), (name, member)


def test_s28_two_worlds_that_differ_in_what_is_unlisted_look_the_same_to_a_member(
    cast: Cast, housing: Membership, client_of: Browsers
) -> None:
    from tests.proof.surfaces import masked, stopped_clock
    from tests.proof.surfaces import said as told

    open_papers(cast.coordinator, cast.partner, refer(cast.coordinator, family="Listed"))
    member = client_of(cast.partner)
    with stopped_clock() as now:
        first = masked(told(member.get(reverse("panel_list"))))
    hidden = refer(cast.coordinator, family="Hidden")
    other = plan(cast.chair, hidden, invite=(housing,), days=9)
    accept(housing, other)
    with stopped_clock(now):
        assert masked(told(member.get(reverse("panel_list")))) == first
