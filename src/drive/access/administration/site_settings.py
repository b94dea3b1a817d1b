"""The settings of a site that can be changed here (C ids; where the handbook asks for a setting and gives it no C id, the
id of the rule, and where it asks the site without any id, the decision in docs/adr): their values, what they mean, what follows them.

A setting is stored as JSON in `SiteSetting.value`: a code for a choice, a truth for a yes or no, an object of whole
numbers otherwise. `followed_by` says honestly which part of Drive reads it. Defaults are the handbook's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drive.access.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Number:
    """One whole number of a setting, with its unit and the limits within which it means anything."""

    name: str
    label: str
    least: int
    most: int
    only: tuple[int, ...] = ()
    """Where not every number between them means something: those that do."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: a choice (`choices`) or numbers (`numbers`), which rise unless they measure different things."""

    code: str
    label: str
    default: Any
    followed_by: str
    choices: tuple[tuple[str, str], ...] = ()
    numbers: tuple[Number, ...] = field(default=())
    rising: bool = True

    def words(self, value: Any) -> str:
        """A stored value in words."""
        if self.choices:
            stored = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
            return dict(self.choices).get(str(stored), str(stored))
        given = value if isinstance(value, Mapping) else {}
        return "; ".join(f"{n.label}: {given.get(n.name, 'not said')}" for n in self.numbers)

    def checked(self, value: Any) -> Any:
        """`value` as it is stored. Raises `Refusal` for a choice that is none, or numbers out of limits or order."""
        if self.choices:
            if value not in dict(self.choices):
                raise Refusal("Choose one of the answers.", field="value")
            return value == "yes" if isinstance(self.default, bool) else value
        last = None
        for number in self.numbers:
            given = value[number.name]
            if not number.least <= given <= number.most:
                raise Refusal(f"Give a number from {number.least} to {number.most}.", field=number.name)
            if number.only and given not in number.only:
                raise Refusal(f"Give one of {', '.join(map(str, number.only))}.", field=number.name)
            if self.rising and last is not None and given < last:
                raise Refusal("This must not be less than the number before it.", field=number.name)
            last = given
        return {number.name: int(value[number.name]) for number in self.numbers}


_YES_NO = (("yes", "Yes"), ("no", "No"))

SETTINGS: dict[str, Setting] = {
    setting.code: setting
    for setting in (
        Setting(
            "C-01", "Decision route", "panel",
            "Referrals: with MARAC only, an eligible referral goes to allocation without a panel.",
            choices=(("panel", "Panel decides"), ("marac_only", "MARAC only")),
        ),
        Setting(
            "C-05", "Length of a case", {"earliest": 3, "planned": 12},
            "Closing: the earliest closure and the planned end. A case keeps the rule it began under.",
            numbers=(
                Number("earliest", "Earliest closure, months", 0, 60), Number("planned", "Planned end, months", 1, 60),
            ),
        ),
        Setting(
            "C-08", "Timetable of the case’s forms", {"every": 3, "dash_weeks": 2, "dash_mid": 6},
            "The case manager’s desk: when severity, needs and Drive DASH are due. The forms of closing are always due at closing.",
            numbers=(
                Number("every", "Severity and needs after the intake every 3, 6 or 9 months", 3, 9, only=(3, 6, 9)),
                Number("dash_weeks", "First Drive DASH after how many weeks", 1, 8),
                Number("dash_mid", "Middle Drive DASH after how many months", 5, 6),
            ),
            rising=False,
        ),
        Setting(
            "C-12", "IDVA pattern", "contacts",
            "Whom a case manager is told to ring first. Who holds, covers or is a named contact is said client by client.",
            choices=(
                ("contacts", "Two or more named contacts, each directly"), ("lead_holds", "One lead holds the clients"),
                ("lead_allocates", "One lead gives clients to the others"), ("team", "The whole team"),
                ("relay", "One holds; other IDVAs speak through her"),
            ),
        ),
        Setting(
            "C-13", "Caseload per case manager", {"warning": 20, "alert": 25},
            "Allocation: from these loads on it warns, then warns strongly.",
            numbers=(Number("warning", "Warn from, cases", 1, 200), Number("alert", "Warn strongly from, cases", 1, 200)),
        ),
        Setting(
            "C-15", "Longest gap between joint case reviews", {"usual": 28, "hard": 42},
            "Joint reviews: after the usual gap a case is drawn as long unreviewed, after the hard one both managers see it.",
            numbers=(Number("usual", "Usual, days", 1, 365), Number("hard", "At most, days", 1, 365)),
        ),
        Setting(
            "S-02", "Unread stop concerns, urgent items and check-ins", {"concern": 1, "item": 4, "bulletin": 24},
            "The bridge: after these hours what nobody of the other side has read goes to the managers of both sides.",
            numbers=(
                Number("concern", "Stop concern, hours", 1, 72), Number("item", "Urgent item, hours", 1, 168),
                Number("bulletin", "What a check-in told, hours", 1, 168),
            ),
        ),
        Setting(
            "C-18", "Service user told about IDVA support", False,
            "Yes is flagged on each case, where it still takes both workers (S-10). Drive never tells or prints it for a service user.",
            choices=_YES_NO,
        ),
        Setting(
            "C-24", "Looking again after closing", {"first": 3, "second": 6, "third": 12},
            "Closing: the days on which somebody looks again at a case that closes from then on.",
            numbers=(
                Number("first", "First, months after closing", 1, 24), Number("second", "Second, months", 1, 24),
                Number("third", "Third, months", 1, 36),
            ),
        ),
        Setting(
            "S-35", "Emergency reading reviewed within", {"working_days": 2},
            "Emergency reading: a reading not reviewed by its manager within these days is put to the governance lead.",
            numbers=(Number("working_days", "Working days", 1, 10),),
        ),
        Setting(
            "ADR-16", "How long a closed record is kept", {},
            "Retention: a record closed for longer can be erased, by two people. Where nothing is said, nothing is ever past its time.",
            numbers=(
                Number("su", "Service user’s case, months after it closed", 1, 1200),
                Number("vs", "Client’s record, months after the exit", 1, 1200),
            ),
            rising=False,
        ),
    )
}  # fmt: skip
