"""Names as they are written in lists, and how two spellings of one name are recognised.

A name is kept as it was written (accents, apostrophes, hyphens) and *folded* only to be compared: `fold`
gives lower-case letters without accents or punctuation. A letter that a file lost on its way (U+FFFD, or a
question mark inside a word) is folded to `?` and stands for any one letter.

Nothing here knows of roles, records or the database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

LOST = "?"

# Letters that Unicode does not take apart into a base letter and an accent.
_WHOLE_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "\ufffd": LOST,
    }
)
_APOSTROPHES = "'’‘`´ʼ"
_NO_APOSTROPHES = str.maketrans("", "", _APOSTROPHES)
_NOT_LETTER = re.compile(r"[^a-z?]+")
_WORD = re.compile(r"[^\s,;/()\[\]\"“”]+")
_LOST_LETTER = re.compile(r"\ufffd|(?<=[^\W\d_])\?|\?(?=[^\W\d_])")

TITLES = frozenset({"mr", "mrs", "miss", "ms", "mx", "dr", "master", "sir", "rev", "prof"})
SUFFIXES = frozenset({"jr", "jnr", "junior", "sr", "snr", "senior", "ii", "iii"})
# Words that begin a surname of several words, written apart: "Ní Bhrollacháin", "van der Berg".
PARTICLES = frozenset(
    [
        "ni",
        "nic",
        "nig",
        "ui",
        "o",
        "mac",
        "mc",
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "du",
        "la",
        "le",
        "el",
        "al",
        "ap",
        "ab",
        "bin",
        "ibn",
        "abu",
        "ben",
        "st",
        "san",
        "ter",
        "ten",
    ]
)
# What people type when they have no name to give. Folded, so that "N/K" and "not known" are both here.
NO_NAME = frozenset(
    {
        "",
        "?",
        "??",
        "???",
        "unknown",
        "unk",
        "uk",
        "unnamed",
        "notknown",
        "nk",
        "na",
        "none",
        "nil",
        "tbc",
        "tba",
        "blank",
    }
    | {
        "notavailable",
        "notapplicable",
        "notgiven",
        "notstated",
        "notdisclosed",
        "notrecorded",
        "withheld",
        "anonymous",
        "x",
    }
    | {"xx", "xxx", "namenotknown", "nameunknown", "noname", "null", "nan"}
)

# Between slashes: forms of one forename that people use for one another. Spelling variants and short forms
# alike.
_FORMS_OF_ONE_NAME = """
abigail abby abbie gail / agnieszka aga / albert al bert albie /
alexander alex al sandy alec alasdair alistair / alexandra alex sandra lexi sandy / alfred alf alfie fred /
alice ally ali / amanda mandy / andrew andy drew / anthony antony tony ant / augustus gus augie /
barbara barb babs / barnaby barney / benjamin ben benny benji / bernard bernie / bridget bridie /
brian bryan / cameron cam / caroline carol carrie /
catherine katherine kathryn catharine cathy kathy kate katie cath kath / charles charlie chuck chas /
charlotte charlie lottie / christina tina chrissie christine chris / christopher chris kit topher /
clemency clem / cordelia delia / daniel dan danny / david dave davey davy / deborah debra debbie deb /
dennis denis den / dominic dom / donald don donnie / dorothy dot dottie dolly / ebenezer eben ben /
edward ed eddie ted teddy ned / eleanor ellie nell nellie elly /
elizabeth elisabeth liz lizzie beth betty eliza libby lisa / emily em emmy / ernest ernie /
florence flo florrie / francis frank frankie fran / frances fran frankie / frederick fred freddie freddy /
gabriel gabe / geoffrey jeffrey geoff jeff / george georgie / gerald gerry jerry gerard /
gillian gill jill / graham graeme / gregory greg / harold harry hal / harriet hattie / helen nell ellen /
henrietta etta hettie / henry harry hal hank / horatio horace / hugh hughie / ignatius iggy /
isabel isabella isobel bella izzy / jacob jake / jacqueline jackie jacqui / james jim jimmy jamie jimmie /
janet jan / jasper jas / jemima jem mima / jennifer jen jenny jennie / jessica jess jessie /
joanna joanne jo / john johnny jack jon / jonathan jonathon jon jonny johnny / joseph joe joey jo /
josephine jo josie / joshua josh / judith judy jude / katarzyna kasia / kenneth ken kenny / kevin kev /
krzysztof kris / kwabena kwabs / lawrence laurence larry laurie lol / leonard len lenny leo /
leslie lesley les / lewis louis lou / lucius lou / malcolm malc /
margaret maggie meg peggy peg marge madge rita greta / marigold mari / mateusz matt mati /
matthew mathew matt matty / maureen mo / maxwell maximilian max / michael mick mike micky mikey micheal /
mohammed muhammad mohammad mohamed muhammed mohamad mohd md mo / montague monty / mortimer mort morty /
nathaniel nathan nat nate / nicholas nicolas nick nicky nicholaus / nicola nicky nikki / norman norm /
obadiah obie / oliver ollie olly / ottoline ottie / pamela pam / patricia pat tricia trish patsy /
patrick pat paddy rick / percival percy / perpetua pet / peter pete / philip phillip phil pip /
philippa phillipa pippa pip / rachel rachael rach / raymond ray / rebecca becky becca bex /
reginald reg reggie / richard rich dick rick ricky richie rik / robert rob bob bobby robbie bert /
roderick rod rory / ronald ron ronnie / rosamund ros rosie / rosemary rosie rose / rufus rufe /
russell russ / samantha sam sammy / samuel sam sammy / sarah sara sally sadie / sean shaun shawn shane /
septimus sep / silas si / simon si / stephanie steph / stephen steven steve stevie ste / stanley stan /
stuart stewart stu / susan sue suzie susie susanne suzanne / tabitha tabby / terence terrence terry tel /
thaddeus thad tad / theodore theo ted teddy / theresa teresa tess terry / thomas tom tommy /
timothy tim timmy / tobias toby / tomasz tomek / valerie val / victoria vicky vikki tori /
vincent vince vinny / walter walt wally / wilkins wilkie / william will bill billy willie liam wills /
winifred win winnie freda / yusuf yousef yousuf youssef joseph / zachary zac zach zak zack / zebedee zeb /
zuleika zuly
"""


def _forms_by_name() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, forms in enumerate(_FORMS_OF_ONE_NAME.split("/")):
        for form in forms.split():
            found.setdefault(form, set()).add(number)
    return {form: frozenset(numbers) for form, numbers in found.items()}


_FORMS = _forms_by_name()


class NameOrder(StrEnum):
    """Which name comes first where neither a comma nor capitals say so."""

    FORENAME_FIRST = "forename_first"
    SURNAME_FIRST = "surname_first"


@dataclass(frozen=True, slots=True)
class PersonName:
    """One person's name as written, taken apart.

    `surname` or `forenames` is None where it was not given. `aliases` are the other names in the order met,
    each a single word ("Tariq") or a whole name. `abbreviated` says that a forename is only a beginning
    ("Kwa.", "J"), `lost_letters` that a letter was lost in the file.
    """

    surname: str | None
    forenames: str | None
    aliases: tuple[str, ...] = ()

    @property
    def abbreviated(self) -> bool:
        first = (self.forenames or "").split()[:1]
        return bool(first) and (first[0].endswith(".") or len(fold(first[0])) == 1)

    @property
    def lost_letters(self) -> bool:
        return any(has_lost_letter(part) for part in (self.surname, self.forenames, *self.aliases) if part)

    @property
    def complete(self) -> bool:
        """True when there is both a surname and a forename."""
        return bool(self.surname and self.forenames)

    def __str__(self) -> str:
        return " ".join(part for part in (self.forenames, self.surname) if part)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower-case letters only, accents and punctuation gone, lost letters as `?`: "O’Clutterbuck" is
    "oclutterbuck".
    """
    if text.isascii():
        return _NOT_LETTER.sub("", text.lower())
    apart = unicodedata.normalize("NFKD", text).lower().translate(_WHOLE_LETTERS).translate(_NO_APOSTROPHES)
    # Lower-casing can put letters together again, such as the dotted capital I of Turkish.
    apart = unicodedata.normalize("NFKD", apart).lower()
    # Letters of other alphabets are kept: a name in Arabic or Cyrillic letters is a name.
    return "".join(letter for letter in apart if letter.isalpha() or letter == LOST)


