-- Subject access (S-37). A bundle is read in a scope of its own side, which holds nothing but the columns named here: the
-- grant is the allow-list, and the other side's tables are not granted at all. Which record it reads is one that the
-- acting governance lead has a request for.

call access.protect_site_fact('disclosures_subjectrequest', 'governance');
call access.protect_site_fact('disclosures_subjectbundle', 'governance');
call access.protect_site_fact('disclosures_subjectrelease', 'governance');

-- A colleague's request for a record that one is barred from is out of sight, and so are its bundle and release (S-34).
create policy not_barred on disclosures_subjectrequest as restrictive for all to role_governance
  using (record_id <> all ((select access.barred())::uuid[]));
create policy of_requests_seen on disclosures_subjectbundle as restrictive for select to role_governance
  using (exists (select from disclosures_subjectrequest r where r.id = disclosures_subjectbundle.request_id));
create policy of_bundles_seen on disclosures_subjectrelease as restrictive for select to role_governance
  using (exists (select from disclosures_subjectbundle b where b.id = disclosures_subjectrelease.bundle_id));

grant select on disclosures_subjectrequest, disclosures_subjectbundle to role_policy;
create policy decides on disclosures_subjectrequest for select to role_policy using (true);
create policy decides on disclosures_subjectbundle for select to role_policy using (true);

-- Whoever releases is somebody else than who made it: by account, whatever memberships the two have.
create or replace function access.second_for_bundle(bundle uuid) returns boolean language sql stable security definer
return exists (select from disclosures_subjectbundle b join access_membership m on m.id = b.recorded_by_id
                where b.id = bundle and m.user_id <> (select access.account_of_member()));
create policy second_person on disclosures_subjectrelease as restrictive for insert to role_governance
  with check (access.second_for_bundle(bundle_id) and exists (select from disclosures_subjectbundle b where b.id = disclosures_subjectrelease.bundle_id));

-- The record of a code at the governance lead's own site, to ask for. Never one that they are barred from.
create or replace function access.record_of_code(wanted_side text, wanted_code text) returns uuid language sql stable security definer
return (select x.id from (
          select c.id from casework_sucase c where wanted_side = 'su' and c.code = wanted_code and c.site_id = (select access.site_in('governance'))
          union all
          select r.id from advocacy_vsrecord r where wanted_side = 'vs' and r.code = wanted_code and r.site_id = (select access.site_in('governance'))) x
         where x.id <> all ((select access.barred())::uuid[]) limit 1);

create or replace function access.records_asked_for(scope text, wanted_side text) returns uuid[] language sql stable security definer
return (select coalesce(array_agg(r.record_id), '{}') from disclosures_subjectrequest r
         where r.side = wanted_side and r.recorded_by_id = (select access.member_in(scope))
           and r.recorded_at > now() - interval '1 day' and r.record_id <> all ((select access.barred())::uuid[]));

do $$
declare
  person constant text := 'version, given_names, family_name, known_as, born_on, born_precision, gender, ethnic_group, ethnicity_as_given, employment, language, interpreter, disability';
begin
  grant select (id, starts_on) on casework_sucase to role_su_disclosure;
  execute 'grant select (id, case_id, ' || person || ') on casework_serviceuserprofile to role_su_disclosure';
  grant select (id, case_id, happened_on, channel, outcome, started_by) on casework_contact to role_su_disclosure;
  grant select (id, case_id, held_on, kind, minutes, attended) on casework_session to role_su_disclosure;
  grant select (id, case_id, closed_on) on casework_closure to role_su_disclosure;
  grant select (id, opened_on) on advocacy_vsrecord to role_vs_disclosure;
  execute 'grant select (id, record_id, ' || person || ') on advocacy_clientprofile to role_vs_disclosure';
  grant select (id, record_id, happened_at, channel, outcome, started_by) on advocacy_clientcontact to role_vs_disclosure;
  grant select (id, record_id, exited_on) on advocacy_recordexit to role_vs_disclosure;
end $$;

create policy discloses on casework_sucase for select to role_su_disclosure
  using (id = any ((select access.records_asked_for('su_disclosure', 'su'))::uuid[]));
create policy discloses on advocacy_vsrecord for select to role_vs_disclosure
  using (id = any ((select access.records_asked_for('vs_disclosure', 'vs'))::uuid[]));
do $$
declare
  tbl text;
begin
  foreach tbl in array array['casework_serviceuserprofile', 'casework_contact', 'casework_session', 'casework_closure'] loop
    execute format('create policy discloses on %I for select to role_su_disclosure '
                   'using (case_id = any ((select access.records_asked_for(''su_disclosure'', ''su''))::uuid[]))', tbl);
  end loop;
  foreach tbl in array array['advocacy_clientprofile', 'advocacy_clientcontact', 'advocacy_recordexit'] loop
    execute format('create policy discloses on %I for select to role_vs_disclosure '
                   'using (record_id = any ((select access.records_asked_for(''vs_disclosure'', ''vs''))::uuid[]))', tbl);
  end loop;
end $$;

-- A bundle is a copy of the record, so it goes with it (ADR 16).
do $$
declare
  asked constant text := '(select r.id from disclosures_subjectrequest r where r.record_id = any ((select access.erasing_any())::uuid[]))';
begin
  call access.goes_with('disclosures_subjectrelease', 1, 'bundle_id in (select b.id from disclosures_subjectbundle b where b.request_id in ' || asked || ')');
  call access.goes_with('disclosures_subjectbundle', 2, 'request_id in ' || asked);
  call access.goes_with('disclosures_subjectrequest', 3, 'record_id = any ((select access.erasing_any())::uuid[])');
end $$;
