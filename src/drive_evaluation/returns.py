"""Performance returns: the measures of one site and any two dates, straight from pandas tables.

This is the door for a program that already holds the tables of the contract and needs the same figures as a report::

    outcome = site_return(tables, first=date(2026, 4, 1), last=date(2026, 6, 30), site_code="northmoor")
    outcome.find("M-OPEN", "northmoor.open", "period=return").values["count"]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from drive_evaluation.run import Outcome, performance_return
from drive_evaluation.study import Study

PERIOD = "return"
EARLIER = "earlier"


def site_return(
    tables: Mapping[str, pd.DataFrame],
    *,
    first: dt.date,
    last: dt.date,
    site_code: str,
    compare: tuple[dt.date, dt.date] | None = None,
    synthetic: bool = False,
    **settings: Any,
) -> Outcome:
    """Measures of a return for the cases in ``tables`` between two days, both included.

    ``tables`` maps contract table names to frames; only rows of the site belong in them. ``compare`` adds an earlier
    period, and with it the changes to it. The population ids are ``<site_code>.open`` and so on, the subgroup
    ``period=return``. Exact numbers: protect them with ``disclosure.protect`` before they leave the manager's screen.
    Raises ValueError where the dates are out of order.
    """
    if last < first:
        raise ValueError(f"the return ends on {last}, before it begins on {first}")
    periods = {PERIOD: (first, last)}
    if compare is not None:
        if compare[1] < compare[0] or compare[1] >= first:
            raise ValueError("the period to compare with must end before the return begins")
        periods = {EARLIER: compare, PERIOD: (first, last)}
    study = Study.from_tables(
        tables,
        spec=site_code,
        synthetic=synthetic,
        data_cut=last,
        periods=periods,
        mask_sites=False,
        **settings,
    )
    return performance_return(study)
