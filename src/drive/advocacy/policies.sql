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

call access.goes_with('advocacy_vsrecord', 6, 'id = any ((select access.erasing(''vs''))::uuid[])');

-- A tie, restriction or exclusion at an earlier record of the same client here holds at the new one from the moment it opens
-- (S-34, ADR 24).
grant insert on access_bar to role_policy;
create policy carries on access_bar for insert to role_policy with check (true);
create or replace function access.carry_bars() returns trigger language plpgsql security definer as $$
begin
  if safety.loading() then
    return null;
  end if;
  insert into access_bar (id, user_id, record_id, kind, kept_by_id, reason, end_reason, starts_on, ends_on, recorded_at, recorded_by_id)
  select gen_random_uuid(), b.user_id, new.id, b.kind, b.kept_by_id, b.reason, '', b.starts_on, b.ends_on, clock_timestamp(), b.recorded_by_id
    from advocacy_vsrecord r join access_bar b on b.record_id = r.id
   where r.person_key = new.person_key and r.service_id = new.service_id and r.id <> new.id and b.ends_on > access.today();
  return null;
end $$;
create or replace trigger carries_bars after insert on advocacy_vsrecord for each row execute function access.carry_bars();

-- Facts: read by the people who work with the client and by their manager, added to, never changed.
call access.protect_client_fact('advocacy_clientprofile');
call access.protect_client_fact('advocacy_recordexit');
call access.protect_client_fact('advocacy_linkedagain');
call access.protect_client_fact('advocacy_clientcontact');
call access.protect_client_fact('advocacy_engagemententry');
call access.protect_client_fact('advocacy_informedentry');
call access.protect_client_fact('advocacy_updatepreference');
call access.protect_client_fact('advocacy_wish');
call access.protect_client_fact('advocacy_safecontactrule');
call access.protect_client_fact('advocacy_checkinplan');
call access.protect_client_fact('advocacy_checkin');
call access.protect_client_fact('advocacy_child');
call access.protect_client_fact('advocacy_childrenknown');
call access.protect_client_fact('advocacy_otheratrisk');
call access.protect_client_fact('advocacy_livingwith');
call access.protect_client_fact('advocacy_safetyplan');
call access.protect_client_fact('advocacy_safetymeasure');
call access.protect_client_fact('advocacy_courtdate');
call access.protect_client_fact('advocacy_supportmobilised');
call access.protect_client_fact('advocacy_assessment');
call access.protect_client_fact('advocacy_sealopening');

-- What an emergency reading of a part opens (S-35): how to reach her safely, never what is sealed; what was agreed for safety.
call access.opens_in_part('advocacy_clientprofile', 'record_id', 'vs_worker', '{reach,danger}');
call access.opens_in_part('advocacy_safecontactrule', 'record_id', 'vs_worker', '{reach}');
call access.opens_in_part('advocacy_safetyplan', 'record_id', 'vs_worker', '{danger}');
call access.opens_in_part('advocacy_otheratrisk', 'record_id', 'vs_worker', '{danger}');

-- Sealed values: the people who work with her, never a manager by virtue of managing, never emergency reading (S-35).
-- A withheld value is the holder's alone (S-06).
create or replace function access.vs_records_as_holder() returns uuid[] language sql stable security definer parallel safe
return (select coalesce(array_agg(a.record_id), '{}') from access_clientassignment a
         where a.membership_id = (select access.member_in('vs_worker')) and a.kind = 'holder'
           and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()));

call access.protect('advocacy_sealedvalue');
call access.follow('advocacy_sealedvalue', 'record_id', 'advocacy_vsrecord');
grant select, insert on advocacy_sealedvalue to role_vs_worker;
create policy held on advocacy_sealedvalue for select to role_vs_worker
  using (record_id = any ((select access.vs_records_held())::uuid[])
         and (not withheld or record_id = any ((select access.vs_records_as_holder())::uuid[])));
create policy not_barred on advocacy_sealedvalue as restrictive for all to role_vs_worker
  using (record_id <> all ((select access.barred())::uuid[]));
