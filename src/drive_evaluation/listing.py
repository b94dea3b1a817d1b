"""Who is behind a number that somebody should look at: the lists that the measures ask for, by pseudonym.

Part of the exact output alone (``lists.json``), never of a release: each row is one person, link or case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from drive_evaluation.case_rules import case_month
from drive_evaluation.errors import EvaluationError
from drive_evaluation.measures.abuse import increases
from drive_evaluation.measures.police import PERIODS, windows
from drive_evaluation.measures.throughput import CAP_MONTH
from drive_evaluation.results import plain
from drive_evaluation.samples import SAMPLES, sample
from drive_evaluation.statistics.matching import Matching
from drive_evaluation.study import Study, valid_age


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: what it is for, the measure that asks for it, and a row per person, link or case."""

    name: str
    measure: str
    rows: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """The entry of ``lists.json``."""
        return {"list": self.name, "measure": self.measure, "rows": [plain(row) for row in self.rows]}


def listings(study: Study) -> list[Listing]:
    """Every list that the package allows, in the order of the measures; empty ones say that there is nobody."""
    found = []
    for name, measure, rows in _LISTS:
        try:
            frame = rows(study)
        except EvaluationError:
            continue  # a table of the list was left out; the measure is in skipped.json with the reason
        if frame is not None:
            rows_of_text = frame.astype(object).where(frame.notna(), None).to_dict("records")
            found.append(
                Listing(name, measure, tuple({str(k): v for k, v in row.items()} for row in rows_of_text))
            )
    return found


def _ages(study: Study) -> pd.DataFrame:
    """Ages that count as missing although one was written: 0, under 10, over 110 (1.5)."""
    parts = []
    for name, keys in (("perpetrators", ["perpetrator_id"]), ("victims", ["perpetrator_id", "victim_id"])):
        if study.has(name):
            frame = study.table(name)
            odd = frame["age"].notna() & valid_age(frame["age"]).isna()
            parts.append(frame.loc[odd, [*keys, "age"]].assign(table=name))
    return pd.concat(parts) if parts else pd.DataFrame()


def _increases(study: Study) -> pd.DataFrame:
    populations = {"y1": ("su_closed", "vs_paired"), "y2": ("su_closed", "vs_paired")}
    parts = []
    for name in populations.get(study.spec, ("vs_closed",)):
        informant = "idva" if name == "vs_paired" else "case_manager"
        parts.append(increases(study, sample(study, name), informant).assign(population=name))
    return pd.concat(parts)


def _zero_days(study: Study) -> pd.DataFrame:
    study.table("advocacy")
    frame = sample(study, "vs_paired").frame
    none = (frame["exit_date"] - frame["intake_date"]).dt.days == 0
    return frame.loc[none, ["perpetrator_id", "victim_id"]]


def _beyond_cap(study: Study) -> pd.DataFrame:
    frame = SAMPLES["su_closed"].build(study, "all")
    month = case_month(frame["start_date"], frame["closed_date"])
    rows = frame.assign(closing_month=month, step_down=frame["step_down_date"].notna())
    return rows.loc[month > CAP_MONTH, ["case_id", "perpetrator_id", "closing_month", "step_down"]]


def _long_without_step_down(study: Study) -> pd.DataFrame:
    frame = SAMPLES["su_ge11m"].build(study, "all")
    month = case_month(frame["start_date"], frame["closed_date"])
    rows = frame.assign(closing_month=month)
    return rows.loc[frame["step_down_date"].isna(), ["case_id", "perpetrator_id", "closing_month"]]


def _short_windows(study: Study) -> pd.DataFrame:
    frame = windows(study, SAMPLES["police"].build(study, "all"))
    parts = [
        frame.loc[frame[f"{period}_short"], ["perpetrator_id"]].assign(period=period) for period in PERIODS
    ]
    return pd.concat(parts)


def _pairs(study: Study) -> pd.DataFrame | None:
    found: Matching | None = study.cache.get("match")
    if found is None:
        return None
    rows = [{"drive": p.treated, "control": p.control, "distance": p.distance} for p in found.pairs]
    return pd.DataFrame(rows, columns=["drive", "control", "distance"])


def _unmatched(study: Study) -> pd.DataFrame | None:
    found: Matching | None = study.cache.get("match")
    return None if found is None else pd.DataFrame({"drive": list(found.unmatched)})


_LISTS: tuple[tuple[str, str, Callable[[Study], pd.DataFrame | None]], ...] = (
    ("ages_treated_as_missing", "M-PROFILE-PERP, M-PROFILE-VS", _ages),
    ("severity_increases", "M-ABUSE-SEV-TRANS", _increases),
    ("support_of_zero_days", "M-IDVA-LENGTH", _zero_days),
    ("closed_beyond_cap", "M-CLOSE-MONTH", _beyond_cap),
    ("long_without_step_down", "M-STEPDOWN", _long_without_step_down),
    ("short_police_windows", "M-POLICE-PROP", _short_windows),
    ("matched_pairs", "M-POLICE-MATCH", _pairs),
    ("unmatched", "M-POLICE-MATCH", _unmatched),
)
