"""Open, closed and accepted cases of a later site, as parts 3 and 7 of the measures put them."""

from __future__ import annotations

from collections import Counter
from datetime import date

from drive_evaluation.tests.oracle.reading import (
    Oracle,
    Row,
    count,
    percent,
    spread,
)
from drive_evaluation.tests.oracle.work import purposes

ENGAGEMENT = ("full", "partial", "not", "ceased", "not_applicable", "unknown")
PROBATION = ("probation_crc", "probation_nps", "probation")


def throughput(o: Oracle) -> None:
    for period, subgroup in o.periods_and_all():
        kept = {case["perpetrator_id"] for case in o.accepted(period)}
        every = {case["perpetrator_id"] for case in o.ever_accepted(period)}
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
        last = o.days(period)[1]
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
        done = count(cases, lambda c, day=last: o.behaviour_change(c, day))
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
        rows = [
            r for r in o.rows("actions") if r["category"] == "multi_agency" and first <= r["date"] <= last
        ]
        purposes(o, "interventions", subgroup, rows)
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
        linked_to = {case["perpetrator_id"] for case in o.ever_accepted(period)}
        answers = {"perpetrators": [o.person(p)["ethnicity"] for p in people]}
        first_link: dict[str, str] = {}
        for row in sorted(o.rows("victims"), key=lambda r: r["perpetrator_id"]):
            if row["perpetrator_id"] in linked_to:
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
            count(
                o.needs_asked(),
                lambda n, c=case: o.need(c, n, "intake") in ("low", "medium", "high", "present"),
            )
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
    o.put(
        "M-FOOTPRINT",
        "dip_sample",
        "all",
        {"services": "2+"},
        count=count(knew.values(), lambda s: len(s) >= 2),
    )
