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

-- Whether another link had gone on from this one by then: of this one only a live concern counts. A yes or no about a link.
create or replace function safety.followed(link uuid, moment timestamptz) returns boolean language sql stable security definer
return exists (select from safety_caselink l join safety_caselink n on n.thread = coalesce(l.thread, l.id) and n.number > l.number
                where l.id = link and n.recorded_at <= moment);

-- ---------------------------------------------------------------------------------------------------------------
-- Every row about one link. Both sides read; each writes as itself, and as its own side.

-- Whether rows are being loaded by the seed role (a demonstration world, a restored backup): history with times of its own.
create or replace function safety.loading() returns boolean language sql stable
return coalesce(nullif(current_setting('role', true), 'none'), session_user) = 'role_seed';

-- The database's clock, not the web process's: what came first is decided in one place.
create or replace function safety.stamp() returns trigger language plpgsql as $$
begin
  if not safety.loading() then
    new.recorded_at := clock_timestamp();
  end if;
  return new;
end $$;

create or replace procedure access.protect_bridge_fact(tbl regclass) language plpgsql as $$
declare
  cname text := left(tbl::text, 40) || '_follows_link';
begin
  call access.protect(tbl);
  if not exists (select from pg_constraint where conrelid = tbl and conname = cname) then
    execute format('alter table %s add constraint %I foreign key (link_id, su_case_id, su_service_id, vs_record_id, vs_service_id) '
                   'references safety_caselink (id, su_case_id, su_service_id, vs_record_id, vs_service_id) '
                   'on update cascade deferrable initially deferred', tbl, cname);
  end if;
  execute format('create or replace trigger a_stamped before insert on %s for each row execute function safety.stamp()', tbl);
  execute format('grant select, insert on %s to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager', tbl);
  execute format('grant select on %s to role_policy', tbl);
  execute format('create policy decides on %s for select to role_policy using (true)', tbl);
  execute format('create policy su_held on %s for select to role_su_worker using (su_case_id = any ((select access.su_cases())::uuid[]))', tbl);
  execute format('create policy su_at_service on %s for select to role_su_manager using (su_service_id = (select access.service_in(''su_manager'')))', tbl);
  execute format('create policy vs_held on %s for select to role_vs_worker using (vs_record_id = any ((select access.vs_records())::uuid[]))', tbl);
  execute format('create policy vs_at_service on %s for select to role_vs_manager using (vs_service_id = (select access.service_in(''vs_manager'')))', tbl);
  execute format('create policy not_barred_su on %s as restrictive for all to role_su_worker, role_su_manager using (su_case_id <> all ((select access.barred())::uuid[]))', tbl);
  execute format('create policy not_barred_vs on %s as restrictive for all to role_vs_worker, role_vs_manager using (vs_record_id <> all ((select access.barred())::uuid[]))', tbl);
  execute format('create policy su_writes_as_su on %s as restrictive for insert to role_su_worker, role_su_manager with check (side = ''su'')', tbl);
  execute format('create policy vs_writes_as_vs on %s as restrictive for insert to role_vs_worker, role_vs_manager with check (side = ''vs'')', tbl);
  execute format('create policy su_adds_held on %s for insert to role_su_worker with check (su_case_id = any ((select access.su_cases_held())::uuid[]) and recorded_by_id = (select access.member_in(''su_worker'')))', tbl);
  execute format('create policy su_adds_at_service on %s for insert to role_su_manager with check (su_service_id = (select access.service_in(''su_manager'')) and recorded_by_id = (select access.member_in(''su_manager'')))', tbl);
  execute format('create policy vs_adds_held on %s for insert to role_vs_worker with check (vs_record_id = any ((select access.vs_records_held())::uuid[]) and recorded_by_id = (select access.member_in(''vs_worker'')))', tbl);
  execute format('create policy vs_adds_at_service on %s for insert to role_vs_manager with check (vs_service_id = (select access.service_in(''vs_manager'')) and recorded_by_id = (select access.member_in(''vs_manager'')))', tbl);
  call access.goes_with(tbl, 2, 'link_id = any ((select access.erasing_links())::uuid[])');
end $$;

create or replace trigger a_stamped before insert on safety_caselink for each row when (new.number > 1) execute function safety.stamp();
call access.goes_with('safety_caselink', 4, 'id = any ((select access.erasing_links())::uuid[])');
call access.protect_bridge_fact('safety_contactquestion');
call access.protect_bridge_fact('safety_contactview');
call access.protect_bridge_fact('safety_outcomeproposal');
call access.protect_bridge_fact('safety_outcomeanswer');
call access.protect_bridge_fact('safety_decisionlapse');
call access.protect_bridge_fact('safety_stopconcern');
call access.protect_bridge_fact('safety_stopconcernreason');
call access.protect_bridge_fact('safety_stopacknowledgement');
call access.protect_bridge_fact('safety_stopanswer');
call access.protect_bridge_fact('safety_stopoverride');
call access.protect_bridge_fact('safety_overridenotice');
call access.protect_bridge_fact('safety_riskitem');
call access.protect_bridge_fact('safety_itemacknowledgement');
call access.protect_bridge_fact('safety_reviewcall');
call access.protect_bridge_fact('safety_escalation');
call access.protect_bridge_fact('safety_jointreview');
call access.protect_bridge_fact('safety_reviewanswer');
call access.protect_bridge_fact('safety_pairrhythm');
call access.protect_bridge_fact('safety_differingstep');
call access.protect_bridge_fact('safety_supportopenness');
call access.protect_bridge_fact('safety_needtohear');
call access.protect_bridge_fact('safety_independentsource');
call access.protect_bridge_fact('safety_useagreement');
call access.protect_bridge_fact('safety_citation');

-- Planned contact, practice incidents and emergencies told from the case manager's side; emergencies from the IDVA's.
call access.protect_case_fact('safety_booking');
call access.protect_case_fact('safety_bookingstate');
call access.protect_case_fact('safety_planchange');
call access.protect_case_fact('safety_plannedaction');
call access.protect_case_fact('safety_plannedactionend');
call access.protect_case_fact('safety_practiceincident');
call access.protect_case_fact('safety_incidentcharge');
call access.protect_case_fact('safety_incidentclosing');
call access.protect_case_fact('safety_caseemergency');
call access.protect_client_fact('safety_clientemergency');
create or replace trigger a_stamped before insert on safety_booking for each row execute function safety.stamp();
create or replace trigger a_stamped before insert on safety_bookingstate for each row execute function safety.stamp();

-- Practice incidents, who sees to them and what was learnt: a case's, and the other side's of the link that one names. One
-- without a link stays with the case manager's side: with several clients linked, none's worker may learn of another (S-04).
do $$
declare
  tbl text;
begin
  foreach tbl in array array['safety_practiceincident', 'safety_incidentcharge', 'safety_incidentclosing'] loop
    if not exists (select from pg_constraint where conname = tbl || '_follows_link') then
      execute format('alter table %I add constraint %I foreign key (link_id, case_id, service_id, vs_record_id, vs_service_id) '
                     'references safety_caselink (id, su_case_id, su_service_id, vs_record_id, vs_service_id) '
                     'on update cascade deferrable initially deferred', tbl, tbl || '_follows_link');
    end if;
    execute format('create or replace trigger a_stamped before insert on %I for each row execute function safety.stamp()', tbl);
    execute format('grant select, insert on %I to role_vs_worker, role_vs_manager', tbl);
    execute format('create policy vs_held on %I for select to role_vs_worker using (vs_record_id = any ((select access.vs_records())::uuid[]))', tbl);
    execute format('create policy vs_at_service on %I for select to role_vs_manager using (vs_service_id = (select access.service_in(''vs_manager'')))', tbl);
    execute format('create policy not_barred_vs on %I as restrictive for all to role_vs_worker, role_vs_manager using (vs_record_id <> all ((select access.barred())::uuid[]))', tbl);
    execute format('create policy su_writes_as_su on %I as restrictive for insert to role_su_worker, role_su_manager with check (side = ''su'')', tbl);
    execute format('create policy vs_writes_as_vs on %I as restrictive for insert to role_vs_worker, role_vs_manager with check (side = ''vs'')', tbl);
    execute format('create policy vs_adds_held on %I for insert to role_vs_worker with check (vs_record_id = any ((select access.vs_records_held())::uuid[]) and recorded_by_id = (select access.member_in(''vs_worker'')))', tbl);
    execute format('create policy vs_adds_at_service on %I for insert to role_vs_manager with check (vs_service_id = (select access.service_in(''vs_manager'')) and recorded_by_id = (select access.member_in(''vs_manager'')))', tbl);
  end loop;
end $$;

