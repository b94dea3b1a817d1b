"""Contact, behaviour change work, engagement and case months: the person and time rules of 1.7.

Each function takes a frame of cases with ``case_id`` and, where a day matters, ``ref_day`` (the closing day of a
closed case, the snapshot day of an open one), and returns a Series aligned with that frame.
"""

from __future__ import annotations

import pandas as pd

from drive_evaluation.errors import NotComputableError
from drive_evaluation.study import Study, look_up


def case_month(start: pd.Series, day: pd.Series) -> pd.Series:
    """Completed calendar months from ``start`` to ``day`` plus one; missing where either date is.

    The day of the month decides; a start on the 31st is completed on the last day of a shorter month. Days before
    the start give 0 or less.
    """
    months = (day.dt.year - start.dt.year) * 12 + (day.dt.month - start.dt.month)
    anniversary = start.dt.day.where(start.dt.day < day.dt.days_in_month, day.dt.days_in_month)
    number: pd.Series = months - (day.dt.day < anniversary).astype(float) + 1.0
    return number


def add_months(days: pd.Series, months: int) -> pd.Series:
    """Calendar months later (or earlier), on the last day of the month where the day does not exist."""
    return days + pd.DateOffset(months=months)


def one_per_time_point(rows: pd.DataFrame, key: list[str], timepoint: str) -> pd.DataFrame:
    """One row per ``key`` of the rows of one time point: the earliest dated at intake, the latest dated otherwise.

    A row without a date counts only where no dated one stands beside it.
    """
    if timepoint == "intake":
        ordered = rows.sort_values("date", kind="stable", na_position="last")
        return ordered.drop_duplicates(key, keep="first")
    return rows.sort_values("date", kind="stable", na_position="first").drop_duplicates(key, keep="last")


