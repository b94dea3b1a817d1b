"""Mutants of the rules that nobody can notice, by name, and why."""

from __future__ import annotations

EXPLAINED: dict[str, str] = {
    "drive.access.handing_over.hand_over: True: the other truth": (
        "a new assignment has a fresh key, and is inserted without being told to"
    ),
    "drive.safety.position.latest_decision: found if isinstance(found, UUID) else None: always": (
        "the database answers a key or nothing; the question is put for the types"
    ),
    "drive.advocacy.rules.check_informing: return: no result": (
        "what follows asks of holding back and of deferring only, and this is neither"
    ),
    "drive.advocacy.forecast.forecast: total is not None and enough: without term 1": (
        "what is not known of a kind is known in no week, so the first week without a sum is the first of all"
    ),
    "drive.casework.rules.check_state: before or value: without term 2": (
        "a case without a status before may take any, so a refusal always has one to name"
    ),
    'drive.casework.rules.check_state: history == "status" and value == transitions.ON_HOLD: without term 1': (
        "no other history has that word"
    ),
}
