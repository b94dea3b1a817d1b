"""What reaches him is read for what could lead to somebody (S-07, S-10): names, addresses and numbers, words of hers.

It cannot know what somebody has in mind. It finds what a person in a hurry copies: a name, a number, a sentence of an
item. What it finds stops the letter; nothing of what is sealed is opened or said for it.
"""

from __future__ import annotations

import datetime
import re
from uuid import UUID

from django.db import connection
from django.utils import timezone

from drive.access.refusal import Refusal
from drive.access.sealing import lookup_digest
from drive.casework.models import LinkedPerson
from drive.people.channels import DIGEST_PURPOSE, folded_channel
from drive.people.profiles import fold

from .models import FROM_CLIENT, RiskItem

LATELY = datetime.timedelta(days=180)
"""How far back items from the IDVA's side are compared."""

RUN = 5
"""So many words in a row, the same as in an item, are a quotation."""

LONGEST = 12
"""Words of the longest address that is looked for."""

_HER_SUPPORT = re.compile(r"\b(idva|domestic (abuse|violence) (advocate|advisor|adviser|service))\b")
_NUMBER = re.compile(r"\+?\d[\d\s().-]{7,}\d")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.\w+")
_NAME = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[a-z0-9]+")


def check_what_reaches_him(case_id: UUID, words: str, *, field: str) -> None:
    """Raise `Refusal` (S-07, S-10) when words that would reach him could lead to a linked person.

    It says which of his worker's own words stand in the way; of what is sealed on the other side it says nothing but
    that addresses and numbers are to be left out.
    """
    said = fold(words)
    if not said:
        return
    if found := _HER_SUPPORT.search(said):
        raise _refused(f"“{found[0]}”: he is told nothing of anybody’s support.", field, rule="S-10")
    if name := _name_in(case_id, words):
        raise _refused(f"“{name}” is the name of a linked person.", field)
    if quoted := _quotation(case_id, said):
        raise _refused(f"“{quoted}” stands in what came from the client’s side.", field)
    if _leads_to_a_place(case_id, words):
        raise _refused("Leave addresses and numbers out.", field)


def _refused(what: str, field: str, *, rule: str = "S-07") -> Refusal:
    return Refusal(
        f"This cannot go to him. {what}",
        why="Say it without, or rest it on another source.",
        rule=rule,
        field=field,
    )


def _name_in(case_id: UUID, words: str) -> str:
    """A linked person's name, or a part of it, as referred."""
    spoken = set(_WORD.findall(fold(words)))
    as_written = set(words.replace("’", " ").split())
    for name in LinkedPerson.objects.filter(case_id=case_id).values_list("name_as_referred", flat=True):
        parts: list[str] = _NAME.findall(name)
        for part in parts:
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


def _leads_to_a_place(case_id: UUID, words: str) -> bool:
    """Whether a number, an email or any row of words is one that a linked client has or had. Asked by digests alone."""
    folded = {("phone", number) for number in _NUMBER.findall(words)}
    folded |= {("email", email) for email in _EMAIL.findall(words)}
    row = folded_channel("address", words).split()
    texts = {folded_channel(kind, value) for kind, value in folded}
    texts |= {
        " ".join(row[start : start + many])
        for start in range(len(row))
        for many in range(1, LONGEST + 1)
        if start + many <= len(row) and (many > 1 or any(c.isdigit() for c in row[start]))
    }
    digests = [lookup_digest(text, purpose=DIGEST_PURPOSE) for text in texts if len(text) > 4]
    with connection.cursor() as cursor:
        cursor.execute("select safety.leads_to_client(%s, %s)", [case_id, digests])
        (found,) = cursor.fetchone()
    return bool(found)
