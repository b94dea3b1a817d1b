"""What was done: contact and attempts, sessions, actions."""

from __future__ import annotations

from collections.abc import Iterator

from drive_evaluation.contract import CODE_LISTS, DIRECT_CATEGORIES

from .reading import Row, Window, code, listed, rows

CONTACT_OUTCOMES = {"spoke": "made", "agreed_next": "made", "declined": "refused"}
"""K-19 to the contract: contact is at least one exchange (R-93); whatever else is an attempt (A6)."""

EDITION = "cur"
"""The option list that actions are recorded under."""


def contacts(window: Window) -> Iterator[Row]:
    """Every attempt, made or not."""
    for row in rows(
        "select w.id, w.case_id, w.happened_on, w.channel, w.outcome from casework_contact w"
        " join shared c on c.id = w.case_id where w.happened_on <= %(last)s",
        window,
    ):
        yield {
            "contact_id": row["id"], "case_id": row["case_id"], "date": row["happened_on"],
            "channel": code("contacts", "channel", row["channel"]), "outcome": CONTACT_OUTCOMES.get(row["outcome"], "attempted"),
        }  # fmt: skip


def sessions(window: Window) -> Iterator[Row]:
    """Sessions of a kind that the contract knows; a site's own kinds are told in the extract's note and left out."""
    for row in rows(
        "select s.id, s.case_id, s.held_on, s.kind, s.provider, s.attended, s.minutes from casework_session s"
        " join shared c on c.id = s.case_id where s.held_on <= %(last)s",
        window,
    ):
        if row["kind"] in CODE_LISTS["session_kind"]:
            yield {
                "session_id": row["id"], "case_id": row["case_id"], "date": row["held_on"], "kind": row["kind"],
                "provider": code("sessions", "provider", row["provider"]), "attended": row["attended"], "minutes": row["minutes"],
            }  # fmt: skip


def actions(window: Window) -> Iterator[Row]:
    """Every action, counted once by its one primary agency; of several areas the first is told."""
    for row in rows(
        "select a.id, a.case_id, a.done_on, a.kind, a.mode, a.sub_type, a.support_areas, a.disrupt_areas, a.agency,"
        " a.other_agencies, a.minutes, a.unmet_need_agency, a.step_down from casework_action a"
        " join shared c on c.id = a.case_id where a.done_on <= %(last)s",
        window,
    ):
        if row["kind"] not in CODE_LISTS["category"]:
            continue
        agencies = [one for one in listed(row["other_agencies"]) if one in CODE_LISTS["agency"]]
        support, disrupt = (
            next((one for one in listed(row[f"{name}_areas"]) if one in CODE_LISTS[f"{name}_area"]), None)
            for name in ("support", "disrupt")
        )
        yield {
            "action_id": row["id"], "case_id": row["case_id"], "date": row["done_on"], "recording_version": EDITION,
            "mode": row["mode"] if row["kind"] == "joint_direct" else "direct" if row["kind"] in DIRECT_CATEGORIES else "indirect",
            "category": row["kind"],
            "subcategory": code("actions", "subcategory", row["sub_type"]) if row["kind"] == "multi_agency" else None,
            "agency": code("actions", "agency", row["agency"]), "agencies_other": ";".join(agencies) or None,
            "support_area": support, "disrupt_area": disrupt, "step_down": row["step_down"], "minutes": row["minutes"],
            "unmet_need_agency": code("actions", "unmet_need_agency", row["unmet_need_agency"]),
        }  # fmt: skip
