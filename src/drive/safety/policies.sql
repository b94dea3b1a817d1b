-- The bridge. Both sides read a link's rows by their own key; nobody reads the other side's tables.


call access.protect('safety_caselink');
grant select on safety_caselink to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager, role_policy;
create policy decides on safety_caselink for select to role_policy using (true);
create policy su_held on safety_caselink for select to role_su_worker using (su_case_id = any ((select access.su_cases())::uuid[]));
create policy su_at_service on safety_caselink for select to role_su_manager using (su_service_id = (select access.service_in('su_manager')));
create policy vs_held on safety_caselink for select to role_vs_worker using (vs_record_id = any ((select access.vs_records())::uuid[]));
create policy vs_at_service on safety_caselink for select to role_vs_manager using (vs_service_id = (select access.service_in('vs_manager')));
create policy not_barred_su on safety_caselink as restrictive for all to role_su_worker, role_su_manager
  using (su_case_id <> all ((select access.barred())::uuid[]));
create policy not_barred_vs on safety_caselink as restrictive for all to role_vs_worker, role_vs_manager
  using (vs_record_id <> all ((select access.barred())::uuid[]));

grant insert on safety_caselink to role_allocation;
create policy allocates on safety_caselink for insert to role_allocation
  with check (site_id = (select access.site_in('allocation')) and recorded_by_id = (select access.member_in('allocation')));

-- A table of facts that belong to one link: columns link_id, su_case_id, su_service_id, vs_record_id, vs_service_id,
-- recorded_by_id. Both sides read; each writes as itself.
create or replace procedure access.protect_bridge_fact(tbl regclass) language plpgsql as $$
declare
  cname text := left(tbl::text, 40) || '_follows_link';
begin
  call access.protect(tbl);
  if not exists (select from pg_constraint where conrelid = tbl and conname = cname) then
    execute format('alter table %s add constraint %I foreign key (link_id, su_case_id, vs_record_id) '
                   'references safety_caselink (id, su_case_id, vs_record_id) deferrable initially deferred', tbl, cname);
  end if;
  execute format('grant select, insert on %s to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager', tbl);
  execute format('create policy su_held on %s for select to role_su_worker using (su_case_id = any ((select access.su_cases())::uuid[]))', tbl);
  execute format('create policy su_at_service on %s for select to role_su_manager using (su_service_id = (select access.service_in(''su_manager'')))', tbl);
  execute format('create policy vs_held on %s for select to role_vs_worker using (vs_record_id = any ((select access.vs_records())::uuid[]))', tbl);
  execute format('create policy vs_at_service on %s for select to role_vs_manager using (vs_service_id = (select access.service_in(''vs_manager'')))', tbl);
  execute format('create policy not_barred_su on %s as restrictive for all to role_su_worker, role_su_manager using (su_case_id <> all ((select access.barred())::uuid[]))', tbl);
  execute format('create policy not_barred_vs on %s as restrictive for all to role_vs_worker, role_vs_manager using (vs_record_id <> all ((select access.barred())::uuid[]))', tbl);
  execute format('create policy su_adds_held on %s for insert to role_su_worker with check (su_case_id = any ((select access.su_cases_held())::uuid[]) and recorded_by_id = (select access.member_in(''su_worker'')))', tbl);
  execute format('create policy su_adds_at_service on %s for insert to role_su_manager with check (su_service_id = (select access.service_in(''su_manager'')) and recorded_by_id = (select access.member_in(''su_manager'')))', tbl);
  execute format('create policy vs_adds_held on %s for insert to role_vs_worker with check (vs_record_id = any ((select access.vs_records_held())::uuid[]) and recorded_by_id = (select access.member_in(''vs_worker'')))', tbl);
  execute format('create policy vs_adds_at_service on %s for insert to role_vs_manager with check (vs_service_id = (select access.service_in(''vs_manager'')) and recorded_by_id = (select access.member_in(''vs_manager'')))', tbl);
end $$;
