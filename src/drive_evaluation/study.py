"""A study: the typed tables of one package with its settings, and the joined frames that measures start from.

A study can also be made straight from pandas tables, for one site and any two dates::

    study = Study.from_tables(tables, spec="northmoor", data_cut=last, periods={"return": (first, last)})
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.contract import TABLES, Table
from drive_evaluation.errors import NotComputableError, TableAbsentError
from drive_evaluation.package import Package
from drive_evaluation.settings import Settings, default_settings

WHITE = ("white_british", "white_other")


def normalise(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """A frame from any source with the columns and types of the contract.

    Accepts ``datetime.date``, text or timestamps for dates, Python bools or true/false for booleans, None or NaN
    for empty cells. Raises ValueError where a cell cannot be read as its type.
    """
    columns: dict[str, Any] = {}
    for item in table.fields:
        cells = (
            frame[item.name] if item.name in frame.columns else pd.Series(np.nan, frame.index, dtype=object)
        )
        if item.type == "date":
            columns[item.name] = pd.to_datetime(cells).astype("datetime64[s]")
        elif item.type in ("integer", "number"):
            columns[item.name] = pd.to_numeric(cells).astype("float64")
        elif item.type == "boolean":
            columns[item.name] = cells.map({True: True, False: False, "true": True, "false": False}).astype(
                object
            )
        else:
            columns[item.name] = cells.astype(object).where(cells.notna(), np.nan)
    return pd.DataFrame(columns).reset_index(drop=True)


def look_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key, missing where it has none; unlike ``Series.map`` it takes an empty table of values."""
    return pd.Series(values.reindex(pd.Index(keys)).array, index=keys.index)


def valid_age(age: pd.Series) -> pd.Series:
    """Ages in years with 0, under 10 and over 110 as missing."""
    return age.where((age >= 10) & (age <= 110))


def mask_labels(sites: pd.DataFrame) -> dict[str, str]:
    """Site id → masked label; a site without a public label gets ``area`` and its rank by id."""
    ordered = sites.sort_values("site_id").reset_index(drop=True)
    taken = set(ordered["public_label"].dropna())
    labels: dict[str, str] = {}
    free = (f"area{number}" for number in range(1, 10_000) if f"area{number}" not in taken)
    for site, label in zip(ordered["site_id"], ordered["public_label"], strict=True):
        labels[site] = label if isinstance(label, str) else next(free)
    return labels


