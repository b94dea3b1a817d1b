-- The service user's case. Readable by the case manager's side alone; no client scope is granted anything here.

call access.protect('casework_sucase');
grant select on casework_sucase to role_su_worker;
grant select, insert on casework_sucase to role_su_manager;
create policy held on casework_sucase for select to role_su_worker using (id = any ((select access.su_cases())::uuid[]));
create policy at_service on casework_sucase for select to role_su_manager using (service_id = (select access.service_in('su_manager')));
create policy not_barred on casework_sucase as restrictive for all to role_su_worker, role_su_manager
  using (id <> all ((select access.barred())::uuid[]));
create policy opens_at_service on casework_sucase for insert to role_su_manager
  with check (service_id = (select access.service_in('su_manager')) and recorded_by_id = (select access.member_in('su_manager')));

call access.goes_with('casework_sucase', 6, 'id = any ((select access.erasing(''su''))::uuid[])');

call access.protect_case_fact('casework_serviceuserprofile');
call access.protect_case_fact('casework_contactchannel');
call access.protect_case_fact('casework_stateentry');
call access.protect_case_fact('casework_linkedperson');

-- What is done on a case: each row inserted once and never changed.
call access.protect_case_fact('casework_contact');
call access.protect_case_fact('casework_session');
call access.protect_case_fact('casework_action');
call access.protect_case_fact('casework_researchnote');
call access.protect_case_fact('casework_contactstrategy');
call access.protect_case_fact('casework_assessment');
call access.protect_case_fact('casework_reviewflag');
call access.protect_case_fact('casework_reviewflaganswer');
call access.protect_case_fact('casework_closure');
call access.protect_case_fact('casework_sharingconsent');

-- What an emergency reading of a part opens (S-35): where he is and how to reach him; who is in danger.
call access.opens_in_part('casework_serviceuserprofile', 'case_id', 'su_worker', '{reach,danger}');
call access.opens_in_part('casework_stateentry', 'case_id', 'su_worker', '{reach,danger}', 'and history = ''whereabouts''');
call access.opens_in_part('casework_contactchannel', 'case_id', 'su_worker', '{reach}');
call access.opens_in_part('casework_linkedperson', 'case_id', 'su_worker', '{danger}');

-- How many cases each holder of a service has, for whoever gives out cases: numbers only, no case (P-21). Answers the
-- allocation scope for a service of its own site, and the manager for their own service; anybody else gets no row.
grant select on casework_sucase, casework_stateentry to role_policy;
create policy counts on casework_sucase for select to role_policy using (true);
create policy counts on casework_stateentry for select to role_policy using (true);

create or replace function access.caseload_counts(service uuid)
returns table (membership_id uuid, open_cases bigint, on_hold bigint, direct bigint, allocated_lately bigint)
language sql stable security definer
begin atomic
  select a.membership_id, count(*), count(*) filter (where s.value = 'on_hold'), count(*) filter (where p.value = 'direct'),
         count(*) filter (where c.allocated_on > (select access.today()) - 28)
    from access_caseassignment a
    join casework_sucase c on c.id = a.case_id
    cross join lateral (select e.value from casework_stateentry e where e.case_id = c.id and e.history = 'status'
                         order by e.since desc, e.recorded_at desc limit 1) s
    left join lateral (select e.value from casework_stateentry e where e.case_id = c.id and e.history = 'approach'
                        order by e.since desc, e.recorded_at desc limit 1) p on true
   where a.service_id = service and a.kind = 'holder'
     and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
     and s.value not in ('closed', 'not_progressed', 'rejected')
     and (access.service_site(service) = (select access.site_in('allocation'))
          or service = (select access.service_in('su_manager')))
   group by a.membership_id;
end;

-- Opening by allocation.
call access.allocation_adds('casework_sucase');
call access.allocation_adds('casework_serviceuserprofile');
call access.allocation_adds('casework_stateentry');
call access.allocation_adds('casework_linkedperson');

do $$ begin
  if not exists (select from pg_constraint where conname = 'case_assignment_has_its_case') then
    alter table access_caseassignment add constraint case_assignment_has_its_case
      foreign key (case_id, service_id) references casework_sucase (id, service_id) on update cascade deferrable initially deferred;
  end if;
end $$;
