"""How much of a world is written down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Density:
    """Actions are never thinned out; what stands around them may be. Each pair of days is least and most."""

    contact_days: tuple[int, int] = (6, 12)
    client_contact_days: tuple[int, int] = (9, 22)
    booked: float = 0.6
    """How much of past contact was booked here first."""
    item_days: int = 24
    action_days: float = 8.5
    enquiries: tuple[int, int] = (2, 5)
    check_in_days: tuple[int, ...] = (14, 30, 30, 61)
    forms: float = 1.0
    """How many cases have forms."""
    looks: int = 6
    reviews: int = 30
    """How many of a link's latest joint reviews are written."""
    circumstances: bool = True
    """Whether children, measures, court dates and the like are written, and whereabouts looked at again."""


FULL = Density()
"""A small world, told in full."""
SPARSE = Density(
    contact_days=(21, 35), client_contact_days=(50, 90), booked=0.02, item_days=240, action_days=6.4, enquiries=(1, 2),
    check_in_days=(61,), forms=0.3, looks=0, reviews=1, circumstances=False,
)  # fmt: skip
"""A large world: what pages, searches and figures rest on."""