-- What hangs on a booking or a planned action of his case goes with the case, also while the link stands. So do incidents.
-- From the time of her own record on the client's side reads none of them, and cannot tell when they go.
call access.goes_with('safety_citation', 2, 'booking_id in (select b.id from safety_booking b where b.case_id = any ((select access.erasing(''su''))::uuid[]))');
call access.goes_with('safety_citation', 2, 'planned_id in (select p.id from safety_plannedaction p where p.case_id = any ((select access.erasing(''su''))::uuid[]))');
call access.goes_with('safety_escalation', 2, 'booking_id in (select b.id from safety_booking b where b.case_id = any ((select access.erasing(''su''))::uuid[]))');
do $$
declare
  tbl text;
begin
  foreach tbl in array array['safety_practiceincident', 'safety_incidentcharge', 'safety_incidentclosing', 'safety_citation', 'safety_escalation'] loop
    execute format('create policy in_its_time on %I as restrictive for select to role_vs_worker, role_vs_manager '
                   'using (not access.past_its_time(''vs'', vs_record_id))', tbl);
  end loop;
end $$;

-- Whoever reads in an emergency who is in danger reads the stop concerns too, and whether they were answered (S-35).
call access.opens_in_part('safety_stopconcern', 'su_case_id', 'su_worker', '{danger}');
call access.opens_in_part('safety_stopanswer', 'su_case_id', 'su_worker', '{danger}');
call access.opens_in_part('safety_stopconcern', 'vs_record_id', 'vs_worker', '{danger}');
call access.opens_in_part('safety_stopanswer', 'vs_record_id', 'vs_worker', '{danger}');

-- The bridge decides and suspends as the policy role.
grant select on safety_booking, safety_bookingstate to role_policy;
grant insert on safety_bookingstate, safety_decisionlapse to role_policy;
create policy decides on safety_booking for select to role_policy using (true);
create policy decides on safety_bookingstate for select to role_policy using (true);
create policy suspends on safety_bookingstate for insert to role_policy with check (state = 'suspended');
create policy lapses on safety_decisionlapse for insert to role_policy with check (true);

-- Children of a bridge row belong to the same link as their parent, and carry their parent's side where it matters.
do $$
declare
  child record;
  part text;
begin
  for child in
    select * from (values
      ('safety_contactview', 'question_id', 'safety_contactquestion', ''),
      ('safety_outcomeproposal', 'question_id', 'safety_contactquestion', ''),
      ('safety_outcomeanswer', 'proposal_id', 'safety_outcomeproposal', ''),
      ('safety_stopconcernreason', 'concern_id', 'safety_stopconcern', ''),
      ('safety_stopacknowledgement', 'concern_id', 'safety_stopconcern', ''),
      ('safety_stopanswer', 'concern_id', 'safety_stopconcern', ''),
      ('safety_stopoverride', 'concern_id', 'safety_stopconcern', ''),
      ('safety_overridenotice', 'override_id', 'safety_stopoverride', ''),
      ('safety_escalation', 'concern_id', 'safety_stopconcern', ''),
      ('safety_escalation', 'item_id', 'safety_riskitem', '_item'),
      ('safety_reviewanswer', 'review_id', 'safety_jointreview', ''),
      ('safety_independentsource', 'item_id', 'safety_riskitem', ''),
      ('safety_useagreement', 'item_id', 'safety_riskitem', ''),
      ('safety_citation', 'item_id', 'safety_riskitem', ''),
      ('safety_itemacknowledgement', 'item_id', 'safety_riskitem', '')) as x (tbl, col, parent, more)
  loop
    if not exists (select from pg_constraint where conname = child.tbl || '_same_link' || child.more) then
      if not exists (select from pg_constraint where conname = child.parent || '_with_its_link') then
        execute format('alter table %I add constraint %I unique (id, link_id)', child.parent, child.parent || '_with_its_link');
      end if;
      execute format('alter table %I add constraint %I foreign key (%I, link_id) references %I (id, link_id) deferrable initially deferred',
                     child.tbl, child.tbl || '_same_link' || child.more, child.col, child.parent);
    end if;
  end loop;
  foreach part in array array['safety_incidentcharge', 'safety_incidentclosing'] loop
    if not exists (select from pg_constraint where conname = part || '_same_case') then
      if not exists (select from pg_constraint where conname = 'safety_practiceincident_with_its_case') then
        alter table safety_practiceincident add constraint safety_practiceincident_with_its_case unique (id, case_id);
        alter table safety_practiceincident add constraint safety_practiceincident_with_its_link unique (id, link_id);
      end if;
      execute format('alter table %I add constraint %I foreign key (incident_id, case_id) references safety_practiceincident (id, case_id) deferrable initially deferred',
                     part, part || '_same_case');
      execute format('alter table %I add constraint %I foreign key (incident_id, link_id) references safety_practiceincident (id, link_id) deferrable initially deferred',
                     part, part || '_same_link');
    end if;
  end loop;
  if not exists (select from pg_constraint where conname = 'answer_knows_who_proposed') then
    alter table safety_outcomeanswer add constraint answer_knows_who_proposed
      foreign key (proposal_id, proposal_side) references safety_outcomeproposal (id, side) deferrable initially deferred;
    alter table safety_itemacknowledgement add constraint acknowledgement_knows_who_sent
      foreign key (item_id, item_side) references safety_riskitem (id, side) deferrable initially deferred;
  end if;
  if not exists (select from pg_constraint where conname = 'answer_knows_who_reviewed') then
    alter table safety_reviewanswer add constraint answer_knows_who_reviewed
      foreign key (review_id, review_side) references safety_jointreview (id, side) deferrable initially deferred;
  end if;
end $$;

-- ---------------------------------------------------------------------------------------------------------------
-- The two views: the other side's is readable once both are in, and only then (S-15).

create or replace function safety.both_viewed(question uuid) returns boolean language sql stable security definer
return (select count(distinct v.side) = 2 from safety_contactview v where v.question_id = question);

create policy gate_su on safety_contactview as restrictive for select to role_su_worker, role_su_manager
  using (side = 'su' or safety.both_viewed(question_id));
create policy gate_vs on safety_contactview as restrictive for select to role_vs_worker, role_vs_manager
  using (side = 'vs' or safety.both_viewed(question_id));
create policy after_both_views on safety_outcomeproposal as restrictive for insert
  to role_su_worker, role_su_manager, role_vs_worker, role_vs_manager with check (safety.both_viewed(question_id));

create or replace function safety.reads_link(link uuid) returns boolean language sql stable security definer
return exists (
  select from safety_caselink l where l.id = link and (
    (l.su_case_id <> all ((select access.barred())::uuid[])
      and (l.su_case_id = any ((select access.su_cases())::uuid[]) or l.su_service_id = (select access.service_in('su_manager'))))
    or (l.vs_record_id <> all ((select access.barred())::uuid[])
      and (l.vs_record_id = any ((select access.vs_records())::uuid[]) or l.vs_service_id = (select access.service_in('vs_manager'))))));

-- Who has written, and when; never what. Shown while the view itself is sealed.
create or replace function safety.views_written(question uuid) returns table (side text, written_at timestamptz, written_by uuid)
language sql stable security definer
begin atomic
  select v.side::text, v.recorded_at, v.recorded_by_id from safety_contactview v
   where v.question_id = question and (select safety.reads_link(v.link_id));
end;

-- One person cannot be both sides, whatever memberships they have.
create or replace function safety.two_people() returns trigger language plpgsql security definer as $$
begin
  if exists (select from safety_outcomeproposal p join access_membership a on a.id = p.recorded_by_id
               join access_membership b on b.id = new.recorded_by_id where p.id = new.proposal_id and a.user_id = b.user_id) then
    raise exception 'an outcome needs two people' using errcode = '23514';
  end if;
  return null;
end $$;
create or replace trigger two_people after insert on safety_outcomeanswer for each row execute function safety.two_people();

-- ---------------------------------------------------------------------------------------------------------------
-- May contact happen? One function, asked by the page, by the command and by the trigger. These run as their caller: a
-- practitioner's question is answered from the rows he may read (all of his own links), the trigger's from all rows.

create or replace function safety.live_stops(link uuid, moment timestamptz) returns setof uuid language sql stable
begin atomic
  select c.id from safety_stopconcern c
   where c.link_id = link and c.recorded_at <= moment
     and (select count(distinct a.side) from safety_stopanswer a where a.concern_id = c.id and a.recorded_at <= moment) < 2;
end;

-- Whether a named manager has lifted a concern until then (S-18). Not before all three notices are out.
create or replace function safety.overridden(concern uuid, moment timestamptz, until timestamptz) returns boolean language sql stable
return exists (
  select from safety_stopoverride o
   where o.concern_id = concern and o.recorded_at <= moment and o.ends_at > greatest(moment, until)
     and (select count(distinct n.told) = 3 from safety_overridenotice n where n.override_id = o.id));

