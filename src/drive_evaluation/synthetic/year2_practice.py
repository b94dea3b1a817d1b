"""Year 2: what case managers recorded: contact, sessions, needs, Drive DASH, statutory services, actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from drive_evaluation.synthetic.people import Frame, choose, ids
from drive_evaluation.synthetic.quota import (
    spread,
    sums_to,
)
from drive_evaluation.synthetic.year2_printed import Size

# Needs at the high level: engaged with it, engaged with a graded level, not engaged with it, with a graded level.
HIGH = {
    "other_addiction": (1, 52, 2, 22), "finance": (6, 52, 4, 22), "alcohol": (8, 52, 4, 22),
    "housing": (9, 52, 3, 22), "family": (14, 52, 6, 10), "mental_health": (19, 52, 4, 22),
    "parenting": (18, 40, 6, 9), "children": (14, 30, 6, 10), "social": (30, 52, 5, 22),
    "drugs": (35, 52, 4, 22), "employment": (38, 50, 14, 21),
}  # fmt: skip


AGENCIES = (
    "idva",
    "police",
    "probation_crc",
    "probation_nps",
    "childrens_services",
    "housing",
    "substance",
    "prison",
    None,
)


def draw_contact_flags(
    rng: np.random.Generator, size: Size, closed: Frame, people: Frame
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Contacted, behaviour change work, engaged: the last two among the contacted, engagement by children."""
    n = len(closed)
    with_children = (
        closed["perpetrator_id"].map(people.set_index("perpetrator_id")["children_involved"]) == "yes"
    )
    places, others = np.flatnonzero(with_children), np.flatnonzero(~with_children)
    engaged = np.zeros(n, dtype=bool)
    engaged[rng.permutation(places)[: size(86)]] = True
    engaged[rng.permutation(others)[: size(34)]] = True
    contacted = engaged.copy()
    contacted[rng.permutation(np.flatnonzero(~engaged))[: size(133) - int(engaged.sum())]] = True
    delivered = np.zeros(n, dtype=bool)
    delivered[rng.permutation(np.flatnonzero(contacted))[: size(34)]] = True
    return contacted, delivered, engaged


def draw_contacts(rng: np.random.Generator, cases: Frame, closed: Frame, contacted: np.ndarray) -> Frame:
    number = choose(contacted, 1 + rng.negative_binomial(1, 0.09, len(closed)), 0)
    made = closed.loc[np.repeat(np.arange(len(closed)), number), ["case_id", "start_date", "closed_date"]]
    tried = closed.loc[np.repeat(np.arange(len(closed)), rng.poisson(2, len(closed)))]
    rows = pd.concat(
        [
            made.assign(outcome="made"),
            tried[["case_id", "start_date", "closed_date"]].assign(outcome="attempted"),
        ],
        ignore_index=True,
    )
    frame = pd.DataFrame({"contact_id": ids(rng, "syn-k", len(rows)), "case_id": rows["case_id"]})
    frame["date"] = _within(rng, rows["start_date"], rows["closed_date"])
    frame["channel"] = spread(rng, {"phone": 50, "face_to_face": 40, "text": 10}, len(rows))
    frame["outcome"] = rows["outcome"]
    return frame


def _within(rng: np.random.Generator, first: pd.Series, last: pd.Series) -> np.ndarray:
    start = pd.to_datetime(first).to_numpy().astype("datetime64[D]")
    span = (pd.to_datetime(last).to_numpy().astype("datetime64[D]") - start).astype(int)
    return np.asarray(start + np.floor(rng.random(len(start)) * (span + 1)).astype("timedelta64[D]"))


def draw_sessions(rng: np.random.Generator, delivered: Frame) -> Frame:
    rows = delivered.loc[np.repeat(np.arange(len(delivered)), 1 + rng.poisson(4, len(delivered)))]
    frame = pd.DataFrame({"session_id": ids(rng, "syn-s", len(rows)), "case_id": rows["case_id"].to_numpy()})
    frame["date"] = _within(rng, rows["start_date"], rows["closed_date"])
    frame["kind"], frame["provider"], frame["attended"], frame["minutes"] = (
        "behaviour_change",
        "case_manager",
        True,
        60,
    )
    return frame


def draw_engagement(closed: Frame, engaged: np.ndarray) -> Frame:
    return pd.DataFrame(
        {
            "case_id": closed["case_id"],
            "from_date": closed["start_date"],
            "to_date": closed["closed_date"],
            "level": choose(engaged, "full", "not"),
        }
    )


