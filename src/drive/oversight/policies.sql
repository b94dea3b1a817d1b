-- Oversight: alerts about looks. Found in the audit by a function of the policy role that the clock calls; read by the
-- supervisors of the record's own service and by the governance lead of the site; never by the reader they are about.

call access.protect('oversight_alert');
grant select, insert on oversight_alert to role_policy;
create policy finds on oversight_alert for select to role_policy using (true);
create policy notes on oversight_alert for insert to role_policy with check (true);
grant select on oversight_alert to role_su_manager, role_vs_manager, role_governance;
create policy at_su_service on oversight_alert for select to role_su_manager using (service_id = (select access.service_in('su_manager')));
create policy at_vs_service on oversight_alert for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy at_site on oversight_alert for select to role_governance using (site_id = (select access.site_in('governance')));
create policy not_about_oneself on oversight_alert as restrictive for select to role_su_manager, role_vs_manager, role_governance
  using (user_id <> (select access.account_of_member()));
create policy not_barred on oversight_alert as restrictive for select to role_su_manager, role_vs_manager, role_governance
  using (record_id is null or record_id <> all ((select access.barred())::uuid[]));

call access.protect('oversight_alertanswer');
grant select, insert on oversight_alertanswer to role_su_manager, role_vs_manager, role_governance;
grant select on oversight_alertanswer to role_policy;
create policy decides on oversight_alertanswer for select to role_policy using (true);
create policy of_alerts_seen on oversight_alertanswer for select to role_su_manager, role_vs_manager, role_governance
  using (exists (select from oversight_alert a where a.id = oversight_alertanswer.alert_id));
create policy answers on oversight_alertanswer for insert to role_su_manager, role_vs_manager, role_governance
  with check (recorded_by_id = (select access.member_today())
              and exists (select from oversight_alert a where a.id = oversight_alertanswer.alert_id));

-- A worker's own address and phone: written by themselves, compared by the function below, read by nobody.
call access.protect('oversight_ownchannel');
grant insert on oversight_ownchannel to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager, role_referrals, role_panel,
  role_allocation, role_adviser, role_governance, role_custodian, role_report, role_administration;
create policy own on oversight_ownchannel for insert to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager, role_referrals,
  role_panel, role_allocation, role_adviser, role_governance, role_custodian, role_report, role_administration
  with check (recorded_by_id = (select access.member_today()) and user_id = (select access.account_of_member()));
grant select on oversight_ownchannel to role_policy;
create policy compares on oversight_ownchannel for select to role_policy using (true);

call access.protect('oversight_usualvolume');
grant select, insert on oversight_usualvolume to role_policy;
create policy reckons on oversight_usualvolume for all to role_policy using (true) with check (true);

call access.protect('oversight_auditwatch');
grant select, insert, update on oversight_auditwatch to role_policy;
create policy watches on oversight_auditwatch for all to role_policy using (true) with check (true);

-- What the finding reads besides the access tables: events; a record's surname; digests of sealed channels (granted to the
-- policy role for the collision check, S-14).
create policy finds on audit_auditevent for select to role_policy using (true);
grant select (id, case_id, version, family_name) on casework_serviceuserprofile to role_policy;
grant select (id, record_id, version, family_name) on advocacy_clientprofile to role_policy;
create policy finds on casework_serviceuserprofile for select to role_policy using (true);
create policy finds on advocacy_clientprofile for select to role_policy using (true);

-- Parts of a surname, folded: "Smith-Jones" has two.
create or replace function access.surname_parts(name text) returns text[] language sql stable parallel safe
return regexp_split_to_array(trim(lower(regexp_replace(normalize(name, nfkd), U&'[\0300-\036f]', '', 'g'))), '[\s-]+');

-- Reads the audit from where it last stopped, a quarter of an hour overlapping because events are stamped before their
-- transaction ends, and writes what it finds. The same alert is written once a day; one about a surname or an address
-- that was explained, or waits for an answer, is not written again at all. How many alerts it wrote.
create or replace function access.find_alerts() returns integer language plpgsql volatile security definer as $$
declare
  upto timestamptz := clock_timestamp();
  since timestamptz;
  found integer;
  hourly integer;
  probing integer;
