"""Where the demonstration takes place and who works there: three sites, their services, and everybody's role."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from drive.access.models import Membership, Organisation, Service, Site, SiteSetting, Team, User
from drive.access.roles import Role
from drive.access.scopes import Side

from .diary import DAY, Diary
from .keys import draw_key
from .names import FAMILIES, MEN, WOMEN
from .sheets import Sheets

DOMAIN = "practice.invalid"
CASELOAD = 14
"""About how many open cases or records each worker of a large world holds."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One membership, as rows need it."""

    id: str
    user_id: str
    name: str
    email: str
    role: Role
    side: Side
    site_id: str
    service_id: str | None


@dataclass(slots=True)
class Place:
    """One site: its two services and the people of each."""

    id: str
    name: str
    panel: bool
    su_service_id: str
    vs_service_id: str
    workers: dict[Role, list[Worker]] = field(default_factory=dict)

    def first(self, role: Role) -> Worker:
        return self.workers[role][0]

    def one_of(self, role: Role, number: int) -> Worker:
        """The worker whose turn it is."""
        held = self.workers[role]
        return held[number % len(held)]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A site as it is laid out. The two services belong to different employers (A-26)."""

    name: str
    panel: bool
    su_employer: str
    vs_employer: str
    share: int
    """How many of ten service users are referred here."""


_PLANS = (
    _Plan("Pennyfold", True, "Bramblegate Trust", "Pennyfold Lantern", 5),
    _Plan("Cobblemere", False, "Bramblegate Trust", "Cobblemere Safe Harbour", 3),
    _Plan("Larkhaven", False, "Larkhaven Turnstile", "Larkhaven Wayside", 2),
)

SETTINGS = {"C-05": {"earliest": 3, "planned": 12}, "C-13": {"warning": 20, "alert": 25}}
"""Settings written out at every site, so that the administrator has something to look at."""

_PENNYFOLD: tuple[tuple[Role, str, str], ...] = (
    (Role.CASE_MANAGER, "Fergus Saffleworthy", "su"),
    (Role.CASE_MANAGER, "Indira Tumblecroft", "su"),
    (Role.CASE_MANAGER, "Osric Pebblethwaite", "su"),
    (Role.CASE_MANAGER, "Noor Gorsewhistle", "su"),
    (Role.CASE_MANAGER, "Lambert Fennelworthy", "su"),
    (Role.CASE_MANAGER, "Oriel Bumbleknuckle", "su"),
    (Role.TEAM_LEADER, "Keziah Fiddlecombe", "su"),
    (Role.SERVICE_MANAGER, "Roderick Damsonshaw", "su"),
    (Role.STEP_DOWN_WORKER, "Lilias Wurzlebrook", "su"),
    (Role.IDVA, "Clarinda Larkspurdown", "vs"),
    (Role.IDVA, "Yasmin Cobblefeather", "vs"),
    (Role.IDVA, "Merrick Nettlebottom", "vs"),
    (Role.IDVA, "Adaeze Plumbutton", "vs"),
    (Role.IDVA, "Everard Crinklebrook", "vs"),
    (Role.IDVA, "Zinnia Huckleshaw", "vs"),
    (Role.STAND_IN, "Wren Teaselcombe", "vs"),
    (Role.IDVA_MANAGER, "Petronella Oddleshaw", "vs"),
    (Role.EXPERT_ADVISOR, "Balthazar Crinklewick", "Bramblegate Trust"),
    (Role.PANEL_COORDINATOR, "Hyacinth Quibblepot", "Bramblegate Trust"),
    (Role.PANEL_CHAIR, "Desmond Yarrowknuckle", "Pennyshire Police"),
    (Role.PANEL_MEMBER, "Juno Rumplesnap", "Pennyfold Borough Council"),
    (Role.PANEL_MEMBER, "Hari Kettleington", "Pennyshire Probation"),
    (Role.GOVERNANCE_LEAD, "Temperance Umberdown", "Bramblegate Trust"),
    (Role.ANALYST, "Linus Wobbleworthy", "Bramblegate Trust"),
    (Role.ALLOCATION_CUSTODIAN, "Delphine Pickleshaw", "Bramblegate Trust"),
    (Role.COMMISSIONER, "Archibald Gooseberrydown", "Pennyfold Borough Council"),
    (Role.ADMINISTRATOR, "Tabitha Snufflecroft", "Bramblegate Trust"),
)
_COBBLEMERE: tuple[tuple[Role, str, str], ...] = (
    (Role.CASE_MANAGER, "Amabel Huckleworthy", "su"),
    (Role.CASE_MANAGER, "Farouk Mumblecroft", "su"),
    (Role.SERVICE_MANAGER, "Cyprian Jigglebrook", "su"),
    (Role.IDVA, "Nerys Fennelcombe", "vs"),
    (Role.IDVA, "Sunniva Bumblewick", "vs"),
    (Role.IDVA_MANAGER, "Georgiana Marrowdown", "vs"),
    (Role.PANEL_COORDINATOR, "Jolyon Dapplepot", "Bramblegate Trust"),
    (Role.GOVERNANCE_LEAD, "Rowena Kettlefeather", "Bramblegate Trust"),
)
_LARKHAVEN: tuple[tuple[Role, str, str], ...] = (
    (Role.CASE_MANAGER, "Torquil Yarrowbutton", "su"),
    (Role.SERVICE_MANAGER, "Leocadia Cobbleington", "su"),
    (Role.IDVA, "Blythe Oddlewhistle", "vs"),
    (Role.IDVA_MANAGER, "Ivor Snufflecombe", "vs"),
    (Role.PANEL_COORDINATOR, "Mirabel Pebbleshaw", "Larkhaven Turnstile"),
    (Role.GOVERNANCE_LEAD, "Umar Quibbledown", "Larkhaven Turnstile"),
)
ROSTERS = {"Pennyfold": _PENNYFOLD, "Cobblemere": _COBBLEMERE, "Larkhaven": _LARKHAVEN}
"""Everybody who works at each site: role, name, and the side or the employer they work for."""


def _emails() -> dict[str, str]:
    """Name to address: the role and a number where a site has several, and the site where it is not the first."""
    found: dict[str, str] = {}
    for site, roster in ROSTERS.items():
        seen: dict[Role, int] = {}
        for role, name, _ in roster:
            seen[role] = seen.get(role, 0) + 1
            parts = [
                role.value.replace("_", "."),
                str(seen[role]) if seen[role] > 1 else "",
                "" if site == "Pennyfold" else site.lower(),
            ]
            found[name] = ".".join(part for part in parts if part) + f"@{DOMAIN}"
    return found


EMAILS = _emails()
PHONES = {name: f"01632 960 {number:03}" for number, name in enumerate(EMAILS, 101)}
"""The telephone of everybody's work, of numbers kept free for fiction; colleagues of a large world have said none."""


