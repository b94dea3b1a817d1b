"""Acts of subject access: ask and make, decide as the second person, hand out. Governance scope."""

from __future__ import annotations

import datetime
from uuid import UUID, uuid4

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.sealing import open_sealed, seal
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event

from .bundles import make_bundle
from .models import SubjectBundle, SubjectRelease, SubjectRequest

KINDS = {"su": "su_case", "vs": "vs_record"}


@transaction.atomic
def ask_for_bundle(
    *, by: Actor, side: str, code: str, asked_on: datetime.date, identity_checked: str
) -> SubjectRequest:
    """Take a request for the record with this code, and make its bundle at once, sealed.

    `side` is `su` or `vs`: the role in which the person asks; what they may be in another role plays no part (S-33).
    Raises `Refusal` for a code that leads nowhere at the site, a day to come, or no word on how identity was checked.
    """
    if asked_on > local_today():
        raise Refusal("This has not happened yet.", rule="S-37", field="asked_on")
    if len(identity_checked.split()) < 2:
        raise Refusal(
            "Say how it was made sure that it is this person.", rule="S-37", field="identity_checked"
        )
    with connection.cursor() as cursor:
        cursor.execute("select access.record_of_code(%s, %s)", [side, "".join(code.upper().split())])
        record_id = cursor.fetchone()[0]
    if record_id is None:
        raise Refusal("No record at your site has this code.", rule="S-37", field="code")
    request = SubjectRequest.objects.create(
        site_id=by.site_id, side=side, record_id=record_id, asked_on=asked_on, identity_checked=identity_checked.strip(),
        recorded_by_id=by.membership_id,
    )  # fmt: skip
    bundle = make_bundle(by, side, record_id, local_today())
    key = uuid4()
    made = SubjectBundle(
        id=key, request=request, site_id=by.site_id, digest=bundle.digest, recorded_by_id=by.membership_id
    )
    made.sealed_content = seal(bundle.html.encode(), bound_to=made.bound_to())
    made.save(force_insert=True)
    record_event(
        Act.EXPORTED, by=by, kind=KINDS[side], record_id=record_id, fields=["subject_access_made"], reason=f"bundle {made.pk}"
    )  # fmt: skip
    return request


@transaction.atomic
def decide_bundle(*, by: Actor, request_id: UUID, outcome: str, words: str) -> SubjectRelease:
    """Give a bundle out or not, as somebody else than who made it; once.

    Raises `Refusal` for the maker, a second decision, or no words; `SubjectRequest.DoesNotExist`.
    """
    request = SubjectRequest.objects.select_related("bundle__recorded_by").get(pk=request_id)
    if request.bundle.recorded_by.user_id == by.user_id:
        raise Refusal("Somebody else must read it first.", why="Two people release.", rule="S-37")
    if len(words.split()) < 2:
        raise Refusal("Say what you looked at, and to whom it goes.", rule="S-37", field="words")
    try:
        with transaction.atomic():
            release = SubjectRelease.objects.create(
                bundle=request.bundle, site_id=request.site_id, outcome=outcome, words=words.strip(), recorded_by_id=by.membership_id
            )  # fmt: skip
    except IntegrityError as error:
        raise Refusal("This was decided already.", rule="S-37") from error
    record_event(
        Act.DISCLOSED if outcome == "released" else Act.WROTE, by=by, kind=KINDS[request.side], record_id=request.record_id,
        fields=[f"subject_access_{outcome}"], reason=f"bundle {request.bundle.pk}",
    )  # fmt: skip
    return release


def read_bundle(request: SubjectRequest) -> str:
    """The HTML inside, for whoever may see the request. Raises `ValueError` when it was changed or its key is gone."""
    bundle = request.bundle
    return open_sealed(bytes(bundle.sealed_content), bound_to=bundle.bound_to()).decode()


@transaction.atomic
def take_out(*, by: Actor, request_id: UUID, form: str) -> tuple[str, str]:
    """The HTML and digest of a bundle that was released, with the event that it was taken out.

    Raises `ObjectDoesNotExist` before its release.
    """
    request = SubjectRequest.objects.select_related("bundle__release").get(pk=request_id)
    release = getattr(request.bundle, "release", None)
    if release is None or release.outcome != "released":
        raise ObjectDoesNotExist
    record_event(
        Act.EXPORTED, by=by, kind=KINDS[request.side], record_id=request.record_id, fields=[f"subject_access_{form}"],
        reason=f"bundle {request.bundle.pk}",
    )  # fmt: skip
    return read_bundle(request), request.bundle.digest
