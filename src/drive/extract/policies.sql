-- The report scope: coded columns of one site, for returns and extracts. No name, address, free text or exact birth
-- date is granted, so no mistake in a query can show one (house decision 9). No worker's page uses it.

-- Who counts: analysts and service managers. A commissioner works in the same scope and reads released returns alone (A-20).
create or replace function access.site_counted() returns uuid language sql stable security definer parallel safe
return (select m.site_id from access_membership m where m.id = (select access.member_in('report')) and m.role in ('analyst', 'service_manager'));

create or replace function access.services_reported() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(s.id), '{}') from access_service s where s.site_id = (select access.site_counted()));

create or replace procedure access.report_columns(tbl regclass, columns text, restriction text) language plpgsql as $$
begin
  execute format('grant select (%s) on %s to role_report', columns, tbl);
  execute format('create policy reports on %s for select to role_report using (%s)', tbl, restriction);
end $$;

do $$
declare
  of_site constant text := 'site_id = (select access.site_counted())';
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
  call access.report_columns('casework_sharingconsent', 'id, case_id, service_id, answer, said_on, recorded_at', of_services);
  call access.report_columns('access_caseassignment', 'id, membership_id, case_id, service_id, kind, starts_on, ends_on', of_services);
  call access.report_columns('advocacy_engagemententry', 'id, record_id, service_id, value, since, recorded_at', of_services);
  call access.report_columns('safety_caselink', 'id, su_case_id, su_service_id, vs_record_id, vs_service_id, is_index, thread', 'su_service_id = any ((select access.services_reported())::uuid[])');
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
     and ((a.instrument = 'severity_of_abuse_grid' and given.key ~ '^((physical|sexual|hs|jcc)(_used)?|look_back)$')
       or (a.instrument = 'drive_dash' and given.key ~ '^q[0-9]{2}$')
       or (a.instrument = 'risk_change' and given.key in ('target', 'change'))
       or (a.instrument = 'aces' and given.key <> 'disclosed_to')
       or a.instrument = 'needs')
     and coalesce(given.value ->> 'value', '') ~ '^([a-z][a-z0-9_]{0,23})?$';
end;

-- The same for the client's forms: codes, counts of at most four digits, and the two days that the forms ask for.
grant select (id, record_id, service_id, instrument, point, as_of, answers, amends_id) on advocacy_assessment to role_policy;
create policy codes on advocacy_assessment for select to role_policy using (true);
create or replace function access.coded_client_answers()
returns table (assessment uuid, record_id uuid, instrument text, point text, as_of date, item text, value text, missing text)
language sql stable security definer
begin atomic
  select a.id, a.record_id, a.instrument, a.point, a.as_of, given.key, given.value ->> 'value', given.value ->> 'missing'
    from advocacy_assessment a
   cross join lateral jsonb_each(a.answers) given
   where a.service_id = any ((select access.services_reported())::uuid[])
     and not exists (select 1 from advocacy_assessment later where later.amends_id = a.id)
     and a.instrument in ('idva_intake_form', 'idva_exit_form', 'abuse_experienced')
     and (given.key ~ '^((physical|sexual|hs|jcc)(_used)?|look_back|need_[a-z_]+|[a-z_]+_12m)$'
       or given.key in ('intake_date', 'exit_date', 'exit_reason', 'risk_level', 'risk_change', 'sustainability', 'safer',
                        'contacts_n', 'supports_n', 'relationship', 'living_together', 'children_present', 'gender', 'ethnicity',
                        'sexual_orientation'))
     and coalesce(given.value ->> 'value', '') ~ '^([a-z][a-z0-9_]{0,23}|[0-9]{1,4}|[0-9]{4}-[0-9]{2}-[0-9]{2})?$';
end;

-- Whose record: the bare key of the person, by which one client with two records is one person in an extract.
create or replace function access.client_keys() returns table (record_id uuid, person_key uuid)
language sql stable security definer
begin atomic
  select r.id, r.person_key from advocacy_vsrecord r where r.service_id = any ((select access.services_reported())::uuid[]);
end;

-- Completed years on a day; nothing where the birth date is not known to the day.
create or replace function access.completed_years(born date, born_known_to text, on_day date) returns integer
language sql immutable parallel safe
return case when born_known_to = 'day' then extract(year from age(on_day, born))::integer end;

-- One record of a client as codes, ages and counts, as known at the end of a day.
grant select (id, record_id, version, born_on, born_precision, gender, ethnic_group, orientation) on advocacy_clientprofile to role_policy;
create policy codes on advocacy_clientprofile for select to role_policy using (true);
grant select (id, record_id, exited_on, reason) on advocacy_recordexit to role_policy;
create policy codes on advocacy_recordexit for select to role_policy using (true);
grant select (id, record_id, arranged_on) on advocacy_supportmobilised to role_policy;
create policy codes on advocacy_supportmobilised for select to role_policy using (true);
create or replace function access.coded_clients(until date)
returns table (record_id uuid, person_key uuid, opened_on date, gender text, ethnic_group text, orientation text, age integer,
               exited_on date, exit_reason text, contacts_made bigint, supports bigint, engaged boolean)
