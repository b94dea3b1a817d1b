"""The tables of the evaluation contract, made from one site's coded columns. The only door from casework to analysis.

Works in the report scope, which is granted no name, address or free text (`policies.sql`). What the contract's codes do
not know is mapped here, each mapping once; what nobody recorded stays empty (A1 of the contract). Keys are the live
system's own random keys: fit for a manager's screen. A package that leaves the house gets pseudonyms instead.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from django.db import connection

from drive_evaluation.contract import CODE_LISTS, TABLES

Row = dict[str, Any]

POINTS = {
    "intake": "intake",
    "two_weeks": "intake",
    "m3": "m3",
    "m6": "m6",
    "m9": "m9",
    "mid": "mid",
    "exit": "exit",
}
"""K-36 to the contract's timepoints; points after closure are `post`, further reviews `review`."""

CONTACT_OUTCOMES = {
    "spoke": "made", "agreed_next": "made", "no_reply": "attempted", "missed": "attempted", "cancelled_us": "attempted",
    "cancelled_safety": "attempted", "declined": "refused",
}  # fmt: skip
"""K-19 to the contract: contact is at least one exchange (R-93)."""

SERVICE_STATUS = {
    "allocated": "background_research", "background_research": "background_research", "strategy_in_preparation": "planned_pending",
    "on_hold": "on_hold", "pre_closure": "pre_closure", "step_down": "step_down", "closed": "closed", "not_progressed": "removed",
}  # fmt: skip
"""K-16 where it alone decides the contract's status; while a case is `working`, K-17 and K-15 decide."""

WORKING_STATUS = {
    "planned_pending": "planned_pending", "hold_justice": "hold_justice", "not_safe": "not_safe", "no_route": "indirect_only",
    "in_contact": "in_contact", "reduced": "in_contact", "ceased": "indirect_only",
}  # fmt: skip

END_TYPES = {"transferred": "transferred", "not_progressed": "not_progressed"}


