-- Referrals are read by those who prepare, decide and allocate at one site. No case or client scope reads them: what a
-- worker needs was copied to their own side when the case was opened.

call access.protect_site_fact('referrals_referrallist', 'referrals');
call access.protect_site_fact('referrals_listsaved', 'referrals');
call access.protect_site_fact('referrals_referral', 'referrals', 'panel', 'allocation');
call access.protect_site_fact('referrals_referralparty', 'referrals', 'panel', 'allocation');
call access.protect_site_fact('referrals_possiblematch', 'referrals');
call access.protect_site_fact('referrals_matchanswer', 'referrals');
call access.protect_site_fact('referrals_referraldecision', 'referrals', 'panel', 'allocation');
revoke insert on referrals_referral, referrals_referralparty from role_panel, role_allocation;
revoke insert on referrals_referraldecision from role_allocation;

-- Chair and coordinator prepare and record: the whole site. What a member of an agency reads is narrowed where meetings are
-- (policies `before_them` in drive/panels/policies.sql); they record no decision.
create or replace function access.panel_prepares() returns boolean language sql stable security definer parallel safe
return (select m.role in ('panel_chair', 'panel_coordinator') from access_membership m where m.id = (select access.member_in('panel')));

grant select on referrals_referral, referrals_referraldecision to role_policy;
create policy decides on referrals_referral for select to role_policy using (true);
create policy decides on referrals_referraldecision for select to role_policy using (true);
create policy by_who_prepares on referrals_referraldecision as restrictive for insert to role_panel
  with check ((select access.panel_prepares()));

-- Who is barred from a case or a client's record is barred from the referral that it came from, and from every other of the
-- same people (S-34): on lists, in searches, before the panel, in the queue of allocation.
do $$
declare
  tbl text;
begin
  foreach tbl in array array['referrals_referralparty', 'referrals_referraldecision', 'referrals_possiblematch'] loop
    execute format('create policy not_barred on %I as restrictive for all to role_referrals, role_panel, role_allocation '
                   'using (referral_id <> all ((select access.barred_referrals())::uuid[]))', tbl);
  end loop;
end $$;
create policy not_barred on referrals_referral as restrictive for all to role_referrals, role_panel, role_allocation
  using (id <> all ((select access.barred_referrals())::uuid[]));
create policy earlier_not_barred on referrals_possiblematch as restrictive for select to role_referrals
  using (earlier_id <> all ((select access.barred_referrals())::uuid[]));

-- The identities of every referral of the site, keyed digests alone: a repeat of a line is known also by whom must not read
-- the referral it repeats, or the unique key would answer with a failure (S-34, S-39).
create or replace function access.referral_identities() returns text[] language sql stable security definer
return (select coalesce(array_agg(r.identity::text), '{}') from referrals_referral r
         where r.site_id = coalesce((select access.site_in('referrals')), (select access.site_in('panel')), (select access.site_in('allocation'))));

-- What arrived sealed is written and never read, until allocation hands it to the client's record in one guarded act.
call access.protect('referrals_sealedarrival');
grant insert on referrals_sealedarrival to role_referrals;
create policy arrives on referrals_sealedarrival for insert to role_referrals
  with check (site_id = (select access.site_in('referrals')) and recorded_by_id = (select access.member_in('referrals')));
grant select on referrals_sealedarrival to role_policy;
create policy hands_over on referrals_sealedarrival for select to role_policy using (true);
grant insert on advocacy_sealedvalue to role_policy;
create policy hands_over on advocacy_sealedvalue for insert to role_policy with check (true);

-- Moves the sealed arrivals of one party into the client's record that this transaction opened, or that an earlier
-- allocation of the site opened; how many. Only for a member of the allocation scope, only at their site. What the
-- record holds already is left as it is, a withheld address above all (S-06).
create or replace function access.hand_over_sealed(party uuid, record uuid, service uuid) returns integer
language plpgsql volatile security definer as $$
declare
  moved integer;
begin
  if not exists (select from advocacy_vsrecord r
                  where r.id = record and r.service_id = service and r.site_id = access.site_in('allocation')
                    and (r.recorded_by_id = access.member_in('allocation')
                         or exists (select from allocation_allocation a where a.vs_record_id = r.id))) then
    raise exception 'no such record' using errcode = '42501';
  end if;
  insert into advocacy_sealedvalue (id, recorded_at, recorded_by_id, record_id, service_id, kind, label, ciphertext, lookup, withheld, ended_on)
  select s.id, now(), access.member_in('allocation'), record, service, s.kind, '', s.ciphertext, s.lookup, false, null
    from referrals_sealedarrival s
   where s.party_id = party and s.site_id = access.site_in('allocation')
     and not exists (select from advocacy_sealedvalue held
                      where held.record_id = record and (held.id = s.id or (held.kind = s.kind and held.lookup = s.lookup)));
  get diagnostics moved = row_count;
  return moved;
end $$;
grant select on advocacy_vsrecord to role_policy;
create policy hands_over on advocacy_vsrecord for select to role_policy using (true);

