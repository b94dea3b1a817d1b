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
          join access_user u on u.id = m.user_id and u.is_active
         where m.id = nullif(current_setting('drive.membership', true), '')::uuid
           and m.starts_on <= (now() at time zone 'Europe/London')::date
           and m.ends_on > (now() at time zone 'Europe/London')::date);

-- The acting membership, whatever its role, while it holds and its account is open: for what is one's own (S-46).
create or replace function access.member_today() returns uuid language sql stable security definer parallel safe
return (select m.id from access_membership m
          join access_user u on u.id = m.user_id and u.is_active
         where m.id = nullif(current_setting('drive.membership', true), '')::uuid
           and m.starts_on <= (now() at time zone 'Europe/London')::date
           and m.ends_on > (now() at time zone 'Europe/London')::date);

-- The account behind the acting membership while it holds; null for nobody, who then sees nothing.
create or replace function access.account_of_member() returns uuid language sql stable security definer parallel safe
return (select m.user_id from access_membership m where m.id = (select access.member_today()));

-- Cases held, covered or worked jointly today: what may be written to. A named contact or a relay is spoken to and reads; who
-- may be rung about a record is not yet somebody who writes in it or opens what is sealed (A-25, S-06).
create or replace function access.su_cases_held() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(a.case_id), '{}') from access_caseassignment a
         where a.membership_id = (select access.member_in('su_worker')) and a.kind in ('holder', 'cover', 'joint')
           and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()));

-- ... and those opened whole in an emergency. What may be read.
create or replace function access.su_cases() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(x.record), '{}') from (select access.member_in('su_worker') as id) m,
          lateral (select a.case_id as record from access_caseassignment a
                    where a.membership_id = m.id and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
                   union all
                   select b.record_id from access_breakglass b where b.membership_id = m.id and b.scope = 'whole' and b.expires_at > now()) x);

create or replace function access.vs_records_held() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(a.record_id), '{}') from access_clientassignment a
         where a.membership_id = (select access.member_in('vs_worker')) and a.kind in ('holder', 'cover', 'joint')
           and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()));

create or replace function access.vs_records() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(x.record), '{}') from (select access.member_in('vs_worker') as id) m,
          lateral (select a.record_id as record from access_clientassignment a
                    where a.membership_id = m.id and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
                   union all
                   select b.record_id from access_breakglass b where b.membership_id = m.id and b.scope = 'whole' and b.expires_at > now()) x);

-- Records of which a part is open in an emergency (S-35): tables that belong to the part have a policy of their own.
create or replace function access.opened_in_part(worker_scope text, parts text[]) returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(b.record_id), '{}') from access_breakglass b
         where b.membership_id = (select access.member_in(worker_scope)) and b.scope = any (parts) and b.expires_at > now());

create or replace function access.service_site(service uuid) returns uuid language sql stable parallel safe
return (select s.site_id from access_service s where s.id = service);

-- Records that this person must not see whatever else holds (S-34), decided by the one table of bars:
--   a tie, restriction or exclusion of this account, at the record or at the referral that it was opened from;
--   a restriction of the record for everybody (no account named) who neither works it today, nor is the one who keeps its
--   supervision, nor reads it in an emergency.
create or replace function access.barred() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(x.record_id), '{}') from access_membership m, lateral (
          select b.record_id from access_bar b
           where b.user_id = m.user_id and b.starts_on <= (select access.today()) and b.ends_on > (select access.today())
          union all
          select c.id from access_bar b join casework_sucase c on c.referral_id = b.record_id
           where b.user_id = m.user_id and b.starts_on <= (select access.today()) and b.ends_on > (select access.today())
          union all
          select a.vs_record_id from access_bar b join allocation_allocation a on a.referral_id = b.record_id
           where b.user_id = m.user_id and b.starts_on <= (select access.today()) and b.ends_on > (select access.today())
          union all
          select b.record_id from access_bar b
           where b.user_id is null and b.starts_on <= (select access.today()) and b.ends_on > (select access.today())
             and b.kept_by_id is distinct from m.user_id
             and not exists (select from access_caseassignment a where a.membership_id = m.id and a.case_id = b.record_id
                               and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()))
             and not exists (select from access_clientassignment a where a.membership_id = m.id and a.record_id = b.record_id
                               and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()))
             and not exists (select from access_breakglass g where g.membership_id = m.id and g.record_id = b.record_id
                               and g.expires_at > now())) x
         where m.id = nullif(current_setting('drive.membership', true), '')::uuid);