-- The newest outcome that both sides settled (agreed, or one of them wants the panel), whatever it says.
create or replace function safety.latest_decision(link uuid, moment timestamptz) returns uuid language sql stable
return (select a.proposal_id from safety_outcomeanswer a
         where a.link_id = link and a.answer in ('agree', 'to_panel') and a.recorded_at <= moment
         order by a.recorded_at desc limit 1);

-- Whether a case had ended by then: a yes or no about its status, for whoever asks about contact on their own link. The
-- IDVA's scope reads no status itself. Step-down after closing is contact again. A case that was erased had ended.
create or replace function safety.case_has_ended(su_case uuid, moment timestamptz) returns boolean language sql stable security definer
return coalesce((select e.value in ('closed', 'not_progressed', 'rejected') from casework_stateentry e
                  where e.case_id = su_case and e.history = 'status' and e.recorded_at <= moment
                  order by e.since desc, e.recorded_at desc limit 1),
                not exists (select from casework_sucase c where c.id = su_case));

-- A client who comes back (ADR 24): the manager of her IDVA service links the new record to the case of the earlier, closed one, and
-- to no other. It runs as its caller, so whatever it asks the manager reads: nothing is learnt by trying. In plpgsql, since a policy
-- that names its own table would ask itself.
create or replace function safety.goes_on_from_hers(made safety_caselink) returns boolean language plpgsql stable as $$
begin
  return made.recorded_by_id = (select access.member_in('vs_manager')) and made.vs_service_id = (select access.service_in('vs_manager'))
    and not safety.case_has_ended(made.su_case_id, clock_timestamp())
    and not exists (select from advocacy_recordexit x where x.record_id = made.vs_record_id)
    and exists (
      select from safety_caselink former
        join advocacy_vsrecord r on r.id = former.vs_record_id
        join advocacy_recordexit x on x.record_id = r.id
        join advocacy_vsrecord again on again.id = made.vs_record_id and again.id <> r.id
         and again.person_key = r.person_key and again.service_id = r.service_id
       where coalesce(former.thread, former.id) = made.thread and former.number + 1 = made.number
         and (former.su_case_id, former.su_service_id, former.vs_service_id, former.site_id, former.is_index)
           = (made.su_case_id, made.su_service_id, made.vs_service_id, made.site_id, made.is_index));
end $$;
grant insert on safety_caselink to role_vs_manager;
create policy goes_on on safety_caselink for insert to role_vs_manager with check (safety.goes_on_from_hers(safety_caselink));

-- in_force, or why not: stop, closed, undecided, not_agreed, lapsed, ended (S-15, S-17, S-19).
create or replace function safety.position(link uuid, moment timestamptz) returns text language sql stable
return coalesce(
  (select 'stop' from safety_stopconcern c where c.link_id = link and c.scope in ('all', 'contact')
      and c.id in (select safety.live_stops(link, moment)) and not safety.overridden(c.id, moment, moment) limit 1),
  (select 'closed' from safety_caselink l where l.id = link and (select safety.case_has_ended(l.su_case_id, moment))),
  (select case
       when a.answer <> 'agree' or p.outcome not in ('go', 'go_with_conditions', 'light_touch', 'taper') then 'not_agreed'
       when exists (select from safety_decisionlapse x
                     where x.link_id = link and x.recorded_at >= a.recorded_at and x.recorded_at <= moment) then 'lapsed'
       when p.ends_on < (moment at time zone 'Europe/London')::date then 'ended'
       else 'in_force' end
     from safety_outcomeproposal p join safety_outcomeanswer a on a.proposal_id = p.id
    where p.id = (select safety.latest_decision(link, moment))),
  'undecided');

create or replace function safety.decision_in_force(link uuid, moment timestamptz) returns uuid language sql stable
return (select safety.latest_decision(link, moment) where safety.position(link, moment) = 'in_force');

-- Null when every link of the case has a decision in force (S-15); otherwise the first reason why not. Of links that others go on
-- from, a live concern counts and nothing else (ADR 24).
create or replace function safety.contact_refusal(su_case uuid, moment timestamptz) returns text language sql stable
return (select case when count(*) = 0 then 'unlinked'
          else (array_agg(x.position order by array_position(array['stop', 'closed', 'not_agreed', 'lapsed', 'ended', 'undecided'], x.position))
                  filter (where x.position <> 'in_force'))[1] end
          from (select safety.position(l.id, moment) as position, safety.followed(l.id, moment) as followed
                  from safety_caselink l where l.su_case_id = su_case and (l.number = 1 or l.recorded_at <= moment)) x
         where x.position = 'stop' or not x.followed);

create or replace function safety.contact_allowed(su_case uuid, moment timestamptz) returns boolean language sql stable
return (select safety.contact_refusal(su_case, moment)) is null;

-- Whether the case is of those that whoever asks may read: what is asked past both sides' policies is asked about it alone.
create or replace function safety.reads_case(su_case uuid) returns boolean language sql stable security definer
return exists (
  select from casework_sucase c where c.id = su_case and c.id <> all ((select access.barred())::uuid[])
     and (c.id = any ((select access.su_cases())::uuid[]) or c.service_id = (select access.service_in('su_manager'))));

-- Whether a linked client is at court on the day for which contact with him at court is planned (S-25). Asked past both
-- sides' policies and answered with yes or no; it says neither whose hearing it is nor which.
create or replace function safety.place_is_taken(su_case uuid, starts_at timestamptz, place text) returns boolean language sql stable security definer
return place = 'court' and exists (
  select from safety_caselink l
    join lateral (select distinct on (d.thread) d."on", d.cancelled from advocacy_courtdate d
                   where d.record_id = l.vs_record_id order by d.thread, d.version desc) c
      on not c.cancelled and c."on" = (starts_at at time zone 'Europe/London')::date
   where l.su_case_id = su_case);
create or replace function safety.place_clash(su_case uuid, starts_at timestamptz, place text) returns boolean language sql stable security definer
return (safety.loading() or (select safety.reads_case(su_case))) and safety.place_is_taken(su_case, starts_at, place);

-- Asked in vain on one case within seven days, by whom and when (S-25, S-14): a time, a place or a channel turned down because of
-- somebody else's, and contact at court that was cancelled within a day of planning it, which asks the same question. What a
-- manager has answered for does not count again. The number is here and nowhere else.
create or replace function safety.asked_in_vain(su_case uuid, upto timestamptz) returns table (membership_id uuid, at timestamptz)
language sql stable security definer
begin atomic
  select x.membership_id, x.at
    from (select e.membership_id, e.at from audit_auditevent e
           where e.record_id = su_case and e.act = 'denied' and e.kind in ('place_clash', 'channel_clash')
          union all
          select s.recorded_by_id, s.recorded_at from safety_booking b
            join safety_bookingstate s on s.booking_id = b.id and s.state = 'cancelled' and s.recorded_at < b.recorded_at + interval '1 day'
           where b.case_id = su_case and b.place = 'court') x
   where x.at > upto - interval '7 days' and x.at <= upto
     and x.at > coalesce((select max(n.recorded_at) from oversight_alert a join oversight_alertanswer n on n.alert_id = a.id
                           where a.kind = 'probing' and a.record_id = su_case), '-infinity');
end;
create or replace function safety.asked_too_often(su_case uuid, upto timestamptz) returns boolean language sql stable security definer
return (select count(*) >= 3 from safety.asked_in_vain(su_case, upto));

-- From then on nothing is planned on the case until a manager has answered the alert, however long that takes.
create or replace function safety.waits_for_manager(su_case uuid, moment timestamptz) returns boolean language sql stable security definer
return (select safety.asked_too_often(su_case, moment))
    or exists (select from oversight_alert a where a.kind = 'probing' and a.record_id = su_case
                  and not exists (select from oversight_alertanswer n where n.alert_id = a.id));

-- Null when this contact may be planned; otherwise the first reason why not. Letters and calls have the place `remote`.
create or replace function safety.booking_refusal(su_case uuid, moment timestamptz, starts_at timestamptz, place text, leaves_out boolean)
returns text language sql stable
return coalesce(
  (select safety.contact_refusal(su_case, moment)),
  case when (select safety.waits_for_manager(su_case, moment)) then 'asked_often' end,
  case when starts_at < moment then 'past' end,
  (select 'override_ends' from safety_caselink l join safety_stopconcern c on c.link_id = l.id
    where l.su_case_id = su_case and c.scope in ('all', 'contact') and c.id in (select safety.live_stops(l.id, moment))
      and not safety.overridden(c.id, moment, starts_at) limit 1),
  (select 'after_end' from safety_caselink l join safety_outcomeproposal p on p.id = safety.latest_decision(l.id, moment)
    where l.su_case_id = su_case and not safety.followed(l.id, moment) and p.ends_on < (starts_at at time zone 'Europe/London')::date limit 1),
  case when (select safety.place_clash(su_case, starts_at, place)) then 'clash' end,
  (select 'place' from safety_caselink l join safety_outcomeproposal p on p.id = safety.latest_decision(l.id, moment)
    where l.su_case_id = su_case and not safety.followed(l.id, moment) and not (p.places @> to_jsonb(place)) limit 1),
  (select case when c.scope = 'place' then 'stop_place' else 'leave_out' end
     from safety_caselink l join safety_stopconcern c on c.link_id = l.id
    where l.su_case_id = su_case and c.id in (select safety.live_stops(l.id, moment)) and not safety.overridden(c.id, moment, starts_at)
      and ((c.scope = 'place' and c.place = booking_refusal.place) or (c.scope in ('topic', 'action') and not leaves_out)) limit 1));

