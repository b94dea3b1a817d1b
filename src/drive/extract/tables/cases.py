"""A case from start to end: its dates, the one status made of its histories, engagement, closing, the panel."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from drive_evaluation.contract import CODE_LISTS

from .reading import Row, Window, code, grouped, listed, rows

Step = tuple[datetime.date, str]
Histories = Mapping[str, list[Step]]

WINNING = {
    "closed": "closed", "not_progressed": "removed", "step_down": "step_down", "pre_closure": "pre_closure", "on_hold": "on_hold",
}  # fmt: skip
"""K-16 where it alone decides the contract's status (A6)."""

BEFORE_CONTACT = ("allocated", "background_research", "strategy_in_preparation")
"""K-16 that is `background_research` while there was never contact (A6)."""

CONTACT_STATUS = {
    "planned_pending": "planned_pending", "hold_justice": "hold_justice", "not_safe": "not_safe", "no_route": "indirect_only",
    "in_contact": "in_contact", "reduced": "in_contact", "ceased": "indirect_only",
}  # fmt: skip
"""K-17 where K-16 does not decide (A6)."""

WITHOUT_CONTACT = ("disrupt_only", "indirect_only")
"""K-15 under which nothing but indirect work is planned."""

END_TYPES = {"transferred": "transferred", "not_progressed": "not_progressed"}

YES_NO = {"yes": True, "no": False}


def cases(window: Window) -> Iterator[Row]:
    """Every case of the people in the window. Of somebody who does not agree to share: dates and site only (A2)."""
    statement = """
        select c.*, x.closed_on, x.primary_reason, h.membership_id, a.value as approach, d.since as step_down_on
          from kept c
          left join casework_closure x on x.case_id = c.id and x.closed_on <= %(last)s
          left join lateral (select membership_id from access_caseassignment h
                              where h.case_id = c.id and h.kind = 'holder' and h.starts_on <= %(last)s
                              order by h.starts_on desc, h.id limit 1) h on true
          left join lateral (select value from casework_stateentry s where s.case_id = c.id and s.history = 'approach'
                              and s.since <= %(last)s order by s.since desc, s.recorded_at desc limit 1) a on true
          left join lateral (select min(since) as since from casework_stateentry s where s.case_id = c.id
                              and s.history = 'status' and s.value = 'step_down' and s.since <= %(last)s) d on true
         order by c.id, x.closed_on desc
    """
    for _, found in grouped(rows(statement, window), "id"):
        row = found[0]
        end = END_TYPES.get(row["primary_reason"], "closed") if row["closed_on"] else None
        told: Row = {
            "case_id": row["id"], "perpetrator_id": row["person_key"], "site_id": window.site_code,
            "referred_date": row["referred_on"], "accepted_date": row["accepted_on"] or row["starts_on"],
            "start_date": row["starts_on"], "closed_date": row["closed_on"], "end_type": end,
            "removed_date": row["closed_on"] if end == "not_progressed" else None,
        }  # fmt: skip
        if not row["refused"]:
            told |= {
                "case_manager_id": row["membership_id"], "approach": row["approach"], "step_down_date": row["step_down_on"],
            }  # fmt: skip
        yield told


def _histories(window: Window, *names: str) -> Iterator[tuple[object, Histories]]:
    """Case by case, its steps oldest first; of two on one day the later recorded holds."""
    statement = (
        "select s.case_id, s.history, s.value, s.since from casework_stateentry s join shared c on c.id = s.case_id"
        f" where s.since <= %(last)s and s.history in ({', '.join(repr(name) for name in names)})"
        " order by s.case_id, s.since, s.recorded_at, s.id"
    )
    for (case,), found in grouped(rows(statement, window), "case_id"):
        histories: defaultdict[str, list[Step]] = defaultdict(list)
        for row in found:
            steps = histories[row["history"]]
            if steps and steps[-1][0] == row["since"]:
                steps[-1] = (row["since"], row["value"])
            else:
                steps.append((row["since"], row["value"]))
        yield case, histories


def _at(steps: Sequence[Step], day: datetime.date) -> str:
    held = ""
    for since, value in steps:
        if since > day:
            break
        held = value
    return held


