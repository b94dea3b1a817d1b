-- Which referral became which case and record: for those who allocate at the site. It is a bridge of keys; no case or
-- client scope reads it, since it would tell one side of the other.

call access.protect('allocation_allocation');
grant select, insert on allocation_allocation to role_allocation;
create policy reads on allocation_allocation for select to role_allocation using (site_id = (select access.site_in('allocation')));
create policy adds on allocation_allocation for insert to role_allocation
  with check (site_id = (select access.site_in('allocation')) and recorded_by_id = (select access.member_in('allocation')));

-- Whether a referral was allocated: one yes or no, for those who may see the referral.
grant select on allocation_allocation to role_policy;
create policy decides on allocation_allocation for select to role_policy using (true);
create or replace function access.referral_is_allocated(referral uuid) returns boolean language sql stable security definer
return exists (select 1 from allocation_allocation a
                where a.referral_id = referral
                  and a.site_id = coalesce((select access.site_in('referrals')), (select access.site_in('panel')), (select access.site_in('allocation'))));

-- How much each worker of a service holds today: numbers only, for allocating (step 3, C-13). Open means no closed
-- status (cases) or no exit (records). The allocation scope reads neither table.
create or replace function access.held_by_service(service uuid) returns table (membership uuid, held bigint)
language sql stable security definer
begin atomic
  select m.id, count(a.*)
    from access_membership m
    left join (select c.membership_id from access_caseassignment c
                where c.starts_on <= (select access.today()) and c.ends_on > (select access.today()) and c.kind = 'holder'
               union all
               select c.membership_id from access_clientassignment c
                where c.starts_on <= (select access.today()) and c.ends_on > (select access.today()) and c.kind = 'holder') a
      on a.membership_id = m.id
   where m.service_id = service
     and (select access.service_site(service)) = (select access.site_in('allocation'))
     and m.starts_on <= (select access.today()) and m.ends_on > (select access.today())
   group by m.id;
end;