def _rows(statement: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _frame(table: str, rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as the contract's table: its columns in its order, absent cells empty."""
    return pd.DataFrame(list(rows), columns=list(TABLES[table].field_names), dtype=object)


def _code(table: str, field: str, value: str | None) -> str | None:
    """`value` if the contract knows it as a code of the field, else nothing: never guessed."""
    codes = next(f.codes for f in TABLES[table].fields if f.name == field)
    return value if value and codes and value in codes else None


def _missing_as_unknown(table: str, field: str, value: str | None) -> str | None:
    """The code; an asked and unanswered question is `unknown`; what nobody asked stays empty (R-04)."""
    return "unknown" if value in ("unknown", "declined") else _code(table, field, value)


def contract_tables(site_code: str) -> dict[str, pd.DataFrame]:
    """Every table of the contract that the live system records, for the site of the acting membership.

    `site_code` is the code used inside the tables. Call inside the report scope.
    """
    cases = _rows(
        "select id, person_key, service_id, referral_id, referred_on, accepted_on, starts_on from casework_sucase"
    )
    states = _rows(
        "select case_id, history, value, since, recorded_at from casework_stateentry order by since, recorded_at"
    )
    closures = {row["case_id"]: row for row in _rows(
        "select case_id, closed_on, primary_reason, contributing, engagement, agreed_idva, agreed_panel, risk_owner from casework_closure"
    )}  # fmt: skip
    holders = _rows(
        "select case_id, membership_id, starts_on from access_caseassignment where kind = 'holder' order by starts_on"
    )
    linked = _rows(
        "select id, case_id, relationship, age_as_referred, gender_as_referred, is_index, recorded_at from casework_linkedperson"
    )
    answers = _rows(
        "select case_id, linked_person, instrument, version, point, as_of, item, value, missing from access.coded_answers()"
    )
    person_of = {row["id"]: row["person_key"] for row in cases}
    histories = _histories(states)
    made = {
        "sites": _frame("sites", [{"site_id": site_code, "public_label": site_code}]),
        "cases": _cases(site_code, cases, closures, holders, histories),
        "status_history": _status_history(histories),
        "engagement": _engagement(histories),
        "victims": _victims(linked, person_of),
        "contacts": _contacts(),
        "sessions": _sessions(),
        "actions": _actions(),
        "closures": _closures(closures),
        "abuse": _abuse(answers, person_of),
        "needs": _needs(answers),
        "drive_dash": _dash(answers),
        "panel_items": _panel_items(site_code),
    }
    return made | {"perpetrators": _perpetrators(site_code, cases)}


Histories = dict[Any, dict[str, list[tuple[datetime.date, str]]]]


def _histories(states: Sequence[Row]) -> Histories:
    """case -> history -> [(since, value)], oldest first; of two on one day the later recorded holds."""
    found: Histories = defaultdict(lambda: defaultdict(list))
    for row in states:
        steps = found[row["case_id"]][row["history"]]
        if steps and steps[-1][0] == row["since"]:
            steps[-1] = (row["since"], row["value"])
        else:
            steps.append((row["since"], row["value"]))
    return found


def _at(steps: Sequence[tuple[datetime.date, str]], day: datetime.date) -> str:
    value = ""
    for since, step in steps:
        if since > day:
            break
        value = step
    return value


def _status_episodes(history: dict[str, list[tuple[datetime.date, str]]]) -> list[tuple[datetime.date, str]]:
    """The contract's one status, from the case's separate histories: a new episode wherever any of them moves."""
    days = sorted({since for name in ("status", "contact", "approach") for since, _ in history.get(name, ())})
    episodes: list[tuple[datetime.date, str]] = []
    for day in days:
        status = _at(history.get("status", ()), day)
        if status == "working":
            code = WORKING_STATUS.get(_at(history.get("contact", ()), day), "planned_pending")
            if code == "planned_pending" and _at(history.get("approach", ()), day) in (
                "disrupt_only",
                "indirect_only",
            ):
                code = "indirect_only"
        else:
            code = SERVICE_STATUS.get(status, "")
        if code and (not episodes or episodes[-1][1] != code):
            episodes.append((day, code))
    return episodes


def _with_ends(
    steps: Sequence[tuple[datetime.date, str]],
) -> list[tuple[datetime.date, datetime.date | None, str]]:
    """Each step with its last day: the day before the next one begins; none for the current one."""
    ends: list[datetime.date | None] = [since - datetime.timedelta(days=1) for since, _ in steps[1:]]
    return [
        (since, end, value) for (since, value), end in zip(steps, [*ends, None][: len(steps)], strict=True)
    ]


def _status_history(histories: Histories) -> pd.DataFrame:
    return _frame(
        "status_history",
        (
            {"case_id": str(case), "status": status, "from_date": since, "to_date": end}
            for case, history in histories.items()
            for since, end, status in _with_ends(_status_episodes(history))
        ),
    )


def _engagement(histories: Histories) -> pd.DataFrame:
    return _frame(
        "engagement",
        (
            {"case_id": str(case), "level": level, "from_date": since, "to_date": end}
            for case, history in histories.items()
            for since, end, level in _with_ends(history.get("engagement", ()))
            if level in CODE_LISTS["engagement"]
        ),
    )


def _cases(
    site_code: str,
    cases: Sequence[Row],
    closures: dict[Any, Row],
    holders: Sequence[Row],
    histories: Histories,
) -> pd.DataFrame:
    holder = {row["case_id"]: str(row["membership_id"]) for row in holders}
    made = []
    for case in cases:
        closure = closures.get(case["id"])
        reason = closure["primary_reason"] if closure else ""
        end_type = END_TYPES.get(reason, "closed") if closure else None
        approach = [value for _, value in histories.get(case["id"], {}).get("approach", ())]
        step_down = [
            since for since, value in histories.get(case["id"], {}).get("status", ()) if value == "step_down"
        ]
        made.append(
            {
                "case_id": str(case["id"]),
                "perpetrator_id": str(case["person_key"]),
                "site_id": site_code,
                "case_manager_id": holder.get(case["id"]),
                "referred_date": case["referred_on"],
                "accepted_date": case["accepted_on"] or case["starts_on"],
                "start_date": case["starts_on"],
                "closed_date": closure["closed_on"] if closure else None,
                "end_type": end_type,
                "removed_date": closure["closed_on"] if closure and end_type == "not_progressed" else None,
                "approach": approach[-1] if approach else None,
                "step_down_date": step_down[0] if step_down else None,
            }
        )
    return _frame("cases", made)


def _perpetrators(site_code: str, cases: Sequence[Row]) -> pd.DataFrame:
    """One row per service user assessed: everybody referred, and cases that came without a referral."""
    referred = _rows(
        "select p.person_key, r.source, r.referred_on, r.marac_on, r.children_count, p.gender, p.ethnic_group, p.employment,"
        " p.age_as_referred, d.outcome, d.rejection_reason, d.decided_on from referrals_referral r"
        " join referrals_referralparty p on p.referral_id = r.id and p.role = 'service_user'"
        " left join lateral (select outcome, rejection_reason, decided_on from referrals_referraldecision d"
        "   where d.referral_id = r.id order by d.recorded_at desc, d.id desc limit 1) d on true order by r.referred_on, r.id"
    )
    with_case = {row["person_key"] for row in cases}
    people: dict[Any, Row] = {}
    for row in referred:
        decided = row["outcome"]
        accepted = decided == "accept" or row["person_key"] in with_case
        before = people.get(row["person_key"])
        if before is not None and before["eligibility"] == "eligible":
            continue
        rejected = decided == "reject" and not accepted
        people[row["person_key"]] = {
            "perpetrator_id": str(row["person_key"]),
            "site_id": site_code,
            "assessed_date": row["decided_on"] or row["referred_on"],
            "referral_source": _code("perpetrators", "referral_source", row["source"]),
            "eligibility": "eligible" if accepted else "excluded" if rejected else "not_assessed",
            "exclusion_reason": ("out_of_area" if row["rejection_reason"] == "out_of_area" else "other")
            if rejected
            else None,
            "allocation_method": "panel" if accepted else "none",
            "allocation_date": row["decided_on"] if accepted else None,
            "arm": "drive" if accepted else None,
            "consent_share": "not_asked",
            "baseline_data": "provided" if row["person_key"] in with_case else "not_applicable",
            "age": row["age_as_referred"],
            "gender": _missing_as_unknown("perpetrators", "gender", row["gender"]),
            "ethnicity": _missing_as_unknown("perpetrators", "ethnicity", row["ethnic_group"]),
            "employment": _missing_as_unknown("perpetrators", "employment", row["employment"]),
            "children_involved": None
            if row["children_count"] is None
            else "yes"
            if row["children_count"]
            else "no",
        }
    for case in cases:
        if case["person_key"] not in people:
            people[case["person_key"]] = {
                "perpetrator_id": str(case["person_key"]), "site_id": site_code, "assessed_date": case["referred_on"],
                "eligibility": "eligible", "allocation_method": "panel", "allocation_date": case["accepted_on"],
                "arm": "drive", "consent_share": "not_asked", "baseline_data": "provided",
            }  # fmt: skip
    return _frame("perpetrators", people.values())


def _victims(linked: Sequence[Row], person_of: dict[Any, Any]) -> pd.DataFrame:
    return _frame(
        "victims",
        (
            {
                "victim_id": str(row["id"]),
                "perpetrator_id": str(person_of[row["case_id"]]),
                "is_index": row["is_index"],
                "linked_date": row["recorded_at"].date(),
                "relationship": _missing_as_unknown("victims", "relationship", row["relationship"]),
                "age": row["age_as_referred"],
                "gender": _missing_as_unknown("victims", "gender", row["gender_as_referred"]),
            }
            for row in linked
            if row["case_id"] in person_of
        ),
    )


def _contacts() -> pd.DataFrame:
    return _frame(
        "contacts",
        (
            {
                "contact_id": str(row["id"]), "case_id": str(row["case_id"]), "date": row["happened_on"],
                "channel": _code("contacts", "channel", row["channel"]),
                "outcome": CONTACT_OUTCOMES.get(row["outcome"], "attempted"),
            }
            for row in _rows("select id, case_id, happened_on, channel, outcome from casework_contact")
        ),
    )  # fmt: skip


def _sessions() -> pd.DataFrame:
    return _frame(
        "sessions",
        (
            {
                "session_id": str(row["id"]), "case_id": str(row["case_id"]), "date": row["held_on"], "kind": row["kind"],
                "provider": _code("sessions", "provider", row["provider"]), "attended": row["attended"], "minutes": row["minutes"],
            }
            for row in _rows("select id, case_id, held_on, kind, provider, attended, minutes from casework_session")
            if row["kind"] in CODE_LISTS["session_kind"]
        ),
    )  # fmt: skip


def _actions() -> pd.DataFrame:
    made = []
    for row in _rows(
        "select id, case_id, done_on, kind, mode, sub_type, support_areas, disrupt_areas, agency, other_agencies, minutes,"
        " unmet_need_agency, step_down from casework_action"
    ):
        areas = {name: _list(row[name]) for name in ("support_areas", "disrupt_areas", "other_agencies")}
        made.append(
            {
                "action_id": str(row["id"]), "case_id": str(row["case_id"]), "date": row["done_on"], "recording_version": "cur",
                "mode": row["mode"], "category": row["kind"], "subcategory": row["sub_type"] or None,
                "agency": _code("actions", "agency", row["agency"]),
                "agencies_other": ";".join(areas["other_agencies"]) or None,
                "support_area": next(iter(areas["support_areas"]), None), "disrupt_area": next(iter(areas["disrupt_areas"]), None),
                "step_down": row["step_down"], "minutes": row["minutes"],
                "unmet_need_agency": _code("actions", "unmet_need_agency", row["unmet_need_agency"]),
            }
        )  # fmt: skip
    return _frame("actions", made)


def _list(value: Any) -> list[str]:
    """A JSON column as a list, whichever way the driver hands it over."""
    import json

    return [str(item) for item in (json.loads(value) if isinstance(value, str) else value or ())]


def _closures(closures: dict[Any, Row]) -> pd.DataFrame:
    yes_no = {"yes": True, "no": False}
    return _frame(
        "closures",
        (
            {
                "case_id": str(case),
                "primary_reason": row["primary_reason"]
                if row["primary_reason"] in CODE_LISTS["reason"]
                else "other",
                "contributory_reasons": ";".join(_list(row["contributing"])) or None,
                "engagement_at_closure": row["engagement"]
                if row["engagement"] in CODE_LISTS["engagement"]
                else "unknown",
                "agreed_idva": yes_no.get(row["agreed_idva"]),
                "agreed_panel": yes_no.get(row["agreed_panel"]),
                "onward_agency": _code("closures", "onward_agency", row["risk_owner"]),
            }
            for case, row in closures.items()
        ),
    )


def _point(point: str) -> str:
    return POINTS.get(point) or ("post" if point.startswith("post") else "review")


def _abuse(answers: Sequence[Row], person_of: dict[Any, Any]) -> pd.DataFrame:
    """Use and severity are two things (R-82): used may be known while the level is not."""
    forms: dict[tuple[Any, ...], dict[str, Row]] = defaultdict(dict)
    for row in answers:
        if (
            row["instrument"] == "severity_of_abuse_grid"
            and row["linked_person"]
            and row["case_id"] in person_of
        ):
            forms[(row["case_id"], row["linked_person"], row["point"], row["as_of"])][row["item"]] = row
    made = []
    for (case, person, point, as_of), items in forms.items():
        for kind in CODE_LISTS["abuse_type"]:
            given = items.get(kind)
            if given is None:
                continue
            severity = given["value"] if given["value"] in CODE_LISTS["severity"] else "unknown"
            ticked = (items.get(f"{kind}_used") or {}).get("value") in ("yes", "true", "used")
            used = "no" if severity == "none" else "yes" if severity != "unknown" or ticked else "unknown"
            made.append(
                {
                    "perpetrator_id": str(person_of[case]), "victim_id": str(person), "informant": "case_manager",
                    "timepoint": _point(point), "date": as_of, "abuse_type": kind, "used": used, "severity": severity,
                }
            )  # fmt: skip
    return _frame("abuse", made)


def _needs(answers: Sequence[Row]) -> pd.DataFrame:
    return _frame(
        "needs",
        (
            {
                "case_id": str(row["case_id"]), "timepoint": _point(row["point"]), "date": row["as_of"], "need": row["item"],
                "level": row["value"] if row["value"] in CODE_LISTS["need_level"] else "unknown",
            }
            for row in answers
            if row["instrument"] == "needs" and row["item"] in CODE_LISTS["need"]
            and (row["value"] in CODE_LISTS["need_level"] or row["missing"] in ("unknown", "declined"))
        ),
    )  # fmt: skip


def _dash(answers: Sequence[Row]) -> pd.DataFrame:
    return _frame(
        "drive_dash",
        (
            {
                "case_id": str(row["case_id"]), "timepoint": _point(row["point"]), "date": row["as_of"],
                "instrument_version": row["version"], "item": row["item"],
                "answer": row["value"] if row["value"] in CODE_LISTS["answer"] else "nk",
            }
            for row in answers
            if row["instrument"] == "drive_dash"
        ),
    )  # fmt: skip


def _panel_items(site_code: str) -> pd.DataFrame:
    """Each decision as an item of that day's meeting; a referral heard before is `brought_back`."""
    heard: set[Any] = set()
    made = []
    for row in _rows(
        "select d.id, d.referral_id, d.outcome, d.decided_on, p.person_key from referrals_referraldecision d"
        " join referrals_referralparty p on p.referral_id = d.referral_id and p.role = 'service_user' order by d.recorded_at, d.id"
    ):
        made.append(
            {
                "item_id": str(row["id"]), "meeting_id": f"{site_code}-{row['decided_on']}", "site_id": site_code,
                "meeting_date": row["decided_on"], "perpetrator_id": str(row["person_key"]), "kind": "new",
                "brought_back": "yes" if row["referral_id"] in heard else "no", "outcome": row["outcome"],
            }
        )  # fmt: skip
        heard.add(row["referral_id"])
    return _frame("panel_items", made)