-- ... and the referrals of the same people: barred themselves, or behind a barred case or record, or another referral of
-- one of their people. Whoever must not read a case must not read how it came either.
create or replace function access.barred_referrals() returns uuid[] language sql stable security definer parallel safe
return (with barred as (select unnest((select access.barred())) as id),
             own as (select r.id from referrals_referral r join barred b on b.id = r.id
                     union select c.referral_id from casework_sucase c join barred b on b.id = c.id where c.referral_id is not null
                     union select a.referral_id from allocation_allocation a
                             join barred b on b.id = a.su_case_id or b.id = a.vs_record_id)
        select coalesce(array_agg(x.id), '{}') from (
          select id from own
          union
          select other.referral_id from own join referrals_referralparty party on party.referral_id = own.id
            join referrals_referralparty other on other.site_id = party.site_id and other.role = party.role
                                              and other.match_key = party.match_key) x);

-- Whether this worker may be given the record: false where they are barred from it (S-34 at assignment). It tells a yes or
-- a no about one's own colleague and a record that one is about to give them, and nothing of why.
create or replace function access.may_be_given(member uuid, records uuid[]) returns boolean language sql stable security definer
return not exists (select from access_bar b join access_membership m on m.user_id = b.user_id
                    where m.id = member and m.site_id = (select access.own_site()) and b.starts_on <= (select access.today())
                      and b.ends_on > (select access.today())
                      and (b.record_id = any (records)
                           or exists (select from casework_sucase c where c.id = any (records) and c.referral_id = b.record_id)
                           or exists (select from allocation_allocation a where a.referral_id = b.record_id
                                        and (a.su_case_id = any (records) or a.vs_record_id = any (records)))));

-- What the acting person is assigned to and may not see: its code, which they know, and why it is not in their lists.
create or replace function access.restricted_to_me() returns table (code text, kind text, since date)
language sql stable security definer
begin atomic
  select x.code, coalesce(max(b.kind), 'restriction')::text, max(b.starts_on)
    from (select c.id, c.code::text, c.referral_id from access_caseassignment a join casework_sucase c on c.id = a.case_id
           where a.membership_id = (select access.member_in('su_worker'))
             and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
          union
          select r.id, r.code::text, null from access_clientassignment a join advocacy_vsrecord r on r.id = a.record_id
           where a.membership_id = (select access.member_in('vs_worker'))
             and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())) x
    left join access_bar b on b.record_id in (x.id, x.referral_id) and b.user_id = (select access.account_of_member())
                          and b.starts_on <= (select access.today()) and b.ends_on > (select access.today())
   where x.id = any ((select access.barred())::uuid[])
   group by x.code;
end;

-- Ends the assignments of whoever has left: their membership has ended or their account is closed (S-46). How many. Asked by
-- the act that ends a membership, and by the clock for those that end on their day; asking twice is nothing.
create or replace function access.end_assignments_of_leavers() returns bigint language sql volatile security definer
begin atomic
  with gone as (select m.id from access_membership m join access_user u on u.id = m.user_id
                 where m.ends_on <= (select access.today()) or not u.is_active),
       cases as (update access_caseassignment a set ends_on = greatest(a.starts_on, (select access.today()))
                  from gone where a.membership_id = gone.id and a.ends_on > (select access.today()) and a.ends_on > a.starts_on
                 returning 1),
       clients as (update access_clientassignment a set ends_on = greatest(a.starts_on, (select access.today()))
                    from gone where a.membership_id = gone.id and a.ends_on > (select access.today()) and a.ends_on > a.starts_on
                   returning 1)
  select (select count(*) from cases) + (select count(*) from clients);
