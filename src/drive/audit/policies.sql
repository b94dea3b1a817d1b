-- The audit is written by one function and read by supervisors and the governance lead. Nobody inserts by hand, so no
-- role can forge an event; update, delete and truncate are refused by trigger even to the owner.

call access.protect('audit_auditevent');

-- Writes one event. Whoever acts is the transaction's own membership, never an argument, and so are role and site where
-- there is one; a change of permissions is an event of the site that it concerns, which the caller names. The assignment is
-- the one through which its reader has the record: a case, a client's record, or the link between the two.
--
-- An event belongs to the service and the site of the record that it is about, so that its supervisor sees who came from
-- elsewhere (S-36). Three things keep the wall and S-39:
--   what one side does with a link, or in the other side's record by a way made for it, stays with its own service;
--   what was not let in, or failed, belongs to the record alone, and to nobody where there is none: hidden and absent
--   records leave the same trace with the reader's own service, which is none;
--   a subject access request is the business of the person's record, so its key is replaced by that record's.
--
-- Looks up one table after the other, and no more than it needs: it is called for every page.
create or replace function audit.record(
  act text, kind text, record uuid, service uuid, site uuid, role text, fields text[], reason text, origin text, account uuid
) returns void language plpgsql volatile security definer as $$
declare
  me constant uuid := access.membership();
  attempt constant boolean := act in ('denied', 'failed');
  about uuid := record;
  own_side text;
  own_service uuid;
  own_site uuid;
  my_side text;
  my_role text;
  my_site uuid;
  link safety_caselink;
  held uuid;
begin
  if me is not null then
    select m.side, m.role, m.site_id into my_side, my_role, my_site from access_membership m where m.id = me;
  end if;
  if kind = 'subject_request' then
    about := coalesce((select r.record_id from disclosures_subjectrequest r where r.id = record), record);
  end if;
  if about is not null then
    select 'su', c.service_id, c.site_id into own_side, own_service, own_site from casework_sucase c where c.id = about;
    if not found then
      select 'vs', v.service_id, v.site_id into own_side, own_service, own_site from advocacy_vsrecord v where v.id = about;
    end if;
    if not found then
      select * into link from safety_caselink l where l.id = about;
      if found then
        own_side := coalesce(my_side, 'none');
        own_site := link.site_id;
        own_service := case my_side when 'su' then link.su_service_id when 'vs' then link.vs_service_id end;
      else
        select 'none', f.site_id into own_side, own_site from referrals_referral f where f.id = about;
      end if;
    end if;
    if my_side = 'su' and own_side = 'su' then
      select a.id into held from access_caseassignment a
       where a.case_id = coalesce(link.su_case_id, about) and a.membership_id = me
         and a.starts_on <= access.today() and a.ends_on > access.today() limit 1;
    elsif my_side = 'vs' and own_side = 'vs' then
      select a.id into held from access_clientassignment a
       where a.record_id = coalesce(link.vs_record_id, about) and a.membership_id = me
         and a.starts_on <= access.today() and a.ends_on > access.today() limit 1;
    end if;
  end if;
  if act <> 'permission-changed' and about is not null then
    if own_side is null then
      if attempt then
        service := null;
        site := null;
        my_site := null;
      end if;
    elsif attempt then
      service := own_service;
    elsif coalesce(my_side, 'none') in ('none', own_side) then
      service := coalesce(own_service, service);
    end if;
  end if;
  if act <> 'permission-changed' then
    site := coalesce(own_site, my_site, site);
  end if;
  insert into audit_auditevent (id, at, act, kind, record_id, service_id, site_id, account_id, membership_id, role,
                                assignment_id, fields, digest, reason, origin)
  values (gen_random_uuid(), clock_timestamp(), act, kind, about, service, coalesce(site, my_site),
          coalesce(access.account(), account), me, coalesce(my_role, role), held, to_jsonb(fields), '', reason, origin);
end $$;

-- Writes what somebody did about their own account (signing in, or not; a password, a second step) as one event at each
-- site where the account works today, for the governance leads there; at no site where it works nowhere, or is none. One
-- statement whatever is found, so that a known and an unknown address take the same.
create or replace function audit.record_own_account(act text, kind text, account uuid, fields text[], origin text)
  returns void language sql volatile security definer
