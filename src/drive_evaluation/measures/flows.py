"""Flows and linkage: M-FLOW-PERP, M-FLOW-VS, M-LINKAGE, M-RECON. Nodes are computed, so that diagrams draw themselves."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from drive_evaluation.case_samples import accepted_in, closed_drive_cases
from drive_evaluation.errors import FlowError
from drive_evaluation.link_samples import started_late
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Result, percent
from drive_evaluation.samples import Sample
from drive_evaluation.study import Study, look_up

DRIVE_NODES = (
    "allocated_drive",
    "consent_refused",
    "baseline_not_supplied",
    "baseline_analysed",
    "started_after_cut",
    "closed_analysed",
    "open_at_cut",
    "police_closed",
)
CONTROL_NODES = ("allocated_control", "control_no_behaviour_data")
"""Nodes within an arm of the randomised; people sent to the police are counted by arm, randomised or not."""


def check_sum(nodes: Mapping[str, int], parent: str, children: tuple[str, ...]) -> None:
    """Raise FlowError where a parent is not the sum of its children; absent nodes are not checked."""
    if parent in nodes and all(child in nodes for child in children):
        total = sum(nodes[child] for child in children)
        if nodes[parent] != total:
            raise FlowError(f"flow does not add up: {parent} is {nodes[parent]}, its parts sum to {total}")


def excluded_repeats(people: pd.DataFrame) -> int:
    """People excluded as repeat MARAC referrals."""
    return int(((people["eligibility"] == "excluded") & (people["exclusion_reason"] == "repeat_marac")).sum())


def perpetrator_nodes(study: Study, people: pd.DataFrame) -> dict[str, int]:
    """Node → count for the perpetrators given, in flow order. Nodes that need an absent table are left out."""
    nodes: dict[str, int] = {"assessed": len(people)}
    nodes["excluded_repeat_marac"] = excluded_repeats(people)
    cohort = study.randomised[study.randomised["perpetrator_id"].isin(people["perpetrator_id"])]
    nodes["not_randomised"] = len(people) - nodes["excluded_repeat_marac"] - len(cohort)
    nodes["randomised"] = len(cohort)
    control, drive = cohort[cohort["arm"] == "control"], cohort[cohort["arm"] == "drive"]
    nodes["allocated_control"] = nodes["control_no_behaviour_data"] = len(control)
    nodes["allocated_drive"] = len(drive)
    by_consent = study.spec != "y1"
    analysed = drive
    if by_consent:
        refused = drive["consent_share"] == "no"
        lacking = ~refused & (drive["baseline_data"] == "not_provided")
        nodes["consent_refused"] = int(refused.sum())
        nodes["baseline_not_supplied"] = int(lacking.sum())
        analysed = drive[~refused & ~lacking]
        nodes["baseline_analysed"] = len(analysed)
    if study.has("cases"):
        nodes.update(_case_nodes(study, analysed))
    if study.has("police_linkage"):
        linkage = study.table("police_linkage").merge(people[["perpetrator_id", "arm"]], on="perpetrator_id")
        traced = linkage[linkage["traced"] == "yes"]
        for arm in ("drive", "control"):
            nodes[f"police_insights_{arm}"] = int((linkage["arm"] == arm).sum())
            nodes[f"police_traced_{arm}"] = int((traced["arm"] == arm).sum())
    check_sum(nodes, "assessed", ("excluded_repeat_marac", "not_randomised", "randomised"))
    check_sum(nodes, "randomised", ("allocated_control", "allocated_drive"))
    check_sum(nodes, "allocated_drive", ("consent_refused", "baseline_not_supplied", "baseline_analysed"))
    parent = "baseline_analysed" if by_consent else "allocated_drive"
    check_sum(nodes, parent, ("started_after_cut", "closed_analysed", "open_at_cut"))
    return nodes


def _case_nodes(study: Study, analysed: pd.DataFrame) -> dict[str, int]:
    closed = closed_drive_cases(study)
    closed = closed[closed["perpetrator_id"].isin(analysed["perpetrator_id"])]
    done = analysed["perpetrator_id"].isin(closed["perpetrator_id"])
    late = pd.Series(False, index=analysed.index)
    start_by = study.settings.su_start_by
    if start_by is not None:
        first = look_up(analysed["perpetrator_id"], study.cases.groupby("perpetrator_id")["start_date"].min())
        late = ~done & (first > pd.Timestamp(start_by))
    nodes = {
        "started_after_cut": int(late.sum()),
        "closed_analysed": int(done.sum()),
        "open_at_cut": int((~late & ~done).sum()),
    }
    police_by = study.settings.police_closed_by
    if police_by is not None:
        in_time = closed[closed["closed_date"] <= pd.Timestamp(police_by)]
        nodes["police_closed"] = int(in_time["perpetrator_id"].nunique())
    return nodes


def flow_perpetrators(study: Study, sample: Sample) -> list[Result]:
    """M-FLOW-PERP: counts at each step from assessment to analysis."""
    nodes = perpetrator_nodes(study, sample.frame)
    results = []
    for node, count in nodes.items():
        values: dict[str, float | int | None] = {"count": count}
        if node in DRIVE_NODES:
            values["percent_of_arm"] = percent(count, nodes["allocated_drive"])
        elif node in CONTROL_NODES:
            values["percent_of_arm"] = percent(count, nodes["allocated_control"])
        results.append(make("M-FLOW-PERP", sample, {"node": node}, values))
    return results


def link_nodes(study: Study, arm_links: pd.DataFrame) -> dict[str, int]:
    """Node → count for the index links of one arm. Late starters leave before disengagement is counted."""
    intake = arm_links[arm_links["intake_form"]]
    late = started_late(study, intake)
    rest = intake[~late]
    nodes = {
        "allocated": len(arm_links),
        "not_engaged_intake": len(arm_links) - len(intake),
        "baseline_analysed": len(intake),
        "started_after_cut": int(late.sum()),
        "disengaged": int((~rest["exit_form"]).sum()),
        "analysed": int(rest["exit_form"].sum()),
    }
    check_sum(nodes, "allocated", ("not_engaged_intake", "baseline_analysed"))
    check_sum(nodes, "baseline_analysed", ("started_after_cut", "disengaged", "analysed"))
    return nodes


def flow_victims(study: Study, sample: Sample) -> list[Result]:
    """M-FLOW-VS: the same flow from the side of the index victim/survivor, per arm and together."""
    from drive_evaluation.samples import SAMPLES

    study.table("advocacy")
    people = sample.frame
    links = SAMPLES["cohort_vs"].build(study, "all")
    links = links[links["perpetrator_id"].isin(people["perpetrator_id"])]
    by_arm = {arm: link_nodes(study, links[links["arm"] == arm]) for arm in ("drive", "control")}
    top = {
        "assessed": len(people),
        "excluded_repeat_marac": excluded_repeats(people),
        "randomised": len(links),
        "baseline_analysed": sum(nodes["baseline_analysed"] for nodes in by_arm.values()),
        "analysed": sum(nodes["analysed"] for nodes in by_arm.values()),
    }
    results = [make("M-FLOW-VS", sample, {"node": node}, {"count": count}) for node, count in top.items()]
    for arm, nodes in by_arm.items():
        total = nodes["allocated"]
        for node, count in nodes.items():
            notes = ("not_intention_to_treat",) if node in ("baseline_analysed", "analysed") else ()
            results.append(
                make(
                    "M-FLOW-VS",
                    sample,
                    {"node": node},
                    {"count": count, "percent_of_arm": percent(count, total)},
                    subgroup="&".join(sorted([f"arm={arm}", *_restrictions(sample)])),
                    size=total,
                    notes=notes,
                )
            )
    return results


def _restrictions(sample: Sample) -> list[str]:
    return [f"{name}={value}" for name, value in sample.restrictions.items()]


def linkage(study: Study, sample: Sample) -> list[Result]:
    """M-LINKAGE: index links with an intake form, an exit form, or neither; share of the arm and of all forms."""
    study.table("advocacy")
    frame = sample.frame
    # The share of an arm among all forms needs the forms of every arm, whatever the subgroup.
    from drive_evaluation.samples import SAMPLES

    everyone = SAMPLES[sample.definition.name].build(study, sample.period)
    if "site" in sample.restrictions:
        everyone = everyone[everyone["site"] == sample.restrictions["site"]]
    results = []
    for form in ("intake", "exit", "none"):
        own, total = _with_form(frame, form), _with_form(everyone, form)
        values = {
            "count": own,
            "percent_of_arm": percent(own, len(frame)),
            "percent_of_forms": percent(own, total),
        }
        results.append(make("M-LINKAGE", sample, {"form": form}, values))
    # Retention is exit forms over intake forms as counted above; how many have both stands beside it.
    intake, exit_ = _with_form(frame, "intake"), _with_form(frame, "exit")
    both = int((frame["intake_form"] & frame["exit_form"]).sum())
    results.append(
        make(
            "M-LINKAGE",
            sample,
            {},
            {"retention_percent": percent(exit_, intake), "intake": intake, "exit": exit_, "both": both},
        )
    )
    return results


def _with_form(frame: pd.DataFrame, form: str) -> int:
    if form == "none":
        return int((~frame["intake_form"] & ~frame["exit_form"]).sum())
    return int(frame[f"{form}_form"].sum())


def reconciliation(study: Study, sample: Sample) -> list[Result]:
    """M-RECON: opening + accepted - closed - transferred - removed = closing, for one period and each kind of person.

    Perpetrators are counted by case, the people linked to them once each; ``compare=live`` sets the snapshot of the last
    day beside what the extract holds now.
    """
    from drive_evaluation.case_samples import open_at

    first, last = study.days(sample.period)
    cases = study.cases
    opening = set(open_at(study, first - pd.Timedelta(days=1))["case_id"])
    closing = set(open_at(study, last)["case_id"])
    accepted = set(cases.loc[(cases["accepted_date"] >= first) & (cases["accepted_date"] <= last), "case_id"])
    left = cases[cases["case_id"].isin((opening | accepted) - closing)]
    removed = left["removed_date"] <= last
    transferred = ~removed & (left["end_type"] == "transferred")
    values = {
        "opening": len(opening),
        "accepted": len(accepted - opening),
        "closed": int((~removed & ~transferred).sum()),
        "transferred": int(transferred.sum()),
        "removed": int(removed.sum()),
        "closing": len(closing),
    }
    expected = (
        values["opening"] + values["accepted"] - values["closed"] - values["transferred"] - values["removed"]
    )
    values["unexplained"] = values["closing"] - expected
    results = [make("M-RECON", sample, {"person": "perpetrators"}, values)]
    for table, key in (("victims", "victim_id"), ("children", "child_id")):
        if study.has(table):
            own = linked_balance(cases, study.table(table), key, opening, accepted, closing, last)
            results.append(
                make("M-RECON", sample, {"person": table}, own, n=own["closing"], size=own["closing"])
            )
    return [*results, _snapshot_and_live(study, sample)]


def linked_balance(
    cases: pd.DataFrame,
    links: pd.DataFrame,
    key: str,
    opening: set[str],
    accepted: set[str],
    closing: set[str],
    last: pd.Timestamp,
) -> dict[str, int]:
    """The balance of the people linked to cases: each counts once, as long as one of his or her cases is open.

    Who left did so as the last of the cases did: transferred or removed only where no case of the person was closed.
    """
    people = cases[["case_id", "perpetrator_id", "end_type", "removed_date"]].merge(
        links[["perpetrator_id", key]].drop_duplicates(), on="perpetrator_id"
    )

    def of(chosen: set[str]) -> set[str]:
        return set(people.loc[people["case_id"].isin(chosen), key])

    before, new, after = of(opening), of(accepted), of(closing)
    gone = people[people[key].isin((before | new) - after) & people["case_id"].isin(opening | accepted)]
    removed = gone["removed_date"] <= last
    transferred = ~removed & (gone["end_type"] == "transferred")
    closed = set(gone.loc[~removed & ~transferred, key])
    moved = set(gone.loc[transferred, key]) - closed
    taken_out = set(gone.loc[removed, key]) - closed - moved
    balance = {
        "opening": len(before),
        "accepted": len(new - before),
        "closed": len(closed),
        "transferred": len(moved),
        "removed": len(taken_out),
        "closing": len(after),
    }
    left = len(closed) + len(moved) + len(taken_out)
    balance["unexplained"] = len(after) - (len(before) + len(new - before) - left)
    return balance


def _snapshot_and_live(study: Study, sample: Sample) -> Result:
    """People accepted in the period as they stood on its last day, and as they stand at the data cut, with the reason."""
    _, last = study.days(sample.period)
    snapshot = set(accepted_in(study, sample.period)["perpetrator_id"])
    every = accepted_in(study, sample.period, with_removed=True)
    live = set(every.loc[~(every["removed_date"] <= max(study.data_cut, last)), "perpetrator_id"])
    values = {
        "snapshot": len(snapshot),
        "live": len(live),
        "removed_since": len(snapshot - live),
        "unexplained": len(live - snapshot),
    }
    dimensions = {"person": "perpetrators", "compare": "live"}
    return make("M-RECON", sample, dimensions, values, n=len(snapshot), size=len(snapshot))