end;

-- A bar that the governance lead of this site keeps: of somebody who works here, or of a record that is here.
create or replace function access.bar_is_here(account uuid, record uuid, site uuid) returns boolean
language sql stable security definer parallel safe
return exists (select from access_membership m where m.user_id = account and m.site_id = site)
    or exists (select from casework_sucase c where c.id = record and c.site_id = site)
    or exists (select from advocacy_vsrecord r where r.id = record and r.site_id = site);

-- A bar at a record of one's own service: its manager must know who cannot work it.
create or replace function access.bar_is_of_service(record uuid, service uuid) returns boolean
language sql stable security definer parallel safe
return exists (select from casework_sucase c where c.id = record and c.service_id = service)
    or exists (select from advocacy_vsrecord r where r.id = record and r.service_id = service);

-- ---------------------------------------------------------------------------------------------------------------
-- Erasing (docs/adr/0016-retention-and-erasure.md). No scope deletes. The policy role does, inside
-- `access.erase_record`, and its policies let go only what hangs on a record whose erasure was confirmed in this very
-- transaction. Which rows go is said here and by `access.goes_with`, never by the act.

create or replace function access.erasing(wanted_side text) returns uuid[] language sql stable security definer
return (select coalesce(array_agg(p.record_id), '{}') from retention_erasureanswer a
          join retention_erasureproposal p on p.id = a.proposal_id
         where a.outcome = 'erased' and a.recorded_at = now() and p.side = wanted_side);

create or replace function access.erasing_any() returns uuid[] language sql stable security definer
return (select access.erasing('su')) || (select access.erasing('vs'));

-- What both sides hold goes with the last of the two: links, and referrals with all that came of them gone.
create or replace function access.erasing_links() returns uuid[] language sql stable security definer
return (select coalesce(array_agg(l.id), '{}') from safety_caselink l
         where (l.su_case_id = any (access.erasing('su')) or l.vs_record_id = any (access.erasing('vs')))
           and not exists (select from casework_sucase c where c.id = l.su_case_id and c.id <> all (access.erasing('su')))
           and not exists (select from advocacy_vsrecord r where r.id = l.vs_record_id and r.id <> all (access.erasing('vs'))));

create or replace function access.erasing_referrals() returns uuid[] language sql stable security definer
return (select coalesce(array_agg(a.referral_id), '{}') from allocation_allocation a
         where (a.su_case_id = any (access.erasing('su')) or a.vs_record_id = any (access.erasing('vs')))
           and not exists (select from casework_sucase c where c.id = a.su_case_id and c.id <> all (access.erasing('su')))
           and not exists (select from advocacy_vsrecord r where r.id = a.vs_record_id and r.id <> all (access.erasing('vs'))));

-- A kept list goes with the last referral that it brought.
create or replace function access.erasing_lists() returns uuid[] language sql stable security definer
return (select coalesce(array_agg(distinct r.referral_list_id), '{}') from referrals_referral r
         where r.id = any (access.erasing_referrals())
           and not exists (select from referrals_referral other
                            where other.referral_list_id = r.referral_list_id and other.id <> all (access.erasing_referrals())));

create table if not exists access.erased_with (tbl text primary key, place integer not null);
truncate access.erased_with;
grant select on access.erased_with to role_policy, role_backup;

-- Declares that rows of a table go with a record: which, and in what order (1 first, the record itself last).
create or replace procedure access.goes_with(tbl regclass, place integer, which text) language plpgsql as $$
begin
  execute format('grant delete on %s to role_policy', tbl);
  execute format('create policy %I on %s for delete to role_policy using (%s)', 'erased_' || md5(which), tbl, which);
  insert into access.erased_with values (tbl::text, place) on conflict do nothing;