begin atomic
  insert into audit_auditevent (id, at, act, kind, record_id, site_id, account_id, role, fields, digest, reason, origin)
  select gen_random_uuid(), clock_timestamp(), act, kind, account, s.site_id, account, '', to_jsonb(fields), '', '', left(origin, 45)
    from (select null) one
    left join (select distinct m.site_id from access_membership m
                where m.user_id = account and m.starts_on <= (select access.today()) and m.ends_on > (select access.today())) s on true;
end;

grant select, insert on audit_auditevent to role_policy;
create policy writes on audit_auditevent for insert to role_policy with check (true);

grant select on audit_auditevent to role_su_manager, role_vs_manager, role_governance;
create policy at_su_service on audit_auditevent for select to role_su_manager
  using (service_id = (select access.service_in('su_manager')));
create policy at_vs_service on audit_auditevent for select to role_vs_manager
  using (service_id = (select access.service_in('vs_manager')));
create policy at_site on audit_auditevent for select to role_governance
  using (site_id = (select access.site_in('governance')));

-- A manager or governance lead who is barred from a record does not follow what is done on it (S-34).
create policy not_barred on audit_auditevent as restrictive for select to role_su_manager, role_vs_manager, role_governance
  using (record_id is null or record_id <> all ((select access.barred())::uuid[]));

-- What the database itself stored (act `stored`, see below) is evidence for whoever verifies or investigates, through
-- `drive audit export`. Pages about who did what read acts.
create policy acts_only on audit_auditevent as restrictive for select to role_su_manager, role_vs_manager, role_governance
  using (act <> 'stored');

create or replace function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit events are never changed or removed' using errcode = '42501';
end $$;

drop trigger if exists never_changed on audit_auditevent;
create trigger never_changed before update or delete on audit_auditevent for each row execute function audit.refuse_change();
drop trigger if exists never_truncated on audit_auditevent;
create trigger never_truncated before truncate on audit_auditevent for each statement execute function audit.refuse_change();

-- Seals: the clock reads events and adds seals; nobody changes either.
call access.protect('audit_auditseal');
grant select on audit_auditevent to role_clock;
create policy seals on audit_auditevent for select to role_clock using (true);
grant select, insert on audit_auditseal to role_clock;
create policy seals on audit_auditseal for all to role_clock using (true) with check (true);
drop trigger if exists never_changed on audit_auditseal;
create trigger never_changed before update or delete on audit_auditseal for each row execute function audit.refuse_change();
drop trigger if exists never_truncated on audit_auditseal;
create trigger never_truncated before truncate on audit_auditseal for each statement execute function audit.refuse_change();

-- ---------------------------------------------------------------------------------------------------------------
-- What is stored is recorded by the tables themselves, so that a bulk write, raw SQL and a program that forgot are
-- recorded like a command (docs/adr/0012-writes-recorded-by-tables.md): one event for each statement and record, with the
-- table, the key of the record, the names of the fields and a digest, and no value.