-- ---------------------------------------------------------------------------------------------------------------
-- Bookings, concerns, answers and lapses of one case stand in one line: whoever comes second sees what the first wrote.

create or replace function safety.lock_case(su_case uuid) returns void language sql volatile
begin atomic
  select pg_advisory_xact_lock(hashtextextended('contact ' || su_case::text, 0));
end;

-- A loaded history needs no line: nobody else is at work in it.
create or replace function safety.stand_in_line() returns trigger language plpgsql as $$
begin
  if not safety.loading() then
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'contact is planned and stopped under read committed, which sees what has just been written' using errcode = '25001';
    end if;
    perform safety.lock_case((to_jsonb(new) ->> tg_argv[0])::uuid);
  end if;
  return new;
end $$;
create or replace trigger a_line before insert on safety_booking for each row execute function safety.stand_in_line('case_id');
create or replace trigger a_line before insert on safety_bookingstate for each row execute function safety.stand_in_line('case_id');
create or replace trigger a_line before insert on safety_stopconcern for each row execute function safety.stand_in_line('su_case_id');
create or replace trigger a_line before insert on safety_stopoverride for each row execute function safety.stand_in_line('su_case_id');
create or replace trigger a_line before insert on safety_decisionlapse for each row execute function safety.stand_in_line('su_case_id');
create or replace trigger a_line before insert on safety_outcomeanswer for each row execute function safety.stand_in_line('su_case_id');

-- Asked again when the transaction ends, so that no import, task or API goes round the command (S-15, S-17).
create or replace function safety.ask_again() returns trigger language plpgsql security definer as $$
declare
  planned safety_booking;
  refusal text;
begin
  if tg_table_name = 'safety_booking' then
    planned := new;
  else
    select * into strict planned from safety_booking b where b.id = new.booking_id;
  end if;
  refusal := safety.booking_refusal(planned.case_id, case when safety.loading() then new.recorded_at else clock_timestamp() end,
                                    planned.starts_at, planned.place, planned.leaves_out);
  if refusal is not null then
    raise exception 'contact cannot be planned: %', refusal using errcode = '23514', constraint = 'contact_is_agreed';
  end if;
  return null;
end $$;
drop trigger if exists asked_again on safety_booking;
create constraint trigger asked_again after insert on safety_booking deferrable initially deferred
  for each row execute function safety.ask_again();
drop trigger if exists asked_again on safety_bookingstate;
create constraint trigger asked_again after insert on safety_bookingstate deferrable initially deferred
  for each row when (new.state = 'planned') execute function safety.ask_again();

-- Suspends one planned contact from today on, once. It runs as whoever calls it: a trigger that may write, and nobody else.
create or replace function safety.suspend(booked safety_booking, by_whom uuid, concern uuid) returns void language sql
begin atomic
  insert into safety_bookingstate (id, recorded_at, recorded_by_id, case_id, service_id, booking_id, state, concern_id, told)
  select gen_random_uuid(), clock_timestamp(), by_whom, booked.case_id, booked.service_id, booked.id, 'suspended', concern, ''
   where booked.starts_at >= (access.today()::timestamp at time zone 'Europe/London')
     and 'planned' = (select s.state from safety_bookingstate s where s.booking_id = booked.id order by s.recorded_at desc limit 1);
end;

-- A concern suspends what it covers from today on, in the same transaction, whoever raised it (S-17).
create or replace function safety.suspend_bookings() returns trigger language plpgsql security definer as $$
begin
  if safety.loading() then
    return null;
  end if;
  perform safety.suspend(b, new.recorded_by_id, new.id)
     from safety_booking b
    where b.case_id = new.su_case_id and (new.scope <> 'place' or b.place = new.place);
  return null;
end $$;
create or replace trigger suspends after insert on safety_stopconcern for each row execute function safety.suspend_bookings();

-- A hearing that is written down later is never refused (S-43): contact already planned at court on its day is suspended,
-- in the name of whoever planned it, so that the row does not say from which side it came (S-25, S-04).
grant select (record_id, thread, version, "on", cancelled) on advocacy_courtdate to role_policy;
create policy bridge on advocacy_courtdate for select to role_policy using (true);
create or replace function safety.suspend_at_court() returns trigger language plpgsql security definer as $$
begin
  if safety.loading() then
    return null;
  end if;
  perform safety.suspend(b, b.recorded_by_id, null)
     from safety_caselink l
     join safety_booking b on b.case_id = l.su_case_id
    where l.vs_record_id = new.record_id and safety.place_is_taken(b.case_id, b.starts_at, b.place);
  return null;
end $$;
create or replace trigger suspends_at_court after insert on advocacy_courtdate for each row
  when (not new.cancelled) execute function safety.suspend_at_court();

-- ---------------------------------------------------------------------------------------------------------------
-- Letters, calls and messages (S-14): his addresses and numbers beside hers, past and present, by digest alone. Nothing is
-- opened, and every answer is yes or no. For him all linked clients are asked; for her he alone, so that no client's worker
-- learns of another client (S-04).

grant select (id, case_id, kind, lookup, recorded_at) on casework_contactchannel to role_policy;
create policy bridge on casework_contactchannel for select to role_policy using (true);

create or replace function safety.leads_to_client(su_case uuid, digests text[]) returns boolean language sql stable security definer
return exists (select from safety_caselink l join advocacy_sealedvalue v on v.record_id = l.vs_record_id
                where l.su_case_id = su_case and v.lookup <> '' and v.lookup = any (digests));

-- Null when this address or number of his may be used. One answer for what is not of the case and what is shared.
create or replace function safety.channel_refusal(su_case uuid, channel uuid) returns text language sql stable security definer
return case when not safety.loading() and not (select safety.reads_case(su_case)) then 'channel'
            when not exists (select from casework_contactchannel c where c.id = channel and c.case_id = su_case)
              or safety.leads_to_client(su_case, array(select c.lookup from casework_contactchannel c where c.id = channel))
       then 'channel' end;

-- Asked again at the end of the transaction, whoever inserts.
create or replace function safety.ask_channel_again() returns trigger language plpgsql security definer as $$
declare
  planned safety_booking;
begin
  select * into strict planned from safety_booking b
   where b.id = (case when tg_table_name = 'safety_booking' then new.id else (to_jsonb(new)->>'booking_id')::uuid end);
  if planned.sent_to is not null and not safety.loading() and safety.channel_refusal(planned.case_id, planned.sent_to) is not null then
    raise exception 'this channel cannot be used' using errcode = '23514', constraint = 'channel_is_his_alone';
  end if;
  return null;
end $$;
drop trigger if exists asks_channel_again on safety_booking;
create constraint trigger asks_channel_again after insert on safety_booking deferrable initially deferred
  for each row execute function safety.ask_channel_again();
drop trigger if exists asks_channel_again on safety_bookingstate;
create constraint trigger asks_channel_again after insert on safety_bookingstate deferrable initially deferred
  for each row when (new.state = 'planned') execute function safety.ask_channel_again();

-- A new address or number of hers holds what is planned by the same channel, in the name of whoever planned it (S-44).
create or replace function safety.hold_what_is_sent() returns trigger language plpgsql security definer as $$
begin
  if safety.loading() then
    return null;
  end if;
  perform safety.suspend(b, b.recorded_by_id, null)
     from safety_caselink l
     join safety_booking b on b.case_id = l.su_case_id
     join casework_contactchannel c on c.id = b.sent_to and c.lookup = new.lookup
    where l.vs_record_id = new.record_id;
  return null;
end $$;
create or replace trigger holds_what_is_sent after insert on advocacy_sealedvalue for each row
  when (new.lookup <> '') execute function safety.hold_what_is_sent();

-- Her side: whether the service user has or had this number or address of a client that the asking person works with.
create or replace function safety.channel_is_his(sealed uuid) returns boolean language sql stable security definer
return exists (select from advocacy_sealedvalue v
                 join safety_caselink l on l.vs_record_id = v.record_id
                 join casework_contactchannel c on c.case_id = l.su_case_id and c.lookup = v.lookup
                where v.id = sealed and v.lookup <> '' and v.record_id = any ((select access.vs_records_held())::uuid[])
                  and v.record_id <> all ((select access.barred())::uuid[]));

