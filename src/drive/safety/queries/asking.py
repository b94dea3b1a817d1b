"""Asking the bridge's SQL functions that return rows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection


def ask(query: str, key: UUID | list[UUID]) -> list[dict[str, Any]]:
    """The rows that a function of the schema `safety` answers about one key or several, each by column name."""
    with connection.cursor() as cursor:
        cursor.execute(query, [key])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