def lay_out(sheets: Sheets, rng: Random, diary: Diary, *, hashed_password: str, cases: int) -> list[Place]:
    """Write sites, services, teams, settings, accounts and memberships. `cases` is how many are to be worked.

    A large world takes on more case managers and IDVAs, whose accounts have no password that anybody knows.
    """
    organisations: dict[str, str] = {}
    began = diary.today - datetime.timedelta(days=760)
    places: list[Place] = []
    for plan in _PLANS:
        place = Place(draw_key(rng), plan.name, plan.panel, draw_key(rng), draw_key(rng))
        roster = ROSTERS[plan.name]
        employers = {"su": plan.su_employer, "vs": plan.vs_employer}
        for employer in [
            plan.su_employer,
            plan.vs_employer,
            *(of for _, _, of in roster if of not in employers),
        ]:
            if employer not in organisations:
                organisations[employer] = draw_key(rng)
                sheets.add(Organisation, {"id": organisations[employer], "name": employer})
        number = len(places) + 1
        sheets.add(Site, {"id": place.id, "name": place.name, "publication_label": f"Site {number}"})
        teams = {}
        for side, service_id in (("su", place.su_service_id), ("vs", place.vs_service_id)):
            name = f"{employers[side]}, {plan.name}" if plan.name not in employers[side] else employers[side]
            sheets.add(
                Service,
                {
                    "id": service_id,
                    "organisation_id": organisations[employers[side]],
                    "site_id": place.id,
                    "side": side,
                    "name": name,
                },
            )
            teams[side] = draw_key(rng)
            sheets.add(Team, {"id": teams[side], "service_id": service_id, "name": f"{plan.name} team"})
        for role, name, of in [*roster, *_more_workers(rng, plan, cases)]:
            side = Side(of) if of in employers else Side.NEITHER
            service = (
                None
                if side is Side.NEITHER
                else place.su_service_id
                if side is Side.SERVICE_USER
                else place.vs_service_id
            )
            email = EMAILS.get(name) or f"{re.sub('[^a-z]+', '.', name.lower())}.{draw_key(rng)[:6]}@{DOMAIN}"
            worker = Worker(
                draw_key(rng), draw_key(rng), name, email, role, role.entry.side, place.id, service
            )
            place.workers.setdefault(role, []).append(worker)
            _employ(
                sheets, diary, worker, began, password=hashed_password if name in EMAILS else "!",
                organisation=organisations[employers.get(of, of)], team=teams.get(of),
            )  # fmt: skip
        settings = SETTINGS | {"C-01": "panel" if plan.panel else "marac_only"}
        for code, value in sorted(settings.items()):
            sheets.add(
                SiteSetting,
                {
                    "id": draw_key(rng), "site_id": place.id, "code": code, "value": value, "applies_from": began,
                    "reason": "As the site began", "recorded_at": diary.on(began, 9),
                    "recorded_by_id": places[0].first(Role.ADMINISTRATOR).id if places else place.first(Role.ADMINISTRATOR).id,
                },
            )  # fmt: skip
        places.append(place)
    return places