-- ... and which of them, for her desk: the kind and since when, never the value (S-44). What is withheld from the reader is left out.
create or replace function safety.values_he_has(records uuid[])
returns table (record_id uuid, value_id uuid, kind text, since timestamptz) language sql stable security definer
begin atomic
  select v.record_id, v.id, v.kind::text, min(c.recorded_at)
    from advocacy_sealedvalue v
    join safety_caselink l on l.vs_record_id = v.record_id
    join casework_contactchannel c on c.case_id = l.su_case_id and c.lookup = v.lookup
   where v.record_id = any (records) and v.lookup <> '' and v.record_id = any ((select access.vs_records_held())::uuid[])
     and v.record_id <> all ((select access.barred())::uuid[])
     and (not v.withheld or v.record_id = any ((select access.vs_records_as_holder())::uuid[]))
   group by v.record_id, v.id, v.kind;
end;

-- ---------------------------------------------------------------------------------------------------------------
-- The override of a concern (S-18): one role, never on a case that one holds, and three notices in the same transaction.

revoke insert on safety_stopoverride from role_su_worker, role_vs_worker, role_vs_manager;
revoke insert on safety_overridenotice from role_su_worker, role_su_manager, role_vs_worker, role_vs_manager;

create or replace function safety.may_override(su_case uuid) returns boolean language sql stable security definer
return exists (
  select from access_membership m
   where m.id = (select access.member_in('su_manager')) and m.role = 'service_manager'
     and not exists (select from access_caseassignment a join access_membership own on own.id = a.membership_id
                      where a.case_id = su_case and own.user_id = m.user_id
                        and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())));
create policy named_manager on safety_stopoverride as restrictive for insert to role_su_manager with check (safety.may_override(su_case_id));

grant insert on safety_overridenotice to role_policy;
create policy tells on safety_overridenotice for insert to role_policy with check (true);
create or replace function safety.tell_of_override() returns trigger language plpgsql security definer as $$
begin
  if safety.loading() then
    return null;
  end if;
  insert into safety_overridenotice (id, recorded_at, recorded_by_id, link_id, side, su_case_id, su_service_id, vs_record_id, vs_service_id, override_id, told)
  select gen_random_uuid(), clock_timestamp(), new.recorded_by_id, new.link_id, new.side, new.su_case_id, new.su_service_id,
         new.vs_record_id, new.vs_service_id, new.id, t.told
    from unnest(array['su', 'vs', 'adviser']) t (told);
  return null;
end $$;
create or replace trigger tells after insert on safety_stopoverride for each row execute function safety.tell_of_override();

-- The expert advisor of the site reads the override, its notices and which concern it lifted; no name, no case, no client.
create or replace function safety.advised_on(link uuid) returns boolean language sql stable security definer
return exists (select from safety_caselink l where l.id = link and l.site_id = (select access.site_in('adviser'))
                  and l.su_case_id <> all ((select access.barred())::uuid[]) and l.vs_record_id <> all ((select access.barred())::uuid[]));
create or replace function safety.was_overridden(concern uuid) returns boolean language sql stable security definer
return exists (select from safety_stopoverride o where o.concern_id = concern);
grant select on safety_stopoverride, safety_overridenotice, safety_stopconcern to role_adviser;
create policy advises on safety_stopoverride for select to role_adviser using (safety.advised_on(link_id));
create policy advises on safety_overridenotice for select to role_adviser using (safety.advised_on(link_id));
create policy advises on safety_stopconcern for select to role_adviser using (safety.advised_on(link_id) and safety.was_overridden(id));

-- ---------------------------------------------------------------------------------------------------------------
-- Whether a plan may rest on an item (S-08, S-09). What came from the client's side opens by both workers' word with a plan for
-- her safety. An agency that knows it for itself makes her no longer the only source, and lifts nothing else: how her word may
-- be used is her side's to say.

create or replace function safety.item_refusal(item uuid) returns text language sql stable
return (select case
    when i.side = 'su' and i.kind <> 'boundary_contact' then null -- what the client told the case manager herself (V-16) is guarded too
    when (select count(distinct u.side) = 2 from safety_useagreement u where u.item_id = i.id) then null
    when i.sole_informant and not exists (select from safety_independentsource s where s.item_id = i.id) then 'sole_informant'
    when i.use_rule <> 'direct' then i.use_rule::text end
  from safety_riskitem i where i.id = item);

create or replace function safety.guard_source() returns trigger language plpgsql security definer as $$
declare
  refusal text := safety.item_refusal(new.item_id);
begin
  if safety.loading() then
    return null;
  end if;
  if refusal is not null then
    raise exception 'nothing may rest on this item yet: %', refusal using errcode = '23514', constraint = 'source_is_guarded';
  end if;
  if not exists (select from safety_booking b where b.id = new.booking_id and b.case_id = new.su_case_id)
     and not exists (select from safety_plannedaction p where p.id = new.planned_id and p.case_id = new.su_case_id) then
    raise exception 'a plan cites items of its own case' using errcode = '23514';
  end if;
  return null;
end $$;
create or replace trigger guards after insert on safety_citation for each row execute function safety.guard_source();
revoke insert on safety_citation from role_vs_worker, role_vs_manager;
grant select (id, case_id) on safety_plannedaction to role_policy;
create policy decides on safety_plannedaction for select to role_policy using (true);

-- ---------------------------------------------------------------------------------------------------------------
-- What nobody read in time (S-02, S-17). The clock writes it, and no scope else; hours are the site's setting S-02.

revoke insert on safety_escalation from role_su_worker, role_su_manager, role_vs_worker, role_vs_manager;
grant insert on safety_escalation to role_policy;
create policy escalates on safety_escalation for insert to role_policy with check (recorded_by_id is null);

-- The site's hours until an unread `concern`, urgent `item` or `bulletin` of a check-in goes to the managers.
create or replace function safety.hours_unread(site uuid, what text) returns interval language sql stable
return make_interval(hours => coalesce(
  (select (s.value ->> what)::int from access_sitesetting s
    where s.site_id = site and s.code = 'S-02' and s.applies_from <= access.today()
    order by s.applies_from desc, s.recorded_at desc limit 1),
  case what when 'concern' then 1 when 'bulletin' then 24 else 4 end));

-- A check-in reaches the case manager of each linked case every time, by whatever way it is recorded (V-11, R-71).
create or replace function safety.check_in_has_crossed() returns trigger language plpgsql security definer as $$
begin
  if not safety.loading() and exists (
      select from safety_caselink l where l.vs_record_id = new.record_id
         and not exists (select from safety_riskitem i where i.link_id = l.id and i.kind = 'check_in_summary' and i.side = 'vs'
                            and i.text = new.summary and i.recorded_at > transaction_timestamp() - interval '2 minutes')) then
    raise exception 'a check-in reaches the case manager every time' using errcode = '23514', constraint = 'check_in_crosses';
  end if;
  return null;
end $$;
drop trigger if exists crosses on advocacy_checkin;
create constraint trigger crosses after insert on advocacy_checkin deferrable initially deferred
  for each row execute function safety.check_in_has_crossed();

create or replace function safety.escalate_unread() returns bigint language plpgsql volatile security definer as $$
declare
  late record;
  written bigint := 0;
begin
  if current_setting('role', true) <> 'role_clock' then
    raise exception 'only the clock escalates' using errcode = '42501';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('escalate', 0));
  for late in
    select l.id, l.site_id, l.su_case_id, l.su_service_id, l.vs_record_id, l.vs_service_id, x.concern, x.item,
           case x.side when 'su' then 'vs' else 'su' end as reader
      from (select c.link_id, c.side, c.recorded_at, c.id as concern, null::uuid as item, 'concern' as what from safety_stopconcern c
             where not exists (select from safety_stopacknowledgement a where a.concern_id = c.id and a.side <> c.side)
               and not exists (select from safety_escalation e where e.concern_id = c.id)
            union all
            select i.link_id, i.side, i.recorded_at, null, i.id, case when i.urgency = 'urgent' then 'item' else 'bulletin' end from safety_riskitem i
             where (i.urgency = 'urgent' or i.kind = 'check_in_summary')
               and not exists (select from safety_itemacknowledgement a where a.item_id = i.id)
               and not exists (select from safety_escalation e where e.item_id = i.id)) x
      join safety_caselink l on l.id = x.link_id
     where x.recorded_at <= clock_timestamp() - safety.hours_unread(l.site_id, x.what)
  loop
    insert into safety_escalation (id, recorded_at, link_id, side, su_case_id, su_service_id, vs_record_id, vs_service_id, concern_id, item_id)
    values (gen_random_uuid(), clock_timestamp(), late.id, late.reader, late.su_case_id, late.su_service_id, late.vs_record_id,
            late.vs_service_id, late.concern, late.item);
    perform audit.record('wrote', 'escalation', late.id, case late.reader when 'su' then late.su_service_id else late.vs_service_id end,
                         late.site_id, '', array[case when late.item is null then 'concern' else 'item' end], '', 'clock', null);
    written := written + 1;
  end loop;
  return written;
