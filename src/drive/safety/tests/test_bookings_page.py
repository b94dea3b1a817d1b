"""The page of planned contact: what is to come stands before what is over."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from drive.access.models import Membership
from drive.safety.models import Booking
from tests.cast import Cast, seeding

from .deciding import book, decide


def test_what_is_over_stands_below_what_is_to_come(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    over = book(cast.case_manager, cast.case.pk, with_whom="The first time")
    book(cast.case_manager, cast.case.pk, with_whom="The next time")
    with seeding():
        Booking.objects.filter(pk=over.pk).update(starts_at=over.starts_at - datetime.timedelta(days=40))
    shown = client_of(cast.case_manager).get(reverse("bookings", args=[cast.case.pk])).content.decode()
    assert shown.index("The next time") < shown.index("Before today") < shown.index("The first time")
