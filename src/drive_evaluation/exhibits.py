"""Exhibits of the reports: which results make a figure with its table, and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from drive_evaluation.presentation import label

Shape = Literal["bars", "columns", "lines", "flow", "dual", "nested"]
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A figure beside its numbers: rows along ``axis``, one series per value of ``series``, heights from ``value``.

    ``where`` fixes dimensions, ``subgroups`` limits subgroups (default: all units). A ``dual`` exhibit reads one result
    whose ``value`` and ``second`` are both keyed by the axis, the second drawn as a line on its own scale; a ``nested``
    one draws its series as inner ring and its axis as outer ring.
    """

    name: str
    title: str
    measure: str
    sample: str
    axis: str
    value: str
    series: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    subgroups: tuple[str, ...] = ("all",)
    shape: Shape = "bars"
    unit: str = "percent"
    leave_out: tuple[str, ...] = ()
    second: str = ""
    second_unit: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """An exhibit with its numbers: categories, series and, for every bar, value, n and missing."""

    exhibit: Exhibit
    categories: tuple[str, ...]
    series: tuple[str, ...]
    values: Mapping[tuple[str, str], float | None]
    bases: Mapping[tuple[str, str], tuple[int | None, int | None]]


def at(document: Document, path: str) -> Any:
    """A value of a result by its path below ``values``; None where there is none."""
    value: Any = document["values"]
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def chart(exhibit: Exhibit, documents: Sequence[Document]) -> Chart | None:
    """Collect the numbers of an exhibit; None where the package gave none."""
    if exhibit.shape == "dual":
        return _dual(exhibit, documents)
    fixed = dict(exhibit.where)
    wanted = set(fixed) | {exhibit.axis} | ({exhibit.series} if exhibit.series else set())
    wanted.discard("subgroup")
    categories: dict[str, None] = {}
    series: dict[str, None] = {}
    values: dict[tuple[str, str], float | None] = {}
    bases: dict[tuple[str, str], tuple[int | None, int | None]] = {}
    for document in documents:
        dimensions = document["dimensions"]
        if (
            document["measure"] != exhibit.measure
            or document["population"].split(".", 1)[1] != exhibit.sample
            or document["subgroup"] not in exhibit.subgroups
            or set(dimensions) != wanted
            or any(dimensions[key] != value for key, value in fixed.items())
        ):
            continue
        category = document["subgroup"] if exhibit.axis == "subgroup" else dimensions[exhibit.axis]
        if category in exhibit.leave_out:
            continue
        name = (
            ""
            if not exhibit.series
            else (document["subgroup"] if exhibit.series == "subgroup" else dimensions[exhibit.series])
        )
        number = at(document, exhibit.value)
        categories[category], series[name] = None, None
        values[(category, name)] = None if number is None else float(number)
        bases[(category, name)] = (document["n"], document["n_missing"])
    if not any(value is not None for value in values.values()):
        return None
    kept = [c for c in categories if exhibit.shape != "bars" or any(values.get((c, s)) for s in series)]
    return Chart(exhibit, tuple(kept or categories), tuple(series), values, bases)


def _dual(exhibit: Exhibit, documents: Sequence[Document]) -> Chart | None:
    for document in documents:
        found = document["measure"] == exhibit.measure and not document["dimensions"]
        if (
            not found
            or document["population"].split(".", 1)[1] != exhibit.sample
            or document["subgroup"] != "all"
        ):
            continue
        first, second = at(document, exhibit.value), at(document, exhibit.second)
        if not isinstance(first, Mapping) or not isinstance(second, Mapping) or not first:
            return None
        numbers = [int(key) for key in (*first, *second)]
        categories = tuple(str(k) for k in range(min(numbers), max(numbers) + 1))
        series = (exhibit.unit, exhibit.second_unit)
        values = {
            (c, name): float(part.get(c, 0))
            for name, part in zip(series, (first, second), strict=True)
            for c in categories
        }
        base = (document["n"], document["n_missing"])
        return Chart(exhibit, categories, series, values, dict.fromkeys(values, base))
    return None


def title_of(name: str) -> str:
    """A category or series as printed: subgroups lose their field name."""
    if "=" in name:
        return ", ".join(label(part.split("=", 1)[1]) for part in name.split("&"))
    return label(name) if name else ""


