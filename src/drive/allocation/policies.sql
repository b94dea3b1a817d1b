-- Which referral became which case and record: for those who allocate at the site. It is a bridge of keys; no case or
-- client scope reads it, since it would tell one side of the other.

call access.protect('allocation_allocation');
grant select, insert on allocation_allocation to role_allocation;
create policy reads on allocation_allocation for select to role_allocation using (site_id = (select access.site_in('allocation')));
create policy adds on allocation_allocation for insert to role_allocation
  with check (site_id = (select access.site_in('allocation')) and recorded_by_id = (select access.member_in('allocation')));

create policy not_barred on allocation_allocation as restrictive for all to role_allocation
  using (referral_id <> all ((select access.barred_referrals())::uuid[]));

-- Whether a referral was allocated: one yes or no, for those who may see the referral.
grant select on allocation_allocation to role_policy;
create policy decides on allocation_allocation for select to role_policy using (true);
create or replace function access.referral_is_allocated(referral uuid) returns boolean language sql stable security definer
return exists (select 1 from allocation_allocation a
                where a.referral_id = referral
                  and a.site_id = coalesce((select access.site_in('referrals')), (select access.site_in('panel')), (select access.site_in('allocation'))));

-- How much each worker of a service holds today: numbers only, for allocating (P-21, C-13). Open means no ended status
-- (cases, by `access.caseload_counts`) or no exit (records). The allocation scope reads neither table.
grant select (id, record_id) on advocacy_recordexit to role_policy;
create policy counts on advocacy_recordexit for select to role_policy using (true);
create or replace function access.held_by_service(service uuid) returns table (membership uuid, held bigint)
language sql stable security definer
begin atomic
  select m.id, coalesce(cases.open_cases, 0) + count(a.membership_id)
    from access_membership m
    left join access.caseload_counts(service) cases on cases.membership_id = m.id
    left join (select c.membership_id from access_clientassignment c
                where c.service_id = service and not exists (select from advocacy_recordexit e where e.record_id = c.record_id)
                  and c.starts_on <= (select access.today()) and c.ends_on > (select access.today()) and c.kind = 'holder') a
      on a.membership_id = m.id
   where m.service_id = service
     and (select access.service_site(service)) = (select access.site_in('allocation'))
     and m.starts_on <= (select access.today()) and m.ends_on > (select access.today())
   group by m.id, cases.open_cases;
end;

-- Which cases and records of earlier allocations at the site are open today, and who holds them: so that a second
-- referral of the same people is offered their record instead of a second one. The code of a case is the business of
-- its own service.
create or replace function access.still_open(cases uuid[], records uuid[])
returns table (kind text, id uuid, service_id uuid, holder uuid, code text)
language sql stable security definer
begin atomic
  select 'case', c.id, c.service_id, h.membership_id,
         case when c.service_id = (select access.service_in('allocation')) then c.code::text else '' end
    from casework_sucase c
   cross join lateral (select e.value from casework_stateentry e where e.case_id = c.id and e.history = 'status'
                        order by e.since desc, e.recorded_at desc limit 1) s
    join lateral (select a.membership_id from access_caseassignment a
                   where a.case_id = c.id and a.kind = 'holder'
                     and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
                   order by a.starts_on desc, a.id limit 1) h on true
   where c.id = any (cases) and c.site_id = (select access.site_in('allocation'))
     and s.value not in ('closed', 'not_progressed', 'rejected')
     and exists (select from allocation_allocation a where a.su_case_id = c.id)
  union all
  select 'record', r.id, r.service_id, h.membership_id, ''
    from advocacy_vsrecord r
    join lateral (select a.membership_id from access_clientassignment a
                   where a.record_id = r.id and a.kind = 'holder'
                     and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
                   order by a.starts_on desc, a.id limit 1) h on true
   where r.id = any (records) and r.site_id = (select access.site_in('allocation'))
     and not exists (select from advocacy_recordexit e where e.record_id = r.id)
     and exists (select from allocation_allocation a where a.vs_record_id = r.id);
end;

create index if not exists case_of_referral on casework_sucase (referral_id); -- asked by access.barred() of whoever has a bar

-- For the forecast of an IDVA service (C-32): how many accepted referrals of its site wait for workers; a number and nothing
-- else. Null where the site draws lots, so that no count says anything before a draw (S-47), and for whoever is not its manager.
create or replace function access.waiting_for_workers(service uuid) returns bigint language sql stable security definer
return case when service = (select access.service_in('vs_manager'))
             and not exists (select from access_sitesetting s
                              where s.site_id = access.service_site(service) and s.code = 'C-02' and s.value = '"randomised"'::jsonb)
       then (select count(*) from referrals_referral r
              where r.site_id = access.service_site(service)
                and 'accept' = (select d.outcome from referrals_referraldecision d where d.referral_id = r.id
                                 order by d.decided_on desc, d.recorded_at desc limit 1)
                and not exists (select from allocation_allocation a where a.referral_id = r.id)) end;

call access.goes_with('allocation_allocation', 5, 'referral_id = any ((select access.erasing_referrals())::uuid[])');
