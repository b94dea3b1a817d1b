"""What reaches him is read for what could lead to somebody (S-07, S-10): names, addresses and numbers, words of hers.

It cannot know what somebody has in mind. It finds what a person in a hurry copies: a name, a number, a sentence of an
item. What it finds stops the letter. Nothing of what is sealed is asked for it: whatever looks like an address or a number
is refused, whosever it is, so that no answer tells a right guess from a wrong one (S-06).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable
from uuid import UUID

from django.utils import timezone

from drive.access.refusal import Refusal
from drive.access.scopes import Side
from drive.advocacy.models import ClientProfile
from drive.casework.models import LinkedPerson
from drive.people.profiles import fold

from .models import FROM_CLIENT, CaseLink, RiskItem

LATELY = datetime.timedelta(days=180)
"""How far back items from the IDVA's side are compared."""

RUN = 5
"""So many words in a row, the same as in an item, are a quotation."""

_HER_SUPPORT = re.compile(r"\b(idva|domestic (abuse|violence) (advocate|advisor|adviser|service))\b")
_NAME = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[a-z0-9]+")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_HARMLESS = re.compile(
    rf"""\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b\.?(?:,?\s+(?:19|20)\d\d\b)?   # 12 June, 12th of June 2026
    | \b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+(?:19|20)\d\d\b)?                    # June 12th, 2026
    | \b\d{{1,2}}([./-])\d{{1,2}}\1(?:(?:19|20)\d\d|\d\d)\b                                # 12/06/2026, 12.6.26
    | \b(?:19|20)\d\d-\d\d-\d\d\b                                                         # 2026-06-12
    | \b(?:[01]?\d|2[0-3])[.:][0-5]\d\s*(?:[ap]\.?m\b)?                                  # 10.30, 14:00, 9.15 am
    | \b(?:1[0-2]|0?\d)\s*[ap]\.?m\b                                                     # 2 pm
    | £\s?\d[\d,]*(?:\.\d\d)?                                                             # £1,200.50
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Dates, times and prices: they may be said, and must not make a number of what stands beside them."""

