"""Misprints and contradictions of the published reports, stated in every report and never fitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Erratum:
    """A known misprint: the report and exhibit, what is wrong, and what this library does about it."""

    id: str
    report: str
    exhibit: str
    problem: str
    handling: str


ERRATA: tuple[Erratum, ...] = (
    Erratum(
        "E-Y1-01",
        "year1",
        "Cohort table",
        "Age and gender of the cohort lost their columns in print.",
        "The site tables decide; overall cells are not pinned.",
    ),
    Erratum(
        "E-Y1-02",
        "year1",
        "Cohort table",
        "Women among Drive victims/survivors: 96.0 % printed, 188 of 198 is 94.9 %.",
        "94.9 % computed.",
    ),
    Erratum("E-Y1-03", "year1", "Appendix 2 Table 1", "4 of 48 printed as 8.4 %.", "8.3 % computed."),
    Erratum(
        "E-Y1-05",
        "year1",
        "Table 3",
        "The heading says 48, every share uses the 39 with needs known.",
        "The base is the known cases.",
    ),
    Erratum("E-Y1-06", "year1", "Table 3", "1 of 5 printed as 10 %.", "20 % computed."),
    Erratum(
        "E-Y1-07",
        "year1",
        "Offences",
        "9 of 48 printed as 18.9 %, and 20 of 48 as 40 %.",
        "18.8 % and 41.7 % computed.",
    ),
    Erratum(
        "E-Y1-08",
        "year1",
        "Needs and offences",
        "p = .057 is called a finding; no table with its margins gives that p.",
        "The computed p is reported; p above .05 is no finding.",
    ),
    Erratum(
        "E-Y1-09",
        "year1",
        "Appendix 2 Table 2",
        "Housing need among the contacted is printed as its complement.",
        "14 (73.7 %) computed.",
    ),
    Erratum(
        "E-Y1-10",
        "year1",
        "Appendix 2 Table 2",
        "The housing comparison is not significant among known cases only.",
        "Both bases are reported.",
    ),
    Erratum(
        "E-Y1-11", "year1", "Appendix 2 Table 2", "Alcohol among the contacted printed as 97.", "7 computed."
    ),
    Erratum(
        "E-Y1-12",
        "year1",
        "Appendix 2 Table 2",
        "Chi-square 20.61 does not follow from 0 of 19 against 20 of 29.",
        "The computed 22.46 is reported.",
    ),
    Erratum("E-Y1-13", "year1", "SU Analysis 1", "12 of 35 printed as 34.36 %.", "34.3 % computed."),
    Erratum(
        "E-Y1-14",
        "year1",
        "SU Analysis 2",
        "Use is known for 35, severity for 34.",
        "Use and severity are kept apart, each with its n.",
    ),
    Erratum(
        "E-Y1-15", "year1", "Figure 2a", "Bars of the figure cannot be matched with certainty.", "Not pinned."
    ),
    Erratum(
        "E-Y1-16",
        "year1",
        "SU Analysis 2",
        "Seven increases are placed in three tables although a fourth has two.",
        "Counted over all four types.",
    ),
    Erratum(
        "E-Y1-20",
        "year1",
        "Case notes",
        "129 references are called a tenth although one code alone has 1,625.",
        "The base is stated with each result.",
    ),
    Erratum("E-Y2-01", "year2", "Appendix 2", "48 of 175 printed as 4.6 %.", "27.4 % computed."),
    Erratum(
        "E-Y2-02",
        "year2",
        "Sample",
        "Two closing cuts are printed.",
        "The dates of the flow diagram are used.",
    ),
    Erratum(
        "E-Y2-03",
        "year2",
        "Appendix 2",
        "210 of 662 printed as 32.7 %.",
        "31.7 % computed, 93.1 % for partners and ex-partners.",
    ),
    Erratum(
        "E-Y2-04",
        "year2",
        "V/S profile text",
        "The profile said to be of 212 equals the column of all 662.",
        "Each population is computed from its own rows.",
    ),
    Erratum(
        "E-Y2-06",
        "year2",
        "Police",
        "49 and 51 people, but n = 99 in the figures.",
        "n is printed per group and period.",
    ),
    Erratum(
        "E-Y2-08",
        "year2",
        "Table 2",
        "43 and 33 practitioners printed as 74 in all.",
        "People and interviews are counted apart.",
    ),
    Erratum(
        "E-Y2-09",
        "year2",
        "Behaviour change work",
        "34 cases are called 25 % in one place; it is 26 % of the contacted and 16 % of all.",
        "The base is always named.",
    ),
    Erratum(
        "E-Y2-10",
        "year2",
        "Engagement",
        "59 % and 64 % of 212 cannot be of 212.",
        "The base is the cases with the characteristic.",
    ),
    Erratum(
        "E-Y2-11",
        "year2",
        "Appendix 2",
        "Shares mix two bases, and some are off by about 0.1.",
        "One rule per table: valid n.",
    ),
    Erratum(
        "E-Y2-14",
        "year2",
        "Figures 7a, 7b",
        "Two figures share one caption.",
        "Captions come from the parameters.",
    ),
    Erratum(
        "E-Y2-16",
        "year2",
        "Appendix 3",
        "Text and chart disagree on who has more need.",
        "Computed; sentences follow the numbers.",
    ),
    Erratum(
        "E-Y2-17",
        "year2",
        "Appendix 3",
        "A share of need among the engaged is worded as a chance of engaging.",
        "Row and column shares are both given.",
    ),
    Erratum(
        "E-Y2-18",
        "year2",
        "LCA",
        "A class is described by a need that is not in the printed list.",
        "Physical health stays in the code list.",
    ),
    Erratum(
        "E-Y2-19",
        "year2",
        "Behaviour change work",
        "A significant chi-square is mentioned without table or n.",
        "Computed and printed in full.",
    ),
    Erratum(
        "E-Y2-20",
        "year2",
        "Length",
        "49 cases ran longer than 12 months, 18 have step-down recorded.",
        "Both are reported, with exceptions counted.",
    ),
    Erratum(
        "E-Y2-21",
        "year2",
        "Index V/S",
        "8 % of cases have several victims/survivors, yet 212 are analysed.",
        "The index link is an explicit rule.",
    ),
    Erratum(
        "E-Y2-26",
        "year2",
        "Year 1 comparators",
        "Year 1 comparators use another base than the Year 1 report.",
        "The base is stated.",
    ),
    Erratum(
        "E-Y2-27",
        "year2",
        "Figures 2, 3",
        "Captions say closure, the text says intake.",
        "The time point is a required parameter.",
    ),
    Erratum("E-Y2-30", "year2", "Appendix 2", "A cell is blank.", "0 computed."),
    Erratum(
        "E-Y2-31",
        "year2",
        "Figure 6",
        "A reduction of 58 % without formula or n.",
        "Relative change of counts is assumed.",
    ),
    Erratum(
        "E-CR-01",
        "croydon",
        "Throughput",
        "73 and 99 people, but 170 in all: two were removed later.",
        "Removal applies to perpetrators only; snapshots are frozen.",
    ),
    Erratum(
        "E-CR-02", "croydon", "Figure 1", "The base of the needs chart is not stated.", "The base is printed."
    ),
    Erratum("E-CR-03", "croydon", "Open cases", "Two definitions of open.", "Two measures, never mixed."),
    Erratum(
        "E-CR-04",
        "croydon",
        "Open cases",
        "69 + 99 − 68 is 100, printed 96.",
        "The reconciliation sheet shows the difference.",
    ),
    Erratum(
        "E-CR-05",
        "croydon",
        "Contact target",
        "About half, and 50 to 60 %.",
        "The band of the targets is printed beside the share.",
    ),
    Erratum(
        "E-CR-06",
        "croydon",
        "Interventions",
        "Interventions are tied to open cases in one place.",
        "All cases, by date in the period.",
    ),
    Erratum(
        "E-CR-07",
        "croydon",
        "Interventions",
        "52 % is called a share of cases.",
        "It is a share of interventions.",
    ),
    Erratum(
        "E-CR-08",
        "croydon",
        "Behaviour change",
        "Mean of five sessions without a base.",
        "Both bases are given.",
    ),
    Erratum(
        "E-CR-09",
        "croydon",
        "Closures",
        "Mean length without its start.",
        "Acceptance to closure by default, named in the result.",
    ),
    Erratum(
        "E-CR-14",
        "croydon",
        "Panel",
        "Ten hard to engage, nine brought back, of 17.",
        "Kind and reason are separate fields.",
    ),
    Erratum(
        "E-CR-15",
        "croydon",
        "Capacity",
        "Said to exceed 25; 96 among four is 24.",
        "The day and the peak are both shown.",
    ),
    Erratum(
        "E-CR-17",
        "croydon",
        "Cost",
        "An amount must be in another unit.",
        "Kept as printed, flagged, never summed.",
    ),
    Erratum(
        "E-CR-18", "croydon", "Fieldwork", "Six interviews in one place, five in another.", "One register."
    ),
    Erratum("E-CR-19", "croydon", "Target", "73 of 100 is called slightly below target.", "No adjectives."),
    Erratum(
        "E-CR-24",
        "croydon",
        "SOAG",
        "All types are said to have fallen, but one level of one type rose.",
        "Sentences name the level.",
    ),
)
"""Errata in the order of the reports."""

BASES: Mapping[str, str] = {
    "multi_agency_base=code": "Here: references under the code of multi-agency work.",
    "multi_agency_base=names_an_agency": "Here: references that name a partner agency.",
}
"""Note of a result of M-REFS → the base of ``percent_of_multi_agency`` in words."""


def errata_of(report: str, documents: Iterable[Mapping[str, Any]]) -> list[Erratum]:
    """The errata of a report, or of ``all``; E-Y1-20 with the base that ran in the results given."""
    notes = {note for document in documents if document["measure"] == "M-REFS" for note in document["notes"]}
    ran = [words for note, words in BASES.items() if note in notes]
    return [
        replace(erratum, handling=" ".join([erratum.handling, *ran])) if erratum.id == "E-Y1-20" else erratum
        for erratum in ERRATA
        if report in ("all", erratum.report)
    ]