create policy adds_held on advocacy_sealedvalue for insert to role_vs_worker
  with check (record_id = any ((select access.vs_records_held())::uuid[]) and recorded_by_id = (select access.member_in('vs_worker'))
              and (not withheld or record_id = any ((select access.vs_records_as_holder())::uuid[])));

call access.protect('advocacy_sealedend');
call access.follow('advocacy_sealedend', 'record_id', 'advocacy_vsrecord');
grant select, insert on advocacy_sealedend to role_vs_worker;
create policy held on advocacy_sealedend for select to role_vs_worker
  using (record_id = any ((select access.vs_records_held())::uuid[]));
create policy not_barred on advocacy_sealedend as restrictive for all to role_vs_worker
  using (record_id <> all ((select access.barred())::uuid[]));
create policy adds_held on advocacy_sealedend for insert to role_vs_worker
  with check (record_id = any ((select access.vs_records_held())::uuid[]) and recorded_by_id = (select access.member_in('vs_worker')));

call access.goes_with('advocacy_sealedvalue', 3, 'record_id = any ((select access.erasing(''vs''))::uuid[])');
call access.goes_with('advocacy_sealedend', 3, 'record_id = any ((select access.erasing(''vs''))::uuid[])');

-- Who covers must know that something is withheld, and whom to ask; they learn the kind and nothing else.
create or replace function access.withheld_kinds(record uuid) returns text[] language sql stable security definer parallel safe
return (select coalesce(array_agg(distinct v.kind::text), '{}') from advocacy_sealedvalue v
         where v.record_id = record and v.withheld and record = any ((select access.vs_records_held())::uuid[])
           and record <> all ((select access.barred())::uuid[]));

-- What the bridge's functions may read, column by column: the grant is the allow-list of S-03. The summary for the case
-- manager is built from these and cannot name another column, whoever writes it.
grant select (id, record_id, value, since, recorded_at) on advocacy_engagemententry to role_policy;
create policy bridge on advocacy_engagemententry for select to role_policy using (true);
grant select (id, record_id, happened_at, outcome, in_person) on advocacy_clientcontact to role_policy;
create policy bridge on advocacy_clientcontact for select to role_policy using (true);
grant select (id, record_id, due_on, recorded_at) on advocacy_checkinplan to role_policy;
create policy bridge on advocacy_checkinplan for select to role_policy using (true);
-- ... and for telling that a channel cannot be used, without opening anything (S-14).
grant select (id, record_id, kind, lookup, withheld) on advocacy_sealedvalue to role_policy;
create policy bridge on advocacy_sealedvalue for select to role_policy using (true);

-- When somebody is away: known to the service. Workers write their own and name no cover; the manager names it.
call access.protect('advocacy_absence');
grant select, insert on advocacy_absence to role_vs_worker, role_vs_manager;
create policy of_service on advocacy_absence for select to role_vs_worker using (service_id = (select access.service_in('vs_worker')));
create policy at_service on advocacy_absence for select to role_vs_manager using (service_id = (select access.service_in('vs_manager')));
create policy ones_own on advocacy_absence for insert to role_vs_worker
  with check (service_id = (select access.service_in('vs_worker')) and membership_id = (select access.member_in('vs_worker'))
              and recorded_by_id = (select access.member_in('vs_worker')) and cover_id is null);
create policy names_cover on advocacy_absence for insert to role_vs_manager
  with check (service_id = (select access.service_in('vs_manager')) and recorded_by_id = (select access.member_in('vs_manager')));