class Study:
    """Tables and settings of one evaluation. Treat it as read-only: joined frames are cached on first use."""

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        settings: Settings,
        *,
        synthetic: bool = False,
        progress: Callable[[str], None] | None = None,
        blrt: bool = False,
    ) -> None:
        self.tables = tables
        self.settings = settings
        self.synthetic = synthetic
        self.progress = progress or (lambda message: None)
        self.blrt = blrt
        self.cache: dict[Any, Any] = {}

    @classmethod
    def from_package(
        cls,
        package: Package,
        *,
        progress: Callable[[str], None] | None = None,
        blrt: bool = False,
        masked: bool = False,
    ) -> Study:
        """The study of a package that was read and validated; ``masked`` masks its sites whatever the package says."""
        settings = replace(package.settings, mask_sites=True) if masked else package.settings
        return cls(package.tables, settings, synthetic=package.synthetic, progress=progress, blrt=blrt)

    @classmethod
    def from_tables(
        cls, tables: Mapping[str, pd.DataFrame], *, spec: str, synthetic: bool = False, **settings: Any
    ) -> Study:
        """A study from pandas tables by contract name; ``settings`` are those of ``Settings``.

        Raises KeyError for a table that the contract does not know.
        """
        typed = {name: normalise(frame, TABLES[name]) for name, frame in tables.items()}
        return cls(typed, default_settings(spec, **settings), synthetic=synthetic)

    def has(self, name: str) -> bool:
        """Whether the package holds the table."""
        return name in self.tables

    def table(self, name: str) -> pd.DataFrame:
        """A table of the package; TableAbsentError where it was left out."""
        if name not in self.tables:
            raise TableAbsentError(name)
        return self.tables[name]

    # -- settings that need the data ------------------------------------------------------------------

    @property
    def spec(self) -> str:
        """Prefix of all population ids."""
        return self.settings.spec

    @cached_property
    def data_cut(self) -> pd.Timestamp:
        """Last day covered; without a stated cut, the latest event date found."""
        if self.settings.data_cut is not None:
            return pd.Timestamp(self.settings.data_cut)
        latest = pd.Timestamp.min
        for name in ("cases", "actions", "contacts", "sessions", "advocacy", "perpetrators"):
            if name in self.tables:
                for column in self.tables[name].select_dtypes("datetime"):
                    day = self.tables[name][column].max()
                    latest = max(latest, day) if day is not pd.NaT else latest
        if latest == pd.Timestamp.min:
            raise NotComputableError("no data cut is stated and no event has a date")
        return latest

    def days(self, period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
        """First and last day of a period, or of all periods together for ``all``."""
        periods = self.settings.periods
        if period in periods:
            first, last = periods[period]
            return pd.Timestamp(first), pd.Timestamp(last)
        if not periods:
            return pd.Timestamp(dt.date(1900, 1, 1)), self.data_cut
        firsts, lasts = zip(*periods.values(), strict=True)
        return pd.Timestamp(min(firsts)), pd.Timestamp(max(lasts))

    # -- joined frames --------------------------------------------------------------------------------

    @cached_property
    def site_labels(self) -> Mapping[str, str]:
        """Site id → the name used in results: masked while ``mask_sites`` is on."""
        if not self.settings.mask_sites:
            return {}
        if self.has("sites"):
            return mask_labels(self.table("sites"))
        ids: set[str] = set()
        for name in ("perpetrators", "cases"):
            if self.has(name):
                ids |= set(self.table(name)["site_id"].dropna())
        return mask_labels(pd.DataFrame({"site_id": sorted(ids), "public_label": np.nan}))

    def _labelled(self, site_ids: pd.Series) -> pd.Series:
        if not self.settings.mask_sites:
            return site_ids
        return site_ids.map(self.site_labels).astype(object)

    @cached_property
    def perpetrators(self) -> pd.DataFrame:
        """``perpetrators`` with ``site`` (label) and valid ``age``."""
        frame = self.table("perpetrators").copy()
        frame["site"] = self._labelled(frame["site_id"])
        frame["age"] = valid_age(frame["age"])
        return frame.reset_index(drop=True)

    @cached_property
    def links(self) -> pd.DataFrame:
        """``victims`` with valid ``age``, the perpetrator's ``arm``, ``site``, and the advocacy episode if any."""
        frame = self.table("victims").copy()
        frame["age"] = valid_age(frame["age"])
        frame["is_index"] = frame["is_index"] == True  # noqa: E712 - the column holds True, False and NaN
        if self.has("perpetrators"):
            people = self.perpetrators[["perpetrator_id", "arm", "site", "eligibility", "allocation_method"]]
            frame = frame.merge(people, on="perpetrator_id", how="left")
        if self.has("advocacy"):
            frame = frame.merge(self.table("advocacy"), on=["victim_id", "perpetrator_id"], how="left")
            for form in ("intake_form", "exit_form"):
                frame[form] = frame[form] == True  # noqa: E712 - no advocacy row means never engaged
        return frame.reset_index(drop=True)

    @cached_property
    def index_links(self) -> pd.DataFrame:
        """The index link of each perpetrator, one row each."""
        index = self.links[self.links["is_index"]]
        return index.drop_duplicates("perpetrator_id").reset_index(drop=True)

    @cached_property
    def cases(self) -> pd.DataFrame:
        """``cases`` with the perpetrator's attributes, ``site`` (label of the case) and ``index_victim``."""
        frame = self.table("cases").copy()
        frame["site"] = self._labelled(frame["site_id"])
        removed = frame["end_type"].isin(["not_progressed", "unsuitable"]) & frame["removed_date"].isna()
        frame["removed_date"] = frame["removed_date"].where(~removed, frame["closed_date"])
        if self.has("perpetrators"):
            people = self.perpetrators.drop(columns=["site", "site_id"])
            frame = frame.merge(people, on="perpetrator_id", how="left")
        else:
            frame["arm"] = "drive"
        if self.has("victims"):
            victim = self.index_links.set_index("perpetrator_id")["victim_id"]
            frame["index_victim"] = look_up(frame["perpetrator_id"], victim)
        return frame.reset_index(drop=True)

    @cached_property
    def randomised(self) -> pd.DataFrame:
        """Perpetrators eligible and allocated by randomisation."""
        people = self.perpetrators
        chosen = (
            (people["eligibility"] == "eligible")
            & (people["allocation_method"] == "randomised")
            & people["arm"].notna()
        )
        return people[chosen].reset_index(drop=True)
