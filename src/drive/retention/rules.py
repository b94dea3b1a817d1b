"""What stands against erasing, in words. What decides is `access.erasure_refusal` in policies.sql."""

from __future__ import annotations

WHY_NOT: dict[str, str] = {
    "answered": "This was decided already.",
    "second_person": "You proposed it yourself, so somebody else decides.",
    "open": "The record is in work.",
    "too_early": "Its time is not over.",
    "held": "It must be kept for now: somebody said why.",
    "stop": "A stop concern is live.",
    "linked": "Something that belongs together with it is not past its time yet.",
    "absent": "There is nothing here to decide.",
}
"""A reason of the database, and what the governance lead reads."""
