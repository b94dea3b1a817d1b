"""The return of a police force: one row an incident, and one row without an incident for whoever has none or was not traced.

The force's own numbers stay with the force: incidents get ids of the package.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from drive_evaluation.incoming.reading import Column, Findings, Row

COLUMNS: tuple[Column, ...] = (
    Column("perpetrator_id", ("police_linkage", "perpetrator_id"), required=True),
    Column("traced", ("police_linkage", "traced"), required=True),
    Column("date", ("police_incidents", "date")),
    Column("dva", ("police_incidents", "dva")),
    Column("criminal", ("police_incidents", "criminal")),
    Column("offence_group", ("police_incidents", "offence_group")),
    Column("victim_id", ("police_incidents", "victim_id")),
)
"""The columns of the file ``police-return``."""

ID_COLUMNS = {"perpetrator_id": ("perpetrators", "perpetrator_id"), "victim_id": ("victims", "victim_id")}

_INCIDENT = ("date", "dva", "criminal")


def tables(
    rows: Sequence[tuple[int, Row]], findings: Findings, held: Mapping[str, frozenset[str]]
) -> dict[str, list[Row]]:
    """Contract rows by table. Whom the package does not hold, nobody sent: an error."""
    traced: dict[str, tuple[int, str]] = {}
    incidents: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    bare: dict[str, int] = {}
    for number, row in rows:
        person = row["perpetrator_id"]
        for name in ("perpetrator_id", "victim_id"):
            if row[name] and row[name] not in held[name]:
                findings.error(
                    number,
                    name,
                    "reference",
                    "the pseudonym is not in the package",
                    "Send back only the pseudonyms that were sent.",
                )
        first, said = traced.setdefault(person, (number, row["traced"]))
        if said != row["traced"]:
            findings.error(
                number,
                "traced",
                "same-person",
                f"row {first} says otherwise of this perpetrator",
                "Say the same in each row.",
            )
        given = [name for name in (*_INCIDENT, "offence_group", "victim_id") if row[name]]
        if not given:
            if person in bare:
                findings.error(
                    number,
                    "perpetrator_id",
                    "unique-key",
                    f"row {bare[person]} stands again",
                    "Keep one row without an incident.",
                )
            bare[person] = number
            continue
        if row["traced"] != "yes":
            findings.error(
                number,
                "traced",
                "traced-incident",
                "an incident of somebody who was not traced",
                "Say yes, or take the incident out.",
            )
        for name in _INCIDENT:
            if not row[name]:
                findings.error(number, name, "required", "an incident without it", "Fill it.")
        incidents[person].append((number, row))
    for person, number in bare.items():
        if person in incidents:
            findings.error(
                number,
                "date",
                "required",
                "a row without an incident beside rows with one",
                "Take the row out.",
            )
    return {
        "police_linkage": [
            {"perpetrator_id": person, "traced": said} for person, (_, said) in traced.items()
        ],
        "police_incidents": [
            {"incident_id": f"{person}_{place:03d}", "perpetrator_id": person}
            | {name: row[name] for name in (*_INCIDENT, "victim_id", "offence_group")}
            for person, found in incidents.items()
            for place, (_, row) in enumerate(sorted(found, key=lambda one: (one[1]["date"], one[0])), 1)
        ],
    }