end $$;

-- ---------------------------------------------------------------------------------------------------------------
-- When a closed record is past its time (docs/adr/0016-retention-and-erasure.md).

-- The functions without `security definer` run as their caller: inside those with it they read both sides; called by a
-- scope they read what that scope may, and answer nothing about the other side.

-- The day on which a record came to its end, or nothing while it is in work. A check-in after the exit moves the day.
create or replace function access.ended_on(wanted_side text, record uuid) returns date language sql stable
return case wanted_side
  when 'su' then (select case when e.value in ('closed', 'not_progressed', 'rejected') then e.since end from casework_stateentry e
                   where e.case_id = record and e.history = 'status' order by e.since desc, e.recorded_at desc limit 1)
  else (select greatest(max(x.exited_on), (select max((c.happened_at at time zone 'Europe/London')::date)
                                             from advocacy_clientcontact c where c.record_id = record))
          from advocacy_recordexit x where x.record_id = record having max(x.exited_on) is not null) end;

-- How many months a site keeps a closed record of this side; nothing where it has not said, and then nothing is past its time.
create or replace function access.months_kept(site uuid, wanted_side text) returns integer language sql stable
return (select (s.value ->> wanted_side)::integer from access_sitesetting s
         where s.site_id = site and s.code = 'ADR-16' and s.applies_from <= (select access.today())
         order by s.applies_from desc, s.recorded_at desc limit 1);

create or replace function access.kept_until(site uuid, wanted_side text, record uuid) returns date language sql stable
return (select (access.ended_on(wanted_side, record) + make_interval(months => access.months_kept(site, wanted_side)))::date);

-- Whether a record of the acting person's own side and site is past its time; false of any other. Asked by what the bridge tells.
create or replace function access.past_its_time(wanted_side text, record uuid) returns boolean language sql stable security definer
return exists (select from access_membership m
                where m.id = (select access.member_today()) and m.side = wanted_side
                  and m.site_id = case wanted_side when 'su' then (select c.site_id from casework_sucase c where c.id = record)
                                                   else (select r.site_id from advocacy_vsrecord r where r.id = record) end
                  and access.kept_until(m.site_id, wanted_side, record) <= (select access.today()));

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
  call access.goes_with(tbl, 3, 'case_id = any ((select access.erasing(''su''))::uuid[])');
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
  call access.goes_with(tbl, 3, 'record_id = any ((select access.erasing(''vs''))::uuid[])');
end $$;

-- The allocation scope writes into both sides once, when an accepted referral is given to workers; it reads neither.
create or replace procedure access.allocation_adds(tbl regclass) language plpgsql as $$
begin
  execute format('grant insert on %s to role_allocation', tbl);
  execute format('create policy allocates on %s for insert to role_allocation with check (access.service_site(service_id) = (select access.site_in(''allocation'')) and recorded_by_id = (select access.member_in(''allocation'')))', tbl);
end $$;

-- Declares that an emergency reading of these parts of a record opens the table, and which of its rows besides.
create or replace procedure access.opens_in_part(tbl regclass, key_column text, worker_scope text, parts text[], which text default '') language plpgsql as $$
begin
  execute format('create policy %I on %s for select to %s using (%I = any ((select access.opened_in_part(%L, %L))::uuid[]) %s)',
                 'part_for_' || worker_scope, tbl, access.scope_role(worker_scope), key_column, worker_scope, parts, which);
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
    execute format('grant select on %I to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager, role_referrals, role_panel, role_allocation, role_adviser, role_governance, role_custodian, role_report, role_administration, role_accounts, role_matcher, role_clock, role_policy, role_su_disclosure, role_vs_disclosure', tbl);
    execute format('grant insert on %I to role_administration', tbl);
    if tbl <> 'access_sitesetting' then -- a setting is a fact: a change is a new row (C-30)
      execute format('grant update on %I to role_administration', tbl);
    end if;
  end loop;