def fold_words(text: str) -> tuple[str, ...]:
    """The folded words of a text, empty ones left out; a hyphen joins, a space parts."""
    return tuple(word for word in map(fold, text.split()) if word)


def has_lost_letter(text: str) -> bool:
    """True when a letter inside a word was lost: U+FFFD anywhere, or `?` beside a letter."""
    return bool(_LOST_LETTER.search(text))


def repaired(text: str) -> str | None:
    """The text meant where UTF-8 was once read as Windows-1252 ("SeÃ¡n" was "Seán"), or None when nothing is
    garbled.
    """
    if text.isascii():
        return None
    try:
        meant = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
    return meant if meant != text else None


def is_no_name(text: str) -> bool:
    """True for an empty cell and for words that stand for "no name": "unknown", "N/K", "-"."""
    return fold(text) in NO_NAME


def forms_of_one_name(one: str, other: str) -> bool:
    """True when two folded forenames are short forms or spellings of one name: "tobias" and "toby"."""
    return bool(_FORMS.get(one, frozenset()) & _FORMS.get(other, frozenset()))


@lru_cache(maxsize=65536)
def other_forms(word: str) -> frozenset[str]:
    """Every form of the name that a folded forename may stand for, itself left out."""
    lines = _FORMS.get(word, frozenset())
    return frozenset(form for form, numbers in _FORMS.items() if numbers & lines) - {word}


