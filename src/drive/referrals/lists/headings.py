"""Which column holds what: headings as areas word them, recognised whatever their order, case and spelling.

A list is a referral list only when one column names a service user and one a victim/survivor; which is which
is never guessed. Columns that are not recognised stay beside the row as they were sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from drive.people.names import fold


class Role(StrEnum):
    """The two roles a referral names (G-01: roles of this referral, not of the person)."""

    SERVICE_USER = "service_user"
    VICTIM_SURVIVOR = "victim_survivor"


class Field(StrEnum):
    """What a column of a referral list can hold. Names of people's fields start with the role."""

    SERVICE_USER_NAME = "service_user_name"
    SERVICE_USER_SURNAME = "service_user_surname"
    SERVICE_USER_FORENAMES = "service_user_forenames"
    SERVICE_USER_ALIAS = "service_user_alias"
    SERVICE_USER_BIRTH_DATE = "service_user_birth_date"
    SERVICE_USER_AGE = "service_user_age"
    SERVICE_USER_GENDER = "service_user_gender"
    SERVICE_USER_ADDRESS = "service_user_address"
    SERVICE_USER_POSTCODE = "service_user_postcode"
    VICTIM_SURVIVOR_NAME = "victim_survivor_name"
    VICTIM_SURVIVOR_SURNAME = "victim_survivor_surname"
    VICTIM_SURVIVOR_FORENAMES = "victim_survivor_forenames"
    VICTIM_SURVIVOR_ALIAS = "victim_survivor_alias"
    VICTIM_SURVIVOR_BIRTH_DATE = "victim_survivor_birth_date"
    VICTIM_SURVIVOR_AGE = "victim_survivor_age"
    VICTIM_SURVIVOR_GENDER = "victim_survivor_gender"
    VICTIM_SURVIVOR_ADDRESS = "victim_survivor_address"
    VICTIM_SURVIVOR_POSTCODE = "victim_survivor_postcode"
    MARAC_DATE = "marac_date"
    REFERRAL_DATE = "referral_date"
    INCIDENT_DATE = "incident_date"
    REFERENCE = "reference"
    RELATIONSHIP = "relationship"
    REFERRING_AGENCY = "referring_agency"
    CHILDREN = "children"
    DASH = "dash"
    VISIBLE_RISKS = "visible_risks"
    HIGH_RISK = "high_risk"
    REPEAT = "repeat"
    CONCERNS = "concerns"
    OFFENCE = "offence"
    POLICE_OUTCOME = "police_outcome"
    REMAND = "remand"


# Where the victim/survivor lives goes straight to the sealed side and is masked everywhere else (S-03, S-06).
SEALED_FIELDS = frozenset({Field.VICTIM_SURVIVOR_ADDRESS, Field.VICTIM_SURVIVOR_POSTCODE})


