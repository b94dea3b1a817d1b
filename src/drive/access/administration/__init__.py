"""Keeping a site: organisations, sites, services, teams, accounts, memberships, settings (A-23, A-24, C-30).

Everything here works in the scope `administration`, which holds no privilege on any table with case content. Each act
writes its event `permission-changed` with the site it concerns, so that the governance lead of that site reads it.
"""
