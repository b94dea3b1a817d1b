"""Which lines speak of the same person, and the key that says so.

The keys are made from what the lines say, so that the same list gives the same keys in every run and in any
order of its lines. A key holds no name: it is a digest under a secret of the installation, and one person has
different keys in the two roles, so that no list can show that a service user is somewhere else a
victim/survivor (S-33).
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations

from drive.people.matching import Band, Evidence, Judgement, PeopleIndex, Profile, compare
from drive.people.names import fold
from drive.referrals.lists.headings import Role

KEY_LENGTH = 32


def digest(secret: bytes, *parts: str) -> str:
    """A keyed digest of texts, in 32 hexadecimal figures; the parts cannot run into one another."""
    message = "\x1f".join(parts).encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:KEY_LENGTH]


class People:
    """The people of one role in one list: clusters of what its lines say.

    Clusters grow from the best pairs down and never join two who contradict each other (another birth date,
    another forename), so that a line without a birth date cannot make one man of a father and his son. Where
    such a line fits two of them equally well it stays alone.
    """

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        counts = Counter(evidence)
        # Sorted by content: the order of the lines must not decide anything.
        self._items = sorted(counts, key=repr)
        self._counts = [counts[item] for item in self._items]
        self._place = {item: place for place, item in enumerate(self._items)}
        self._like = self._find()
        self._cluster = self._join()
        self._members: dict[int, list[int]] = defaultdict(list)
        for place, cluster in enumerate(self._cluster):
            self._members[cluster].append(place)

    def _find(self) -> list[dict[int, Judgement]]:
        index: PeopleIndex[int] = PeopleIndex()
        for place, item in enumerate(self._items):
            index.add(place, item)
        return [
            {other: judgement for other, judgement in index.like(item) if other != place}
            for place, item in enumerate(self._items)
        ]

    def _join(self) -> list[int]:
        pairs = [
            (-judgement.score, place, other)
            for place, like in enumerate(self._like)
            for other, judgement in like.items()
            if place < other and judgement.band is Band.SAME
        ]
        torn = {place for place in range(len(self._items)) if self._torn(place)}
        cluster = list(range(len(self._items)))
        members = {place: [place] for place in cluster}
        for _, place, other in sorted(pairs):
            if (place in torn and self._dated(other)) or (other in torn and self._dated(place)):
                continue
            one, two = sorted((cluster[place], cluster[other]))
            if one == two or self._opposed(members[one], members[two]):
                continue
            for moved in members[two]:
                cluster[moved] = one
            members[one] += members.pop(two)
        return cluster

    def _dated(self, place: int) -> bool:
        born = self._items[place].profile.born
        return born is not None and born.exact

    def _torn(self, place: int) -> bool:
        """An undated line that fits equally well two people who cannot be one."""
        if self._dated(place):
            return False
        same = {
            other: judgement.score
            for other, judgement in self._like[place].items()
            if judgement.band is Band.SAME and self._dated(other)
        }
        best = [other for other, score in same.items() if score == max(same.values())]
        return any(self._opposed([one], [other]) for one, other in combinations(best, 2))

    def _opposed(self, ones: Sequence[int], others: Sequence[int]) -> bool:
        return any(compare(self._items[one], self._items[other]).opposed for one in ones for other in others)

    def cluster(self, evidence: Evidence) -> int:
        """The number of the cluster of one line; equal numbers are one person."""
        return self._cluster[self._place[evidence]]

    def like(self, evidence: Evidence) -> list[tuple[int, Judgement]]:
        """Clusters that are or may be the person of this line, with the best judgement of each."""
        place = self._place[evidence]
        own = self._cluster[place]
        best: dict[int, Judgement] = {}
        for other, judgement in self._like[place].items():
            cluster = self._cluster[other]
            if cluster not in best or judgement.score > best[cluster].score:
                best[cluster] = judgement
        if own not in best and len(self._members[own]) > 1:
            best[own] = Judgement(
                0, Band.SAME, ("the same person through other lines of this list",), (), opposed=False
            )
        return sorted(best.items(), key=lambda item: (-item[1].score, item[0]))

    def members(self, cluster: int) -> list[Evidence]:
        """What the lines of one cluster say, each different saying once."""
        return [self._items[place] for place in self._members[cluster]]

    def clusters(self) -> Iterable[int]:
        return self._members

    def keys(
        self, role: Role, secret: bytes, known: Mapping[int, str], taken: AbstractSet[str]
    ) -> dict[int, str]:
        """The key of every cluster: that of the known person it is (`known`), else one made from what its
        lines say.

        `taken` are keys of known people that no cluster judged another person may share.
        """
        own = {
            cluster: self._said(places) for cluster, places in self._members.items() if cluster not in known
        }
        shared = Counter(own.values())
        keys = dict(known)
        for cluster, said in own.items():
            key = digest(secret, role, *said)
            if shared[said] > 1 or key in taken:
                # Two people who say the same of themselves are told apart by all that is said of them.
                key = digest(secret, role, *said, repr(self._items[min(self._members[cluster])]))
            keys[cluster] = key
        return keys

    def _said(self, places: Sequence[int]) -> tuple[str, ...]:
        """What the key of these lines is made of: name and birth date as most of them have it, or for want of
        a birth date the name of the other person. Short and misspelt names come to the same where they can,
        so that next month's list gives the same key even to a site that holds nothing yet.
        """
        names: Counter[tuple[str, str]] = Counter()
        days: Counter[str] = Counter()
        others: Counter[tuple[str, str]] = Counter()
        for place in places:
            item, count = self._items[place], self._counts[place]
            names[_outline(item.profile)] += count
            if self._dated(place) and item.profile.born:
                days[str(item.profile.born.earliest)] += count
            others.update({_outline(other): count for other in item.named_with})
        name = _most(names) or ("", "")
        day = _most(days)
        return (*name, day) if day else (*name, "", *(_most(others) or ("", "")))


def _most[Item: (str, tuple[str, str])](counted: Counter[Item]) -> Item | None:
    """The item met most often, of equals the first in order; None of nothing."""
    return min(counted, key=lambda item: (-counted[item], item), default=None)


def _outline(profile: Profile) -> tuple[str, str]:
    """A name without what slips change: which letters the surname has, and how the forename begins."""
    first = (profile.name.forenames or "").split()[:1]
    letters = fold(profile.name.surname or "")
    return letters[:1] + "".join(sorted(set(letters))), fold(first[0])[:3] if first else ""


def key_of(role: Role, profile: Profile, named_with: Sequence[Profile], secret: bytes) -> str:
    """The key of a person known from one profile alone, the same that a list of this one line would give."""
    evidence = Evidence(profile, tuple(named_with))
    people = People([evidence])
    return people.keys(role, secret, {}, frozenset())[people.cluster(evidence)]