def draw_children(
    rng: np.random.Generator, size: Size, closed: Frame, engaged: np.ndarray, people: Frame
) -> Frame:
    """Children of the cases with children; 50 cases with a protection plan, of which 32 engaged."""
    with_children = (
        closed["perpetrator_id"].map(people.set_index("perpetrator_id")["children_involved"]) == "yes"
    )
    yes, no = np.flatnonzero(with_children & engaged), np.flatnonzero(with_children & ~engaged)
    plan = np.concatenate([rng.permutation(yes)[: size(32)], rng.permutation(no)[: size(18)]])
    places = np.repeat(np.flatnonzero(with_children), 2)
    frame = pd.DataFrame({"perpetrator_id": closed["perpetrator_id"].to_numpy()[places]})
    frame.insert(0, "child_id", ids(rng, "syn-y", len(frame)))
    frame["age_band"] = spread(rng, {"0_4": 40, "5_10": 35, "11_15": 20, "unknown": 5}, len(frame))
    frame["cp_status"] = choose(np.isin(places, plan), "protection_plan", "none")
    return frame


def draw_intake_known(size: Size, closed: Frame, engaged: np.ndarray) -> np.ndarray:
    """Places of the cases with any intake record, those with needs known first: graded, then named only."""
    n = len(closed)
    yes, no = np.flatnonzero(engaged), np.flatnonzero(~engaged)
    graded = np.concatenate([yes[: size(52)], no[: size(22)]])
    rest = np.setdiff1d(np.arange(n), graded)
    return np.concatenate([graded, rest])[: size(207)]


PROFILES: Mapping[str, tuple[str, ...]] = {
    "no_or_low_needs": (),
    "alcohol_housing_unemployment": ("alcohol", "housing", "employment"),
    "multiple_needs": tuple(HIGH),
    "family_children_parenting": ("family", "children", "parenting"),
}
"""The four classes of the report, in order of size, and the needs that mark each; shares are an assumption."""


CLASS_SHARES = (0.4, 0.25, 0.2, 0.15)


def choose_class(rng: np.random.Generator, number: int) -> list[str]:
    """A latent class for each of ``number`` cases."""
    return [str(name) for name in rng.choice(list(PROFILES), number, p=CLASS_SHARES)]


def needs_of_class(rng: np.random.Generator, *, several: bool) -> list[str]:
    """Needs of one case: two or more in the pattern of a class with needs, otherwise one or none."""
    if not several:
        return [str(rng.choice(list(HIGH)))] if rng.random() < 0.3 else []
    shares = np.asarray(CLASS_SHARES[1:]) / sum(CLASS_SHARES[1:])
    marks = PROFILES[str(rng.choice(list(PROFILES)[1:], p=shares))]
    chance = {need: (0.7 if len(marks) == len(HIGH) else 0.9) if need in marks else 0.05 for need in HIGH}
    drawn = [need for need in HIGH if rng.random() < chance[need]]
    return drawn if len(drawn) >= 2 else list(marks[:2])


def draw_needs(
    rng: np.random.Generator, size: Size, closed: Frame, engaged: np.ndarray, known: np.ndarray
) -> Frame:
    number = size(151)
    yes = known[: size(52)]
    no = known[size(52) : size(52) + size(22)]
    rows: list[tuple[int, str, str]] = []
    held = dict.fromkeys((int(place) for place in known[:number]), 0)
    kind = dict(zip(held, choose_class(rng, len(held)), strict=True))
    for need, (high_yes, base_yes, high_no, base_no) in HIGH.items():
        for people, high, base in ((yes, high_yes, base_yes), (no, high_no, base_no)):
            # Whose class has the need comes first among those asked, so the printed shares stay and needs go together.
            asked = rng.permutation(people)[: size(base)]
            order = sorted(asked, key=lambda place: need not in PROFILES[kind[int(place)]])
            for rank, place in enumerate(order):
                rows.append((int(place), need, "high" if rank < size(high) else "none"))
                held[int(place)] += rank < size(high)
    named = [int(place) for place in known[len(yes) + len(no) : number]]
    several = max(size(75) - sum(count >= 2 for count in held.values()), 0)
    for i, place in enumerate(named):
        rows.append((place, "physical_health", "none"))
        for need in needs_of_class(rng, several=i < several):
            rows.append((place, need, "present"))
    for place in known[number:]:
        rows.append((int(place), "physical_health", "unknown"))
    frame = pd.DataFrame(rows, columns=["place", "need", "level"])
    frame["case_id"] = closed["case_id"].to_numpy()[frame["place"]]
    frame["date"] = closed["start_date"].to_numpy()[frame["place"]]
    frame["timepoint"] = "intake"
    later = frame[frame["level"] != "unknown"].copy()
    later["timepoint"] = "exit"
    later["date"] = closed["closed_date"].to_numpy()[later["place"]]
    flip = rng.random(len(later)) < 0.06
    later["level"] = later["level"].where(~flip, choose(later["level"] == "none", "low", "none"))
    return pd.concat([frame, later], ignore_index=True).drop(columns="place")