def field_of(role: Role, attribute: str) -> Field:
    """The field of one role, for instance `field_of(Role.SERVICE_USER, "birth_date")`."""
    return Field(f"{role}_{attribute}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place from 0, its heading as sent, and what it holds (None: kept as sent, not
    understood).
    """

    place: int
    heading: str
    field: Field | None


@dataclass(frozen=True, slots=True)
class Headings:
    """The heading row of a list: `line` is its row from 1 (the lower one where headings take two rows)."""

    line: int
    columns: tuple[Column, ...]

    @property
    def unrecognised(self) -> tuple[str, ...]:
        return tuple(column.heading for column in self.columns if column.field is None and column.heading)

    def place_of(self, field: Field) -> int | None:
        return next((column.place for column in self.columns if column.field is field), None)

    @property
    def names_both(self) -> bool:
        return all(self.names(role) for role in Role)

    def names(self, role: Role) -> bool:
        """True when there is a column for the whole name or for the surname of this role."""
        fields = {column.field for column in self.columns}
        return bool({field_of(role, "name"), field_of(role, "surname")} & fields)


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SERVICE_USER_WORDS = _words_of(
    """
    perp perps perpetrator perpetrators offender offenders suspect suspects subject nominal accused
    defendant ap abuser su respondent poi harmer serviceuser perpetrated pch p
    """
)
_VICTIM_SURVIVOR_WORDS = _words_of(
    """
    victim victims vic survivor survivors vs client clients ip aggrieved complainant injuredparty
    harmed applicant v
    """
)
_ROLE_OF = dict.fromkeys(_SERVICE_USER_WORDS, Role.SERVICE_USER) | dict.fromkeys(
    _VICTIM_SURVIVOR_WORDS, Role.VICTIM_SURVIVOR
)
_FILLERS = _words_of(
    """
    of the a an s alleged full details detail to at in if known given main primary index person
    persons persons' adult dv da domestic abuse legal current home last first listed case marac
    """
)
_PHRASES = (
    (r"\bv\s*/\s*s\b", " victim "),
    (r"\bservice\s+user(?:s)?\b", " serviceuser "),
    (r"\bperson\s+(?:causing|using|responsible for)\s+(?:harm|abuse)\b", " perpetrator "),
    (r"\b(?:injured|affected)\s+(?:party|person)\b", " victim "),
    (r"\bperson\s+(?:harmed|at risk|experiencing abuse)\b", " victim "),
    (r"\bd\s*\.?\s*o\s*\.?\s*b\b\.?", " dob "),
    (r"\bdates?\s+of\s+birth\b|\bbirth\s*dates?\b|\bbirthdays?\b|\bdate\s+born\b", " dob "),
    (
        r"\ba\s*\.?\s*k\s*\.?\s*a\b\.?|\balso\s+known\s+as\b|\bknown\s+as\b|\bknown\s+by\b|\bother\s+names?\b",
        " alias ",
    ),
    (r"\b(?:last|family|second)[\s_]*names?\b", " surname "),
    (r"\b(?:first|fore|given|christian)[\s_]*names?\b", " forename "),
    (r"\bfull[\s_]*names?\b", " name "),
    (r"\bpost[\s_]*codes?\b", " postcode "),
    (r"\bre\s*-?\s*referrals?\b", " repeat "),
)
# Long words whose misspellings are taken for them.
_SPELLED = _words_of(
    """
    perpetrator offender suspect nominal accused defendant abuser respondent victim survivor client
    aggrieved complainant surname forename forenames gender address postcode relationship children
    meeting conference referral referring agency reference repeat concerns offence outcome remand
    """
)
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "surname": frozenset({"surname", "surnames", "lname", "sname", "lastname"}),
    "forenames": frozenset({"forename", "forenames", "fname", "firstname"}),
    "birth_date": frozenset({"dob", "birth", "born", "birthdate"}),
    "age": frozenset({"age", "ages"}),
    "gender": frozenset({"gender", "sex"}),
    "postcode": frozenset({"postcode", "pcode"}),
    "address": frozenset({"address", "addresses", "addr", "residence", "abode"}),
    "name": frozenset({"name", "names", "nominal"}),
    "alias": frozenset({"alias", "aliases", "nickname", "nicknames", "monikers", "moniker"}),
}
# Words that may stand beside an attribute without changing what it is.
_BESIDE = _words_of(
    """
    yrs years year or and approx approximate date time dd mm yyyy yy ddmmyyyy optional referral self
    defined
    """
)
_MEETING = _words_of(
    """
    marac meeting conference panel hearing heard discussed listed listing
    """
)
_RECEIVED = _words_of(
    """
    received submitted
    """
)
_INCIDENT = _words_of(
    """
    offence incident crime reported occurrence event arrest committed
    """
)


def _words(heading: str) -> list[str]:
    text = re.sub(r"['’]s\b", "", heading)
    text = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    text = re.sub(r"([A-Z]{2,})((?:date|name|dob|ref|no|age|sex)\b)", r"\1 \2", text)
    text = re.sub(r"[_\-#:]+", " ", text).lower()
    for pattern, word in _PHRASES:
        text = re.sub(pattern, word, text)
    return [_spelled(word) for word in map(fold, re.split(r"[^\w]+", text)) if word]


def _spelled(word: str) -> str:
    if len(word) < 5 or word in _ROLE_OF or any(word in words for words in _ATTRIBUTES.values()):
        return word
    near = ((OSA.distance(word, right, score_cutoff=2), right) for right in _SPELLED)
    distance, right = min(near)
    return right if distance <= (2 if len(right) >= 9 else 1) else word


def recognise(heading: str) -> tuple[Role | None, str | None]:
    """The role a heading names, if any, and the attribute or field it stands for, if known.

    ("Victim DOB / age" is the victim/survivor's "birth_date", "Rel_code" is "relationship", "Shoe size" is
    None.)
    """
    words = _words(heading)
    said = set(words)
    other = _field_of_referral(said, heading)
    if other:
        return None, other
    roles = [_ROLE_OF[word] for word in words if word in _ROLE_OF]
    left = [word for word in words if word not in _ROLE_OF or (word == "nominal" and len(roles) > 1)]
    rest = {word for word in left if word not in _FILLERS}
    role = roles[0] if roles else None
    if not rest:
        # A bare letter is too little to be a person's name column.
        return (role, "name") if role and said - {"p", "v"} else (None, None)
    for attribute, names in _ATTRIBUTES.items():
        if rest & names and rest <= names | _BESIDE | _beside(attribute):
            return role, attribute
    return role, None


def _beside(attribute: str) -> frozenset[str]:
    # "Perp name (AKA)" holds the name and its alias; "DOB / age" is read as either.
    others = {"name": {"alias", "aliases", "surname", "forename", "forenames"}, "birth_date": {"age"}}
    return frozenset(others.get(attribute, ()))


def _field_of_referral(said: set[str], heading: str) -> Field | None:
    """Fields of the referral as a whole; a role word beside them ("Relation to victim") does not matter."""
    person = bool(
        said
        & {
            "dob",
            "surname",
            "forename",
            "forenames",
            "address",
            "postcode",
            "phone",
            "school",
            "gender",
            "sex",
        }
    )
    if said & {"relationship", "relationships", "rel", "relation", "reln", "relcode", "relship"}:
        return Field.RELATIONSHIP
    if said & {"repeat", "repeats"}:
        return Field.REPEAT
    if said & {
        "child",
        "children",
        "childrens",
        "kids",
        "dependants",
        "dependents",
        "nochildren",
    } and not said & {
        *(
            [
                "name",
                "names",
                "dob",
                "gender",
                "school",
                "address",
                "social",
                "services",
                "cin",
                "cp",
                "status",
                "protection",
            ]
        ),
    }:
        return Field.CHILDREN
    if person:
        return None
    if "date" in said or "dates" in said or "heard" in said or "when" in said:
        if said & _INCIDENT:
            return Field.INCIDENT_DATE
        if said & {"referral", "referred"}:
            return Field.REFERRAL_DATE
        if said & _MEETING:
            return Field.MARAC_DATE
        if said & _RECEIVED:
            return Field.REFERRAL_DATE
        return Field.INCIDENT_DATE if said <= {"date", "dates", "time", "and", "of"} else None
    if said & {"agency", "agencies", "referrer", "source", "referring"} or {"referred", "by"} <= said:
        return Field.REFERRING_AGENCY
    if said & {"dash", "ric"}:
        return Field.DASH
    if "visible" in said or {"number", "risks"} <= said or "ticks" in said:
        return Field.VISIBLE_RISKS
    if {"high", "risk"} <= said or said == {"hr"}:
        return Field.HIGH_RISK
    if said & {"offence", "offences"} or {"crime", "type"} <= said or {"incident", "type"} <= said:
        return Field.OFFENCE
    if said & {"remand", "remanded"}:
        return Field.REMAND
    if said & {"outcome", "disposal"}:
        return Field.POLICE_OUTCOME
    if (
        said & {"concern", "concerns", "comments", "comment", "notes", "summary", "circumstances"}
        or {"reason", "referral"} <= said
    ):
        return Field.CONCERNS
    numbers = {"ref", "reference", "urn", "id", "no", "number", "num", "refno"}
    kinds = {"case", "crime", "marac", "incident", "occurrence", "log", "police", "unique", "file", "our"}
    if (said & numbers and said <= numbers | kinds) or said == {"case"}:
        return Field.REFERENCE
    return None


def assign(headings: Sequence[str]) -> tuple[Column, ...]:
    """Give every column its field. A birth date or the like without a role belongs to the person named before
    it.
    """
    taken: set[Field] = set()
    columns: list[Column] = []
    explicit = [recognise(heading) for heading in headings]
    spoken_for = {field_of(role, what) for role, what in explicit if role and what}
    before: Role | None = None
    for place, (heading, (role, what)) in enumerate(zip(headings, explicit, strict=True)):
        found: Field | None = None
        if isinstance(what, Field):
            found = what
        elif what and role:
            found = field_of(role, what)
        elif what and before and what not in ("name", "surname"):
            # "Nominal, DOB, Victim, Victim DOB": the bare date is the nominal's. Never so with names.
            candidates = [field_of(each, what) for each in (before, *Role)]
            found = next((each for each in candidates if each not in taken | spoken_for), None)
        if what in ("name", "surname") and role:
            before = role
        if found in taken:
            found = None
        if found:
            taken.add(found)
        columns.append(Column(place, heading, found))
    return tuple(columns)
