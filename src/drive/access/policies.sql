-- Who may see what: the ground. Applied by the owner after every migration, in one transaction, from nothing
-- (drive.access.policy_files drops every policy and grant first). Words `role_<scope>` stand for the database's own
-- role names. Design, costs and traps: docs/adr/0003-row-policies.md.

-- ---------------------------------------------------------------------------------------------------------------
-- Context: one membership id, local to the transaction. The role is a hint only: each function looks the membership
-- up and asks whether its role works in that scope today.

create or replace function access.today() returns date language sql stable parallel safe
return (now() at time zone 'Europe/London')::date;

create or replace function access.membership() returns uuid language sql stable parallel safe
return nullif(current_setting('drive.membership', true), '')::uuid;

create or replace function access.account() returns uuid language sql stable parallel safe
return nullif(current_setting('drive.account', true), '')::uuid;

-- The membership, if it holds today and its role works in the scope; otherwise null, and every policy sees nothing.
create or replace function access.member_in(wanted text) returns uuid language sql stable security definer parallel safe
return (select m.id from access_membership m
          join access_user u on u.id = m.user_id and u.is_active
          join access.works_in w on w.role = m.role and w.scope = wanted
         where m.id = nullif(current_setting('drive.membership', true), '')::uuid
           and m.starts_on <= (now() at time zone 'Europe/London')::date
           and m.ends_on > (now() at time zone 'Europe/London')::date);

create or replace function access.service_in(wanted text) returns uuid language sql stable security definer parallel safe
return (select m.service_id from access_membership m where m.id = (select access.member_in(wanted)));

create or replace function access.site_in(wanted text) returns uuid language sql stable security definer parallel safe
return (select m.site_id from access_membership m where m.id = (select access.member_in(wanted)));

create or replace function access.own_site() returns uuid language sql stable security definer parallel safe
return (select m.site_id from access_membership m
         where m.id = nullif(current_setting('drive.membership', true), '')::uuid
           and m.starts_on <= (now() at time zone 'Europe/London')::date
           and m.ends_on > (now() at time zone 'Europe/London')::date);

-- Cases held or covered today. What may be written to.
create or replace function access.su_cases_held() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(a.case_id), '{}') from access_caseassignment a
         where a.membership_id = (select access.member_in('su_worker'))
           and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()));

-- ... and those opened in an emergency. What may be read.
create or replace function access.su_cases() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(x.record), '{}') from (select access.member_in('su_worker') as id) m,
          lateral (select a.case_id as record from access_caseassignment a
                    where a.membership_id = m.id and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
                   union all
                   select b.record_id from access_breakglass b where b.membership_id = m.id and b.expires_at > now()) x);

create or replace function access.vs_records_held() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(a.record_id), '{}') from access_clientassignment a
         where a.membership_id = (select access.member_in('vs_worker'))
           and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()));

create or replace function access.vs_records() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(x.record), '{}') from (select access.member_in('vs_worker') as id) m,
          lateral (select a.record_id as record from access_clientassignment a
                    where a.membership_id = m.id and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
                   union all
                   select b.record_id from access_breakglass b where b.membership_id = m.id and b.expires_at > now()) x);

create or replace function access.service_site(service uuid) returns uuid language sql stable parallel safe
return (select s.site_id from access_service s where s.id = service);

-- Records that this person must not see whatever else holds: ties, restrictions, exclusions (S-34).
create or replace function access.barred() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(b.record_id), '{}') from access_bar b
          join access_membership m on m.user_id = b.user_id
         where m.id = nullif(current_setting('drive.membership', true), '')::uuid
           and b.starts_on <= (select access.today()) and b.ends_on > (select access.today()));

-- ---------------------------------------------------------------------------------------------------------------
-- How a table is protected. Each app's policies.sql calls these and adds what is special to it.

