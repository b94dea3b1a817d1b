"""Decides whether recordings made under different option lists may stand in one table (R-08).

They may only if a crosswalk says how. Otherwise the answer is a refusal with its reason, and the recordings
are shown side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

from drive.instruments.strict_yaml import Node, read

BUILT_IN = Path(__file__).parent / "crosswalks" / "crosswalks.yaml"
EDITIONS = MappingProxyType({"y1": "Year 1", "y2": "Year 2", "p2": "later sites", "cur": "current"})
WITHIN = timedelta(weeks=6)


class CannotPoolError(ValueError):
    """A code has no place in the common list. The message says so in words fit to show."""


@dataclass(frozen=True, slots=True)
class Pooling:
    """How the named editions come into one table. Print `note` under it."""

    topic: str
    editions: tuple[str, ...]
    common: tuple[tuple[str, str], ...]
    codes: Mapping[str, Mapping[str, str]]
    note: str = ""

    def common_code(self, edition: str, code: str) -> str:
        """The code of the common list. `CannotPoolError` if the edition or code has no place in it."""
        if edition not in self.editions:
            raise CannotPoolError(f"{EDITIONS.get(edition, edition)} is not part of this table")
        try:
            return self.codes[edition][code]
        except KeyError:
            raise CannotPoolError(
                f"“{code}” ({EDITIONS[edition]}) has no counterpart in {_names(self.editions)}"
            ) from None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the named editions are shown side by side and not in one table."""

    topic: str
    editions: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """What is known about bringing one topic's editions together."""

    topic: str
    name: str
    common: tuple[tuple[str, str], ...]
    pools: tuple[Pooling, ...]
    refused: str = ""


def pooling(topic: str, editions: Iterable[str]) -> Pooling | Refusal:
    """Whether, and how, a topic's figures of these editions (`EDITIONS`) may stand in one table.

    Of several crosswalks that would do, the one that keeps most codes is given. One edition alone needs no
    crosswalk and is not asked about: that is a `ValueError`, as is an edition that does not exist.
    """
    asked = set(editions)
    wanted = tuple(edition for edition in EDITIONS if edition in asked)
    if unknown := asked - set(EDITIONS):
        raise ValueError(f"there is no edition {', '.join(sorted(unknown))}")
    if len(wanted) < 2:
        raise ValueError("pooling needs at least two editions")
    crosswalk = crosswalks().get(topic)
    if crosswalk is None:
        return Refusal(topic, wanted, f"There is no crosswalk for {topic.replace('_', ' ')}.")
    fitting = [pool for pool in crosswalk.pools if set(wanted) <= set(pool.editions)]
    if not fitting:
        reason = crosswalk.refused or f"There is no crosswalk between {_names(wanted)} for {crosswalk.name}."
        return Refusal(topic, wanted, reason)
    best = max(fitting, key=lambda pool: len({code for one in pool.codes.values() for code in one.values()}))
    return Pooling(topic, wanted, best.common, {one: best.codes[one] for one in wanted}, best.note)


def nearest(point: date, taken: Iterable[date]) -> date | None:
    """The day in `taken` nearest to an assessment point and at most six weeks from it; None if there is none.

    Of two equally near days the earlier one counts.
    """
    return min(
        (day for day in taken if abs(day - point) <= WITHIN),
        key=lambda day: (abs(day - point), day),
        default=None,
    )


@cache
def crosswalks() -> dict[str, Crosswalk]:
    """The crosswalks that come with the program, by topic. `DefinitionError` if the file is not in order."""
    return {topic: _crosswalk(topic, node) for topic, node in read(BUILT_IN).pairs()}


def _crosswalk(topic: str, node: Node) -> Crosswalk:
    found = node.keys(required=("name",), optional=("common", "pools", "refused"))
    common = tuple((code, label.text()) for code, label in found.pairs("common"))
    if ("pools" in found) != bool(common) or not (common or "refused" in found):
        raise node.problem(
            "a crosswalk has “common” with “pools”, or “refused” with its reason, or all three"
        )
    pools = []
    for entry in found["pools"].sequence() if "pools" in found else ():
        parts = entry.keys(required=("editions",), optional=("note",))
        codes = {edition: _mapping(edition, one, common) for edition, one in parts["editions"].pairs()}
        pools.append(Pooling(topic, tuple(codes), common, codes, parts.text("note")))
    return Crosswalk(topic, found.text("name"), common, tuple(pools), found.text("refused"))


def _mapping(edition: str, node: Node, common: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    if edition not in EDITIONS:
        raise node.problem(f"there is no edition “{edition}” ({', '.join(EDITIONS)})")
    codes = {code: target.text() for code, target in node.pairs()}
    if stray := set(codes.values()) - {code for code, _ in common}:
        raise node.problem(f"not in the common list: {', '.join(sorted(stray))}")
    return MappingProxyType(codes)


def _names(editions: Iterable[str]) -> str:
    return " and ".join(EDITIONS[edition] for edition in editions)