-- Cover follows the absence (S-46). What an earlier row about the same absence gave ends at once, unless this row gives the
-- same: withdrawn, shorter, longer or somebody else. Who says so may be the worker, who can write no assignment; that is why
-- the database does it. Cover that the manager gave by hand for other days is left alone.
grant select (id, service_id, membership_id, recorded_by_id, recorded_at, first_day, last_day, cover_id, handover, withdrawn) on advocacy_absence to role_policy;
create policy decides on advocacy_absence for select to role_policy using (true);
create or replace function access.cover_follows_absence() returns trigger language plpgsql security definer as $$
begin
  if safety.loading() then
    return null;
  end if;
  update access_clientassignment a
     set ends_on = greatest(a.starts_on, case
           when new.withdrawn then access.today()
           when new.cover_id is null then least(a.ends_on, new.last_day + 1)
           when a.membership_id = new.cover_id and a.ends_on = new.last_day + 1 then a.ends_on
           else access.today() end)
   where a.kind = 'cover' and a.ends_on > access.today() and a.starts_on >= new.first_day
     and a.membership_id in (select o.cover_id from advocacy_absence o
                              where o.membership_id = new.membership_id and o.first_day = new.first_day and o.id <> new.id)
     and a.ends_on - 1 in (select o.last_day from advocacy_absence o
                            where o.membership_id = new.membership_id and o.first_day = new.first_day and o.id <> new.id)
     and exists (select from access_clientassignment h
                  where h.record_id = a.record_id and h.membership_id = new.membership_id and h.kind = 'holder'
                    and h.starts_on < a.ends_on and h.ends_on > a.starts_on);
  return null;
end $$;
create or replace trigger cover_follows after insert on advocacy_absence for each row execute function access.cover_follows_absence();

-- A client who comes to somebody who is away, by allocation or by hand-over, has the same cover; the former holder's ends.
-- At the end of the transaction, when it is written down whose record it is, so that a bar is seen (S-34).
grant insert on access_clientassignment to role_policy;
create policy covers on access_clientassignment for insert to role_policy with check (kind = 'cover');
create or replace function access.cover_new_holding() returns trigger language plpgsql security definer as $$
begin
  if safety.loading() then
    return null;
  end if;
  update access_clientassignment a set ends_on = greatest(a.starts_on, new.starts_on)
   where a.record_id = new.record_id and a.kind = 'cover' and a.ends_on > new.starts_on
     and exists (select from advocacy_absence o
                   join access_clientassignment h on h.record_id = new.record_id and h.kind = 'holder' and h.membership_id = o.membership_id
                  where o.membership_id <> new.membership_id and o.cover_id = a.membership_id
                    and a.starts_on >= o.first_day and a.ends_on = o.last_day + 1);
  insert into access_clientassignment (id, membership_id, record_id, service_id, kind, starts_on, ends_on, handover, recorded_at, recorded_by_id)
  select gen_random_uuid(), o.cover_id, new.record_id, new.service_id, 'cover',
         greatest(o.first_day, new.starts_on, access.today()), o.last_day + 1, o.handover, clock_timestamp(), o.recorded_by_id
    from advocacy_absence o join access_membership m on m.id = o.cover_id
   where o.membership_id = new.membership_id and not o.withdrawn and o.service_id = new.service_id
     and not exists (select from advocacy_absence n where n.membership_id = o.membership_id and n.first_day = o.first_day
                        and n.recorded_at > o.recorded_at)
     and o.last_day >= greatest(new.starts_on, access.today()) and o.first_day < new.ends_on
     and m.service_id = new.service_id and m.ends_on > greatest(o.first_day, new.starts_on, access.today())
     and access.may_be_given(o.cover_id, array[new.record_id])
     and not exists (select from access_clientassignment a where a.membership_id = o.cover_id and a.record_id = new.record_id
                        and a.starts_on <= greatest(o.first_day, new.starts_on, access.today()) and a.ends_on > o.last_day);
  return null;
end $$;
drop trigger if exists covered_too on access_clientassignment;
create constraint trigger covered_too after insert on access_clientassignment deferrable initially deferred
  for each row when (new.kind = 'holder') execute function access.cover_new_holding();

-- Opening by allocation.
call access.allocation_adds('advocacy_vsrecord');
call access.allocation_adds('advocacy_clientprofile');
call access.allocation_adds('advocacy_engagemententry');
call access.allocation_adds('advocacy_informedentry');

do $$ begin
  if not exists (select from pg_constraint where conname = 'client_assignment_has_its_record') then
    alter table access_clientassignment add constraint client_assignment_has_its_record
      foreign key (record_id, service_id) references advocacy_vsrecord (id, service_id) on update cascade deferrable initially deferred;
  end if;
end $$;
