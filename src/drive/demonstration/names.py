"""Names of people who do not exist: ordinary first names, and family names that nobody bears."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from random import Random

MEN = (
    "Alaric", "Ambrose", "Anil", "Archibald", "Balthazar", "Basil", "Bolade", "Clement", "Cosmo", "Cyprian", "Darragh",
    "Desmond", "Emeka", "Everard", "Farouk", "Fergus", "Gideon", "Hamish", "Hari", "Ignatius", "Ivor", "Jolyon", "Kasper",
    "Lambert", "Linus", "Ludo", "Malachi", "Merrick", "Nikhil", "Orlando", "Osric", "Peregrine", "Quentin", "Rafferty",
    "Rashid", "Roderick", "Sebastian", "Tafari", "Torquil", "Umar", "Valentine", "Wendell", "Yusuf", "Zachariah",
)  # fmt: skip

WOMEN = (
    "Adaeze", "Amabel", "Anoushka", "Beatrix", "Blythe", "Calliope", "Celestine", "Clarinda", "Delphine", "Drusilla",
    "Eleonora", "Esme", "Farida", "Flora", "Georgiana", "Hermia", "Hyacinth", "Indira", "Isolde", "Juno", "Keziah",
    "Lavinia", "Leocadia", "Lilias", "Mabel", "Melisande", "Mirabel", "Nerys", "Noor", "Ondine", "Oriel", "Parveen",
    "Petronella", "Primrose", "Rowena", "Saffron", "Sunniva", "Tabitha", "Temperance", "Ursula", "Verity", "Wren", "Yasmin", "Zinnia",
)  # fmt: skip

_BEGINNINGS = (
    "Bumble", "Cobble", "Crinkle", "Damson", "Dapple", "Fennel", "Fiddle", "Gooseberry", "Gorse", "Huckle", "Jiggle", "Kettle",
    "Larkspur", "Marrow", "Mumble", "Nettle", "Oddle", "Pebble", "Pickle", "Plum", "Quibble", "Rumple", "Saffle", "Snuffle",
    "Teasel", "Tumble", "Umber", "Wobble", "Wurzle", "Yarrow",
)  # fmt: skip
_ENDINGS = (
    "bottom", "brook", "button", "combe", "croft", "down", "feather", "ington", "knuckle", "pot", "shaw", "snap", "thwaite",
    "whistle", "wick", "worthy",
)  # fmt: skip

FAMILIES = tuple(begin + end for begin in _BEGINNINGS for end in _ENDINGS)
"""Every family name of the demonstration; no other is used."""


@dataclass(slots=True)
class Person:
    """Somebody invented, as a profile knows them. Codes K-02 to K-05 or K-01."""

    given_names: str
    family_name: str
    born_on: datetime.date
    gender: str
    born_precision: str = "day"
    ethnic_group: str = "not_asked"
    employment: str = "not_asked"
    orientation: str = "not_asked"
    disability: str = "not_asked"
    interpreter: str = "not_asked"
    language: str = ""
    known_as: list[str] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.family_name}"

    def age(self, on: datetime.date) -> int:
        """In whole years on a day."""
        return on.year - self.born_on.year - ((on.month, on.day) < (self.born_on.month, self.born_on.day))


_ETHNIC = (
    ("white_british",) * 62
    + ("white_other",) * 9
    + ("black",) * 8
    + ("asian",) * 10
    + ("mixed",) * 5
    + ("unknown",) * 6
)
_WORK = (
    ("unemployed",) * 38 + ("full_time",) * 16 + ("part_time",) * 6 + ("self_employed",) * 5 + ("unable_to_work",) * 7
    + ("student",) * 2 + ("retired",) * 2 + ("unknown",) * 16 + ("not_asked",) * 8
)  # fmt: skip


def draw(rng: Random, today: datetime.date, *, gender: str, youngest: int = 18, oldest: int = 62) -> Person:
    """Somebody between two ages today; the younger the likelier, as referrals are."""
    years = min(rng.randint(youngest, oldest), rng.randint(youngest, oldest + 8), oldest)
    return Person(
        given_names=rng.choice(MEN if gender == "man" else WOMEN),
        family_name=rng.choice(FAMILIES),
        born_on=today - datetime.timedelta(days=int(years * 365.25) + rng.randint(1, 360)),
        gender=gender,
        ethnic_group=rng.choice(_ETHNIC),
        employment=rng.choice(_WORK),
        orientation=rng.choice(("heterosexual", "heterosexual", "not_asked", "unknown", "lgb")),
        disability=rng.choice(("no", "no", "yes", "unknown", "not_asked")),
        interpreter=rng.choice(("no",) * 12 + ("yes", "not_asked")),
    )
