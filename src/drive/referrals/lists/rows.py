"""One line of a list: what it says of two people and their referral, and what is wrong with it.

What refuses a line is only what makes it unusable: no usable name of either person, one person on both sides,
a date that cannot be (the meeting, the referral, the incident, a birth), an age of 0 (R-14). All else is a
question on a line that is kept. Unusual people are not wrong: any gender, any tie, any age from 10 up raises
nothing (G-05).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from drive.people.matching import Profile
from drive.people.names import (
    LOST,
    NameOrder,
    PersonName,
    all_capitals,
    fold,
    read_full_name,
    read_name_parts,
    repaired,
    usual_order,
)
from drive.referrals.lists.cells import Cell, Missing, Unclear, missing, shown
from drive.referrals.lists.dates import Age, PartialDate, Precision, age_on, read_age, read_birth, read_date
from drive.referrals.lists.headings import Field, Headings, Role, field_of
from drive.referrals.lists.problems import Code, Problem
from drive.referrals.lists.reading import Table
from drive.referrals.lists.values import (
    Children,
    read_children,
    read_gender,
    read_number,
    read_relationship,
    read_yes_no,
)

YOUNG, OLD = 10, 100
LONGEST_NAME = 200
# MARACs began in 2003; a list is sent at most about a year ahead of its meetings.
FIRST_MARAC_YEAR = 2003
DAYS_AHEAD = 366
WORDS = {Role.SERVICE_USER: "service user", Role.VICTIM_SURVIVOR: "victim/survivor"}


@dataclass(frozen=True, slots=True)
class PersonValues:
    """What a line says of one person in one role. `gender` is a K-02 code; None is missing (R-04)."""

    name: PersonName
    gender: str | None
    born: PartialDate | None
    address: str | None
    postcode: str | None

    @property
    def profile(self) -> Profile:
        return Profile(self.name, self.born.born if self.born else None, self.address, self.postcode)


@dataclass(frozen=True, slots=True)
class RowValues:
    """What a line says, read. None is missing; `missing` holds the fields that the list itself says are
    unknown, do not apply or were declined (K-01). `relationship` is a K-06 code and `relationship_sent` what
    stood in the cell. `extra` is what stood in columns that were not recognised, by heading.
    """

    service_user: PersonValues
    victim_survivor: PersonValues
    marac_date: PartialDate | None
    referral_date: PartialDate | None
    incident_date: PartialDate | None
    reference: str | None
    relationship: str | None
    relationship_sent: str | None
    referring_agency: str | None
    children: Children | None
    dash: int | None
    visible_risks: int | None
    high_risk: bool | None
    repeat: bool | None
    concerns: str | None
    offence: str | None
    police_outcome: str | None
    remand: bool | None
    missing: Mapping[Field, Missing]
    extra: Mapping[str, str]

    @property
    def when(self) -> PartialDate | None:
        """The date that tells one referral of two people from the next: the meeting, else the referral, else
        the incident.
        """
        return self.marac_date or self.referral_date or self.incident_date

    def person(self, role: Role) -> PersonValues:
        return self.service_user if role is Role.SERVICE_USER else self.victim_survivor


class RowReader:
    """Reads the lines of one table; looks once at all names to learn which part of a name comes first."""

    def __init__(self, table: Table, headings: Headings, *, today: date) -> None:
        self.mac = table.mac
        self.today = today
        self.place = {column.field: column.place for column in headings.columns if column.field}
        self.extra = {
            column.place: column.heading for column in headings.columns if column.heading and not column.field
        }
        children = self.place.get(Field.CHILDREN)
        self.ages = children is not None and "age" in headings.columns[children].heading.lower()
        below = table.rows[headings.line :]
        self.orders = {role: self._name_orders(role, below) for role in Role}
        self.spellings = frozenset(
            word
            for role in Role
            for what in ("name", "surname", "forenames")
            for row in below
            for word in self.text(row, field_of(role, what)).split()
            if LOST not in fold(word)
        )

    def _name_orders(self, role: Role, rows: Sequence[Sequence[Cell]]) -> dict[bool, NameOrder]:
        names = [name for row in rows if (name := self.text(row, field_of(role, "name")))]
        return {
            True: usual_order(filter(all_capitals, names), NameOrder.SURNAME_FIRST),
            False: usual_order((name for name in names if not all_capitals(name)), NameOrder.FORENAME_FIRST),
        }

    def cell(self, row: Sequence[Cell], field: Field) -> Cell:
        place = self.place.get(field)
        return row[place] if place is not None and place < len(row) else None

    def text(self, row: Sequence[Cell], field: Field) -> str:
        return " ".join(shown(self.cell(row, field)).split())

    def read(self, row: Sequence[Cell]) -> tuple[RowValues, tuple[Problem, ...]]:
        """The values of a line and its problems, those that refuse it first."""
        reading = _Reading(self, row)
        values = reading.values()
        return values, tuple(sorted(reading.problems, key=lambda problem: not problem.refuses))


class _Reading:
    """The reading of one line: collects problems and stated missing values on the way."""

    def __init__(self, reader: RowReader, row: Sequence[Cell]) -> None:
        self._reader = reader
        self._row = row
        self.problems: list[Problem] = []
        self.missing: dict[Field, Missing] = {}

    def values(self) -> RowValues:
        today = self._reader.today
        marac = self._date(Field.MARAC_DATE)
        referral = self._date(Field.REFERRAL_DATE)
        incident = self._date(Field.INCIDENT_DATE)
        when = marac or referral or incident
        if marac and (
            marac.latest.year < FIRST_MARAC_YEAR or marac.earliest > today + timedelta(days=DAYS_AHEAD)
        ):
            self._ask(
                Field.MARAC_DATE,
                Code.DATE_IMPLAUSIBLE,
                f"A meeting on {shown(marac.earliest)} is unlikely. Check the year.",
            )
        for field, day in ((Field.REFERRAL_DATE, referral), (Field.INCIDENT_DATE, incident)):
            if day and day.earliest > today:
                self._ask(
                    field, Code.DATE_IMPLAUSIBLE, f"{shown(day.earliest)} has not come yet. Check the date."
                )
        service_user = self._person(Role.SERVICE_USER, when)
        victim_survivor = self._person(Role.VICTIM_SURVIVOR, when)
        self._not_the_same(service_user, victim_survivor)
        row = self._row
        return RowValues(
            service_user=service_user,
            victim_survivor=victim_survivor,
            marac_date=marac,
            referral_date=referral,
            incident_date=incident,
            reference=self._words(Field.REFERENCE),
            relationship=self._coded(Field.RELATIONSHIP, read_relationship),
            relationship_sent=self._reader.text(row, Field.RELATIONSHIP) or None,
            referring_agency=self._words(Field.REFERRING_AGENCY),
            children=self._coded(Field.CHILDREN, lambda cell: read_children(cell, as_ages=self._reader.ages)),
            dash=self._coded(Field.DASH, read_number),
            visible_risks=self._coded(Field.VISIBLE_RISKS, read_number),
            high_risk=self._coded(Field.HIGH_RISK, read_yes_no),
            repeat=self._coded(Field.REPEAT, read_yes_no),
            concerns=self._words(Field.CONCERNS),
            offence=self._words(Field.OFFENCE),
            police_outcome=self._words(Field.POLICE_OUTCOME),
            remand=self._coded(Field.REMAND, read_yes_no),
            missing=dict(self.missing),
            extra={
                heading: text
                for place, heading in self._reader.extra.items()
                if place < len(row) and (text := shown(row[place]))
            },
        )

    def _ask(self, field: Field | str, code: Code, text: str) -> None:
        self.problems.append(Problem(str(field), code, text))

    def _words(self, field: Field) -> str | None:
        """Free text, or None; a stated "unknown" is missing and said so."""
        text = shown(self._reader.cell(self._row, field))
        state = missing(text)
        if state:
            self.missing[field] = state
            return None
        return text or None

    def _coded[Value](self, field: Field, read: Callable[[Cell], Value | Missing | None]) -> Value | None:
        try:
            value = read(self._reader.cell(self._row, field))
        except Unclear as unclear:
            self._ask(field, unclear.code, unclear.text)
            return None
        if isinstance(value, Missing):
            self.missing[field] = value
            return None
        return value

    def _date(self, field: Field) -> PartialDate | None:
        reader = self._reader
        return self._coded(field, lambda cell: read_date(cell, today=reader.today, mac=reader.mac))

    # --- people ---

    def _person(self, role: Role, when: PartialDate | None) -> PersonValues:
        return PersonValues(
            name=self._name(role),
            gender=self._coded(field_of(role, "gender"), read_gender),
            born=self._born(role, when),
            address=self._words(field_of(role, "address")),
            postcode=self._words(field_of(role, "postcode")),
        )

    def _name(self, role: Role) -> PersonName:
        whole, surname, forenames, alias = (
            self._reader.text(self._row, field_of(role, what))
            for what in ("name", "surname", "forenames", "alias")
        )
        in_parts = bool(surname or forenames) or not whole
        field = field_of(
            role, "surname" if in_parts and field_of(role, "surname") in self._reader.place else "name"
        )
        sent = f"{forenames} {surname}".strip() if in_parts else whole
        if (
            len(sent) > LONGEST_NAME
            or sent.startswith("=")
            or (sent and not any(map(str.isalpha, sent)) and not missing(sent))
        ):
            self._ask(
                field,
                Code.NAME_UNREADABLE,
                f"This cell does not hold a name of the {WORDS[role]}. Type the name.",
            )
            return PersonName(None, None)
        if in_parts:
            name = read_name_parts(surname, forenames, alias)
        else:
            name = read_full_name(whole, self._reader.orders[role][all_capitals(whole)])
            if alias:
                name = read_name_parts(
                    name.surname or "", name.forenames or "", " / ".join((*name.aliases, alias))
                )
        self._check_name(role, field, name, sent, in_parts)
        return name

    def _check_name(self, role: Role, field: Field, name: PersonName, sent: str, in_parts: bool) -> None:
        who = WORDS[role]
        if not name.surname and not name.forenames:
            said = f" (“{sent}” is no name)" if sent else ""
            self._ask(field, Code.NAME_MISSING, f"There is no name of the {who}{said}. Add the name.")
            return
        if not name.complete:
            part, code, what = (
                ("surname", Code.SURNAME_MISSING, field)
                if not name.surname
                else ("forename", Code.FORENAME_MISSING, field_of(role, "forenames") if in_parts else field)
            )
            if any(missing(word) for word in sent.split()):
                self._ask(
                    what,
                    Code.NAME_INCOMPLETE,
                    f"The {part} of the {who} is not known. Add it when it is found.",
                )
            else:
                self._ask(
                    what,
                    code,
                    f"There is no {part} of the {who}. Add it, or type “unknown” if nobody knows it.",
                )
        if name.lost_letters:
            probably = self._probably(sent)
            text = f"A letter of “{sent}” was lost when the file was saved.{probably}"
            self._ask(field, Code.LETTER_LOST, f"{text} Type the name as it is spelt.")
        elif meant := repaired(sent):
            self._ask(
                field,
                Code.LETTERS_GARBLED,
                f"Letters of “{sent}” are garbled. Probably “{meant}”. Type it as it is spelt.",
            )
        if name.abbreviated:
            first = (name.forenames or "").split()[0]
            what = field_of(role, "forenames") if in_parts else field
            self._ask(
                what,
                Code.NAME_ABBREVIATED,
                f"“{first}” is only the beginning of a forename. Type it in full if you know it.",
            )

    def _probably(self, sent: str) -> str:
        found = set()
        for word in sent.split():
            if LOST in fold(word):
                pattern = re.compile(fold(word).replace(LOST, "."))
                found |= {other for other in self._reader.spellings if pattern.fullmatch(fold(other))}
        return f" Probably “{found.pop()}”." if len(found) == 1 else ""

    def _born(self, role: Role, when: PartialDate | None) -> PartialDate | None:
        reader, who = self._reader, WORDS[role]
        field, age_field = field_of(role, "birth_date"), field_of(role, "age")
        stated: PartialDate | Age | Missing | None = None
        try:
            stated = read_birth(reader.cell(self._row, field), today=reader.today, mac=reader.mac)
        except Unclear as unclear:
            self._ask(field, unclear.code, unclear.text)
        if isinstance(stated, Missing):
            # Everybody has a birth date: whatever is typed instead, it is one that nobody knows.
            stated, self.missing[field] = None, Missing.UNKNOWN
        age = self._coded(age_field, _read_only_age)
        if isinstance(stated, Age):
            stated, age, age_field = None, age or stated, age_field if age else field
        asked_on = when.earliest if when else reader.today
        if stated is None:
            if age:
                self._check_age(age_field, role, age.years)
                return age.born(asked_on)
            if field in self.missing:
                text = f"The list says that the birth date of the {who} is not known, and it is kept so."
                text += " Add it when it is found: without it the same person is harder to recognise."
                self._ask(field, Code.BIRTH_DATE_UNKNOWN, text)
            return None
        if when and stated.earliest > when.latest:
            text = f"The {who} would be born after {shown(when.latest)}. Check both dates."
            self._ask(field, Code.BORN_AFTER, text)
        elif stated.precision in (Precision.DAY, Precision.MONTH, Precision.YEAR):
            years = age_on(stated.earliest, asked_on)
            if years == 0 and stated.precision is Precision.DAY:
                text = f"The {who} would be less than a year old. Check the date of birth."
                self._ask(field, Code.AGE_IMPOSSIBLE, text)
            else:
                self._check_age(field, role, years)
            if age and stated.precision is Precision.DAY and abs(age.years - years) > 1:
                text = f"The age {age.years} and the date of birth do not agree. Check both."
                self._ask(age_field, Code.AGE_DISAGREES, text)
        return stated

    def _check_age(self, field: Field, role: Role, years: int) -> None:
        if years < YOUNG:
            self._ask(
                field,
                Code.AGE_IMPLAUSIBLE,
                f"The {WORDS[role]} would be under {YOUNG}. Check the age or date of birth.",
            )
        elif years > OLD:
            self._ask(
                field,
                Code.AGE_IMPLAUSIBLE,
                f"The {WORDS[role]} would be over {OLD}. Check the age or date of birth.",
            )

    def _not_the_same(self, service_user: PersonValues, victim_survivor: PersonValues) -> None:
        one, other = service_user.name, victim_survivor.name
        if not one.complete or not other.complete or fold(str(one)) != fold(str(other)):
            return
        if service_user.born and victim_survivor.born and service_user.born != victim_survivor.born:
            return
        self._ask(
            "line",
            Code.SAME_PERSON,
            f"“{one}” stands on both sides of this line. Correct one, or add both dates of birth "
            "if two people share the name.",
        )


def _read_only_age(cell: Cell) -> Age | Missing | None:
    text = shown(cell)
    if not text:
        return None
    if found := re.search(r"(?<!\d)(\d{1,3})(?!\d)", text):
        return read_age(int(found[1]))
    state = missing(text)
    if state:
        return state
    raise Unclear(
        Code.NUMBER_UNKNOWN, f"“{text[:40]}” is not an age. Type the age in years, or leave it empty."
    )
