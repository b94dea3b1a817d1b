"""The panel decides: each outcome with what it must say, by those who may, once, and with nothing overwritten."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.referrals.commands import decide
from drive.referrals.models import Referral, ReferralDecision, ReferralParty
from tests.cast import Cast, seeding

from .meeting import open_papers, refer

SAID = {
    "rationale": "Two levers are at hand.",
    "vs_safety": "She is not to be named to anybody he knows.",
    "child_safety": "No children.",
}


def said(by: Membership, referral_id: UUID, outcome: str, **more: Any) -> ReferralDecision:
    actor = by.as_actor()
    with acting_as(actor, Scope.PANEL):
        return decide(by=actor, referral_id=referral_id, outcome=outcome, **(SAID | more))


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"outcome": "accept", "rationale": " "}, "P-12"),
        ({"outcome": "accept", "vs_safety": ""}, "P-13"),
        ({"outcome": "accept", "child_safety": ""}, "P-13"),
        ({"outcome": "reject", "next_step": "Police watch"}, "P-09"),
        ({"outcome": "reject", "rejection_reason": "out_of_area"}, "P-09"),
        ({"outcome": "bring_back"}, "P-06"),
    ],
)
def test_p09_p12_p13_a_decision_says_enough_or_is_not_recorded(
    cast: Cast, changed: dict[str, str], rule: str
) -> None:
    referral = refer(cast.coordinator)
    with pytest.raises(Refusal) as refused:
        said(cast.chair, referral.pk, **changed)  # type: ignore[arg-type]  # one of them is the outcome
    assert refused.value.rule == rule
    with seeding():
        assert not ReferralDecision.objects.exists()


def test_a_decision_is_a_fact_with_its_event_and_accepting_twice_is_refused(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    said(cast.chair, referral.pk, "accept", approach="disrupt_only")
    with seeding():
        event = AuditEvent.objects.get(act="wrote", kind="referral")
        assert (event.record_id, event.membership_id) == (referral.pk, cast.chair.pk)
    with pytest.raises(Refusal):
        said(cast.coordinator, referral.pk, "reject", rejection_reason="unsuitable", next_step="None named")


def test_when_the_audit_cannot_be_written_nothing_is_decided(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    with (
        patch("drive.referrals.commands.record_event", side_effect=DatabaseError("no room")),
        pytest.raises(DatabaseError, match="no room"),
    ):
        said(cast.chair, referral.pk, "accept")
    with seeding():
        assert not ReferralDecision.objects.exists()


def test_a_member_sees_what_is_before_the_panel_and_nothing_after(cast: Cast) -> None:
    undecided, accepted, back, rejected = (
        refer(cast.coordinator, family=name) for name in ("Ashpole", "Birchett", "Cobnut", "Dockleaf")
    )
    open_papers(cast.coordinator, cast.partner, undecided, accepted, back, rejected)
    said(cast.chair, accepted.pk, "accept")
    said(cast.chair, back.pk, "bring_back", awaited="The probation report", awaited_from="Probation")
    said(
        cast.chair,
        rejected.pk,
        "reject",
        rejection_reason="out_of_area",
        next_step="Handed to the other area",
    )
    with acting_as(cast.partner.as_actor(), Scope.PANEL):
        assert set(Referral.objects.values_list("pk", flat=True)) == {undecided.pk, back.pk}
        assert set(ReferralParty.objects.values_list("referral_id", flat=True)) == {undecided.pk, back.pk}
        assert {d.referral_id for d in ReferralDecision.objects.all()} == {back.pk}
    with acting_as(cast.chair.as_actor(), Scope.PANEL):
        assert Referral.objects.count() == 4


def test_a_member_records_no_decision_even_past_the_page(cast: Cast) -> None:
    referral = refer(cast.coordinator)
    open_papers(cast.coordinator, cast.partner, referral)
    with pytest.raises(DatabaseError, match="row-level security"):
        said(cast.partner, referral.pk, "accept")


# --- pages ---


def _item(referral: Referral) -> str:
    return reverse("panel_item", kwargs={"referral_id": referral.pk})


def test_the_list_begins_with_the_longest_wait_and_says_what_is_awaited(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    refer(cast.coordinator, family="Late", days_ago=2)
    refer(cast.coordinator, family="Early", days_ago=30)
    back = refer(cast.coordinator, family="Cobnut")
    said(cast.chair, back.pk, "bring_back", awaited="The probation report", awaited_from="Probation")
    page = client_of(cast.chair).get(reverse("panel_list")).content.decode()
    assert page.index("Ambrose Early") < page.index("Ambrose Late")
    assert "Awaited from Probation: The probation report" in page
    assert "Brought back once." in page


def test_the_chair_decides_on_the_page_and_a_mistake_keeps_every_word(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    referral = refer(cast.coordinator)
    chair = client_of(cast.chair)
    typed = SAID | {"outcome": "reject", "decided_on": "yesterday", "next_step": ""}
    wrong = chair.post(_item(referral), typed)
    assert wrong.status_code == 200
    assert "Choose the reason for not taking the case." in wrong.content.decode()
    assert SAID["vs_safety"] in wrong.content.decode()
    done = chair.post(
        _item(referral), typed | {"rejection_reason": "no_safe_lever", "next_step": "Police watch"}
    )
    assert done.status_code == 302
    with seeding():
        decision = ReferralDecision.objects.get()
    assert decision.decided_on == local_today() - datetime.timedelta(days=1)
    page = chair.get(reverse("panel_list")).content.decode()
    assert "Not accepted: no safe lever" in page


def test_s48_two_who_decide_at_once_see_both_and_lose_nothing(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    referral = refer(cast.coordinator)
    said(cast.coordinator, referral.pk, "bring_back", awaited="The housing return")
    typed = SAID | {"outcome": "accept", "seen": "", "decided_on": "today", "dissent": "Housing would wait."}
    both = client_of(cast.chair).post(_item(referral), typed).content.decode()
    assert "Coralie Mudd recorded a decision first" in both
    assert "The housing return" in both
    assert "Housing would wait." in both
    with seeding():
        standing = ReferralDecision.objects.get()
    assert f'value="{standing.pk}"' in both
    again = client_of(cast.chair).post(_item(referral), typed | {"seen": str(standing.pk)})
    assert again.status_code == 302


def test_panel_pages_answer_who_may_and_to_everybody_else_the_same(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    referral = refer(cast.coordinator)
    open_papers(cast.coordinator, cast.partner, referral)
    absent = reverse("panel_item", kwargs={"referral_id": uuid4()})
    for member in (cast.coordinator, cast.chair, cast.partner):
        assert client_of(member).get(_item(referral)).status_code == 200
    member_page = client_of(cast.partner).get(_item(referral)).content.decode()
    assert "Record the decision" not in member_page
    assert client_of(cast.partner).post(_item(referral), SAID).status_code == 404
    for member in (
        cast.case_manager,
        cast.idva,
        cast.service_manager,
        cast.outsider,
        cast.analyst,
        cast.administrator,
    ):
        denied = client_of(member).get(_item(referral))
        assert denied.status_code == 404
        assert denied.content == client_of(member).get(absent).content
    said(cast.chair, referral.pk, "accept")
    after = client_of(cast.partner).get(_item(referral))
    assert (after.status_code, after.content) == (404, client_of(cast.partner).get(absent).content)


def test_the_list_asks_as_many_queries_for_one_as_for_twelve(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    refer(cast.coordinator)
    chair = client_of(cast.chair)
    chair.get(reverse("panel_list"))
    with CaptureQueriesContext(connection) as one:
        chair.get(reverse("panel_list"))
    for number in range(11):
        refer(cast.coordinator, family=f"Reedmace{'abcdefghijk'[number]}")
    with CaptureQueriesContext(connection) as many:
        chair.get(reverse("panel_list"))
    assert len(many) == len(one)
