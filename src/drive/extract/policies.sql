-- The report scope: coded columns of one site, for returns and extracts. No name, address, free text or exact birth
-- date is granted, so no mistake in a query can show one (house decision 9). No worker's page uses it.

create or replace function access.services_reported() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(s.id), '{}') from access_service s where s.site_id = (select access.site_in('report')));

create or replace procedure access.report_columns(tbl regclass, columns text, restriction text) language plpgsql as $$
begin
  execute format('grant select (%s) on %s to role_report', columns, tbl);
  execute format('create policy reports on %s for select to role_report using (%s)', tbl, restriction);
end $$;

do $$
declare
  of_site constant text := 'site_id = (select access.site_in(''report''))';
  of_services constant text := 'service_id = any ((select access.services_reported())::uuid[])';
begin
  call access.report_columns('referrals_referral', 'id, site_id, source, referred_on, marac_on, relationship, children_count, repeat_marac, recorded_at', of_site);
  call access.report_columns('referrals_referralparty', 'id, referral_id, site_id, role, person_key, gender, ethnic_group, employment, age_as_referred', of_site);
  call access.report_columns('referrals_referraldecision', 'id, referral_id, site_id, outcome, rejection_reason, approach, decided_on, recorded_at', of_site);
  call access.report_columns('casework_sucase', 'id, person_key, site_id, service_id, referral_id, referred_on, accepted_on, allocated_on, starts_on', of_services);
  call access.report_columns('casework_stateentry', 'id, case_id, service_id, history, value, since, recorded_at', of_services);
  call access.report_columns('casework_linkedperson', 'id, case_id, service_id, relationship, age_as_referred, gender_as_referred, is_index, recorded_at, link_id', of_services);
  call access.report_columns('casework_contact', 'id, case_id, service_id, happened_on, channel, outcome, started_by', of_services);
  call access.report_columns('casework_session', 'id, case_id, service_id, held_on, kind, provider, attended, minutes', of_services);
  call access.report_columns('casework_action', 'id, case_id, service_id, done_on, kind, mode, sub_type, support_areas, disrupt_areas, agency, other_agencies, minutes, unmet_need_agency, step_down', of_services);
  call access.report_columns('casework_closure', 'id, case_id, service_id, closed_on, primary_reason, contributing, engagement, agreed_idva, agreed_panel, risk_owner', of_services);
  call access.report_columns('access_caseassignment', 'id, membership_id, case_id, service_id, kind, starts_on, ends_on', of_services);
  call access.report_columns('advocacy_engagemententry', 'id, record_id, service_id, value, since, recorded_at', of_services);
  call access.report_columns('safety_caselink', 'id, su_case_id, su_service_id, vs_record_id, vs_service_id, is_index', 'su_service_id = any ((select access.services_reported())::uuid[])');
end $$;

-- Answers of forms, item by item, codes only: an item that could hold words is not on the list, nor is a value that is
-- no code. A superseded form is left out (R-10).
grant select on casework_assessment to role_policy;
create policy codes on casework_assessment for select to role_policy using (true);
create or replace function access.coded_answers()
returns table (assessment uuid, case_id uuid, linked_person uuid, instrument text, version text, point text, as_of date, item text, value text, missing text)
language sql stable security definer
begin atomic
  select a.id, a.case_id, a.linked_person_id, a.instrument, a.instrument_version, a.point, a.as_of, given.key,
         given.value ->> 'value', given.value ->> 'missing'
    from casework_assessment a
   cross join lateral jsonb_each(a.answers) given
   where a.service_id = any ((select access.services_reported())::uuid[])
     and not exists (select 1 from casework_assessment later where later.supersedes_id = a.id)
     and ((a.instrument = 'severity_of_abuse_grid' and given.key ~ '^(physical|sexual|hs|jcc)(_used)?$')
       or (a.instrument = 'drive_dash' and given.key ~ '^q[0-9]{2}$')
       or a.instrument = 'needs')
     and coalesce(given.value ->> 'value', '') ~ '^[a-z_]{0,20}$';
end;
