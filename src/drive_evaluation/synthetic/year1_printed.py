"""Year 1 as printed: totals and shares that the synthetic cohort is calibrated on."""

from __future__ import annotations

import datetime as dt

CUT = dt.date(2017, 7, 31)


SITES = ("south_wales", "west_sussex", "essex")