end $$;

-- Contact planned that no decision carries any more, unanswered one hour before: both sides and both managers are alerted,
-- once a link (S-19). Nothing is cancelled (S-23). Each side reads the same whichever link's decision it was (S-15, S-04).
create or replace function safety.unsettled(booking uuid) returns boolean language sql stable
return (select s.state from safety_bookingstate s where s.booking_id = unsettled.booking order by s.recorded_at desc limit 1) = 'planned'
   and exists (select from safety_booking b where b.id = unsettled.booking
                  and safety.contact_refusal(b.case_id, clock_timestamp()) is not null);

create or replace function safety.booking_unsettled(booking uuid) returns boolean language sql stable security definer
return safety.unsettled(booking)
   and exists (select from safety_escalation e where e.booking_id = booking_unsettled.booking and (select safety.reads_link(e.link_id)));

create or replace function safety.alert_lapsed_bookings() returns bigint language plpgsql volatile security definer as $$
declare
  late record;
  written bigint := 0;
begin
  if current_setting('role', true) <> 'role_clock' then
    raise exception 'only the clock escalates' using errcode = '42501';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('escalate', 0));
  for late in
    select b.id as booking, b.starts_at, l.id, l.site_id, l.su_case_id, l.su_service_id, l.vs_record_id, l.vs_service_id
      from safety_booking b join safety_caselink l on l.su_case_id = b.case_id
     where b.starts_at between clock_timestamp() - interval '1 day' and clock_timestamp() + interval '1 hour'
       and not exists (select from safety_escalation e where e.booking_id = b.id and e.link_id = l.id)
       and safety.unsettled(b.id)
  loop
    insert into safety_escalation (id, recorded_at, link_id, side, su_case_id, su_service_id, vs_record_id, vs_service_id, booking_id, starts_at)
    values (gen_random_uuid(), clock_timestamp(), late.id, 'su', late.su_case_id, late.su_service_id, late.vs_record_id,
            late.vs_service_id, late.booking, late.starts_at);
    perform audit.record('wrote', 'escalation', late.id, late.su_service_id, late.site_id, '', array['booking'], '', 'clock', null);
    written := written + 1;
  end loop;
  return written;
end $$;

-- ---------------------------------------------------------------------------------------------------------------
-- Events that end a decision at once (S-19), wherever they are written. Ends what is in force; cancels nothing (S-23).

-- One trigger function for them all: the table says which event it is.
create or replace function safety.lapse_on_event() returns trigger language plpgsql security definer as $$
declare
  row_now jsonb := to_jsonb(new);
  before text;
  links uuid[];
  cause text := tg_argv[0];
  told_by text := tg_argv[1];
begin
  if safety.loading() then
    return null;
  end if;
  if tg_table_name = 'advocacy_livingwith' then
    select w.answer into before from advocacy_livingwith w
     where w.record_id = (row_now ->> 'record_id')::uuid and w.id <> (row_now ->> 'id')::uuid
     order by w.as_of desc, w.recorded_at desc limit 1;
    if before is null or before = row_now ->> 'answer'
       or exists (select from advocacy_livingwith w where w.record_id = (row_now ->> 'record_id')::uuid and w.as_of > (row_now ->> 'as_of')::date) then
      return null;  -- said for the first time, said again, or about a day before what is known
    end if;
  end if;
  if tg_table_name = 'advocacy_sealedend' and not exists (
      select from advocacy_sealedvalue v where v.id = (row_now ->> 'value_id')::uuid and v.kind in ('address', 'refuge')) then
    return null;
  end if;
  if tg_argv[0] in ('custody', 'client_engagement') then
    if tg_argv[0] = 'custody' then
      select s.value into before from casework_stateentry s
       where s.case_id = (row_now ->> 'case_id')::uuid and s.history = 'whereabouts' and s.id <> (row_now ->> 'id')::uuid
       order by s.since desc, s.recorded_at desc limit 1;
    else
      select e.value into before from advocacy_engagemententry e
       where e.record_id = (row_now ->> 'record_id')::uuid and e.id <> (row_now ->> 'id')::uuid
       order by e.since desc, e.recorded_at desc limit 1;
    end if;
    if before is not distinct from (row_now ->> 'value') then
      return null;  -- said again, not changed
    end if;
  end if;
  if tg_argv[0] = 'plan' and not exists (
      -- Compared with the last plan that was ready: going on from draft, or a manager agreeing its quality, changes nothing.
      select from (select s.entry_route, s.hook, s.cover_story, s.place from casework_contactstrategy s
                    where s.case_id = (row_now ->> 'case_id')::uuid and s.version < (row_now ->> 'version')::int and s.stage <> 'draft'
                    order by s.version desc limit 1) p
       where (p.entry_route, p.hook, p.cover_story, p.place) is distinct from
             (row_now ->> 'entry_route', row_now ->> 'hook', row_now ->> 'cover_story', row_now ->> 'place')) then
    return null;
  end if;
  if tg_table_name = 'safety_riskitem' then
    -- Told across: by the case manager it is about him, for every link; by an IDVA for her own link alone (S-04).
    cause := row_now ->> 'kind';
    told_by := row_now ->> 'side';
    select array_agg(l.id) into links from safety_caselink l
     where l.id = (row_now ->> 'link_id')::uuid or (told_by = 'su' and l.su_case_id = (row_now ->> 'su_case_id')::uuid);
  elsif told_by = 'su' then
    select array_agg(l.id) into links from safety_caselink l where l.su_case_id = (row_now ->> 'case_id')::uuid;
  else
    select array_agg(l.id) into links from safety_caselink l where l.vs_record_id = (row_now ->> 'record_id')::uuid;
  end if;
  -- Here and in no function of its own, which any scope could call with any link and any author.
  insert into safety_decisionlapse (id, recorded_at, recorded_by_id, link_id, side, su_case_id, su_service_id, vs_record_id, vs_service_id, cause, what)
  select gen_random_uuid(), clock_timestamp(), (row_now ->> 'recorded_by_id')::uuid, l.id, told_by,
         l.su_case_id, l.su_service_id, l.vs_record_id, l.vs_service_id, cause, ''
    from safety_caselink l where l.id = any (links) and safety.decision_in_force(l.id, clock_timestamp()) is not null;
  return null;
end $$;
create or replace trigger ends_decision_on_whereabouts after insert on casework_stateentry for each row
  when (new.history = 'whereabouts') execute function safety.lapse_on_event('custody', 'su');
create or replace trigger ends_decision_on_order after insert on casework_stateentry for each row
  when (new.history = 'legal') execute function safety.lapse_on_event('order', 'su');
create or replace trigger ends_decision_on_plan after insert on casework_contactstrategy for each row
  when (new.stage <> 'draft') execute function safety.lapse_on_event('plan', 'su');
create or replace trigger ends_decision_on_engagement after insert on advocacy_engagemententry for each row
  execute function safety.lapse_on_event('client_engagement', 'vs');
create or replace trigger ends_decision_on_residence after insert on advocacy_sealedvalue for each row
  when (new.kind in ('address', 'refuge')) execute function safety.lapse_on_event('client_residence', 'vs');
create or replace trigger ends_decision_on_residence after insert on advocacy_sealedend for each row
  execute function safety.lapse_on_event('client_residence', 'vs');
grant select (id, record_id, answer, as_of, recorded_at) on advocacy_livingwith to role_policy;
create policy bridge on advocacy_livingwith for select to role_policy using (true);
create or replace trigger ends_decision_on_residence after insert on advocacy_livingwith for each row
  execute function safety.lapse_on_event('client_residence', 'vs');
-- A new incident, partner or allegation is told across, and an emergency is an incident. A notice that our own practice went
-- wrong (S-41) is none.
create or replace trigger ends_decision_on_what_is_told after insert on safety_riskitem for each row
  when (new.kind in ('incident', 'new_partner', 'allegation') and not new.details ? 'practice')
  execute function safety.lapse_on_event('item', 'link');
create or replace trigger ends_decision_on_emergency after insert on safety_caseemergency for each row
  execute function safety.lapse_on_event('incident', 'su');
create or replace trigger ends_decision_on_emergency after insert on safety_clientemergency for each row
  execute function safety.lapse_on_event('incident', 'vs');

