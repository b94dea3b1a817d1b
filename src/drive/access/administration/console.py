"""`drive administrator add`: the first administrator of a site, or another one by one who is there."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from drive.access.console import CONSOLE, ConsoleError, acting_from_console
from drive.access.models import Organisation, Site, User, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import stepping_into

from .commands.accounts import open_account, set_own_password
from .commands.memberships import Place, give_membership
from .commands.places import add_organisation, add_site
from .first_administrator import FirstAdministratorError, make_first_administrator
from .links import one_time_path


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    email: str
    name: str
    organisation: str
    site: str
    label: str = ""
    acting_as: str = ""
    prompt: bool = False
    address: str = ""


def add_administrator(asked: Asked) -> str:
    """Do it; what to tell whoever asked. Raises `ConsoleError` with one sentence. Needs Django set up."""
    user = User(email=asked.email.strip().lower(), name=asked.name.strip())
    try:
        validate_email(user.email)
    except ValidationError:
        raise ConsoleError(f"{asked.email} is no email address.") from None
    password = _typed_password(user) if asked.prompt else None
    if asked.acting_as:
        user = _by_another(asked, password)
    else:
        user.set_password(password)  # nothing typed: unusable until the link is used
        try:
            make_first_administrator(
                settings.DRIVE_OWNER_URL,
                prefix=settings.DRIVE_ROLE_PREFIX,
                user=user,
                organisation=asked.organisation,
                site=asked.site,
                label=asked.label,
            )
        except FirstAdministratorError as error:
            raise ConsoleError(str(error)) from error
    if password is not None:
        return f"{user.name} administers {asked.site}. They sign in as {user.email} and set up their second step."
    return (
        f"{user.name} administers {asked.site}. They set their password here, once, within three days:\n"
        f"{asked.address.rstrip('/')}{one_time_path(user)}"
    )


def _by_another(asked: Asked, password: str | None) -> User:
    try:
        with acting_from_console(asked.acting_as, Role.ADMINISTRATOR.value, Scope.ADMINISTRATION) as actor:
            user = open_account(by=actor, email=asked.email, name=asked.name)
            organisation = Organisation.objects.filter(name=asked.organisation).first()
            site = Site.objects.filter(name=asked.site).first()
            if site is None and not asked.label:
                raise ConsoleError(
                    f"The site {asked.site} is new: say with --label under which name it is released, such as Site 1."
                )
            organisation = organisation or add_organisation(by=actor, name=asked.organisation)
            site = site or add_site(by=actor, name=asked.site, publication_label=asked.label)
            place = Place(organisation_id=organisation.pk, site_id=site.pk)
            give_membership(
                by=actor, account_id=user.pk, role=Role.ADMINISTRATOR, place=place, starts_on=local_today(), last_day=None
            )  # fmt: skip
            if password is not None:
                with stepping_into(Scope.ACCOUNTS):
                    set_own_password(user=user, password=password, origin=CONSOLE)
            return user
    except Refusal as refusal:
        raise ConsoleError(str(refusal)) from refusal


def _typed_password(user: User) -> str:
    """Typed twice at a prompt, never an argument: those stand in the shell's history and the list of processes."""
    first = getpass.getpass("Password: ")
    try:
        validate_password(first, user)
    except ValidationError as error:
        raise ConsoleError(" ".join(error.messages)) from None
    if getpass.getpass("The same once more: ") != first:
        raise ConsoleError("The two passwords are not the same.")
    return first