language sql stable security definer
begin atomic
  select r.id, r.person_key, r.opened_on, p.gender, p.ethnic_group, p.orientation,
         access.completed_years(p.born_on, p.born_precision, r.opened_on), x.exited_on, x.reason,
         (select count(*) from advocacy_clientcontact c where c.record_id = r.id and c.outcome in ('spoke', 'agreed_next')
             and (c.happened_at at time zone 'Europe/London')::date <= until),
         (select count(*) from advocacy_supportmobilised s where s.record_id = r.id and s.arranged_on <= until),
         exists (select from advocacy_engagemententry e where e.record_id = r.id and e.since <= until
                    and e.value in ('engaged', 'sporadic', 'monitoring', 'via_agency', 'no_news'))
    from advocacy_vsrecord r
    left join lateral (select q.* from (select born_on, born_precision, gender, ethnic_group, orientation, version
                         from advocacy_clientprofile where record_id = r.id) q order by q.version desc limit 1) p on true
    left join advocacy_recordexit x on x.record_id = r.id and x.exited_on <= until
   where r.service_id = any ((select access.services_reported())::uuid[]);
end;

-- Children of clients' records in the contract's bands: never a name, a birth date or a place.
grant select (id, record_id, service_id, thread, version, born_on, age_band, status, recorded_at) on advocacy_child to role_policy;
create policy codes on advocacy_child for select to role_policy using (true);
create or replace function access.coded_children(until date)
returns table (record_id uuid, child uuid, age_band text, status text, known_on date)
language sql stable security definer
begin atomic
  select c.record_id, c.thread,
         case when c.born_on > until then 'unborn' when c.born_on is not null then
                case when access.completed_years(c.born_on, 'day', until) < 5 then '0_4'
                     when access.completed_years(c.born_on, 'day', until) < 11 then '5_10'
                     when access.completed_years(c.born_on, 'day', until) < 16 then '11_15'
                     when access.completed_years(c.born_on, 'day', until) < 18 then '16_17' else 'adult' end
              when c.age_band = '5_9' then '5_10' when c.age_band = '10_15' then 'unknown' else c.age_band end,
         c.status, (first.known_at at time zone 'Europe/London')::date
    from advocacy_child c
    join (select thread, min(recorded_at) as known_at, max(version) as version from advocacy_child group by thread) first
      on first.thread = c.thread and first.version = c.version
   where c.service_id = any ((select access.services_reported())::uuid[]) and (first.known_at at time zone 'Europe/London')::date <= until;
end;

-- Service users as codes and age when referred: the newest version of who they are.
grant select (id, case_id, service_id, version, born_on, born_precision, gender, ethnic_group, employment) on casework_serviceuserprofile to role_policy;
create policy codes on casework_serviceuserprofile for select to role_policy using (true);
create or replace function access.coded_service_users()
returns table (case_id uuid, gender text, ethnic_group text, employment text, age integer)
language sql stable security definer
begin atomic
  select distinct on (p.case_id) p.case_id, p.gender, p.ethnic_group, p.employment,
         access.completed_years(p.born_on, p.born_precision, c.referred_on)
    from casework_serviceuserprofile p join casework_sucase c on c.id = p.case_id
   where p.service_id = any ((select access.services_reported())::uuid[])
   order by p.case_id, p.version desc;
end;

-- ---------------------------------------------------------------------------------------------------------------
-- Releases (S-40): an analyst or a manager asks in the report scope, the governance lead answers, and what was released
-- can be written and read. Whoever asked does not answer, in whatever role: the account is compared, not the membership.

create or replace function access.asks_for_releases() returns boolean language sql stable security definer parallel safe
return (select access.site_counted()) is not null;

call access.protect_site_fact('extract_releaserequest', 'report', 'governance');
call access.protect_site_fact('extract_releaseanswer', 'report', 'governance');
call access.protect_site_fact('extract_releasefile', 'report', 'governance');
revoke insert on extract_releaserequest, extract_releasefile from role_governance;
revoke insert on extract_releaseanswer from role_report;

grant select on extract_releaserequest, extract_releaseanswer to role_policy;
create policy decides on extract_releaserequest for select to role_policy using (true);
create policy decides on extract_releaseanswer for select to role_policy using (true);

create or replace function access.asked_by_another(asked uuid) returns boolean language sql stable security definer
return exists (select from extract_releaserequest r
                 join access_membership asker on asker.id = r.recorded_by_id
                 join access_membership me on me.id = (select access.member_in('governance'))
                where r.id = asked and r.site_id = me.site_id and asker.user_id <> me.user_id);
create policy second_person on extract_releaseanswer as restrictive for insert to role_governance
  with check (access.asked_by_another(request_id));

create or replace function access.released(wanted text) returns uuid[] language sql stable security definer
return (select coalesce(array_agg(r.id), '{}') from extract_releaserequest r
          join extract_releaseanswer a on a.request_id = r.id and a.outcome = 'released'
         where r.site_id = (select access.site_in('report')) and (wanted = '' or r.kind = wanted));

-- A commissioner reads released returns and nothing of what was asked, refused or extracted.
create policy asks on extract_releaserequest as restrictive for insert to role_report with check ((select access.asks_for_releases()));
create policy if_released on extract_releaserequest as restrictive for select to role_report
  using ((select access.asks_for_releases()) or id = any ((select access.released('return'))::uuid[]));
create policy if_released on extract_releaseanswer as restrictive for select to role_report
  using ((select access.asks_for_releases()) or request_id = any ((select access.released('return'))::uuid[]));
create policy if_released on extract_releasefile as restrictive for select to role_report
  using ((select access.asks_for_releases()) or request_id = any ((select access.released('return'))::uuid[]));
create policy of_released on extract_releasefile as restrictive for insert to role_report
  with check (request_id = any ((select access.released(''))::uuid[]));
