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

call access.protect_case_fact('casework_serviceuserprofile');
call access.protect_case_fact('casework_stateentry');
call access.protect_case_fact('casework_linkedperson');

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