-- The key of the digests, as the two pads of HMAC-SHA-256 (a key of 32 bytes in a block of 64), which the database does
-- not bring by itself. With it a row that still stands can be proved to be the row that was stored; without it a digest
-- says nothing, not even of a row that could be guessed. It leaves the database in a backup alone.
create table if not exists audit.digest_key (one boolean primary key default true check (one), inner_pad bytea not null, outer_pad bytea not null);
insert into audit.digest_key (inner_pad, outer_pad)
  select string_agg(set_byte('\x00', 0, get_byte(k.key, n) # 54), '' order by n) || decode(repeat('36', 32), 'hex'),
         string_agg(set_byte('\x00', 0, get_byte(k.key, n) # 92), '' order by n) || decode(repeat('5c', 32), 'hex')
    from (select sha256((gen_random_uuid()::text || gen_random_uuid() || gen_random_uuid())::bytea) as key) k, generate_series(0, 31) n
  on conflict do nothing;
grant select on audit.digest_key to role_policy, role_backup;

-- Arguments: the column that names the record, and the column of the record's service, each empty where there is none. Rows that the loading role copies
-- bring the events of their time with them.
create or replace function audit.record_stored() returns trigger language plpgsql security definer as $$
declare
  actor record;
  written jsonb;
begin
  if coalesce(nullif(current_setting('role', true), 'none'), session_user) = 'role_seed' then
    return null;
  end if;
  if tg_op = 'INSERT' then
    select jsonb_agg(jsonb_build_object('now', to_jsonb(n))) into written from stored n;
  elsif tg_op = 'UPDATE' then
    select jsonb_agg(jsonb_build_object('now', to_jsonb(n), 'before', to_jsonb(o))) into written from stored n join replaced o on o.id = n.id;
  else
    select jsonb_agg(jsonb_build_object('now', to_jsonb(o), 'before', to_jsonb(o))) into written from replaced o;
  end if;
  if written is null then
    return null;  -- no row was touched
  end if;
  select m.id, m.role, m.site_id into actor from access_membership m where m.id = access.membership();
  insert into audit_auditevent (id, at, act, kind, record_id, service_id, site_id, account_id, membership_id, role, fields, digest, reason, origin)
  select gen_random_uuid(), clock_timestamp(), 'stored', tg_table_name || ':' || lower(tg_op), x.record, x.service, coalesce(x.site, actor.site_id),
         access.account(), actor.id, coalesce(actor.role, ''), x.fields,
         encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(x.rows, 'UTF8'))), 'hex'), '', left(session_user, 45)
    from audit.digest_key k,
         (select (w.now ->> tg_argv[0])::uuid as record, max(w.now ->> tg_argv[1])::uuid as service, max(w.now ->> 'site_id')::uuid as site,
                 string_agg(w.now::text, E'\n' order by w.now ->> 'id') as rows,
                 (select coalesce(jsonb_agg(distinct name), '[]') from jsonb_array_elements(jsonb_agg(w.changed)) a, jsonb_array_elements_text(a) name) as fields
            from (select v -> 'now' as now,
                         (select coalesce(jsonb_agg(f.key), '[]') from jsonb_each(v -> 'now') f
                           where f.value is distinct from coalesce(v -> 'before' -> f.key, 'null')
                             and (tg_op = 'UPDATE' or f.value not in ('""', '[]', '{}'))) as changed
                    from jsonb_array_elements(written) v) w
           group by 1) x;
  return null;
end $$;

-- Every protected table but the audit itself and drafts, which are nobody's record yet (S-48). Called when every app's
-- file has been applied, so that no table can be forgotten; `drive policies --check` asks whether it stands.
create or replace procedure audit.watch_writes() language plpgsql as $$
declare
  tbl record;
  record_column text;
  service_column text;
begin
  for tbl in
    select c.oid::regclass as name, array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.atttypid = 'uuid'::regtype) as keys
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind = 'r' and c.relforcerowsecurity
       and c.relname not in ('audit_auditevent', 'audit_auditseal', 'access_draft')
  loop
    -- a case also names the referral that it came from, which is another record
    select case when tbl.name = 'casework_sucase'::regclass then 'id' else
             coalesce((select x from unnest(array['case_id', 'record_id', 'link_id', 'referral_id', 'id']) with ordinality o(x, n)
                        where x = any (tbl.keys) order by n limit 1), '') end into record_column;
    select coalesce((select x from unnest(array['service_id', 'su_service_id']) with ordinality o(x, n)
                      where x = any (tbl.keys) order by n limit 1), '') into service_column;
    execute format('create or replace trigger stored_insert after insert on %s referencing new table as stored for each statement execute function audit.record_stored(%L, %L)', tbl.name, record_column, service_column);
    execute format('create or replace trigger stored_update after update on %s referencing new table as stored old table as replaced for each statement execute function audit.record_stored(%L, %L)', tbl.name, record_column, service_column);
    execute format('create or replace trigger stored_delete after delete on %s referencing old table as replaced for each statement execute function audit.record_stored(%L, %L)', tbl.name, record_column, service_column);
  end loop;
end $$;