def tidy_case(text: str) -> str:
    """A name typed in capitals as it is usually written: "NÍ BHROLLACHÁIN" is "Ní Bhrollacháin". Mixed case
    is left.
    """
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) < 2 or not all(letter.isupper() for letter in letters):
        return text
    parts = re.split(rf"([\s\-{_APOSTROPHES}.]+)", text)
    out = "".join(part.capitalize() for part in parts)
    out = re.sub(rf"(?<=[{_APOSTROPHES}])S\b", "s", out)
    return re.sub(r"\bMc([a-z])", lambda found: "Mc" + found[1].upper(), out)


_AKA = (
    r"(?:a\.?\s?k\.?\s?a\.?|also\s+known\s+as|alias(?:es)?|known\s+as|goes\s+by|n[ée]e|formerly|previously)"
)
_AKA_SPLIT = re.compile(rf"(?:^|[\s,;/]){_AKA}(?=[\s:,]|$)[\s:,]*", re.IGNORECASE)
_BRACKETED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|[\"“]([^\"“”]*)[\"”]")
_ALIAS_SPLIT = re.compile(rf"[,;/|]|\band\b|\bor\b|\s{_AKA}\s", re.IGNORECASE)


def split_aliases(text: str) -> tuple[str, ...]:
    """The names of an alias cell: "aka Tariq / Jas" is ("Tariq", "Jas"). Words for "no name" are left out."""
    text = _AKA_SPLIT.sub(" ", f" {text}")
    found = (tidy_case(part.strip(" .:-")) for part in _ALIAS_SPLIT.split(text))
    return tuple(dict.fromkeys(part for part in found if not is_no_name(part)))


def _take_aliases_out(text: str) -> tuple[str, tuple[str, ...]]:
    aliases: list[str] = []

    def bracket(found: re.Match[str]) -> str:
        aliases.extend(split_aliases(next(group for group in found.groups() if group is not None)))
        return " "

    text = _BRACKETED.sub(bracket, text)
    rest, *spoken = _AKA_SPLIT.split(text)
    for part in spoken:
        aliases.extend(split_aliases(part))
    return rest.strip(" ,;:-/"), tuple(aliases)


def _without_titles(words: list[str]) -> list[str]:
    while len(words) > 1 and fold(words[0]) in TITLES:
        words = words[1:]
    while len(words) > 2 and fold(words[-1]) in SUFFIXES:
        words = words[:-1]
    return words


def _in_capitals(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)


def _surname_words_at_start(words: list[str]) -> int:
    count = 1
    while count < len(words) - 1 and fold(words[count - 1]) in PARTICLES:
        count += 1
    return count


