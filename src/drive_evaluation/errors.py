"""The exceptions a caller of the library may meet, all under one base class."""

from __future__ import annotations


class EvaluationError(Exception):
    """Base of every error the library raises on purpose; its message is meant for the person running it."""


class PackageError(EvaluationError):
    """The data package cannot be read at all: no descriptor, not JSON, another contract version."""


class TableAbsentError(EvaluationError):
    """A measure asked for a table that the package does not hold; the measure is listed as skipped."""

    def __init__(self, table: str) -> None:
        super().__init__(f"the package has no table {table!r}")
        self.table = table


class NotComputableError(EvaluationError):
    """A measure cannot be computed from this package for a stated reason; it is listed as skipped."""


class FlowError(EvaluationError):
    """A flow does not add up: a parent node differs from the sum of its children. The report stops."""


class ReleaseRefusedError(EvaluationError):
    """A release lacks its second person, or its protected tables failed the attack test."""
