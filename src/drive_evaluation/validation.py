"""Validation of a package against the contract: every finding names file, row, field, rule and remedy.

Errors stop a run, warnings do not. The rules of one table are in ``table_rules``, those across tables in ``cross_rules``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from drive_evaluation.contract import TABLES
from drive_evaluation.cross_rules import across
from drive_evaluation.package import DESCRIPTOR, Package
from drive_evaluation.problems import Problem
from drive_evaluation.settings import SETTING_NAMES
from drive_evaluation.table_rules import cells, columns, dates, keys, references

__all__ = ["Problem", "errors", "validate"]


def validate(package: Package) -> list[Problem]:
    """All findings of a package, errors first, then by file and row."""
    problems: list[Problem] = []
    problems.extend(_descriptor(package))
    for name, raw in package.raw.items():
        table = TABLES[name]
        problems.extend(columns(table, raw))
        for item in table.fields:
            if item.name in raw.columns:
                problems.extend(cells(table, item, raw[item.name], package.tables[name][item.name]))
        problems.extend(keys(table, package.tables[name]))
        problems.extend(references(table, package))
        problems.extend(dates(package, table))
    problems.extend(across(package))
    order = {"error": 0, "warning": 1}
    return sorted(problems, key=lambda item: (order[item.level], item.file, item.row or 0, item.field or ""))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Only the findings that stop a run."""
    return [problem for problem in problems if problem.level == "error"]


def _descriptor(package: Package) -> Iterator[Problem]:
    if "synthetic" not in package.descriptor:
        yield Problem(
            "warning",
            DESCRIPTOR,
            None,
            "synthetic",
            "synthetic-stated",
            "the package does not say whether its people are real",
            "Add synthetic: true or false; without it the people are taken as real.",
        )
    if package.settings.data_cut is None:
        yield Problem(
            "warning",
            DESCRIPTOR,
            None,
            "evaluation.data_cut",
            "data-cut-stated",
            "no data cut is given, so dates after it cannot be found",
            "Add evaluation.data_cut, the last day covered.",
        )
    params = package.descriptor.get("evaluation", {}).get("params") or {}
    for name in sorted(set(params) - SETTING_NAMES):
        yield Problem(
            "warning",
            DESCRIPTOR,
            None,
            f"evaluation.params.{name}",
            "known-setting",
            "this is not a setting of the contract and is ignored",
            "Remove it or correct its name.",
        )
    # Beside invented people lies what was written about them (distance.csv); beside real ones nothing should.
    for file in sorted(package.path.glob("*.csv")) if not package.synthetic else ():
        if file.stem not in TABLES:
            yield Problem(
                "warning",
                file.name,
                None,
                None,
                "known-table",
                "this is not a table of the contract and is not read",
                "Remove the file; it may hold what must not leave.",
            )
    resources = package.descriptor.get("resources") or []
    listed = {str(resource.get("name")) for resource in resources if isinstance(resource, Mapping)}
    for name in sorted(listed - set(package.raw)):
        if name in TABLES:
            yield Problem(
                "error",
                f"{name}.csv",
                None,
                None,
                "listed-file",
                "the descriptor lists this table but the file is missing",
                "Add the file or remove the resource; an absent table is never read as no.",
            )
        else:
            yield Problem(
                "warning",
                DESCRIPTOR,
                None,
                "resources",
                "known-table",
                f"{name!r} is not a table of the contract and is ignored",
                "Remove the resource.",
            )
