"""Subgroups of a sample: the value of a subgroup field for every unit, missing where it is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from drive_evaluation import case_rules
from drive_evaluation.errors import NotComputableError
from drive_evaluation.study import Study, look_up


def _yes_no(mask: pd.Series) -> pd.Series:
    return pd.Series(np.where(mask, "yes", "no"), index=mask.index)


def subgroup_values(study: Study, frame: pd.DataFrame, name: str) -> pd.Series:
    """The value of a subgroup field for every row of a sample frame; missing where it is not known."""
    if name in ("arm", "site"):
        if name not in frame.columns:
            raise NotComputableError(f"the {name} of these units is not in the package")
        return frame[name]
    if name == "contact":
        return _yes_no(case_rules.contacted(study, frame))
    if name == "bcw":
        return _yes_no(case_rules.behaviour_change(study, frame))
    if name == "engaged":
        return _yes_no(case_rules.engaged(study, frame))
    if name == "reason_changed":
        reasons = case_rules.no_contact_reasons(study, frame).set_index("case_id")["changed"]
        return look_up(frame["case_id"], reasons)
    if name == "children":
        return frame["children_involved"]
    if name == "child_protection":
        return child_protection(study, frame)
    if name == "serial":
        return serial(study, frame)
    if name.startswith("high_need"):
        raise NotComputableError("high_need is a subgroup of M-ENGAGE-BY, which names the need itself")
    raise NotComputableError(f"{name!r} is not a subgroup field")


def child_protection(study: Study, frame: pd.DataFrame) -> pd.Series:
    """yes where a linked child has a protection plan, no where every status is known and none has, else missing."""
    children = study.table("children")
    unclear = children["cp_status"].isna() | (children["cp_status"] == "unknown")
    plan = children.loc[children["cp_status"] == "protection_plan", "perpetrator_id"]
    answer: pd.Series = pd.Series(np.nan, index=frame.index, dtype=object)
    answer[frame["perpetrator_id"].isin(children["perpetrator_id"])] = "no"
    answer[frame["perpetrator_id"].isin(children.loc[unclear, "perpetrator_id"])] = np.nan
    answer[frame["perpetrator_id"].isin(plan)] = "yes"
    return answer


def victims_per_perpetrator(study: Study) -> pd.Series:
    """Number of distinct linked victims/survivors by perpetrator."""
    return study.table("victims").groupby("perpetrator_id")["victim_id"].nunique()


def serial(study: Study, frame: pd.DataFrame, definition: str | None = None) -> pd.Series:
    """yes/no by ``serial_definition``: two or more linked victims, or practitioner evidence."""
    if (definition or study.settings.serial_definition) == "evidence":
        return frame["serial_evidence"].where(frame["serial_evidence"].isin(["yes", "no"]))
    number = look_up(frame["perpetrator_id"], victims_per_perpetrator(study)).fillna(0)
    return _yes_no(number >= 2)