def _first_day(frame: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    return look_up(frame["case_id"], rows.groupby("case_id")["date"].min())


def reference_days(study: Study, frame: pd.DataFrame) -> pd.Series:
    """The day up to which contact and behaviour change work of each case count (setting ``reference_day``).

    By default the closing day of a closed case and the snapshot day of an open one; missing where neither is known.
    """
    rule = study.settings.reference_day
    if rule == "closing_or_snapshot":
        if "ref_day" in frame.columns:
            return frame["ref_day"]
        return pd.Series(pd.NaT, frame.index, dtype="datetime64[s]")
    day = study.data_cut if rule == "data_cut" else pd.Timestamp(rule)
    return pd.Series(day, frame.index)


def _by(study: Study, frame: pd.DataFrame, day: pd.Series) -> pd.Series:
    reference = reference_days(study, frame)
    return day.notna() & (reference.isna() | (day <= reference))


def contact_source(study: Study) -> str:
    """Where direct contact is read from: ``contacts_made``, ``direct_actions`` or ``closure_form``."""
    wanted = study.settings.contact_rule
    available = {
        "contacts_made": study.has("contacts"),
        "direct_actions": study.has("actions"),
        "closure_form": study.has("closures"),
    }
    for source in (wanted, "contacts_made", "direct_actions", "closure_form"):
        if available.get(source):
            return source
    raise NotComputableError("direct contact needs contacts, actions or closures, and none is in the package")


def contact_notes(study: Study) -> tuple[str, ...]:
    """The note that says where contact was read from, when that is not the contacts table."""
    source = contact_source(study)
    return () if source == "contacts_made" else (f"contact_source={source}",)


def contacted(study: Study, frame: pd.DataFrame) -> pd.Series:
    """True where there was direct contact up to the reference day. No record is no contact."""
    source = contact_source(study)
    if source == "contacts_made":
        contacts = study.table("contacts")
        return _by(study, frame, _first_day(frame, contacts[contacts["outcome"] == "made"]))
    if source == "direct_actions":
        actions = study.table("actions")
        return _by(study, frame, _first_day(frame, actions[actions["mode"] == "direct"]))
    closures = study.table("closures").set_index("case_id")["direct_contact_ever"]
    return look_up(frame["case_id"], closures).eq(True).fillna(False).astype(bool)


def behaviour_change(study: Study, frame: pd.DataFrame) -> pd.Series:
    """True where behaviour change work was delivered up to the reference day."""
    rule = study.settings.bcw_rule
    use_sessions = study.has("sessions") and rule in ("session_or_action", "session")
    use_actions = study.has("actions") and rule in ("session_or_action", "action")
    if not use_sessions and not use_actions:
        raise NotComputableError(
            "behaviour change work needs sessions or actions, and neither is in the package"
        )
    delivered = pd.Series(False, index=frame.index)
    if use_sessions:
        delivered |= _by(study, frame, _first_day(frame, behaviour_change_sessions(study)))
    if use_actions:
        actions = study.table("actions")
        delivered |= _by(study, frame, _first_day(frame, actions[actions["category"] == "behaviour_change"]))
    return delivered


def behaviour_change_sessions(study: Study) -> pd.DataFrame:
    """Attended one-to-one sessions explicitly on abusive behaviour."""
    sessions = study.table("sessions")
    return sessions[(sessions["kind"] == "behaviour_change") & (sessions["attended"] == True)]  # noqa: E712  # missing is neither true nor false


def engaged(study: Study, frame: pd.DataFrame) -> pd.Series:
    """True where the case engaged by ``engaged_rule``; default, a level full or partial at any time."""
    rule = study.settings.engaged_rule
    if rule == "at_closure":
        closures = study.table("closures")
        chosen = closures[closures["engagement_at_closure"].isin(["full", "partial"])]
    else:
        levels = ["full"] if rule == "ever_full" else ["full", "partial"]
        episodes = study.table("engagement")
        chosen = episodes[episodes["level"].isin(levels)]
    return frame["case_id"].isin(chosen["case_id"])


def covering(episodes: pd.DataFrame, frame: pd.DataFrame, value: str) -> pd.Series:
    """``value`` of the episode that covers the reference day of each case; missing where none does.

    Rows that carry a review time point are points, not episodes, and do not count. Where episodes overlap, the
    one that began last counts.
    """
    rows = episodes[episodes["timepoint"].isna()]
    rows = rows.merge(frame[["case_id", "ref_day"]].drop_duplicates("case_id"), on="case_id")
    rows = rows[
        (rows["from_date"] <= rows["ref_day"])
        & (rows["to_date"].isna() | (rows["to_date"] >= rows["ref_day"]))
    ]
    last = rows.sort_values(["case_id", "from_date"], kind="stable").drop_duplicates("case_id", keep="last")
    return look_up(frame["case_id"], last.set_index("case_id")[value]).astype(object)


REVIEW_FORMS = ("m3", "mid", "m6", "m9", "exit")
"""Review forms in order; ``mid`` is the form of the fifth or sixth month under its other name."""
NO_CONTACT_REASONS = ("planned_pending", "hold_justice", "not_safe")


def no_contact_reasons(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    """Per case: the last reason for no contact on a review form, and whether the entered reasons differ.

    Columns ``case_id``, ``reason``, ``changed`` (yes/no); cases without any entered reason are left out.
    """
    history = study.table("status_history")
    rows = history[
        history["timepoint"].isin(REVIEW_FORMS)
        & history["status"].isin(NO_CONTACT_REASONS)
        & history["case_id"].isin(frame["case_id"])
    ].copy()
    rows["order"] = rows["timepoint"].map({form: rank for rank, form in enumerate(REVIEW_FORMS)})
    rows = rows.sort_values(["case_id", "order", "from_date"], kind="stable")
    grouped = rows.groupby("case_id")["status"]
    answer = pd.DataFrame({"reason": grouped.last(), "different": grouped.nunique() > 1}).reset_index()
    answer["changed"] = answer["different"].map({True: "yes", False: "no"})
    return answer[["case_id", "reason", "changed"]]
