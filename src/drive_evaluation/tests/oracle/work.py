"""Contact, activity, closure, throughput, panel, police and MARAC, as parts 7 and 8 of the measures put them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from scipy import stats

from drive_evaluation.tests.oracle.reading import (
    AbsentError,
    Oracle,
    Row,
    case_month,
    count,
    months_later,
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
                    lambda r, c=case: r["case_id"] == c["case_id"]
                    and r["outcome"] == "made"
                    and r["date"] <= c["closed_date"],
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
        "M-CONTACT-REASON", "su_closed", "contact=no&reason_changed=yes", {}, count=sum(final.values()), final=values
    )


def engagement_by_group(o: Oracle) -> None:
    cases = o.su_closed()
    plans = {r["perpetrator_id"] for r in o.rows("children") if r["cp_status"] == "protection_plan"}
    groups = {
        "children=yes": [
            c for c in cases if o.person(c["perpetrator_id"])["children_involved"] == "yes"
        ],
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
        month for row in every if (month := case_month(cases[row["case_id"]]["start_date"], row["date"]) or 0) >= 1
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
    _purposes(o, "actions", "all", [row for row in second if row["category"] == "multi_agency"])
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


def _purposes(o: Oracle, population: str, subgroup: str, rows: list[Row]) -> None:
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
    if o.spec == "y2":
        long = [
            case
            for case in o.su_closed()
            if (case_month(case["start_date"], case["closed_date"]) or 0) >= 11
        ]
        number = count(long, lambda c: bool(c["step_down_date"]))
        o.put("M-STEPDOWN", "su_ge11m", "all", {}, count=number, percent=percent(number, len(long)))


def throughput(o: Oracle) -> None:
    for period, subgroup in o.periods_and_all():
        first, last = o.days(period)
        kept = {case["perpetrator_id"] for case in o.accepted(period)}
        every = {
            case["perpetrator_id"]
            for case in o.rows("cases")
            if case["accepted_date"] and first <= case["accepted_date"] <= last
        }
        o.put("M-THROUGHPUT", "accepted", subgroup, {"person": "perpetrators"}, count=len(kept))
        for table, key in (("victims", "victim_id"), ("children", "child_id")):
            if o.has(table):
                people = {row[key] for row in o.rows(table) if row["perpetrator_id"] in every}
                o.put("M-THROUGHPUT", "accepted", subgroup, {"person": table}, count=len(people))


def _covering(o: Oracle, table: str, value: str, case: Row, day: str) -> str:
    own = [
        row
        for row in o.rows(table)
        if row["case_id"] == case["case_id"]
        and not row["timepoint"]
        and row["from_date"] <= day
        and (not row["to_date"] or row["to_date"] >= day)
    ]
    return max(own, key=lambda r: r["from_date"])[value] if own else "unknown"


def open_cases(o: Oracle) -> None:
    for period, subgroup in o.periods_and_all():
        first, last = o.days(period)
        cases = o.open_at(last)
        direct = [case for case in cases if o.contacted(case, last)]
        o.put("M-OPEN", "open", subgroup, {}, count=len(cases))
        o.put(
            "M-CONTACT-RATE",
            "open",
            subgroup,
            {"contacted": "yes"},
            count=len(direct),
            percent=percent(len(direct), len(cases)),
        )
        levels = Counter(_covering(o, "engagement", "level", case, last) for case in direct)
        for level in ENGAGEMENT:
            o.put(
                "M-ENGAGE",
                "open_direct",
                subgroup,
                {"level": level},
                count=levels[level],
                percent=percent(levels[level], len(direct)),
            )
        others = [case for case in cases if case not in direct]
        states = Counter(_covering(o, "status_history", "status", case, last) for case in others)
        for status, number in states.items():
            o.put("M-OPEN-STATUS", "open_nondirect", subgroup, {"status": status}, count=number)
        done = count(cases, lambda c: o.behaviour_change(c, last))
        o.put("M-BCW-RATE", "open", subgroup, {}, count=done, percent=percent(done, len(cases)))
        load = Counter(case["case_manager_id"] for case in cases if case["case_manager_id"])
        values = {"case_managers": len(load), "mean": sum(load.values()) / len(load) if load else None}
        o.put("M-CASELOAD", "open", subgroup, {}, **values, max=max(load.values()) if load else None)
        sessions = Counter(
            row["case_id"]
            for row in o.rows("sessions")
            if row["kind"] == "behaviour_change"
            and row["attended"] == "true"
            and row["date"] <= last
            and row["case_id"] in {case["case_id"] for case in cases}
        )
        o.put(
            "M-BCW-SESSIONS",
            "open",
            subgroup,
            {},
            mean=sum(sessions.values()) / len(sessions) if sessions else None,
            mean_per_open_case=sum(sessions.values()) / len(cases) if cases else None,
        )
        del first


def closed_cases(o: Oracle) -> None:
    closures = {row["case_id"]: row for row in o.rows("closures")}
    for period, subgroup in o.periods_and_all():
        closed = o.closed_in(period)
        direct = [case for case in closed if o.contacted(case, case["closed_date"])]
        for population, cases in (("closed", closed), ("closed_direct", direct)):
            lengths = [
                float((date.fromisoformat(c["closed_date"]) - date.fromisoformat(c["accepted_date"])).days)
                for c in cases
                if c["accepted_date"]
            ]
            values = {"mean_days": spread(lengths)["mean"], "median_days": spread(lengths)["median"]}
            o.put("M-CLOSE", population, subgroup, {}, count=len(cases), **values)
        why = Counter(closures.get(c["case_id"], {}).get("primary_reason", "unknown") for c in closed)
        for reason, number in why.items():
            values = {"percent": percent(number, len(closed))}
            o.put("M-CLOSE-REASON", "closed", subgroup, {"reason": reason}, count=number, **values)
        levels = Counter(
            closures.get(c["case_id"], {}).get("engagement_at_closure", "unknown") for c in direct
        )
        for level, number in levels.items():
            values = {"percent": percent(number, len(direct))}
            o.put("M-CLOSE-ENGAGE", "closed_direct", subgroup, {"level": level}, count=number, **values)
        yes = count(
            direct,
            lambda c: any(r["case_id"] == c["case_id"] and r["answer"] == "yes" for r in o.rows("aces")),
        )
        o.put(
            "M-ACE", "closed_direct", subgroup, {"aces": "1+"}, count=yes, percent=percent(yes, len(direct))
        )


def interventions(o: Oracle) -> None:
    named = o.params["named_agencies"]
    for period, subgroup in o.periods_and_all():
        first, last = o.days(period)
        rows = [r for r in o.rows("actions") if r["category"] == "multi_agency" and first <= r["date"] <= last]
        _purposes(o, "interventions", subgroup, rows)
        own = [row for row in rows if row["agency"]]
        tally = Counter(row["agency"] if row["agency"] in named else "other" for row in own)
        for agency in (*named, "other"):
            o.put(
                "M-ACT-AGENCY",
                "interventions",
                subgroup,
                {"agency": agency},
                count=tally[agency],
                percent=percent(tally[agency], len(own)),
            )


def accepted_people(o: Oracle) -> None:
    for period, subgroup in o.periods_and_all():
        cases = o.accepted(period)
        people = {case["perpetrator_id"] for case in cases}
        answers = {"perpetrators": [o.person(p)["ethnicity"] for p in people]}
        first_link: dict[str, str] = {}
        for row in o.rows("victims"):
            if row["perpetrator_id"] in people:
                first_link.setdefault(row["victim_id"], row["ethnicity"])
        answers["victims"] = list(first_link.values())
        for person, given in answers.items():
            valid = [answer for answer in given if answer not in ("", "unknown")]
            bame = count(valid, lambda a: a not in ("white_british", "white_other"))
            o.put(
                "M-DISPROP",
                "accepted",
                subgroup,
                {"person": person, "group": "bame"},
                percent=percent(bame, len(valid)),
            )
        for need in o.needs_asked():
            for level in ("low", "medium", "high"):
                number = count(cases, lambda c, n=need, x=level: o.need(c, n, "intake") == x)
                o.put(
                    "M-NEEDS-PREV",
                    "accepted",
                    subgroup,
                    {"need": need, "level": level},
                    count=number,
                    percent=percent(number, len(cases)),
                )
        per_case = [
            count(o.needs_asked(), lambda n, c=case: o.need(c, n, "intake") in ("low", "medium", "high", "present"))
            for case in cases
        ]
        three = count(per_case, lambda k: k >= 3)
        o.put(
            "M-NEEDS-COUNT",
            "accepted",
            subgroup,
            {"needs_n": "3+"},
            count=three,
            percent=percent(three, len(cases)),
        )


def footprint(o: Oracle) -> None:
    people = {row["perpetrator_id"] for row in o.rows("footprint")}
    knew: dict[str, set[str]] = {person: set() for person in people}
    for row in o.rows("footprint"):
        if row["known_before"] == "yes":
            knew[row["perpetrator_id"]].add(row["agency"])
    for agency in {row["agency"] for row in o.rows("footprint")} - {"probation"}:
        number = count(knew.values(), lambda s, a=agency: a in s)
        o.put("M-FOOTPRINT", "dip_sample", "all", {"agency": agency}, count=number)
    o.put("M-FOOTPRINT", "dip_sample", "all", {"services": "2+"}, count=count(knew.values(), lambda s: len(s) >= 2))


def police(o: Oracle) -> None:
    if not o.has("police_incidents"):
        raise AbsentError("police_incidents")
    linkage = {row["perpetrator_id"]: row for row in o.rows("police_linkage")}
    day = timedelta(days=1)
    for arm in ("drive", "control"):
        shares: dict[tuple[str, str], list[float]] = {}
        totals: Counter[tuple[str, str]] = Counter()
        for perpetrator, row in linkage.items():
            if row["traced"] != "yes" or o.person(perpetrator)["arm"] != arm:
                continue
            match = linkage.get(row["matched_to"], {})
            start = match.get("anchor_start") or row["anchor_start"]
            end = match.get("anchor_end") or row["anchor_end"]
            windows: dict[str, tuple[str, str]] = {}
            if start:
                before = str(date.fromisoformat(start) - day)
                windows["before"] = (months_later(start, -6), before)
            if start and end:
                windows["during"] = (start, end)
            if end:
                after = str(date.fromisoformat(end) + day)
                windows["after"] = (after, str(date.fromisoformat(months_later(after, 6)) - day))
            for period, (first, last) in windows.items():
                own = [
                    r
                    for r in o.rows("police_incidents")
                    if r["perpetrator_id"] == perpetrator and first <= r["date"] <= min(last, o.data_cut)
                ]
                for flag, code in (("dva", "yes"), ("non_dva", "no")):
                    flagged = [r for r in own if r["dva"] == code]
                    totals[(flag, period)] += len(flagged)
                    decided = [r for r in flagged if r["criminal"] != "unknown"]
                    if decided:
                        share = count(decided, lambda r: r["criminal"] == "yes") / len(decided)
                        shares.setdefault((flag, period), []).append(share)
        for flag in ("dva", "non_dva"):
            for period in ("before", "during", "after"):
                found = shares.get((flag, period), [])
                o.put(
                    "M-POLICE-PROP",
                    "police",
                    f"arm={arm}",
                    {"flag": flag, "period": period},
                    mean_proportion=sum(found) / len(found) if found else None,
                    n_with_incidents=len(found),
                )
            o.put(
                "M-POLICE-CHANGE",
                "police",
                f"arm={arm}",
                {"flag": flag},
                before=totals[(flag, "before")],
                after=totals[(flag, "after")],
            )


def returns_to_marac(o: Oracle) -> None:
    heard = {row["perpetrator_id"] for row in o.rows("marac_appearances")}
    covered = {o.site(o.person(person)) for person in heard}
    ended: dict[str, str] = {}
    for case in o.rows("cases"):
        if case["end_type"] == "closed" and case["closed_date"] and o.person(case["perpetrator_id"])["arm"] == "drive":
            ended[case["perpetrator_id"]] = max(ended.get(case["perpetrator_id"], ""), case["closed_date"])
    linked = Counter(row["perpetrator_id"] for row in o.rows("victims"))
    eligible = {
        person: day
        for person, day in ended.items()
        if months_later(day, 12) <= o.data_cut
        and linked[person] >= 2
        and o.site(o.person(person)) in covered
    }
    back = {
        row["perpetrator_id"]
        for row in o.rows("marac_appearances")
        if row["perpetrator_id"] in eligible
        and months_later(eligible[row["perpetrator_id"]], 6)
        < row["date"]
        <= months_later(eligible[row["perpetrator_id"]], 12)
    }
    o.put(
        "M-MARAC-REAPPEAR",
        "su_completed",
        "all",
        {"definition": "linked"},
        eligible=len(eligible),
        reappeared=len(back),
        percent=percent(len(back), len(eligible)),
    )
