-- The audit is written by one function and read by supervisors and the governance lead. Nobody inserts by hand, so no
-- role can forge an event; update, delete and truncate are refused by trigger even to the owner.

call access.protect('audit_auditevent');

-- Writes one event. The membership is the transaction's own, never an argument.
create or replace function audit.record(
  act text, kind text, record uuid, service uuid, site uuid, role text, fields text[], reason text, origin text, account uuid
) returns void language sql volatile security definer
begin atomic
  insert into audit_auditevent (id, at, act, kind, record_id, service_id, site_id, account_id, membership_id, role,
                                assignment_id, fields, digest, reason, origin)
  values (gen_random_uuid(), clock_timestamp(), act, kind, record, service, site,
          coalesce((select access.account()), account), (select access.membership()), role,
          coalesce(
            (select a.id from access_caseassignment a
              where a.case_id = record and a.membership_id = (select access.membership())
                and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()) limit 1),
            (select a.id from access_clientassignment a
              where a.record_id = record and a.membership_id = (select access.membership())
                and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()) limit 1)),
          to_jsonb(fields), '', reason, origin);
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

-- A manager who is barred from a record does not follow what is done on it (S-34).
create policy not_barred on audit_auditevent as restrictive for select to role_su_manager, role_vs_manager
  using (record_id is null or record_id <> all ((select access.barred())::uuid[]));

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
