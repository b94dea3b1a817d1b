"""The return of an IDVA service about the control group: one row a client and perpetrator, intake and exit in one line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from drive_evaluation.contract import CODE_LISTS
from drive_evaluation.incoming.reading import Column, Findings, Row, repeated

USED = "used"
"""In a cell of the grid: this abuse happened, its level is not known (R-82)."""

_VICTIM = (
    "relationship",
    "age",
    "gender",
    "ethnicity",
    "sexual_orientation",
    "living_together",
    "children_present",
)
_EPISODE = (
    "intake_date", "exit_date", "exit_reason", "risk_level", "contacts_n", "supports_n", "leave_attempts_12m", "ae_visits_12m",
    "police_calls_12m", "specialist_support_12m", "gp_visits_12m",
)  # fmt: skip
_SCALES = {"risk_change": "idva_change", "sustainability": "idva_sustain", "safer": "idva_safer"}

COLUMNS: tuple[Column, ...] = (
    Column("perpetrator_id", ("victims", "perpetrator_id"), required=True),
    Column("victim_id", ("victims", "victim_id"), required=True),
    Column("site_id", ("perpetrators", "site_id"), required=True),
    Column("allocation_date", ("perpetrators", "allocation_date")),
    Column("is_index", ("victims", "is_index"), required=True),
    *(Column(name, ("victims", name)) for name in _VICTIM),
    *(Column(name, ("advocacy", name)) for name in _EPISODE),
    Column("exit_form", ("advocacy", "exit_form"), required=True),
    *(Column(f"need_{need}", ("victim_needs", "present")) for need in CODE_LISTS["vneed"]),
    *(
        Column(f"{point}_{kind}", ("abuse", "severity"), more_codes=(USED,))
        for point in ("intake", "exit")
        for kind in CODE_LISTS["abuse_type"]
    ),
    *(Column(name, ("risk_change", "code")) for name in _SCALES),
)
"""The columns of the file ``idva-return``; those that are not required may be left out."""

ID_COLUMNS = {
    "perpetrator_id": ("perpetrators", "perpetrator_id"),
    "victim_id": ("victims", "victim_id"),
    "site_id": ("sites", "site_id"),
}


def tables(
    rows: Sequence[tuple[int, Row]], findings: Findings, held: Mapping[str, frozenset[str]]
) -> dict[str, list[Row]]:
    """Contract rows by table. A control perpetrator whom the package does not hold yet gets his row (A2)."""
    made: dict[str, list[Row]] = defaultdict(list)
    new: dict[str, Row] = {}
    for number, row in repeated(rows, ("victim_id", "perpetrator_id"), findings):
        key = {"victim_id": row["victim_id"], "perpetrator_id": row["perpetrator_id"]}
        if row["site_id"] not in held["site_id"]:
            findings.error(
                number,
                "site_id",
                "reference",
                "the site is not in sites.csv",
                f"Use one of {', '.join(sorted(held['site_id']))}.",
            )
        if row["perpetrator_id"] not in held["perpetrator_id"]:
            person = _control(row)
            before = new.setdefault(row["perpetrator_id"], person)
            if before != person:
                findings.error(
                    number, "allocation_date", "same-person", "the row contradicts an earlier row of this perpetrator",
                    "Give one site and one allocation date.",
                )  # fmt: skip
        made["victims"].append(key | {"is_index": row["is_index"]} | {name: row[name] for name in _VICTIM})
        made["advocacy"].append(
            key | {"intake_form": "true" if row["intake_date"] else "false", "exit_form": row["exit_form"]}
            | {name: row[name] for name in _EPISODE}
        )  # fmt: skip
        if row["exit_date"] and row["intake_date"] and row["exit_date"] < row["intake_date"]:
            findings.error(
                number,
                "exit_date",
                "date-order",
                "it lies before the intake",
                "Correct one of the two dates.",
            )
        made["victim_needs"] += [
            key | {"timepoint": "intake", "need": need, "present": row[f"need_{need}"]}
            for need in CODE_LISTS["vneed"]
            if row[f"need_{need}"]
        ]
        for point in ("intake", "exit"):
            made["abuse"] += [
                key | {"informant": "idva", "timepoint": point, "date": row[f"{point}_date"], "abuse_type": kind}
                | _use(row[f"{point}_{kind}"])
                for kind in CODE_LISTS["abuse_type"]
                if row[f"{point}_{kind}"]
            ]  # fmt: skip
        made["risk_change"] += [
            key | {"rater": "idva", "scale": scale, "target": "victim", "timepoint": "exit", "date": row["exit_date"], "code": row[name]}
            for name, scale in _SCALES.items()
            if row[name]
        ]  # fmt: skip
    made["perpetrators"] = list(new.values())
    return dict(made)


def _control(row: Row) -> Row:
    return {
        "perpetrator_id": row["perpetrator_id"], "site_id": row["site_id"], "eligibility": "eligible", "allocation_method": "randomised",
        "allocation_date": row["allocation_date"], "arm": "control", "consent_share": "not_applicable", "baseline_data": "not_applicable",
    }  # fmt: skip


def _use(cell: str) -> Row:
    if cell == USED:
        return {"used": "yes", "severity": "unknown"}
    return {"used": {"none": "no", "unknown": "unknown"}.get(cell, "yes"), "severity": cell}
