"""Who: the site, the people assessed or worked with, their ties to victims/survivors, and children."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .reading import TIES, Row, Window, answered, code, grouped, named, rows


def sites(window: Window) -> Iterator[Row]:
    """One row. The label is the site's publication label (C-27); phase and first day are not recorded."""
    yield {"site_id": window.site_code, "public_label": window.label or window.site_code}


def targets(window: Window) -> Iterator[Row]:
    """The caseload at which the site warns strongly (C-13), where the site set it. Other targets are not recorded."""
    if window.first is None:
        return
    for row in rows(
        "select value ->> 'alert' as alert from access_sitesetting where site_id = (select access.site_in('report'))"
        " and code = 'C-13' and applies_from <= %(last)s order by applies_from desc, recorded_at desc limit 1",
        window,
    ):
        if row["alert"]:
            yield {
                "site_id": window.site_code, "metric": "caseload_max", "period_start": window.first, "period_end": window.last,
                "value": int(row["alert"]),
            }  # fmt: skip


_PEOPLE = """
select k.person_key, r.id as referral_id, r.source, r.referred_on, r.children_count, p.gender, p.ethnic_group, p.employment,
       p.age_as_referred, d.outcome, d.rejection_reason, d.decided_on,
       c.case_id, c.case_referred_on, c.case_accepted_on, c.known_gender, c.known_group, c.known_employment, c.known_age,
       exists (select from refused n where n.person_key = k.person_key) as refused, said.answer as consent
  from cohort k
  left join (referrals_referralparty p join referrals_referral r on r.id = p.referral_id and r.referred_on <= %(last)s)
    on p.person_key = k.person_key and p.role = 'service_user'
  left join lateral (select outcome, rejection_reason, decided_on from referrals_referraldecision
                      where referral_id = r.id and decided_on <= %(last)s order by recorded_at desc, id desc limit 1) d on true
  left join (select distinct on (e.person_key) e.person_key, e.id as case_id, e.referred_on as case_referred_on,
                    coalesce(e.accepted_on, e.starts_on) as case_accepted_on, u.gender as known_gender,
                    u.ethnic_group as known_group, u.employment as known_employment, u.age as known_age
               from kept e left join access.coded_service_users() u on u.case_id = e.id
              order by e.person_key, e.starts_on, e.id) c on c.person_key = k.person_key
  left join (select distinct on (e.person_key) e.person_key, s.answer from casework_sharingconsent s join kept e on e.id = s.case_id
              order by e.person_key, s.said_on desc, s.recorded_at desc, s.id) said on said.person_key = k.person_key
 order by k.person_key, r.referred_on, r.id
"""


def perpetrators(window: Window) -> Iterator[Row]:
    """One row a person: of several referrals the first that was taken, else the newest. Allocated is who has a case.

    What the case manager knows stands before what the referral said. Somebody who does not agree to share keeps the row,
    which the flow needs, without attributes (A2).
    """
    for _, referrals in grouped(rows(_PEOPLE, window), "person_key"):
        yield _person(referrals, window)


def _person(referrals: Sequence[Row], window: Window) -> Row:
    worked = referrals[0]["case_id"] is not None
    taken = [row for row in referrals if row["outcome"] == "accept"]
    row = taken[0] if taken else referrals[0] if worked else referrals[-1]
    accepted = worked or bool(taken)
    rejected = row["outcome"] == "reject" and not accepted
    told: Row = {
        "perpetrator_id": row["person_key"], "site_id": window.site_code,
        "assessed_date": row["decided_on"] or row["referred_on"] or row["case_referred_on"],
        "referral_source": code("perpetrators", "referral_source", row["source"]),
        "eligibility": "eligible" if accepted else "excluded" if rejected else "not_assessed",
        "exclusion_reason": ("out_of_area" if row["rejection_reason"] == "out_of_area" else "other") if rejected else None,
        "allocation_method": "panel" if worked else "none",
        "allocation_date": row["case_accepted_on"], "arm": "drive" if worked else None,
        "consent_share": row["consent"] or "not_asked",
        "baseline_data": "not_provided" if row["refused"] else "provided" if worked else "not_applicable",
    }  # fmt: skip
    if row["refused"]:
        return told
    children = row["children_count"]
    return told | {
        "age": row["known_age"] if row["known_age"] is not None else row["age_as_referred"],
        "gender": answered("perpetrators", "gender", row["known_gender"], row["gender"]),
        "ethnicity": answered("perpetrators", "ethnicity", row["known_group"], row["ethnic_group"]),
        "employment": answered("perpetrators", "employment", row["known_employment"], row["employment"]),
        "children_involved": None if children is None else "yes" if children else "no",
    }


_VICTIMS = """
select t.person_key, t.victim_key, t.is_index, t.linked_on, t.relationship, t.age_as_referred, t.gender_as_referred,
       v.age, v.gender, v.ethnic_group, v.orientation, f.intake
  from tie t
  left join access.coded_clients(%(last)s) v on v.record_id = t.record_id
  left join (select record_id, jsonb_object_agg(item, coalesce(value, missing)) as intake
               from (select distinct on (record_id, item) record_id, item, value, missing from access.coded_client_answers()
                      where instrument = 'idva_intake_form' and as_of <= %(last)s order by record_id, item, as_of desc, assessment) a
              group by record_id) f on f.record_id = t.record_id
 order by t.person_key, t.is_index desc, t.recorded_at, t.linked_person
"""


def victims(window: Window) -> Iterator[Row]:
    """One row a tie. Of several ties marked index the first is, so that each person has one at most (A7.1)."""
    for _, ties in grouped(rows(_VICTIMS, window, within=TIES), "person_key"):
        seen = set()
        for number, row in enumerate(ties):
            if row["victim_key"] in seen:
                continue
            seen.add(row["victim_key"])
            intake = named(row["intake"])
            yield {
                "victim_id": row["victim_key"], "perpetrator_id": row["person_key"],
                "is_index": row["is_index"] and number == 0, "linked_date": row["linked_on"],
                "relationship": answered("victims", "relationship", intake.get("relationship"), row["relationship"]),
                "age": row["age"] if row["age"] is not None else row["age_as_referred"],
                "gender": answered("victims", "gender", intake.get("gender"), row["gender"], row["gender_as_referred"]),
                "ethnicity": answered("victims", "ethnicity", intake.get("ethnicity"), row["ethnic_group"]),
                "sexual_orientation": answered("victims", "sexual_orientation", intake.get("sexual_orientation"), row["orientation"]),
                "living_together": answered("victims", "living_together", intake.get("living_together")),
                "children_present": answered("victims", "children_present", intake.get("children_present")),
            }  # fmt: skip


def children(window: Window) -> Iterator[Row]:
    """Children whom an IDVA listed, for each service user that their parent or carer is tied to."""
    for key, found in grouped(
        rows(
            "select distinct on (k.child, t.person_key) k.child, t.person_key, t.victim_key, k.age_band, k.status,"
            " greatest(k.known_on, t.linked_on) as linked_on from access.coded_children(%(last)s) k"
            " join tie t on t.record_id = k.record_id and not t.refused where k.age_band <> 'adult'"
            " order by k.child, t.person_key, t.linked_on",
            window,
            within=TIES,
        ),
        "child",
        "person_key",
    ):
        row = found[0]
        yield {
            "child_id": key[0], "perpetrator_id": key[1], "victim_id": row["victim_key"],
            "age_band": code("children", "age_band", row["age_band"]) or "unknown",
            "cp_status": answered("children", "cp_status", row["status"]), "linked_date": row["linked_on"],
        }  # fmt: skip
