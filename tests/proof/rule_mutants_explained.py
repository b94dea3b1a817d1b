"""Mutants of the rules that nobody can notice, by name, and why."""

from __future__ import annotations

_SIZE = "how much is taken at once: the same is sealed, written and read, in more or fewer pieces"

EXPLAINED: dict[str, str] = {
    "drive.access.handing_over.hand_over: True: the other truth": (
        "a new assignment has a fresh key, and is inserted without being told to"
    ),
    "drive.audit.sealing._as_event: True: the other truth": "the columns asked for are those of the list itself",
    "drive.audit.sealing._LOCK: 0x5EA1: one more": "any number does that no other lock has",
    "drive.audit.sealing._LOCK: 0x5EA1: one less": "any number does that no other lock has",
    "drive.audit.sealing.BATCH: 20_000: one more": _SIZE,
    "drive.audit.sealing.BATCH: 20_000: one less": _SIZE,
    "drive.audit.sealing._TAIL: 1: one more": _SIZE,
    "drive.audit.sealing._TAIL: 20: one less": _SIZE,
    "drive.audit.sealing._ROWS: 5_000: one more": _SIZE,
    "drive.audit.sealing._ROWS: 5_000: one less": _SIZE,
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