create or replace procedure access.protect(tbl regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
end $$;

-- Keeps the copied service of a child row true: it follows its record (f3, design point 4).
create or replace procedure access.follow(tbl regclass, child_column text, parent regclass) language plpgsql as $$
declare
  cname text := left(tbl::text, 40) || '_follows_' || child_column;
begin
  if not exists (select from pg_constraint where conrelid = tbl and conname = cname) then
    execute format('alter table %s add constraint %I foreign key (%I, service_id) references %s (id, service_id) '
                   'on update cascade deferrable initially deferred', tbl, cname, child_column, parent);
  end if;
end $$;

-- A child table of the service user's case, with columns case_id, service_id, recorded_by_id: facts that are inserted
-- and never changed. A worker reads and adds to cases held; a manager to cases of the service.
create or replace procedure access.protect_case_fact(tbl regclass) language plpgsql as $$
begin
  call access.protect(tbl);
  call access.follow(tbl, 'case_id', 'casework_sucase');
  execute format('grant select, insert on %s to role_su_worker, role_su_manager', tbl);
  execute format('create policy held on %s for select to role_su_worker using (case_id = any ((select access.su_cases())::uuid[]))', tbl);
  execute format('create policy at_service on %s for select to role_su_manager using (service_id = (select access.service_in(''su_manager'')))', tbl);
  execute format('create policy not_barred on %s as restrictive for all to role_su_worker, role_su_manager using (case_id <> all ((select access.barred())::uuid[]))', tbl);
  execute format('create policy adds_held on %s for insert to role_su_worker with check (case_id = any ((select access.su_cases_held())::uuid[]) and recorded_by_id = (select access.member_in(''su_worker'')))', tbl);
  execute format('create policy adds_at_service on %s for insert to role_su_manager with check (service_id = (select access.service_in(''su_manager'')) and recorded_by_id = (select access.member_in(''su_manager'')))', tbl);
end $$;

-- The same for the client's record, with columns record_id, service_id, recorded_by_id.
create or replace procedure access.protect_client_fact(tbl regclass) language plpgsql as $$
begin
  call access.protect(tbl);
  call access.follow(tbl, 'record_id', 'advocacy_vsrecord');
  execute format('grant select, insert on %s to role_vs_worker, role_vs_manager', tbl);
  execute format('create policy held on %s for select to role_vs_worker using (record_id = any ((select access.vs_records())::uuid[]))', tbl);
  execute format('create policy at_service on %s for select to role_vs_manager using (service_id = (select access.service_in(''vs_manager'')))', tbl);
  execute format('create policy not_barred on %s as restrictive for all to role_vs_worker, role_vs_manager using (record_id <> all ((select access.barred())::uuid[]))', tbl);
  execute format('create policy adds_held on %s for insert to role_vs_worker with check (record_id = any ((select access.vs_records_held())::uuid[]) and recorded_by_id = (select access.member_in(''vs_worker'')))', tbl);
  execute format('create policy adds_at_service on %s for insert to role_vs_manager with check (service_id = (select access.service_in(''vs_manager'')) and recorded_by_id = (select access.member_in(''vs_manager'')))', tbl);
end $$;

-- The allocation scope writes into both sides once, when an accepted referral is given to workers; it reads neither.
create or replace procedure access.allocation_adds(tbl regclass) language plpgsql as $$
begin
  execute format('grant insert on %s to role_allocation', tbl);
  execute format('create policy allocates on %s for insert to role_allocation with check (access.service_site(service_id) = (select access.site_in(''allocation'')) and recorded_by_id = (select access.member_in(''allocation'')))', tbl);
end $$;

-- A table of one site, with columns site_id and recorded_by_id, for one of the scopes that work by site.
create or replace procedure access.protect_site_fact(tbl regclass, variadic scopes text[]) language plpgsql as $$
declare
  scope text;
begin
  call access.protect(tbl);
  foreach scope in array scopes loop
    execute format('grant select, insert on %s to %s', tbl, access.scope_role(scope));
    execute format('create policy %I on %s for select to %s using (site_id = (select access.site_in(%L)))', 'reads_' || scope, tbl, access.scope_role(scope), scope);
    execute format('create policy %I on %s for insert to %s with check (site_id = (select access.site_in(%L)) and recorded_by_id = (select access.member_in(%L)))', 'adds_' || scope, tbl, access.scope_role(scope), scope, scope);
  end loop;
end $$;

-- ---------------------------------------------------------------------------------------------------------------
-- Organisations, sites, services, teams, settings: names of places of work, not of people worked with.

do $$
declare
  tbl text;
begin
  foreach tbl in array array['access_organisation', 'access_site', 'access_sitesetting', 'access_service', 'access_team'] loop
    execute format('grant select on %I to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager, role_referrals, role_panel, role_allocation, role_adviser, role_governance, role_custodian, role_report, role_administration, role_accounts, role_matcher, role_clock, role_policy', tbl);
    execute format('grant insert, update on %I to role_administration', tbl);
  end loop;
end $$;

-- Accounts: the accounts scope signs people in; administration creates and ends. No case scope reads an account.
call access.protect('access_user');
grant select, insert, update on access_user to role_accounts, role_administration;
grant select on access_user to role_policy;
create policy signs_in on access_user for all to role_accounts using (true) with check (true);
create policy administers on access_user for all to role_administration
  using ((select access.member_in('administration')) is not null)
  with check ((select access.member_in('administration')) is not null);
create policy decides on access_user for select to role_policy using (true);

-- Memberships: who works here. Colleagues at the same site are known to each other by name and role (W-26).
call access.protect('access_membership');
grant select on access_membership to role_policy, role_accounts, role_su_worker, role_su_manager, role_vs_worker, role_vs_manager,
  role_referrals, role_panel, role_allocation, role_adviser, role_governance, role_custodian, role_report, role_clock;
grant select, insert, update on access_membership to role_administration;
create policy decides on access_membership for select to role_policy using (true);
create policy own on access_membership for select to role_accounts using (user_id = (select access.account()));
create policy administers on access_membership for all to role_administration
  using ((select access.member_in('administration')) is not null)
  with check ((select access.member_in('administration')) is not null);
create policy colleagues on access_membership for select to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager,
  role_referrals, role_panel, role_allocation, role_adviser, role_governance, role_custodian, role_report
  using (site_id = (select access.own_site()));

-- Assignments. Readable on the record's own side; across the wall only through the bridge (drive.safety).
call access.protect('access_caseassignment');
grant select on access_caseassignment to role_policy, role_su_worker;
grant select, insert, update on access_caseassignment to role_su_manager;
create policy decides on access_caseassignment for select to role_policy using (true);
create policy held on access_caseassignment for select to role_su_worker using (case_id = any ((select access.su_cases())::uuid[]));
create policy at_service on access_caseassignment for select to role_su_manager using (service_id = (select access.service_in('su_manager')));
create policy assigns on access_caseassignment for insert to role_su_manager
  with check (service_id = (select access.service_in('su_manager')) and recorded_by_id = (select access.member_in('su_manager')));
create policy ends on access_caseassignment for update to role_su_manager
  using (service_id = (select access.service_in('su_manager'))) with check (service_id = (select access.service_in('su_manager')));
create policy not_barred on access_caseassignment as restrictive for select to role_su_worker, role_su_manager
  using (case_id <> all ((select access.barred())::uuid[]));

call access.allocation_adds('access_caseassignment');

call access.protect('access_clientassignment');
grant select on access_clientassignment to role_policy, role_vs_worker;
grant select, insert, update on access_clientassignment to role_vs_manager;
create policy decides on access_clientassignment for select to role_policy using (true);
create policy held on access_clientassignment for select to role_vs_worker using (record_id = any ((select access.vs_records())::uuid[]));
create policy at_service on access_clientassignment for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy assigns on access_clientassignment for insert to role_vs_manager
  with check (service_id = (select access.service_in('vs_manager')) and recorded_by_id = (select access.member_in('vs_manager')));
create policy ends on access_clientassignment for update to role_vs_manager
  using (service_id = (select access.service_in('vs_manager'))) with check (service_id = (select access.service_in('vs_manager')));
create policy not_barred on access_clientassignment as restrictive for select to role_vs_worker, role_vs_manager
  using (record_id <> all ((select access.barred())::uuid[]));

call access.allocation_adds('access_clientassignment');

-- Ties and exclusions: decided by, never shown to the person barred.
call access.protect('access_bar');
grant select on access_bar to role_policy;
grant select, insert on access_bar to role_governance;
create policy decides on access_bar for select to role_policy using (true);
create policy keeps on access_bar for all to role_governance
  using (exists (select from access_membership m where m.user_id = access_bar.user_id))
  with check (recorded_by_id = (select access.member_in('governance')));

-- Emergency reading: one's own openings; the manager of the record's side; the governance lead (S-35).
call access.protect('access_breakglass');
grant select on access_breakglass to role_policy, role_su_worker, role_su_manager, role_vs_worker, role_vs_manager, role_governance;
create policy decides on access_breakglass for select to role_policy using (true);
create policy own on access_breakglass for select to role_su_worker, role_vs_worker using (membership_id = (select access.membership()));
create policy reviews_su on access_breakglass for select to role_su_manager using (service_id = (select access.service_in('su_manager')));
create policy reviews_vs on access_breakglass for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy reviews on access_breakglass for select to role_governance
  using (exists (select from access_membership m where m.id = access_breakglass.membership_id));

-- Drafts: their author's alone (S-48). The accounts scope keeps them when a session has run out, for the same account.
call access.protect('access_draft');
grant select, insert, update, delete on access_draft to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager,
  role_referrals, role_panel, role_allocation, role_governance, role_administration;
create policy own on access_draft for all to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager,
  role_referrals, role_panel, role_allocation, role_governance, role_administration
  using (membership_id = (select access.membership())) with check (membership_id = (select access.membership()));
