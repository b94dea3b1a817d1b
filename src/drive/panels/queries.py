"""What the panel's pages ask. Row policies decide who sees what: an agency's member what is before the panel alone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from drive.access.models import local_today
from drive.referrals import queries as referral_queries
from drive.referrals.queries import ReferralRow

LATELY_DAYS = 28
PAGE = 40

CRITERIA = (
    "Risk: how recent, how often, how grave",
    "A safe lever: something that could bring change without harm to anyone",
    "Risk to workers",
    "Whether work on behaviour would be safe",
    "Enough known to plan on",
    "Very severe mental ill-health: say which",
    "Heavy other offending managed elsewhere",
    "Living out of the area",
)
"""What a panel weighs (P-08): advice, never a sum. Being hard to engage is no ground to refuse (P-07)."""


@dataclass(frozen=True, slots=True)
class Item:
    """A referral before the panel, and for how long: since it was referred, or since it was to come back."""

    row: ReferralRow
    since: datetime.date
    days: int


@dataclass(frozen=True, slots=True)
class BeforeThePanel:
    new: list[Item]
    to_come_back: list[Item]
    more: bool
    """Whether more wait than are shown; those shown have waited longest."""


def before_the_panel() -> BeforeThePanel:
    """What waits for a decision, the longest waiting first."""
    rows = referral_queries.rows_of(referral_queries.before_panel(), most=PAGE + 1)
    today = local_today()
    items = [
        Item(row, since, (today - since).days)
        for row in rows[:PAGE]
        for since in [row.decision.decided_on if row.decision else row.referral.referred_on]
    ]
    items.sort(key=lambda item: item.since)
    return BeforeThePanel(
        [item for item in items if item.row.decision is None],
        [item for item in items if item.row.decision is not None],
        len(rows) > PAGE,
    )


def decided_lately() -> list[ReferralRow]:
    """What was accepted or not accepted in the last four weeks, the newest first; nothing for a panel member."""
    keys = referral_queries.decided_lately(local_today() - datetime.timedelta(days=LATELY_DAYS))
    by_key = {row.referral.pk: row for row in referral_queries.rows_of(keys)}
    return [by_key[key] for key in keys if key in by_key]


def can_be_decided(row: ReferralRow) -> bool:
    """Whether the panel's word is still asked: not allocated, and not accepted already."""
    return not row.allocated and (row.decision is None or row.decision.outcome != "accept")
