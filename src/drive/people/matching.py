"""Whether two profiles are one person: a score, a band, the reasons in words. Nothing is ever merged (P-03).

Evidence adds up (the constants below, and `compare`):

- Names open the way: the same surname, or one or two letters off, or one part of a double one; the same
  forename, a form of it ("Toby"), its beginning ("Kwa."), one letter off, or an alias.
- A birth date decides: the same day, or one part of it wrong, or day and month swapped; known only by month,
  year or age it helps a little; a different one takes away more than all names give.
- The same other person named on the referral, or the same address, confirm names. A postcode hardly counts.

`SAME` needs names and one strong piece beside them; `POSSIBLE` is the same name with nothing to confirm or
deny it. Two forenames that are not forms of each other are two people whatever else agrees (twins, brothers
who harm one person), and so are two birth dates that no slip of the pen explains (father and son). A
judgement is symmetric.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Hashable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA, JaroWinkler

from drive.people.names import LOST, PersonName, fold, fold_words, forms_of_one_name, other_forms

SAME = 75
POSSIBLE = 45

SURNAME_SAME, SURNAME_ONE_LETTER, SURNAME_PART, SURNAME_TWO_LETTERS = 30, 24, 18, 16
FORENAME_SAME, FORENAME_SHORT, FORENAME_ONE_LETTER, FORENAME_CUT, FORENAME_ALIAS = 25, 20, 18, 14, 10
NAMES_SWAPPED = 45
BORN_SAME, BORN_ONE_PART, BORN_MONTH_OR_YEAR, BORN_AGE = 40, 22, 15, 10
BORN_SAME_YEAR, BORN_DIFFERENT = -15, -60
NAMED_TOGETHER, ADDRESS_SAME, POSTCODE_SAME = 32, 20, 4
# A man and his son share a name, and sometimes a birthday; a slip in the year never makes a generation.
YEAR_SLIP = 12
# Birth date known only to lie within so many days says too little to count.
VAGUE_DAYS = 1100


class Band(StrEnum):
    """What a score means: `same` and `possible` are offered for somebody to decide, `different` is not."""

    SAME = "same"
    POSSIBLE = "possible"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Born:
    """A birth date known to lie between two days, both included; a day known exactly when they are equal."""

    earliest: date
    latest: date

    @classmethod
    def known(cls, day: date, precision: str = "day") -> Born:
        """From a stored date and how much of it is known: `day`, `month` or `year` (R-12)."""
        if precision == "day":
            return cls(day, day)
        first = day.replace(day=1) if precision == "month" else date(day.year, 1, 1)
        last_month = day.month if precision == "month" else 12
        return cls(first, date(day.year, last_month, monthrange(day.year, last_month)[1]))

    @property
    def exact(self) -> bool:
        return self.earliest == self.latest

    @property
    def days(self) -> int:
        return (self.latest - self.earliest).days + 1


@dataclass(frozen=True, slots=True)
class Profile:
    """What one referral says of one person, as far as it helps to recognise them (R-20)."""

    name: PersonName
    born: Born | None = None
    address: str | None = None
    postcode: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A profile and the other people named with it, for instance the victims/survivors of a service user's
    referrals.
    """

    profile: Profile
    named_with: tuple[Profile, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """`score` adds up the evidence, never below 0. `reasons` and `differences` are words for a page and name
    nobody.

    `opposed` says that something contradicts (birth date or forename), not merely that evidence is missing.
    """

    score: int
    band: Band
    reasons: tuple[str, ...]
    differences: tuple[str, ...]
    opposed: bool


def compare(one: Evidence, other: Evidence) -> Judgement:
    """Judge whether two profiles are one person; the same answer whichever comes first."""
    names = _names(one.profile.name, other.profile.name)
    born = _born(one.profile.born, other.profile.born)
    points = names.points + born.points
    # A birth date that contradicts outweighs all else: a father and a son share names, a house and a victim.
    hopeless = born.opposed or points + NAMED_TOGETHER + ADDRESS_SAME + POSTCODE_SAME < POSSIBLE
    if names.points < 0 or hopeless or (names.different_surname and born.points != BORN_SAME):
        return _judged(0, names, born, 0)
    together = any(_agree(a, b) for a in one.named_with for b in other.named_with)
    if names.different_surname and not together:
        return _judged(0, names, born, 0)
    reasons = list(names.reasons + born.reasons)
    if together:
        points += NAMED_TOGETHER
        # Which person is not said: that belongs to the other side (S-33).
        reasons.append("other details of the referral agree")
    if _same_address(one.profile.address, other.profile.address):
        points += ADDRESS_SAME
        reasons.append("same address")
    if one.profile.postcode and fold_code(one.profile.postcode) == fold_code(other.profile.postcode or ""):
        points += POSTCODE_SAME
        reasons.append("same postcode")
    return _judged(points, names, born, names.most, tuple(reasons))


@dataclass(frozen=True, slots=True)
class _Part:
    points: int
    reasons: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    most: int = 200
    different_surname: bool = False
    opposed: bool = False


def _judged(points: int, names: _Part, born: _Part, most: int, reasons: tuple[str, ...] = ()) -> Judgement:
    score = max(0, min(points, most))
    band = Band.SAME if score >= SAME else Band.POSSIBLE if score >= POSSIBLE else Band.DIFFERENT
    return Judgement(
        score, band, reasons, names.differences + born.differences, names.opposed or born.opposed
    )


def _agree(one: Profile, other: Profile) -> bool:
    """Two profiles that could be one person, judged without looking at whom they are named with.

    Where a list left a name out, the same birth date or address stands for it.
    """
    if not str(one.name) or not str(other.name):
        same_day = _born(one.born, other.born).points == BORN_SAME
        return same_day or _same_address(one.address, other.address)
    names, born = _names(one.name, other.name), _born(one.born, other.born)
    return (
        not names.different_surname
        and names.points >= 0
        and not born.opposed
        and names.points + born.points >= POSSIBLE
    )


# --- names ---


@dataclass(frozen=True, slots=True)
class _Folded:
    surname: str
    surname_parts: tuple[str, ...]
    first: str
    dotted: bool
    middle: tuple[str, ...]
    also: tuple[str, ...]
    letters: str


@lru_cache(maxsize=262144)
def _folded(name: PersonName) -> _Folded:
    forenames = (name.forenames or "").replace("-", " ").split()
    words = tuple(fold(word) for word in forenames)
    surname = name.surname or ""
    parts = tuple(part for part in fold_words(surname.replace("-", " ")) if len(part) > 3)
    return _Folded(
        surname=fold(surname),
        surname_parts=parts if len(parts) > 1 else (),
        first=words[0] if words else "",
        dotted=bool(forenames) and forenames[0].endswith("."),
        middle=tuple(word for word in words[1:] if len(word) > 1),
        also=tuple(word for alias in name.aliases for word in fold_words(alias)),
        letters="".join(sorted(fold(f"{name.forenames}{name.surname}"))) if name.complete else "",
    )


def _names(one: PersonName, other: PersonName) -> _Part:
    a, b = _folded(one), _folded(other)
    if a.letters and a.letters == b.letters and (a.surname, a.first) == (b.first, b.surname):
        return _Part(NAMES_SWAPPED, ("same names, the other way round",), ("order of names",))
    surname = _surnames(a, b)
    forename = _forenames(a, b)
    return _Part(
        points=-1 if forename.points < 0 else max(0, surname.points) + forename.points,
        reasons=surname.reasons + forename.reasons,
        differences=surname.differences + forename.differences,
        # A surname may change; that alone is never more than a question.
        most=min(SAME - 1 if surname.points < 0 else 200, forename.most),
        different_surname=surname.points < 0,
        opposed=forename.opposed,
    )


def _surnames(a: _Folded, b: _Folded) -> _Part:
    if not a.surname or not b.surname:
        return _Part(0, (), ("surname missing",))
    letters = _letters_apart(a.surname, b.surname)
    shorter = min(len(a.surname), len(b.surname))
    if letters == 0:
        lost = a.surname != b.surname
        return _Part(SURNAME_SAME, ("same surname but for a lost letter" if lost else "same surname",))
    if letters == 1 and shorter >= 4:
        return _Part(SURNAME_ONE_LETTER, ("same surname but for one letter",), ("spelling of the surname",))
    if letters == 2 and shorter >= 8:
        return _Part(SURNAME_TWO_LETTERS, ("same surname but for two letters",), ("spelling of the surname",))
    if a.surname in b.surname_parts or b.surname in a.surname_parts:
        return _Part(SURNAME_PART, ("one surname is part of the other",), ("double surname",))
    if a.surname in b.also or b.surname in a.also:
        return _Part(SURNAME_PART, ("surname given as another name",), ("surname",))
    return _Part(-1, (), ("surname",))


def _forenames(a: _Folded, b: _Folded) -> _Part:
    if not a.first or not b.first:
        return _Part(0, (), ("forename missing",))
    if _letters_apart(a.first, b.first) == 0:
        return _Part(FORENAME_SAME, ("same forename",))
    short, long = sorted((a, b), key=lambda name: len(name.first))
    if len(short.first) == 1 and long.first.startswith(short.first):
        return _Part(FORENAME_ALIAS, ("initial agrees",), ("only an initial",))
    if forms_of_one_name(a.first, b.first):
        return _Part(FORENAME_SHORT, ("two forms of one forename",), ("form of the forename",))
    if (short.dotted and long.first.startswith(short.first)) or (
        long.dotted and short.first.startswith(long.first)
    ):
        return _Part(FORENAME_SHORT, ("shortened forename",), ("shortened forename",))
    if a.first in (*b.also, *b.middle) or b.first in (*a.also, *a.middle):
        return _Part(FORENAME_ALIAS, ("forename given as another name",), ("forename",))
    # Paul and Paula, Louis and Louise: one letter apart, and two people.
    if long.first[:-1] == short.first and long.first[-1] in "ae":
        return _Part(FORENAME_ALIAS, ("forenames one letter apart",), ("forename",), most=SAME - 1)
    if len(short.first) >= 4 and _letters_apart(a.first, b.first) == 1:
        swapped = sorted(a.first) == sorted(b.first)
        if swapped or (len(short.first) >= 5 and a.first[0] == b.first[0]):
            return _Part(
                FORENAME_ONE_LETTER, ("same forename but for one letter",), ("spelling of the forename",)
            )
    if (
        len(short.first) >= 3
        and len(long.first) - len(short.first) >= 3
        and long.first.startswith(short.first)
    ):
        return _Part(FORENAME_CUT, ("shortened forename",), ("shortened forename",))
    return _Part(-1, (), ("forename",), opposed=JaroWinkler.similarity(a.first, b.first) < 0.8)


@lru_cache(maxsize=262144)
def _letters_apart(one: str, other: str) -> int:
    """Letters to add, drop, change or swap; a lost letter agrees with any. 3 stands for 3 or more."""
    if LOST in one or LOST in other:
        if len(one) == len(other):
            return min(3, sum(x != y and LOST not in (x, y) for x, y in zip(one, other, strict=True)))
        return min(3, max(1, OSA.distance(one, other) - one.count(LOST) - other.count(LOST)))
    return OSA.distance(one, other, score_cutoff=2)


# --- birth dates and places ---


def _born(one: Born | None, other: Born | None) -> _Part:
    if one is None or other is None:
        return _Part(0, (), () if one is other else ("birth date missing on one",))
    if one.exact and other.exact:
        return _birth_days(one.earliest, other.earliest)
    if one.earliest <= other.latest and other.earliest <= one.latest:
        wider = max(one.days, other.days)
        if wider > VAGUE_DAYS:
            return _Part(0, (), ("birth date not known exactly",))
        if wider <= 366:
            return _Part(BORN_MONTH_OR_YEAR, ("birth year agrees",), ("birth date not known exactly",))
        return _Part(BORN_AGE, ("age agrees",), ("birth date not known exactly",))
    gap = max((one.earliest - other.latest).days, (other.earliest - one.latest).days)
    if gap <= 366 and max(one.days, other.days) > 31:
        return _Part(0, (), ("birth year or age a little different",))
    return _Part(BORN_DIFFERENT, (), ("birth date",), opposed=True)


def _birth_days(one: date, other: date) -> _Part:
    if one == other:
        return _Part(BORN_SAME, ("same birth date",))
    if one.year == other.year:
        if (one.day, one.month) == (other.month, other.day):
            return _Part(BORN_ONE_PART, ("birth day and month swapped",), ("birth date",))
        if one.month == other.month:
            return _Part(BORN_ONE_PART, ("same birth date but for the day",), ("birth date",))
        if one.day == other.day:
            return _Part(BORN_ONE_PART, ("same birth date but for the month",), ("birth date",))
        return _Part(BORN_SAME_YEAR, ("same birth year",), ("birth date",))
    same_birthday = (one.day, one.month) == (other.day, other.month)
    slip = abs(one.year - other.year) <= YEAR_SLIP and OSA.distance(str(one.year), str(other.year)) == 1
    if same_birthday and slip:
        return _Part(BORN_ONE_PART, ("same birth date but for one figure of the year",), ("birth date",))
    return _Part(BORN_DIFFERENT, (), ("birth date",), opposed=True)


@lru_cache(maxsize=65536)
def fold_code(text: str) -> str:
    """Letters and figures in lower case, for postcodes, addresses and reference numbers."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _same_address(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    # A street without a number, or a town alone, is shared by too many to say anything.
    return fold_code(one) == fold_code(other) and any(letter.isdigit() for letter in one)


# --- finding whom to compare with ---


def _spellings(word: str) -> Iterator[str]:
    """A word and what is left when one letter is dropped: two words one slip apart share at least one."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _surname_spellings(name: _Folded) -> set[str]:
    surnames = {name.surname, *name.surname_parts, *(word for word in name.also if len(word) > 3)} - {""}
    return {spelling for surname in surnames for spelling in _spellings(surname)}


def _stored_keys(profile: Profile, among: AbstractSet[str] | None) -> Iterator[Hashable]:
    """Keys under which a profile is found by `_asked_keys` of any profile worth comparing with it.

    `among` are the only spellings of surnames that anybody will ask for, when that is known.
    """
    name = _folded(profile.name)
    starts = {word[0] for word in (name.first, *name.also, *name.middle) if word} or {""}
    spellings = _surname_spellings(name)
    return _keys(profile, name, spellings if among is None else spellings & among, starts, asking=False)


def _asked_keys(profile: Profile) -> Iterator[Hashable]:
    name = _folded(profile.name)
    words = [word for word in (name.first, *name.also, *name.middle) if word]
    starts = {form[0] for word in words for form in (word, *other_forms(word))} or {""}
    return _keys(profile, name, _surname_spellings(name), starts, asking=True)


def _keys(
    profile: Profile, name: _Folded, spellings: Iterable[str], starts: Iterable[str], *, asking: bool
) -> Iterator[Hashable]:
    born = profile.born.earliest if profile.born and profile.born.exact else None
    if born:
        yield ("born", born)
        if name.surname:
            yield ("birthday", name.surname, born.month, born.day)
    for spelling, start in product(spellings, starts):
        # Dated profiles meet within a birth year, so that a common name does not bring thousands; a profile
        # without a date has to meet everybody of its name.
        if born:
            yield ("year", spelling, start, born.year)
        if asking or not born:
            yield ("undated", spelling, start)
        if asking != bool(born):
            yield ("dated", spelling, start)


class PeopleIndex[Id: Hashable]:
    """People to compare with, found by keys instead of one by one.

    `wanted` limits what is kept to people that the given profiles could meet: 100,000 known people are then
    read once and only the few that matter stay in memory.
    """

    def __init__(self, wanted: Iterable[Profile] | None = None) -> None:
        self._wanted: set[Hashable] | None = None
        self._spellings: set[str] | None = None
        if wanted is not None:
            profiles = list(wanted)
            self._wanted = {key for profile in profiles for key in _asked_keys(profile)}
            self._spellings = {
                word for profile in profiles for word in _surname_spellings(_folded(profile.name))
            }
        self._places: dict[Hashable, list[int]] = {}
        self._people: list[tuple[Id, Evidence]] = []

    def add(self, person: Id, evidence: Evidence) -> None:
        """Take in one person; one whom nobody wanted could be is passed over."""
        keys = set(_stored_keys(evidence.profile, self._spellings))
        if self._wanted is not None:
            keys &= self._wanted
        if keys:
            place = len(self._people)
            self._people.append((person, evidence))
            for key in keys:
                self._places.setdefault(key, []).append(place)

    def __iter__(self) -> Iterator[Id]:
        """Everybody kept, in the order added."""
        return (person for person, _ in self._people)

    def like(self, evidence: Evidence) -> list[tuple[Id, Judgement]]:
        """Everybody who is or may be the same person, the best first (equal scores in the order added)."""
        places = {place for key in _asked_keys(evidence.profile) for place in self._places.get(key, ())}
        judged = [(place, compare(evidence, self._people[place][1])) for place in sorted(places)]
        found = [(place, judgement) for place, judgement in judged if judgement.band is not Band.DIFFERENT]
        found.sort(key=lambda item: (-item[1].score, item[0]))
        return [(self._people[place][0], judgement) for place, judgement in found]