def status_on(history: Histories, day: datetime.date) -> str:
    """The contract's one status on a day, made of three histories that practice keeps apart (A6, P-01); "" for none."""
    status, contact = _at(history.get("status", ()), day), _at(history.get("contact", ()), day)
    if status in WINNING:
        return WINNING[status]
    if status in BEFORE_CONTACT and not any(
        since <= day and value in ("in_contact", "reduced", "ceased")
        for since, value in history.get("contact", ())
    ):
        return "background_research"
    if status not in (*BEFORE_CONTACT, "working"):
        return ""
    if contact in ("", "planned_pending") and _at(history.get("approach", ()), day) in WITHOUT_CONTACT:
        return "indirect_only"
    return CONTACT_STATUS.get(contact, "planned_pending")


def _episodes(history: Histories) -> list[Step]:
    """A new episode wherever the status of a day differs from the day before."""
    days = sorted({since for name in ("status", "contact", "approach") for since, _ in history.get(name, ())})
    episodes: list[Step] = []
    for day in days:
        status = status_on(history, day)
        if status and (not episodes or episodes[-1][1] != status):
            episodes.append((day, status))
    return episodes


def _with_ends(steps: Sequence[Step]) -> Iterator[tuple[datetime.date, datetime.date | None, str]]:
    """Each step with its last day: the day before the next one begins; none for the current one."""
    for number, (since, value) in enumerate(steps):
        after = steps[number + 1][0] if number + 1 < len(steps) else None
        yield since, after - datetime.timedelta(days=1) if after else None, value


def status_history(window: Window) -> Iterator[Row]:
    """Episodes of the one status. Reviews hold no status of their own here, so `timepoint` stays empty."""
    for case, history in _histories(window, "status", "contact", "approach"):
        for since, end, status in _with_ends(_episodes(history)):
            yield {"case_id": case, "status": status, "from_date": since, "to_date": end}


def engagement(window: Window) -> Iterator[Row]:
    """Episodes of K-20."""
    for case, history in _histories(window, "engagement"):
        for since, end, level in _with_ends(history["engagement"]):
            if level in CODE_LISTS["engagement"]:
                yield {"case_id": case, "level": level, "from_date": since, "to_date": end}


def closures(window: Window) -> Iterator[Row]:
    """The newest closing form of each closed case."""
    statement = """
        select distinct on (x.case_id) x.case_id, x.primary_reason, x.contributing, x.engagement, x.agreed_idva, x.agreed_panel,
               x.risk_owner
          from casework_closure x join shared c on c.id = x.case_id
         where x.closed_on <= %(last)s order by x.case_id, x.closed_on desc
    """
    for row in rows(statement, window):
        others = [one for one in listed(row["contributing"]) if one in CODE_LISTS["reason"]]
        yield {
            "case_id": row["case_id"], "primary_reason": code("closures", "primary_reason", row["primary_reason"]) or "other",
            "contributory_reasons": ";".join(others) or None,
            "engagement_at_closure": code("closures", "engagement_at_closure", row["engagement"]) or "unknown",
            "agreed_idva": YES_NO.get(row["agreed_idva"]), "agreed_panel": YES_NO.get(row["agreed_panel"]),
            "onward_agency": code("closures", "onward_agency", row["risk_owner"]),
        }  # fmt: skip


def panel_items(window: Window) -> Iterator[Row]:
    """Each decision in the window as an item of that day's meeting; a referral heard before is `brought_back`.

    The item of somebody who does not agree to share counts for the meeting and names nobody.
    """
    statement = """
        select d.* , k.person_key, n.person_key is not null as refused from (
          select d.id, d.referral_id, d.outcome, d.decided_on,
                 row_number() over (partition by d.referral_id order by d.recorded_at, d.id) as hearing
            from referrals_referraldecision d) d
          join referrals_referralparty p on p.referral_id = d.referral_id and p.role = 'service_user'
          join cohort k on k.person_key = p.person_key
          left join refused n on n.person_key = p.person_key
         where d.decided_on <= %(last)s and (%(first)s::date is null or d.decided_on >= %(first)s::date)
    """
    for row in rows(statement, window):
        yield {
            "item_id": row["id"], "meeting_id": f"{window.site_code} {row['decided_on']}", "site_id": window.site_code,
            "meeting_date": row["decided_on"], "perpetrator_id": None if row["refused"] else row["person_key"], "kind": "new",
            "brought_back": "yes" if row["hearing"] > 1 else "no", "outcome": code("panel_items", "outcome", row["outcome"]),
        }  # fmt: skip
