"""Flows, profiles, needs, abuse, risk and dose, as parts 2 to 6 of the measures put them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from scipy import stats

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
    forms = {
        row["perpetrator_id"]: o.form(o.index_link(row["perpetrator_id"])) for row in o.cohort()
    }

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
        o.put(
            measure,
            population,
            subgroup,
            {"variable": variable, "category": "missing"},
            count=len(answers) - len(valid),
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
    per_case = [count(counted, lambda need, c=case: o.need(c, need, "intake") in PRESENT) for case in answered]
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
                if row["case_id"] == case["case_id"] and row["timepoint"] == "intake" and row["sector"] == sector
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


def _abuse(o: Oracle, population: str, subgroup: str, links: list[Row | None], informant: str) -> None:
    increases, people, sites = 0, set(), set()
    for kind in TYPES:
        rated = {
            point: [o.abuse(link, informant, kind, point) for link in links] for point in ("intake", "exit")
        }
        base = {"abuse_type": kind, "informant": informant}
        for point, answers in rated.items():
            used, valid = count(answers, lambda a: a[0] == "yes"), count(answers, lambda a: a[0] != "")
            values = {"known": valid, "used": used, "percent": percent(used, valid)}
            o.put("M-ABUSE-USE", population, subgroup, {**base, "timepoint": point}, **values)
        pairs = [
            (a[0], b[0]) for a, b in zip(rated["intake"], rated["exit"], strict=True) if a[0] and b[0]
        ]
        stopped, started = pairs.count(("yes", "no")), pairs.count(("no", "yes"))
        before, after = count(pairs, lambda p: p[0] == "yes"), count(pairs, lambda p: p[1] == "yes")
        n = len(pairs)
        exact = None
        if stopped + started:
            exact = min(1.0, 2 * float(stats.binom.cdf(min(stopped, started), stopped + started, 0.5)))
        o.put(
            "M-ABUSE-MCNEMAR",
            population,
            subgroup,
            base,
            n=n,
            intake={"used": before, "not_used": n - before, "percent_used": percent(before, n)},
            exit={"used": after, "not_used": n - after, "percent_not_used": percent(n - after, n)},
            discordant={"stopped": stopped, "started": started},
            p=exact,
        )
        levels = [
            (a[1], b[1], link)
            for a, b, link in zip(rated["intake"], rated["exit"], links, strict=True)
            if a[1] and b[1] and link
        ]
        up = [entry for entry in levels if LEVELS.index(entry[1]) > LEVELS.index(entry[0])]
        increases += len(up)
        people |= {entry[2]["perpetrator_id"] for entry in up}
        o.put(
            "M-ABUSE-SEV-TRANS",
            population,
            subgroup,
            base,
            n=len(levels),
            cells={f"{a}>{b}": count(levels, lambda e, a=a, b=b: e[:2] == (a, b)) for a in LEVELS for b in LEVELS},
            increased={"count": len(up), "percent": percent(len(up), len(levels))},
        )
        for level in LEVELS:
            first = count(levels, lambda e, level=level: e[0] == level)
            last = count(levels, lambda e, level=level: e[1] == level)
            change = None if not levels or (last and not first) else percent(last - first, first) or 0.0
            o.put(
                "M-ABUSE-SEV-CHANGE",
                population,
                subgroup,
                {**base, "severity": level},
                intake=first,
                exit=last,
                percent_intake=percent(first, len(levels)),
                percent_change=change,
            )
    del sites
    o.put(
        "M-ABUSE-SEV-TRANS",
        population,
        subgroup,
        {"informant": informant},
        increase_instances=increases,
        people_with_increase=len(people),
    )


def abuse(o: Oracle) -> None:
    o.rows("victims"), o.rows("abuse")
    cases = o.su_closed()
    _abuse(o, "su_closed", "all", [o.index_link(case["perpetrator_id"]) for case in cases], "case_manager")
    for label in ("yes", "no"):
        own = [case for case in cases if o.behaviour_change(case, case["closed_date"]) == (label == "yes")]
        links = [o.index_link(case["perpetrator_id"]) for case in own]
        _abuse(o, "su_closed", f"bcw={label}", links, "case_manager")
    for arm in ARMS:
        paired: list[Row | None] = [link for person, link, _ in o.paired() if person["arm"] == arm]
        _abuse(o, "vs_paired", f"arm={arm}", paired, "idva")
    for kind in TYPES:
        values: dict[str, Any] = {}
        for arm in ARMS:
            used = [o.abuse(link, "idva", kind, "exit")[0] for p, link, _ in o.paired() if p["arm"] == arm]
            used = [answer for answer in used if answer]
            number = used.count("yes")
            values[arm] = {"count": number, "n": len(used), "percent": percent(number, len(used))}
        a, b = values["control"]["count"], values["control"]["n"] - values["control"]["count"]
        c, d = values["drive"]["count"], values["drive"]["n"] - values["drive"]["count"]
        odds = a * d / (b * c) if b * c and a + b and c + d and a + c and b + d else None
        dimensions = {"abuse_type": kind, "timepoint": "exit", "adjust": "crude", "informant": "idva"}
        o.put("M-ABUSE-OR", "vs_paired", "all", dimensions, **values, **({"effect": odds} if odds else {}))


def severity_grid(o: Oracle) -> None:
    o.rows("abuse")
    for period, subgroup in o.periods_and_all():
        closed = o.closed_in(period)
        direct = [case for case in closed if o.contacted(case, case["closed_date"])]
        for name, cases in (
            ("vs_closed", closed),
            ("vs_closed_direct", direct),
            ("vs_closed_nondirect", [case for case in closed if case not in direct]),
        ):
            people = {case["perpetrator_id"] for case in cases}
            links = [row for row in o.rows("victims") if row["perpetrator_id"] in people]
            o.put("M-SOAG", name, subgroup, {}, victims=len(links))
            for kind in TYPES:
                for level in LEVELS[1:]:
                    first = count(
                        links, lambda v, k=kind, x=level: o.abuse(v, "case_manager", k, "intake")[1] == x
                    )
                    last = count(links, lambda v, k=kind, x=level: o.abuse(v, "case_manager", k, "exit")[1] == x)
                    o.put(
                        "M-SOAG",
                        name,
                        subgroup,
                        {"abuse_type": kind, "severity": level},
                        intake=first,
                        exit=last,
                        percent_reduction=percent(first - last, first),
                        undefined=first == 0 and last > 0,
                    )


def dash(o: Oracle) -> None:
    cases = {case["case_id"] for case in o.su_closed()}
    forms: dict[tuple[str, str], list[str]] = {}
    for row in o.rows("drive_dash"):
        if row["case_id"] in cases:
            forms.setdefault((row["case_id"], row["timepoint"]), []).append(row["answer"])
    valid: dict[tuple[str, str], int] = {}
    for point in ("intake", "mid", "exit"):
        own = {key: answers for key, answers in forms.items() if key[1] == point}
        missing = [sum(answer in ("na", "nk") for answer in answers) for answers in own.values()]
        out = count(missing, lambda k: k >= 11)
        for key, answers in own.items():
            if sum(answer in ("na", "nk") for answer in answers) < 11:
                valid[key] = answers.count("yes")
        o.put(
            "M-DASH-MISS",
            "su_closed",
            "all",
            {"timepoint": point},
            forms=len(own),
            mean_na_nk=sum(missing) / len(missing) if missing else None,
            excluded=out,
            percent_excluded=percent(out, len(own)),
        )
        scores = [float(score) for key, score in valid.items() if key[1] == point]
        o.put("M-DASH-SCORE", "su_closed", "all", {"timepoint": point}, **spread(scores))
    complete = [c for c in cases if all((c, p) in valid for p in ("intake", "mid", "exit"))]
    means = {
        p: sum(valid[(c, p)] for c in complete) / len(complete) if complete else None
        for p in ("intake", "mid", "exit")
    }
    o.put("M-DASH-CHANGE", "su_dash_complete", "all", {}, mean=means)


def judgements(o: Oracle) -> None:
    codes = {
        "idva_change": ("vs_exit_risk", "M-RISK-IDVA", ("significant", "moderate", "limited", "increased")),
        "idva_sustain": ("vs_exit_sustain", "M-RISK-SUSTAIN", ("permanent", "long", "medium", "short")),
        "idva_safer": ("vs_exit_safer", "M-RISK-SAFER", ("much", "slightly", "no_change", "not_asked")),
    }
    for scale, (population, measure, names) in codes.items():
        latest: dict[tuple[str, str], Row] = {}
        for row in o.rows("risk_change"):
            if row["scale"] != scale or row["timepoint"] != "exit":
                continue
            link = o.index_link(row["perpetrator_id"])
            victim = row["victim_id"] or (link["victim_id"] if link else "")
            key = (row["perpetrator_id"], victim)
            # For children alone only where nothing else was judged; then the latest dated.
            rank = (row["target"] != "children", row["date"])
            old = latest.get(key)
            if old is None or rank > (old["target"] != "children", old["date"]):
                latest[key] = row
        for arm in ARMS:
            own = [r["code"] for (p, _), r in latest.items() if o.person(p)["arm"] == arm]
            for name in (*names, "unknown"):
                number = own.count(name)
                values: dict[str, Any] = {"count": number, "percent": percent(number, len(own))}
                if scale == "idva_change" and name != "unknown":
                    values["percent_known"] = percent(number, len(own) - own.count("unknown"))
                o.put(measure, population, f"arm={arm}", {"category": name}, **values)


def dose(o: Oracle) -> None:
    days: dict[str, list[float]] = {arm: [] for arm in ARMS}
    contacts: dict[str, list[float]] = {arm: [] for arm in ARMS}
    for person, _, form in o.paired():
        if form["intake_date"] and form["exit_date"]:
            days[person["arm"]].append(_between(form["intake_date"], form["exit_date"]))
        if form["contacts_n"]:
            contacts[person["arm"]].append(float(form["contacts_n"]))
    for measure, found in (("M-IDVA-LENGTH", days), ("M-IDVA-CONTACTS", contacts)):
        values: dict[str, Any] = {arm: spread(found[arm]) for arm in ARMS}
        if min(len(found[arm]) for arm in ARMS) >= 5 and any(len(set(found[arm])) > 1 for arm in ARMS):
            levene = stats.levene(found["drive"], found["control"], center="mean").pvalue
            values["p"] = float(
                stats.ttest_ind(found["drive"], found["control"], equal_var=not levene < 0.05).pvalue
            )
        o.put(measure, "vs_paired", "all", {}, **values)


def _between(first: str, last: str) -> float:
    from datetime import date

    return float((date.fromisoformat(last) - date.fromisoformat(first)).days)