-- A client who is no longer in touch calls for a joint review, never for an end (V-13): within five working days, or before
-- the next contact if that comes sooner. That it happened crosses; why stays on her side (S-03). Bank holidays are not
-- counted out: the day named is never later than the rule's.
grant insert on safety_reviewcall to role_policy;
create policy calls on safety_reviewcall for insert to role_policy with check (cause in ('engagement', 'asked'));
create or replace function safety.call_on_disengagement() returns trigger language plpgsql security definer as $$
begin
  if safety.loading() or new.value is not distinct from (
      select e.value from advocacy_engagemententry e where e.record_id = new.record_id and e.id <> new.id
       order by e.since desc, e.recorded_at desc limit 1) then
    return null;
  end if;
  insert into safety_reviewcall (id, recorded_at, recorded_by_id, link_id, side, su_case_id, su_service_id, vs_record_id, vs_service_id, cause, words, due_on)
  select gen_random_uuid(), clock_timestamp(), new.recorded_by_id, l.id, 'vs', l.su_case_id, l.su_service_id, l.vs_record_id, l.vs_service_id,
         'engagement', '', access.today() + 7
    from safety_caselink l
   where l.vs_record_id = new.record_id and not safety.case_has_ended(l.su_case_id, clock_timestamp());
  return null;
end $$;
create or replace trigger calls_for_review after insert on advocacy_engagemententry for each row
  when (new.value in ('disengaged', 'declined')) execute function safety.call_on_disengagement();

-- An address of his that is a linked client's too calls for a joint review (S-44): of every link of the case, as asked for by
-- nobody in particular and in the name of whoever linked them, so that no row says whose address it is. Once a day.
create or replace function safety.call_on_shared_address() returns trigger language plpgsql security definer as $$
begin
  if safety.loading() then
    return null;
  end if;
  insert into safety_reviewcall (id, recorded_at, recorded_by_id, link_id, side, su_case_id, su_service_id, vs_record_id, vs_service_id, cause, words)
  select gen_random_uuid(), clock_timestamp(), l.recorded_by_id, l.id, 'su', l.su_case_id, l.su_service_id, l.vs_record_id, l.vs_service_id,
         'asked', ''
    from safety_caselink l
   where exists (select from safety_caselink x
                   join casework_contactchannel c on c.case_id = x.su_case_id and c.lookup = new.lookup and c.kind = 'address'
                   join advocacy_sealedvalue v on v.record_id = x.vs_record_id and v.lookup = new.lookup
                  where x.su_case_id = l.su_case_id and (to_jsonb(new) ->> 'case_id' = x.su_case_id::text or to_jsonb(new) ->> 'record_id' = x.vs_record_id::text))
     and not safety.case_has_ended(l.su_case_id, clock_timestamp()) and not safety.followed(l.id, clock_timestamp())
     and not exists (select from safety_reviewcall r where r.link_id = l.id and r.cause = 'asked'
                        and (r.recorded_at at time zone 'Europe/London')::date = access.today());
  return null;
end $$;
create or replace trigger calls_on_shared_address after insert on advocacy_sealedvalue for each row
  when (new.lookup <> '' and new.ended_on is null) execute function safety.call_on_shared_address();
create or replace trigger calls_on_shared_address after insert on casework_contactchannel for each row
  when (new.kind = 'address' and new.lookup <> '' and new.ended_on is null) execute function safety.call_on_shared_address();

-- ---------------------------------------------------------------------------------------------------------------
-- What one side may know of the other. The column grants are the allow-list: a new column crosses only by a line here
-- (case) or in advocacy's policies (client). Once one's own record is past its time (ADR 16) nothing is told of the other's
-- any more, so that nobody can tell when it is erased.

grant select (id, service_id, code) on casework_sucase to role_policy;
create policy bridge on casework_sucase for select to role_policy using (true);
grant select (id, case_id, version, given_names, family_name) on casework_serviceuserprofile to role_policy;
create policy bridge on casework_serviceuserprofile for select to role_policy using (true);
grant select (id, case_id, history, value, since, recorded_at) on casework_stateentry to role_policy;
create policy bridge on casework_stateentry for select to role_policy using (true);
grant select (case_id, version, stage, entry_route, hook, cover_story, place) on casework_contactstrategy to role_policy;
create policy bridge on casework_contactstrategy for select to role_policy using (true);
grant select (case_id, done_on, sub_type) on casework_action to role_policy;
create policy bridge on casework_action for select to role_policy using (true);

create or replace function safety.holder_of_case(su_case uuid) returns text language sql stable
return (select m.name from access_caseassignment a join access_membership m on m.id = a.membership_id
         where a.case_id = su_case and a.kind = 'holder'
           and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()) order by a.starts_on desc limit 1);

create or replace function safety.holder_of_record(record uuid) returns text language sql stable
return (select m.name from access_clientassignment a join access_membership m on m.id = a.membership_id
         where a.record_id = record and a.kind = 'holder'
           and a.starts_on <= (select access.today()) and a.ends_on > (select access.today()) order by a.starts_on desc limit 1);

-- Who works the other end of a link today and may be rung about it (A-25, W-26): the name, in which way, the telephone of
-- that person's work. `own` are cases or records of the reader's. `pattern` is what the site agreed about its IDVAs (C-12). Of
-- the client no number and no place: those are sealed, and no grant reaches them.
create or replace function safety.workers_across(own uuid[])
returns table (link_id uuid, name text, way text, phone text, pattern text) language sql stable security definer
begin atomic
  with open_links as (
    select l.id, l.site_id, l.su_case_id, l.vs_record_id, true as from_case from safety_caselink l
     where l.su_case_id = any (own) and l.su_case_id <> all ((select access.barred())::uuid[])
       and (l.su_case_id = any ((select access.su_cases())::uuid[]) or l.su_service_id = (select access.service_in('su_manager')))
    union all
    select l.id, l.site_id, l.su_case_id, l.vs_record_id, false from safety_caselink l
     where l.vs_record_id = any (own) and l.vs_record_id <> all ((select access.barred())::uuid[])
       and (l.vs_record_id = any ((select access.vs_records())::uuid[]) or l.vs_service_id = (select access.service_in('vs_manager'))))
  select o.id, m.name::text, x.kind::text, m.work_phone::text,
         (select s.value #>> '{}' from access_sitesetting s where s.site_id = o.site_id and s.code = 'C-12'
             and s.applies_from <= (select access.today()) order by s.applies_from desc, s.recorded_at desc limit 1)
    from open_links o
    join lateral (
      select a.membership_id, a.kind from access_clientassignment a
       where o.from_case and a.record_id = o.vs_record_id
         and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
      union
      select a.membership_id, a.kind from access_caseassignment a
       where not o.from_case and a.case_id = o.su_case_id
         and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())) x on true
    join access_membership m on m.id = x.membership_id
     and m.starts_on <= (select access.today()) and m.ends_on > (select access.today())
   order by o.id, m.name, x.kind;
end;

-- Contact with him without word from her (S-24, V-14): open links on which contact is planned, or goes on, and when the client
-- last spoke with her worker. Nothing here that the two summaries do not tell already; without limit of age, longest first.
create or replace function safety.without_word(limit_days integer)
returns table (link_id uuid, su_case_id uuid, vs_record_id uuid, last_word_on date, linked_on date, planned_at timestamptz)
language sql stable security definer
begin atomic
  select x.id, x.su_case_id, x.vs_record_id, x.last_word_on, x.linked_on, x.planned_at
    from (
      select l.id, l.su_case_id, l.vs_record_id, (l.recorded_at at time zone 'Europe/London')::date as linked_on,
             (select (max(c.happened_at) at time zone 'Europe/London')::date from advocacy_clientcontact c
               where c.record_id = l.vs_record_id and c.in_person and c.outcome in ('spoke', 'agreed_next')) as last_word_on,
             (select min(b.starts_at) from safety_booking b
               where b.case_id = l.su_case_id and b.starts_at >= now()
                 and 'planned' = (select s.state::text from safety_bookingstate s where s.booking_id = b.id
                                   order by s.recorded_at desc limit 1)) as planned_at,
             (select s.value::text from casework_stateentry s where s.case_id = l.su_case_id and s.history = 'contact'
               order by s.since desc, s.recorded_at desc limit 1) as contact
        from safety_caselink l
       where ((l.su_case_id <> all ((select access.barred())::uuid[])
               and (l.su_case_id = any ((select access.su_cases())::uuid[]) or l.su_service_id = (select access.service_in('su_manager'))))
           or (l.vs_record_id <> all ((select access.barred())::uuid[])
               and (l.vs_record_id = any ((select access.vs_records())::uuid[]) or l.vs_service_id = (select access.service_in('vs_manager')))))
         and not safety.case_has_ended(l.su_case_id, clock_timestamp()) and not safety.followed(l.id, clock_timestamp())) x
   where (x.planned_at is not null or x.contact in ('in_contact', 'reduced'))
     and coalesce(x.last_word_on, x.linked_on) <= access.today() - limit_days
   order by coalesce(x.last_word_on, x.linked_on), x.id
   limit 40;
