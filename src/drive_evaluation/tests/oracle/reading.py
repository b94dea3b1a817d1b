"""The package as rows of text, the settings that matter, and the rules of people and time (1.2, 1.7)."""

from __future__ import annotations

import calendar
import csv
import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, str]
Identity = tuple[str, str, str, tuple[tuple[str, str], ...]]

DEFAULTS: dict[str, dict[str, Any]] = {
    "y1": {"su_closed_by": "2017-04-30"},
    "y2": {
        "su_start_by": "2017-06-30",
        "su_closed_by": "2018-04-30",
        "police_closed_by": "2017-12-31",
        "vs_start_by": {"drive": "2017-06-30", "control": "2018-01-31"},
    },
    "cr": {"named_agencies": ["childrens_services", "idva", "police", "prison", "probation_crc"]},
}


class AbsentError(Exception):
    """A table that the package does not hold."""


@dataclass
class Oracle:
    """One package and the numbers found for it."""

    spec: str
    data_cut: str
    periods: dict[str, tuple[str, str]]
    params: dict[str, Any]
    tables: dict[str, list[Row]]
    labels: dict[str, str]
    found: dict[Identity, dict[str, Any]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.tables

    def rows(self, name: str) -> list[Row]:
        if name not in self.tables:
            raise AbsentError(name)
        return self.tables[name]

    def put(
        self, measure: str, population: str, subgroup: str, dimensions: dict[str, str], **values: Any
    ) -> None:
        identity = (measure, f"{self.spec}.{population}", subgroup, tuple(sorted(dimensions.items())))
        assert identity not in self.found, identity
        self.found[identity] = values

    def days(self, period: str) -> tuple[str, str]:
        if period != "all":
            return self.periods[period]
        return min(first for first, _ in self.periods.values()), max(
            last for _, last in self.periods.values()
        )

    def periods_and_all(self) -> list[tuple[str, str]]:
        """(period, subgroup) of every period and of all together."""
        return [("all", "all"), *((name, f"period={name}") for name in self.periods)]

    # -- people and links ---------------------------------------------------------------------------------

    def person(self, perpetrator: str) -> Row:
        for row in self.rows("perpetrators"):
            if row["perpetrator_id"] == perpetrator:
                return row
        raise AssertionError(perpetrator)

    def cohort(self) -> list[Row]:
        return [
            row
            for row in self.rows("perpetrators")
            if row["eligibility"] == "eligible" and row["allocation_method"] == "randomised" and row["arm"]
        ]

    def index_link(self, perpetrator: str) -> Row | None:
        for row in self.rows("victims"):
            if row["perpetrator_id"] == perpetrator and row["is_index"] == "true":
                return row
        return None

    def form(self, link: Row | None) -> Row | None:
        """The advocacy row of a link."""
        if link is None:
            return None
        for row in self.rows("advocacy"):
            if row["victim_id"] == link["victim_id"] and row["perpetrator_id"] == link["perpetrator_id"]:
                return row
        return None

    def baseline(self) -> list[tuple[Row, Row, Row]]:
        """(perpetrator, index link, advocacy row) of randomised people whose index link has an intake form."""
        found = []
        for person in self.cohort():
            link = self.index_link(person["perpetrator_id"])
            form = self.form(link)
            if link and form and form["intake_form"] == "true":
                found.append((person, link, form))
        return found

    def late(self, person: Row, form: Row) -> bool:
        last = self.params.get("vs_start_by", {}).get(person["arm"])
        return bool(last and form["intake_date"] and form["intake_date"] > last)

    def paired(self) -> list[tuple[Row, Row, Row]]:
        return [
            (person, link, form)
            for person, link, form in self.baseline()
            if not self.late(person, form) and form["exit_form"] == "true"
        ]

    # -- cases --------------------------------------------------------------------------------------------

    def su_closed(self) -> list[Row]:
        found = []
        for case in self.rows("cases"):
            person = self.person(case["perpetrator_id"])
            last = self.params.get("su_closed_by", "9999")
            good = person["arm"] == "drive" and case["end_type"] == "closed" and case["closed_date"]
            good = good and case["closed_date"] <= last
            if self.spec != "y1":
                good = good and person["consent_share"] != "no" and person["baseline_data"] == "provided"
                good = (
                    good
                    and case["start_date"]
                    and case["start_date"] <= self.params.get("su_start_by", "9999")
                )
            if good:
                found.append(case)
        return found

    def contacted(self, case: Row, day: str) -> bool:
        if self.has("contacts"):
            return any(
                row["case_id"] == case["case_id"] and row["outcome"] == "made" and row["date"] <= day
                for row in self.rows("contacts")
            )
        if self.has("actions"):
            return any(
                row["case_id"] == case["case_id"] and row["mode"] == "direct" and row["date"] <= day
                for row in self.rows("actions")
            )
        return any(
            row["case_id"] == case["case_id"] and row["direct_contact_ever"] == "true"
            for row in self.rows("closures")
        )

    def behaviour_change(self, case: Row, day: str) -> bool:
        if not self.has("sessions") and not self.has("actions"):
            raise AbsentError("sessions")
        return any(
            row["case_id"] == case["case_id"]
            and row["kind"] == "behaviour_change"
            and row["attended"] == "true"
            and row["date"] <= day
            for row in self.tables.get("sessions", [])
        ) or any(
            row["case_id"] == case["case_id"] and row["category"] == "behaviour_change" and row["date"] <= day
            for row in self.tables.get("actions", [])
        )

    def engaged(self, case: Row) -> bool:
        return any(
            row["case_id"] == case["case_id"] and row["level"] in ("full", "partial")
            for row in self.rows("engagement")
        )

    def removed_by(self, case: Row, day: str) -> bool:
        when = case["removed_date"]
        if not when and case["end_type"] in ("not_progressed", "unsuitable"):
            when = case["closed_date"]
        return bool(when) and when <= day

    def ever_accepted(self, period: str) -> list[Row]:
        """Accepted in the period; for all periods, from the first one on to whatever the package covers."""
        first, last = self.days(period)
        if period == "all" and self.data_cut > last:
            last = self.data_cut
        return [case for case in self.rows("cases") if first <= case["accepted_date"] <= last]

    def accepted(self, period: str) -> list[Row]:
        last = self.days(period)[1]
        return [case for case in self.ever_accepted(period) if not self.removed_by(case, last)]

    def open_at(self, day: str) -> list[Row]:
        return [
            case
            for case in self.rows("cases")
            if case["accepted_date"]
            and case["accepted_date"] <= day
            and not (case["closed_date"] and case["closed_date"] <= day)
            and not self.removed_by(case, day)
            and not (case["end_type"] == "transferred" and not case["closed_date"])
        ]

    def closed_in(self, period: str) -> list[Row]:
        first, last = self.days(period)
        return [
            case
            for case in self.rows("cases")
            if case["end_type"] == "closed" and case["closed_date"] and first <= case["closed_date"] <= last
        ]

    def at_time_point(self, rows: Iterable[Row], timepoint: str) -> Row | None:
        """The earliest dated row at intake, the latest dated at another time point; undated only if alone."""
        own = [row for row in rows if row["timepoint"] == timepoint]
        dated = [row for row in own if row["date"]]
        if not dated:
            return (own[0] if timepoint == "intake" else own[-1]) if own else None
        days = [row["date"] for row in dated]
        wanted = min(days) if timepoint == "intake" else max(days)
        return next(row for row in dated if row["date"] == wanted)

    def need(self, case: Row, need: str, timepoint: str) -> str:
        """Level of a need, empty where not recorded."""
        own = (row for row in self.rows("needs") if row["case_id"] == case["case_id"] and row["need"] == need)
        row = self.at_time_point(own, timepoint)
        return row["level"] if row else ""

    def needs_asked(self) -> list[str]:
        return sorted({row["need"] for row in self.rows("needs")})

    def abuse(self, link: Row | None, informant: str, kind: str, timepoint: str) -> tuple[str, str]:
        """(used, severity) of a link, unknown as empty."""
        if link is None:
            return "", ""
        row = self.at_time_point(
            (
                row
                for row in self.rows("abuse")
                if row["perpetrator_id"] == link["perpetrator_id"]
                and row["victim_id"] == link["victim_id"]
                and row["informant"] == informant
                and row["abuse_type"] == kind
            ),
            timepoint,
        )
        if row is None:
            return "", ""
        return (
            "" if row["used"] == "unknown" else row["used"],
            "" if row["severity"] == "unknown" else row["severity"],
        )

    def site(self, row: Row) -> str:
        return self.labels.get(row["site_id"], "")


def read(folder: Path) -> Oracle:
    """The package of a folder; sites masked as A2 says."""
    document = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    evaluation = document["evaluation"]
    tables: dict[str, list[Row]] = {}
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            tables[file.stem] = list(csv.DictReader(lines))
    ids = sorted({row["site_id"] for row in tables.get("sites", [])})
    stated = {row["site_id"]: row["public_label"] for row in tables.get("sites", []) if row["public_label"]}
    spare = (f"area{k}" for k in range(1, 99) if f"area{k}" not in stated.values())
    labels = {site: stated.get(site) or next(spare) for site in ids}
    periods = {name: (days[0], days[1]) for name, days in evaluation.get("periods", {}).items()}
    params = {**DEFAULTS.get(evaluation["spec"], {}), **evaluation.get("params", {})}
    return Oracle(evaluation["spec"], evaluation["data_cut"], periods, params, tables, labels)


def known(answer: str) -> bool:
    """Neither an empty cell nor recorded as unknown (1.5)."""
    return answer not in ("", "unknown")


def percent(count: float, base: float) -> float | None:
    return 100 * count / base if base else None


def valid_ages(rows: Iterable[Row | None]) -> list[float]:
    ages = [float(row["age"]) for row in rows if row and row.get("age")]
    return [age for age in ages if 10 <= age <= 110]


def spread(values: Sequence[float]) -> dict[str, Any]:
    """n, mean, sd, median, min, max as the words of 1.4."""
    if not values:
        return {"n": 0, "mean": None, "sd": None, "median": None, "min": None, "max": None}
    return {
        "n": len(values),
        "mean": statistics.fmean(values),
        "sd": statistics.stdev(values) if len(values) > 1 else None,
        "median": statistics.median(values),
        "min": min(values),
        "max": max(values),
    }


def months_later(day: str, months: int) -> str:
    year, month, date = (int(part) for part in day.split("-"))
    month += months
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return f"{year:04d}-{month:02d}-{min(date, calendar.monthrange(year, month)[1]):02d}"


def case_month(start: str, day: str) -> int | None:
    """Completed calendar months since the start, plus one."""
    if not start or not day:
        return None
    months = 0
    if day >= start:
        while months_later(start, months + 1) <= day:
            months += 1
        return months + 1
    while months_later(start, months) > day:
        months -= 1
    return months + 1


def count(rows: Iterable[Any], test: Callable[[Any], bool]) -> int:
    return sum(1 for row in rows if test(row))
