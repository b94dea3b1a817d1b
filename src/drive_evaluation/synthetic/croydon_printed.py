"""Croydon as printed: dates and totals that the synthetic cohort is calibrated on."""

from __future__ import annotations

import datetime as dt

FIRST = dt.date(2018, 7, 1)


MIDDLE = dt.date(2019, 5, 8)


CUT = dt.date(2020, 3, 31)


SITE = "croydon"