end;

-- For the case manager (S-03): engagement and since when, last contact, next check-in, the IDVA's name. Nothing else.
create or replace function safety.client_summary(su_case uuid)
returns table (link_id uuid, engagement text, engaged_since date, last_contact_at timestamptz, next_check_in_on date, idva text)
language sql stable security definer
begin atomic
  select l.id, e.value::text, e.since,
         (select max(c.happened_at) from advocacy_clientcontact c where c.record_id = l.vs_record_id and c.in_person and c.outcome in ('spoke', 'agreed_next')),
         (select p.due_on from advocacy_checkinplan p where p.record_id = l.vs_record_id order by p.recorded_at desc limit 1),
         safety.holder_of_record(l.vs_record_id)
    from safety_caselink l
    left join lateral (select x.value, x.since from advocacy_engagemententry x where x.record_id = l.vs_record_id
                        order by x.since desc, x.recorded_at desc limit 1) e on true
   where l.su_case_id = su_case and l.su_case_id <> all ((select access.barred())::uuid[])
     and (l.su_case_id = any ((select access.su_cases())::uuid[]) or l.su_service_id = (select access.service_in('su_manager')))
     and not access.past_its_time('su', l.su_case_id) and not safety.followed(l.id, clock_timestamp())
   order by l.recorded_at, l.id;
end;

-- For the IDVA (W-09): the Drive service user's name, where the case stands, when somebody last disrupted, who works it.
create or replace function safety.case_summary(record uuid)
returns table (link_id uuid, service_user text, status text, status_since date, contact text, contact_since date,
               whereabouts text, whereabouts_since date, approach text, last_disrupt_on date, case_manager text)
language sql stable security definer
begin atomic
  select l.id,
         (select trim(p.given_names || ' ' || p.family_name) from casework_serviceuserprofile p
           where p.case_id = l.su_case_id order by p.version desc limit 1),
         st.value::text, st.since, co.value::text, co.since, wh.value::text, wh.since, ap.value::text,
         (select max(a.done_on) from casework_action a where a.case_id = l.su_case_id and a.sub_type in ('disrupt', 'both')),
         safety.holder_of_case(l.su_case_id)
    from safety_caselink l
    left join lateral (select s.value, s.since from casework_stateentry s where s.case_id = l.su_case_id and s.history = 'status'
                        order by s.since desc, s.recorded_at desc limit 1) st on true
    left join lateral (select s.value, s.since from casework_stateentry s where s.case_id = l.su_case_id and s.history = 'contact'
                        order by s.since desc, s.recorded_at desc limit 1) co on true
    left join lateral (select s.value, s.since from casework_stateentry s where s.case_id = l.su_case_id and s.history = 'whereabouts'
                        order by s.since desc, s.recorded_at desc limit 1) wh on true
    left join lateral (select s.value, s.since from casework_stateentry s where s.case_id = l.su_case_id and s.history = 'approach'
                        order by s.since desc, s.recorded_at desc limit 1) ap on true
   where l.vs_record_id = record and l.vs_record_id <> all ((select access.barred())::uuid[])
     and (l.vs_record_id = any ((select access.vs_records())::uuid[]) or l.vs_service_id = (select access.service_in('vs_manager')))
     and not access.past_its_time('vs', l.vs_record_id)
   order by l.recorded_at, l.id;
end;

-- For the IDVA: when contact is planned, and of what kind. Not where, not with whom, not what he is told.
create or replace function safety.bookings_for_record(record uuid)
returns table (link_id uuid, starts_at timestamptz, kind text, state text, since timestamptz)
language sql stable security definer
begin atomic
  select l.id, b.starts_at, b.kind::text, s.state::text, s.recorded_at
    from safety_caselink l
    join safety_booking b on b.case_id = l.su_case_id
    join lateral (select x.state, x.recorded_at from safety_bookingstate x where x.booking_id = b.id
                   order by x.recorded_at desc limit 1) s on true
   where l.vs_record_id = record and l.vs_record_id <> all ((select access.barred())::uuid[])
     and (l.vs_record_id = any ((select access.vs_records())::uuid[]) or l.vs_service_id = (select access.service_in('vs_manager')))
     and b.starts_at >= (access.today()::timestamp at time zone 'Europe/London') and s.state <> 'cancelled'
   order by b.starts_at, b.id;
end;

-- ---------------------------------------------------------------------------------------------------------------
-- The calendar (W-27). A worker sees of a colleague across the wall, with whom an open link is shared today, when that
-- colleague is taken and nothing else. Cover and joint work count like holding, on both sides; an emergency reading does not.

-- Absences: read as the policy role, by advocacy's policies.

create or replace function safety.colleagues_across()
returns table (membership_id uuid, name text, link_id uuid) language sql stable security definer
begin atomic
  select m.id, m.name::text, l.id
    from safety_caselink l
    join lateral (
      select a.membership_id from access_clientassignment a
       where a.record_id = l.vs_record_id and a.kind in ('holder', 'cover', 'joint')
         and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
         and l.su_case_id = any ((select access.su_cases_held())::uuid[])
      union
      select a.membership_id from access_caseassignment a
       where a.case_id = l.su_case_id and a.kind in ('holder', 'cover', 'joint')
         and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
         and l.vs_record_id = any ((select access.vs_records_held())::uuid[])) x on true
    join access_membership m on m.id = x.membership_id
     and m.starts_on <= (select access.today()) and m.ends_on > (select access.today())
   where l.su_case_id <> all ((select access.barred())::uuid[]) and l.vs_record_id <> all ((select access.barred())::uuid[])
     and not safety.case_has_ended(l.su_case_id, clock_timestamp())
   order by m.name, m.id, l.recorded_at, l.id;
end;

-- From today on, three months at most. A case manager is taken by planned contact, for an hour; suspended contact keeps its
-- hour, so that nobody reads another client's concern from a gap (S-04). From the client's side a hearing and a day away are
-- the same whole day: which it is, or whose, does not cross (S-03). The link is named where the reader works it.
create or replace function safety.busy_times(colleague uuid, first date, last date)
returns table (starts_at timestamptz, ends_at timestamptz, link_id uuid) language sql stable security definer
begin atomic
  with shared as (select c.link_id from safety.colleagues_across() c where c.membership_id = colleague),
       days as (select greatest(first, access.today()) as since, least(last, access.today() + 92) as til
                 where exists (select from shared))
  select b.starts_at, b.starts_at + interval '1 hour',
         (select l.id from safety_caselink l where l.su_case_id = b.case_id and l.id in (select s.link_id from shared s)
           order by l.recorded_at, l.id limit 1)
    from days d
    join access_caseassignment a on a.membership_id = colleague and a.kind in ('holder', 'cover', 'joint')
     and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
    join safety_booking b on b.case_id = a.case_id and b.kind not in ('letter', 'message')
     and b.starts_at >= (d.since::timestamp at time zone 'Europe/London')
     and b.starts_at < ((d.til + 1)::timestamp at time zone 'Europe/London')
   where 'cancelled' is distinct from (select s.state::text from safety_bookingstate s where s.booking_id = b.id
                                        order by s.recorded_at desc limit 1)
  union
  select (x.taken::timestamp at time zone 'Europe/London'), ((x.taken + 1)::timestamp at time zone 'Europe/London'), null::uuid
    from days d,
    lateral (
      select c."on" as taken from access_clientassignment a
        join advocacy_courtdate c on c.record_id = a.record_id and not c.cancelled
         and not exists (select from advocacy_courtdate n where n.thread = c.thread and n.version > c.version)
       where a.membership_id = colleague and a.kind in ('holder', 'cover', 'joint')
         and a.starts_on <= (select access.today()) and a.ends_on > (select access.today())
         and c."on" between d.since and d.til
      union
      select g.taken::date from advocacy_absence w,
             lateral generate_series(greatest(w.first_day, d.since)::timestamp, least(w.last_day, d.til)::timestamp, interval '1 day') g (taken)
       where w.membership_id = colleague and not w.withdrawn and w.first_day <= d.til and w.last_day >= d.since
         and not exists (select from advocacy_absence n where n.membership_id = w.membership_id and n.first_day = w.first_day
                            and n.recorded_at > w.recorded_at)) x
   order by 1, 2, 3;
end;

-- How many bookings a concern has suspended: a number, for both sides of its link.
create or replace function safety.suspended_by(concern uuid) returns bigint language sql stable security definer
return (select count(distinct s.booking_id) from safety_bookingstate s
         where s.concern_id = concern
           and exists (select from safety_stopconcern c where c.id = concern and (select safety.reads_link(c.link_id))));