ARMS = ("arm=drive", "arm=control")
PERIODS = ("period=y1", "period=y2", "period=return", "period=earlier")


def _idva_abuse(exhibits: list[Exhibit]) -> None:
    for kind in ("physical", "sexual", "hs", "jcc"):
        exhibits.append(
            Exhibit(
                f"abuse-idva-{kind}", f"{label(kind)} abuse, IDVA, by arm and time", "M-ABUSE-USE", "vs_paired",
                "timepoint", "percent", "subgroup", (("abuse_type", kind), ("informant", "idva")), ARMS, "columns",
            )
        )  # fmt: skip


def pilot_exhibits(sample_of_needs: str) -> tuple[Exhibit, ...]:
    """Exhibits that Year 1 and Year 2 share."""
    cases = (("informant", "case_manager"),)
    found = [
        Exhibit("flow-perpetrators", "Flow of perpetrators", "M-FLOW-PERP", "flow_perp", "node", "count", shape="flow", unit="people"),
        Exhibit("forms-by-arm", "Victims/survivors with IDVA forms, by arm", "M-LINKAGE", "cohort_vs", "form", "percent_of_arm", "subgroup", (), ARMS, "columns"),
        Exhibit("relationship", "Relationship to the index victim/survivor", "M-PROFILE-PERP", "su_closed", "category", "percent", None, (("variable", "relationship"),)),
        Exhibit("needs", "Needs at intake", "M-NEEDS-PREV", sample_of_needs, "need", "percent_known", None, (("timepoint", "intake"),)),
        Exhibit("abuse-case-manager", "Abuse used, case manager", "M-ABUSE-USE", "su_closed", "abuse_type", "percent", "timepoint", cases, shape="columns"),
        Exhibit("severity-change", "Change in number at each level, case manager", "M-ABUSE-SEV-CHANGE", "su_closed", "abuse_type", "percent_change", "severity", cases, shape="columns"),
        Exhibit("risk-case-manager", "Change in risk, case manager", "M-RISK-CM", "su_closed", "category", "percent", leave_out=("reduced", "increased")),
        Exhibit("risk-idva", "Change in risk, IDVA, by arm", "M-RISK-IDVA", "vs_exit_risk", "category", "percent", "subgroup", (), ARMS, "columns", leave_out=("reduced",)),
        Exhibit("risk-sustain", "How long the reduction will last, by arm", "M-RISK-SUSTAIN", "vs_exit_sustain", "category", "percent", "subgroup", (), ARMS, "columns"),
    ]  # fmt: skip
    _idva_abuse(found)
    return tuple(found)