end $$;

-- The account behind the acting membership. An administrator gives nothing to their own account and takes nothing from
-- it: another administrator must, so that nobody comes by a case role alone.
create or replace function access.account_in(wanted text) returns uuid language sql stable security definer parallel safe
return (select m.user_id from access_membership m where m.id = (select access.member_in(wanted)));

-- Accounts: the accounts scope signs people in; administration creates and ends. No case scope reads an account.
call access.protect('access_user');
grant select, insert, update on access_user to role_accounts;
-- An administrator takes a password away and never reads one, not even its digest.
grant select (id, email, name, is_active, is_demonstration, created_at, last_login), insert, update (password, is_active)
  on access_user to role_administration;
grant select on access_user to role_policy;
create policy signs_in on access_user for all to role_accounts using (true) with check (true);
create policy sees on access_user for select to role_administration using ((select access.member_in('administration')) is not null);
create policy opens on access_user for insert to role_administration with check ((select access.member_in('administration')) is not null);
create policy changes on access_user for update to role_administration
  using (id <> (select access.account_in('administration'))) with check (id <> (select access.account_in('administration')));
create policy decides on access_user for select to role_policy using (true);

-- Memberships: who works here. Colleagues at the same site are known to each other by name and role (W-26).
call access.protect('access_membership');
grant select on access_membership to role_policy, role_accounts, role_su_worker, role_su_manager, role_vs_worker, role_vs_manager,
  role_referrals, role_panel, role_allocation, role_adviser, role_governance, role_custodian, role_report, role_su_disclosure, role_vs_disclosure;
grant select, insert, update (ends_on) on access_membership to role_administration;
create policy decides on access_membership for select to role_policy using (true);
create policy own on access_membership for select to role_accounts using (user_id = (select access.account()));
grant update (work_phone) on access_membership to role_accounts; -- everybody says their own
create policy own_phone on access_membership for update to role_accounts
  using (user_id = (select access.account())) with check (user_id = (select access.account()));
create policy sees on access_membership for select to role_administration using ((select access.member_in('administration')) is not null);
create policy gives on access_membership for insert to role_administration with check (user_id <> (select access.account_in('administration')));
create policy ends on access_membership for update to role_administration
  using (user_id <> (select access.account_in('administration'))) with check (user_id <> (select access.account_in('administration')));
create policy colleagues on access_membership for select to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager,
  role_referrals, role_panel, role_allocation, role_adviser, role_governance, role_custodian, role_report, role_su_disclosure, role_vs_disclosure
  using (site_id = (select access.own_site()));

-- Assignments. Readable on the record's own side; across the wall only through the bridge (drive.safety).
call access.protect('access_caseassignment');
grant select on access_caseassignment to role_policy, role_su_worker;
grant select, insert, update (ends_on) on access_caseassignment to role_su_manager;
create policy decides on access_caseassignment for select to role_policy using (true);
create policy held on access_caseassignment for select to role_su_worker using (case_id = any ((select access.su_cases())::uuid[]));
create policy at_service on access_caseassignment for select to role_su_manager using (service_id = (select access.service_in('su_manager')));
create policy assigns on access_caseassignment for insert to role_su_manager
  with check (service_id = (select access.service_in('su_manager')) and recorded_by_id = (select access.member_in('su_manager')));
create policy ends on access_caseassignment for update to role_su_manager
  using (service_id = (select access.service_in('su_manager'))) with check (service_id = (select access.service_in('su_manager')));
create policy not_barred on access_caseassignment as restrictive for select to role_su_worker, role_su_manager
  using (case_id <> all ((select access.barred())::uuid[]));

