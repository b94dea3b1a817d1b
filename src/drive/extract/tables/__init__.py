"""The tables of the evaluation contract, made from one site's coded columns. The only door from casework to analysis.

`MADE` says how each table is made, one function a table that yields its rows with the live system's own random keys: fit
for a manager's screen. A package that leaves the house gets pseudonyms instead (`drive.extract.pseudonyms`). What nobody
recorded stays empty; a table that the live system cannot fill is left out, and `LEFT_OUT` says why (A1 of the contract).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from drive_evaluation.contract import TABLES

from . import cases, clients, forms, people, work
from .reading import Row, Window

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEFT_OUT", "MADE", "Window", "contract_tables"]

MADE: dict[str, Callable[[Window], Iterator[Row]]] = {
    "sites": people.sites,
    "targets": people.targets,
    "perpetrators": people.perpetrators,
    "victims": people.victims,
    "children": people.children,
    "cases": cases.cases,
    "status_history": cases.status_history,
    "engagement": cases.engagement,
    "needs": forms.needs,
    "aces": forms.aces,
    "abuse": forms.abuse,
    "drive_dash": forms.drive_dash,
    "risk_change": forms.risk_change,
    "actions": work.actions,
    "contacts": work.contacts,
    "sessions": work.sessions,
    "advocacy": clients.advocacy,
    "victim_needs": clients.victim_needs,
    "panel_items": cases.panel_items,
    "closures": cases.closures,
}
"""Table to the function that yields its rows. Call inside the report scope, in a transaction."""

LEFT_OUT: dict[str, str] = {
    "statutory_involvement": "not recorded as a dated fact of the case",
    "police_linkage": "comes back from the police and is brought in afterwards",
    "police_incidents": "come back from the police and are brought in afterwards",
    "marac_appearances": "hearings are known only where they led to a referral, and a table that is present must be complete",
    "panel_attendance": "not recorded: who came to a meeting",
    "footprint": "a dip sample taken by evaluators",
    "list_matches": "not recorded: results of checking against lists",
    "unit_costs": "no fact of a case: the evaluators' own register",
    "reference_values": "no fact of a case: the evaluators' own register",
    "evaluation_register": "kept by the evaluators",
    "note_codes": "notes never leave, so nobody can code them outside",
}
"""Tables of the contract that a package from the live system does not hold, and why: never counted as "no"."""

FOR_RETURNS = (
    "sites", "perpetrators", "victims", "children", "cases", "status_history", "engagement", "needs", "abuse", "drive_dash",
    "actions", "contacts", "sessions", "panel_items", "closures",
)  # fmt: skip
"""What the measures of a return read."""


def contract_tables(window: Window) -> dict[str, pd.DataFrame]:
    """The tables that a return is computed from, as frames with the contract's columns. Call inside the report scope."""
    import pandas as pd  # who computes waits for it, no start does

    return {
        name: pd.DataFrame(
            [
                {key: str(value) if isinstance(value, UUID) else value for key, value in row.items()}
                for row in MADE[name](window)
            ],
            columns=list(TABLES[name].field_names),
            dtype=object,
        )
        for name in FOR_RETURNS
    }
