"""Year 2 as printed: dates, totals and shares that the synthetic cohort is calibrated on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drive_evaluation.synthetic.quota import (
    apportion,
)

CUT = dt.date(2018, 6, 30)


SITES = ("essex", "south_wales", "west_sussex")


FLOW = {
    "excluded": 738, "drive": 541, "refused": 22, "not_supplied": 15, "late": 292, "closed": 212, "police": 130,
    "baseline_drive": 175, "baseline_control": 487, "baseline_closed": 100,
}  # fmt: skip


USE = {"physical": 0.8, "sexual": 0.3, "hs": 0.7, "jcc": 0.85}


@dataclass(frozen=True)
class Size:
    """Published counts scaled to the wanted number of randomised perpetrators."""

    factor: float

    def __call__(self, count: float) -> int:
        return int(count * self.factor + 0.5)

    def shares(self, counts: Mapping[Any, int], total: int) -> dict[Any, int]:
        """Category counts that add up to ``total``."""
        return dict(zip(counts, apportion(list(counts.values()), total), strict=True))