-- The same person in two roles or at two sites: noted for the governance lead by a trigger, invisible to who wrote.
call access.protect('referrals_identitymatch');
grant select, insert on referrals_identitymatch to role_policy;
create policy notes on referrals_identitymatch for insert to role_policy with check (true);
grant select on referrals_identitymatch to role_governance;
create policy governs on referrals_identitymatch for select to role_governance
  using (first_site_id = (select access.site_in('governance')) or second_site_id = (select access.site_in('governance')));
create policy compares on referrals_identitymatch for select to role_policy using (true);
grant select on referrals_referralparty to role_policy;
create policy compares on referrals_referralparty for select to role_policy using (true);

create or replace function access.note_identity_match() returns trigger language plpgsql security definer as $$
begin
  insert into referrals_identitymatch (id, first, second, first_site_id, second_site_id, kind, found_at)
  select gen_random_uuid(), p.id, new.id, p.site_id, new.site_id,
         case when p.site_id = new.site_id then 'sides' else 'sites' end, now()
    from referrals_referralparty p
   where p.identity_digest = new.identity_digest and p.id <> new.id and new.identity_digest <> ''
     and (p.site_id <> new.site_id or p.role <> new.role)
     -- Two rows of one statement each see the other: the pair is noted once.
     and not exists (select from referrals_identitymatch m where m.first = new.id and m.second = p.id)
   limit 20;
  return null;
end $$;
drop trigger if exists notes_identity_match on referrals_referralparty;
create trigger notes_identity_match after insert on referrals_referralparty
  for each row execute function access.note_identity_match();

-- A lead who is barred from either of the two reads neither that they were matched nor what was decided of it (S-34).
create or replace function access.barred_matches() returns uuid[] language sql stable security definer
return (select coalesce(array_agg(m.id), '{}') from referrals_identitymatch m
          join referrals_referralparty p on p.id in (m.first, m.second)
         where p.referral_id = any ((select access.barred_referrals())::uuid[]));
create policy not_barred on referrals_identitymatch as restrictive for select to role_governance
  using (id <> all ((select access.barred_matches())::uuid[]));

-- Who the two people of a match are, for the governance lead of either site: the one place where both are named.
create or replace function access.identity_match_people(matches uuid[])
returns table (match_id uuid, place text, site text, role text, given_names text, family_name text, born_on date, referred_on date)
language sql stable security definer
begin atomic
  select i.id, x.place, s.name::text, p.role::text, p.given_names::text, p.family_name::text, p.born_on, r.referred_on
    from referrals_identitymatch i
   cross join lateral (values ('first', i.first), ('second', i.second)) x (place, party)
    join referrals_referralparty p on p.id = x.party
    join referrals_referral r on r.id = p.referral_id
    join access_site s on s.id = p.site_id
   where i.id = any (matches)
     and (select access.site_in('governance')) in (i.first_site_id, i.second_site_id)
     and i.id <> all ((select access.barred_matches())::uuid[]);
end;

call access.protect_site_fact('referrals_identitydecision', 'governance');
create policy not_barred on referrals_identitydecision as restrictive for all to role_governance
  using (match_id <> all ((select access.barred_matches())::uuid[]));

-- A referral goes with the last of what came of it (ADR 16).
grant select (id, referral_id, earlier_id) on referrals_possiblematch to role_policy;
create policy erases on referrals_possiblematch for select to role_policy
  using (referral_id = any ((select access.erasing_referrals())::uuid[]) or earlier_id = any ((select access.erasing_referrals())::uuid[]));
do $$
declare
  gone constant text := 'any ((select access.erasing_referrals())::uuid[])';
  parties constant text := '(select p.id from referrals_referralparty p where p.referral_id = any ((select access.erasing_referrals())::uuid[]))';
begin
  call access.goes_with('referrals_sealedarrival', 1, 'party_id in ' || parties);
  call access.goes_with('referrals_matchanswer', 1, 'match_id in (select m.id from referrals_possiblematch m where m.referral_id = ' || gone || ' or m.earlier_id = ' || gone || ')');
  call access.goes_with('referrals_identitydecision', 1, 'match_id in (select m.id from referrals_identitymatch m where m.first in ' || parties || ' or m.second in ' || parties || ')');
  call access.goes_with('referrals_listsaved', 1, 'referral_list_id = any ((select access.erasing_lists())::uuid[])');
  call access.goes_with('referrals_referrallist', 1, 'id = any ((select access.erasing_lists())::uuid[])');
  call access.goes_with('referrals_possiblematch', 2, 'referral_id = ' || gone || ' or earlier_id = ' || gone);
  call access.goes_with('referrals_identitymatch', 2, 'first in ' || parties || ' or second in ' || parties);
  call access.goes_with('referrals_referralparty', 3, 'referral_id = ' || gone);
  call access.goes_with('referrals_referraldecision', 3, 'referral_id = ' || gone);
  call access.goes_with('referrals_referral', 4, 'id = ' || gone);
end $$;