YEAR1 = (
    *pilot_exhibits("su_closed"),
    Exhibit("needs-count", "Number of needs", "M-NEEDS-COUNT", "su_closed", "needs_n", "percent", shape="columns", leave_out=("1+", "2+", "3+")),
    Exhibit("references", "Coded references by kind of work", "M-REFS", "notes_sample", "code", "percent_of_references"),
)  # fmt: skip
YEAR2 = (
    *pilot_exhibits("su_intake_info"),
    Exhibit("flow-victims", "Flow of victims/survivors", "M-FLOW-VS", "flow_vs", "node", "count", "subgroup", (), ARMS, "columns", unit="people"),
    Exhibit("needs-count", "Number of needs", "M-NEEDS-COUNT", "su_needs_known", "needs_n", "percent", shape="columns", leave_out=("1+", "2+", "3+")),
    Exhibit("classes", "Needs by latent class", "M-LCA", "su_intake_info", "need", "probability", "class", shape="lines", unit="probability"),
    Exhibit("classes-abuse-intake", "Abuse at intake by latent class", "M-LCA-ABUSE", "su_closed", "abuse_type", "percent", "class", (("timepoint", "intake"), ("informant", "case_manager")), shape="columns"),
    Exhibit("classes-abuse-exit", "Abuse at exit by latent class", "M-LCA-ABUSE", "su_closed", "abuse_type", "percent", "class", (("timepoint", "exit"), ("informant", "case_manager")), shape="columns"),
    Exhibit("dash", "Drive DASH score", "M-DASH-SCORE", "su_closed", "timepoint", "mean", shape="lines", unit="mean score"),
    Exhibit("dash-missing", "Not applicable or not known per form", "M-DASH-MISS", "su_closed", "timepoint", "mean_na_nk", shape="lines", unit="mean answers"),
    Exhibit("months", "Actions and closures by case month", "M-ACT-MONTH", "actions_all", "month", "counts", shape="dual", unit="actions", second="closing", second_unit="cases closing"),
    Exhibit("purpose-and-agency", "Multi-agency work by purpose and agency", "M-ACT-AGENCY", "actions_multi", "agency", "percent", "subcategory", shape="nested", leave_out=("probation",)),
    Exhibit("direct", "Direct and indirect work, second option list", "M-ACT-DIRECT", "actions", "mode", "percent"),
    Exhibit("direct-work", "Kinds of direct work", "M-ACT-COMP", "actions", "category", "percent", None, (("mode", "direct"),)),
    Exhibit("indirect-work", "Kinds of indirect work", "M-ACT-COMP", "actions", "category", "percent", None, (("mode", "indirect"),)),
    Exhibit("reach", "Cases in which an agency was reached", "M-ACT-REACH", "su_closed", "agency_group", "percent"),
    Exhibit("purpose", "Multi-agency work by purpose", "M-ACT-MULTI", "actions", "subcategory", "percent"),
    Exhibit("agencies", "Agencies in multi-agency work", "M-ACT-AGENCY", "actions_multi", "agency", "percent"),
    Exhibit("police-dva", "Criminal share of domestic incidents", "M-POLICE-PROP", "police", "period", "mean_proportion", "subgroup", (("flag", "dva"),), ARMS, "lines", unit="mean share"),
    Exhibit("police-other", "Criminal share of other incidents", "M-POLICE-PROP", "police", "period", "mean_proportion", "subgroup", (("flag", "non_dva"),), ARMS, "lines", unit="mean share"),
    Exhibit("high-needs", "High needs by engagement", "M-NEEDS-HIGH-ENG", "su_closed", "need", "percent", "subgroup", (), ("engaged=yes", "engaged=no")),
)  # fmt: skip
CROYDON = (
    Exhibit("people", "People worked with", "M-THROUGHPUT", "accepted", "person", "count", "subgroup", (), ("all", *PERIODS), "columns", unit="people"),
    Exhibit("needs-levels", "Needs by level", "M-NEEDS-PREV", "accepted", "need", "percent", "level", leave_out=()),
    Exhibit("contact", "Open cases with direct contact", "M-CONTACT-RATE", "open", "contacted", "percent", "subgroup", (), PERIODS, "columns"),
    Exhibit("engagement", "Engagement of open contacted cases", "M-ENGAGE", "open_direct", "level", "percent", "subgroup", (), PERIODS, "columns", leave_out=("any",)),
    Exhibit("purpose", "Interventions by purpose", "M-ACT-MULTI", "interventions", "subcategory", "percent", "subgroup", (), PERIODS, "columns"),
    Exhibit("agencies", "Interventions by agency", "M-ACT-AGENCY", "interventions", "agency", "percent", "subgroup", (), PERIODS),
    Exhibit("reasons", "Reasons for closure", "M-CLOSE-REASON", "closed", "reason", "percent", "subgroup", (), PERIODS),
    *(
        Exhibit(f"grid-{name}", f"Severity of abuse, {text}", "M-SOAG", sample, "abuse_type", "percent_reduction", "severity", (), ("period=y2",), "columns")
        for name, text, sample in (
            ("closed", "all closed cases", "vs_closed"),
            ("direct", "closed cases with direct contact", "vs_closed_direct"),
            ("nondirect", "closed cases without direct contact", "vs_closed_nondirect"),
        )
    ),
    Exhibit("footprint", "Agencies that knew the perpetrator before", "M-FOOTPRINT", "dip_sample", "agency", "percent"),
)  # fmt: skip
EXHIBITS: Mapping[str, tuple[Exhibit, ...]] = {"year1": YEAR1, "year2": YEAR2, "croydon": CROYDON}
"""Report → its exhibits."""
