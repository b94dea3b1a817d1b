"""Contact, activity and length of the pilot cases, as part 7 of the measures puts them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from scipy import stats

from drive_evaluation.tests.oracle.reading import (
    Oracle,
    Row,
    case_month,
    count,
    percent,
    spread,
    valid_ages,
)

ENGAGEMENT = ("full", "partial", "not", "ceased", "not_applicable", "unknown")
PROBATION = ("probation_crc", "probation_nps", "probation")


def contact(o: Oracle) -> None:
    cases = o.su_closed()
    made = [case for case in cases if o.contacted(case, case["closed_date"])]
    for label, number in (("yes", len(made)), ("no", len(cases) - len(made))):
        o.put(
            "M-CONTACT-RATE",
            "su_closed",
            "all",
            {"contacted": label},
            count=number,
            percent=percent(number, len(cases)),
        )
    delivered = [case for case in cases if o.behaviour_change(case, case["closed_date"])]
    o.put(
        "M-BCW-RATE",
        "su_closed",
        "all",
        {},
        count=len(delivered),
        percent=percent(len(delivered), len(cases)),
        percent_of_contacted=percent(count(delivered, lambda c: c in made), len(made)),
    )
    if o.spec == "y2" and o.has("contacts"):
        numbers = [
            float(
                count(
                    o.rows("contacts"),
                    lambda r, c=case: (
                        r["case_id"] == c["case_id"]
                        and r["outcome"] == "made"
                        and r["date"] <= c["closed_date"]
                    ),
                )
            )
            for case in made
        ]
        o.put("M-CONTACT-DIST", "su_contacted", "all", {}, **spread(numbers))


def ages(o: Oracle) -> None:
    groups: dict[str, list[Row]] = {"contacted": [], "not_contacted": []}
    for case in o.su_closed():
        made = o.contacted(case, case["closed_date"])
        groups["contacted" if made else "not_contacted"].append(o.person(case["perpetrator_id"]))
    found = {name: valid_ages(rows) for name, rows in groups.items()}
    values: dict[str, Any] = {
        name: {key: spread(own)[key] for key in ("n", "mean", "median")} for name, own in found.items()
    }
    first, second = found["contacted"], found["not_contacted"]
    if first and second and len({*first, *second}) > 1:
        test = stats.mannwhitneyu(first, second, use_continuity=False, method="asymptotic")
        values |= {"p": float(test.pvalue), "statistic": float(test.statistic)}
    o.put("M-AGE-CONTACT", "su_closed", "all", {"person": "perpetrator"}, **values)


def reasons(o: Oracle) -> None:
    same: Counter[str] = Counter()
    final: Counter[str] = Counter()
    order = ["m3", "mid", "m6", "m9", "exit"]
    for case in o.su_closed():
        if o.contacted(case, case["closed_date"]):
            continue
        entered = [
            row
            for row in o.rows("status_history")
            if row["case_id"] == case["case_id"]
            and row["timepoint"] in order
            and row["status"] in ("planned_pending", "hold_justice", "not_safe")
        ]
        entered.sort(key=lambda r: (order.index(r["timepoint"]), r["from_date"]))
        if len({row["status"] for row in entered}) == 1:
            same[entered[0]["status"]] += 1
        elif entered:
            final[entered[-1]["status"]] += 1
    for reason in ("planned_pending", "hold_justice", "not_safe"):
        o.put(
            "M-CONTACT-REASON",
            "su_closed",
            "contact=no&reason_changed=no",
            {"reason": reason},
            count=same[reason],
            percent=percent(same[reason], sum(same.values())),
        )
    values = {reason: final[reason] for reason in ("planned_pending", "hold_justice", "not_safe")}
    o.put(
        "M-CONTACT-REASON",
        "su_closed",
        "contact=no&reason_changed=yes",
        {},
        count=sum(final.values()),
        final=values,
    )


def engagement_by_group(o: Oracle) -> None:
    cases = o.su_closed()
    plans = {r["perpetrator_id"] for r in o.rows("children") if r["cp_status"] == "protection_plan"}
    groups = {
        "children=yes": [c for c in cases if o.person(c["perpetrator_id"])["children_involved"] == "yes"],
        "child_protection=yes": [c for c in cases if c["perpetrator_id"] in plans],
    }
    for subgroup, own in groups.items():
        hit = count(own, o.engaged)
        o.put("M-ENGAGE-BY", "su_closed", subgroup, {}, percent_engaged=percent(hit, len(own)))


def actions(o: Oracle) -> None:
    cases = {case["case_id"]: case for case in o.su_closed()}
    every = [row for row in o.rows("actions") if row["case_id"] in cases]
    second = [row for row in every if row["recording_version"] == "y2"]
    first = [row for row in every if row["recording_version"] == "y1"]
    for population, rows in (("actions_y1", first), ("actions", second)):
        for mode in ("direct", "indirect"):
            number = count(rows, lambda r, m=mode: r["mode"] == m)
            o.put(
                "M-ACT-DIRECT",
                population,
                "all",
                {"mode": mode},
                count=number,
                percent=percent(number, len(rows)),
            )
    people = len({row["case_id"] for row in second})
    for mode, category in {(row["mode"], row["category"]) for row in second}:
        own = [row for row in second if row["mode"] == mode]
        number = count(own, lambda r, c=category: r["category"] == c)
        o.put(
            "M-ACT-COMP",
            "actions",
            "all",
            {"mode": mode, "category": category},
            count=number,
            percent=percent(number, len(own)),
            service_users=people,
        )
    months = Counter(
        month
        for row in every
        if (month := case_month(cases[row["case_id"]]["start_date"], row["date"]) or 0) >= 1
    )
    top = sorted(months, key=lambda m: (-months[m], m))[:3]
    o.put(
        "M-ACT-MONTH",
        "actions_all",
        "all",
        {},
        counts={str(month): number for month, number in sorted(months.items())},
        top_months=top,
    )
    for site in {o.site(case) for case in cases.values()}:
        number = count(every, lambda r, s=site: o.site(cases[r["case_id"]]) == s)
        o.put(
            "M-ACT-SITE",
            "actions_all",
            "all",
            {"site": site},
            count=number,
            percent=percent(number, len(every)),
        )
    purposes(o, "actions", "all", [row for row in second if row["category"] == "multi_agency"])
    for population, category in (
        ("actions_multi", "multi_agency"),
        ("actions_background", "background_research"),
        ("actions_update", "case_update"),
    ):
        own = [row for row in second if row["category"] == category and row["agency"]]
        for agency in {row["agency"] for row in own if row["agency"] != "probation"}:
            number = count(own, lambda r, a=agency: r["agency"] == a)
            dimensions = {"agency": agency}
            o.put(
                "M-ACT-AGENCY", population, "all", dimensions, count=number, percent=percent(number, len(own))
            )
        number = count(own, lambda r: r["agency"] in PROBATION)
        o.put(
            "M-ACT-AGENCY",
            population,
            "all",
            {"agency": "probation"},
            count=number,
            percent=percent(number, len(own)),
        )
    groups = {
        "police": ("police",),
        "probation": PROBATION,
        "prison": ("prison",),
        "courts": ("courts",),
        "ccj": ("police", *PROBATION, "prison", "courts"),
        "cyps": ("childrens_services",),
        "statutory": ("police", *PROBATION, "prison", "courts", "childrens_services"),
    }
    for name, codes in groups.items():
        reached = {row["case_id"] for row in every if row["agency"] in codes}
        o.put(
            "M-ACT-REACH",
            "su_closed",
            "all",
            {"agency_group": name},
            count=len(reached),
            percent=percent(len(reached), len(cases)),
        )


def purposes(o: Oracle, population: str, subgroup: str, rows: list[Row]) -> None:
    o.put("M-ACT-MULTI", population, subgroup, {}, count=len(rows))
    for code in ("support", "disrupt", "both", "missing"):
        number = count(rows, lambda r, c=code: r["subcategory"] == ("" if c == "missing" else c))
        o.put(
            "M-ACT-MULTI",
            population,
            subgroup,
            {"subcategory": code},
            count=number,
            percent=percent(number, len(rows)),
        )


def closing_months(o: Oracle) -> None:
    months = [case_month(case["start_date"], case["closed_date"]) for case in o.su_closed()]
    for band, low, high in (("<=10", -99, 10), ("11-12", 11, 12), ("13-23", 13, 23)):
        number = count(months, lambda m, a=low, b=high: m is not None and a <= m <= b)
        values = {"count": number, "percent": percent(number, len(months))}
        o.put("M-CLOSE-MONTH", "su_closed", "all", {"band": band}, **values)
    # A plan of ten months ends in month 11 (1.7); ten and six more end in month 17.
    o.put(
        "M-CLOSE-MONTH", "su_closed", "all", {}, beyond_cap=count(months, lambda m: m is not None and m > 17)
    )
    if o.spec == "y2":
        long = [
            case for case in o.su_closed() if (case_month(case["start_date"], case["closed_date"]) or 0) >= 11
        ]
        number = count(long, lambda c: bool(c["step_down_date"]))
        o.put("M-STEPDOWN", "su_ge11m", "all", {}, count=number, percent=percent(number, len(long)))
