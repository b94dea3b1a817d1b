"""The instruments a site works with, every version of each, and the sets of forms that belong to a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from drive.instruments import loading, site_wording
from drive.instruments.codelists import CodeLists, code_lists
from drive.instruments.definitions import Definition, Unit
from drive.instruments.strict_yaml import read

SETS = Path(__file__).parent / "sets" / "sets.yaml"


class UnknownInstrumentError(LookupError):
    """An instrument, version or set was asked for that the library does not hold."""


@dataclass(frozen=True, slots=True)
class Member:
    """One form of a set: needed once per `unit`, or wanted when known."""

    instrument: str
    unit: Unit
    required: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class AssessmentSet:
    """The forms that belong to one moment of a case or client record, at one assessment point (K-36)."""

    id: str
    name: str
    point: str
    members: tuple[Member, ...]


class Library:
    """Instruments by id and version. Never changes; `with_site` and `with_definition` give a new one."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self._versions: dict[str, dict[str, Definition]] = {}
        for definition in definitions:
            held = self._versions.setdefault(definition.id, {})
            if definition.version in held:
                raise ValueError(f"{definition.id} version {definition.version} is held already")
            held[definition.version] = definition

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all instruments."""
        return tuple(self._versions)

    def versions(self, instrument_id: str) -> tuple[str, ...]:
        """Versions of an instrument, the one in use last."""
        return tuple(self._held(instrument_id))

    def current(self, instrument_id: str) -> Definition:
        """The version in use: the one added last."""
        return list(self._held(instrument_id).values())[-1]

    def version(self, instrument_id: str, version: str) -> Definition:
        """The exact version a form was answered under (R-10)."""
        try:
            return self._held(instrument_id)[version]
        except KeyError:
            raise UnknownInstrumentError(f"{instrument_id} has no version {version}") from None

    def with_site(self, path: Path) -> Library:
        """This library with a site's wording (see `site_wording`) as the version in use."""
        return Library(
            [*self._all(), site_wording.apply(path, self.version(*site_wording.instrument_of(path)))]
        )

    def with_definition(self, path: Path, lists: CodeLists) -> Library:
        """This library with one more definition file: a site's own instrument, or a newer version of one."""
        return Library([*self._all(), loading.load_file(path, lists)])

    def _held(self, instrument_id: str) -> dict[str, Definition]:
        try:
            return self._versions[instrument_id]
        except KeyError:
            raise UnknownInstrumentError(f"there is no instrument “{instrument_id}”") from None

    def _all(self) -> list[Definition]:
        return [definition for held in self._versions.values() for definition in held.values()]


@cache
def library() -> Library:
    """The instruments that come with the program, read once."""
    return Library(loading.load(loading.BUILT_IN, code_lists()))


def instrument(instrument_id: str, version: str | None = None) -> Definition:
    """An instrument that comes with the program: the version in use, or the version given."""
    if version is None:
        return library().current(instrument_id)
    return library().version(instrument_id, version)


@cache
def assessment_sets() -> dict[str, AssessmentSet]:
    """The sets of forms that come with the program, by id."""
    held = library()
    sets = {}
    for set_id, node in read(SETS).pairs():
        found = node.keys(required=("name", "point", "members"))
        if found.text("point") not in code_lists()["K-36"]:
            raise found["point"].problem(f"“{found.text('point')}” is not in K-36")
        members = []
        for instrument_id, entry in found["members"].pairs():
            if instrument_id not in held.ids:
                raise entry.problem(f"there is no instrument “{instrument_id}”")
            parts = entry.keys(required=("per", "required"), optional=("note",))
            unit = Unit(parts.text("per"))
            members.append(Member(instrument_id, unit, parts.flag("required"), parts.text("note")))
        sets[set_id] = AssessmentSet(set_id, found.text("name"), found.text("point"), tuple(members))
    return sets


def assessment_set(set_id: str) -> AssessmentSet:
    """One set of forms, such as `case_closure`; `UnknownInstrumentError` if there is none."""
    try:
        return assessment_sets()[set_id]
    except KeyError:
        raise UnknownInstrumentError(f"there is no set “{set_id}”") from None
