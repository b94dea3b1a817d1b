-- The client's record. Readable by the IDVA's side alone; no case scope is granted anything here.

call access.protect('advocacy_vsrecord');
grant select on advocacy_vsrecord to role_vs_worker;
grant select, insert on advocacy_vsrecord to role_vs_manager;
create policy held on advocacy_vsrecord for select to role_vs_worker using (id = any ((select access.vs_records())::uuid[]));
create policy at_service on advocacy_vsrecord for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy not_barred on advocacy_vsrecord as restrictive for all to role_vs_worker, role_vs_manager
  using (id <> all ((select access.barred())::uuid[]));
create policy opens_at_service on advocacy_vsrecord for insert to role_vs_manager
  with check (service_id = (select access.service_in('vs_manager')) and recorded_by_id = (select access.member_in('vs_manager')));

call access.protect_client_fact('advocacy_clientprofile');

-- Sealed values: the people who work with her, never a manager by virtue of managing, never emergency reading (S-35).
call access.protect('advocacy_sealedvalue');
call access.follow('advocacy_sealedvalue', 'record_id', 'advocacy_vsrecord');
grant select, insert on advocacy_sealedvalue to role_vs_worker;
create policy held on advocacy_sealedvalue for select to role_vs_worker
  using (record_id = any ((select access.vs_records_held())::uuid[]));
create policy not_barred on advocacy_sealedvalue as restrictive for all to role_vs_worker
  using (record_id <> all ((select access.barred())::uuid[]));
create policy adds_held on advocacy_sealedvalue for insert to role_vs_worker
  with check (record_id = any ((select access.vs_records_held())::uuid[]) and recorded_by_id = (select access.member_in('vs_worker')));

-- Opening by allocation.
call access.allocation_adds('advocacy_vsrecord');
call access.allocation_adds('advocacy_clientprofile');
call access.allocation_adds('advocacy_sealedvalue');

do $$ begin
  if not exists (select from pg_constraint where conname = 'client_assignment_has_its_record') then
    alter table access_clientassignment add constraint client_assignment_has_its_record
      foreign key (record_id, service_id) references advocacy_vsrecord (id, service_id) on update cascade deferrable initially deferred;
  end if;
end $$;
