-- Retention and erasure (docs/adr/0016-retention-and-erasure.md): the manager of a record's own side proposes, a governance
-- lead who is somebody else confirms, and one function erases. Nothing goes without a person, nothing before its time.

create or replace function access.is_held(record uuid) returns boolean language sql stable
return coalesce((select h.state = 'held' from retention_hold h where h.record_id = record order by h.recorded_at desc, h.id desc limit 1), false);

-- Records past their time, of the acting person's own side: those of their service for a worker or manager, both sides'
-- of the site for the governance lead. Never one that they are barred from. No name and no code.
create or replace function access.records_past_time()
returns table (side text, record_id uuid, service_id uuid, ended date, kept_until date, is_held boolean)
language sql stable security definer
begin atomic
  select x.side, x.id, x.service_id, access.ended_on(x.side, x.id), access.kept_until(x.site_id, x.side, x.id), access.is_held(x.id)
    from (select 'su' as side, c.id, c.service_id, c.site_id from casework_sucase c
           where access.months_kept(c.site_id, 'su') is not null
             and (c.service_id = (select access.service_in('su_manager')) or c.site_id = (select access.site_in('governance')))
          union all
          select 'vs', r.id, r.service_id, r.site_id from advocacy_vsrecord r
           where access.months_kept(r.site_id, 'vs') is not null
             and (r.service_id = (select access.service_in('vs_manager')) or r.site_id = (select access.site_in('governance')))) x
   where x.id <> all ((select access.barred())::uuid[])
     and access.kept_until(x.site_id, x.side, x.id) <= (select access.today());
end;

-- A record of this service, which is on this side and at this site.
create or replace function access.is_record_of(wanted_side text, record uuid, service uuid, site uuid) returns boolean
language sql stable security definer
return exists (select from casework_sucase c where wanted_side = 'su' and c.id = record and c.service_id = service and c.site_id = site)
    or exists (select from advocacy_vsrecord r where wanted_side = 'vs' and r.id = record and r.service_id = service and r.site_id = site);

-- Holds: by the manager of the record's service, and by the governance lead of the site.
call access.protect('retention_hold');
grant select, insert on retention_hold to role_su_manager, role_vs_manager, role_governance;
grant select on retention_hold to role_policy;
create policy decides on retention_hold for select to role_policy using (true);
create policy at_su_service on retention_hold for select to role_su_manager using (service_id = (select access.service_in('su_manager')));
create policy at_vs_service on retention_hold for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy at_site on retention_hold for select to role_governance using (site_id = (select access.site_in('governance')));
create policy holds_su on retention_hold for insert to role_su_manager
  with check (service_id = (select access.service_in('su_manager')) and recorded_by_id = (select access.member_in('su_manager')));
create policy holds_vs on retention_hold for insert to role_vs_manager
  with check (service_id = (select access.service_in('vs_manager')) and recorded_by_id = (select access.member_in('vs_manager')));
create policy holds on retention_hold for insert to role_governance
  with check (site_id = (select access.site_in('governance')) and recorded_by_id = (select access.member_in('governance')));
create policy of_a_record on retention_hold as restrictive for insert to role_su_manager, role_vs_manager, role_governance
  with check (access.is_record_of(side, record_id, service_id, site_id));
create policy not_barred on retention_hold as restrictive for all to role_su_manager, role_vs_manager, role_governance
  using (record_id <> all ((select access.barred())::uuid[]));
call access.goes_with('retention_hold', 3, 'record_id = any ((select access.erasing_any())::uuid[])');

-- Proposals: of a record past its time, by the manager of its own service. They outlive it.
create or replace function access.may_propose(wanted_side text, record uuid, service uuid, site uuid) returns boolean
language sql stable security definer
return access.is_record_of(wanted_side, record, service, site)
   and exists (select from access.records_past_time() p where p.record_id = record);
call access.protect('retention_erasureproposal');
grant select, insert on retention_erasureproposal to role_su_manager, role_vs_manager;
grant select on retention_erasureproposal to role_governance, role_policy;
create policy decides on retention_erasureproposal for select to role_policy using (true);
create policy at_su_service on retention_erasureproposal for select to role_su_manager using (service_id = (select access.service_in('su_manager')));
create policy at_vs_service on retention_erasureproposal for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy at_site on retention_erasureproposal for select to role_governance using (site_id = (select access.site_in('governance')));
create policy proposes_su on retention_erasureproposal for insert to role_su_manager
  with check (recorded_by_id = (select access.member_in('su_manager')));
