"""A cohort like Year 2: 3,284 assessed, 2,546 randomised, both arms, at the published size or scaled.

At the published size the flows are exact and profiles, needs and totals are those of the report. Other sizes scale
every count. ``effect`` changes how much more often abuse stops in the Drive arm, for recovery tests and power.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.synthetic.people import Frame, abuse_rows, choose, ids, later_levels, random_levels
from drive_evaluation.synthetic.quota import (
    apportion,
    days_between,
    months_before,
    numbers_with,
    spread,
)
from drive_evaluation.synthetic.year2_links import draw_extra_victims, draw_risk, draw_victims, idva_abuse
from drive_evaluation.synthetic.year2_practice import (
    draw_actions,
    draw_children,
    draw_contact_flags,
    draw_contacts,
    draw_dash,
    draw_engagement,
    draw_intake_known,
    draw_needs,
    draw_sessions,
    draw_statutory,
)
from drive_evaluation.synthetic.year2_printed import CUT, FLOW, SITES, USE, Size

PUBLISHED = 2546


ASSUMPTIONS = (
    "Dates, the size of the paired samples, IDVA ratings and doses outside area 1, police incidents, statutory "
    "agencies and every joint distribution that was not published come from simple, uncalibrated assumptions."
)


def evaluation() -> dict[str, Any]:
    """The ``evaluation`` object of the package."""
    return {"spec": "y2", "data_cut": CUT.isoformat(), "mask_sites": True, "periods": {}, "params": {}}


def cohort(seed: int, perpetrators: int = PUBLISHED, effect: float = 0.1) -> dict[str, pd.DataFrame]:
    """All tables; ``perpetrators`` are those randomised, ``effect`` the extra chance of stopping in Drive."""
    rng = np.random.default_rng([seed, 2])
    size = Size(perpetrators / PUBLISHED)
    people = _perpetrators(rng, size, perpetrators)
    victims, advocacy, victim_needs = draw_victims(rng, size, people)
    cases = _cases(rng, size, people)
    closed = cases[cases["group"] == "closed"].reset_index(drop=True)
    tables = {"sites": _sites(), "perpetrators": people.drop(columns="group")}
    tables["victims"] = draw_extra_victims(rng, size, victims, closed).drop(columns=["group"])
    tables["cases"] = cases.drop(columns=["group", "age"])
    contacted, delivered, engaged = draw_contact_flags(rng, size, closed, people)
    tables["contacts"] = draw_contacts(rng, cases, closed, contacted)
    tables["sessions"] = draw_sessions(rng, closed[delivered].reset_index(drop=True))
    tables["engagement"] = draw_engagement(closed, engaged)
    tables["children"] = draw_children(rng, size, closed, engaged, people)
    intake_known = draw_intake_known(size, closed, engaged)
    tables["needs"] = draw_needs(rng, size, closed, engaged, intake_known)
    tables["statutory_involvement"] = draw_statutory(rng, size, closed, intake_known)
    tables["drive_dash"] = draw_dash(rng, size, closed, intake_known)
    tables["advocacy"] = advocacy
    tables["victim_needs"] = victim_needs
    tables["abuse"] = _abuse(rng, size, closed, victims, advocacy, intake_known, effect)
    tables["risk_change"] = draw_risk(rng, closed, advocacy)
    tables["actions"] = draw_actions(rng, size, closed, delivered)
    tables["police_linkage"], tables["police_incidents"] = _police(rng, size, closed, victims, advocacy)
    tables["evaluation_register"] = _register()
    return tables


def _sites() -> Frame:
    return pd.DataFrame(
        {
            "site_id": SITES,
            "public_label": ["area1", "area2", "area3"],
            "phase": "pilot",
            "go_live": dt.date(2016, 4, 1),
        }
    )


def _perpetrators(rng: np.random.Generator, size: Size, randomised: int) -> Frame:
    drive = size(FLOW["drive"])
    refused, lacking, closed = size(FLOW["refused"]), size(FLOW["not_supplied"]), size(FLOW["closed"])
    late = drive - refused - lacking - closed
    control, excluded = randomised - drive, size(FLOW["excluded"])
    group = np.repeat(
        ["refused", "not_supplied", "late", "closed", "control", "excluded"],
        [refused, lacking, late, closed, control, excluded],
    )
    n = len(group)
    arm = choose(group == "control", "control", choose(group == "excluded", None, "drive"))
    frame = pd.DataFrame(
        {
            "perpetrator_id": ids(rng, "syn-p", n),
            "site_id": spread(rng, {"essex": 36, "south_wales": 40, "west_sussex": 24}, n),
            "assessed_date": days_between(rng, dt.date(2016, 4, 1), dt.date(2018, 1, 31), n),
            "referral_source": "marac",
            "eligibility": choose(group == "excluded", "excluded", "eligible"),
            "exclusion_reason": choose(group == "excluded", "repeat_marac", None),
            "allocation_method": choose(group == "excluded", "none", "randomised"),
            "arm": arm,
            "consent_share": choose(
                arm == "drive", choose(group == "refused", "no", "yes"), "not_applicable"
            ),
            "baseline_data": choose(
                arm == "drive",
                choose(group == "not_supplied", "not_provided", "provided"),
                "not_applicable",
            ),
            "group": group,
        }
    )
    frame["allocation_date"] = frame["assessed_date"].where(group != "excluded")
    frame["age"] = np.clip(rng.gamma(9, 3.8, n), 17, 80).astype(int)
    frame.loc[rng.random(n) < 0.03, "age"] = np.nan
    own = frame["group"] == "closed"
    # More of the closed cases in the first site, so that the printed number of advocate contacts finds its people.
    frame.loc[own, "site_id"] = spread(rng, {"essex": 46, "south_wales": 33, "west_sussex": 21}, closed)
    frame.loc[own, "age"] = numbers_with(rng, closed, mean=35, sd=11.2, median=33, low=17, high=77)
    frame["gender"] = spread(rng, {"man": 935, "woman": 50, "unknown": 15}, n)
    frame.loc[own, "gender"] = spread(rng, {"man": 199, "woman": 11, "unknown": 2}, closed)
    frame["ethnicity"] = spread(
        rng, {"white_british": 84, "white_other": 3, "asian": 3, "black": 2, None: 8}, n
    )
    frame.loc[own, "ethnicity"] = spread(
        rng, {"white_british": 184, "white_other": 6, "asian": 6, "black": 4, None: 12}, closed
    )
    frame["children_involved"] = spread(rng, {"yes": 60, "no": 25, None: 15}, n)
    frame.loc[own, "children_involved"] = spread(rng, {"yes": 146, "no": 50, "unknown": 6, None: 10}, closed)
    for column in ("prior_dva_offence", "prior_nondva_offence"):
        frame[column] = spread(rng, {"yes": 45, "no": 40, "unknown": 15}, n)
    frame["serial_evidence"] = spread(rng, {"yes": 20, "no": 60, None: 20}, n)
    return frame


def _cases(rng: np.random.Generator, size: Size, people: Frame) -> Frame:
    drive = people[people["arm"] == "drive"].reset_index(drop=True)
    n = len(drive)
    frame = drive[["perpetrator_id", "site_id", "group", "age"]].copy()
    frame.insert(0, "case_id", ids(rng, "syn-c", n))
    frame["case_manager_id"] = [f"syn-cm-{site}-{i % 4}" for i, site in enumerate(frame["site_id"])]
    frame["start_date"] = days_between(rng, dt.date(2017, 7, 1), dt.date(2018, 3, 31), n)
    frame["closed_date"] = None
    frame["end_type"] = None
    frame["step_down_date"] = None
    own = np.flatnonzero(frame["group"] == "closed")
    closing, starts, months = _closing(rng, size, len(own))
    frame.loc[own, "start_date"] = starts
    frame.loc[own, "closed_date"] = closing
    frame.loc[own, "end_type"] = "closed"
    long = own[np.asarray(months) >= 11]
    stepping = rng.permutation(long)[: size(18)]
    frame.loc[stepping, "step_down_date"] = [
        day - dt.timedelta(days=30) for day in frame.loc[stepping, "closed_date"]
    ]
    early = np.flatnonzero(frame["group"] == "late")[: n // 20]
    frame.loc[early, "end_type"] = spread(
        rng, {"transferred": 1, "unsuitable": 1, "not_progressed": 1}, len(early)
    )
    frame.loc[early, "closed_date"] = [day + dt.timedelta(days=60) for day in frame.loc[early, "start_date"]]
    removed = frame["end_type"].isin(["unsuitable", "not_progressed"])
    frame["removed_date"] = frame["closed_date"].where(removed)
    frame["referred_date"] = frame["start_date"]
    frame["accepted_date"] = frame["start_date"]
    frame["data_supplied"] = frame["group"] != "not_supplied"
    return frame


def _closing(rng: np.random.Generator, size: Size, n: int) -> tuple[list[dt.date], list[dt.date], list[int]]:
    early = size(FLOW["police"])
    counts = apportion([158, 49, 5], n)
    bands = np.repeat(["11-12", "13-23", "<=10"], counts)
    before = np.zeros(n, dtype=bool)
    before[rng.permutation(n)[:early]] = True
    closing, starts, months = [], [], []
    for band, in_time in zip(bands, before, strict=True):
        month = (
            int(rng.integers(11, 13))
            if band == "11-12"
            else int(rng.integers(13, 18))
            if band == "13-23"
            else 10
        )
        if in_time:
            day = dt.date(2017, 7, 3) + dt.timedelta(days=int(rng.integers(0, 180)))
        else:
            day = dt.date(2018, 1, 2) + dt.timedelta(days=int(rng.integers(0, 115)))
        start = months_before(day.replace(day=min(day.day, 28)), month - 1) - dt.timedelta(
            days=int(rng.integers(0, 20))
        )
        latest = dt.date(2017, 6, 28)
        if start > latest:
            start = latest - dt.timedelta(days=int(rng.integers(0, 3)))
            day = _closing_in(start, month, in_time)
        if start < dt.date(2016, 4, 1):
            start = dt.date(2016, 4, 1)
            day = _closing_in(start, month, in_time)
        closing.append(day)
        starts.append(start)
        months.append(month)
    return closing, starts, months


def _closing_in(start: dt.date, month: int, in_time: bool) -> dt.date:
    """A day in the wanted case month after ``start``, on the right side of the police cut."""
    index = start.year * 12 + start.month - 1 + month - 1
    first = dt.date(index // 12, index % 12 + 1, min(start.day, 28))
    if first.day != start.day:
        first += dt.timedelta(days=4)
    return (
        min(first, dt.date(2017, 12, 31))
        if in_time
        else max(min(first, dt.date(2018, 4, 30)), dt.date(2018, 1, 1))
    )


def _abuse(
    rng: np.random.Generator,
    size: Size,
    closed: Frame,
    victims: Frame,
    advocacy: Frame,
    known: np.ndarray,
    effect: float,
) -> Frame:
    links = victims.set_index("perpetrator_id").loc[closed["perpetrator_id"].to_numpy()[known]].reset_index()
    own = closed.iloc[known].reset_index(drop=True)
    n = len(own)
    before = {kind: random_levels(rng, n, use) for kind, use in USE.items()}
    middle = {kind: later_levels(rng, level, 0.25, 0.02, 0.2) for kind, level in before.items()}
    after = {kind: later_levels(rng, level, 0.45, 0.02, 0.2) for kind, level in before.items()}
    # Physical abuse at the high level: 50 links at intake, 21 of them at exit, as many as give the printed fall.
    high, still = size(50), size(21)
    pairs: list[Any] = [("high", "high")] * still + [("high", "none")] * (high - still)
    pairs += [("none", "none")] * (n // 4) + [("moderate", "standard")] * (n // 5)
    pairs += [(None, None)] * (n - len(pairs))
    order = rng.permutation(n)
    before["physical"] = np.array([first for first, _ in pairs], dtype=object)[order]
    after["physical"] = np.array([last for _, last in pairs], dtype=object)[order]
    frames = [
        abuse_rows(links, "case_manager", "intake", own["start_date"].to_numpy(), before, 12),
        abuse_rows(
            links, "case_manager", "mid", own["start_date"].to_numpy() + dt.timedelta(days=160), middle, 6
        ),
        abuse_rows(links, "case_manager", "exit", own["closed_date"].to_numpy(), after, 3),
    ]
    frames.append(idva_abuse(rng, victims, advocacy, effect))
    return pd.concat(frames, ignore_index=True)


def _police(
    rng: np.random.Generator, size: Size, closed: Frame, victims: Frame, advocacy: Frame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    in_time = closed[[day <= dt.date(2017, 12, 31) for day in closed["closed_date"]]]
    drive = (
        in_time[in_time["perpetrator_id"].isin(advocacy["perpetrator_id"])]
        .head(size(51))
        .reset_index(drop=True)
    )
    group = victims.set_index("perpetrator_id")["group"]
    controls = advocacy.loc[advocacy["perpetrator_id"].map(group) == "control", "perpetrator_id"].head(
        size(54)
    )
    matches = np.resize(drive["perpetrator_id"].to_numpy(), len(controls))
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "perpetrator_id": drive["perpetrator_id"],
                    "traced": choose(np.arange(len(drive)) < size(49), "yes", "no"),
                    "anchor_start": drive["start_date"],
                    "anchor_end": drive["closed_date"],
                }
            ),
            pd.DataFrame(
                {
                    "perpetrator_id": controls.to_numpy(),
                    "matched_to": matches,
                    "distance": np.round(rng.beta(2, 12, len(controls)), 4),
                    "traced": choose(np.arange(len(controls)) < size(51), "yes", "no"),
                }
            ),
        ],
        ignore_index=True,
    )
    traced = frame[frame["traced"] == "yes"]
    rows = traced.loc[np.repeat(traced.index, rng.negative_binomial(2, 0.25, len(traced)))]
    incidents = pd.DataFrame(
        {"incident_id": ids(rng, "syn-i", len(rows)), "perpetrator_id": rows["perpetrator_id"].to_numpy()}
    )
    incidents["date"] = days_between(rng, dt.date(2016, 1, 1), dt.date(2018, 6, 30), len(rows))
    incidents["dva"] = spread(rng, {"yes": 55, "no": 40, "unknown": 5}, len(rows))
    incidents["criminal"] = spread(rng, {"yes": 50, "no": 46, "unknown": 4}, len(rows))
    return frame, incidents


def _register() -> Frame:
    groups = {"practitioner": (43, 33), "service_user": (11, 16), "victim_survivor": (2, 15)}
    rows = [
        (
            f"syn-e-{role}-{year}-{i}",
            "interview",
            role,
            f"syn-f-{role}-{i if year == 1 else i + 5}",
            f"year{year}",
        )
        for role, numbers in groups.items()
        for year, number in enumerate(numbers, start=1)
        for i in range(number)
    ]
    return pd.DataFrame(rows, columns=["entry_id", "kind", "role", "person_ref", "report_year"])