def _surname_words_at_end(words: list[str]) -> int:
    count = 1
    while count < len(words) - 1 and fold(words[-count - 1]) in PARTICLES:
        count += 1
    return count


def _part(words: list[str] | str | None) -> str | None:
    text = " ".join(words) if isinstance(words, list) else (words or "").strip(" ,;")
    return None if is_no_name(text) else tidy_case(text)


def read_full_name(text: str, order: NameOrder = NameOrder.FORENAME_FIRST) -> PersonName:
    """Take a name in one cell apart.

    Reads "Forename Surname", "Surname, Forename", "SURNAME Forename" and "Forename SURNAME", with titles,
    particles and aliases in brackets, in quotation marks or after "aka". `order` decides only where the
    writing does not.
    """
    rest, aliases = _take_aliases_out(text)
    before, comma, after = rest.partition(",")
    if comma and not is_no_name(before) and not is_no_name(after):
        return _whole(_part(_without_titles(before.split())), _part(_without_titles(after.split())), aliases)
    words = _without_titles(_WORD.findall(rest))
    if not words or is_no_name(rest):
        return _whole(None, None, aliases)
    if len(words) == 1:
        return _whole(None, _part(words), aliases)
    capitals = [_in_capitals(word) for word in words]
    if any(capitals):
        capitals = [high or fold(word) in PARTICLES for high, word in zip(capitals, words, strict=True)]
    if capitals[0] and not capitals[-1]:
        cut = capitals.index(False)
        return _whole(_part(words[:cut]), _part(words[cut:]), aliases)
    if capitals[-1] and not capitals[0]:
        cut = len(words) - capitals[::-1].index(False)
        return _whole(_part(words[cut:]), _part(words[:cut]), aliases)
    if order is NameOrder.SURNAME_FIRST:
        cut = _surname_words_at_start(words)
        return _whole(_part(words[:cut]), _part(words[cut:]), aliases)
    cut = len(words) - _surname_words_at_end(words)
    return _whole(_part(words[cut:]), _part(words[:cut]), aliases)


def read_name_parts(surname: str, forenames: str, alias: str = "") -> PersonName:
    """A name whose surname, forenames and alias stand in cells of their own; any may be empty."""
    surname, from_surname = _take_aliases_out(surname)
    forenames, from_forenames = _take_aliases_out(forenames)
    given = _without_titles(forenames.split())
    return _whole(_part(surname), _part(given), (*from_surname, *from_forenames, *split_aliases(alias)))


def _whole(surname: str | None, forenames: str | None, aliases: tuple[str, ...]) -> PersonName:
    own = {fold(part) for part in (surname, forenames, f"{forenames}{surname}") if part}
    others = {fold(alias): alias for alias in reversed(aliases) if fold(alias) not in own}
    return PersonName(surname, forenames, tuple(reversed(others.values())))


def usual_order(names: Iterable[str], default: NameOrder) -> NameOrder:
    """Judge from names of one column written alike which part comes first; `default` where they do not tell.

    Forenames of the table, and beginnings that only surnames have (O', Mac, a particle, a hyphen), are
    counted at either end. One "Alexander Harry" must not turn a whole column, so the count has to lead by
    more than a quarter of the names.
    """
    lead = told = 0
    for name in names:
        words = _without_titles(_WORD.findall(_take_aliases_out(name)[0]))
        if len(words) < 2 or "," in name:
            continue
        told += 1
        first, last = words[0], words[-1]
        lead += _looks_like_surname(first) - _looks_like_surname(last)
        lead += (fold(last) in _FORMS) - (fold(first) in _FORMS)
    if abs(lead) * 4 <= told:
        return default
    return NameOrder.SURNAME_FIRST if lead > 0 else NameOrder.FORENAME_FIRST


def all_capitals(name: str) -> bool:
    """True when a name has no small letter: in lists this usually means that the surname comes first."""
    return name.upper() == name


def _looks_like_surname(word: str) -> int:
    folded = fold(word)
    apostrophe = len(word) > 2 and word[1] in _APOSTROPHES
    return int(apostrophe or folded in PARTICLES or folded.startswith(("mac", "mc")) or "-" in word)