create policy proposes_vs on retention_erasureproposal for insert to role_vs_manager
  with check (recorded_by_id = (select access.member_in('vs_manager')));
create policy past_its_time on retention_erasureproposal as restrictive for insert to role_su_manager, role_vs_manager
  with check (access.may_propose(side, record_id, service_id, site_id));
create policy not_barred on retention_erasureproposal as restrictive for all to role_su_manager, role_vs_manager, role_governance
  using (record_id <> all ((select access.barred())::uuid[]));

-- Answers: a governance lead who is somebody else than who proposed. `erased` comes from the function below alone.
create or replace function access.may_answer(proposal uuid, site uuid) returns boolean language sql stable security definer
return exists (select from retention_erasureproposal p join access_membership m on m.id = p.recorded_by_id
                where p.id = proposal and p.site_id = site and site = (select access.site_in('governance'))
                  and m.user_id <> (select access.account_of_member()) and p.record_id <> all ((select access.barred())::uuid[]));
call access.protect('retention_erasureanswer');
grant select on retention_erasureanswer to role_su_manager, role_vs_manager;
grant select, insert on retention_erasureanswer to role_governance, role_policy;
create policy decides on retention_erasureanswer for select to role_policy using (true);
create policy erases on retention_erasureanswer for insert to role_policy with check (outcome = 'erased' and recorded_at = now());
create policy of_proposals_seen on retention_erasureanswer for select to role_su_manager, role_vs_manager, role_governance
  using (exists (select from retention_erasureproposal p where p.id = retention_erasureanswer.proposal_id));
create policy keeps on retention_erasureanswer for insert to role_governance
  with check (outcome = 'kept' and recorded_by_id = (select access.member_in('governance')) and access.may_answer(proposal_id, site_id));

-- Null when the governance lead may confirm this proposal now; otherwise the first reason why not: absent, answered,
-- second_person, open, too_early, held, stop, linked. `linked`: a record joined to it across the wall is not past its own
-- time, so its workers would see that something is gone. Nobody but governance is told, and not which.
create or replace function access.erasure_refusal(proposal uuid) returns text language sql stable security definer
return (select coalesce(max(case
    when exists (select from retention_erasureanswer a where a.proposal_id = p.id) then 'answered'
    when not access.may_answer(p.id, p.site_id) then 'second_person'
    when access.ended_on(p.side, p.record_id) is null then 'open'
    when coalesce(access.kept_until(p.site_id, p.side, p.record_id) > (select access.today()), true) then 'too_early'
    when access.is_held(p.record_id) then 'held'
    when exists (select from safety_caselink l, lateral safety.live_stops(l.id, clock_timestamp())
                  where p.record_id in (l.su_case_id, l.vs_record_id)) then 'stop'
    when exists (select from safety_caselink l
                   join casework_sucase c on c.id = l.su_case_id
                   join advocacy_vsrecord r on r.id = l.vs_record_id
                  where p.record_id in (l.su_case_id, l.vs_record_id)
                    and coalesce(case p.side when 'su' then access.kept_until(r.site_id, 'vs', r.id)
                                             else access.kept_until(c.site_id, 'su', c.id) end > (select access.today()), true)) then 'linked'
    else '' end), 'absent')
  from retention_erasureproposal p
 where p.id = proposal and p.site_id = (select access.site_in('governance'))
   and p.record_id <> all ((select access.barred())::uuid[]));

-- Erases one record for good and says how many rows went from which table. It asks everything again, writes the answer,
-- and then names no row: the policies of `access.goes_with` let go what hangs on this record and nothing else. All or
-- nothing: whatever fails undoes it.
create or replace function access.erase_record(proposal uuid) returns jsonb language plpgsql volatile security definer as $$
declare
  refusal text;
  kept record;
  gone bigint;
  counts jsonb := '{}';
begin
  perform pg_advisory_xact_lock(hashtextextended('erasing', 0));
  refusal := access.erasure_refusal(proposal);
  if refusal <> '' then
    raise exception 'not erased: %', refusal using errcode = '42501';
  end if;
  insert into retention_erasureanswer (id, recorded_at, recorded_by_id, proposal_id, site_id, outcome)
  select gen_random_uuid(), now(), (select access.member_in('governance')), p.id, p.site_id, 'erased'
    from retention_erasureproposal p where p.id = proposal;
  for kept in select e.tbl from access.erased_with e order by e.place, e.tbl loop
    execute format('delete from %s', kept.tbl::regclass);
    get diagnostics gone = row_count;
    if gone > 0 then
      counts := counts || jsonb_build_object(kept.tbl, gone);
    end if;
  end loop;
  return counts;
end $$;
