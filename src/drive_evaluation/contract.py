"""The extract contract (version 1.0) as data: tables, fields, keys and code lists.

The machine-readable contract is the file ``schema/extract.schema.json`` beside this module. The writer of an
extract and the reader use the same objects, so that the two cannot drift apart::

    from drive_evaluation.contract import CODE_LISTS, TABLES
    TABLES["cases"].field_names      # column order of cases.csv
    CODE_LISTS["arm"]                # ("drive", "control")
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

FieldType = Literal["string", "date", "boolean", "integer", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its type, whether a cell may be empty, and the codes it may hold."""

    name: str
    type: FieldType
    required: bool
    codes: tuple[str, ...] | None
    code_list: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: ``fields`` here name ``target_fields`` of table ``target``."""

    fields: tuple[str, ...]
    target: str
    target_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the extract, in the column order of its file ``<name>.csv``."""

    name: str
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]

    @property
    def field_names(self) -> tuple[str, ...]:
        """Column names in file order."""
        return tuple(field.name for field in self.fields)

    @property
    def path(self) -> str:
        """File name inside the package."""
        return f"{self.name}.csv"


def _load() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("schema/extract.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


SCHEMA: Mapping[str, Any] = MappingProxyType(_load())
"""The embedded contract document, unchanged."""

CONTRACT_VERSION: str = SCHEMA["contract_version"]

CODE_LISTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: tuple(entry["code"] for entry in entries) for name, entries in SCHEMA["code_lists"].items()}
)
"""Code list name → its codes, in the order of the contract."""

CODE_MEANINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        name: MappingProxyType({entry["code"]: entry.get("meaning", "") for entry in entries})
        for name, entries in SCHEMA["code_lists"].items()
    }
)
"""Code list name → code → meaning (empty where the code speaks for itself)."""

RISK_SCALES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cm_change": (
            "reduced_greatly",
            "reduced_slightly",
            "no_change",
            "increased_slightly",
            "increased_greatly",
            "unknown",
        ),
        "idva_change": ("significant", "moderate", "limited", "increased", "unknown"),
        "idva_sustain": ("permanent", "long", "medium", "short", "unknown"),
        "idva_safer": ("much", "slightly", "no_change", "not_asked", "not_contactable", "unknown"),
    }
)
"""Scale of ``risk_change`` → the codes that belong to it (K-30 to K-33)."""

DIRECT_CATEGORIES = ("contact", "direct_support", "behaviour_change", "joint_direct")
"""Action categories that are mode ``direct``; ``joint_direct`` is direct by its own meaning."""


def _table(resource: Mapping[str, Any]) -> Table:
    schema = resource["schema"]
    lists = {codes: name for name, codes in reversed(list(CODE_LISTS.items()))}
    fields = []
    for item in schema["fields"]:
        constraints = item.get("constraints", {})
        codes = tuple(constraints["enum"]) if "enum" in constraints else None
        fields.append(
            Field(
                name=item["name"],
                type=item["type"],
                required=bool(constraints.get("required", False)),
                codes=codes,
                code_list=lists.get(codes) if codes else None,
                description=item.get("description", ""),
            )
        )
    key = schema.get("primaryKey") or (schema.get("uniqueKeys") or [[]])[0]
    references = tuple(
        Reference(tuple(fk["fields"]), fk["reference"]["resource"], tuple(fk["reference"]["fields"]))
        for fk in schema.get("foreignKeys", [])
    )
    return Table(resource["name"], resource.get("title", ""), tuple(fields), tuple(key), references)


TABLES: Mapping[str, Table] = MappingProxyType(
    {resource["name"]: _table(resource) for resource in SCHEMA["resources"]}
)
"""Table name → definition, all 31 tables in contract order."""


def resource_descriptor(name: str) -> dict[str, Any]:
    """The Frictionless resource descriptor of one table, as it belongs into ``datapackage.json``."""
    for resource in SCHEMA["resources"]:
        if resource["name"] == name:
            copy: dict[str, Any] = json.loads(json.dumps(resource))
            return copy
    raise KeyError(name)
