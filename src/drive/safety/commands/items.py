"""Shared risk information: sending and acknowledging (S-02, S-05, S-08)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.people.facts import sent_before

from ..models import BOUNDARY_CONTACT, CaseLink, ItemAcknowledgement, NeedToHear, RiskItem
from ..source_check import check_names_nobody_else
from .links import on_link, wrote

PRACTICE = {"practice": True}
"""Details of an `incident` that is about our own practice (S-41): it ends no decision, as a new incident of abuse does (S-19)."""


@transaction.atomic
def send_risk_item(
    *,
    by: Actor,
    link_id: UUID,
    kind: str,
    purpose: str,
    text: str,
    urgency: str,
    work_out: str,
    use_rule: str = "background",
    decision_served: str = "",
    sole_informant: bool = False,
    details: Mapping[str, Any] | None = None,
    by_hand: bool = True,
) -> RiskItem:
    """Tell the other worker one thing they must know (K-60), with its purpose, use rule (K-47) and the
    inference question.

    `urgency` is one of `rules.URGENCIES`. Refuses a blank purpose or a blank answer to "how could he work
    out where this came from?" (S-02, S-08), and words of the case manager's side that name somebody else who is linked
    to the case (S-04); not of a notice that the system makes (`by_hand`), in which a name is a word like any other.
    """
    if not purpose.strip():
        raise Refusal(
            "Say what the other worker needs this for.",
            why="Whose safety, and which decision?",
            rule="S-02",
            field="purpose",
        )
    if not work_out.strip():
        raise Refusal(
            "Say how he could work out where this came from.",
            why="“He could not” is an answer.",
            rule="S-08",
            field="work_out",
        )
    link = CaseLink.objects.get(pk=link_id)
    said = {"text": text, "purpose": purpose, "decision_served": decision_served, "work_out": work_out}
    if by_hand:
        check_names_nobody_else(link, side=by.side, **said)
    told: dict[str, Any] = on_link(link, by) | {
        "kind": kind,
        "purpose": purpose,
        "text": text,
        "urgency": urgency,
        "work_out": work_out,
        "use_rule": use_rule,
        "decision_served": decision_served,
        "sole_informant": sole_informant,
        "details": dict(details or {}),
    }
    if again := sent_before(RiskItem, **told):
        return again
    item = RiskItem.objects.create(**told)
    wrote(by, "risk_item", link, "kind", "purpose", "text", "use_rule")
    return item


@transaction.atomic
def record_boundary_contact(
    *,
    by: Actor,
    link_id: UUID,
    rang_at: datetime.datetime,
    told_to_ring: bool,
    text: str,
    urgency: str,
    work_out: str,
) -> RiskItem:
    """The client rang the case manager (V-16): it is allowed, and what was said goes to her IDVA and nowhere else.

    The log is the item itself; his case keeps no word of it. It is background, known from the client alone (S-08, S-09),
    until her side says otherwise. Raises `Refusal` for a call that is still to come.
    """
    if rang_at > timezone.now():
        raise Refusal("This time has not come yet.", rule="S-43", field="at")
    return send_risk_item(
        by=by,
        link_id=link_id,
        kind=BOUNDARY_CONTACT,
        purpose="So that the client’s own worker knows what was said, and rings back.",
        text=text,
        urgency=urgency,
        work_out=work_out,
        sole_informant=True,
        details={"rang_at": rang_at.isoformat(), "told_to_ring": told_to_ring},
    )


@transaction.atomic
def acknowledge_item(*, by: Actor, item_id: UUID) -> None:
    """Say by name that one has read it. Twice is the same as once; refuses one's own side's item."""
    item = RiskItem.objects.select_related("link").get(pk=item_id)
    if item.side == by.side.value:
        raise Refusal("Your side sent this.", why="The other side acknowledges it.", rule="S-02")
    if ItemAcknowledgement.objects.filter(item=item, recorded_by_id=by.membership_id).exists():
        return
    ItemAcknowledgement.objects.create(**on_link(item.link, by), item=item, item_side=item.side)
    wrote(by, "risk_item", item.link, "acknowledged")


@transaction.atomic
def say_need_to_hear(*, by: Actor, link_id: UUID, words: str) -> NeedToHear:
    """Say what one's own side needs to hear from the other worker (S-05); it takes the place of what was said before."""
    if not words.strip():
        raise Refusal("Say what you need to hear.", rule="S-05", field="words")
    link = CaseLink.objects.get(pk=link_id)
    check_names_nobody_else(link, side=by.side, words=words)
    said: dict[str, Any] = on_link(link, by) | {"words": words.strip()}
    if again := sent_before(NeedToHear, **said):
        return again
    written = NeedToHear.objects.create(**said)
    wrote(by, "need_to_hear", link, "words")
    return written