_NUMBER = re.compile(r"\d(?:[\s().+-]*\d){6,}")
"""Seven digits or more, however they are grouped; the shortest number that is rung in full."""
_EMAIL = re.compile(r"\S@\S")
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s*\d[abd-hjlnp-uw-z]{2}\b", re.IGNORECASE)
_STREETS = "street|road|lane|avenue|crescent|terrace|mews|grove|gardens"
_HOUSE = re.compile(
    rf"""\b\d{{1,4}}[a-z]?,?\s+(?:[^\W\d_][\w’'.-]*\s+){{1,3}}
        (?:(?:{_STREETS})\b|(?:st|rd|ave?)\b(?=\.?\s*(?:[,;]|$)))                           # 14 canary mews, 3 High St
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NAMED_PLACE = re.compile(
    rf"""\b\d{{1,4}}[a-z]?,?\s+(?!(?:Crown|County|Family|High|Youth|Magistrates[’']?)\s+Court)(?:[A-Z][\w’'.-]*\s+){{1,3}}  # 9 Brewers Yard
        (?:Close|Drive|Court|Way|Place|Park|Hill|Green|Row|Square|House|Walk|Rise|View|Yard|Flats?)\b
    | \b(?!(?:The|This|That|Your|My|Our|His|A|Every|Each|Any|At|In|On|By|Near)\s)[A-Z][\w’'.-]*\s+  # Mill Lane, St Anne’s School
        (?:{"|".join(each.capitalize() for each in _STREETS.split("|"))}
          |(?:Primary|Infants?|Junior|Nursery|Secondary|High)\s+(?:School|Academy)|School|Academy|Nursery|Pre-?school|Playgroup|Refuge)\b
    """,
    re.VERBOSE,
)
"""Streets, children's places and refuges by name, as a name is written: lower case, these are words like others."""


def check_what_reaches_him(case_id: UUID, words: str, *, field: str, side: Side = Side.SERVICE_USER) -> None:
    """Raise `Refusal` (S-07, S-10) when words that would reach him could lead to a linked person.

    It says which of his worker's own words stand in the way, and that addresses and numbers are left out, whosever
    they are. Of what the client's `side` writes, its own client's name is looked for and nobody else's (S-04). Whoever
    calls it records the refusal (`note_clash`), outside the transaction that it undoes.
    """
    said = fold(words)
    if not said:
        return
    if found := _HER_SUPPORT.search(said):
        raise _refused(f"“{found[0]}”: he is told nothing of anybody’s support.", field, rule="S-10")
    if name := _part_in(_linked_names(case_id, side), words):
        raise _refused(f"“{name}” is the name of a linked person.", field)
    if quoted := _quotation(case_id, said):
        raise _refused(f"“{quoted}” stands in what came from the client’s side.", field)
    if looks_like_an_address(words):
        raise _refused(
            "Leave addresses and numbers out, whosever they are, and the names of schools and streets.", field
        )


def names_somebody_else(link: CaseLink, words: str, side: Side) -> str:
    """The name, or a part of it, of a person linked to the case whom this link is not about; empty where there is none.

    Asks what the case manager's side knows; on the other `side` nobody else is known of (S-04).
    """
    if side is not Side.SERVICE_USER or not words.strip():
        return ""
    people = LinkedPerson.objects.filter(case_id=link.su_case_id).values_list("link_id", "name_as_referred")
    own = {fold(part) for key, name in people if key == link.first_of_thread for part in _NAME.findall(name)}
    others = [name for key, name in people if key != link.first_of_thread]
    return _part_in(others, words, but=own)


def check_names_nobody_else(link: CaseLink, *, side: Side, **said: str) -> None:
    """Raise `Refusal` (S-04) when what goes to the client's side of one link names the client of another. `said` is what
    was written, by the field it was written in. Whatever the case manager's side writes on a link comes by here, but for
    a message in an emergency, which waits for nothing (S-31).
    """
    if not names_somebody_else(link, "\n".join(said.values()), side):
        return
    for field, words in said.items():
        if name := names_somebody_else(link, words, side):
            raise Refusal(
                f"“{name}” is the name of somebody else who is linked to this case.",
                why="Each client’s worker hears of their own client alone: say it without, or to each on their own.",
                rule="S-04",
                field=field,
            )


def _refused(what: str, field: str, *, rule: str = "S-07") -> Refusal:
    return Refusal(
        f"This cannot go to him. {what}",
        why="Say it without, or rest it on another source.",
        rule=rule,
        field=field,
    )


def _linked_names(case_id: UUID, side: Side) -> list[str]:
    """Of every linked person as referred; on the client's side of the reader's own client."""
    if side is Side.SERVICE_USER:
        people = LinkedPerson.objects.filter(case_id=case_id)
        return list(people.values_list("name_as_referred", flat=True))
    records = CaseLink.objects.filter(su_case_id=case_id).values_list("vs_record_id", flat=True)
    return [profile.full_name for profile in ClientProfile.objects.filter(record_id__in=list(records))]


def _part_in(names: Iterable[str], words: str, *, but: Collection[str] = ()) -> str:
    """The first name, or part of one, that stands in the words."""
    spoken = set(_WORD.findall(fold(words)))
    as_written = set(words.replace("’", " ").split())
    for name in names:
        parts: list[str] = _NAME.findall(name)
        for part in parts:
            if fold(part) in but:
                continue
            # A short name may be a word as well (Will, May): then only as a name is written.
            if fold(part) in spoken if len(part) > 4 else len(part) > 1 and part in as_written:
                return part
    return ""


def _quotation(case_id: UUID, said: str) -> str:
    """A run of words that stands in a recent item from the client or her IDVA."""
    mine = _runs(_WORD.findall(said))
    since = timezone.now() - LATELY
    items = RiskItem.objects.filter(FROM_CLIENT, su_case_id=case_id, recorded_at__gt=since).order_by(
        "-recorded_at"
    )
    for text in items.values_list("text", flat=True)[:200]:
        theirs = _WORD.findall(fold(text))
        if found := mine & _runs(theirs):
            return min(found)
    return ""


def _runs(words: list[str]) -> set[str]:
    return {" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


def looks_like_an_address(words: str) -> bool:
    """Whether some of it has the shape of an address, a number, an email or a child's place. Asks nobody whose it is.

    Dates, times, prices and short numbers (a bus, a room, a count) do not.
    """
    rest = _HARMLESS.sub(" — ", words)
    return any(shape.search(rest) is not None for shape in (_EMAIL, _NUMBER, _POSTCODE, _HOUSE, _NAMED_PLACE))