def _employ(
    sheets: Sheets,
    diary: Diary,
    worker: Worker,
    began: datetime.date,
    *,
    password: str,
    organisation: str,
    team: str | None,
) -> None:
    sheets.add(
        User,
        {
            "id": worker.user_id, "email": worker.email, "name": worker.name, "password": password,
            "is_demonstration": True, "created_at": diary.on(began - DAY * 7, 10),
        },
    )  # fmt: skip
    sheets.add(
        Membership,
        {
            "id": worker.id, "user_id": worker.user_id, "name": worker.name, "role": worker.role, "side": worker.side,
            "organisation_id": organisation, "site_id": worker.site_id, "service_id": worker.service_id, "team_id": team,
            "starts_on": began, "ends_on": datetime.date.max, "work_phone": PHONES.get(worker.name, ""),
        },
    )  # fmt: skip


def _more_workers(rng: Random, plan: _Plan, cases: int) -> Iterable[tuple[Role, str, str]]:
    """Colleagues beyond the roster, so that nobody in a large world holds hundreds of cases."""
    wanted = cases * plan.share // 10 // CASELOAD
    for role, of, share in (
        (Role.CASE_MANAGER, "su", 1),
        (Role.IDVA, "vs", 1),
        (Role.STEP_DOWN_WORKER, "su", 20),
    ):
        standing = sum(r is role for r, _, _ in ROSTERS[plan.name])
        if not standing:
            continue
        for _ in range(wanted // share - standing):
            name = f"{rng.choice(MEN + WOMEN)} {rng.choice(FAMILIES)}"
            while name in EMAILS:
                name = f"{rng.choice(MEN + WOMEN)} {rng.choice(FAMILIES)}"
            yield role, name, of


def place_of(places: list[Place], number: int) -> Place:
    """The site of the service user with this number, by each site's share of ten."""
    turn = number % 10
    for place, plan in zip(places, _PLANS, strict=True):
        turn -= plan.share
        if turn < 0:
            return place
    return places[-1]
