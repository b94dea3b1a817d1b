"""The first rows of a list that may be longer than a page shows, and an honest count of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet


@dataclass(frozen=True)  # with slots, Python 3.12 cannot make a `Some[Row](…)`
class Some[T]:
    """The first rows of a list, and whether there are more. Goes through a page like the list itself."""

    rows: list[T]
    more: bool = False

    @property
    def count(self) -> str:
        """How many, as far as it is known: "12", or "40 or more"."""
        return f"{len(self.rows)} or more" if self.more else str(len(self.rows))

    def __iter__(self) -> Iterator[T]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def each[U](self, change: Callable[[T], U]) -> Some[U]:
        """The same with every row changed."""
        return Some([change(row) for row in self.rows], self.more)


def first_of[M: Model](rows: QuerySet[M], limit: int) -> Some[M]:
    """The first `limit` rows in the order given."""
    found = list(rows[: limit + 1])
    return Some(found[:limit], len(found) > limit)


def together(*lists: Some[Any]) -> str:
    """How many in several lists, as far as it is known."""
    return Some([row for one in lists for row in one], any(one.more for one in lists)).count
