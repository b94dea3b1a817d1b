-- Meetings of the panel, and which referrals they put before an agency's member (S-28,
-- docs/adr/0023-what-a-meeting-puts-before-its-members.md). Chair and coordinator prepare: they read and plan every meeting
-- of the site (access.panel_prepares). A member reads what concerns them and nothing else.

call access.protect_site_fact('panels_meeting', 'panel');
call access.protect_site_fact('panels_invitation', 'panel');
call access.protect_site_fact('panels_agendaitem', 'panel');
call access.protect_site_fact('panels_acceptance', 'panel');

do $$
declare
  tbl text;
begin
  foreach tbl in array array['panels_meeting', 'panels_invitation', 'panels_agendaitem', 'panels_acceptance'] loop
    execute format('grant select on %I to role_policy', tbl);
    execute format('create policy decides on %I for select to role_policy using (true)', tbl);
  end loop;
  foreach tbl in array array['panels_meeting', 'panels_invitation', 'panels_agendaitem'] loop
    execute format('create policy by_who_prepares on %I as restrictive for insert to role_panel with check ((select access.panel_prepares()))', tbl);
  end loop;
end $$;

-- Meetings of the member's site that invite them and are not over: a meeting lasts until the end of its day. Rows of another
-- site than the meeting's own say nothing about it.
create or replace function access.meetings_inviting_me() returns uuid[] language sql stable security definer
return (select coalesce(array_agg(m.id), '{}') from panels_meeting m
         cross join lateral (select i.state from panels_invitation i
                              where i.meeting_id = m.id and i.site_id = m.site_id and i.member_id = (select access.member_in('panel'))
                              order by i.recorded_at desc, i.id desc limit 1) newest
         where m.site_id = (select access.site_in('panel')) and m.held_on >= (select access.today()) and newest.state = 'invited');

-- ... and those of them for which they accepted the statement: papers are open.
create or replace function access.meetings_open_to_me() returns uuid[] language sql stable security definer
return (select coalesce(array_agg(distinct a.meeting_id), '{}') from panels_acceptance a
         where a.recorded_by_id = (select access.member_in('panel')) and a.meeting_id = any ((select access.meetings_inviting_me())::uuid[]));

-- What waits for a decision at the site: undecided or to come back, and not allocated.
create or replace function access.waiting_for_panel() returns uuid[] language sql stable security definer
return (select coalesce(array_agg(r.id), '{}') from referrals_referral r
          left join lateral (select d.outcome from referrals_referraldecision d where d.referral_id = r.id
                              order by d.recorded_at desc, d.id desc limit 1) newest on true
         where r.site_id = (select access.site_in('panel')) and coalesce(newest.outcome, 'bring_back') = 'bring_back'
           and not exists (select from allocation_allocation a where a.referral_id = r.id));

-- What waits, as far as it concerns the one who asks: all of it for who prepares; for a member what stands on the agenda of
-- a meeting whose papers are open to them.
create or replace function access.referrals_before_panel() returns uuid[] language sql stable security definer
return case when (select access.panel_prepares()) then (select access.waiting_for_panel()) else
  (select coalesce(array_agg(distinct x.referral_id), '{}')
     from (select distinct on (i.meeting_id, i.referral_id) i.referral_id, i.state
             from panels_agendaitem i join panels_meeting m on m.id = i.meeting_id and m.site_id = i.site_id
            where i.meeting_id = any ((select access.meetings_open_to_me())::uuid[])
            order by i.meeting_id, i.referral_id, i.recorded_at desc, i.id desc) x
    where x.state = 'listed' and x.referral_id = any ((select access.waiting_for_panel())::uuid[])) end;

create policy before_them on referrals_referral as restrictive for select to role_panel
  using ((select access.panel_prepares()) or id = any ((select access.referrals_before_panel())::uuid[]));
create policy before_them on referrals_referralparty as restrictive for select to role_panel
  using ((select access.panel_prepares()) or referral_id = any ((select access.referrals_before_panel())::uuid[]));
create policy before_them on referrals_referraldecision as restrictive for select to role_panel
  using ((select access.panel_prepares()) or referral_id = any ((select access.referrals_before_panel())::uuid[]));

-- A member reads which meetings invite them, their own invitations and acceptances, and the agenda once its papers are open.
create policy concerns_them on panels_meeting as restrictive for select to role_panel
  using ((select access.panel_prepares()) or id = any ((select access.meetings_inviting_me())::uuid[]));
create policy concerns_them on panels_invitation as restrictive for select to role_panel
  using ((select access.panel_prepares()) or member_id = (select access.member_in('panel')));
create policy concerns_them on panels_acceptance as restrictive for select to role_panel
  using ((select access.panel_prepares()) or recorded_by_id = (select access.member_in('panel')));
create policy concerns_them on panels_agendaitem as restrictive for select to role_panel
  using ((select access.panel_prepares())
         or (meeting_id = any ((select access.meetings_open_to_me())::uuid[]) and referral_id = any ((select access.referrals_before_panel())::uuid[])));
create policy not_barred on panels_agendaitem as restrictive for all to role_panel
  using (referral_id <> all ((select access.barred_referrals())::uuid[]));

-- One accepts for oneself, and only for a meeting that invites one.
create policy invited on panels_acceptance as restrictive for insert to role_panel
  with check (meeting_id = any ((select access.meetings_inviting_me())::uuid[]));

-- That a referral stood on an agenda goes with the referral (ADR 16); the meeting names nobody whom it was about.
call access.goes_with('panels_agendaitem', 3, 'referral_id = any ((select access.erasing_referrals())::uuid[])');
