"""Whom to ring on the other side about a link, in which order: pure, no database (A-25, C-12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WAYS = {
    "holder": "",
    "cover": "covers today",
    "joint": "works jointly",
    "named_contact": "named contact",
    "relay": "speaks for who holds",
}
"""A-25: in which way somebody works a record, as it stands after their name."""

_AWAY_FIRST = ("cover", "holder", "joint", "named_contact", "relay")
FIRST = {
    "contacts": ("named_contact", *_AWAY_FIRST),
    "relay": ("relay", *_AWAY_FIRST),
}
"""C-12: who is rung first at the site. In every other pattern whoever covers, because then the holder is away."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody of the other side who may be rung about a link. `phone` is that of their work, or empty."""

    name: str
    way: str
    phone: str

    @property
    def words(self) -> str:
        """The name, in which way, and the number: "Ida Pemberley, covers today, 01632 960 112"."""
        return ", ".join(filter(None, (self.name, WAYS[self.way], self.phone)))


def in_order(workers: Iterable[Worker], pattern: str) -> list[Worker]:
    """Each person once, whoever is to be rung first at the head, by the site's pattern (C-12; empty: not set)."""
    order = FIRST.get(pattern or "contacts", _AWAY_FIRST)
    found: dict[str, Worker] = {}
    for worker in sorted(workers, key=lambda one: (order.index(one.way), one.name)):
        found.setdefault(worker.name, worker)
    return list(found.values())