call access.opens_in_part('access_caseassignment', 'case_id', 'su_worker', '{reach,danger}');
call access.allocation_adds('access_caseassignment');

call access.protect('access_clientassignment');
grant select on access_clientassignment to role_policy, role_vs_worker;
grant select, insert, update (ends_on) on access_clientassignment to role_vs_manager;
create policy decides on access_clientassignment for select to role_policy using (true);
create policy held on access_clientassignment for select to role_vs_worker using (record_id = any ((select access.vs_records())::uuid[]));
create policy at_service on access_clientassignment for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy assigns on access_clientassignment for insert to role_vs_manager
  with check (service_id = (select access.service_in('vs_manager')) and recorded_by_id = (select access.member_in('vs_manager')));
create policy ends on access_clientassignment for update to role_vs_manager
  using (service_id = (select access.service_in('vs_manager'))) with check (service_id = (select access.service_in('vs_manager')));
create policy not_barred on access_clientassignment as restrictive for select to role_vs_worker, role_vs_manager
  using (record_id <> all ((select access.barred())::uuid[]));

call access.opens_in_part('access_clientassignment', 'record_id', 'vs_worker', '{reach,danger}');
call access.allocation_adds('access_clientassignment');

-- Leavers: the function above ends what they held.
grant update (ends_on) on access_caseassignment, access_clientassignment to role_policy;
create policy ends_leavers on access_caseassignment for update to role_policy using (true) with check (true);
create policy ends_leavers on access_clientassignment for update to role_policy using (true) with check (true);

-- Ties, restrictions and exclusions: one table. Anybody declares their own tie, to any key, so that declaring tells nothing
-- of what exists; managers bar from records of their service and the governance lead from any at the site; only the
-- governance lead ends one. Never shown to the person barred.
call access.protect('access_bar');
grant select on access_bar to role_policy;
create policy decides on access_bar for select to role_policy using (true);
grant insert on access_bar to role_su_worker, role_vs_worker, role_referrals, role_panel, role_allocation;
grant select, insert on access_bar to role_su_manager, role_vs_manager;
grant select, insert, update (ends_on, end_reason) on access_bar to role_governance;
create policy declares on access_bar for insert to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager, role_referrals,
  role_panel, role_allocation, role_governance
  with check (kind = 'tie' and user_id = (select access.account_of_member()) and recorded_by_id = (select access.member_today())
              and kept_by_id is null and starts_on = (select access.today()) and ends_on = '9999-12-31');
create policy keeps on access_bar for select to role_governance
  using (access.bar_is_here(user_id, record_id, (select access.site_in('governance'))));
create policy bars on access_bar for insert to role_governance
  with check (recorded_by_id = (select access.member_in('governance'))
              and access.bar_is_here(user_id, record_id, (select access.site_in('governance'))));
create policy ends on access_bar for update to role_governance
  using (access.bar_is_here(user_id, record_id, (select access.site_in('governance'))))
  with check (access.bar_is_here(user_id, record_id, (select access.site_in('governance'))));
create policy sees_su on access_bar for select to role_su_manager
  using (access.bar_is_of_service(record_id, (select access.service_in('su_manager'))));
create policy sees_vs on access_bar for select to role_vs_manager
  using (access.bar_is_of_service(record_id, (select access.service_in('vs_manager'))));
create policy bars_su on access_bar for insert to role_su_manager
  with check (recorded_by_id = (select access.member_in('su_manager')) and kind in ('restriction', 'exclusion')
              and access.bar_is_of_service(record_id, (select access.service_in('su_manager'))));
create policy bars_vs on access_bar for insert to role_vs_manager
  with check (recorded_by_id = (select access.member_in('vs_manager')) and kind in ('restriction', 'exclusion')
              and access.bar_is_of_service(record_id, (select access.service_in('vs_manager'))));
create policy never_ones_own_end on access_bar as restrictive for update to role_governance
  using (user_id is distinct from (select access.account_of_member()));