begin
  if current_setting('role') is distinct from access.scope_role('clock') then
    raise exception 'the clock alone' using errcode = '42501';
  end if;
  select w.until - interval '15 minutes' into since from oversight_auditwatch w;
  since := coalesce(since, '-infinity');

  with looks as materialized (
    select e.id, e.at, e.act, r.record_id, e.assignment_id, e.membership_id, m.user_id, m.name, m.role, m.service_id as reader_service,
           r.service_id, r.site_id, r.side = m.side or not r.by_link as answers_for_itself
      from audit_auditevent e
      join access_membership m on m.id = e.membership_id
      -- a look at what crosses between two records is a look at both
      join lateral (select c.id as record_id, c.service_id, c.site_id, 'su' as side, false as by_link from casework_sucase c where c.id = e.record_id
                    union all
                    select v.id, v.service_id, v.site_id, 'vs', false from advocacy_vsrecord v where v.id = e.record_id
                    union all
                    select k.su_case_id, k.su_service_id, k.site_id, 'su', true from safety_caselink k where k.id = e.record_id
                    union all
                    select k.vs_record_id, k.vs_service_id, k.site_id, 'vs', true from safety_caselink k where k.id = e.record_id) r on true
     where e.at > since and e.at <= upto and e.act in ('looked', 'opened-seal', 'exported', 'disclosed', 'wrote', 'denied')
       -- what oversight itself opens is no look at the record's content
       and e.kind not in ('who_looked', 'emergency_review', 'bars', 'retention')
       -- and who may open a bundle that somebody asked for was decided by that request (S-37)
       and not (e.kind = 'subject_request' and e.act = 'looked')
  ), judged as (
    select 'no_relation' as kind, l.* from looks l
     where l.assignment_id is null and l.act <> 'wrote' and l.answers_for_itself
       and not (l.act <> 'denied' and l.reader_service = l.service_id and l.role in ('team_leader', 'service_manager', 'idva_manager'))
       -- reading in an emergency is reviewed in its own way; an address kept open after it ended is no browsing
       and not exists (select from access_breakglass b where b.membership_id = l.membership_id and b.record_id = l.record_id
                         and l.at between b.opened_at and b.expires_at + interval '1 day')
       -- nor is the address of a record held until lately (S-46)
       and not exists (select from access_caseassignment a where l.act = 'denied' and a.case_id = l.record_id
                         and a.membership_id = l.membership_id and a.ends_on > l.at::date - 28)
       and not exists (select from access_clientassignment a where l.act = 'denied' and a.record_id = l.record_id
                         and a.membership_id = l.membership_id and a.ends_on > l.at::date - 28)
    union all
    select 'barred', l.* from looks l
     where exists (select from access_bar b where b.user_id = l.user_id and b.record_id = l.record_id
                     and b.recorded_at <= l.at and b.ends_on > (l.at at time zone 'Europe/London')::date)
    union all
    select 'own_name', l.* from looks l
     where access.surname_parts(substring(l.name from '\S+$')) &&
           (select access.surname_parts(p.family_name) from (
              select x.family_name, x.version from casework_serviceuserprofile x where x.case_id = l.record_id
              union all
              select x.family_name, x.version from advocacy_clientprofile x where x.record_id = l.record_id) p
             where p.family_name <> '' order by p.version desc limit 1)
    union all
    select 'own_address', l.* from looks l
     where exists (select from oversight_ownchannel o
                    where o.user_id = l.user_id and o.lookup <> ''
                      and (exists (select from advocacy_sealedvalue v where v.record_id = l.record_id and v.lookup = o.lookup)
                           or exists (select from casework_contactchannel c where c.case_id = l.record_id and c.lookup = o.lookup)))
  )
  insert into oversight_alert (id, kind, found_at, looked_at, looked_on, user_id, membership_id, record_id, service_id, site_id, was_denied)
  select distinct on (j.kind, j.membership_id, j.record_id, j.once)
         gen_random_uuid(), j.kind, upto, j.at, (j.at at time zone 'Europe/London')::date, j.user_id, j.membership_id, j.record_id,
         j.service_id, j.site_id, j.act = 'denied'
    from (select x.*, case when x.kind not in ('own_name', 'own_address') then (x.at at time zone 'Europe/London')::date end as once
            from judged x) j
   where not (j.kind in ('own_name', 'own_address')
              and exists (select from oversight_alert a where a.kind = j.kind and a.user_id = j.user_id and a.record_id = j.record_id
                            and coalesce((select n.finding from oversight_alertanswer n where n.alert_id = a.id
                                           order by n.recorded_at desc limit 1), 'explained') = 'explained'))
   order by j.kind, j.membership_id, j.record_id, j.once, j.at
  on conflict do nothing;
  get diagnostics found = row_count;

  -- Unusual volume: different records opened by one membership within an hour, against what the role usually opens.
  with hours as (
    select e.membership_id, date_trunc('hour', e.at) as hour, min(e.at) as at, count(distinct e.record_id) as records
      from audit_auditevent e
     where e.at > date_trunc('hour', greatest(since, '2000-01-01')) and e.at <= upto
       and e.act in ('looked', 'denied') and e.record_id is not null and e.kind in ('su_case', 'vs_record')
     group by 1, 2
  )
  insert into oversight_alert (id, kind, found_at, looked_at, looked_on, user_id, membership_id, service_id, site_id, was_denied,
                               records_in_the_hour, usual_in_an_hour)
  select distinct on (m.id, (h.at at time zone 'Europe/London')::date)
         gen_random_uuid(), 'volume', upto, h.at, (h.at at time zone 'Europe/London')::date, m.user_id, m.id, m.service_id, m.site_id,
         false, h.records, u.usual
    from hours h
    join access_membership m on m.id = h.membership_id and m.service_id is not null
    left join lateral (select v.usual from oversight_usualvolume v where v.role = m.role order by v.reckoned_on desc limit 1) u on true
   where h.records > greatest(20, 2 * coalesce(u.usual, 0))
   order by m.id, (h.at at time zone 'Europe/London')::date, h.records desc
  on conflict do nothing;
  get diagnostics hourly = row_count;

  -- Times, places or channels tried in vain (S-25): told about whoever tried, to the case's own side, and to the client's where
  -- one client alone is linked: with several, none's manager may learn of another (S-04).
  insert into oversight_alert (id, kind, found_at, looked_at, looked_on, user_id, membership_id, record_id, service_id, site_id, was_denied)
  select gen_random_uuid(), 'probing', upto, x.at, (x.at at time zone 'Europe/London')::date, m.user_id, m.id, t.record_id,
         t.service_id, t.site_id, true
    from (select e.record_id from audit_auditevent e
           where e.at > since and e.at <= upto and e.act = 'denied' and e.kind in ('place_clash', 'channel_clash')
          union
          select b.case_id from safety_bookingstate b where b.state = 'cancelled' and b.recorded_at > since and b.recorded_at <= upto) k
    join casework_sucase c on c.id = k.record_id
    cross join lateral (select v.membership_id, max(v.at) as at from safety.asked_in_vain(c.id, upto) v group by v.membership_id) x
    join access_membership m on m.id = x.membership_id
    cross join lateral (select c.id as record_id, c.service_id, c.site_id
                        union all
                        select (array_agg(l.vs_record_id))[1], (array_agg(l.vs_service_id))[1], (array_agg(l.site_id))[1]
                          from safety_caselink l where l.su_case_id = c.id and not safety.followed(l.id, upto) having count(*) = 1) t
   where safety.asked_too_often(c.id, upto)
     and not exists (select from oversight_alert a where a.kind = 'probing' and a.membership_id = m.id and a.record_id = t.record_id
                        and (a.looked_at >= x.at or not exists (select from oversight_alertanswer n where n.alert_id = a.id)));
  get diagnostics probing = row_count;

  insert into oversight_auditwatch (id, until) values (1, upto) on conflict (id) do update set until = excluded.until;
  return found + hourly + probing;
