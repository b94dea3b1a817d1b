"""What the database really shows to one member in one scope: every key of every table, asked through the ORM."""

from __future__ import annotations

from functools import cache

from django.db import connection, models
from django.db.models import TextField, Value
from django.db.models.functions import Cast

from drive.access.models import Membership
from drive.access.scopes import Scope
from drive.access.stepping import acting_as, database_role
from tests.cast import seeding

from .oracle import Seen, our_models


@cache
def readable(scope: Scope) -> tuple[type[models.Model], ...]:
    """Tables of ours whose key the scope's database role may select. The others answer "permission denied"."""
    found = []
    with seeding(), connection.cursor() as cursor:
        for model in our_models():
            cursor.execute(
                "select has_column_privilege(%s, %s, %s, 'select'), has_any_column_privilege(%s, %s, 'select')",
                [
                    database_role(scope),
                    model._meta.db_table,
                    model._meta.pk.column,
                    database_role(scope),
                    model._meta.db_table,
                ],
            )
            key, anything = cursor.fetchone()
            # A table of which only other columns were granted would be read without being compared here.
            assert key == anything, f"{scope}: {model._meta.db_table} is granted without its key"
            if key:
                found.append(model)
    return tuple(found)


@cache
def _question(scope: Scope) -> tuple[str, tuple[object, ...]]:
    """One query for all tables, as the ORM writes it: thousands of readers can be asked."""
    queries = [
        model._default_manager.order_by()
        .annotate(table_=Value(model._meta.db_table, TextField()), key_=Cast("pk", TextField()))
        .values_list("table_", "key_")
        for model in readable(scope)
    ]
    sql, params = queries[0].union(*queries[1:], all=True).query.sql_with_params()
    return sql, tuple(params)


def seen(member: Membership, scope: Scope) -> Seen:
    """Pairs of table and key."""
    sql, params = _question(scope)
    with acting_as(member.as_actor(), scope), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return set(cursor.fetchall())
