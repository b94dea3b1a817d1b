"""Flows, profiles and needs, as parts 2 and 3 of the measures put them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from drive_evaluation.tests.oracle.reading import Oracle, Row, count, known, percent, spread, valid_ages

PRESENT = ("low", "medium", "high", "present")
WHITE = ("white_british", "white_other")
TYPES = ("physical", "sexual", "hs", "jcc")
LEVELS = ("none", "standard", "moderate", "high")
ARMS = ("drive", "control")


def flow_perpetrators(o: Oracle) -> None:
    people, cohort = o.rows("perpetrators"), o.cohort()
    drive = [row for row in cohort if row["arm"] == "drive"]
    refused = [row for row in drive if row["consent_share"] == "no"]
    rest = [row for row in drive if row not in refused]
    lacking = [row for row in rest if row["baseline_data"] == "not_provided"]
    analysed = drive if o.spec == "y1" else [row for row in rest if row not in lacking]
    nodes = {
        "assessed": len(people),
        "excluded_repeat_marac": count(
            people, lambda r: r["eligibility"] == "excluded" and r["exclusion_reason"] == "repeat_marac"
        ),
        "randomised": len(cohort),
        "allocated_control": len(cohort) - len(drive),
        "control_no_behaviour_data": len(cohort) - len(drive),
        "allocated_drive": len(drive),
    }
    if o.spec != "y1":
        nodes |= {
            "consent_refused": len(refused),
            "baseline_not_supplied": len(lacking),
            "baseline_analysed": len(analysed),
        }
    if o.has("cases"):
        closed = {case["perpetrator_id"]: case for case in o.su_closed()}
        done = [row for row in analysed if row["perpetrator_id"] in closed]
        nodes["closed_analysed"] = len(done)
        if "police_closed_by" in o.params:
            by = o.params["police_closed_by"]
            early = {case["perpetrator_id"] for case in o.su_closed() if case["closed_date"] <= by}
            nodes["police_closed"] = count(done, lambda r: r["perpetrator_id"] in early)
    if o.has("police_linkage"):
        for arm in ARMS:
            own = [r for r in o.rows("police_linkage") if o.person(r["perpetrator_id"])["arm"] == arm]
            nodes[f"police_insights_{arm}"] = len(own)
            nodes[f"police_traced_{arm}"] = count(own, lambda r: r["traced"] == "yes")
    for node, number in nodes.items():
        o.put("M-FLOW-PERP", "flow_perp", "all", {"node": node}, count=number)


def flow_links(o: Oracle) -> None:
    total = 0
    o.rows("advocacy")
    for arm in ARMS:
        own = [row for row in o.cohort() if row["arm"] == arm]
        intake = [entry for entry in o.baseline() if entry[0]["arm"] == arm]
        late = [entry for entry in intake if o.late(entry[0], entry[2])]
        rest = [entry for entry in intake if entry not in late]
        done = [entry for entry in rest if entry[2]["exit_form"] == "true"]
        total += len(done)
        nodes = {
            "allocated": len(own),
            "not_engaged_intake": len(own) - len(intake),
            "baseline_analysed": len(intake),
            "started_after_cut": len(late),
            "disengaged": len(rest) - len(done),
            "analysed": len(done),
        }
        for node, number in nodes.items():
            o.put("M-FLOW-VS", "flow_vs", f"arm={arm}", {"node": node}, count=number)
    o.put("M-FLOW-VS", "flow_vs", "all", {"node": "analysed"}, count=total)
    o.put("M-FLOW-VS", "flow_vs", "all", {"node": "randomised"}, count=len(o.cohort()))


def linkage(o: Oracle) -> None:
    forms = {row["perpetrator_id"]: o.form(o.index_link(row["perpetrator_id"])) for row in o.cohort()}

    def has(row: Row, form: str) -> bool:
        own = forms[row["perpetrator_id"]]
        if form == "none":
            return not own or (own["intake_form"] != "true" and own["exit_form"] != "true")
        return bool(own) and own is not None and own[f"{form}_form"] == "true"

    for form in ("intake", "exit", "none"):
        everyone = count(o.cohort(), lambda r, form=form: has(r, form))
        for subgroup in ("all", *(f"arm={arm}" for arm in ARMS)):
            group = [row for row in o.cohort() if subgroup in ("all", f"arm={row['arm']}")]
            number = count(group, lambda r, form=form: has(r, form))
            o.put(
                "M-LINKAGE",
                "cohort_vs",
                subgroup,
                {"form": form},
                count=number,
                percent_of_arm=percent(number, len(group)),
                percent_of_forms=percent(number, everyone),
            )


def _profile(
    o: Oracle, measure: str, population: str, subgroup: str, rows: list[Row | None], missing_in_base: bool
) -> None:
    o.put(measure, population, subgroup, {"variable": "age"}, **spread(valid_ages(rows)))
    variables = ["gender", "ethnicity"]
    variables += ["employment"] if measure == "M-PROFILE-PERP" else ["sexual_orientation", "living_together"]
    for variable in variables:
        answers = [row[variable] if row else "" for row in rows]
        valid = [answer for answer in answers if known(answer)]
        tally = Counter(valid)
        if variable == "ethnicity":
            tally["white"] = sum(tally[code] for code in WHITE)
        for code, number in tally.items():
            o.put(
                measure,
                population,
                subgroup,
                {"variable": variable, "category": code},
                count=number,
                percent=percent(number, len(answers) if missing_in_base else len(valid)),
                percent_known=percent(number, len(valid)),
            )
        lacking = len(answers) - len(valid)
        shown = percent(lacking, len(answers)) if missing_in_base else None
        o.put(
            measure,
            population,
            subgroup,
            {"variable": variable},
            count={"missing": lacking},
            percent={"missing": shown},
        )
        o.put(
            measure,
            population,
            subgroup,
            {"variable": variable, "category": "missing"},
            count=lacking,
            recorded_unknown=answers.count("unknown"),
            no_record=answers.count(""),
        )


def profiles(o: Oracle) -> None:
    population = "cohort" if o.spec == "y1" else "randomised"
    for arm in ARMS:
        own: list[Row | None] = [row for row in o.cohort() if row["arm"] == arm]
        _profile(o, "M-PROFILE-PERP", population, f"arm={arm}", own, True)
        if o.spec == "y2":
            links: list[Row | None] = [link for person, link, _ in o.baseline() if person["arm"] == arm]
            _profile(o, "M-PROFILE-VS", "vs_baseline", f"arm={arm}", links, False)
            _complex_needs(o, arm)
        if o.spec == "y1":
            every = [o.index_link(row["perpetrator_id"]) for row in o.cohort() if row["arm"] == arm]
            _profile(o, "M-PROFILE-VS", "cohort_vs", f"arm={arm}", every, True)
    closed: list[Row | None] = [o.person(case["perpetrator_id"]) for case in o.su_closed()]
    _profile(o, "M-PROFILE-PERP", "su_closed", "all", closed, True)


def _complex_needs(o: Oracle, arm: str) -> None:
    bands: Counter[str] = Counter()
    for person, link, _ in o.baseline():
        if person["arm"] != arm:
            continue
        rows = [
            row
            for row in o.rows("victim_needs")
            if row["victim_id"] == link["victim_id"]
            and row["perpetrator_id"] == link["perpetrator_id"]
            and row["timepoint"] == "intake"
            and row["present"] in ("yes", "no")
        ]
        if rows:
            number = count(rows, lambda r: r["present"] == "yes")
            bands["3+" if number >= 3 else str(number)] += 1
    for band, number in bands.items():
        o.put(
            "M-PROFILE-VS",
            "vs_baseline",
            f"arm={arm}",
            {"variable": "complex_needs", "category": band},
            count=number,
            percent=percent(number, sum(bands.values())),
        )


def victims_and_offences(o: Oracle) -> None:
    cases = o.su_closed()
    linked = Counter(row["perpetrator_id"] for row in o.rows("victims"))
    several = count(cases, lambda c: linked[c["perpetrator_id"]] >= 2)
    o.put("M-MULTIVICTIM", "su_closed", "all", {}, count=several, percent=percent(several, len(cases)))
    people = [o.person(case["perpetrator_id"]) for case in cases]
    tests: dict[str, Callable[[bool, bool], bool]] = {
        "dva_only": lambda a, b: a and not b,
        "non_dva_only": lambda a, b: b and not a,
        "both": lambda a, b: a and b,
        "none_or_unknown": lambda a, b: not a and not b,
    }
    for category, test in tests.items():
        number = count(
            people,
            lambda r, test=test: test(r["prior_dva_offence"] == "yes", r["prior_nondva_offence"] == "yes"),
        )
        o.put(
            "M-OFFENCE-HIST",
            "su_closed",
            "all",
            {"category": category},
            count=number,
            percent=percent(number, len(people)),
        )


def _with_intake_record(o: Oracle) -> list[Row]:
    found = []
    for case in o.su_closed():
        own = any(
            row["case_id"] == case["case_id"] and row["timepoint"] == "intake"
            for name in ("needs", "statutory_involvement", "drive_dash")
            for row in o.tables.get(name, [])
        )
        rated = any(
            row["perpetrator_id"] == case["perpetrator_id"]
            and row["timepoint"] == "intake"
            and row["informant"] == "case_manager"
            for row in o.tables.get("abuse", [])
        )
        if own or rated:
            found.append(case)
    return found


def needs(o: Oracle) -> None:
    asked = o.needs_asked()
    if o.spec == "y1":
        cases, population = o.su_closed(), "su_closed"
        counted = [need for need in asked if need in ("alcohol", "drugs", "housing", "mental_health")]
    else:
        cases, population, counted = _with_intake_record(o), "su_intake_info", asked
    for need in asked:
        levels = [o.need(case, need, "intake") for case in cases]
        number = count(levels, lambda level: level in PRESENT)
        valid = count(levels, known)
        o.put(
            "M-NEEDS-PREV",
            population,
            "all",
            {"need": need, "timepoint": "intake"},
            count=number,
            percent=percent(number, valid if o.spec == "y1" else len(cases)),
            percent_known=percent(number, valid),
        )
    if o.spec != "y1":
        population = "su_needs_known"
    answered = [case for case in cases if any(known(o.need(case, need, "intake")) for need in counted)]
    per_case = [
        count(counted, lambda need, c=case: o.need(c, need, "intake") in PRESENT) for case in answered
    ]
    for band in ("0", "1", "2", "3", "4", "1+", "2+", "3+"):
        limit = int(band[0])
        number = count(per_case, lambda k, b=band, x=limit: k >= x if b.endswith("+") else k == x)
        o.put(
            "M-NEEDS-COUNT",
            population,
            "all",
            {"needs_n": band},
            count=number,
            percent=percent(number, len(answered)),
        )


def needs_and_contact(o: Oracle) -> None:
    cases = o.su_closed()
    groups: dict[str, list[Row]] = {"all": cases}
    groups["contacted"] = [case for case in cases if o.contacted(case, case["closed_date"])]
    groups["not_contacted"] = [case for case in cases if case not in groups["contacted"]]
    asked = o.needs_asked()
    counted = [n for n in asked if o.spec != "y1" or n in ("alcohol", "drugs", "housing", "mental_health")]
    for need in counted:
        for aspect in ("present", "missing"):
            values: dict[str, Any] = {}
            for name, group in groups.items():
                levels = [o.need(case, need, "intake") for case in group]
                hit = PRESENT if aspect == "present" else ("", "unknown")
                number = count(levels, lambda level, hit=hit: level in hit)
                values[name] = {"count": number, "percent": percent(number, len(group))}
            o.put("M-NEEDS-BY-CONTACT", "su_closed", "all", {"need": need, "aspect": aspect}, **values)


def high_needs(o: Oracle) -> None:
    for label in ("yes", "no"):
        group = [case for case in o.su_closed() if o.engaged(case) == (label == "yes")]
        for need in o.needs_asked():
            graded = [o.need(case, need, "intake") for case in group]
            graded = [level for level in graded if level in ("none", "low", "medium", "high")]
            number = graded.count("high")
            o.put(
                "M-NEEDS-HIGH-ENG",
                "su_closed",
                f"engaged={label}",
                {"need": need},
                count=number,
                percent=percent(number, len(graded)),
            )


def statutory(o: Oracle) -> None:
    for sector in ("cyps", "ccj"):
        answers = []
        for case in o.su_closed():
            own = {
                row["involved"]
                for row in o.rows("statutory_involvement")
                if row["case_id"] == case["case_id"]
                and row["timepoint"] == "intake"
                and row["sector"] == sector
            }
            answers.append("yes" if "yes" in own else "no" if "no" in own else "")
        number, valid = answers.count("yes"), count(answers, known)
        o.put(
            "M-STATUTORY",
            "su_closed",
            "all",
            {"sector": sector, "timepoint": "intake"},
            known=valid,
            count=number,
            percent_known=percent(number, valid),
        )