def draw_statutory(rng: np.random.Generator, size: Size, closed: Frame, known: np.ndarray) -> Frame:
    frames = []
    for sector, base, yes, agency in (("cyps", 168, 72, "childrens_services"), ("ccj", 194, 147, "police")):
        places = rng.permutation(known)[: size(base)]
        involved = choose(np.arange(len(places)) < size(yes), "yes", "no")
        frames.append(
            pd.DataFrame(
                {
                    "case_id": closed["case_id"].to_numpy()[places],
                    "timepoint": "intake",
                    "sector": sector,
                    "agency": agency,
                    "involved": involved,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def draw_dash(rng: np.random.Generator, size: Size, closed: Frame, known: np.ndarray) -> Frame:
    """Forms at three points: the published means of unknown answers, and of the score at intake."""
    frames = []
    kept = known
    for timepoint, base, unknown, score in (
        ("intake", 140, 812, 8.31),
        ("mid", 120, 515, 8.9),
        ("exit", 120, 462, 8.1),
    ):
        n = size(base)
        places = kept[:n]
        valid = n - n // 14
        total = round(unknown / base * n)
        many = rng.integers(11, 15, n - valid)
        lacking = np.concatenate([sums_to(rng, valid, total - int(many.sum()), 0, 9), many])
        yes = np.concatenate(
            [sums_to(rng, valid, round(score * valid), 1, 11), rng.integers(1, 5, n - valid)]
        )
        order = np.argsort(rng.random((n, 20)), axis=1).argsort(axis=1)
        split = rng.random((n, 20)) < 0.8
        answer = choose(
            order < yes[:, None],
            "yes",
            choose(order < (yes + lacking)[:, None], choose(split, "nk", "na"), "no"),
        )
        dates = closed["start_date" if timepoint == "intake" else "closed_date"].to_numpy()[places]
        if timepoint == "mid":
            dates = closed["start_date"].to_numpy()[places] + dt.timedelta(days=160)
        frames.append(
            pd.DataFrame(
                {
                    "case_id": np.repeat(closed["case_id"].to_numpy()[places], 20),
                    "timepoint": timepoint,
                    "date": np.repeat(dates, 20),
                    "instrument_version": "1",
                    "item": np.tile([f"q{k:02d}" for k in range(1, 21)], n),
                    "answer": answer.ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def draw_actions(rng: np.random.Generator, size: Size, closed: Frame, delivered: np.ndarray) -> Frame:
    groups = [
        ("y1", "direct", {"contact": 60, "direct_support": 30, "behaviour_change": 0}, 1050),
        (
            "y1",
            "indirect",
            {"information_gathering": 50, "information_sharing": 30, "multi_agency": 20},
            3950,
        ),
        ("y2", "direct", {"contact": 63, "direct_support": 37}, 3000),
        ("y2", "indirect", {"multi_agency": 58, "case_update": 40, "background_research": 2}, 6000),
    ]
    users = np.arange(len(closed))[: size(197)]
    frames = []
    for version, mode, categories, base in groups:
        n = size(base)
        frame = pd.DataFrame(
            {"recording_version": version, "mode": mode, "category": spread(rng, categories, n)}
        )
        pool = users if version == "y2" else np.arange(len(closed))
        frame["place"] = np.resize(pool, n)
        frames.append(frame)
    # Behaviour change work of the second list: 13 % of its direct actions, on cases that have sessions anyway.
    direct = frames[2]
    wanted = round(0.13 * len(direct))
    support = np.flatnonzero(direct["category"] == "direct_support")[:wanted]
    direct.loc[support, "category"] = "behaviour_change"
    holders = np.intersect1d(np.flatnonzero(delivered), users)
    if len(holders):
        direct.loc[support, "place"] = np.resize(holders, len(support))
    frame = pd.concat(frames, ignore_index=True)
    n = len(frame)
    frame.insert(0, "action_id", ids(rng, "syn-a", n))
    frame["case_id"] = closed["case_id"].to_numpy()[frame["place"]]
    rows = closed.iloc[frame["place"].to_numpy()]
    frame["date"] = _within(rng, rows["start_date"], rows["closed_date"])
    multi = (frame["category"] == "multi_agency").to_numpy()
    frame["subcategory"] = None
    frame.loc[multi, "subcategory"] = spread(
        rng, {"support": 40, "disrupt": 45, "both": 12, None: 3}, int(multi.sum())
    )
    with_agency = frame["category"].isin(["multi_agency", "case_update", "background_research"]) & (
        frame["recording_version"] == "y2"
    )
    shares = dict(zip(AGENCIES, (30, 24, 10, 6, 14, 5, 4, 3, 4), strict=True))
    frame["agency"] = None
    frame.loc[with_agency, "agency"] = spread(rng, shares, int(with_agency.sum()))
    return frame.drop(columns="place")