create policy never_ones_own on access_bar as restrictive for select to role_su_manager, role_vs_manager, role_governance
  using (user_id is distinct from (select access.account_of_member())
         and record_id <> all ((select access.barred())::uuid[]));

-- Emergency reading: one's own openings; the manager of the record's side; the governance lead (S-35).
call access.protect('access_breakglass');
grant select on access_breakglass to role_policy, role_su_worker, role_su_manager, role_vs_worker, role_vs_manager, role_governance;
create policy decides on access_breakglass for select to role_policy using (true);
create policy own on access_breakglass for select to role_su_worker, role_vs_worker using (membership_id = (select access.member_today()));
-- Whoever is barred from a record learns neither that it was opened nor why: manager, holder or governance lead (S-34).
create policy not_barred on access_breakglass as restrictive for select to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager, role_governance
  using (record_id <> all ((select access.barred())::uuid[]));
create policy reviews_su on access_breakglass for select to role_su_manager using (service_id = (select access.service_in('su_manager')));
create policy reviews_vs on access_breakglass for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy reviews on access_breakglass for select to role_governance
  using (exists (select from access_membership m where m.id = access_breakglass.membership_id));
-- The holder is told at once that somebody reads in an emergency.
create policy told_su on access_breakglass for select to role_su_worker using (record_id = any ((select access.su_cases_held())::uuid[]));
create policy told_vs on access_breakglass for select to role_vs_worker using (record_id = any ((select access.vs_records_held())::uuid[]));
grant insert, update on access_breakglass to role_policy;
create policy opens on access_breakglass for insert to role_policy with check (true);
create policy finishes on access_breakglass for update to role_policy using (true) with check (true);

-- To open a record by its code the database must find what its reader cannot see yet. These two policies let the
-- function below look, and nobody else.
grant select on casework_sucase, advocacy_vsrecord to role_policy;
create policy found_in_emergency on casework_sucase for select to role_policy using (true);
create policy found_in_emergency on advocacy_vsrecord for select to role_policy using (true);

-- Opens a record of the reader's own side and site, or the chosen part of it, for three hours. Never one that they are barred from, and never the
-- other side of a case that they work or worked in any membership. A code that leads nowhere makes a row as well, with
-- a record that does not exist: the answer is the same, and the reviewer sees that it was tried (S-35, S-39).
create or replace function access.open_in_emergency(reading uuid, asked_code text, why text, has_told text, how_much text)
returns uuid language sql volatile security definer
begin atomic
  insert into access_breakglass (id, membership_id, record_id, service_id, reason, told, scope, opened_at, expires_at)
  select reading, m.id, coalesce(found.record_id, gen_random_uuid()), coalesce(found.service_id, m.service_id), why, has_told, how_much,
         now(), now() + interval '3 hours'
    from access_membership m
    left join lateral (
      select x.record_id, x.service_id from (
        select c.id as record_id, c.service_id from casework_sucase c
         where m.side = 'su' and c.site_id = m.site_id and c.code = asked_code
           and not exists (select from safety_caselink l
                             join access_clientassignment a on a.record_id = l.vs_record_id
                             join access_membership own on own.id = a.membership_id
                            where l.su_case_id = c.id and own.user_id = m.user_id)
        union all
        select r.id, r.service_id from advocacy_vsrecord r
         where m.side = 'vs' and r.site_id = m.site_id and r.code = asked_code
           and not exists (select from safety_caselink l
                             join access_caseassignment a on a.case_id = l.su_case_id
                             join access_membership own on own.id = a.membership_id
                            where l.vs_record_id = r.id and own.user_id = m.user_id)
      ) x
       where (select access.may_be_given(m.id, array[x.record_id]))
       order by (x.service_id = m.service_id) desc limit 1
    ) found on true
   where m.id in ((select access.member_in('su_worker')), (select access.member_in('vs_worker')))
  returning record_id;
end;