end $$;

-- Once a day: how many records people of each role opened in an hour of work in the last ninety days. How many roles.
create or replace function access.reckon_usual_volumes() returns integer language plpgsql volatile security definer as $$
declare
  roles integer;
begin
  if current_setting('role') is distinct from access.scope_role('clock') then
    raise exception 'the clock alone' using errcode = '42501';
  end if;
  insert into oversight_usualvolume (id, role, reckoned_on, hours, usual)
  select gen_random_uuid(), x.role, (select access.today()), count(*), ceil(percentile_cont(0.99) within group (order by x.records))
    from (select m.role, e.membership_id, date_trunc('hour', e.at), count(distinct e.record_id) as records
            from audit_auditevent e
            join access_membership m on m.id = e.membership_id
           where e.at > now() - interval '90 days' and e.act = 'looked' and e.record_id is not null and e.kind in ('su_case', 'vs_record')
           group by 1, 2, 3) x
   where not exists (select from oversight_usualvolume v where v.reckoned_on = (select access.today()))
   group by x.role
  on conflict do nothing;
  get diagnostics roles = row_count;
  return roles;
end $$;

-- Alerts about looks at a record, and what was found about them, go with it; the looks stay in the audit (ADR 16).
call access.goes_with('oversight_alertanswer', 2, 'alert_id in (select a.id from oversight_alert a where a.record_id = any ((select access.erasing_any())::uuid[]))');
call access.goes_with('oversight_alert', 3, 'record_id = any ((select access.erasing_any())::uuid[])');
