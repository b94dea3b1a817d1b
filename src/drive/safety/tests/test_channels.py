"""S-14, S-44: nothing about one goes where the other could open or answer it, and neither side learns why. S-07: what
reaches him leads to nobody."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy import commands as advocacy
from drive.advocacy.models import SafeContactRule, SealedValue, SealOpening
from drive.audit.models import AuditEvent
from drive.casework import commands as casework
from drive.casework.models import ContactChannel
from drive.safety import commands
from drive.safety.models import Booking, BookingState
from drive.safety.queries.channels import known_to_him
from tests.cast import Cast, link, open_record, seeding

from .deciding import book, decide

Browser = Callable[[Membership], Client]
HOUSE, AS_HE_WRITES_IT = "14 Canary Mews, Marrowby MB1 4ZZ", "14 CANARY MEWS Marrowby  mb14zz"
NUMBER = "07700 900123"


def his(cast: Cast, value: str, kind: str = "address") -> ContactChannel:
    by = cast.case_manager.as_actor()
    with acting_as(by):
        return casework.add_channel(by=by, case_id=cast.case.pk, kind=kind, value=value)


def hers(cast: Cast, value: str, kind: str = "address", *, until_today: bool = False) -> SealedValue:
    by = cast.idva.as_actor()
    with acting_as(by):
        return advocacy.add_sealed(
            by=by,
            record_id=cast.record.pk,
            new=advocacy.NewSealedValue(
                kind=kind, value=value, ended_on=local_today() if until_today else None
            ),
        )


def letter(cast: Cast, channel: ContactChannel, **said: object) -> Booking:
    return book(
        cast.case_manager,
        cast.case.pk,
        **({"kind": "letter", "channel": "letter", "place": "remote", "sent_to": channel.pk} | said),
    )


def agreed(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk, places=["remote", "probation_office"])


@pytest.mark.parametrize("past", [False, True])
def test_s14_a_letter_to_him_where_she_lives_or_lived_is_refused_and_says_nothing(
    cast: Cast, past: bool
) -> None:
    hers(cast, HOUSE, until_today=past)
    agreed(cast)
    shared, free = his(cast, AS_HE_WRITES_IT), his(cast, "2 Brewers Yard, Marrowby")
    with pytest.raises(Refusal) as refused:
        letter(cast, shared)
    assert (str(refused.value), refused.value.rule) == ("This channel cannot be used.", "S-14")
    assert letter(cast, free).sent_to == free.pk
    with acting_as(cast.case_manager.as_actor()):
        copied = {
            name: value
            for name, value in Booking.objects.values().get().items()
            if name not in ("id", "sent_to")
        }
        with pytest.raises(IntegrityError, match="channel"), transaction.atomic():
            _past_the_command(copied | {"sent_to": shared.pk})


def _past_the_command(row: dict[str, object]) -> None:
    Booking.objects.create(**row)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


def test_s14_every_linked_client_is_asked_for_him_and_what_is_no_channel_of_his_reads_the_same(
    cast: Cast,
) -> None:
    agreed(cast)
    with seeding():
        other = open_record(cast.vs_service, cast.other_idva, "Euphemia", "Grumbleton", cast.idva_manager)
    by = cast.other_idva.as_actor()
    with acting_as(by):
        advocacy.add_sealed(
            by=by, record_id=other.pk, new=advocacy.NewSealedValue(kind="workplace", value=HOUSE)
        )
    shared = his(cast, AS_HE_WRITES_IT)
    with seeding():
        second = link(cast.case, other, cast.service_manager, "Euphemia Grumbleton")
    decide(cast.case_manager, cast.other_idva, second.pk, places=["remote"])
    said = []
    for channel in (shared, ContactChannel(pk=cast.case.pk)):
        with pytest.raises(Refusal) as refused:
            letter(cast, channel)
        said.append(str(refused.value))
    assert said == ["This channel cannot be used."] * 2
    with acting_as(cast.idva.as_actor()):
        assert known_to_him([cast.record.pk]) == [], "S-04: another client's address is nothing to this IDVA"


def test_s14_a_call_or_a_letter_names_the_very_number_or_address(cast: Cast) -> None:
    agreed(cast)
    for kind, channel in (("call", "phone"), ("letter", "letter"), ("message", "text")):
        with pytest.raises(Refusal) as refused:
            book(cast.case_manager, cast.case.pk, kind=kind, channel=channel, place="remote")
        assert refused.value.field == "sent_to"


def test_s44_a_new_number_of_hers_holds_what_is_planned_there_and_the_row_does_not_say_from_which_side(
    cast: Cast,
) -> None:
    agreed(cast)
    phone = his(cast, NUMBER, "phone")
    planned = book(
        cast.case_manager, cast.case.pk, kind="call", channel="phone", place="remote", sent_to=phone.pk
    )
    hers(cast, "+44 7700 900 123", "phone")
    with acting_as(cast.case_manager.as_actor()):
        state = BookingState.objects.filter(booking=planned).order_by("-recorded_at")[0]
        assert (state.state, state.recorded_by_id, state.told) == ("suspended", cast.case_manager.pk, "")
        with pytest.raises(Refusal, match="cannot be used"):
            commands.continue_booking(by=cast.case_manager.as_actor(), booking_id=planned.pk)
    with seeding():
        Booking.objects.filter(pk=planned.pk)  # still there: nothing was cancelled (S-23)
        assert BookingState.objects.filter(booking=planned, state="cancelled").count() == 0


def test_s44_an_address_he_gives_that_is_hers_alerts_her_idva_and_tells_him_nothing(
    cast: Cast, client_of: Browser
) -> None:
    value = hers(cast, HOUSE)
    manager = client_of(cast.case_manager)
    page = reverse("case_channels", kwargs={"case_id": cast.case.pk})
    sent = {"kind": "address", "value": AS_HE_WRITES_IT, "label": "", "source": "himself"}
    assert manager.post(page, sent).status_code == 302
    other = {"kind": "address", "value": "2 Brewers Yard, Marrowby", "label": "", "source": "himself"}
    assert manager.post(page, other).status_code == 302
    shown = manager.get(page).content.decode()
    assert "cannot be used" not in shown
    with acting_as(cast.idva.as_actor()):
        assert [(one.value_id, one.kind) for one in known_to_him([cast.record.pk])] == [(value.pk, "address")]
    desk = client_of(cast.idva).get(reverse("desk_vs_worker")).content.decode()
    record = (
        client_of(cast.idva)
        .get(reverse("client_page", kwargs={"record_id": cast.record.pk}))
        .content.decode()
    )
    assert "Known to the service user" in desk
    assert "has this too, or had it" in record
    for page_text in (desk, record):
        assert not re.search("canary mews|brewers", page_text, re.IGNORECASE)
    with acting_as(cast.other_idva.as_actor()):
        assert known_to_him([cast.record.pk]) == []
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(cast.case_manager.as_actor()):
        known_to_him([cast.record.pk])


def test_s14_her_side_the_channel_is_compared_the_rule_is_shown_and_she_alone_may_go_on(
    cast: Cast, client_of: Browser
) -> None:
    number = hers(cast, NUMBER, "phone")
    by = cast.idva.as_actor()
    with acting_as(by):
        advocacy.save_safe_contact(
            by=by,
            record_id=cast.record.pk,
            seen_version=0,
            channels=["phone"],
            agreed_on=local_today(),
            review_on=local_today().replace(year=local_today().year + 1),
            when_safe="Weekdays 9.30 to 14.30",
            if_someone_else="The library",
        )
    browser = client_of(cast.idva)
    page = reverse("client_sealed", kwargs={"record_id": cast.record.pk})
    shown = browser.get(page).content.decode()
    for words in ("Weekdays 9.30 to 14.30", "Never leave a message.", "The library", "No code word"):
        assert words in shown
    assert NUMBER in browser.post(page, {"value_id": str(number.pk), "channel": "phone"}).content.decode()
    not_agreed = browser.post(page, {"value_id": str(number.pk), "channel": "text"}).content.decode()
    assert "has not agreed" in not_agreed
    assert NUMBER not in not_agreed

    his(cast, "0044 7700 900123", "phone")
    closed = browser.post(page, {"value_id": str(number.pk), "channel": "phone"}).content.decode()
    assert "This channel cannot be used." in closed
    assert NUMBER not in closed
    although = {"value_id": str(number.pk), "channel": "phone", "although": "She has his old phone"}
    assert NUMBER in browser.post(page, although).content.decode()
    with acting_as(by):
        reasons = [opening.reason for opening in SealOpening.objects.order_by("recorded_at")]
    assert reasons == ["to ring", "to ring, although: She has his old phone"]
    with seeding():
        assert AuditEvent.objects.filter(act="denied", kind="channel_clash").count() == 2


@pytest.mark.parametrize(
    ("reviewed", "says"), [(None, "It is not agreed yet"), (-1, "was to be looked at again by"), (0, "")]
)
def test_s14_without_a_rule_that_holds_a_number_opens_only_with_a_reason(
    cast: Cast, reviewed: int | None, says: str
) -> None:
    number = hers(cast, NUMBER, "phone")
    if reviewed is not None:
        with seeding():
            SafeContactRule.objects.create(
                record=cast.record,
                service_id=cast.record.service_id,
                recorded_by=cast.idva,
                channels=["phone"],
                agreed_on=local_today() - datetime.timedelta(days=200),
                review_on=local_today() + datetime.timedelta(days=reviewed),
            )
    by = cast.idva.as_actor()

    def tap(although: str = "") -> str:
        return commands.open_to_reach(
            by=by, record_id=cast.record.pk, value_id=number.pk, channel="phone", although=although
        )

    with acting_as(by):
        if says:
            with pytest.raises(Refusal, match=says) as refused:
                tap()
            assert (refused.value.rule, refused.value.field) == ("S-14", "although")
            assert tap("She rang from it just now") == NUMBER
        else:
            assert tap() == NUMBER


def test_s14_a_case_manager_who_asks_is_seen_in_the_audit(cast: Cast, client_of: Browser) -> None:
    hers(cast, HOUSE)
    agreed(cast)
    shared = his(cast, AS_HE_WRITES_IT)
    answer = client_of(cast.case_manager).post(
        reverse("book_contact", kwargs={"case_id": cast.case.pk}),
        {
            "kind": "letter",
            "channel": "letter",
            "on": "tomorrow",
            "at": "12:00",
            "place": "remote",
            "sent_to": str(shared.pk),
            "says": "Your appointment.",
            "reason_given": "Your licence",
        },
    )
    assert b"This channel cannot be used." in answer.content
    with seeding():
        assert (
            AuditEvent.objects.filter(act="denied", kind="channel_clash", record_id=cast.case.pk).count() == 1
        )


@pytest.mark.parametrize(
    ("words", "stands_in_the_way"),
    [
        ("Wilhelmina asked me to write.", "“Wilhelmina” is the name"),
        ("An IDVA told me that you rang.", "he is told nothing of anybody’s support"),
        ("I hear you rang every night since the hearing.", "stands in what came from the client’s side"),
        ("I came past 14 canary mews, Marrowby MB1 4ZZ today.", "Leave addresses and numbers out"),
        ("Do not use 07700 900 123 again.", "Leave addresses and numbers out"),
    ],
)
def test_s07_s10_what_reaches_him_is_read_for_what_leads_to_somebody(
    cast: Cast, words: str, stands_in_the_way: str
) -> None:
    hers(cast, HOUSE)
    hers(cast, NUMBER, "phone")
    agreed(cast)
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.send_risk_item(
            by=by,
            link_id=cast.link.pk,
            kind="triggers",
            purpose="Her safety",
            text="He rang every night since the hearing.",
            urgency="soon",
            work_out="Only she would know.",
        )
    channel = his(cast, "2 Brewers Yard, Marrowby")
    for said in ({"says": words}, {"reason_given": words}):
        with pytest.raises(Refusal) as refused:
            letter(cast, channel, **said)
        assert stands_in_the_way in str(refused.value)
        assert refused.value.rule in ("S-07", "S-10")
    assert letter(cast, channel, says="Your licence asks us to meet. Please ring the office.")


@pytest.mark.parametrize("hers_too", [True, False])
@pytest.mark.parametrize(
    "guess",
    [HOUSE, NUMBER, "+44 (0)7700 900 123", "anna@example.invalid", "MB1 4ZZ", "9 Brewers Yard", "Mill Lane", "St Canary’s School"],
)  # fmt: skip
def test_s06_what_looks_like_an_address_is_refused_alike_whether_it_is_hers_or_nobodys_and_is_seen(
    cast: Cast, client_of: Browser, guess: str, hers_too: bool
) -> None:
    """Many guesses in one letter would find hers by halves, were the answer another for a right one."""
    if hers_too:
        for kind in ("address", "phone", "email", "school"):
            hers(cast, guess, kind)
    agreed(cast)
    channel = his(cast, "2 Brewers Yard, Marrowby")
    browser = client_of(cast.case_manager)
    to_him = f"It is about {guess}, I think."
    plan = reverse("book_contact", kwargs={"case_id": cast.case.pk})
    shown = browser.post(plan, {
        "kind": "letter", "channel": "letter", "on": "tomorrow", "at": "12:00", "place": "remote", "sent_to": str(channel.pk),
        "says": to_him, "reason_given": "Your licence",
    }).content.decode()  # fmt: skip
    assert "Leave addresses and numbers out, whosever they are" in shown
    planned = letter(cast, channel, says="Your licence asks us to meet.")
    step = reverse("booking_step", kwargs={"case_id": cast.case.pk, "booking_id": planned.pk})
    told = browser.post(
        step, {"step": "cancel", "told": to_him, "pace": "goes_on", "watches": "Probation"}, follow=True
    ).content.decode()
    assert "Leave addresses and numbers out, whosever they are" in told
    with seeding():
        assert not BookingState.objects.filter(booking=planned, state="cancelled").exists()
        seen = AuditEvent.objects.filter(act="denied", kind="source_check", record_id=cast.case.pk)
        assert seen.count() == 2


def test_s14_his_channels_are_his_case_s_alone(cast: Cast, client_of: Browser) -> None:
    his(cast, HOUSE)
    page = reverse("case_channels", kwargs={"case_id": cast.case.pk})
    assert client_of(cast.case_manager).get(page).status_code == 200
    for member in (cast.other_case_manager, cast.idva, cast.idva_manager, cast.outsider):
        assert client_of(member).get(page).status_code == 404
    with acting_as(cast.case_manager.as_actor()):
        channel = ContactChannel.objects.get()
    done = client_of(cast.case_manager).post(
        reverse("case_end_channel", kwargs={"case_id": cast.case.pk, "channel_id": channel.pk}),
        {"ended_on": "today"},
    )
    assert done.status_code == 302
    with acting_as(cast.case_manager.as_actor()):
        assert ContactChannel.objects.count() == 2, "a former address stays, and is still compared"