-- Ends one's own reading before its time.
create or replace function access.finish_emergency_reading(reading uuid) returns uuid language sql volatile security definer
begin atomic
  update access_breakglass set expires_at = now()
   where id = reading and membership_id = (select access.membership()) and expires_at > now()
  returning record_id;
end;

-- Reviews: by the manager of the record's side, or the governance lead when two working days have passed; never one's own.
call access.protect('access_breakglassreview');
grant select, insert on access_breakglassreview to role_su_manager, role_vs_manager, role_governance;
create policy at_su_service on access_breakglassreview for select to role_su_manager using (service_id = (select access.service_in('su_manager')));
create policy at_vs_service on access_breakglassreview for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy at_site on access_breakglassreview for select to role_governance
  using (exists (select from access_breakglass b where b.id = access_breakglassreview.break_glass_id));
create policy of_readings_seen on access_breakglassreview as restrictive for select to role_su_manager, role_vs_manager
  using (exists (select from access_breakglass b where b.id = access_breakglassreview.break_glass_id));
create policy reviews on access_breakglassreview for insert to role_su_manager, role_vs_manager, role_governance
  with check (recorded_by_id = (select access.membership())
              and exists (select from access_breakglass b where b.id = access_breakglassreview.break_glass_id
                            and b.service_id = access_breakglassreview.service_id and b.membership_id <> (select access.membership())));

-- What the ground holds of a record goes with it; drafts also where they hang on a link or a referral that goes, or were
-- interrupted on one of its pages.
call access.goes_with('access_caseassignment', 3, 'case_id = any ((select access.erasing(''su''))::uuid[])');
call access.goes_with('access_clientassignment', 3, 'record_id = any ((select access.erasing(''vs''))::uuid[])');
call access.goes_with('access_bar', 3, 'record_id = any ((select access.erasing_any() || access.erasing_referrals())::uuid[])');
call access.goes_with('access_breakglassreview', 2, 'break_glass_id in (select b.id from access_breakglass b where b.record_id = any ((select access.erasing_any())::uuid[]))');
call access.goes_with('access_breakglass', 3, 'record_id = any ((select access.erasing_any())::uuid[])');

-- What the database is for: read by everybody, written by the owner at first start.
do $$
declare
  scope text;
begin
  foreach scope in array array['su_worker', 'su_manager', 'vs_worker', 'vs_manager', 'referrals', 'panel', 'allocation', 'adviser',
                               'governance', 'custodian', 'report', 'administration', 'accounts', 'matcher', 'clock', 'su_disclosure', 'vs_disclosure'] loop
    execute format('grant select on access_installation to %s', access.scope_role(scope));
  end loop;
end $$;

-- Drafts: their author's alone (S-48). The one kind of row that changes and goes: it is nobody's record yet.
call access.protect('access_draft');
grant select, insert, update, delete on access_draft to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager,
  role_referrals, role_panel, role_allocation, role_adviser, role_governance, role_custodian, role_report, role_administration, role_su_disclosure, role_vs_disclosure;
create policy own on access_draft for all to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager,
  role_referrals, role_panel, role_allocation, role_adviser, role_governance, role_custodian, role_report, role_administration, role_su_disclosure, role_vs_disclosure
  using (membership_id = (select access.member_today())) with check (membership_id = (select access.member_today()));

call access.goes_with('access_draft', 1, 'record_id = any ((select access.erasing_any() || access.erasing_links() || access.erasing_referrals())::uuid[])');
call access.goes_with('access_draft', 1, 'exists (select from unnest((select access.erasing_any())::uuid[]) as gone (id) where position(gone.id::text in access_draft.content::text) > 0)');

-- Backup reads everything, so that pg_dump can run as a role that writes nothing (docs/operations.md).
grant usage on schema access, audit, safety to role_backup;
grant select on access.works_in to role_backup;
grant select on all sequences in schema public to role_backup;
