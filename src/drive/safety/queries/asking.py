"""Asking the bridge's SQL functions that return rows."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import connection


def ask(query: str, *given: UUID | list[UUID] | datetime.date | int) -> list[dict[str, Any]]:
    """The rows that a function of the schema `safety` answers about what is given to it, each by column name."""
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
